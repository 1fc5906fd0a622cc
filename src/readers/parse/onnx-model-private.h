#pragma once

#include "readers/parse/onnx-model.h"

G_BEGIN_DECLS

/* How the messages' parser makes what the model owns. */

/* An empty model. (transfer full) */
LucidaOnnxModel *_lucida_onnx_model_new (void);
/* Counts so many more things. Errors: %LUCIDA_ERROR_TOO_LARGE. */
gboolean _lucida_onnx_spend (LucidaOnnxModel *self, guint things, GError **error);
/* @thing, which the model frees with @destroy from now on. */
gpointer _lucida_onnx_own (LucidaOnnxModel *self, gpointer thing, GDestroyNotify destroy);
GPtrArray *_lucida_onnx_new_list (LucidaOnnxModel *self);
/* A new zeroed thing of @size bytes, also put at the end of @list (nullable). */
gpointer _lucida_onnx_new_thing (LucidaOnnxModel *self, GPtrArray *list, gsize size,
                                 GError **error);
/* The bytes as a string; what is no text in them is replaced. */
const char *_lucida_onnx_keep_span (LucidaOnnxModel *self, LucidaSpan span);

G_END_DECLS
