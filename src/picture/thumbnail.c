#include "picture/picture.h"

#include "base/error.h"
#include "picture/picture-private.h"
#include "picture/resample-private.h"

#include <math.h>

#define REDUCTION 2 /* the loader leaves so many pixels for one; the rest is ours, and smoother */

LucidaPicture *
lucida_picture_open_thumbnail (const char *path, int width, int height, GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (LucidaPicture) whole = NULL;
  g_autoptr (LucidaPicture) thumbnail = NULL;
  LucidaResampling wanted;
  double scale;

  g_return_val_if_fail (width > 0 && height > 0, NULL);

  whole = _lucida_picture_open_covering (path, TRUE, MAX (width, height) * REDUCTION, cancellable,
                                         error);
  if (!whole)
    return NULL;
  scale = MAX ((double) width / whole->width, (double) height / whole->height);
  scale = MIN (scale, 1.0);
  wanted.scaled_width = MAX ((int) lround (whole->width * scale), 1);
  wanted.scaled_height = MAX ((int) lround (whole->height * scale), 1);
  wanted.width = MIN (width, wanted.scaled_width);
  wanted.height = MIN (height, wanted.scaled_height);
  wanted.left = (wanted.scaled_width - wanted.width) / 2;
  wanted.top = (wanted.scaled_height - wanted.height) / 2;
  thumbnail = _lucida_picture_alloc (wanted.width, wanted.height, whole->name, error);
  if (!thumbnail)
    return NULL;
  if (!_lucida_resample_triangle (whole->pixels, whole->stride, whole->width, whole->height, 3,
                                  &wanted, thumbnail->pixels))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "%s: there is not enough memory for a small picture of it", whole->name);
      return NULL;
    }
  thumbnail->truncated = whole->truncated;
  return g_steal_pointer (&thumbnail);
}
