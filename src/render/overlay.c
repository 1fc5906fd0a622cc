#include "render/overlay.h"

#include "base/error.h"
#include "render/contours.h"
#include "render/upsample-private.h"

#include <math.h>
#include <string.h>

/* Pixels a side that Cairo can hold. */
#define MAX_SIDE 32767

/* Width of a contour, in shares of the picture's side. */
#define CONTOUR 0.0022

/* Fixed point of a blend. */
#define SHARE_BITS 16
#define SHARE_ONE (1u << SHARE_BITS)

/* One line of a surface: native-endian 0xAARRGGBB. */
static guint32 *
get_line (cairo_surface_t *surface, int y)
{
  return (guint32 *) (void *) (cairo_image_surface_get_data (surface)
                               + (gsize) y * (gsize) cairo_image_surface_get_stride (surface));
}

static gboolean
set_no_memory (int width, int height, GError **error)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
               "there is not enough memory for an overlay of %d × %d pixels", width, height);
  return FALSE;
}

static cairo_surface_t *
create_surface (cairo_format_t format, int width, int height, GError **error)
{
  cairo_surface_t *surface;

  if (width > MAX_SIDE || height > MAX_SIDE)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "an overlay of %d × %d pixels cannot be drawn (at most %d a side); make the "
                   "picture smaller",
                   width, height, MAX_SIDE);
      return NULL;
    }
  surface = cairo_image_surface_create (format, width, height);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      return set_no_memory (width, height, error), NULL;
    }
  cairo_surface_flush (surface);
  return surface;
}

/* 0 … 1 to 0 … 255; a number that is none counts as no heat. */
static inline guint
to_byte (float heat)
{
  return heat > 0 ? (guint) (int) (MIN (heat, 1.0f) * 255.0f + 0.5f) : 0;
}

static inline guint32
pack (guint alpha, guint red, guint green, guint blue)
{
  return alpha << 24 | red << 16 | green << 8 | blue;
}

static void
copy_pixels (const guint8 *pixel, int count, guint32 *out)
{
  for (int x = 0; x < count; x++, pixel += 3)
    out[x] = pack (255, pixel[0], pixel[1], pixel[2]);
}

static void
colour_line (const float *heat, int count, const LucidaOverlayStyle *style, guint32 *out)
{
  const guint8 (*rgb)[3] = style->colormap->rgb;
  float threshold = (float) style->threshold;

  for (int x = 0; x < count; x++)
    {
      guint index = to_byte (heat[x]), alpha = style->blend == LUCIDA_BLEND_CLEAR ? index : 255;
      const guint8 *colour = rgb[index];

      if (heat[x] < threshold)
        out[x] = 0;
      else
        out[x] = pack (alpha, (colour[0] * alpha + 127) / 255, (colour[1] * alpha + 127) / 255,
                       (colour[2] * alpha + 127) / 255);
    }
}

cairo_surface_t *
lucida_overlay_colour (const LucidaHeatmap *heatmap, int width, int height,
                       const LucidaOverlayStyle *style, GError **error)
{
  g_auto (LucidaUpsampler) upsampler = { 0 };
  g_autofree float *heat = NULL;
  cairo_surface_t *surface;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  surface = create_surface (CAIRO_FORMAT_ARGB32, width, height, error);
  if (!surface)
    return NULL;
  heat = g_try_new (float, width);
  if (!heat || !_lucida_upsampler_init (&upsampler, heatmap, 0, width, 0, height, width))
    {
      cairo_surface_destroy (surface);
      return set_no_memory (width, height, error), NULL;
    }
  for (int y = 0; y < height; y++)
    if (_lucida_upsampler_get_line (&upsampler, y, heat))
      colour_line (heat, width, style, get_line (surface, y));
  cairo_surface_mark_dirty (surface);
  return surface;
}

