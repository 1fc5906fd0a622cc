#include "network/preprocessing.h"

#include <string.h>

static const char *const resize_names[] = { "squash", "crop" };
static const char *const resample_names[] = { "triangle", "linear", "nearest" };
static const char *const channels_names[] = { "RGB", "BGR", "L" };

/* [preset]; mean and std of the colour channels in the network's own order */
static const LucidaPreprocessing presets[] = {
  [LUCIDA_PREPROCESSING_TORCHVISION] = { 0,
                                         0,
                                         LUCIDA_RESIZE_CROP,
                                         LUCIDA_RESAMPLE_TRIANGLE,
                                         LUCIDA_CHANNELS_RGB,
                                         1 / 255.0,
                                         { 0.485, 0.456, 0.406 },
                                         { 0.229, 0.224, 0.225 },
                                         FALSE },
  [LUCIDA_PREPROCESSING_CAFFE] = { 0,
                                   0,
                                   LUCIDA_RESIZE_SQUASH,
                                   LUCIDA_RESAMPLE_NEAREST,
                                   LUCIDA_CHANNELS_BGR,
                                   1,
                                   { 103.939, 116.779, 123.68 },
                                   { 1, 1, 1 },
                                   FALSE },
  [LUCIDA_PREPROCESSING_TF] = { 0,
                                0,
                                LUCIDA_RESIZE_SQUASH,
                                LUCIDA_RESAMPLE_NEAREST,
                                LUCIDA_CHANNELS_RGB,
                                1 / 127.5,
                                { 1, 1, 1 },
                                { 1, 1, 1 },
                                FALSE },
  [LUCIDA_PREPROCESSING_UNIT] = { 0,
                                  0,
                                  LUCIDA_RESIZE_SQUASH,
                                  LUCIDA_RESAMPLE_NEAREST,
                                  LUCIDA_CHANNELS_RGB,
                                  1 / 255.0,
                                  { 0 },
                                  { 1, 1, 1 },
                                  FALSE },
  [LUCIDA_PREPROCESSING_RAW] = { 0,
                                 0,
                                 LUCIDA_RESIZE_SQUASH,
                                 LUCIDA_RESAMPLE_LINEAR,
                                 LUCIDA_CHANNELS_RGB,
                                 1,
                                 { 0 },
                                 { 1, 1, 1 },
                                 FALSE },
};

LucidaPreprocessing
lucida_preprocessing_preset (LucidaPreprocessingPreset preset, int channels)
{
  LucidaPreprocessing made = presets[preset];

  made.std[3] = 1;
  if (channels == 1)
    {
      /* one channel: the mean of the colours' constants, weighted as luminance is */
      static const double weights[3] = { 0.299, 0.587, 0.114 };
      gboolean turned = made.channels == LUCIDA_CHANNELS_BGR;
      double mean = 0, std = 0;

      for (int c = 0; c < 3; c++)
        {
          mean += weights[turned ? 2 - c : c] * made.mean[c];
          std += weights[turned ? 2 - c : c] * made.std[c];
        }
      for (int c = 1; c < LUCIDA_MAX_CHANNELS; c++)
        {
          made.mean[c] = 0;
          made.std[c] = 1;
        }
      made.mean[0] = mean;
      made.std[0] = std;
      made.channels = LUCIDA_CHANNELS_L;
    }
  return made;
}

gboolean
lucida_preprocessing_equal (const LucidaPreprocessing *a, const LucidaPreprocessing *b)
{
  if (a->height != b->height || a->width != b->width || a->resize != b->resize
      || a->resample != b->resample || a->channels != b->channels || a->scale != b->scale)
    return FALSE;
  for (int c = 0; c < LUCIDA_MAX_CHANNELS; c++)
    if (a->mean[c] != b->mean[c] || a->std[c] != b->std[c])
      return FALSE;
  return TRUE;
}

static gboolean
name_to_index (const char *const *names, guint n, const char *text, guint *index)
{
  for (guint i = 0; i < n; i++)
    if (g_ascii_strcasecmp (names[i], text) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

const char *
lucida_resize_to_string (LucidaResize resize)
{
  return resize_names[resize];
}

const char *
lucida_resample_to_string (LucidaResample resample)
{
  return resample_names[resample];
}

const char *
lucida_channels_to_string (LucidaChannels channels)
{
  return channels_names[channels];
}

gboolean
lucida_resize_from_string (const char *text, LucidaResize *resize)
{
  guint i;

  if (!name_to_index (resize_names, G_N_ELEMENTS (resize_names), text, &i))
    return FALSE;
  *resize = (LucidaResize) i;
  return TRUE;
}

gboolean
lucida_resample_from_string (const char *text, LucidaResample *resample)
{
  guint i;

  if (!name_to_index (resample_names, G_N_ELEMENTS (resample_names), text, &i))
    return FALSE;
  *resample = (LucidaResample) i;
  return TRUE;
}

gboolean
lucida_channels_from_string (const char *text, LucidaChannels *channels)
{
  guint i;

  if (!name_to_index (channels_names, G_N_ELEMENTS (channels_names), text, &i))
    return FALSE;
  *channels = (LucidaChannels) i;
  return TRUE;
}
