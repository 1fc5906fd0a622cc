#pragma once

#include "cam/heatmap.h"
#include "picture/picture.h"
#include "render/colormap.h"
#include "render/upsample.h"

#include <cairo.h>

G_BEGIN_DECLS

typedef enum
{
  LUCIDA_BLEND_CLEAR,  /* opacity of each place = opacity · heat */
  LUCIDA_BLEND_TINTED, /* (1 - opacity)·picture + opacity·colour everywhere */
} LucidaBlend;

typedef struct
{
  const LucidaColormap *colormap;
  LucidaBlend blend;
  double opacity;    /* 0 … 1 */
  double threshold;  /* 0 … 1: colder places stay the bare picture */
  gboolean contours; /* lines of equal heat on top, see contours.h; not faded by the opacity */
} LucidaOverlayStyle;

/* The coloured map at @width × @height as a premultiplied ARGB32 surface that is painted over the
 * picture with the alpha `opacity`: opaque in tinted, alpha = heat in clear, transparent below the
 * threshold; opacity and contours of the style are not used. (transfer full) Errors:
 * %LUCIDA_ERROR_NO_MEMORY, %LUCIDA_ERROR_TOO_LARGE (more than 32 767 pixels a side). */
cairo_surface_t *lucida_overlay_colour (const LucidaHeatmap *heatmap, int width, int height,
                                        const LucidaOverlayStyle *style, GError **error);
/* The picture itself as an opaque surface (RGB24) of its own size, or scaled to @width × @height
 * with an antialiasing filter. (transfer full) */
cairo_surface_t *lucida_overlay_picture (const LucidaPicture *picture, int width, int height,
                                         GError **error);
/* Picture and map blended at the picture's own size, RGB24. Exact: opacity 0 is the picture bit
 * for bit, tinted with opacity 1 the colours alone; outside @placement the bare picture; but for
 * contours, if they are asked for. @heatmap may be NULL. (transfer full) Errors as
 * lucida_overlay_colour(). */
cairo_surface_t *lucida_overlay_compose (const LucidaPicture *picture,
                                         const LucidaPlacement *placement,
                                         const LucidaHeatmap *heatmap,
                                         const LucidaOverlayStyle *style, GError **error);

G_END_DECLS
