#include "base/npy.h"
#include "fixture.h"

#include <config.h>
#include <math.h>

/* JPEG decoders may differ by one step of a pixel. */
#define TOLERANCE 1.01

/* The inputs that the demo network's reference maps were computed from, made with Pillow. */
static void
test_inputs_of_the_sample_pictures (void)
{
  static const char *const names[] = { "cat", "dog", "cat-and-dog", "kitten" };
  const char *shared = g_getenv ("LUCIDA_SHARED");
  g_autofree char *folder
      = shared ? g_build_filename (shared, "data", NULL)
               : g_build_filename (LUCIDA_SOURCE_DIR, "..", "shared", "data", NULL);

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("not present");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *picture_path = g_strdup_printf ("%s/pictures/%s.jpg", folder, names[i]);
      g_autofree char *input_path = g_strdup_printf ("%s/models/%s.input.npy", folder, names[i]);
      LucidaPreprocessing preprocessing
          = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_TORCHVISION, 3);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaPicture) picture = lucida_picture_open (picture_path, FALSE, NULL, &error);
      g_autoptr (LucidaTensor) input = NULL, expected = NULL;
      const int64_t plane = 160 * 160;

      g_assert_no_error (error);
      expected = lucida_npy_read (input_path, &error);
      g_assert_no_error (error);
      preprocessing.width = preprocessing.height = 160;
      preprocessing.resize = LUCIDA_RESIZE_SQUASH;
      input = lucida_picture_to_tensor (picture, &preprocessing, 3, FALSE, &error);
      g_assert_no_error (error);
      g_assert_true (
          lucida_shape_equal (lucida_tensor_get_shape (input), lucida_tensor_get_shape (expected)));
      for (int64_t j = 0; j < lucida_tensor_get_count (input); j++)
        {
          double difference
              = fabs (lucida_tensor_get_floats (input)[j] - lucida_tensor_get_floats (expected)[j]);
          g_assert_cmpfloat (difference * 255 * preprocessing.std[j / plane], <=, TOLERANCE);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture/reference/inputs-of-the-sample-pictures",
                   test_inputs_of_the_sample_pictures);
  return g_test_run ();
}
