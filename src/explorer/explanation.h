#pragma once

#include "cam/heatmap.h"
#include "cam/method.h"
#include "explorer/model.h"

G_BEGIN_DECLS

#define LUCIDA_PREDICTED_CLASS (-1)
#define LUCIDA_NO_CLASS (-1)
/* In the question of a session's other half only: */
#define LUCIDA_SAME_CLASS (-2) /* class and contrast of the main question */
#define LUCIDA_RUNNER_UP (-3)  /* the likeliest class that the main question is not about */

/* What is asked of one picture. A value; strings are owned. */
typedef struct
{
  int class_index;   /* or LUCIDA_PREDICTED_CLASS */
  int against_index; /* the contrast "why a rather than b", or LUCIDA_NO_CLASS */
  char **layers;     /* names, NULL-terminated; NULL or empty: the default layer */
  const LucidaMethod *method;
} LucidaQuestion;

LucidaQuestion *lucida_question_copy (const LucidaQuestion *self);
void lucida_question_free (LucidaQuestion *self);

typedef struct
{
  double load;    /* seconds */
  double forward; /* 0 where it was kept from before */
  double backward;
  double cam;
} LucidaSeconds;

/* The answer. Immutable, reference-counted. */
typedef struct
{
  gatomicrefcount references;
  LucidaHeatmap *heatmap;
  int class_index;
  int against_index; /* or LUCIDA_NO_CLASS */
  double logit;
  double probability; /* NaN where the network gives none */
  double score;       /* what was differentiated: logit, or the difference */
  char *layer;        /* label; several joined by " + " */
  int *values;        /* [n_values] the tensors explained */
  float *shares;      /* [n_values] each layer's share of a fused map; 1 for one layer */
  int n_values;
  const LucidaMethod *method;
  LucidaSeconds seconds;
} LucidaExplanation;

/* The classes, largest logit first; NaN comes last, equals in the network's order. @logits
 * (nullable) [n_classes]; without them, the network's order. (transfer full) [n_classes] */
int *lucida_classes_rank (const float *logits, int n_classes);

LucidaExplanation *lucida_explanation_ref (LucidaExplanation *self);
void lucida_explanation_unref (LucidaExplanation *self);

/* One input through one model: the forward pass, and what has been asked of it so far (gradients
 * by class). Used by one thread at a time. */
typedef struct _LucidaAnalysis LucidaAnalysis;

/* Runs the forward pass. @input: 1×C×H×W or 1×H×W×C as the network has it; another plan is made if
 * its size is not the model's usual one. @keep: FALSE if only scores are wanted. (transfer full)
 * Errors: those of lucida_plan_new() and lucida_plan_forward(). */
LucidaAnalysis *lucida_analysis_new (LucidaModel *model, LucidaTensor *input, gboolean keep,
                                     LucidaPool *pool, GCancellable *cancellable,
                                     LucidaProgressFunc progress, gpointer data, GError **error);
/* Preprocesses @picture as the model wants it and runs the forward pass. */
LucidaAnalysis *lucida_analysis_new_for_picture (LucidaModel *model, LucidaPicture *picture,
                                                 gboolean keep, LucidaPool *pool,
                                                 GCancellable *cancellable,
                                                 LucidaProgressFunc progress, gpointer data,
                                                 GError **error);
LucidaAnalysis *lucida_analysis_ref (LucidaAnalysis *self);
void lucida_analysis_unref (LucidaAnalysis *self);
LucidaPlan *lucida_analysis_get_plan (const LucidaAnalysis *self);
LucidaActivations *lucida_analysis_get_activations (const LucidaAnalysis *self);
const float *lucida_analysis_get_logits (const LucidaAnalysis *self);        /* [n_classes] */
const float *lucida_analysis_get_probabilities (const LucidaAnalysis *self); /* (nullable) */
int lucida_analysis_get_predicted (const LucidaAnalysis *self); /* the class of the largest logit */
gsize lucida_analysis_get_size (const LucidaAnalysis *self);    /* bytes held */
/* Answers a question; gradients are kept for the next one about the same class. @every_layer: one
 * backward pass for all pickable layers, so that other layers cost nothing later; otherwise it ends
 * at the shallowest layer asked for. (transfer full)
 * Errors: %LUCIDA_ERROR_NOT_FOUND, _INVALID (layer, class), _NO_MEMORY, _CANCELLED. */
LucidaExplanation *lucida_analysis_explain (LucidaAnalysis *self, const LucidaQuestion *question,
                                            gboolean every_layer, LucidaPool *pool,
                                            GCancellable *cancellable, LucidaProgressFunc progress,
                                            gpointer data, GError **error);
/* Activation or gradient (C×H×W) at a value that lucida_analysis_explain() has explained; the
 * gradient is that of @explanation's score. (transfer full) */
LucidaTensor *lucida_analysis_dup_activation (LucidaAnalysis *self, int value, GError **error);
LucidaTensor *lucida_analysis_dup_gradient (LucidaAnalysis *self,
                                            const LucidaExplanation *explanation, int value,
                                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaQuestion, lucida_question_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaExplanation, lucida_explanation_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaAnalysis, lucida_analysis_unref)

G_END_DECLS
