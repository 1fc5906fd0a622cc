#include "config.h"

#include "app/canvas/canvas-private.h"

#include <math.h>

#define LEAST_HEAT (0.5 / 255.0) /* what rounds to transparent where cold places are clear */

/* Paints @surface over @place, whatever its own size. */
static void
paint (cairo_t *cr, cairo_surface_t *surface, const LucidaPlacement *place, double alpha,
       cairo_filter_t filter)
{
  cairo_save (cr);
  cairo_rectangle (cr, place->x, place->y, place->width, place->height);
  cairo_clip (cr);
  cairo_translate (cr, place->x, place->y);
  cairo_scale (cr, place->width / cairo_image_surface_get_width (surface),
               place->height / cairo_image_surface_get_height (surface));
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  /* the edge's own colour, not half of nothing, where the surface is stretched */
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), filter);
  cairo_paint_with_alpha (cr, alpha);
  cairo_restore (cr);
}

/* A fine frame around the part of the picture that the network sees. */
static void
outline (cairo_t *cr, const LucidaPlacement *place)
{
  cairo_rectangle (cr, floor (place->x) + 0.5, floor (place->y) + 0.5, floor (place->width) - 1.0,
                   floor (place->height) - 1.0);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgba (cr, 1.0, 1.0, 1.0, 0.5);
  cairo_stroke (cr);
}

static void
draw_map (LucidaCanvas *self, cairo_t *cr, const LucidaCanvasMap *map, const LucidaPlacement *place)
{
  double least = self->style.blend == LUCIDA_BLEND_CLEAR ? LEAST_HEAT : 0.0;
  double box[4];
  double left, top;

  if (!lucida_heatmap_find_box (map->heatmap, MAX (self->style.threshold, least), box))
    return;
  left = floor (place->x + box[0] * place->width);
  top = floor (place->y + box[1] * place->height);
  cairo_save (cr);
  /* whole pixels, so that no edge is drawn half */
  cairo_rectangle (cr, left, top, ceil (place->x + box[2] * place->width) - left,
                   ceil (place->y + box[3] * place->height) - top);
  cairo_clip (cr);
  paint (cr, map->coloured.surface, place, self->style.opacity, CAIRO_FILTER_BILINEAR);
  cairo_restore (cr);
}

/* Picture and map of one half, in device pixels. */
static void
draw_half (LucidaCanvas *self, cairo_t *cr, LucidaHalf half)
{
  LucidaCanvasMap *map = &self->maps[half];
  cairo_rectangle_int_t extent;
  LucidaPlacement place;

  _lucida_canvas_get_extent (self, half, &extent);
  _lucida_canvas_refresh (self, half, &extent);
  place = (LucidaPlacement){ extent.x, extent.y, extent.width, extent.height };
  if (self->scaled.surface)
    paint (cr, self->scaled.surface, &place, 1.0,
           _lucida_canvas_is_crisp (self) ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_BILINEAR);
  if (!map->heatmap || self->bare)
    return;
  place = _lucida_canvas_place_map (self, &extent);
  if (map->coloured.surface && self->style.opacity > 0.0)
    {
      draw_map (self, cr, map, &place);
      if (place.width < extent.width - 1.0 || place.height < extent.height - 1.0)
        outline (cr, &place);
    }
  if (self->style.contours)
    _lucida_canvas_draw_contours (self, cr, half);
}

void
_lucida_canvas_draw (LucidaCanvas *self, cairo_t *cr)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  for (int half = 0; half < _lucida_canvas_get_n_halves (self); half++)
    {
      cairo_rectangle_int_t area;

      _lucida_canvas_get_half (self, half, &area);
      cairo_save (cr);
      cairo_rectangle (cr, area.x, area.y, area.width, area.height);
      cairo_clip (cr);
      draw_half (self, cr, half);
      cairo_restore (cr);
    }
}
