#include "base/error.h"
#include "explorer/worker.h"

#include <pthread.h>

/* A job that can be held: it says that it has begun, and goes on when it is let or cancelled. */
typedef struct
{
  pthread_mutex_t lock; /* not GMutex, which ThreadSanitizer does not understand */
  pthread_cond_t changed;
  gboolean begun;
  gboolean open;
} Gate;

static Gate *
gate_new (gboolean open)
{
  Gate *gate = g_new0 (Gate, 1);

  pthread_mutex_init (&gate->lock, NULL);
  pthread_cond_init (&gate->changed, NULL);
  gate->open = open;
  return gate;
}

static void
gate_free (Gate *gate)
{
  pthread_mutex_destroy (&gate->lock);
  pthread_cond_destroy (&gate->changed);
  g_free (gate);
}

static void
gate_set (Gate *gate, gboolean *flag)
{
  pthread_mutex_lock (&gate->lock);
  *flag = TRUE;
  pthread_cond_broadcast (&gate->changed);
  pthread_mutex_unlock (&gate->lock);
}

static void
gate_wait (Gate *gate, const gboolean *flag)
{
  pthread_mutex_lock (&gate->lock);
  while (!*flag)
    pthread_cond_wait (&gate->changed, &gate->lock);
  pthread_mutex_unlock (&gate->lock);
}

/* What happened, in order. */
typedef struct
{
  GString *text;
  int data_freed;
  int results_freed;
  int n_progress;
  double last_progress;
  LucidaWorker *to_free; /* in the first result */
} Log;

typedef struct
{
  Log *log;
  const char *name;
  Gate *gate;
  int reports;
  gboolean fail;
  gboolean deaf; /* ends with a result although it was cancelled */
} Task;

static int results_freed;

static void
free_result (gpointer result)
{
  results_freed++;
  g_free (result);
}

static void
free_task (gpointer data)
{
  Task *task = data;

  task->log->data_freed++;
  g_free (task);
}

static void
open_gate_cb (GCancellable *cancellable, gpointer data)
{
  Gate *gate = data;

  gate_set (gate, &gate->open);
}

static gpointer
run_task (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  Task *task = data;

  for (int i = 1; i <= task->reports; i++)
    lucida_job_set_progress (i, task->reports, job);
  if (task->gate)
    {
      gulong handler
          = g_cancellable_connect (cancellable, G_CALLBACK (open_gate_cb), task->gate, NULL);

      gate_set (task->gate, &task->gate->begun);
      gate_wait (task->gate, &task->gate->open);
      g_cancellable_disconnect (cancellable, handler);
    }
  if (!task->deaf && lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
    return NULL;
  if (task->fail)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "failed");
      return NULL;
    }
  return g_strdup (task->name);
}

static void
done_cb (gpointer result, const GError *error, gpointer data)
{
  Task *task = data;
  g_autofree char *text = result;

  g_assert_true ((result == NULL) != (error == NULL));
  g_string_append_printf (task->log->text, "%s ", text ? text : error->message);
  if (task->log->to_free)
    lucida_worker_free (g_steal_pointer (&task->log->to_free));
}

static void
progress_cb (double fraction, gpointer data)
{
  Task *task = data;

  g_assert_cmpfloat (fraction, >=, task->log->last_progress);
  g_assert_cmpfloat (fraction, <=, 1.0);
  task->log->last_progress = fraction;
  task->log->n_progress++;
}

static Task *
push (LucidaWorker *worker, Log *log, const char *kind, int priority, const char *name, Gate *gate)
{
  Task *task = g_new0 (Task, 1);

  task->log = log;
  task->name = name;
  task->gate = gate;
  lucida_worker_push (worker, kind, priority, run_task, task, free_task, free_result, progress_cb,
                      done_cb);
  return task;
}

