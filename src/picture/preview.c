#include "picture/picture.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <math.h>

#define SAMPLE_MAX 255.0

/* The sample that became @value: pixel = (value · std + mean) / scale, 0 … 255. */
static guint8
invert (float value, const LucidaPreprocessing *p, int c)
{
  double std = p->std[c] == 0 || !isfinite (p->std[c]) ? 1 : p->std[c];
  double pixel = (value * std + p->mean[c]) / p->scale;

  return isnan (pixel) ? 0 : (guint8) lround (CLAMP (pixel, 0.0, SAMPLE_MAX));
}

LucidaPicture *
lucida_picture_new_from_tensor (const LucidaTensor *tensor,
                                const LucidaPreprocessing *preprocessing, gboolean channels_last,
                                const char *name, GError **error)
{
  const LucidaShape *shape = lucida_tensor_get_shape (tensor);
  const float *values = lucida_tensor_get_floats (tensor);
  g_autofree guint8 *pixels = NULL;
  int channels, width, height;
  gsize count, size;

  g_return_val_if_fail (shape->rank == 4, NULL);

  channels = (int) shape->dim[channels_last ? 3 : 1];
  height = (int) shape->dim[channels_last ? 1 : 2];
  width = (int) shape->dim[channels_last ? 2 : 3];
  count = (gsize) width * (gsize) height;
  if (lucida_size_mul (count, 3, &size))
    pixels = g_try_malloc (size);
  if (!pixels)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                           "there is not enough memory to show what the network sees");
      return NULL;
    }
  for (int colour = 0; colour < 3; colour++)
    {
      gboolean turned = preprocessing->channels == LUCIDA_CHANNELS_BGR;
      int c = channels < 3 ? 0 : turned ? 2 - colour : colour;
      const float *source = values + (channels_last ? (gsize) c : (gsize) c * count);
      gsize step = channels_last ? (gsize) channels : 1;

      for (gsize i = 0; i < count; i++)
        pixels[3 * i + (gsize) colour] = invert (source[i * step], preprocessing, c);
    }
  return lucida_picture_new (width, height, (gsize) width * 3, pixels, name, error);
}
