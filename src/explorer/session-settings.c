#include "explorer/session-private.h"

#include <string.h>

/* What a person says about a model: preprocessing, names of classes, and whether to keep them. */

#define TRIALS_KIND "session-trials"
#define TRIALS_PRIORITY 5 /* after everything that the picture itself waits for */

void
lucida_session_set_preprocessing (LucidaSession *self, const LucidaPreprocessing *value)
{
  const LucidaPreprocessing *present;
  LucidaRequest *request;

  g_return_if_fail (LUCIDA_IS_SESSION (self) && value != NULL && self->worker != NULL);

  if (!self->model)
    return;
  present = lucida_model_get_preprocessing (self->model);
  if (lucida_preprocessing_equal (value, present) && !self->running[LUCIDA_PHASE_MODEL]
      && !(present->assumed && !value->assumed))
    return;
  request = _lucida_session_new_request (self, LUCIDA_PHASE_MODEL);
  request->model = lucida_model_ref (self->model);
  request->preprocessing = *value;
  _lucida_session_push_model (self, request);
}

/* Whether @names are those of @model. */
static gboolean
has_names (const LucidaModel *model, const char *const *names)
{
  int n = lucida_model_get_n_classes (model);

  for (int i = 0; i < n; i++)
    if (!names[i] || strcmp (names[i], lucida_model_get_class_name (model, i)) != 0)
      return FALSE;
  return names[n] == NULL;
}

void
lucida_session_set_class_names (LucidaSession *self, const char *const *names)
{
  g_autoptr (GError) error = NULL;
  LucidaModel *model;

  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (!self->model || (names && has_names (self->model, names)))
    return;
  model = lucida_model_new_with_class_names (self->model, names, &error);
  if (model)
    _lucida_session_rename (self, model);
  else
    _lucida_session_fail (self, error->message);
}

LucidaModel *
_lucida_session_keep_names (LucidaSession *self, LucidaModel *model)
{
  int n = lucida_model_get_n_classes (self->model);
  g_autofree const char **names = NULL;
  LucidaModel *renamed;

  if (!lucida_model_has_own_class_names (self->model))
    return model;
  names = g_new0 (const char *, (gsize) n + 1);
  for (int i = 0; i < n; i++)
    names[i] = lucida_model_get_class_name (self->model, i);
  renamed = lucida_model_new_with_class_names (model, names, NULL);
  if (!renamed)
    return model;
  lucida_model_unref (model);
  return renamed;
}

static void
remember (LucidaSession *self)
{
  g_autoptr (GError) error = NULL;

  if (!lucida_model_remember (self->model, &error))
    _lucida_session_fail (self, error->message);
}

void
lucida_session_remember (LucidaSession *self)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (self->running[LUCIDA_PHASE_MODEL])
    self->to_remember = TRUE;
  else if (self->model)
    remember (self);
}

void
_lucida_session_settle_model (LucidaSession *self)
{
  if (self->to_remember)
    remember (self);
  self->to_remember = FALSE;
}

void
lucida_session_forget (LucidaSession *self)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (!self->model)
    return;
  if (lucida_model_forget (self->model, &error))
    lucida_session_open_model (self, lucida_model_get_path (self->model));
  else
    _lucida_session_fail (self, error->message);
}

/* What a trial job needs; owned by the job. */
typedef struct
{
  LucidaPool *pool; /* borrowed; used on the worker's thread alone */
  LucidaModel *model;
  LucidaPicture *picture;
  LucidaPreprocessing *values; /* [n] */
  int n;
  LucidaTrialsDone done;
  gpointer data;
} TrialJob;

static void
trial_job_free (gpointer data)
{
  TrialJob *self = data;

  lucida_model_unref (self->model);
  lucida_picture_unref (self->picture);
  g_free (self->values);
  g_free (self);
}

static gpointer
run_trials (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  TrialJob *self = data;

  return lucida_trials_run (self->model, self->picture, self->values, self->n, self->pool,
                            cancellable, lucida_job_set_progress, job, error);
}

static void
trials_done_cb (gpointer result, const GError *error, gpointer data)
{
  TrialJob *self = data;

  self->done (result, error, self->data);
}

gboolean
lucida_session_try (LucidaSession *self, const LucidaPreprocessing *values, int n,
                    LucidaTrialsDone done, gpointer data)
{
  TrialJob *job;

  g_return_val_if_fail (LUCIDA_IS_SESSION (self) && self->worker != NULL && done != NULL, FALSE);

  if (!self->model || !self->picture)
    return FALSE;
  job = g_new0 (TrialJob, 1);
  job->pool = self->pool;
  job->model = lucida_model_ref (self->model);
  job->picture = lucida_picture_ref (self->picture);
  job->values = g_memdup2 (values, (gsize) n * sizeof *values);
  job->n = n;
  job->done = done;
  job->data = data;
  lucida_worker_push (self->worker, TRIALS_KIND, TRIALS_PRIORITY, run_trials, job, trial_job_free,
                      (GDestroyNotify) g_ptr_array_unref, NULL, trials_done_cb);
  return TRUE;
}

void
lucida_session_stop_trying (LucidaSession *self)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (self->worker)
    lucida_worker_cancel (self->worker, TRIALS_KIND);
}
