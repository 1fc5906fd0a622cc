#include "explorer/session.h"

#include "base/error.h"
#include "explorer/session-private.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *kind;
  const char *what; /* a gettext key */
  int priority;
} PhaseInfo;

/* A picture is there at once, even while a large model is being opened. */
static const PhaseInfo phases[LUCIDA_N_PHASES] = {
  [LUCIDA_PHASE_MODEL] = { "session-model", N_ ("Opening the model"), 20 },
  [LUCIDA_PHASE_PICTURE] = { "session-picture", N_ ("Opening the picture"), 30 },
  [LUCIDA_PHASE_SCORES] = { "session-scores", N_ ("Classifying the picture"), 10 },
  [LUCIDA_PHASE_ANSWER] = { "session-answer", N_ ("Explaining the class"), 10 },
  [LUCIDA_PHASE_OTHER] = { "session-other", N_ ("Explaining the other half"), 9 },
};

enum
{
  MODEL_CHANGED,
  PICTURE_CHANGED,
  SCORES_CHANGED,
  QUESTION_CHANGED,
  EXPLANATION_CHANGED,
  POSITION_CHANGED,
  LAYER_MAPS_CHANGED,
  OTHER_CHANGED,
  BUSY_CHANGED,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LucidaSession, lucida_session, G_TYPE_OBJECT)

static void
lucida_session_dispose (GObject *object)
{
  LucidaSession *self = LUCIDA_SESSION (object);

  lucida_session_close (self);
  _lucida_session_drop_other (self);
  g_clear_pointer (&self->explanation, lucida_explanation_unref);
  g_clear_pointer (&self->analysis, lucida_analysis_unref);
  g_clear_pointer (&self->picture, lucida_picture_unref);
  g_clear_pointer (&self->model, lucida_model_unref);
  G_OBJECT_CLASS (lucida_session_parent_class)->dispose (object);
}

static void
lucida_session_finalize (GObject *object)
{
  LucidaSession *self = LUCIDA_SESSION (object);

  _lucida_pictures_free (self->pictures);
  lucida_question_free (self->question);
  _lucida_layer_maps_free (self->layer_maps);
  lucida_choices_free (self->choices);
  lucida_question_free (self->other);
  g_free (self->picture_key);
  g_free (self->picture_path);
  G_OBJECT_CLASS (lucida_session_parent_class)->finalize (object);
}

static guint
new_signal (const char *name, guint n_arguments)
{
  return g_signal_new (name, LUCIDA_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, n_arguments, G_TYPE_STRING);
}

static void
lucida_session_class_init (LucidaSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lucida_session_dispose;
  object_class->finalize = lucida_session_finalize;

  signals[MODEL_CHANGED] = new_signal ("model-changed", 0);
  signals[PICTURE_CHANGED] = new_signal ("picture-changed", 0);
  signals[SCORES_CHANGED] = new_signal ("scores-changed", 0);
  signals[QUESTION_CHANGED] = new_signal ("question-changed", 0);
  signals[EXPLANATION_CHANGED] = new_signal ("explanation-changed", 0);
  signals[POSITION_CHANGED] = new_signal ("position-changed", 0);
  signals[LAYER_MAPS_CHANGED] = new_signal ("layer-maps-changed", 0);
  signals[OTHER_CHANGED] = new_signal ("other-changed", 0);
  signals[BUSY_CHANGED] = new_signal ("busy-changed", 0);
  signals[FAILED] = new_signal ("failed", 1);
}

static void
lucida_session_init (LucidaSession *self)
{
  const LucidaQuestion question
      = { LUCIDA_PREDICTED_CLASS, LUCIDA_NO_CLASS, NULL, lucida_methods[0] };

  self->question = lucida_question_copy (&question);
  self->worker = lucida_worker_new ();
  self->pool = lucida_pool_new (0);
  self->cache = lucida_cache_new (0);
  self->pictures = _lucida_pictures_new (self);
  self->layer_maps = _lucida_layer_maps_new ();
}

LucidaSession *
lucida_session_new (void)
{
  return g_object_new (LUCIDA_TYPE_SESSION, NULL);
}

void
lucida_session_close (LucidaSession *self)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  _lucida_pictures_close (self->pictures);
  g_clear_pointer (&self->worker, lucida_worker_free);
  if (self->choices)
    lucida_choices_save (self->choices, NULL);
  g_clear_pointer (&self->cache, lucida_cache_free);
  g_clear_pointer (&self->pool, lucida_pool_free);
}

