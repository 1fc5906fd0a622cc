#include "config.h"

#include "base/error.h"
#include "base/npy.h"
#include "explorer/explanation.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define LAYER "block5_conv2"
#define EARLIER_LAYER "block4_conv2"
#define MAP_BOUND 1e-3 /* relative L2 distance from PyTorch's */

typedef struct
{
  LucidaPool *pool;
  LucidaModel *model;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->pool = lucida_pool_new (2);
  self->model = lucida_model_open ("demo", self->pool, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  lucida_model_unref (self->model);
  lucida_pool_free (self->pool);
}

static LucidaAnalysis *
analyse (const Fixture *self, const char *name)
{
  g_autofree char *path = lucida_data_dup_path ("pictures", name);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPicture) picture = lucida_picture_open (path, FALSE, NULL, &error);
  LucidaAnalysis *analysis;

  g_assert_no_error (error);
  analysis = lucida_analysis_new_for_picture (self->model, picture, TRUE, self->pool, NULL, NULL,
                                              NULL, &error);
  g_assert_no_error (error);
  return analysis;
}

static LucidaExplanation *
ask (const Fixture *self, LucidaAnalysis *analysis, int class_index, int against,
     const char *const *layers, const char *method, gboolean every_layer)
{
  const LucidaQuestion question
      = { class_index, against, (char **) layers, lucida_method_find (method) };
  g_autoptr (GError) error = NULL;
  LucidaExplanation *explanation = lucida_analysis_explain (analysis, &question, every_layer,
                                                            self->pool, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return explanation;
}

static void
test_model (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (lucida_model_get_title (self->model), ==, "pocket-vgg");
  g_assert_cmpint (lucida_model_get_n_classes (self->model), ==, 2);
  g_assert_cmpstr (lucida_model_get_class_name (self->model, 0), ==, "cat");
  g_assert_cmpint (lucida_model_get_preprocessing (self->model)->height, ==, 160);
  g_assert_true (lucida_model_has_probabilities (self->model));
  g_assert_null (lucida_model_open ("/no/such/file.onnx", self->pool, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND);
  g_assert_true (g_str_has_prefix (error->message, "/no/such/file.onnx: "));
}

static void
test_find_class (Fixture *self, gconstpointer data)
{
  static const char *const unknown[]
      = { "2", "-1", "horse", "", "1x", " 1", "99999999999999999999" };

  g_assert_cmpint (lucida_model_find_class (self->model, "dog", NULL), ==, 1);
  g_assert_cmpint (lucida_model_find_class (self->model, "0", NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (lucida_model_find_class (self->model, unknown[i], &error), ==, -1);
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND);
      g_assert_nonnull (strstr (error->message, "cat"));
    }
}

/* The table in data/models/README.md. */
static void
test_scores (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *picture;
    double probability; /* of "cat" */
  } known[] = { { "cat.jpg", 0.979 },
                { "dog.jpg", 0.017 },
                { "cat-and-dog.jpg", 0.691 },
                { "kitten.jpg", 0.847 } };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autoptr (LucidaAnalysis) analysis = analyse (self, known[i].picture);
      const float *probabilities = lucida_analysis_get_probabilities (analysis);

      g_test_message ("%s: %.4f, not %.4f", known[i].picture, probabilities[0],
                      known[i].probability);
      g_assert_cmpfloat_with_epsilon (probabilities[0], known[i].probability, 0.01);
      g_assert_cmpfloat_with_epsilon (probabilities[0] + probabilities[1], 1.0, 1e-6);
      g_assert_cmpint (lucida_analysis_get_predicted (analysis), ==,
                       known[i].probability > 0.5 ? 0 : 1);
    }
}

static void
test_defaults (Fixture *self, gconstpointer data)
{
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "dog.jpg");
  g_autoptr (LucidaExplanation) explanation
      = ask (self, analysis, LUCIDA_PREDICTED_CLASS, LUCIDA_NO_CLASS, NULL, "gradcam", FALSE);

  g_assert_cmpint (explanation->class_index, ==, 1);
  g_assert_cmpstr (explanation->layer, ==, LAYER);
  g_assert_cmpint (explanation->heatmap->height, ==, 10);
  g_assert_cmpint (explanation->heatmap->width, ==, 10);
  g_assert_cmpint (explanation->heatmap->evidence, ==, LUCIDA_EVIDENCE_FOUND);
  g_assert_cmpfloat (explanation->logit, ==, lucida_analysis_get_logits (analysis)[1]);
  g_assert_cmpfloat (explanation->score, ==, explanation->logit);
  g_assert_cmpint (explanation->n_values, ==, 1);
  g_assert_cmpfloat (explanation->shares[0], ==, 1.0f);
}

