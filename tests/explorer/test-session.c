#include "explorer/session.h"

#include <string.h>

/* How often each signal came, and what failed. */
typedef struct
{
  LucidaSession *session;
  int model;
  int picture;
  int scores;
  int question;
  int explanation;
  GPtrArray *failures;
} Fixture;

static void
count_cb (LucidaSession *session, int *counter)
{
  (*counter)++;
}

static void
failed_cb (LucidaSession *session, const char *sentence, Fixture *self)
{
  g_ptr_array_add (self->failures, g_strdup (sentence));
}

static void
settle (Fixture *self)
{
  while (lucida_session_get_busy (self->session, NULL, NULL))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
open_picture (Fixture *self, const char *name)
{
  g_autofree char *path = lucida_data_dup_path ("pictures", name);

  lucida_session_open_picture (self->session, path);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  struct
  {
    const char *name;
    int *counter;
  } counters[] = { { "model-changed", &self->model },
                   { "picture-changed", &self->picture },
                   { "scores-changed", &self->scores },
                   { "question-changed", &self->question },
                   { "explanation-changed", &self->explanation } };

  self->session = lucida_session_new ();
  self->failures = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (counters); i++)
    g_signal_connect (self->session, counters[i].name, G_CALLBACK (count_cb), counters[i].counter);
  g_signal_connect (self->session, "failed", G_CALLBACK (failed_cb), self);
}

static void
set_up_opened (Fixture *self, gconstpointer data)
{
  set_up (self, data);
  lucida_session_open_model (self->session, "demo");
  open_picture (self, "cat-and-dog.jpg");
  settle (self);
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  lucida_session_close (self->session);
  g_assert_finalize_object (self->session);
  g_ptr_array_unref (self->failures);
}

static void
test_answer (Fixture *self, gconstpointer data)
{
  LucidaExplanation *explanation = lucida_session_get_explanation (self->session);
  LucidaPlacement placement;

  g_assert_nonnull (lucida_session_get_logits (self->session));
  g_assert_cmpint (lucida_session_get_predicted (self->session), ==, 0);
  g_assert_nonnull (explanation);
  g_assert_cmpint (explanation->class_index, ==, 0);
  g_assert_cmpint (explanation->heatmap->evidence, ==, LUCIDA_EVIDENCE_FOUND);
  g_assert_true (
      g_str_has_suffix (lucida_session_get_picture_path (self->session), "cat-and-dog.jpg"));
  g_assert_true (lucida_session_get_placement (self->session, &placement));
  g_assert_cmpfloat (placement.width, ==, lucida_session_get_picture (self->session)->width);
  g_assert_cmpint (self->model, ==, 1);
  g_assert_cmpint (self->picture, ==, 1);
}

static void
test_picture_without_model (Fixture *self, gconstpointer data)
{
  open_picture (self, "cat.jpg");
  settle (self);
  g_assert_nonnull (lucida_session_get_picture (self->session));
  g_assert_null (lucida_session_get_logits (self->session));
  g_assert_cmpint (lucida_session_get_predicted (self->session), ==, -1);
  g_assert_null (lucida_session_get_explanation (self->session));
  g_assert_cmpuint (self->failures->len, ==, 0);
  lucida_session_open_model (self->session, "demo");
  settle (self);
  g_assert_nonnull (lucida_session_get_explanation (self->session));
}

static void
test_failures_keep_what_is_shown (Fixture *self, gconstpointer data)
{
  LucidaExplanation *explanation
      = lucida_explanation_ref (lucida_session_get_explanation (self->session));
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  LucidaModel *model = lucida_session_get_model (self->session);
  g_autofree char *no_picture = lucida_data_dup_path ("models", "README.md");
  static const char *const unknown[] = { "no such layer", NULL };
  int questions = self->question;

  lucida_session_open_picture (self->session, no_picture);
  settle (self);
  lucida_session_open_picture (self->session, "/no/such/picture.png");
  settle (self);
  lucida_session_open_model (self->session, no_picture);
  settle (self);
  lucida_session_set_layers (self->session, unknown);
  lucida_session_set_class (self->session, 2);
  lucida_session_set_class (self->session, -7);
  lucida_session_set_against (self->session, 2);
  settle (self);

  g_assert_cmpuint (self->failures->len, ==, 7);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (self->failures, 0), no_picture));
  g_assert_nonnull (strstr (g_ptr_array_index (self->failures, 1), "/no/such/picture.png"));
  g_assert_true (g_str_has_prefix (g_ptr_array_index (self->failures, 2), no_picture));
  g_assert_true (lucida_session_get_explanation (self->session) == explanation);
  g_assert_true (lucida_session_get_picture (self->session) == picture);
  g_assert_true (lucida_session_get_model (self->session) == model);
  g_assert_cmpint (self->question, ==, questions);
  g_assert_null (lucida_session_get_question (self->session)->layers);
  g_assert_cmpint (lucida_session_get_question (self->session)->class_index, ==,
                   LUCIDA_PREDICTED_CLASS);
  lucida_explanation_unref (explanation);
}

static void
test_predicted_class_follows_the_picture (Fixture *self, gconstpointer data)
{
  open_picture (self, "dog.jpg");
  settle (self);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==, 1);
  lucida_session_set_class (self->session, 1);
  open_picture (self, "cat.jpg");
  settle (self);
  g_assert_cmpint (lucida_session_get_predicted (self->session), ==, 0);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==, 1);
  lucida_session_set_class (self->session, LUCIDA_PREDICTED_CLASS);
  settle (self);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==, 0);
}

