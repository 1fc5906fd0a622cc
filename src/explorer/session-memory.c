#include "explorer/session-private.h"

#include "base/memory.h"

/* What outlives a question: results, within a budget, and how models were looked at. */

#define CACHE_PRIORITY 40 /* before anything that takes more memory */
#define CHOICES_PRIORITY 1

/* What a cache job needs; owned by the job. */
typedef struct
{
  LucidaCache *cache; /* borrowed; used on the worker's thread alone */
  gsize budget;
} CacheJob;

/* A job's result is not NULL; this one says nothing else. */
static char done[] = "done";

static gpointer
run_budget (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  CacheJob *self = data;

  lucida_cache_set_budget (self->cache, self->budget);
  return done;
}

static gpointer
run_empty (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  CacheJob *self = data;

  lucida_cache_drop (self->cache, "");
  lucida_memory_trim ();
  return done;
}

static void
push_cache_job (LucidaSession *self, const char *kind, LucidaJobFunc function, gsize budget)
{
  CacheJob *job = g_new0 (CacheJob, 1);

  job->cache = self->cache;
  job->budget = budget;
  lucida_worker_push (self->worker, kind, CACHE_PRIORITY, function, job, g_free, NULL, NULL, NULL);
}

void
lucida_session_set_memory_budget (LucidaSession *self, gsize budget)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (self->worker)
    push_cache_job (self, "session-budget", run_budget, budget);
}

void
lucida_session_empty_memory (LucidaSession *self)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (self->worker)
    push_cache_job (self, "session-empty", run_empty, 0);
}

gsize
lucida_session_get_memory (LucidaSession *self, gsize *budget)
{
  g_return_val_if_fail (LUCIDA_IS_SESSION (self), 0);

  if (budget)
    *budget = self->cache ? lucida_cache_get_budget (self->cache) : 0;
  return self->cache ? lucida_cache_get_size (self->cache) : 0;
}

void
lucida_session_keep_choices (LucidaSession *self, const char *path)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self) && self->choices == NULL);

  self->choices = lucida_choices_new (path);
}

void
_lucida_session_restore_choice (LucidaSession *self)
{
  if (self->choices)
    lucida_choices_apply (self->choices, self->model, self->question);
}

/* A home that cannot be written is no reason to disturb anybody. */
static gpointer
run_choices (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  lucida_choices_save (data, NULL);
  return done;
}

void
_lucida_session_keep_choice (LucidaSession *self)
{
  if (!self->choices || !self->model)
    return;
  lucida_choices_note (self->choices, self->model, self->question);
  if (self->worker)
    lucida_worker_push (self->worker, "session-choices", CHOICES_PRIORITY, run_choices,
                        self->choices, NULL, NULL, NULL, NULL);
}
