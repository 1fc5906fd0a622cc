#include "explorer/request.h"

#include "base/error.h"
#include "base/file-stamp.h"

#define ANALYSIS_PREFIX "analysis\n"
#define PICTURE_PREFIX "picture\n"

#define LAYER_MAPS_TIME (G_USEC_PER_SEC / 100) /* µs at a time */

LucidaRequest *
lucida_request_new (LucidaPhase phase, gpointer owner, LucidaPool *pool, LucidaCache *cache)
{
  LucidaRequest *self = g_new0 (LucidaRequest, 1);

  self->phase = phase;
  self->owner = owner;
  self->pool = pool;
  self->cache = cache;
  return self;
}

void
lucida_request_free (LucidaRequest *self)
{
  g_clear_pointer (&self->model, lucida_model_unref);
  g_clear_pointer (&self->picture, lucida_picture_unref);
  g_clear_pointer (&self->analysis, lucida_analysis_unref);
  lucida_question_free (self->question);
  g_clear_pointer (&self->values, g_array_unref);
  g_free (self->picture_key);
  g_free (self->path);
  g_free (self);
}

void
lucida_opened_picture_free (LucidaOpenedPicture *self)
{
  g_clear_pointer (&self->picture, lucida_picture_unref);
  g_free (self->key);
  g_free (self);
}

char *
lucida_request_make_picture_key (const char *path)
{
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  LucidaFileStamp stamp;

  if (!lucida_file_stamp_read (full, &stamp))
    return NULL;
  return g_strdup_printf (PICTURE_PREFIX "%s\n%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT
                                         " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT,
                          full, stamp.seconds, stamp.nanoseconds, stamp.size, stamp.inode);
}

char *
lucida_request_make_analysis_key (LucidaModel *model, const char *picture_key)
{
  const LucidaPreprocessing *p = lucida_model_get_preprocessing (model);
  GString *key;

  if (!picture_key)
    return NULL;
  key = g_string_new (ANALYSIS_PREFIX);
  g_string_append_printf (key, "%p %d×%d %d %d %d %a", (void *) lucida_model_get_network (model),
                          p->height, p->width, p->resize, p->resample, p->channels, p->scale);
  for (int i = 0; i < LUCIDA_MAX_CHANNELS; i++)
    g_string_append_printf (key, " %a %a", p->mean[i], p->std[i]);
  g_string_append_printf (key, "\n%s", picture_key);
  return g_string_free (key, FALSE);
}

static LucidaModel *
run_model (LucidaRequest *self, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  LucidaModel *model;

  if (self->model)
    return lucida_model_new_with_preprocessing (self->model, &self->preprocessing, self->pool,
                                                cancellable, error);
  model = lucida_model_open_with_progress (self->path, self->pool, cancellable,
                                           lucida_job_set_progress, job, error);
  if (model)
    lucida_cache_drop (self->cache, ANALYSIS_PREFIX); /* they belong to the network before */
  return model;
}

static LucidaOpenedPicture *
run_picture (LucidaRequest *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaOpenedPicture) opened = g_new0 (LucidaOpenedPicture, 1);
  LucidaPicture *kept;

  opened->key = lucida_request_make_picture_key (self->path);
  kept = opened->key ? lucida_cache_get (self->cache, opened->key) : NULL;
  if (kept)
    {
      opened->picture = lucida_picture_ref (kept);
      return g_steal_pointer (&opened);
    }
  opened->picture = lucida_picture_open (self->path, TRUE, cancellable, error);
  if (!opened->picture)
    return NULL;
  if (opened->key)
    lucida_cache_put (self->cache, opened->key, lucida_picture_ref (opened->picture),
                      opened->picture->stride * (gsize) opened->picture->height,
                      (GDestroyNotify) lucida_picture_unref);
  return g_steal_pointer (&opened);
}

