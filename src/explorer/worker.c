#include "explorer/worker.h"

#include "base/error.h"

#include <pthread.h>

struct _LucidaJob
{
  LucidaWorker *worker;
  const char *kind; /* interned, or NULL */
  int priority;
  gboolean lasting;
  LucidaJobFunc function;
  gpointer data;
  GDestroyNotify free_data;
  GDestroyNotify free_result;
  LucidaJobProgress progress;
  LucidaJobDone done;
  GCancellable *cancellable;

  /* under the worker's lock */
  double fraction;
  gboolean fraction_is_new;
  gboolean gives_way; /* cancelled for the sake of another job alone */

  /* written by the worker's thread before the job is handed back */
  gpointer result;
  GError *error;
};

/* A job is in exactly one place: waiting, running or finished. Only the main thread puts jobs in,
 * takes finished ones out and frees them; the worker's thread moves them from place to place. */
struct _LucidaWorker
{
  gatomicrefcount references; /* the owner's, and one for each source that waits to be dispatched */
  GMainContext *context;
  pthread_t thread;
  gboolean has_thread;

  pthread_mutex_t lock;
  pthread_cond_t wake;
  GQueue waiting; /* highest priority first, then the oldest */
  LucidaJob *running;
  GQueue finished;
  GSource *source; /* set while a visit to the main context is on its way */
  gboolean quit;
};

static void
job_free (LucidaJob *job)
{
  if (job->result && job->free_result)
    job->free_result (job->result);
  g_clear_error (&job->error);
  if (job->free_data)
    job->free_data (job->data);
  g_object_unref (job->cancellable);
  g_free (job);
}

static LucidaWorker *
worker_ref (LucidaWorker *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
worker_unref (gpointer data)
{
  LucidaWorker *self = data;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
  g_main_context_unref (self->context);
  g_free (self);
}

/* Tells the progress of the running job, if there is news. */
static void
worker_report (LucidaWorker *self)
{
  LucidaJobProgress progress = NULL;
  gpointer data = NULL;
  double fraction = 0.0;

  pthread_mutex_lock (&self->lock);
  if (self->running && self->running->fraction_is_new
      && !g_cancellable_is_cancelled (self->running->cancellable))
    {
      /* the data outlives this call: only the main thread, this one, frees it */
      self->running->fraction_is_new = FALSE;
      progress = self->running->progress;
      data = self->running->data;
      fraction = self->running->fraction;
    }
  pthread_mutex_unlock (&self->lock);
  if (progress)
    progress (fraction, data);
}

static void
job_deliver (LucidaJob *job)
{
  if (!g_cancellable_is_cancelled (job->cancellable) && job->done)
    job->done (g_steal_pointer (&job->result), job->error, job->data);
  job_free (job);
}

static gboolean
worker_visit_cb (gpointer data)
{
  LucidaWorker *self = data;
  LucidaJob *job;

  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->source, g_source_unref);
  pthread_mutex_unlock (&self->lock);

  for (;;)
    {
      /* what is called may push, cancel, or free the worker, so nothing is kept between turns */
      pthread_mutex_lock (&self->lock);
      job = g_queue_pop_head (&self->finished);
      pthread_mutex_unlock (&self->lock);
      if (!job)
        break;
      job_deliver (job);
    }
  worker_report (self);
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
worker_visit (LucidaWorker *self)
{
  if (self->source || self->quit)
    return;
  self->source = g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->source, worker_visit_cb, worker_ref (self), worker_unref);
  g_source_attach (self->source, self->context);
}

/* Puts a job behind those of its priority, or before them. With the lock held. */
static void
worker_insert (LucidaWorker *self, LucidaJob *job, gboolean before)
{
  GList *place = self->waiting.head;

  while (place && ((LucidaJob *) place->data)->priority >= job->priority + (before ? 1 : 0))
    place = place->next;
  g_queue_insert_before (&self->waiting, place, job);
}

/* The running job has returned. With the lock held. */
static void
worker_take_back (LucidaWorker *self, LucidaJob *job)
{
  self->running = NULL;
  if (job->gives_way)
    {
      job->gives_way = FALSE;
      g_object_unref (job->cancellable);
      job->cancellable = g_cancellable_new ();
      if (!job->result)
        {
          g_clear_error (&job->error);
          worker_insert (self, job, TRUE);
          return;
        }
    }
  g_queue_push_tail (&self->finished, job);
  worker_visit (self);
}

