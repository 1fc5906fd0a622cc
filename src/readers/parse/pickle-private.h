#pragma once

#include "readers/parse/pickle.h"

G_BEGIN_DECLS

#define PICKLE_MAX_STRING (1 << 20) /* bytes */
#define PICKLE_MAX_NAME 4096        /* bytes of a global's module or name */
#define PICKLE_MAX_MEMO (4 << 20)
#define PICKLE_MAX_STACK (1 << 20)
#define PICKLE_MAX_VALUES (4 << 20)

/* Values, in blocks; freed together. */
struct _LucidaPickle
{
  GPtrArray *blocks; /* LucidaPickleValue [block] */
  guint n_values;
  LucidaPickleValue *result;
  GPtrArray *globals;    /* names, owned by values */
  GPtrArray *persistent; /* LucidaPickleValue */
};

/* pickle-value.c */

/* A value of @kind, all zero; NULL beyond the limit or without memory. (transfer none) */
LucidaPickleValue *_lucida_pickle_value_new (LucidaPickle *self, LucidaPickleKind kind);
/* Appends to @value's items. %FALSE without memory. */
gboolean _lucida_pickle_value_append (LucidaPickleValue *value, LucidaPickleValue *item);
/* Checks that the result is not nested deeper than the limit; references back to what encloses them
 * do not count. Errors: %LUCIDA_ERROR_TOO_LARGE. */
gboolean _lucida_pickle_check_depth (LucidaPickle *self, GError **error);

/* pickle-machine.c */

/* What runs one pickle. */
typedef struct
{
  LucidaPickle *pickle;
  const guint8 *data;
  gsize size;
  gsize at;         /* the next byte */
  gsize opcode_at;  /* where the instruction began */
  GPtrArray *stack; /* LucidaPickleValue */
  GArray *marks;    /* guint: heights of the stack */
  GPtrArray *memo;  /* LucidaPickleValue (nullable) */
  GHashTable *globals;
  guint next_memo; /* of MEMOIZE */
  LucidaPickleValue *none;
  LucidaPickleValue *booleans[2];
  GError **error;
} PickleMachine;

gboolean _lucida_pickle_corrupt (PickleMachine *m, const char *what);
gboolean _lucida_pickle_too_large (PickleMachine *m, const char *what);
/* The next @n bytes, or NULL with the error set. */
const guint8 *_lucida_pickle_take (PickleMachine *m, gsize n);
/* A little-endian number of @n bytes. */
gboolean _lucida_pickle_take_number (PickleMachine *m, guint n, guint64 *number);
gboolean _lucida_pickle_push (PickleMachine *m, LucidaPickleValue *value);
LucidaPickleValue *_lucida_pickle_new_value (PickleMachine *m, LucidaPickleKind kind);
/* The height of the stack below which the values belong to an open mark. */
guint _lucida_pickle_floor_of (const PickleMachine *m);
/* The topmost value, taken off; NULL with the error set where there is none. */
LucidaPickleValue *_lucida_pickle_pop (PickleMachine *m);
LucidaPickleValue *_lucida_pickle_top (PickleMachine *m);
/* Closes the last mark; *@from is where its values begin. */
gboolean _lucida_pickle_pop_mark (PickleMachine *m, guint *from);
/* Makes a value of @kind from the values from @from on. */
gboolean _lucida_pickle_collect (PickleMachine *m, LucidaPickleKind kind, guint from);
gboolean _lucida_pickle_add_items (PickleMachine *m, LucidaPickleKind kind, guint from);
/* REDUCE and NEWOBJ: what would have been called, with what. */
gboolean _lucida_pickle_make_object (PickleMachine *m);
gboolean _lucida_pickle_build (PickleMachine *m);

G_END_DECLS