static LucidaAnalysis *
run_scores (LucidaRequest *self, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  g_autofree char *key = lucida_request_make_analysis_key (self->model, self->picture_key);
  LucidaAnalysis *analysis = key ? lucida_cache_get (self->cache, key) : NULL;
  g_autoptr (GError) local = NULL;

  if (analysis)
    return lucida_analysis_ref (analysis);
  analysis = lucida_analysis_new_for_picture (self->model, self->picture, TRUE, self->pool,
                                              cancellable, lucida_job_set_progress, job, &local);
  if (!analysis && g_error_matches (local, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY))
    {
      /* what is kept for later makes room for what is wanted now */
      g_clear_error (&local);
      lucida_cache_drop (self->cache, "");
      analysis
          = lucida_analysis_new_for_picture (self->model, self->picture, TRUE, self->pool,
                                             cancellable, lucida_job_set_progress, job, &local);
    }
  if (!analysis)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", self->picture->name);
      return NULL;
    }
  if (key)
    lucida_cache_put (self->cache, key, lucida_analysis_ref (analysis),
                      lucida_analysis_get_size (analysis), (GDestroyNotify) lucida_analysis_unref);
  return analysis;
}

static LucidaExplanation *
run_answer (LucidaRequest *self, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  g_autofree char *key = lucida_request_make_analysis_key (self->model, self->picture_key);
  LucidaExplanation *explanation
      = lucida_analysis_explain (self->analysis, self->question, TRUE, self->pool, cancellable,
                                 lucida_job_set_progress, job, error);

  if (key)
    lucida_cache_resize (self->cache, key, lucida_analysis_get_size (self->analysis));
  return explanation;
}

gpointer
lucida_request_run_layer_maps (gpointer request, LucidaJob *job, GCancellable *cancellable,
                               GError **error)
{
  LucidaRequest *self = request;
  LucidaNetwork *network = lucida_plan_get_network (lucida_analysis_get_plan (self->analysis));
  g_autofree char *key = lucida_request_make_analysis_key (self->model, self->picture_key);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GPtrArray) maps
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_heatmap_unref);

  for (guint i = self->next; i < self->values->len; i++)
    {
      int value = g_array_index (self->values, int, i);
      char *layers[] = { (char *) lucida_network_get_value_name (network, value), NULL };
      LucidaQuestion question = *self->question;
      g_autoptr (LucidaExplanation) explanation = NULL;

      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return NULL;
      question.layers = layers;
      explanation = lucida_analysis_explain (self->analysis, &question, TRUE, self->pool,
                                             cancellable, NULL, NULL, error);
      if (!explanation)
        return NULL;
      g_ptr_array_add (maps, lucida_heatmap_shrink (explanation->heatmap, LUCIDA_LAYER_MAP_SIZE));
      if (g_get_monotonic_time () - begin > LAYER_MAPS_TIME)
        break;
    }
  if (key)
    lucida_cache_resize (self->cache, key, lucida_analysis_get_size (self->analysis));
  return g_steal_pointer (&maps);
}

gpointer
lucida_request_run (gpointer request, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  LucidaRequest *self = request;

  if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
    return NULL;
  switch (self->phase)
    {
    case LUCIDA_PHASE_MODEL:
      return run_model (self, job, cancellable, error);
    case LUCIDA_PHASE_PICTURE:
      return run_picture (self, cancellable, error);
    case LUCIDA_PHASE_SCORES:
      return run_scores (self, job, cancellable, error);
    case LUCIDA_PHASE_ANSWER:
    case LUCIDA_PHASE_OTHER:
      return run_answer (self, job, cancellable, error);
    case LUCIDA_N_PHASES:
      break;
    }
  g_return_val_if_reached (NULL);
}

GDestroyNotify
lucida_phase_get_free_result (LucidaPhase phase)
{
  static const GDestroyNotify frees[LUCIDA_N_PHASES] = {
    [LUCIDA_PHASE_MODEL] = (GDestroyNotify) lucida_model_unref,
    [LUCIDA_PHASE_PICTURE] = (GDestroyNotify) lucida_opened_picture_free,
    [LUCIDA_PHASE_SCORES] = (GDestroyNotify) lucida_analysis_unref,
    [LUCIDA_PHASE_ANSWER] = (GDestroyNotify) lucida_explanation_unref,
    [LUCIDA_PHASE_OTHER] = (GDestroyNotify) lucida_explanation_unref,
  };

  return frees[phase];
}
