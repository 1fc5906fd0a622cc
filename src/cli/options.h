#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit codes of the program. */
#define CLI_DONE 0
#define CLI_FAILED 1 /* it could not be done */
#define CLI_USAGE 2  /* wrong usage */

/* Every value that any command takes; what a command does not take stays at its default. */
typedef struct
{
  GPtrArray *arguments; /* char *, as given */
  GPtrArray *classes;   /* char *, NULL-terminated beyond len, as the other lists */
  GPtrArray *layers;
  GPtrArray *methods;
  char *against;
  char *tensor;
  char *output;
  char *heatmap;
  char *activation;
  char *gradient;
  char *colormap;
  char *blend;
  double opacity;
  int top;
  int size;    /* 0: not given */
  int threads; /* 0: as many as there are */
  int repeat;
  gboolean json;
  gboolean legend;
  gboolean caption;
  gboolean checksum;
  gboolean each_layer;
  gboolean help;
} CliOptions;

typedef enum
{
  CLI_FLAG,     /* gboolean */
  CLI_TEXT,     /* char * */
  CLI_LIST,     /* GPtrArray *; may be given several times */
  CLI_COUNT,    /* int, 1 or more */
  CLI_FRACTION, /* double, 0 … 1 */
} CliKind;

typedef struct
{
  const char *name; /* without the hyphens */
  CliKind kind;
  gsize offset;         /* into CliOptions */
  const char *argument; /* (nullable) what --help calls its value */
  const char *help;     /* a gettext key */
} CliOption;

typedef struct
{
  const char *name;
  const char *arguments;    /* what --help calls them */
  const char *summary;      /* a gettext key */
  const CliOption *options; /* ends with a NULL name */
  int (*run) (const CliOptions *options);
} CliCommand;

CliOptions *cli_options_new (void);
void cli_options_free (CliOptions *self);
/* Fills in from @argv [@argc], the words after the command. %FALSE with one sentence in @error
 * (transfer full) for wrong usage. */
gboolean cli_options_parse (CliOptions *self, const CliCommand *command, int argc,
                            char *const *argv, char **error);
/* The text of --help. (transfer full) */
char *cli_command_format_help (const CliCommand *command);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliOptions, cli_options_free)

G_END_DECLS
