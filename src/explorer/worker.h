#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One thread and one queue. A job is a closure; it knows nothing of drawing or widgets. Jobs of a
 * kind replace each other: a newer one takes the place of one that has not begun and cancels one
 * that runs. Results come back on the main context that was the default when the worker was made.
 */
typedef struct _LucidaWorker LucidaWorker;

typedef struct _LucidaJob LucidaJob;

/* Runs on the worker's thread. Returns the result or NULL with @error set. */
typedef gpointer (*LucidaJobFunc) (gpointer data, LucidaJob *job, GCancellable *cancellable,
                                   GError **error);
/* Runs on the main context. @result (transfer full) or @error (transfer none); neither if the job
 * was replaced or cancelled: then it is not called at all. */
typedef void (*LucidaJobDone) (gpointer result, const GError *error, gpointer data);
/* Runs on the main context, coalesced; 0 … 1. */
typedef void (*LucidaJobProgress) (double fraction, gpointer data);

LucidaWorker *lucida_worker_new (void);
/* Cancels everything but lasting jobs and joins the thread (at most until the running operator
 * ends). */
void lucida_worker_free (LucidaWorker *self);
/* Queues a job. @kind (interned; nullable: never replaced). Higher @priority goes first; a job of a
 * priority below 0 that runs gives way to any other: it is cancelled, and begins again later. @data
 * is freed with @free_data on the main context after @done (or in its place); @free_result frees a
 * result that nobody takes any more. */
void lucida_worker_push (LucidaWorker *self, const char *kind, int priority, LucidaJobFunc function,
                         gpointer data, GDestroyNotify free_data, GDestroyNotify free_result,
                         LucidaJobProgress progress, LucidaJobDone done);
/* Queues what has to be done whatever becomes of the worker: it is neither replaced nor cancelled,
 * and lucida_worker_free() waits for it; only @done is not called then. It must not take long. */
void lucida_worker_push_lasting (LucidaWorker *self, int priority, LucidaJobFunc function,
                                 gpointer data, GDestroyNotify free_data, LucidaJobDone done);
/* Drops queued jobs and cancels the running one; NULL: of every kind. */
void lucida_worker_cancel (LucidaWorker *self, const char *kind);
gboolean lucida_worker_is_busy (LucidaWorker *self);
/* For use inside a LucidaJobFunc; fits LucidaProgressFunc with the job as its data. */
void lucida_job_set_progress (guint done, guint total, gpointer job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaWorker, lucida_worker_free)

G_END_DECLS