static void *
worker_main (void *data)
{
  LucidaWorker *self = data;
  LucidaJob *job;

  pthread_mutex_lock (&self->lock);
  for (;;)
    {
      while (!self->quit && g_queue_is_empty (&self->waiting))
        pthread_cond_wait (&self->wake, &self->lock);
      if (g_queue_is_empty (&self->waiting))
        break;
      job = self->running = g_queue_pop_head (&self->waiting);
      pthread_mutex_unlock (&self->lock);
      job->result = job->function (job->data, job, job->cancellable, &job->error);
      pthread_mutex_lock (&self->lock);
      worker_take_back (self, job);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

LucidaWorker *
lucida_worker_new (void)
{
  LucidaWorker *self = g_new0 (LucidaWorker, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = g_main_context_ref_thread_default ();
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  g_queue_init (&self->waiting);
  g_queue_init (&self->finished);
  self->has_thread = pthread_create (&self->thread, NULL, worker_main, self) == 0;
  return self;
}

/* Drops the waiting and finished jobs of @kind, or all, and cancels the running one. Lasting jobs
 * wait and run on. */
static void
worker_drop (LucidaWorker *self, const char *kind, gboolean every_kind)
{
  GQueue dropped = G_QUEUE_INIT;
  GQueue *const places[] = { &self->waiting, &self->finished };
  LucidaJob *job;

  pthread_mutex_lock (&self->lock);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    for (GList *link = places[i]->head, *next; link; link = next)
      {
        next = link->next;
        job = link->data;
        if ((!every_kind && job->kind != kind) || (job->lasting && places[i] == &self->waiting))
          continue;
        g_queue_unlink (places[i], link);
        g_queue_push_tail_link (&dropped, link);
      }
  if (self->running && !self->running->lasting && (every_kind || self->running->kind == kind))
    {
      self->running->gives_way = FALSE;
      g_cancellable_cancel (self->running->cancellable);
    }
  pthread_mutex_unlock (&self->lock);

  while ((job = g_queue_pop_head (&dropped)))
    job_free (job);
}

void
lucida_worker_free (LucidaWorker *self)
{
  GSource *source;

  if (!self)
    return;
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
  worker_drop (self, NULL, TRUE);
  if (self->has_thread)
    pthread_join (self->thread, NULL);
  worker_drop (self, NULL, TRUE); /* the one that ran */
  source = g_steal_pointer (&self->source);
  if (source)
    {
      g_source_destroy (source);
      g_source_unref (source);
    }
  worker_unref (self);
}

static LucidaJob *
job_new (LucidaWorker *worker, int priority, LucidaJobFunc function, gpointer data,
         GDestroyNotify free_data, LucidaJobDone done)
{
  LucidaJob *job = g_new0 (LucidaJob, 1);

  job->worker = worker;
  job->priority = priority;
  job->function = function;
  job->data = data;
  job->free_data = free_data;
  job->done = done;
  job->cancellable = g_cancellable_new ();
  return job;
}

static void
worker_push (LucidaWorker *self, LucidaJob *job)
{
  pthread_mutex_lock (&self->lock);
  if (self->has_thread)
    {
      worker_insert (self, job, FALSE);
      if (job->priority >= 0 && self->running && self->running->priority < 0
          && !g_cancellable_is_cancelled (self->running->cancellable))
        {
          self->running->gives_way = TRUE;
          g_cancellable_cancel (self->running->cancellable);
        }
      pthread_cond_signal (&self->wake);
    }
  else
    {
      job->error = g_error_new_literal (LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                                        "the system refuses another thread; close other programs");
      g_queue_push_tail (&self->finished, job);
      worker_visit (self);
    }
  pthread_mutex_unlock (&self->lock);
}

void
lucida_worker_push (LucidaWorker *self, const char *kind, int priority, LucidaJobFunc function,
                    gpointer data, GDestroyNotify free_data, GDestroyNotify free_result,
                    LucidaJobProgress progress, LucidaJobDone done)
{
  LucidaJob *job;

  g_return_if_fail (self != NULL && function != NULL);

  kind = g_intern_string (kind);
  if (kind)
    worker_drop (self, kind, FALSE);
  job = job_new (self, priority, function, data, free_data, done);
  job->kind = kind;
  job->free_result = free_result;
  job->progress = progress;
  worker_push (self, job);
}

void
lucida_worker_push_lasting (LucidaWorker *self, int priority, LucidaJobFunc function, gpointer data,
                            GDestroyNotify free_data, LucidaJobDone done)
{
  LucidaJob *job;

  g_return_if_fail (self != NULL && function != NULL && priority >= 0);

  job = job_new (self, priority, function, data, free_data, done);
  job->lasting = TRUE;
  worker_push (self, job);
}

void
lucida_worker_cancel (LucidaWorker *self, const char *kind)
{
  g_return_if_fail (self != NULL);
  worker_drop (self, g_intern_string (kind), kind == NULL);
}

gboolean
lucida_worker_is_busy (LucidaWorker *self)
{
  gboolean busy;

  g_return_val_if_fail (self != NULL, FALSE);
  pthread_mutex_lock (&self->lock);
  busy = !g_queue_is_empty (&self->waiting) || !g_queue_is_empty (&self->finished)
         || (self->running
             && (self->running->gives_way
                 || !g_cancellable_is_cancelled (self->running->cancellable)));
  pthread_mutex_unlock (&self->lock);
  return busy;
}

void
lucida_job_set_progress (guint done, guint total, gpointer data)
{
  LucidaJob *job = data;
  LucidaWorker *self = job->worker;

  if (!job->progress || total == 0)
    return;
  pthread_mutex_lock (&self->lock);
  job->fraction = CLAMP ((double) done / total, 0.0, 1.0);
  job->fraction_is_new = TRUE;
  worker_visit (self);
  pthread_mutex_unlock (&self->lock);
}
