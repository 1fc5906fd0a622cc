#include "config.h"

#include "app/parts/texture.h"

GdkTexture *
lucida_texture_new (cairo_surface_t *surface)
{
  int height = cairo_image_surface_get_height (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
      cairo_image_surface_get_data (surface), stride * (gsize) height,
      (GDestroyNotify) cairo_surface_destroy, cairo_surface_reference (surface));
  guint8 *pixels = cairo_image_surface_get_data (surface);

  /* RGB24 leaves the fourth byte open; the texture takes it for opacity */
  if (cairo_image_surface_get_format (surface) == CAIRO_FORMAT_RGB24)
    for (gsize i = 0; i < stride * (gsize) height / 4; i++)
      ((guint32 *) (void *) pixels)[i] |= 0xff000000u;
  return gdk_memory_texture_new (cairo_image_surface_get_width (surface), height,
                                 GDK_MEMORY_DEFAULT, bytes, stride);
}
