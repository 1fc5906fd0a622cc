#include "base/error.h"
#include "explorer/steps.h"

#define N 5

/* What happened; each step waits for its turn to be let go, unless it is cancelled. */
typedef struct
{
  LucidaSession *session;
  LucidaSteps *steps;
  gint allowed;   /* atomic: steps that may end */
  gint begun;     /* atomic: how often one was begun */
  gint at[N];     /* atomic: how often each one was */
  guint fails_at; /* N: none */
  guint done;     /* as progress has told */
  guint ends;
  gboolean stopped;
  GError *error;
  gboolean freed;
} Fixture;

static gboolean
step (guint index, gpointer data, LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  Fixture *self = data;

  g_assert_nonnull (pool);
  g_atomic_int_inc (&self->at[index]);
  g_atomic_int_inc (&self->begun);
  while (g_atomic_int_get (&self->allowed) <= (int) index)
    {
      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return FALSE;
      g_thread_yield ();
    }
  if (index == self->fails_at)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "full");
      return FALSE;
    }
  return TRUE;
}

static void
progress_cb (guint done, guint total, gpointer data)
{
  Fixture *self = data;

  g_assert_cmpuint (total, ==, N);
  g_assert_cmpuint (done, ==, self->done + 1);
  self->done = done;
}

static void
done_cb (gboolean stopped, const GError *error, gpointer data)
{
  Fixture *self = data;

  self->ends++;
  self->stopped = stopped;
  self->error = error ? g_error_copy (error) : NULL;
  g_assert_false (lucida_steps_are_running (self->steps));
}

static void
freed_cb (gpointer data)
{
  Fixture *self = data;

  g_assert_false (self->freed);
  self->freed = TRUE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->session = lucida_session_new ();
  self->fails_at = N;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->steps, lucida_steps_free);
  lucida_session_close (self->session);
  g_assert_true (self->freed);
  g_assert_finalize_object (self->session);
  g_clear_error (&self->error);
}

static void
start (Fixture *self)
{
  self->steps = lucida_steps_start (self->session, "test-steps", N, step, progress_cb, done_cb,
                                    self, freed_cb);
}

/* Until @value, which another thread may write, is @wanted. */
static void
wait_for (const gint *value, gint wanted)
{
  while (g_atomic_int_get (value) != wanted)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_one_after_another (Fixture *self, gconstpointer data)
{
  g_atomic_int_set (&self->allowed, N);
  start (self);
  while (!self->ends)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (self->error);
  g_assert_false (self->stopped);
  g_assert_cmpuint (self->done, ==, N);
  for (int i = 0; i < N; i++)
    g_assert_cmpint (self->at[i], ==, 1);
}

static void
test_a_failure_ends_them (Fixture *self, gconstpointer data)
{
  self->fails_at = 2;
  g_atomic_int_set (&self->allowed, N);
  start (self);
  while (!self->ends)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (self->error, LUCIDA_ERROR, LUCIDA_ERROR_IO);
  g_assert_cmpuint (self->done, ==, 2);
  g_assert_cmpint (self->at[3], ==, 0);
}

static void
test_stopped_within_a_step (Fixture *self, gconstpointer data)
{
  g_atomic_int_set (&self->allowed, 1);
  start (self);
  wait_for (&self->begun, 2);
  lucida_steps_stop (self->steps);
  while (!self->ends)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (self->stopped);
  g_assert_no_error (self->error);
  g_assert_cmpuint (self->done, ==, 1);
  g_assert_cmpint (self->at[2], ==, 0);
  lucida_steps_stop (self->steps); /* once is enough */
  g_assert_cmpuint (self->ends, ==, 1);
}

static void
test_what_is_asked_for_goes_first (Fixture *self, gconstpointer data)
{
  lucida_session_open_model (self->session, "demo");
  while (lucida_session_get_busy (self->session, NULL, NULL))
    g_main_context_iteration (NULL, TRUE);
  start (self);
  wait_for (&self->begun, 1);
  /* the first step would wait for ever; the model is opened all the same */
  lucida_session_open_model (self->session, "demo");
  while (lucida_session_get_busy (self->session, NULL, NULL))
    g_main_context_iteration (NULL, TRUE);
  g_atomic_int_set (&self->allowed, N);
  while (!self->ends)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->done, ==, N);
  g_assert_cmpint (self->at[0], ==, 2);
  g_assert_cmpint (self->at[N - 1], ==, 1);
}

static void
test_let_go_while_they_run (Fixture *self, gconstpointer data)
{
  start (self);
  wait_for (&self->begun, 1);
  g_clear_pointer (&self->steps, lucida_steps_free);
  while (!self->freed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->ends, ==, 0);
}

static void
test_the_session_is_closed (Fixture *self, gconstpointer data)
{
  start (self);
  wait_for (&self->begun, 1);
  lucida_session_close (self->session);
  g_clear_pointer (&self->steps, lucida_steps_free);
  g_assert_true (self->freed);
  g_assert_cmpuint (self->ends, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/steps/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("one-after-another", test_one_after_another);
  ADD ("a-failure-ends-them", test_a_failure_ends_them);
  ADD ("stopped-within-a-step", test_stopped_within_a_step);
  ADD ("what-is-asked-for-goes-first", test_what_is_asked_for_goes_first);
  ADD ("let-go-while-they-run", test_let_go_while_they_run);
  ADD ("the-session-is-closed", test_the_session_is_closed);
  return g_test_run ();
}
