#include "explorer/session.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* A session with the demo, copied to where it may be written to, and a picture. */
typedef struct
{
  LucidaSession *session;
  char *folder;
  char *path;
  GPtrArray *failures;
  GPtrArray *trials; /* of the latest lucida_session_try() */
  int answers;
} Fixture;

static void
failed_cb (LucidaSession *session, const char *sentence, Fixture *self)
{
  g_ptr_array_add (self->failures, g_strdup (sentence));
}

static void
settle (Fixture *self)
{
  while (lucida_session_get_busy (self->session, NULL, NULL)
         || lucida_worker_is_busy (lucida_session_get_worker (self->session)))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *demo = lucida_data_dup_path ("models", "pocket-vgg.onnx");
  g_autofree char *picture = lucida_data_dup_path ("pictures", "cat-and-dog.jpg");
  g_autofree char *bytes = NULL;
  gsize size;

  self->folder = folder_new ();
  g_assert_true (g_file_get_contents (demo, &bytes, &size, NULL));
  self->path = write_file (self->folder, "net.onnx", bytes, size);
  self->failures = g_ptr_array_new_with_free_func (g_free);
  self->session = lucida_session_new ();
  g_signal_connect (self->session, "failed", G_CALLBACK (failed_cb), self);
  lucida_session_open_model (self->session, self->path);
  lucida_session_open_picture (self->session, picture);
  settle (self);
  if (self->failures->len > 0)
    g_error ("%s", (char *) g_ptr_array_index (self->failures, 0));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  lucida_session_close (self->session);
  g_assert_finalize_object (self->session);
  g_ptr_array_unref (self->failures);
  g_clear_pointer (&self->trials, g_ptr_array_unref);
  folder_remove (self->folder);
  g_free (self->path);
}

static const char *
class_name (Fixture *self, int index)
{
  return lucida_model_get_class_name (lucida_session_get_model (self->session), index);
}

/* Other names, the same answer. */
static void
test_names (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "Katze", "Hund", NULL }, *const one[] = { "Katze", NULL };
  LucidaExplanation *explanation;
  LucidaPreprocessing value;

  lucida_session_set_class (self->session, 1);
  settle (self);
  explanation = lucida_session_get_explanation (self->session);
  lucida_session_set_class_names (self->session, names);
  g_assert_cmpstr (class_name (self, 1), ==, "Hund");
  g_assert_true (lucida_session_get_explanation (self->session) == explanation);
  g_assert_nonnull (lucida_session_get_logits (self->session));
  g_assert_cmpint (lucida_session_get_question (self->session)->class_index, ==, 1);
  lucida_session_set_class_names (self->session, one);
  g_assert_cmpuint (self->failures->len, ==, 1);
  g_assert_cmpstr (class_name (self, 1), ==, "Hund");
  /* names that are set while other preprocessing is under way are there afterwards too */
  lucida_session_set_class_names (self->session, NULL);
  g_assert_cmpstr (class_name (self, 1), ==, "dog");
  value = *lucida_model_get_preprocessing (lucida_session_get_model (self->session));
  value.channels = LUCIDA_CHANNELS_BGR;
  lucida_session_set_preprocessing (self->session, &value);
  lucida_session_set_class_names (self->session, names);
  settle (self);
  g_assert_cmpstr (class_name (self, 1), ==, "Hund");
  g_assert_cmpint (
      lucida_model_get_preprocessing (lucida_session_get_model (self->session))->channels, ==,
      LUCIDA_CHANNELS_BGR);
}

static void
test_remember (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "Katze", "Hund", NULL };
  LucidaPreprocessing value
      = *lucida_model_get_preprocessing (lucida_session_get_model (self->session));

  value.resize = LUCIDA_RESIZE_CROP;
  value.scale = 1 / 3.0;
  lucida_session_set_preprocessing (self->session, &value);
  lucida_session_set_class_names (self->session, names);
  lucida_session_remember (self->session); /* before the preprocessing is in force */
  settle (self);
  lucida_session_open_model (self->session, self->path);
  settle (self);
  g_assert_cmpstr (class_name (self, 0), ==, "Katze");
  g_assert_true (lucida_preprocessing_equal (
      lucida_model_get_preprocessing (lucida_session_get_model (self->session)), &value));
  lucida_session_forget (self->session);
  settle (self);
  g_assert_cmpstr (class_name (self, 0), ==, "cat");
  g_assert_cmpint (
      lucida_model_get_preprocessing (lucida_session_get_model (self->session))->resize, ==,
      LUCIDA_RESIZE_SQUASH);
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
tried_cb (GPtrArray *trials, const GError *error, gpointer data)
{
  Fixture *self = data;

  g_assert_no_error (error);
  g_clear_pointer (&self->trials, g_ptr_array_unref);
  self->trials = trials;
  self->answers++;
}

