#include "explorer/ahead.h"

#include "base/error.h"
#include "explorer/meaning.h"
#include "explorer/request.h"

#include <math.h>

void
lucida_ahead_job_free (gpointer data)
{
  LucidaAheadJob *job = data;

  g_object_unref (job->item);
  g_free (job->path);
  g_clear_pointer (&job->model, lucida_model_unref);
  lucida_question_free (job->question);
  lucida_question_free (job->other);
  g_clear_pointer (&job->shown, lucida_analysis_unref);
  g_strfreev (job->kept);
  g_free (job->picture_key);
  g_free (job->analysis_key);
  g_free (job);
}

LucidaAheadJob *
lucida_ahead_job_new (gpointer owner, LucidaPictureItem *item)
{
  LucidaAheadJob *job = g_new0 (LucidaAheadJob, 1);

  job->owner = owner;
  job->item = g_object_ref (item);
  job->path = g_strdup (lucida_picture_item_get_path (item));
  return job;
}

gpointer
lucida_ahead_run_thumbnail (gpointer data, LucidaJob *worker_job, GCancellable *cancellable,
                            GError **error)
{
  const LucidaAheadJob *job = data;

  return lucida_picture_open_thumbnail (job->path, job->width, job->height, cancellable, error);
}

/* The picture, kept from before or read; @is_new: which of both. */
static LucidaPicture *
get_picture (LucidaAheadJob *job, gboolean *is_new, GCancellable *cancellable, GError **error)
{
  LucidaPicture *kept;

  job->picture_key = lucida_request_make_picture_key (job->path);
  kept = job->picture_key ? lucida_cache_get (job->cache, job->picture_key) : NULL;
  *is_new = !kept;
  return kept ? lucida_picture_ref (kept)
              : lucida_picture_open (job->path, TRUE, cancellable, error);
}

static LucidaAnalysis *
get_analysis (LucidaAheadJob *job, LucidaPicture *picture, gboolean keep, GCancellable *cancellable,
              GError **error)
{
  LucidaAnalysis *analysis;

  job->analysis_key = lucida_request_make_analysis_key (job->model, job->picture_key);
  analysis = job->analysis_key ? lucida_cache_get (job->cache, job->analysis_key) : NULL;
  if (analysis)
    lucida_analysis_ref (analysis);
  else
    analysis = lucida_analysis_new_for_picture (job->model, picture, keep, job->pool, cancellable,
                                                NULL, NULL, error);
  if (analysis)
    {
      const float *probabilities = lucida_analysis_get_probabilities (analysis);

      job->predicted = lucida_analysis_get_predicted (analysis);
      job->probability = probabilities ? probabilities[job->predicted] : NAN;
    }
  return analysis;
}

gpointer
lucida_ahead_run_scores (gpointer data, LucidaJob *worker_job, GCancellable *cancellable,
                         GError **error)
{
  LucidaAheadJob *job = data;
  g_autoptr (LucidaPicture) picture = NULL;
  g_autoptr (LucidaAnalysis) analysis = NULL;
  gboolean is_new;

  g_clear_pointer (&job->picture_key, g_free);
  g_clear_pointer (&job->analysis_key, g_free);
  picture = get_picture (job, &is_new, cancellable, error);
  if (picture)
    analysis = get_analysis (job, picture, FALSE, cancellable, error);
  return analysis ? job : NULL;
}

/* Answers the questions, so that @analysis keeps what that takes. One that cannot be answered is no
 * reason to lose the scores; only being cancelled is an error. */
static gboolean
answer (const LucidaAheadJob *job, LucidaAnalysis *analysis, GCancellable *cancellable,
        GError **error)
{
  g_autoptr (LucidaQuestion) meant
      = job->other ? lucida_question_find_meaning (job->other, job->question, job->model, analysis)
                   : NULL;
  const LucidaQuestion *const questions[] = { job->question, meant };

  for (gsize i = 0; i < G_N_ELEMENTS (questions) && questions[i]; i++)
    {
      g_autoptr (LucidaExplanation) explanation = lucida_analysis_explain (
          analysis, questions[i], TRUE, job->pool, cancellable, NULL, NULL, NULL);

      if (!explanation
          && lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return FALSE;
    }
  return TRUE;
}

gpointer
lucida_ahead_run_answer (gpointer data, LucidaJob *worker_job, GCancellable *cancellable,
                         GError **error)
{
  LucidaAheadJob *job = data;
  const char *const *kept = (const char *const *) job->kept;
  g_autoptr (LucidaPicture) picture = NULL;
  g_autoptr (LucidaAnalysis) analysis = NULL;
  gboolean is_new;

  g_clear_pointer (&job->picture_key, g_free);
  g_clear_pointer (&job->analysis_key, g_free);
  job->full = !lucida_cache_fits (job->cache, lucida_analysis_get_size (job->shown), kept);
  if (job->full)
    return lucida_ahead_run_scores (data, worker_job, cancellable, error);
  picture = get_picture (job, &is_new, cancellable, error);
  if (picture)
    analysis = get_analysis (job, picture, TRUE, cancellable, error);
  if (!analysis || !answer (job, analysis, cancellable, error))
    return NULL;
  if (job->analysis_key)
    job->full = !lucida_cache_put_beside (
        job->cache, job->analysis_key, lucida_analysis_ref (analysis),
        lucida_analysis_get_size (analysis), (GDestroyNotify) lucida_analysis_unref, kept);
  if (job->picture_key && is_new && !job->full)
    {
      const char *const own[] = { job->analysis_key, NULL };
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) all = NULL;

      g_strv_builder_addv (builder, (const char **) kept);
      g_strv_builder_addv (builder, (const char **) own);
      all = g_strv_builder_end (builder);
      lucida_cache_put_beside (job->cache, job->picture_key, lucida_picture_ref (picture),
                               picture->stride * (gsize) picture->height,
                               (GDestroyNotify) lucida_picture_unref, (const char *const *) all);
    }
  return job;
}
