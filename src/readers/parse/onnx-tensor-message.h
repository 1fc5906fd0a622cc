#pragma once

#include "base/tensor.h"
#include "readers/parse/protobuf-bounds.h"

G_BEGIN_DECLS

/* One TensorProto. */
typedef struct
{
  int element;       /* the format's element type, 0: not stated */
  LucidaShape shape; /* no size is negative */
  LucidaSpan raw;    /* raw_data */
  int typed;         /* field number of the typed data that is there, 0: none */
  gboolean is_external;
  char *location; /* (nullable) of external data, as written */
  char *offset;   /* (nullable) */
  char *length;   /* (nullable) */
} LucidaOnnxTensor;

/* Parses everything of a tensor but its typed data, which lucida_onnx_tensor_ints() and
 * lucida_onnx_tensor_floats() walk. Cleared with lucida_onnx_tensor_clear().
 * Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_UNSUPPORTED (rank above %LUCIDA_MAX_RANK). */
gboolean lucida_onnx_tensor_parse (LucidaSpan message, LucidaOnnxTensor *tensor, GError **error);
void lucida_onnx_tensor_clear (LucidaOnnxTensor *self);
/* Fills @values, of room for exactly @count, from the typed data of a TensorProto: int32_data,
 * int64_data or uint64_data as they are; float_data and double_data as numbers.
 * Errors: %LUCIDA_ERROR_CORRUPT where there are more or fewer than @count. */
gboolean lucida_onnx_tensor_ints (LucidaSpan message, int typed, int64_t *values, gsize count,
                                  GError **error);
gboolean lucida_onnx_tensor_floats (LucidaSpan message, int typed, float *values, gsize count,
                                    GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LucidaOnnxTensor, lucida_onnx_tensor_clear)

G_END_DECLS
