#include "explorer/session.h"

#include <string.h>

typedef struct
{
  LucidaSession *session;
  GPtrArray *failures;
  int changes; /* of "other-changed" */
} Fixture;

static void
changed_cb (LucidaSession *session, int *counter)
{
  (*counter)++;
}

static void
failed_cb (LucidaSession *session, const char *sentence, Fixture *self)
{
  g_ptr_array_add (self->failures, g_strdup (sentence));
}

static void
settle (LucidaSession *session)
{
  while (lucida_session_get_busy (session, NULL, NULL))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
open_picture (LucidaSession *session, const char *name)
{
  g_autofree char *path = lucida_data_dup_path ("pictures", name);

  lucida_session_open_picture (session, path);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->session = lucida_session_new ();
  self->failures = g_ptr_array_new_with_free_func (g_free);
  lucida_session_open_model (self->session, "demo");
  open_picture (self->session, "cat-and-dog.jpg");
  settle (self->session);
  g_signal_connect (self->session, "other-changed", G_CALLBACK (changed_cb), &self->changes);
  g_signal_connect (self->session, "failed", G_CALLBACK (failed_cb), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  lucida_session_close (self->session);
  g_assert_finalize_object (self->session);
  g_ptr_array_unref (self->failures);
}

static void
set_other (Fixture *self, int class_index, const LucidaMethod *method, const char *layer)
{
  const char *layers[] = { layer, NULL };
  LucidaQuestion question
      = { class_index, LUCIDA_NO_CLASS, layer ? (char **) layers : NULL, method };

  lucida_session_set_other (self->session, &question);
}

/* What a session says that asks just this, and nothing else. */
static LucidaExplanation *
ask_alone (const char *picture, int class_index, const char *method, const char *layer)
{
  LucidaSession *session = lucida_session_new ();
  const char *layers[] = { layer, NULL };
  LucidaExplanation *explanation;

  lucida_session_open_model (session, "demo");
  open_picture (session, picture);
  settle (session);
  lucida_session_set_class (session, class_index);
  lucida_session_set_method (session, lucida_method_find (method));
  lucida_session_set_layers (session, layer ? layers : NULL);
  settle (session);
  explanation = lucida_explanation_ref (lucida_session_get_explanation (session));
  lucida_session_close (session);
  g_object_unref (session);
  return explanation;
}

/* The second answer is what that session says. */
static void
check_other (Fixture *self, const char *picture, int class_index, const char *method,
             const char *layer)
{
  g_autoptr (LucidaExplanation) wanted = ask_alone (picture, class_index, method, layer);
  LucidaExplanation *got = lucida_session_get_other_explanation (self->session);

  g_assert_nonnull (got);
  g_assert_cmpint (got->class_index, ==, class_index);
  g_assert_cmpstr (got->method->name, ==, method);
  g_assert_cmpstr (got->layer, ==, wanted->layer);
  g_assert_cmpint (got->heatmap->evidence, ==, wanted->heatmap->evidence);
  g_assert_cmpmem (got->heatmap->map,
                   sizeof (float) * (gsize) (got->heatmap->height * got->heatmap->width),
                   wanted->heatmap->map,
                   sizeof (float) * (gsize) (wanted->heatmap->height * wanted->heatmap->width));
}

static void
check_main (Fixture *self, int class_index, const char *method, const char *layer)
{
  LucidaExplanation *explanation = lucida_session_get_explanation (self->session);

  g_assert_cmpint (explanation->class_index, ==, class_index);
  g_assert_cmpstr (explanation->method->name, ==, method);
  g_assert_cmpstr (explanation->layer, ==, layer);
}

static void
test_none (Fixture *self, gconstpointer data)
{
  g_assert_null (lucida_session_get_other (self->session));
  g_assert_null (lucida_session_get_other_meant (self->session));
  lucida_session_set_class (self->session, 1);
  settle (self->session);
  g_assert_null (lucida_session_get_other_explanation (self->session));
  lucida_session_swap (self->session);
  settle (self->session);
  check_main (self, 1, "gradcam", "block5_conv2");
}

static void
test_runner_up (Fixture *self, gconstpointer data)
{
  set_other (self, LUCIDA_RUNNER_UP, NULL, NULL);
  g_assert_cmpint (lucida_session_get_other_meant (self->session)->class_index, ==, 1);
  g_assert_null (lucida_session_get_other_explanation (self->session));
  settle (self->session);
  check_other (self, "cat-and-dog.jpg", 1, "gradcam", NULL);
  /* the main question takes the second class: the other one is the runner-up now */
  lucida_session_set_class (self->session, 1);
  settle (self->session);
  check_other (self, "cat-and-dog.jpg", 0, "gradcam", NULL);
  lucida_session_set_class (self->session, LUCIDA_PREDICTED_CLASS);
  open_picture (self->session, "dog.jpg");
  settle (self->session);
  check_main (self, 1, "gradcam", "block5_conv2");
  check_other (self, "dog.jpg", 0, "gradcam", NULL);
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
test_open_parts_follow (Fixture *self, gconstpointer data)
{
  static const char *const layers[] = { "block4_conv2", NULL };

  set_other (self, LUCIDA_SAME_CLASS, lucida_method_find ("layercam"), NULL);
  settle (self->session);
  check_other (self, "cat-and-dog.jpg", 0, "layercam", NULL);
  /* gradients were there: nothing but the map is computed */
  g_assert_cmpfloat (lucida_session_get_other_explanation (self->session)->seconds.backward, ==,
                     0.0);
  lucida_session_set_class (self->session, 1);
  lucida_session_set_layers (self->session, layers);
  settle (self->session);
  check_other (self, "cat-and-dog.jpg", 1, "layercam", "block4_conv2");
  set_other (self, LUCIDA_SAME_CLASS, NULL, "block5_conv1");
  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  settle (self->session);
  check_other (self, "cat-and-dog.jpg", 1, "layercam", "block5_conv1");
  check_main (self, 1, "layercam", "block4_conv2");
  g_assert_cmpuint (self->failures->len, ==, 0);
}

/* Nothing that is shown belongs to another question, picture or model. */
static void
test_never_stale (Fixture *self, gconstpointer data)
{
  set_other (self, 1, NULL, NULL);
  settle (self->session);
  g_assert_nonnull (lucida_session_get_other_explanation (self->session));
  set_other (self, 0, NULL, NULL);
  g_assert_null (lucida_session_get_other_explanation (self->session));
  settle (self->session);
  g_assert_nonnull (lucida_session_get_other_explanation (self->session));
  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  g_assert_null (lucida_session_get_other_explanation (self->session));
  settle (self->session);
  open_picture (self->session, "dog.jpg");
  while (g_str_has_suffix (lucida_session_get_picture_path (self->session), "cat-and-dog.jpg"))
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (lucida_session_get_other_explanation (self->session));
  settle (self->session);
  check_other (self, "dog.jpg", 0, "layercam", NULL);
  lucida_session_set_other (self->session, NULL);
  g_assert_null (lucida_session_get_other_explanation (self->session));
  settle (self->session);
  g_assert_null (lucida_session_get_other_explanation (self->session));
}

/* What the main question does not touch is not computed again. */
static void
test_kept (Fixture *self, gconstpointer data)
{
  LucidaExplanation *before;

  set_other (self, 1, lucida_methods[1], "block5_conv1");
  settle (self->session);
  before = lucida_session_get_other_explanation (self->session);
  self->changes = 0;
  lucida_session_set_class (self->session, 1);
  lucida_session_set_method (self->session, lucida_methods[1]);
  settle (self->session);
  g_assert_true (lucida_session_get_other_explanation (self->session) == before);
  g_assert_cmpint (self->changes, ==, 0);
}

static void
test_swap (Fixture *self, gconstpointer data)
{
  set_other (self, LUCIDA_RUNNER_UP, NULL, NULL);
  lucida_session_swap (self->session);
  settle (self->session);
  check_main (self, 1, "gradcam", "block5_conv2");
  check_other (self, "cat-and-dog.jpg", 0, "gradcam", NULL);
  lucida_session_swap (self->session);
  settle (self->session);
  check_main (self, 0, "gradcam", "block5_conv2");
  check_other (self, "cat-and-dog.jpg", 1, "gradcam", NULL);
  set_other (self, LUCIDA_SAME_CLASS, lucida_method_find ("layercam"), NULL);
  lucida_session_swap (self->session);
  settle (self->session);
  check_main (self, 0, "layercam", "block5_conv2");
  check_other (self, "cat-and-dog.jpg", 0, "gradcam", NULL);
  set_other (self, LUCIDA_SAME_CLASS, NULL, "block4_conv2");
  lucida_session_swap (self->session);
  settle (self->session);
  check_main (self, 0, "layercam", "block4_conv2");
  check_other (self, "cat-and-dog.jpg", 0, "layercam", "block5_conv2");
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
test_another_model (Fixture *self, gconstpointer data)
{
  set_other (self, 0, lucida_methods[1], "block4_conv2");
  settle (self->session);
  lucida_session_open_model (self->session, "demo");
  settle (self->session);
  check_other (self, "cat-and-dog.jpg", 1, lucida_methods[1]->name, NULL);
}

/* A contrast is kept where the class is the same. */
static void
test_contrast (Fixture *self, gconstpointer data)
{
  lucida_session_set_against (self->session, 1);
  set_other (self, LUCIDA_SAME_CLASS, lucida_methods[1], NULL);
  settle (self->session);
  g_assert_cmpint (lucida_session_get_other_explanation (self->session)->against_index, ==, 1);
  set_other (self, LUCIDA_RUNNER_UP, NULL, NULL);
  settle (self->session);
  g_assert_cmpint (lucida_session_get_other_explanation (self->session)->against_index, ==,
                   LUCIDA_NO_CLASS);
}

static void
test_failures (Fixture *self, gconstpointer data)
{
  set_other (self, 1, NULL, NULL);
  settle (self->session);
  set_other (self, 2, NULL, NULL);
  set_other (self, 1, NULL, "no such layer");
  g_assert_cmpuint (self->failures->len, ==, 2);
  settle (self->session);
  g_assert_cmpint (lucida_session_get_other (self->session)->class_index, ==, 1);
  check_other (self, "cat-and-dog.jpg", 1, "gradcam", NULL);
}

static void
test_stop_and_close (Fixture *self, gconstpointer data)
{
  set_other (self, 1, NULL, NULL);
  lucida_session_stop (self->session);
  settle (self->session);
  g_assert_null (lucida_session_get_other_explanation (self->session));
  /* the next question brings the second one along */
  lucida_session_set_method (self->session, lucida_methods[1]);
  settle (self->session);
  g_assert_nonnull (lucida_session_get_other_explanation (self->session));
  set_other (self, 0, NULL, NULL);
  lucida_session_close (self->session);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_null (lucida_session_get_other_explanation (self->session));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/compare/nothing-without-a-second-question", test_none },
    { "/compare/runner-up-follows-picture-and-class", test_runner_up },
    { "/compare/open-parts-follow-the-main-question", test_open_parts_follow },
    { "/compare/never-stale", test_never_stale },
    { "/compare/kept-where-it-means-the-same", test_kept },
    { "/compare/swap", test_swap },
    { "/compare/another-model-has-other-classes", test_another_model },
    { "/compare/contrast", test_contrast },
    { "/compare/failures-keep-what-is-shown", test_failures },
    { "/compare/can-be-stopped-and-closed", test_stop_and_close },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
