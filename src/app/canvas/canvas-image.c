#include "config.h"

#include "app/canvas/canvas-private.h"
#include "app/parts/texture.h"

void
_lucida_canvas_image_take (LucidaCanvasImage *image, cairo_surface_t *surface)
{
  g_clear_object (&image->texture);
  g_clear_pointer (&image->surface, cairo_surface_destroy);
  image->surface = surface;
}

GdkTexture *
_lucida_canvas_image_get_texture (LucidaCanvasImage *image)
{
  if (!image->texture)
    image->texture = lucida_texture_new (image->surface);
  return image->texture;
}
