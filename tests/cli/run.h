#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A folder of its own, the present one while a test runs, with the demo's pictures in it. */
typedef struct
{
  char *folder;
  char *before; /* the present folder before */
} Place;

/* What the program did. */
typedef struct
{
  int code;
  char *out;
  char *err;
} Run;

/* Where the built program is: set once, from the test's arguments. */
void run_set_program (const char *path);
void place_set_up (Place *self, gconstpointer data);
void place_tear_down (Place *self, gconstpointer data);

/* Runs the program with the words of @line, which are separated by single blanks. */
Run *run_line (const char *line);
Run *run_words (const char *const *words);
void run_free (Run *self);
/* Runs it, and checks exit code 0 and that nothing is said on stderr. */
Run *run_good (const char *line);
/* Checks the code and that there is exactly one line on stderr, which begins with the program's
 * name and contains @part. */
void run_expect_failure (const char *line, int code, const char *part);
void run_check_failure (const Run *self, int code, const char *part);
/* What it printed, as JSON, which must be valid UTF-8. (transfer full) */
JsonNode *run_parse (const Run *self);

JsonObject *run_object (JsonNode *node);
/* Copies a file of the present folder. */
void copy_file (const char *from, const char *to);
char *read_file (const char *path, gsize *size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

G_END_DECLS
