#pragma once

#include "engine/engine.h"
#include "engine/ops/op.h"

G_BEGIN_DECLS

/* What the plan knows about a value of the network. */
typedef struct
{
  gboolean known; /* shape is set */
  LucidaElement element;
  LucidaShape shape;
  LucidaTensor *constant; /* (nullable) a weight, or folded when the plan was made */
  int channel_axis;       /* 1 or the last for values with space, -1 otherwise */
  gboolean scored;        /* the logits depend on it */
  int stage;              /* index into the distinct H×W, -1 without space */
} PlanValue;

/* A node that is run for every picture. */
typedef struct
{
  int node;
  const LucidaOp *op;
  gsize forward_bytes;  /* workspace */
  gsize backward_bytes; /* workspace */
} PlanStep;

struct _LucidaPlan
{
  gatomicrefcount references;
  LucidaNetwork *network;
  LucidaShape input;
  PlanValue *values; /* [n_values of the network] */
  GArray *steps;     /* PlanStep, up to the logits, topological order */
  guint threads;     /* that the workspaces are large enough for */
  int logits;        /* value */
  LucidaEnding ending;
  int n_classes;
  GArray *layers; /* LucidaLayer */
  int default_layer;
  GArray *stages; /* gint64: H << 32 | W, in order of appearance */
};

/* A call of a node over @values; its arrays belong to the call. */
typedef struct
{
  LucidaOpCall call;
  LucidaOpValue *slots; /* one an input, then one an output */
  LucidaOpValue **pointers;
} PlanCall;

/* Shapes, elements and constant data filled in. */
void _lucida_plan_call_init (PlanCall *self, const LucidaPlan *plan, const LucidaNode *node,
                             LucidaPool *pool);
void _lucida_plan_call_clear (PlanCall *self);

/* Parts of lucida_plan_new(), in this order. */
gboolean _lucida_plan_find_scores (LucidaPlan *self, GError **error); /* scores.c */
void _lucida_plan_find_layout (LucidaPlan *self);                     /* layout.c */
void _lucida_plan_find_layers (LucidaPlan *self);                     /* layers.c */

/* scores.c: logits as [n_classes] from the values of the logits tensor, and probabilities. */
void _lucida_plan_read_scores (const LucidaPlan *self, const float *z, float *logits,
                               float *probabilities);
/* The seed of the backward pass, [count of the logits tensor], from weights [n_classes]. */
void _lucida_plan_seed (const LucidaPlan *self, const float *weights, float *seed);

/* layout.c: @data of @value as a new C×H×W tensor. */
LucidaTensor *_lucida_plan_to_chw (const LucidaPlan *self, int value, const float *data,
                                   GError **error);

struct _LucidaActivations
{
  gatomicrefcount references;
  LucidaPlan *plan;
  LucidaTensor **values; /* [n_values] (nullable entries) */
  float *logits;         /* [n_classes] */
  float *probabilities;  /* [n_classes] (nullable) */
};

struct _LucidaGradients
{
  gatomicrefcount references;
  LucidaPlan *plan;
  LucidaTensor **values; /* [n_values] (nullable entries): those that were wanted */
};

G_END_DECLS