static void
test_evidence_against (Fixture *self, gconstpointer data)
{
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "dog.jpg");
  g_autoptr (LucidaExplanation) explanation
      = ask (self, analysis, 0, LUCIDA_NO_CLASS, NULL, "gradcam", FALSE);

  g_assert_cmpint (explanation->heatmap->evidence, ==, LUCIDA_EVIDENCE_AGAINST);
  g_assert_cmpfloat (explanation->heatmap->max, ==, 0.0f);
}

static double
distance (const float *got, const float *wanted, int64_t n)
{
  double difference = 0.0, norm = 0.0;

  for (int64_t i = 0; i < n; i++)
    {
      difference += ((double) got[i] - wanted[i]) * ((double) got[i] - wanted[i]);
      norm += (double) wanted[i] * wanted[i];
    }
  return norm > 0.0 ? sqrt (difference / norm) : sqrt (difference);
}

static char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("LUCIDA_SHARED");

  if (shared)
    return g_build_filename (shared, "data", "models", name, NULL);
  return g_build_filename (LUCIDA_SOURCE_DIR, "..", "shared", "data", "models", name, NULL);
}

static void
check_known_map (const Fixture *self, LucidaAnalysis *analysis, const char *picture,
                 int class_index, const char *method)
{
  static const char *const layers[] = { LAYER, NULL };
  g_autofree char *name
      = g_strdup_printf ("%s.%s.%s.npy", picture, class_index ? "dog" : "cat", method);
  g_autofree char *path = shared_path (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaTensor) wanted = lucida_npy_read (path, &error);
  g_autoptr (LucidaExplanation) explanation
      = ask (self, analysis, class_index, LUCIDA_NO_CLASS, layers, method, TRUE);
  double error_found;

  g_assert_no_error (error);
  g_assert_cmpint (lucida_tensor_get_count (wanted), ==, 100);
  error_found = distance (explanation->heatmap->map, lucida_tensor_get_floats (wanted), 100);
  g_test_message ("%s: %.1e", name, error_found);
  g_assert_cmpfloat (error_found, <=, MAP_BOUND);
}

static void
test_known_maps (Fixture *self, gconstpointer data)
{
  static const char *const pictures[] = { "cat", "dog", "cat-and-dog", "kitten" };

  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *name = g_strconcat (pictures[i], ".input.npy", NULL);
      g_autofree char *path = shared_path (name);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaTensor) read = NULL;
      g_autoptr (LucidaTensor) input = NULL;
      g_autoptr (LucidaAnalysis) analysis = NULL;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_test_skip ("not present");
          return;
        }
      read = lucida_npy_read (path, &error);
      g_assert_no_error (error);
      input = lucida_tensor_reshape (
          read, lucida_plan_get_input_shape (lucida_model_get_plan (self->model)));
      analysis
          = lucida_analysis_new (self->model, input, TRUE, self->pool, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      for (int c = 0; c < 2; c++)
        {
          check_known_map (self, analysis, pictures[i], c, "gradcam");
          check_known_map (self, analysis, pictures[i], c, "layercam");
        }
    }
}

/* The gradient of a difference of scores is the difference of their gradients. */
static void
test_contrast (Fixture *self, gconstpointer data)
{
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "cat-and-dog.jpg");
  g_autoptr (LucidaExplanation) cat
      = ask (self, analysis, 0, LUCIDA_NO_CLASS, NULL, "layercam", FALSE);
  g_autoptr (LucidaExplanation) dog
      = ask (self, analysis, 1, LUCIDA_NO_CLASS, NULL, "layercam", FALSE);
  g_autoptr (LucidaExplanation) contrast = ask (self, analysis, 0, 1, NULL, "layercam", FALSE);
  g_autoptr (LucidaTensor) g_cat
      = lucida_analysis_dup_gradient (analysis, cat, cat->values[0], NULL);
  g_autoptr (LucidaTensor) g_dog
      = lucida_analysis_dup_gradient (analysis, dog, cat->values[0], NULL);
  g_autoptr (LucidaTensor) g_contrast
      = lucida_analysis_dup_gradient (analysis, contrast, cat->values[0], NULL);
  int64_t n = lucida_tensor_get_count (g_cat);
  g_autofree float *wanted = g_new (float, n);
  const float *logits = lucida_analysis_get_logits (analysis);
  double error_found;

  for (int64_t i = 0; i < n; i++)
    wanted[i] = lucida_tensor_get_floats (g_cat)[i] - lucida_tensor_get_floats (g_dog)[i];
  error_found = distance (lucida_tensor_get_floats (g_contrast), wanted, n);
  g_test_message ("relative error %.1e", error_found);
  g_assert_cmpfloat (error_found, <=, 1e-5);
  g_assert_cmpint (contrast->against_index, ==, 1);
  g_assert_cmpfloat (contrast->logit, ==, logits[0]);
  g_assert_cmpfloat_with_epsilon (contrast->score, (double) logits[0] - logits[1], 1e-6);
}

