#pragma once

#include "network/network.h"
#include "readers/parse/onnx-model.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the parts of the ONNX reader share while one model is read. */

/* Where weights come from: the model's own bytes and files beside it. */
typedef struct
{
  GBytes *bytes;        /* the model */
  const char *path;     /* (nullable) its file */
  GHashTable *external; /* real path → GBytes of files beside it */
  guint64 budget;       /* bytes that converted weights may still take */
} LucidaOnnxStore;

typedef struct
{
  LucidaOnnxModel *model;
  LucidaNetwork *network;
  LucidaOnnxStore store;
  GHashTable *values;    /* name → value index, one based */
  GHashTable *producers; /* value index → LucidaNode * */
  GHashTable *stated;    /* name → LucidaOnnxValue *: shapes that the file states */
  GHashTable *tensors;   /* name → LucidaSpan *: TensorProto of a weight or a Constant */
  int n_made;            /* names that the reader itself has made up */
} LucidaOnnxBuild;

/* tensor.c */

void _lucida_onnx_store_init (LucidaOnnxStore *self, GBytes *bytes, const char *path);
void _lucida_onnx_store_clear (LucidaOnnxStore *self);
/* The tensor of a TensorProto: floats of every kind as float32, integers and booleans as int64.
 * Large float32 data is not copied. @name is for messages. (transfer full)
 * Errors: %LUCIDA_ERROR_CORRUPT, _UNSUPPORTED, _NOT_FOUND (a file beside the model), … */
LucidaTensor *_lucida_onnx_store_load (LucidaOnnxStore *self, LucidaSpan message, const char *name,
                                       GError **error);

/* external.c */

/* The bytes of the file at @location in the model's folder, never of one outside it.
 * (transfer none) */
GBytes *_lucida_onnx_store_open (LucidaOnnxStore *self, const char *location, GError **error);

/* functions.c */

/* Puts the nodes of the model's own functions in the place of their calls.
 * Errors: %LUCIDA_ERROR_CORRUPT (recursion), %LUCIDA_ERROR_TOO_LARGE. */
gboolean _lucida_onnx_inline (LucidaOnnxModel *model, GError **error);

/* names.c */

/* The layers' names for people, one for each of the model's nodes. (transfer full) */
GPtrArray *_lucida_onnx_names (const LucidaOnnxModel *model);

/* normalize.c */

/* Brings one node, written for operator set @opset, into the form of set 17. May add values and
 * nodes. @source is what the node was made from. Errors: %LUCIDA_ERROR_UNSUPPORTED. */
gboolean _lucida_onnx_normalize (LucidaOnnxBuild *build, LucidaNode *node,
                                 const LucidaOnnxNode *source, int64_t opset, GError **error);

/* metadata.c */

/* Refuses what the metadata says is no classifier. */
gboolean _lucida_onnx_check_task (const LucidaOnnxModel *model, GError **error);
/* Class names and preprocessing of a finished network. */
void _lucida_onnx_describe (const LucidaOnnxModel *model, LucidaNetwork *network);

/* build.c */

/* Makes the network's values and nodes. @constants [n_constants] as in lucida_onnx_read_bound().
 * Errors: everything that can be wrong with a model. */
gboolean _lucida_onnx_build (LucidaOnnxBuild *build, LucidaTensor *const *constants,
                             int n_constants, int output, gboolean bound, GCancellable *cancellable,
                             GError **error);
/* A constant value that the file does not have. */
int _lucida_onnx_build_constant (LucidaOnnxBuild *build, LucidaTensor *tensor);

G_END_DECLS