LucidaWorker *
lucida_session_get_worker (LucidaSession *self)
{
  return self->worker;
}

/* What runs. */

static void
phase_set_running (LucidaSession *self, LucidaPhase phase, gboolean running)
{
  self->fraction[phase] = -1.0;
  if (self->running[phase] == running)
    return;
  self->running[phase] = running;
  g_signal_emit (self, signals[BUSY_CHANGED], 0);
}

void
_lucida_session_cancel (LucidaSession *self, LucidaPhase phase)
{
  if (self->worker)
    lucida_worker_cancel (self->worker, phases[phase].kind);
  phase_set_running (self, phase, FALSE);
}

static void
phase_progress_cb (double fraction, gpointer data)
{
  LucidaRequest *request = data;
  LucidaSession *self = request->owner;

  self->fraction[request->phase] = fraction;
  g_signal_emit (self, signals[BUSY_CHANGED], 0);
}

void
_lucida_session_fail (LucidaSession *self, const char *sentence)
{
  g_signal_emit (self, signals[FAILED], 0, sentence);
}

void
_lucida_session_emit_other (LucidaSession *self)
{
  g_signal_emit (self, signals[OTHER_CHANGED], 0);
}

/* What comes back. */

static void
forget_scores (LucidaSession *self)
{
  g_clear_pointer (&self->analysis, lucida_analysis_unref);
  g_clear_pointer (&self->explanation, lucida_explanation_unref);
  self->asked = FALSE;
  _lucida_session_drop_other (self);
}

static void
emit_scores_and_explanation (LucidaSession *self)
{
  g_signal_emit (self, signals[SCORES_CHANGED], 0);
  g_signal_emit (self, signals[EXPLANATION_CHANGED], 0);
  if (!_lucida_session_follow_other (self))
    _lucida_session_emit_other (self);
}

static void
take_model (LucidaSession *self, LucidaModel *model)
{
  gboolean same_network
      = self->model && lucida_model_get_network (self->model) == lucida_model_get_network (model);

  if (same_network)
    model = _lucida_session_keep_names (self, model);
  g_clear_pointer (&self->model, lucida_model_unref);
  self->model = model;
  forget_scores (self);
  _lucida_session_forget_layer_maps (self, same_network);
  if (!same_network)
    {
      /* classes and layers were the former network's */
      self->question->class_index = LUCIDA_PREDICTED_CLASS;
      self->question->against_index = LUCIDA_NO_CLASS;
      g_clear_pointer (&self->question->layers, g_strfreev);
      _lucida_session_restore_choice (self);
      _lucida_session_reset_other (self);
    }
  g_signal_emit (self, signals[MODEL_CHANGED], 0);
  if (!same_network)
    g_signal_emit (self, signals[QUESTION_CHANGED], 0);
  emit_scores_and_explanation (self);
  _lucida_session_settle_model (self);
}

void
_lucida_session_rename (LucidaSession *self, LucidaModel *model)
{
  g_clear_pointer (&self->model, lucida_model_unref);
  self->model = model;
  g_signal_emit (self, signals[MODEL_CHANGED], 0);
  emit_scores_and_explanation (self);
}

static void
take_picture (LucidaSession *self, LucidaOpenedPicture *opened, const char *path)
{
  g_clear_pointer (&self->picture, lucida_picture_unref);
  self->picture = g_steal_pointer (&opened->picture);
  g_free (self->picture_key);
  self->picture_key = g_steal_pointer (&opened->key);
  lucida_opened_picture_free (opened);
  g_free (self->picture_path);
  self->picture_path = g_strdup (path);
  forget_scores (self);
  _lucida_pictures_follow (self->pictures, path);
  _lucida_session_forget_layer_maps (self, TRUE);
  g_signal_emit (self, signals[PICTURE_CHANGED], 0);
  emit_scores_and_explanation (self);
}

void
_lucida_session_drop_picture (LucidaSession *self)
{
  _lucida_session_cancel (self, LUCIDA_PHASE_SCORES);
  _lucida_session_cancel (self, LUCIDA_PHASE_ANSWER);
  _lucida_session_cancel (self, LUCIDA_PHASE_OTHER);
  g_clear_pointer (&self->picture, lucida_picture_unref);
  g_clear_pointer (&self->picture_key, g_free);
  g_clear_pointer (&self->picture_path, g_free);
  forget_scores (self);
  _lucida_session_forget_layer_maps (self, TRUE);
  g_signal_emit (self, signals[PICTURE_CHANGED], 0);
  emit_scores_and_explanation (self);
}

