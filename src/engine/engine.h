#pragma once

#include "base/parallel.h"
#include "base/progress.h"
#include "base/tensor.h"
#include "network/network.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs a network forward, and its scores backward with respect to activations. How activations lie
 * in memory is the engine's own matter; arrays that pass through this header are C×H×W, float32,
 * row-major. Not for use from two threads at once, but from any one. */

/* A network made ready for one size of input: order, folded constants, every shape. Immutable and
 * reference-counted. */
typedef struct _LucidaPlan LucidaPlan;
/* What a forward pass left: every value the plan computes. Immutable and reference-counted. */
typedef struct _LucidaActivations LucidaActivations;
/* What a backward pass left: gradients of one score. Immutable and reference-counted. */
typedef struct _LucidaGradients LucidaGradients;

typedef enum
{
  LUCIDA_ENDING_LOGITS,   /* the output is taken as logits; probabilities are their softmax */
  LUCIDA_ENDING_SOFTMAX,  /* ends in Softmax (or LogSoftmax, or Softmax and Log) */
  LUCIDA_ENDING_SIGMOID,  /* one output with a sigmoid: two classes, logits -z and z */
  LUCIDA_ENDING_SIGMOIDS, /* several outputs with a sigmoid: each for itself */
  LUCIDA_ENDING_SCORE,    /* one linear output: one score, no probability */
} LucidaEnding;

/* A row of the layer table. */
typedef struct
{
  const char *name;   /* the layer's, for people; unique */
  const char *tensor; /* the name of the tensor that picking it means: its activated output */
  const char *op;     /* "Conv" */
  int value;          /* that tensor */
  int raw_value;      /* what the node itself makes; equal to value where nothing follows */
  int channels;       /* C×H×W of the tensor; height and width 0: without space, shape [C] */
  int height;
  int width;
  gint64 parameters;    /* the node's own */
  gboolean explainable; /* H·W > 1 and the scores depend on it */
  int stage;            /* counts runs of equal H×W from the input on; -1 without space */
} LucidaLayer;

/* Makes @network ready for an input of shape @input (batch first, batch 1, all sizes fixed).
 * (transfer full) Errors: %LUCIDA_ERROR_UNSUPPORTED names the first operator and node that cannot
 * be run; %LUCIDA_ERROR_CORRUPT, _TOO_LARGE, _NO_MEMORY, _CANCELLED. */
LucidaPlan *lucida_plan_new (LucidaNetwork *network, const LucidaShape *input, LucidaPool *pool,
                             GCancellable *cancellable, GError **error);
LucidaPlan *lucida_plan_ref (LucidaPlan *self);
void lucida_plan_unref (LucidaPlan *self);
LucidaNetwork *lucida_plan_get_network (const LucidaPlan *self); /* (transfer none) */
const LucidaShape *lucida_plan_get_input_shape (const LucidaPlan *self);
LucidaEnding lucida_plan_get_ending (const LucidaPlan *self);
/* Number of classes: of logits, but 2 for %LUCIDA_ENDING_SIGMOID. */
int lucida_plan_get_n_classes (const LucidaPlan *self);
/* The layers in topological order. (transfer none) */
const LucidaLayer *lucida_plan_get_layers (const LucidaPlan *self, int *n);
/* Index into the layers of the default one (docs/maps.md); -1: none is explainable. */
int lucida_plan_get_default_layer (const LucidaPlan *self);
/* C×H×W of a value with space; %FALSE for values without. */
gboolean lucida_plan_get_size (const LucidaPlan *self, int value, int *channels, int *height,
                               int *width);
/* Whether the scores depend on the value. */
gboolean lucida_plan_is_explainable (const LucidaPlan *self, int value);
/* The tensor that @name means: an exact tensor name, then a layer's name, then a unique last part.
 * Errors: %LUCIDA_ERROR_NOT_FOUND (naming a few that exist) or %LUCIDA_ERROR_INVALID (ambiguous,
 * naming the candidates; or nothing to explain there). -1 on error. @label (out) (transfer full):
 * the layer's own name where it is one, else the tensor's. */
int lucida_plan_find_layer (const LucidaPlan *self, const char *name, char **label, GError **error);
/* Which stage (LucidaLayer.stage) a value of the given size belongs to, and how many there are. */
int lucida_plan_get_stage (const LucidaPlan *self, int value);
int lucida_plan_get_n_stages (const LucidaPlan *self);

/* Runs the network. @input: of the plan's input shape. @keep: whether lucida_plan_backward() and
 * lucida_activations_dup() will be called, or only the scores are wanted. (transfer full)
 * Errors: %LUCIDA_ERROR_NO_MEMORY, _CANCELLED, _INVALID (shape). */
LucidaActivations *lucida_plan_forward (LucidaPlan *self, LucidaTensor *input, gboolean keep,
                                        LucidaPool *pool, GCancellable *cancellable,
                                        LucidaProgressFunc progress, gpointer data, GError **error);
LucidaActivations *lucida_activations_ref (LucidaActivations *self);
void lucida_activations_unref (LucidaActivations *self);
/* [n_classes], before Softmax or Sigmoid; for %LUCIDA_ENDING_SIGMOID -z and z. */
const float *lucida_activations_get_logits (const LucidaActivations *self);
/* [n_classes]; NULL for %LUCIDA_ENDING_SCORE. */
const float *lucida_activations_get_probabilities (const LucidaActivations *self);
gsize lucida_activations_get_size (const LucidaActivations *self); /* bytes held */
/* A value as C×H×W. (transfer full) Errors: %LUCIDA_ERROR_INVALID if it has no space or was not
 * kept, %LUCIDA_ERROR_NO_MEMORY. */
LucidaTensor *lucida_activations_dup (const LucidaActivations *self, int value, GError **error);

/* The gradient of Σ_c weights[c]·logit_c with respect to the values @wanted. @weights:
 * [n_classes], for instance 1 at one class, or 1 and -1 for a contrast. The pass ends at the last
 * value that was wanted. (transfer full) Errors: %LUCIDA_ERROR_NO_MEMORY, _CANCELLED, _INVALID. */
LucidaGradients *lucida_plan_backward (LucidaPlan *self, LucidaActivations *activations,
                                       const float *weights, const int *wanted, int n_wanted,
                                       LucidaPool *pool, GCancellable *cancellable,
                                       LucidaProgressFunc progress, gpointer data, GError **error);
LucidaGradients *lucida_gradients_ref (LucidaGradients *self);
void lucida_gradients_unref (LucidaGradients *self);
gsize lucida_gradients_get_size (const LucidaGradients *self); /* bytes held */
gboolean lucida_gradients_has (const LucidaGradients *self, int value);
/* The gradient at a wanted value as C×H×W. (transfer full) */
LucidaTensor *lucida_gradients_dup (const LucidaGradients *self, int value, GError **error);

/* How dense products are computed: NULL if by the library as usual, else one sentence that says
 * why the program's own slower code is used. */
const char *lucida_engine_get_fallback (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPlan, lucida_plan_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaActivations, lucida_activations_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaGradients, lucida_gradients_unref)

G_END_DECLS
