#include "fixture.h"

#include <math.h>

/* A picture of 6×4 pixels in which no two samples are alike. */
static LucidaPicture *
make_picture (void)
{
  guint8 pixels[4 * 6 * 3];

  for (gsize i = 0; i < sizeof pixels; i++)
    pixels[i] = (guint8) (3 * i + 5);
  return lucida_picture_new (6, 4, 18, pixels, "made", NULL);
}

/* At its own size nothing is lost on the way to the network's input and back. */
static void
test_back_and_forth (void)
{
  static const int channels[] = { 3, 4 };
  g_autoptr (LucidaPicture) picture = make_picture ();

  for (int preset = 0; preset <= LUCIDA_PREPROCESSING_RAW; preset++)
    for (int last = 0; last < 2; last++)
      for (gsize k = 0; k < G_N_ELEMENTS (channels); k++)
        {
          LucidaPreprocessing value = lucida_preprocessing_preset (preset, channels[k]);
          g_autoptr (LucidaTensor) input = NULL;
          g_autoptr (LucidaPicture) seen = NULL;

          value.width = 6;
          value.height = 4;
          value.resize = LUCIDA_RESIZE_SQUASH;
          input = lucida_picture_to_tensor (picture, &value, channels[k], last, NULL);
          seen = lucida_picture_new_from_tensor (input, &value, last, "seen", NULL);
          assert_size (seen, 6, 4);
          g_assert_cmpstr (seen->name, ==, "seen");
          for (int y = 0; y < 4; y++)
            g_assert_cmpmem (seen->pixels + (gsize) y * seen->stride, 18,
                             picture->pixels + (gsize) y * picture->stride, 18);
        }
}

static void
test_grey (void)
{
  static const guint8 pixel[] = { 255, 0, 0 };
  g_autoptr (LucidaPicture) red = lucida_picture_new (1, 1, 3, pixel, "red", NULL);
  LucidaPreprocessing value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_UNIT, 1);
  g_autoptr (LucidaTensor) input = NULL;
  g_autoptr (LucidaPicture) seen = NULL;

  value.width = value.height = 2;
  input = lucida_picture_to_tensor (red, &value, 1, FALSE, NULL);
  seen = lucida_picture_new_from_tensor (input, &value, FALSE, "seen", NULL);
  assert_size (seen, 2, 2);
  assert_pixel (seen, 1, 1, 0x4c4c4c, 0); /* 0.299 · 255 = 76 */
}

/* Values that no picture has are clamped; what is no number is black. */
static void
test_outside (void)
{
  LucidaShape shape = lucida_shape (4, (int64_t) 1, (int64_t) 3, (int64_t) 1, (int64_t) 2);
  g_autoptr (LucidaTensor) input = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);
  float values[] = { -1, 2, NAN, INFINITY, -INFINITY, 0.5f };
  LucidaPreprocessing value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_UNIT, 3);
  g_autoptr (LucidaPicture) seen = NULL;

  memcpy (lucida_tensor_get_data (input), values, sizeof values);
  seen = lucida_picture_new_from_tensor (input, &value, FALSE, "seen", NULL);
  assert_pixel (seen, 0, 0, 0x000000, 0);
  assert_pixel (seen, 1, 0, 0xffff80, 0);
  value.scale = 0; /* nothing can be undone */
  lucida_picture_unref (seen);
  seen = lucida_picture_new_from_tensor (input, &value, FALSE, "seen", NULL);
  assert_size (seen, 2, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/preview/there-and-back-is-the-picture", test_back_and_forth);
  g_test_add_func ("/preview/one-channel-is-grey", test_grey);
  g_test_add_func ("/preview/values-outside-are-clamped", test_outside);
  return g_test_run ();
}
