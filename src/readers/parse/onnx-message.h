#pragma once

#include "readers/parse/onnx-model.h"

G_BEGIN_DECLS

/* Parses a whole model. (transfer full) Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_TOO_LARGE. */
LucidaOnnxModel *lucida_onnx_model_parse (LucidaSpan message, GError **error);

G_END_DECLS
