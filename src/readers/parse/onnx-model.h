#pragma once

#include "base/tensor.h"
#include "readers/parse/protobuf-bounds.h"

G_BEGIN_DECLS

/* ONNX's messages as plain structs (onnx.proto, IR version 1 to 10). Strings are UTF-8 and owned by
 * the model; spans point into the bytes that were parsed, which must outlive the model. */

typedef enum
{
  LUCIDA_ONNX_FLOAT = 1,
  LUCIDA_ONNX_INT = 2,
  LUCIDA_ONNX_STRING = 3,
  LUCIDA_ONNX_TENSOR = 4,
  LUCIDA_ONNX_GRAPH = 5,
  LUCIDA_ONNX_FLOATS = 6,
  LUCIDA_ONNX_INTS = 7,
  LUCIDA_ONNX_STRINGS = 8,
} LucidaOnnxKind;

typedef struct
{
  const char *name;
  int kind; /* LucidaOnnxKind, or another number of the format's that nothing here uses */
  float f;
  int64_t i;
  const char *s;
  LucidaSpan tensor;     /* a TensorProto */
  GArray *floats;        /* float (nullable) */
  GArray *ints;          /* int64_t (nullable) */
  GPtrArray *strings;    /* const char * (nullable) */
  const char *reference; /* (nullable) in a function: the caller's attribute stands here */
} LucidaOnnxAttribute;

typedef struct
{
  const char *name; /* "" where it has none */
  const char *op;
  const char *domain;    /* "" also for "ai.onnx" */
  const char *scopes;    /* (nullable) PyTorch's pkg.torch.onnx.name_scopes */
  int64_t opset;         /* that its function was written for; 0: the model's */
  GPtrArray *inputs;     /* const char *; "" is one left out */
  GPtrArray *outputs;    /* const char * */
  GPtrArray *attributes; /* LucidaOnnxAttribute */
} LucidaOnnxNode;

typedef struct
{
  const char *name;
  gboolean is_tensor; /* not a sequence, a map, an optional */
  int element;        /* the format's element type */
  LucidaShape shape;  /* -1 where a size is open; rank -1: not stated */
} LucidaOnnxValue;

typedef struct
{
  const char *name;
  LucidaSpan tensor; /* a TensorProto */
} LucidaOnnxInitializer;

typedef struct
{
  const char *name;
  const char *domain;
  GPtrArray *inputs;   /* const char * */
  GPtrArray *outputs;  /* const char * */
  GPtrArray *nodes;    /* LucidaOnnxNode */
  GPtrArray *defaults; /* LucidaOnnxAttribute */
  int64_t opset;       /* of the domain ""; 0: not stated */
} LucidaOnnxFunction;

typedef struct
{
  const char *key;
  const char *value;
} LucidaOnnxEntry;

typedef struct
{
  int64_t ir_version;
  int64_t opset; /* of the domain ""; 0: not stated */
  const char *producer;
  const char *graph_name;
  gboolean has_graph;
  gboolean has_sparse;     /* sparse initializers */
  GPtrArray *nodes;        /* LucidaOnnxNode */
  GPtrArray *initializers; /* LucidaOnnxInitializer */
  GPtrArray *inputs;       /* LucidaOnnxValue */
  GPtrArray *outputs;      /* LucidaOnnxValue */
  GPtrArray *values;       /* LucidaOnnxValue: shapes stated for values inside */
  GPtrArray *functions;    /* LucidaOnnxFunction */
  GPtrArray *metadata;     /* LucidaOnnxEntry */
  GArray *owned;           /* everything that the model frees */
  GStringChunk *strings;
  guint budget; /* things that may still be made */
} LucidaOnnxModel;

void lucida_onnx_model_free (LucidaOnnxModel *self);
/* (nullable) The attribute of that name. */
const LucidaOnnxAttribute *lucida_onnx_find (const LucidaOnnxNode *node, const char *name);
/* A new node that belongs to @self, named as @from (nullable) is but with empty lists.
 * (transfer none) (nullable): %LUCIDA_ERROR_TOO_LARGE. */
LucidaOnnxNode *lucida_onnx_node_new (LucidaOnnxModel *self, const LucidaOnnxNode *from,
                                      GError **error);
/* A copy that belongs to @self; its lists are shared. (transfer none) (nullable) */
LucidaOnnxAttribute *lucida_onnx_attribute_copy (LucidaOnnxModel *self,
                                                 const LucidaOnnxAttribute *from, GError **error);
/* A string that lives as long as @self. */
const char *lucida_onnx_keep (LucidaOnnxModel *self, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaOnnxModel, lucida_onnx_model_free)

G_END_DECLS