static void
test_fused (Fixture *self, gconstpointer data)
{
  static const char *const layers[] = { EARLIER_LAYER, LAYER, NULL };
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "cat.jpg");
  g_autoptr (LucidaExplanation) fused
      = ask (self, analysis, 0, LUCIDA_NO_CLASS, layers, "layercam", FALSE);

  g_assert_cmpstr (fused->layer, ==, EARLIER_LAYER " + " LAYER);
  g_assert_cmpint (fused->n_values, ==, 2);
  g_assert_cmpint (fused->heatmap->height, ==, 20);
  g_assert_cmpfloat (fused->heatmap->min, >=, 0.0f);
  g_assert_cmpfloat_with_epsilon (fused->heatmap->max, 1.0f, 1e-6);
  g_assert_cmpfloat (fused->shares[0], >, 0.0f);
  g_assert_cmpfloat (fused->shares[1], >, 0.0f);
}

static void
test_nothing_is_computed_twice (Fixture *self, gconstpointer data)
{
  static const char *const earlier[] = { EARLIER_LAYER, NULL };
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "cat.jpg");
  g_autoptr (LucidaExplanation) first
      = ask (self, analysis, 0, LUCIDA_NO_CLASS, NULL, "gradcam", TRUE);
  gsize size = lucida_analysis_get_size (analysis);
  g_autoptr (LucidaExplanation) method
      = ask (self, analysis, 0, LUCIDA_NO_CLASS, NULL, "layercam", TRUE);
  g_autoptr (LucidaExplanation) layer
      = ask (self, analysis, 0, LUCIDA_NO_CLASS, earlier, "layercam", TRUE);
  g_autoptr (LucidaExplanation) class = NULL;

  g_assert_cmpfloat (first->seconds.forward, >, 0.0);
  g_assert_cmpfloat (first->seconds.backward, >, 0.0);
  g_assert_cmpfloat (method->seconds.forward, ==, 0.0);
  g_assert_cmpfloat (method->seconds.backward, ==, 0.0);
  g_assert_cmpfloat (layer->seconds.backward, ==, 0.0);
  g_assert_cmpuint (lucida_analysis_get_size (analysis), ==, size);
  class = ask (self, analysis, 1, LUCIDA_NO_CLASS, NULL, "gradcam", TRUE);
  g_assert_cmpfloat (class->seconds.forward, ==, 0.0);
  g_assert_cmpfloat (class->seconds.backward, >, 0.0);
  g_assert_cmpuint (lucida_analysis_get_size (analysis), >, size);
}

static void
expect_error (const Fixture *self, LucidaAnalysis *analysis, int class_index, int against,
              const char *const *layers, int code)
{
  const LucidaQuestion question
      = { class_index, against, (char **) layers, lucida_method_find ("gradcam") };
  g_autoptr (GError) error = NULL;
  LucidaExplanation *explanation
      = lucida_analysis_explain (analysis, &question, FALSE, self->pool, NULL, NULL, NULL, &error);

  g_assert_null (explanation);
  g_test_message ("%s", error->message);
  g_assert_error (error, LUCIDA_ERROR, code);
}