static void
settle (LucidaWorker *worker)
{
  while (lucida_worker_is_busy (worker))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static Log
log_new (void)
{
  results_freed = 0;
  return (Log){ .text = g_string_new (NULL) };
}

/* Frees the worker, so that also what was cancelled has ended. */
static void
log_check (Log *log, LucidaWorker *worker, const char *text, int data_freed)
{
  lucida_worker_free (worker);
  g_assert_cmpstr (log->text->str, ==, text);
  g_assert_cmpint (log->data_freed, ==, data_freed);
  g_string_free (log->text, TRUE);
}

static void
test_order (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);

  push (worker, &log, NULL, 0, "first", gate);
  gate_wait (gate, &gate->begun);
  push (worker, &log, NULL, 0, "a", NULL);
  push (worker, &log, NULL, 5, "urgent", NULL);
  push (worker, &log, NULL, 0, "b", NULL);
  push (worker, &log, NULL, -1, "idle", NULL);
  push (worker, &log, NULL, 5, "urgent2", NULL);
  g_assert_true (lucida_worker_is_busy (worker));
  gate_set (gate, &gate->open);
  settle (worker);
  g_assert_false (lucida_worker_is_busy (worker));
  log_check (&log, worker, "first urgent urgent2 a b idle ", 6);
  gate_free (gate);
}

static void
test_replacement (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);
  Gate *never = gate_new (TRUE);

  push (worker, &log, "other", 0, "other", gate);
  gate_wait (gate, &gate->begun);
  push (worker, &log, "kind", 0, "old", never);
  push (worker, &log, "kind", 0, "new", NULL);
  g_assert_cmpint (log.data_freed, ==, 1);
  gate_set (gate, &gate->open);
  settle (worker);
  g_assert_false (never->begun);
  log_check (&log, worker, "other new ", 3);
  gate_free (gate);
  gate_free (never);
}

static void
test_replacing_the_running (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);

  push (worker, &log, "kind", 0, "old", gate)->deaf = TRUE;
  gate_wait (gate, &gate->begun);
  push (worker, &log, "kind", 0, "new", NULL); /* opens the gate by cancelling */
  settle (worker);
  log_check (&log, worker, "new ", 2);
  g_assert_cmpint (results_freed, ==, 1);
  gate_free (gate);
}

static void
test_no_result_after_cancel (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (TRUE);
  Gate *last = gate_new (FALSE);

  push (worker, &log, "kind", 0, "done", NULL);
  push (worker, &log, "kept", 0, "kept", gate);
  gate_wait (gate, &gate->begun); /* so "done" is finished, but nobody has been told */
  push (worker, &log, "kind2", 0, "waiting", last);
  lucida_worker_cancel (worker, "kind");
  lucida_worker_cancel (worker, "kind2");
  settle (worker);
  log_check (&log, worker, "kept ", 3);
  g_assert_cmpint (results_freed, ==, 1);
  gate_free (gate);
  gate_free (last);
}

static void
test_cancel_everything (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);

  push (worker, &log, "kind", 0, "running", gate);
  gate_wait (gate, &gate->begun);
  push (worker, &log, "other", 0, "waiting", NULL);
  push (worker, &log, NULL, 0, "nameless", NULL);
  lucida_worker_cancel (worker, NULL);
  settle (worker);
  push (worker, &log, "kind", 0, "later", NULL);
  settle (worker);
  log_check (&log, worker, "later ", 4);
  gate_free (gate);
}

static void
test_progress (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);
  Task *task = g_new0 (Task, 1);

  *task = (Task){ .log = &log, .name = "done", .gate = gate, .reports = 1000 };
  lucida_worker_push (worker, NULL, 0, run_task, task, free_task, free_result, progress_cb,
                      done_cb);
  gate_wait (gate, &gate->begun);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpint (log.n_progress, ==, 1); /* a thousand reports, one visit */
  g_assert_cmpfloat (log.last_progress, ==, 1.0);
  gate_set (gate, &gate->open);
  settle (worker);
  log_check (&log, worker, "done ", 1);
  gate_free (gate);
}

static void
test_failure (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);

  push (worker, &log, NULL, 0, "x", gate)->fail = TRUE;
  gate_set (gate, &gate->open);
  settle (worker);
  log_check (&log, worker, "failed ", 1);
  gate_free (gate);
}

static void
test_free_while_running (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);
  Gate *finished = gate_new (TRUE);

  push (worker, &log, NULL, 0, "finished", finished);
  push (worker, &log, NULL, 0, "running", gate);
  gate_wait (gate, &gate->begun);
  push (worker, &log, NULL, 0, "waiting", NULL);
  lucida_worker_free (worker);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  log_check (&log, NULL, "", 3);
  g_assert_cmpint (results_freed, ==, 1);
  gate_free (gate);
  gate_free (finished);
}

