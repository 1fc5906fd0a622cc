#include "picture/picture.h"

#include "base/checked-size.h"
#include "base/error.h"
#include "picture/picture-private.h"
#include "picture/resample-private.h"

#include <string.h>

LucidaPicture *
_lucida_picture_alloc (int width, int height, const char *name, GError **error)
{
  g_autoptr (LucidaPicture) self = g_new0 (LucidaPicture, 1);
  gsize size;

  g_atomic_ref_count_init (&self->references);
  self->width = width;
  self->height = height;
  self->stride = (gsize) width * 3;
  self->name = g_utf8_make_valid (name ? name : "", -1);
  if (lucida_size_mul (self->stride, (gsize) height, &size))
    self->pixels = g_try_malloc (size);
  if (!self->pixels)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "there is not enough memory for a picture of %d × %d pixels", width, height);
      return NULL;
    }
  return g_steal_pointer (&self);
}

LucidaPicture *
lucida_picture_new (int width, int height, gsize stride, const guint8 *pixels, const char *name,
                    GError **error)
{
  LucidaPicture *self;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (stride >= (gsize) width * 3, NULL);
  self = _lucida_picture_alloc (width, height, name, error);
  if (self)
    for (int y = 0; y < height; y++)
      memcpy (self->pixels + (gsize) y * self->stride, pixels + (gsize) y * stride, self->stride);
  return self;
}

LucidaPicture *
lucida_picture_scale (const LucidaPicture *self, int width, int height, GError **error)
{
  const LucidaResampling whole = { width, height, 0, 0, width, height };
  g_autoptr (LucidaPicture) scaled = NULL;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  scaled = _lucida_picture_alloc (width, height, self->name, error);
  if (!scaled)
    return NULL;
  if (!_lucida_resample_triangle (self->pixels, self->stride, self->width, self->height, 3, &whole,
                                  scaled->pixels))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "there is not enough memory to scale a picture to %d × %d pixels", width,
                   height);
      return NULL;
    }
  scaled->truncated = self->truncated;
  return g_steal_pointer (&scaled);
}

LucidaPicture *
lucida_picture_ref (LucidaPicture *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_picture_unref (LucidaPicture *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->pixels);
  g_free (self->name);
  g_free (self);
}
