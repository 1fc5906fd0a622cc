#include "picture/picture.h"

#include "base/checked-size.h"
#include "base/error.h"
#include "picture/geometry-private.h"
#include "picture/resample-private.h"

#include <math.h>

#define ALPHA_OPAQUE 255.0f

static gboolean
set_no_memory (GError **error)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                       "there is not enough memory to scale the picture for the network");
  return FALSE;
}

/* Rec. 601: L = 0.299 R + 0.587 G + 0.114 B in Pillow's 16-bit fixed point. */
static guint8 *
make_luminance (const LucidaPicture *picture)
{
  guint8 *out, *grey;
  gsize size;

  if (!lucida_size_mul ((gsize) picture->width, (gsize) picture->height, &size))
    return NULL;
  out = grey = g_try_malloc (size);
  for (int y = 0; grey && y < picture->height; y++)
    {
      const guint8 *pixel = picture->pixels + (gsize) y * picture->stride;

      for (int x = 0; x < picture->width; x++, pixel += 3)
        *out++
            = (guint8) ((pixel[0] * 19595u + pixel[1] * 38470u + pixel[2] * 7471u + 0x8000u) >> 16);
    }
  return grey;
}

/* Which of the resampled values becomes network channel @c; -1: the opaque alpha. */
static int
get_source_channel (int c, int source_channels, LucidaChannels order)
{
  if (c == 3)
    return -1;
  if (source_channels == 1)
    return 0;
  return order == LUCIDA_CHANNELS_BGR ? 2 - c : c;
}

/* The network's input: out = (value · scale - mean_c) / std_c. */
static void
normalise (const float *values, gsize count, int source_channels,
           const LucidaPreprocessing *preprocessing, int channels, gboolean channels_last,
           float *out)
{
  for (int c = 0; c < channels; c++)
    {
      int from = get_source_channel (c, source_channels, preprocessing->channels);
      double std = preprocessing->std[c];
      double mean = preprocessing->mean[c];
      gsize step = channels_last ? (gsize) channels : 1;
      float *target = out + (channels_last ? (gsize) c : (gsize) c * count);

      if (std == 0 || !isfinite (std))
        std = 1;
      for (gsize i = 0; i < count; i++)
        {
          float value = from < 0 ? ALPHA_OPAQUE : values[i * source_channels + from];
          target[i * step] = (float) ((value * preprocessing->scale - mean) / std);
        }
    }
}

LucidaTensor *
lucida_picture_to_tensor (const LucidaPicture *self, const LucidaPreprocessing *preprocessing,
                          int channels, gboolean channels_last, GError **error)
{
  g_autoptr (LucidaTensor) tensor = NULL;
  g_autofree guint8 *grey = NULL;
  g_autofree float *values = NULL;
  LucidaResampling scaled;
  LucidaShape shape;
  int source_channels;
  gsize count;

  g_return_val_if_fail (channels == 1 || channels == 3 || channels == 4, NULL);
  g_return_val_if_fail (preprocessing->width > 0 && preprocessing->height > 0, NULL);

  scaled = _lucida_geometry_scale (self->width, self->height, preprocessing);
  shape = channels_last ? lucida_shape (4, (int64_t) 1, (int64_t) scaled.height,
                                        (int64_t) scaled.width, (int64_t) channels)
                        : lucida_shape (4, (int64_t) 1, (int64_t) channels, (int64_t) scaled.height,
                                        (int64_t) scaled.width);
  tensor = lucida_tensor_new (LUCIDA_FLOAT32, &shape, error);
  if (!tensor)
    return NULL;

  source_channels = channels == 1 || preprocessing->channels == LUCIDA_CHANNELS_L ? 1 : 3;
  count = (gsize) scaled.width * (gsize) scaled.height;
  values = g_try_new (float, count *source_channels);
  if (source_channels == 1)
    grey = make_luminance (self);
  if (!values || (source_channels == 1 && !grey)
      || !_lucida_resample (grey ? grey : self->pixels, grey ? (gsize) self->width : self->stride,
                            self->width, self->height, source_channels, preprocessing->resample,
                            &scaled, values))
    return set_no_memory (error), NULL;
  normalise (values, count, source_channels, preprocessing, channels, channels_last,
             lucida_tensor_get_data (tensor));
  return g_steal_pointer (&tensor);
}