static void
test_wrong_questions (Fixture *self, gconstpointer data)
{
  static const char *const unknown[] = { "no such layer", NULL };
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "cat.jpg");
  g_autoptr (LucidaExplanation) after = NULL;

  expect_error (self, analysis, 2, LUCIDA_NO_CLASS, NULL, LUCIDA_ERROR_INVALID);
  expect_error (self, analysis, 0, 0, NULL, LUCIDA_ERROR_INVALID);
  expect_error (self, analysis, 0, 7, NULL, LUCIDA_ERROR_INVALID);
  expect_error (self, analysis, 0, LUCIDA_NO_CLASS, unknown, LUCIDA_ERROR_NOT_FOUND);
  after = ask (self, analysis, 0, LUCIDA_NO_CLASS, NULL, "gradcam", FALSE);
  g_assert_cmpint (after->heatmap->evidence, ==, LUCIDA_EVIDENCE_FOUND);
}

static void
test_wrong_input (Fixture *self, gconstpointer data)
{
  const LucidaShape shape
      = lucida_shape (4, (int64_t) 1, (int64_t) 2, (int64_t) 160, (int64_t) 160);
  g_autoptr (LucidaTensor) input = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      lucida_analysis_new (self->model, input, FALSE, self->pool, NULL, NULL, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "1×2×160×160"));
}

/* A network whose file is cut off while its weights are still read from it: no answer, no crash. */
static void
test_file_cut_off (Fixture *self, gconstpointer data)
{
  g_autofree char *demo = lucida_data_dup_path ("models", "pocket-vgg.onnx");
  g_autofree char *folder = g_dir_make_tmp ("lucida-analysis-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "cut.onnx", NULL), *bytes = NULL;
  g_autoptr (LucidaModel) model = NULL;
  g_autoptr (LucidaAnalysis) before = NULL, after = NULL;
  g_autoptr (LucidaExplanation) explanation = NULL;
  g_autoptr (LucidaTensor) input = NULL;
  g_autoptr (GError) error = NULL;
  LucidaShape shape = lucida_shape (4, (int64_t) 1, (int64_t) 3, (int64_t) 160, (int64_t) 160);
  const LucidaQuestion question = { 0, LUCIDA_NO_CLASS, NULL, lucida_method_find ("gradcam") };
  gsize size;

  g_assert_true (g_file_get_contents (demo, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  model = lucida_model_open (path, self->pool, NULL, &error);
  g_assert_no_error (error);
  input = lucida_tensor_new (LUCIDA_FLOAT32, &shape, &error);
  before = lucida_analysis_new (model, input, TRUE, self->pool, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (truncate (path, 5000), ==, 0);
  after = lucida_analysis_new (model, input, TRUE, self->pool, NULL, NULL, NULL, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO);
  g_assert_null (after);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, "the file has changed while it was open"));
  g_clear_error (&error);
  explanation
      = lucida_analysis_explain (before, &question, FALSE, self->pool, NULL, NULL, NULL, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO);
  g_assert_null (explanation);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (LucidaAnalysis) analysis = analyse (self, "cat.jpg");
  const LucidaQuestion question = { 0, LUCIDA_NO_CLASS, NULL, lucida_method_find ("gradcam") };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (lucida_analysis_explain (analysis, &question, FALSE, self->pool, cancellable, NULL,
                                          NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
}

static void
test_rank (void)
{
  const float logits[] = { NAN, -1.0f, 2.0f, -INFINITY, 2.0f, NAN };
  const int expected[] = { 2, 4, 1, 3, 0, 5 };
  g_autofree int *ranked = lucida_classes_rank (logits, 6);
  g_autofree int *plain = lucida_classes_rank (NULL, 2);

  g_assert_cmpmem (ranked, 6 * sizeof (int), expected, sizeof expected);
  g_assert_true (plain[0] == 0 && plain[1] == 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/model/demo-opens-and-errors-name-the-file", test_model },
    { "/model/classes-are-found-by-name-then-index", test_find_class },
    { "/analysis/scores-agree-with-the-readme", test_scores },
    { "/analysis/defaults", test_defaults },
    { "/analysis/evidence-against-is-told", test_evidence_against },
    { "/analysis/maps-agree-with-pytorch", test_known_maps },
    { "/analysis/contrast-is-a-difference", test_contrast },
    { "/analysis/several-layers-are-fused", test_fused },
    { "/analysis/nothing-is-computed-twice", test_nothing_is_computed_twice },
    { "/analysis/wrong-questions-are-errors", test_wrong_questions },
    { "/analysis/wrong-input-is-an-error", test_wrong_input },
    { "/analysis/can-be-cancelled", test_cancelled },
    { "/analysis/file-cut-off-is-an-error", test_file_cut_off },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  g_test_add_func ("/analysis/classes-are-ranked", test_rank);
  return g_test_run ();
}
