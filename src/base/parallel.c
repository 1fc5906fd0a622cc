#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define MAX_THREADS 64

typedef struct
{
  LucidaPool *pool;
  guint thread;
} Worker;

struct _LucidaPool
{
  guint threads;   /* including the caller */
  pthread_t *ids;  /* [threads - 1] */
  Worker *workers; /* [threads - 1] */
  pthread_mutex_t lock;
  pthread_cond_t begin;
  pthread_cond_t end;
  guint64 round; /* counts loops; a worker that sees a new one joins it */
  guint busy;    /* workers that have not finished the present loop */
  gboolean quit;
  LucidaPartFunc function;
  gpointer data;
  gsize parts;
  atomic_size_t next;
};

static void
pool_work (LucidaPool *self, guint thread)
{
  gsize part;

  while ((part = atomic_fetch_add (&self->next, 1)) < self->parts)
    self->function (part, thread, self->data);
}

static void *
worker_main (void *data)
{
  Worker *worker = data;
  LucidaPool *self = worker->pool;
  guint64 seen = 0;

  pthread_mutex_lock (&self->lock);
  for (;;)
    {
      while (self->round == seen && !self->quit)
        pthread_cond_wait (&self->begin, &self->lock);
      if (self->quit)
        break;
      seen = self->round;
      pthread_mutex_unlock (&self->lock);
      pool_work (self, worker->thread);
      pthread_mutex_lock (&self->lock);
      if (--self->busy == 0)
        pthread_cond_signal (&self->end);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

static guint
usable_processors (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return (guint) CPU_COUNT (&set);
  return g_get_num_processors ();
}

LucidaPool *
lucida_pool_new (guint threads)
{
  LucidaPool *self = g_new0 (LucidaPool, 1);

  if (threads == 0)
    threads = usable_processors ();
  self->threads = CLAMP (threads, 1, MAX_THREADS);
  self->ids = g_new0 (pthread_t, self->threads);
  self->workers = g_new0 (Worker, self->threads);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->begin, NULL);
  pthread_cond_init (&self->end, NULL);
  for (guint i = 0; i + 1 < self->threads; i++)
    {
      self->workers[i] = (Worker){ self, i + 1 };
      if (pthread_create (&self->ids[i], NULL, worker_main, &self->workers[i]) != 0)
        {
          /* fewer threads than wished for: slower, not wrong */
          self->threads = i + 1;
          break;
        }
    }
  return self;
}

void
lucida_pool_free (LucidaPool *self)
{
  if (!self)
    return;
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_broadcast (&self->begin);
  pthread_mutex_unlock (&self->lock);
  for (guint i = 0; i + 1 < self->threads; i++)
    pthread_join (self->ids[i], NULL);
  pthread_cond_destroy (&self->end);
  pthread_cond_destroy (&self->begin);
  pthread_mutex_destroy (&self->lock);
  g_free (self->workers);
  g_free (self->ids);
  g_free (self);
}

guint
lucida_pool_get_threads (const LucidaPool *self)
{
  return self ? self->threads : 1;
}

void
lucida_pool_run (LucidaPool *self, gsize parts, LucidaPartFunc function, gpointer data)
{
  if (!self || self->threads == 1 || parts <= 1)
    {
      for (gsize part = 0; part < parts; part++)
        function (part, 0, data);
      return;
    }
  pthread_mutex_lock (&self->lock);
  self->function = function;
  self->data = data;
  self->parts = parts;
  atomic_store (&self->next, 0);
  self->busy = self->threads - 1;
  self->round++;
  pthread_cond_broadcast (&self->begin);
  pthread_mutex_unlock (&self->lock);
  pool_work (self, 0);
  pthread_mutex_lock (&self->lock);
  while (self->busy > 0)
    pthread_cond_wait (&self->end, &self->lock);
  pthread_mutex_unlock (&self->lock);
}