static void
take_analysis (LucidaSession *self, LucidaAnalysis *analysis)
{
  g_clear_pointer (&self->analysis, lucida_analysis_unref);
  self->analysis = analysis;
  g_signal_emit (self, signals[SCORES_CHANGED], 0);
  _lucida_session_follow_other (self);
}

static void
take_explanation (LucidaSession *self, LucidaExplanation *explanation)
{
  g_clear_pointer (&self->explanation, lucida_explanation_unref);
  self->explanation = explanation;
  self->asked = TRUE;
  g_signal_emit (self, signals[EXPLANATION_CHANGED], 0);
}

static void
phase_done_cb (gpointer result, const GError *error, gpointer data)
{
  LucidaRequest *request = data;
  g_autoptr (LucidaSession) self = g_object_ref (request->owner);

  /* busy-changed comes last: between two phases nobody sees the session idle */
  self->running[request->phase] = FALSE;
  self->fraction[request->phase] = -1.0;
  if (error)
    {
      self->to_remember = self->to_remember && request->phase != LUCIDA_PHASE_MODEL;
      if (request->phase == LUCIDA_PHASE_PICTURE
          && _lucida_pictures_fail (self->pictures, request->path, error->message)
          && g_strcmp0 (request->path, self->picture_path) != 0)
        _lucida_session_drop_picture (self);
      _lucida_session_fail (self, error->message);
      if (request->phase == LUCIDA_PHASE_OTHER)
        _lucida_session_take_other (self, NULL);
    }
  else
    switch (request->phase)
      {
      case LUCIDA_PHASE_MODEL:
        take_model (self, result);
        break;
      case LUCIDA_PHASE_PICTURE:
        take_picture (self, result, request->path);
        break;
      case LUCIDA_PHASE_SCORES:
        take_analysis (self, result);
        break;
      case LUCIDA_PHASE_ANSWER:
        take_explanation (self, result);
        break;
      case LUCIDA_PHASE_OTHER:
        _lucida_session_take_other (self, result);
        break;
      case LUCIDA_N_PHASES:
        g_return_if_reached ();
      }
  /* a phase that failed would only fail again, but what it interrupted may go on */
  if (!error || request->phase == LUCIDA_PHASE_MODEL || request->phase == LUCIDA_PHASE_PICTURE)
    _lucida_session_continue (self);
  _lucida_session_continue_layer_maps (self);
  g_signal_emit (self, signals[BUSY_CHANGED], 0);
}

/* What is asked. */

LucidaRequest *
_lucida_session_new_request (LucidaSession *self, LucidaPhase phase)
{
  return lucida_request_new (phase, self, self->pool, self->cache);
}

static void
push (LucidaSession *self, LucidaRequest *request)
{
  const PhaseInfo *info = &phases[request->phase];

  _lucida_session_stop_layer_maps (self);
  lucida_worker_push (self->worker, info->kind, info->priority, lucida_request_run, request,
                      (GDestroyNotify) lucida_request_free,
                      lucida_phase_get_free_result (request->phase), phase_progress_cb,
                      phase_done_cb);
  phase_set_running (self, request->phase, TRUE);
}

void
_lucida_session_continue (LucidaSession *self)
{
  LucidaPhase phase = !self->analysis ? LUCIDA_PHASE_SCORES
                      : !self->asked  ? LUCIDA_PHASE_ANSWER
                                      : LUCIDA_PHASE_OTHER;
  LucidaRequest *request;

  if (!self->worker || !self->model || !self->picture || self->running[LUCIDA_PHASE_MODEL]
      || self->running[LUCIDA_PHASE_PICTURE] || self->running[LUCIDA_PHASE_SCORES]
      || (phase == LUCIDA_PHASE_OTHER && !_lucida_session_wants_other (self)))
    return;
  request = _lucida_session_new_request (self, phase);
  request->model = lucida_model_ref (self->model);
  request->picture = lucida_picture_ref (self->picture);
  request->picture_key = g_strdup (self->picture_key);
  if (self->analysis)
    request->analysis = lucida_analysis_ref (self->analysis);
  request->question
      = lucida_question_copy (phase == LUCIDA_PHASE_OTHER ? self->other_meant : self->question);
  if (request->question->class_index == LUCIDA_PREDICTED_CLASS
      && request->question->against_index == lucida_session_get_predicted (self))
    request->question->against_index = LUCIDA_NO_CLASS;
  push (self, request);
}

