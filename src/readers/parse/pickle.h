#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A closed interpreter of Python's pickles, protocol 2 to 5: bytes become plain values. Nothing is
 * looked up and nothing is called; a call becomes an object that says what would have been called.
 * Format: pickletools.py of CPython. */

typedef enum
{
  LUCIDA_PICKLE_NONE,
  LUCIDA_PICKLE_BOOL,       /* integer: 0 or 1 */
  LUCIDA_PICKLE_INT,        /* integer */
  LUCIDA_PICKLE_BIG,        /* text, size: two's complement, little-endian, beyond 64 bits */
  LUCIDA_PICKLE_FLOAT,      /* number */
  LUCIDA_PICKLE_STRING,     /* text, size: UTF-8, zero-terminated, may hold zeros */
  LUCIDA_PICKLE_BYTES,      /* text, size */
  LUCIDA_PICKLE_GLOBAL,     /* text: "module.name" */
  LUCIDA_PICKLE_TUPLE,      /* items [n] */
  LUCIDA_PICKLE_LIST,       /* items [n] */
  LUCIDA_PICKLE_SET,        /* items [n] */
  LUCIDA_PICKLE_DICT,       /* items [n]: key, value, key, value… */
  LUCIDA_PICKLE_PERSISTENT, /* items [1]: the persistent id */
  LUCIDA_PICKLE_OBJECT,     /* object */
} LucidaPickleKind;

typedef struct _LucidaPickleValue LucidaPickleValue;

/* What a call or an instance is made of. */
typedef struct
{
  LucidaPickleValue *callable;  /* the class or function, usually a GLOBAL */
  LucidaPickleValue *arguments; /* usually a TUPLE */
  LucidaPickleValue *state;     /* (nullable) of BUILD, usually a DICT */
  LucidaPickleValue *list;      /* (nullable) a LIST of what was appended */
  LucidaPickleValue *dict;      /* (nullable) a DICT of the items that were set */
} LucidaPickleObject;

/* Values may be shared and may form cycles. */
struct _LucidaPickleValue
{
  LucidaPickleKind kind;
  guint32 height; /* the parser's own */
  guint32 n;      /* items, or bytes of text */
  guint32 room;   /* the parser's own */
  union
  {
    int64_t integer;
    double number;
    char *text;
    LucidaPickleValue **items;
    LucidaPickleObject *object;
  };
};

/* One pickle and all of its values. */
typedef struct _LucidaPickle LucidaPickle;

#define LUCIDA_PICKLE_MAX_SIZE ((gsize) 64 << 20) /* bytes */
#define LUCIDA_PICKLE_MAX_DEPTH 512               /* of the result */

/* Reads the pickle at the beginning of @data. @used (nullable) is set to its size. (transfer full)
 * Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_UNSUPPORTED (an instruction that is not read: names
 * it and where it is), %LUCIDA_ERROR_TOO_LARGE, %LUCIDA_ERROR_NO_MEMORY. */
LucidaPickle *lucida_pickle_parse (const guint8 *data, gsize size, gsize *used, GError **error);
void lucida_pickle_free (LucidaPickle *self);
const LucidaPickleValue *lucida_pickle_get_result (const LucidaPickle *self);
/* The names of classes and functions in it, "module.name", in order, each once. */
int lucida_pickle_get_n_globals (const LucidaPickle *self);
const char *lucida_pickle_get_global (const LucidaPickle *self, int i);
/* Every PERSISTENT value, in order. */
int lucida_pickle_get_n_persistent (const LucidaPickle *self);
const LucidaPickleValue *lucida_pickle_get_persistent (const LucidaPickle *self, int i);

/* Looking at values; all take NULL for a value that is missing. */

/* The text of a STRING without zeros in it, or NULL. */
const char *lucida_pickle_string (const LucidaPickleValue *value);
gboolean lucida_pickle_is_global (const LucidaPickleValue *value, const char *name);
/* An INT or BOOL. */
gboolean lucida_pickle_int (const LucidaPickleValue *value, int64_t *result);
/* What a DICT, or the items set in an OBJECT, has under the string @key; the last one counts. */
const LucidaPickleValue *lucida_pickle_lookup (const LucidaPickleValue *value, const char *key);
/* The DICT that @value is, or that its items make; NULL: neither. */
const LucidaPickleValue *lucida_pickle_dict (const LucidaPickleValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPickle, lucida_pickle_free)

G_END_DECLS
