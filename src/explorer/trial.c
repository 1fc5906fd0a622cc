#include "explorer/trial.h"

#include "base/error.h"
#include "explorer/explanation.h"

#include <math.h>

void
lucida_trial_free (LucidaTrial *self)
{
  g_clear_pointer (&self->seen, lucida_picture_unref);
  g_free (self);
}

/* @value at the size at which the model would be run. */
static LucidaPreprocessing
complete_size (LucidaModel *model, const LucidaPreprocessing *value)
{
  const LucidaPreprocessing *present = lucida_model_get_preprocessing (model);
  LucidaPreprocessing complete = *value;
  int channels, height, width;

  if (!lucida_network_get_input_size (lucida_model_get_network (model), &channels, &height, &width))
    height = width = LUCIDA_FREE_SIZE;
  if (height != LUCIDA_FREE_SIZE || complete.height <= 0)
    complete.height = present->height;
  if (width != LUCIDA_FREE_SIZE || complete.width <= 0)
    complete.width = present->width;
  return complete;
}

LucidaPicture *
lucida_trial_preview (LucidaModel *model, LucidaPicture *picture, const LucidaPreprocessing *value,
                      GError **error)
{
  LucidaPreprocessing complete = complete_size (model, value);
  gboolean channels_last
      = lucida_network_get_input_layout (lucida_model_get_network (model)) == LUCIDA_LAYOUT_NHWC;
  int channels = lucida_model_get_input_channels (model, error);
  g_autoptr (LucidaTensor) input = NULL;

  if (channels < 0)
    return NULL;
  input = lucida_picture_to_tensor (picture, &complete, channels, channels_last, error);
  return input ? lucida_picture_new_from_tensor (input, &complete, channels_last, picture->name,
                                                 error)
               : NULL;
}

static LucidaTrial *
run_one (LucidaModel *model, LucidaPicture *picture, const LucidaPreprocessing *value,
         LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  LucidaPreprocessing complete = complete_size (model, value);
  g_autoptr (LucidaTrial) self = g_new0 (LucidaTrial, 1);
  g_autoptr (LucidaModel) other
      = lucida_model_new_with_preprocessing (model, &complete, pool, cancellable, error);
  g_autoptr (LucidaAnalysis) analysis = NULL;
  const float *probabilities;

  if (!other)
    return NULL;
  analysis = lucida_analysis_new_for_picture (other, picture, FALSE, pool, cancellable, NULL, NULL,
                                              error);
  if (!analysis)
    return NULL;
  probabilities = lucida_analysis_get_probabilities (analysis);
  self->preprocessing = complete;
  self->class_index = lucida_analysis_get_predicted (analysis);
  self->logit = lucida_analysis_get_logits (analysis)[self->class_index];
  self->probability = probabilities ? probabilities[self->class_index] : NAN;
  self->seen = lucida_trial_preview (model, picture, &complete, error);
  return self->seen ? g_steal_pointer (&self) : NULL;
}

GPtrArray *
lucida_trials_run (LucidaModel *model, LucidaPicture *picture, const LucidaPreprocessing *values,
                   int n, LucidaPool *pool, GCancellable *cancellable, LucidaProgressFunc progress,
                   gpointer data, GError **error)
{
  g_autoptr (GPtrArray) trials
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_trial_free);

  for (int i = 0; i < n; i++)
    {
      LucidaTrial *trial;

      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return NULL;
      trial = run_one (model, picture, &values[i], pool, cancellable, error);
      if (!trial)
        return NULL;
      g_ptr_array_add (trials, trial);
      if (progress)
        progress ((guint) i + 1, (guint) n, data);
    }
  return g_steal_pointer (&trials);
}

LucidaPreprocessing *
lucida_trial_presets (LucidaModel *model, int *n)
{
  LucidaPreprocessing *values = g_new (LucidaPreprocessing, LUCIDA_PREPROCESSING_RAW + 1);
  int channels = lucida_model_get_input_channels (model, NULL);

  *n = LUCIDA_PREPROCESSING_RAW + 1;
  for (int i = 0; i < *n; i++)
    {
      LucidaPreprocessing value = lucida_preprocessing_preset (i, channels < 0 ? 3 : channels);

      values[i] = complete_size (model, &value);
    }
  return values;
}