static void
test_free_from_a_result (void)
{
  Log log = log_new ();
  Gate *gate = gate_new (TRUE);

  log.to_free = lucida_worker_new ();
  push (log.to_free, &log, NULL, 0, "one", NULL);
  push (log.to_free, &log, NULL, 0, "two", gate);
  gate_wait (gate, &gate->begun);
  while (log.to_free)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  log_check (&log, NULL, "one ", 2);
  gate_free (gate);
}

static void
test_giving_way (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);
  Gate *deaf_gate = gate_new (FALSE);
  Gate *dropped_gate = gate_new (FALSE);

  /* it begins again */
  push (worker, &log, "idle", -1, "idle", gate);
  gate_wait (gate, &gate->begun);
  push (worker, &log, NULL, -1, "patient", NULL);
  push (worker, &log, NULL, 0, "urgent", NULL);
  g_assert_true (lucida_worker_is_busy (worker));
  settle (worker);
  g_assert_cmpstr (log.text->str, ==, "urgent idle patient ");

  /* what is done all the same is not done twice */
  push (worker, &log, "idle", -1, "deaf", deaf_gate)->deaf = TRUE;
  gate_wait (deaf_gate, &deaf_gate->begun);
  push (worker, &log, NULL, 0, "urgent", NULL);
  settle (worker);
  g_assert_cmpstr (log.text->str, ==, "urgent idle patient deaf urgent ");

  /* what is not wanted any more does not begin again */
  push (worker, &log, "idle", -1, "dropped", dropped_gate);
  gate_wait (dropped_gate, &dropped_gate->begun);
  push (worker, &log, NULL, 0, "urgent", NULL);
  lucida_worker_cancel (worker, "idle");
  settle (worker);
  log_check (&log, worker, "urgent idle patient deaf urgent urgent ", 7);
  gate_free (gate);
  gate_free (deaf_gate);
  gate_free (dropped_gate);
}

static gpointer
run_lasting (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  int *runs = data;

  g_assert_false (g_cancellable_is_cancelled (cancellable));
  (*runs)++;
  return NULL;
}

static void
lasting_done_cb (gpointer result, const GError *error, gpointer data)
{
  int *runs = data;

  g_assert_no_error (error);
  *runs += 10;
}

static void
test_lasting (void)
{
  LucidaWorker *worker = lucida_worker_new ();
  Log log = log_new ();
  Gate *gate = gate_new (FALSE);
  int told = 0;
  int runs = 0;

  lucida_worker_push_lasting (worker, 0, run_lasting, &told, NULL, lasting_done_cb);
  settle (worker);
  g_assert_cmpint (told, ==, 11);

  push (worker, &log, NULL, 0, "running", gate);
  gate_wait (gate, &gate->begun);
  push (worker, &log, NULL, 0, "waiting", NULL);
  lucida_worker_push_lasting (worker, 0, run_lasting, &runs, NULL, lasting_done_cb);
  lucida_worker_cancel (worker, NULL);
  lucida_worker_free (worker);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpint (runs, ==, 1);
  log_check (&log, NULL, "", 2);
  gate_free (gate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/results-come-by-priority-then-age", test_order);
  g_test_add_func ("/worker/a-newer-job-replaces-a-waiting-one", test_replacement);
  g_test_add_func ("/worker/a-newer-job-cancels-the-running-one", test_replacing_the_running);
  g_test_add_func ("/worker/no-result-after-cancel", test_no_result_after_cancel);
  g_test_add_func ("/worker/everything-can-be-cancelled", test_cancel_everything);
  g_test_add_func ("/worker/progress-is-coalesced", test_progress);
  g_test_add_func ("/worker/a-failure-comes-back-as-an-error", test_failure);
  g_test_add_func ("/worker/may-be-freed-while-a-job-runs", test_free_while_running);
  g_test_add_func ("/worker/may-be-freed-from-a-result", test_free_from_a_result);
  g_test_add_func ("/worker/idle-jobs-give-way", test_giving_way);
  g_test_add_func ("/worker/lasting-jobs-outlive-it", test_lasting);
  return g_test_run ();
}
