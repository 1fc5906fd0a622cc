#pragma once

#include "explorer/model.h"

G_BEGIN_DECLS

/* What a network would say to a picture under another preprocessing: a choice between several is
 * easier when their answers stand side by side. */
typedef struct
{
  LucidaPreprocessing preprocessing; /* as it would be in force: its size is set */
  int class_index;                   /* of the largest logit */
  double logit;
  double probability;  /* NaN where the network gives none */
  LucidaPicture *seen; /* the network's input as a picture */
} LucidaTrial;

void lucida_trial_free (LucidaTrial *self);
/* Tries each of @values [n] with one forward pass each. (transfer full) LucidaTrial, in their
 * order. Long: for a worker. Errors: those of lucida_analysis_new_for_picture(). */
GPtrArray *lucida_trials_run (LucidaModel *model, LucidaPicture *picture,
                              const LucidaPreprocessing *values, int n, LucidaPool *pool,
                              GCancellable *cancellable, LucidaProgressFunc progress, gpointer data,
                              GError **error);
/* What the model's network would see of @picture under @value, as a picture; a size that is not
 * said is the model's. No pass is run. (transfer full)
 * Errors: %LUCIDA_ERROR_UNSUPPORTED (the input is no picture), _NO_MEMORY. */
LucidaPicture *lucida_trial_preview (LucidaModel *model, LucidaPicture *picture,
                                     const LucidaPreprocessing *value, GError **error);
/* The usual preprocessings for the model's network, in the order of LucidaPreprocessingPreset,
 * their size that of the model. @n (out). (transfer full), free with g_free() */
LucidaPreprocessing *lucida_trial_presets (LucidaModel *model, int *n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTrial, lucida_trial_free)

G_END_DECLS
