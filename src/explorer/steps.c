#include "explorer/steps.h"

#include "base/error.h"
#include "explorer/session-private.h"

#define PRIORITY 3 /* after everything that a person waits for */

struct _LucidaSteps
{
  guint references; /* the owner's and the job's; the main thread's */
  LucidaSession *session;
  const char *kind; /* interned */
  guint total;
  guint next;
  LucidaStepFunc function;
  LucidaStepsProgress progress;
  LucidaStepsDone done;
  gpointer data;
  GDestroyNotify free_data;
  gboolean stopped;
  gboolean over;
  gboolean owned;
  gint running; /* atomic: the worker is at it */
};

typedef struct
{
  LucidaSteps *steps;
  LucidaPool *pool; /* borrowed; used on the worker's thread alone */
  guint index;
  gboolean tried; /* it ran to its end, well or badly */
  GError *error;
} Step;

static void push (LucidaSteps *self);

static void
steps_unref (LucidaSteps *self)
{
  if (--self->references > 0)
    return;
  g_signal_handlers_disconnect_by_data (self->session, self);
  if (self->free_data)
    self->free_data (self->data);
  g_object_unref (self->session);
  g_free (self);
}

static gpointer
run_step (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  Step *step = data;
  LucidaSteps *self = step->steps;
  gboolean done;

  g_atomic_int_set (&self->running, TRUE);
  done = self->function (step->index, self->data, step->pool, cancellable, &step->error);
  g_atomic_int_set (&self->running, FALSE);
  step->tried = done
                || !(g_cancellable_is_cancelled (cancellable)
                     && g_error_matches (step->error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED));
  return NULL;
}

/* Where there is no thread, the step was not even begun. */
static void
step_done_cb (gpointer result, const GError *error, gpointer data)
{
  Step *step = data;

  if (!error || step->tried)
    return;
  step->tried = TRUE;
  step->error = g_error_copy (error);
}

static void
end (LucidaSteps *self, const GError *error)
{
  self->over = TRUE;
  if (self->owned && self->done)
    self->done (self->stopped, error, self->data);
}

/* Whatever became of the job: it is over. */
static void
step_free (gpointer data)
{
  Step *step = data;
  LucidaSteps *self = step->steps;
  GError *error = step->tried ? step->error : NULL;

  if (step->tried && !error)
    self->next++;
  if (self->session->worker && self->owned)
    {
      if (step->tried && !error && self->progress)
        self->progress (self->next, self->total, self->data);
      if (error || self->stopped || self->next == self->total)
        end (self, error);
      else
        push (self);
    }
  g_clear_error (&step->error);
  g_free (step);
  steps_unref (self);
}

static void
push (LucidaSteps *self)
{
  Step *step = g_new0 (Step, 1);

  step->steps = self;
  step->index = self->next;
  step->pool = self->session->pool;
  self->references++;
  lucida_worker_push (self->session->worker, self->kind, PRIORITY, run_step, step, step_free, NULL,
                      NULL, step_done_cb);
}

/* What a person asks for does not wait. */
static void
busy_changed_cb (LucidaSteps *self)
{
  if (self->session->worker && g_atomic_int_get (&self->running)
      && lucida_session_get_busy (self->session, NULL, NULL))
    lucida_worker_cancel (self->session->worker, self->kind);
}

LucidaSteps *
lucida_steps_start (LucidaSession *session, const char *kind, guint total, LucidaStepFunc function,
                    LucidaStepsProgress progress, LucidaStepsDone done, gpointer data,
                    GDestroyNotify free_data)
{
  LucidaSteps *self = g_new0 (LucidaSteps, 1);

  g_return_val_if_fail (LUCIDA_IS_SESSION (session) && session->worker && total > 0, NULL);

  self->references = 1;
  self->owned = TRUE;
  self->session = g_object_ref (session);
  self->kind = g_intern_string (kind);
  self->total = total;
  self->function = function;
  self->progress = progress;
  self->done = done;
  self->data = data;
  self->free_data = free_data;
  g_signal_connect_swapped (session, "busy-changed", G_CALLBACK (busy_changed_cb), self);
  push (self);
  return self;
}

void
lucida_steps_stop (LucidaSteps *self)
{
  if (self->over || self->stopped)
    return;
  self->stopped = TRUE;
  if (self->session->worker)
    lucida_worker_cancel (self->session->worker, self->kind);
}

gboolean
lucida_steps_are_running (const LucidaSteps *self)
{
  return !self->over;
}

void
lucida_steps_free (LucidaSteps *self)
{
  if (!self)
    return;
  self->owned = FALSE;
  lucida_steps_stop (self);
  steps_unref (self);
}