static void
test_trials (Fixture *self, gconstpointer data)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  float logit = lucida_session_get_logits (self->session)[0];
  g_autofree LucidaPreprocessing *values = NULL;
  LucidaPreprocessing own = *lucida_model_get_preprocessing (model);
  const LucidaTrial *trial;
  int n;

  values = lucida_trial_presets (model, &n);
  g_assert_cmpint (n, ==, 5);
  g_assert_true (lucida_session_try (self->session, values, n, tried_cb, self));
  g_assert_true (lucida_session_try (self->session, &own, 1, tried_cb, self));
  settle (self);
  g_assert_cmpint (self->answers, ==, 1); /* the newer call is answered alone */
  g_assert_cmpuint (self->trials->len, ==, 1);
  trial = g_ptr_array_index (self->trials, 0);
  g_assert_cmpint (trial->class_index, ==, 0);
  g_assert_cmpfloat_with_epsilon (trial->logit, logit, 1e-5);
  g_assert_cmpfloat_with_epsilon (trial->probability, 0.691, 2e-3);

  g_assert_true (lucida_session_try (self->session, values, n, tried_cb, self));
  settle (self);
  g_assert_cmpuint (self->trials->len, ==, 5);
  for (int i = 0; i < n; i++)
    {
      trial = g_ptr_array_index (self->trials, (guint) i);
      g_assert_true (lucida_preprocessing_equal (&trial->preprocessing, &values[i]));
      g_assert_cmpint (trial->seen->width, ==, 160);
      g_assert_cmpint (trial->seen->height, ==, 160);
      g_assert_true (trial->probability >= 0.5 && trial->probability <= 1);
      /* what is shown has not changed */
      g_assert_true (lucida_session_get_model (self->session) == model);
    }
  lucida_session_try (self->session, values, n, tried_cb, self);
  lucida_session_stop_trying (self->session);
  settle (self);
  g_assert_cmpint (self->answers, ==, 2);
}

/* The picture is twice as wide as high, the left half a cat's: what is cut out of its middle
 * differs from the whole. */
static void
test_preview (Fixture *self, gconstpointer data)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  LucidaPreprocessing value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_CAFFE, 3);
  g_autoptr (LucidaPicture) whole = lucida_trial_preview (model, picture, &value, NULL);
  g_autoptr (LucidaPicture) middle = NULL;
  g_autoptr (LucidaPicture) grey = NULL;
  double x = 0.5 * picture->width / 160, y = 0.5 * picture->height / 160;
  const guint8 *corner
      = picture->pixels + (gsize) y * picture->stride + 3 * (gsize) x; /* nearest neighbour */

  g_assert_cmpint (whole->width, ==, 160);
  g_assert_cmpmem (whole->pixels, 3, corner, 3);
  value.resize = LUCIDA_RESIZE_CROP;
  middle = lucida_trial_preview (model, picture, &value, NULL);
  g_assert_cmpint (memcmp (middle->pixels, whole->pixels, 160 * 3), !=, 0);
  value.channels = LUCIDA_CHANNELS_L;
  grey = lucida_trial_preview (model, picture, &value, NULL);
  g_assert_cmpint (grey->pixels[0], ==, grey->pixels[2]);
}

/* Values that were assumed can be made one's own as they are. */
static void
test_assumed_becomes_own (Fixture *self, gconstpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *path = NULL;
  LucidaPreprocessing value;
  gsize size;
  const void *small;
  Model model;

  model_init_small (&model);
  bytes = model_bytes (&model);
  small = g_bytes_get_data (bytes, &size);
  path = write_file (self->folder, "small.onnx", small, size);
  lucida_session_open_model (self->session, path);
  settle (self);
  value = *lucida_model_get_preprocessing (lucida_session_get_model (self->session));
  g_assert_true (value.assumed);
  value.assumed = FALSE;
  lucida_session_set_preprocessing (self->session, &value);
  lucida_session_remember (self->session);
  settle (self);
  lucida_session_open_model (self->session, path);
  settle (self);
  g_assert_false (
      lucida_model_get_preprocessing (lucida_session_get_model (self->session))->assumed);
}

static void
test_nothing_open (void)
{
  static const char *const names[] = { "a", NULL };
  g_autoptr (LucidaSession) session = lucida_session_new ();
  LucidaPreprocessing value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_RAW, 3);

  lucida_session_set_class_names (session, names);
  lucida_session_set_preprocessing (session, &value);
  lucida_session_remember (session);
  lucida_session_forget (session);
  g_assert_false (lucida_session_try (session, &value, 1, tried_cb, NULL));
  lucida_session_stop_trying (session);
  g_assert_false (lucida_session_get_busy (session, NULL, NULL));
  lucida_session_close (session);
}

static void
test_stale (Fixture *self, gconstpointer data)
{
  g_autofree char *demo = lucida_data_dup_path ("pictures", "dog.jpg");
  g_autofree char *bytes = NULL;
  g_autofree char *picture = NULL;
  LucidaModel *model = lucida_session_get_model (self->session);
  gsize size;

  g_assert_true (g_file_get_contents (demo, &bytes, &size, NULL));
  picture = write_file (self->folder, "dog.jpg", bytes, size);
  lucida_session_open_picture (self->session, picture);
  settle (self);
  g_assert_false (lucida_model_is_stale (model));
  g_assert_false (lucida_session_is_picture_stale (self->session));
  g_assert_true (g_file_set_contents (picture, bytes, (gssize) size - 1, NULL));
  g_assert_true (lucida_session_is_picture_stale (self->session));
  g_assert_false (lucida_model_is_stale (model));
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  g_assert_true (lucida_model_is_stale (model));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/settings/other-names-keep-the-answer", test_names },
    { "/settings/remembered-and-forgotten", test_remember },
    { "/settings/trials-stand-side-by-side", test_trials },
    { "/settings/what-the-network-sees", test_preview },
    { "/settings/assumed-becomes-one's-own", test_assumed_becomes_own },
    { "/settings/files-that-changed-meanwhile", test_stale },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/settings/nothing-is-open", test_nothing_open);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
