#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* The header of a safetensors file: its length as eight bytes, little-endian, then JSON, then the
 * data. Format: huggingface.co/docs/safetensors. */

typedef struct
{
  char *name;
  char *dtype; /* "F32" */
  LucidaShape shape;
  guint64 begin; /* bytes, from the file's beginning */
  guint64 end;
} LucidaSafetensor;

/* Reads the header and checks it against the file: names are unique, ranges lie in the file and
 * cover it without gap or overlap, each as long as its kind and shape need. (transfer full) of
 * LucidaSafetensor, as the file has them. Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_TOO_LARGE.
 */
GPtrArray *lucida_safetensors_parse (const guint8 *data, gsize size, GError **error);
/* Bytes of one element of @dtype; 0: not known. */
gsize lucida_safetensors_element_size (const char *dtype);

G_END_DECLS