cairo_surface_t *
lucida_overlay_picture (const LucidaPicture *picture, int width, int height, GError **error)
{
  g_autoptr (LucidaPicture) scaled = NULL;
  cairo_surface_t *surface;

  if (width <= 0 || height <= 0)
    {
      width = picture->width;
      height = picture->height;
    }
  surface = create_surface (CAIRO_FORMAT_RGB24, width, height, error);
  if (!surface)
    return NULL;
  if (width != picture->width || height != picture->height)
    {
      scaled = lucida_picture_scale (picture, width, height, error);
      if (!scaled)
        {
          cairo_surface_destroy (surface);
          return NULL;
        }
      picture = scaled;
    }
  for (int y = 0; y < height; y++)
    copy_pixels (picture->pixels + (gsize) y * picture->stride, width, get_line (surface, y));
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* a·colour + (1 - a)·picture, a in 65 536ths: at both ends exactly one of the two. */
static inline guint32
mix (guint32 colour, guint32 picture, guint32 share)
{
  return (colour * share + picture * (SHARE_ONE - share) + SHARE_ONE / 2) >> SHARE_BITS;
}

/* out = (1 - a)·picture + a·colour, a = opacity, times the heat in the blend `clear`. */
static void
blend_line (const guint8 *pixel, const float *heat, int count, const LucidaOverlayStyle *style,
            guint32 *out)
{
  const guint8 (*rgb)[3] = style->colormap->rgb;
  const float opacity = (float) CLAMP (style->opacity, 0.0, 1.0) * SHARE_ONE;
  const float threshold = (float) style->threshold;
  const gboolean clear = style->blend == LUCIDA_BLEND_CLEAR;

  for (int x = 0; x < count; x++, pixel += 3)
    {
      float h = heat[x] > 0 ? MIN (heat[x], 1.0f) : 0;
      const guint8 *colour = rgb[(int) (h * 255.0f + 0.5f)];
      guint32 share = (guint32) (int) ((clear ? opacity * h : opacity) + 0.5f);

      if (h < threshold)
        share = 0;
      out[x] = pack (255, mix (colour[0], pixel[0], share), mix (colour[1], pixel[1], share),
                     mix (colour[2], pixel[2], share));
    }
}

static void
draw_contours (cairo_surface_t *surface, const LucidaPlacement *placement,
               const LucidaHeatmap *heatmap)
{
  g_autoptr (LucidaContours) contours = lucida_contours_new (heatmap);
  double side = sqrt ((double) cairo_image_surface_get_width (surface)
                      * cairo_image_surface_get_height (surface));
  cairo_t *cr = cairo_create (surface);

  lucida_contours_draw (contours, cr, placement->x, placement->y, placement->width,
                        placement->height, MAX (1.0, side * CONTOUR));
  cairo_destroy (cr);
  cairo_surface_flush (surface);
}

cairo_surface_t *
lucida_overlay_compose (const LucidaPicture *picture, const LucidaPlacement *placement,
                        const LucidaHeatmap *heatmap, const LucidaOverlayStyle *style,
                        GError **error)
{
  g_auto (LucidaUpsampler) upsampler = { 0 };
  g_autofree float *heat = NULL;
  cairo_surface_t *surface
      = create_surface (CAIRO_FORMAT_RGB24, picture->width, picture->height, error);

  if (!surface)
    return NULL;
  if (heatmap)
    {
      heat = g_try_new (float, picture->width);
      if (!heat
          || !_lucida_upsampler_init (&upsampler, heatmap, placement->x, placement->width,
                                      placement->y, placement->height, picture->width))
        {
          cairo_surface_destroy (surface);
          return set_no_memory (picture->width, picture->height, error), NULL;
        }
    }
  for (int y = 0; y < picture->height; y++)
    {
      const guint8 *pixels = picture->pixels + (gsize) y * picture->stride;
      guint32 *line = get_line (surface, y);
      int first = upsampler.first, end = upsampler.end;

      if (!heatmap || !_lucida_upsampler_get_line (&upsampler, y, heat))
        {
          copy_pixels (pixels, picture->width, line);
          continue;
        }
      copy_pixels (pixels, first, line);
      blend_line (pixels + (gsize) first * 3, heat, end - first, style, line + first);
      copy_pixels (pixels + (gsize) end * 3, picture->width - end, line + end);
    }
  cairo_surface_mark_dirty (surface);
  if (heatmap && style->contours)
    draw_contours (surface, placement, heatmap);
  return surface;
}
