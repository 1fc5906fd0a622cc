#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The JSON text by which Keras describes a network, as a tree. Every function that reads takes
 * NULL, and anything of another kind, for "not there". Tuples and shapes that TensorFlow tags,
 * {"class_name": "__tuple__", "items": […]}, are plain lists here. */
typedef struct _LucidaKerasJson LucidaKerasJson;

typedef enum
{
  LUCIDA_KERAS_JSON_NULL,
  LUCIDA_KERAS_JSON_BOOLEAN,
  LUCIDA_KERAS_JSON_NUMBER,
  LUCIDA_KERAS_JSON_STRING,
  LUCIDA_KERAS_JSON_LIST,
  LUCIDA_KERAS_JSON_OBJECT,
} LucidaKerasJsonKind;

/* (transfer full) @text need not end in zero. Errors: %LUCIDA_ERROR_CORRUPT, _TOO_LARGE. */
LucidaKerasJson *lucida_keras_json_parse (const char *text, gsize size, GError **error);
void lucida_keras_json_free (LucidaKerasJson *self);

LucidaKerasJsonKind lucida_keras_json_kind (const LucidaKerasJson *self);
gboolean lucida_keras_json_is_list (const LucidaKerasJson *self);
gboolean lucida_keras_json_is_object (const LucidaKerasJson *self);
gboolean lucida_keras_json_is_number (const LucidaKerasJson *self);

/* An object's member. (transfer none) (nullable) */
const LucidaKerasJson *lucida_keras_json_get (const LucidaKerasJson *self, const char *name);
/* Length and elements of a list; members of an object in their order. (transfer none) (nullable) */
guint lucida_keras_json_length (const LucidaKerasJson *self);
const LucidaKerasJson *lucida_keras_json_at (const LucidaKerasJson *self, guint i);
const char *lucida_keras_json_name_at (const LucidaKerasJson *self, guint i);

/* The value itself, or @fallback. */
const char *lucida_keras_json_text (const LucidaKerasJson *self, const char *fallback);
double lucida_keras_json_number (const LucidaKerasJson *self, double fallback);
/* The member's value, or @fallback. Whole numbers are clamped to int's range; a boolean counts as 0
 * or 1 where a number is wanted. */
const char *lucida_keras_json_get_text (const LucidaKerasJson *self, const char *name,
                                        const char *fallback);
double lucida_keras_json_get_number (const LucidaKerasJson *self, const char *name,
                                     double fallback);
int lucida_keras_json_get_int (const LucidaKerasJson *self, const char *name, int fallback);
gboolean lucida_keras_json_get_boolean (const LucidaKerasJson *self, const char *name,
                                        gboolean fallback);

/* For older forms of a description, which are rewritten before they are read. */
LucidaKerasJson *lucida_keras_json_edit (LucidaKerasJson *self, const char *name);
LucidaKerasJson *lucida_keras_json_edit_at (LucidaKerasJson *self, guint i);
void lucida_keras_json_set_text (LucidaKerasJson *self, const char *name, const char *value);
void lucida_keras_json_set_number (LucidaKerasJson *self, const char *name, double value);
void lucida_keras_json_set_pair (LucidaKerasJson *self, const char *name, double a, double b);
/* Gives the member @from the name @to; nothing where there is none. */
void lucida_keras_json_rename (LucidaKerasJson *self, const char *from, const char *to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaKerasJson, lucida_keras_json_free)

G_END_DECLS
