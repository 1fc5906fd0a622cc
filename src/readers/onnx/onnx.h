#pragma once

#include "readers/reader.h"

G_BEGIN_DECLS

extern const LucidaReader lucida_reader_onnx;

/* Reads a model whose bytes are in memory; @path (nullable) only says where weights beside it lie.
 * @bytes may be kept: weights point into them. (transfer full) */
LucidaNetwork *lucida_onnx_read_bytes (GBytes *bytes, const char *path, GCancellable *cancellable,
                                       GError **error);
/* As lucida_onnx_read_bytes(), for conformance cases: the graph's real inputs are bound in order to
 * @constants [n]; the first that is NULL (or all beyond @n) stays the network's input. Sizes stay
 * as declared, the batch too, and output number @output is the network's. */
LucidaNetwork *lucida_onnx_read_bound (GBytes *bytes, LucidaTensor *const *constants, int n,
                                       int output, GError **error);
/* Reads a lone TensorProto. (transfer full) Errors: as for a model's weights. */
LucidaTensor *lucida_onnx_read_tensor (GBytes *bytes, GError **error);

G_END_DECLS