void
_lucida_session_push_model (LucidaSession *self, LucidaRequest *request)
{
  push (self, request);
  _lucida_session_cancel (self, LUCIDA_PHASE_SCORES);
  _lucida_session_cancel (self, LUCIDA_PHASE_ANSWER);
  _lucida_session_cancel (self, LUCIDA_PHASE_OTHER);
  _lucida_ahead_cancel (self->pictures);
}

void
lucida_session_open_model (LucidaSession *self, const char *path)
{
  LucidaRequest *request;

  g_return_if_fail (LUCIDA_IS_SESSION (self) && path != NULL && self->worker != NULL);

  request = _lucida_session_new_request (self, LUCIDA_PHASE_MODEL);
  request->path = g_strdup (path);
  self->to_remember = FALSE;
  _lucida_session_push_model (self, request);
}

void
lucida_session_open_picture (LucidaSession *self, const char *path)
{
  LucidaRequest *request;

  g_return_if_fail (LUCIDA_IS_SESSION (self) && path != NULL && self->worker != NULL);

  request = _lucida_session_new_request (self, LUCIDA_PHASE_PICTURE);
  request->path = g_strdup (path);
  push (self, request);
  _lucida_session_cancel (self, LUCIDA_PHASE_SCORES);
  _lucida_session_cancel (self, LUCIDA_PHASE_ANSWER);
  _lucida_session_cancel (self, LUCIDA_PHASE_OTHER);
}

void
_lucida_session_show (LucidaSession *self, const char *path)
{
  if (g_strcmp0 (path, self->picture_path) == 0 && !self->running[LUCIDA_PHASE_PICTURE])
    {
      if (!self->running[LUCIDA_PHASE_ANSWER])
        _lucida_session_continue (self);
    }
  else
    lucida_session_open_picture (self, path);
}

void
lucida_session_stop (LucidaSession *self)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  for (int phase = 0; phase < LUCIDA_N_PHASES; phase++)
    _lucida_session_cancel (self, phase);
  _lucida_ahead_stop (self->pictures);
  _lucida_session_stop_layer_maps (self);
  self->to_remember = FALSE;
}

/* What is there. */

LucidaModel *
lucida_session_get_model (LucidaSession *self)
{
  return self->model;
}

LucidaPicture *
lucida_session_get_picture (LucidaSession *self)
{
  return self->picture;
}

const char *
lucida_session_get_picture_path (LucidaSession *self)
{
  return self->picture_path;
}

gboolean
lucida_session_is_picture_stale (LucidaSession *self)
{
  g_autofree char *now = NULL;

  if (!self->picture_key)
    return FALSE;
  now = lucida_request_make_picture_key (self->picture_path);
  return g_strcmp0 (now, self->picture_key) != 0;
}

const float *
lucida_session_get_logits (LucidaSession *self)
{
  return self->analysis ? lucida_analysis_get_logits (self->analysis) : NULL;
}

const float *
lucida_session_get_probabilities (LucidaSession *self)
{
  return self->analysis ? lucida_analysis_get_probabilities (self->analysis) : NULL;
}

int
lucida_session_get_predicted (LucidaSession *self)
{
  return self->analysis ? lucida_analysis_get_predicted (self->analysis) : -1;
}

const LucidaQuestion *
lucida_session_get_question (LucidaSession *self)
{
  return self->question;
}

LucidaExplanation *
lucida_session_get_explanation (LucidaSession *self)
{
  return self->explanation;
}

gboolean
lucida_session_get_placement (LucidaSession *self, LucidaPlacement *placement)
{
  if (!self->model || !self->picture)
    return FALSE;
  *placement = lucida_picture_place (self->picture->width, self->picture->height,
                                     lucida_model_get_preprocessing (self->model));
  return TRUE;
}

gboolean
lucida_session_get_busy (LucidaSession *self, const char **what, double *fraction)
{
  int shown = -1;

  /* of several, the one that is known to run */
  for (int phase = 0; phase < LUCIDA_N_PHASES; phase++)
    if (self->running[phase] && (shown < 0 || self->fraction[phase] > self->fraction[shown]))
      shown = phase;
  if (what)
    *what = shown < 0 ? NULL : phases[shown].what;
  if (fraction)
    *fraction = shown < 0 ? -1.0 : self->fraction[shown];
  return shown >= 0;
}
