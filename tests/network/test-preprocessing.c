#include "network/preprocessing.h"

static void
test_names_read_back (void)
{
  LucidaResize resize;
  LucidaResample resample;
  LucidaChannels channels;

  for (int i = 0; i < 2; i++)
    {
      g_assert_true (lucida_resize_from_string (lucida_resize_to_string (i), &resize));
      g_assert_cmpint (resize, ==, i);
    }
  for (int i = 0; i < 3; i++)
    {
      g_assert_true (lucida_resample_from_string (lucida_resample_to_string (i), &resample));
      g_assert_cmpint (resample, ==, i);
      g_assert_true (lucida_channels_from_string (lucida_channels_to_string (i), &channels));
      g_assert_cmpint (channels, ==, i);
    }
  g_assert_true (lucida_channels_from_string ("bgr", &channels));
  g_assert_false (lucida_channels_from_string ("CMYK", &channels));
}

static void
test_one_channel_takes_luminance (void)
{
  LucidaPreprocessing made = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_TORCHVISION, 1);

  g_assert_cmpint (made.channels, ==, LUCIDA_CHANNELS_L);
  /* 0.299·0.485 + 0.587·0.456 + 0.114·0.406 */
  g_assert_cmpfloat_with_epsilon (made.mean[0], 0.458971, 1e-9);
  made = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_CAFFE, 1);
  /* the constants stand in the order B, G, R: 0.299·123.68 + 0.587·116.779 + 0.114·103.939 */
  g_assert_cmpfloat_with_epsilon (made.mean[0], 117.378639, 1e-9);
  g_assert_cmpfloat (made.std[0], ==, 1);
}

static void
test_presets_map_black_and_white (void)
{
  static const struct
  {
    LucidaPreprocessingPreset preset;
    double black, white; /* of the first channel */
  } table[] = {
    { LUCIDA_PREPROCESSING_TORCHVISION, -2.117904, 2.248908 },
    { LUCIDA_PREPROCESSING_CAFFE, -103.939, 151.061 },
    { LUCIDA_PREPROCESSING_TF, -1, 1 },
    { LUCIDA_PREPROCESSING_UNIT, 0, 1 },
    { LUCIDA_PREPROCESSING_RAW, 0, 255 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      LucidaPreprocessing p = lucida_preprocessing_preset (table[i].preset, 3);

      g_assert_cmpfloat_with_epsilon ((0 * p.scale - p.mean[0]) / p.std[0], table[i].black, 1e-6);
      g_assert_cmpfloat_with_epsilon ((255 * p.scale - p.mean[0]) / p.std[0], table[i].white, 1e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/preprocessing/names-read-back", test_names_read_back);
  g_test_add_func ("/preprocessing/one-channel-takes-luminance", test_one_channel_takes_luminance);
  g_test_add_func ("/preprocessing/presets-map-black-and-white", test_presets_map_black_and_white);
  return g_test_run ();
}