static void
test_newest_request_wins (Fixture *self, gconstpointer data)
{
  int pictures = self->picture;
  int explanations;

  open_picture (self, "dog.jpg");
  open_picture (self, "kitten.jpg");
  open_picture (self, "cat.jpg");
  settle (self);
  g_assert_cmpint (self->picture - pictures, ==, 1);
  g_assert_true (g_str_has_suffix (lucida_session_get_picture_path (self->session), "cat.jpg"));

  explanations = self->explanation;
  lucida_session_set_class (self->session, 1);
  lucida_session_set_class (self->session, 0);
  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  settle (self);
  g_assert_cmpint (self->explanation - explanations, ==, 1);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==, 0);
  g_assert_cmpstr (lucida_session_get_explanation (self->session)->method->name, ==, "layercam");
}

static void
test_question (Fixture *self, gconstpointer data)
{
  static const char *const layers[] = { "block4_conv2", "block5_conv2", NULL };
  LucidaExplanation *explanation;

  lucida_session_set_against (self->session, 1);
  lucida_session_set_layers (self->session, layers);
  settle (self);
  explanation = lucida_session_get_explanation (self->session);
  g_assert_cmpint (explanation->against_index, ==, 1);
  g_assert_cmpstr (explanation->layer, ==, "block4_conv2 + block5_conv2");
  lucida_session_set_layers (self->session, NULL);
  lucida_session_set_against (self->session, LUCIDA_NO_CLASS);
  settle (self);
  explanation = lucida_session_get_explanation (self->session);
  g_assert_cmpstr (explanation->layer, ==, "block5_conv2");
  g_assert_cmpfloat (explanation->score, ==, explanation->logit);
}

static void
test_kept_results_come_back (Fixture *self, gconstpointer data)
{
  LucidaExplanation *explanation;

  open_picture (self, "dog.jpg");
  settle (self);
  open_picture (self, "cat-and-dog.jpg");
  settle (self);
  explanation = lucida_session_get_explanation (self->session);
  g_assert_cmpint (explanation->class_index, ==, 0);
  g_assert_cmpfloat (explanation->seconds.forward, ==, 0.0);
  g_assert_cmpfloat (explanation->seconds.backward, ==, 0.0);
}

static void
test_preprocessing (Fixture *self, gconstpointer data)
{
  float before = lucida_session_get_logits (self->session)[0];
  LucidaPreprocessing changed
      = *lucida_model_get_preprocessing (lucida_session_get_model (self->session));

  lucida_session_set_class (self->session, 1);
  changed.channels = LUCIDA_CHANNELS_BGR;
  lucida_session_set_preprocessing (self->session, &changed);
  settle (self);
  g_assert_cmpint (self->model, ==, 2);
  g_assert_cmpfloat (lucida_session_get_logits (self->session)[0], !=, before);
  g_assert_cmpint (lucida_session_get_question (self->session)->class_index, ==, 1);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==, 1);
}

static void
test_another_model_starts_afresh (Fixture *self, gconstpointer data)
{
  lucida_session_set_class (self->session, 1);
  lucida_session_set_against (self->session, 0);
  settle (self);
  lucida_session_open_model (self->session, "demo");
  settle (self);
  g_assert_cmpint (lucida_session_get_question (self->session)->class_index, ==,
                   LUCIDA_PREDICTED_CLASS);
  g_assert_cmpint (lucida_session_get_question (self->session)->against_index, ==, LUCIDA_NO_CLASS);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==, 0);
}

static void
test_stop (Fixture *self, gconstpointer data)
{
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  const char *what = NULL;
  double fraction;

  open_picture (self, "dog.jpg");
  g_assert_true (lucida_session_get_busy (self->session, &what, &fraction));
  g_assert_cmpstr (what, ==, "Opening the picture");
  g_assert_cmpfloat (fraction, ==, -1.0);
  lucida_session_stop (self->session);
  g_assert_false (lucida_session_get_busy (self->session, &what, NULL));
  g_assert_null (what);
  settle (self);
  g_assert_true (lucida_session_get_picture (self->session) == picture);
  g_assert_nonnull (lucida_session_get_explanation (self->session));
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
test_close_while_busy (Fixture *self, gconstpointer data)
{
  int pictures = self->picture;

  open_picture (self, "dog.jpg");
  lucida_session_set_class (self->session, 1);
  lucida_session_close (self->session);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpint (self->picture, ==, pictures);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/session/answers-for-the-predicted-class", test_answer },
    { "/session/failures-keep-what-is-shown", test_failures_keep_what_is_shown },
    { "/session/predicted-class-follows-the-picture", test_predicted_class_follows_the_picture },
    { "/session/newest-request-wins", test_newest_request_wins },
    { "/session/contrast-and-several-layers", test_question },
    { "/session/kept-results-come-back", test_kept_results_come_back },
    { "/session/other-preprocessing-keeps-the-question", test_preprocessing },
    { "/session/another-model-starts-afresh", test_another_model_starts_afresh },
    { "/session/can-be-stopped", test_stop },
    { "/session/can-be-closed-while-busy", test_close_while_busy },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/session/shows-a-picture-without-a-model", Fixture, NULL, set_up,
              test_picture_without_model, tear_down);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up_opened, tests[i].test, tear_down);
  return g_test_run ();
}
