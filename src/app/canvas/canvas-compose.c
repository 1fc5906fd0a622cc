#include "config.h"

#include "app/canvas/canvas-private.h"

#include <math.h>

/* Device pixels in the snapshot's coordinates. */
static graphene_rect_t
get_rect (double x, double y, double width, double height, double scale)
{
  return GRAPHENE_RECT_INIT ((float) (x / scale), (float) (y / scale), (float) (width / scale),
                             (float) (height / scale));
}

static void
append (GtkSnapshot *snapshot, LucidaCanvasImage *image, const LucidaPlacement *place, double scale)
{
  graphene_rect_t rect = get_rect (place->x, place->y, place->width, place->height, scale);

  gtk_snapshot_append_texture (snapshot, _lucida_canvas_image_get_texture (image), &rect);
}

/* A fine frame around the part of the picture that the network sees. */
static void
append_outline (GtkSnapshot *snapshot, const LucidaPlacement *place, double scale)
{
  const GdkRGBA colour = { 1.0f, 1.0f, 1.0f, 0.5f };
  const float line = (float) (1.0 / scale);
  graphene_rect_t rect = get_rect (floor (place->x), floor (place->y), floor (place->width),
                                   floor (place->height), scale);
  GskRoundedRect frame;

  gsk_rounded_rect_init_from_rect (&frame, &rect, 0.0f);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]){ line, line, line, line },
                              (GdkRGBA[4]){ colour, colour, colour, colour });
}

static void
compose_half (LucidaCanvas *self, GtkSnapshot *snapshot, LucidaHalf half, double scale)
{
  LucidaCanvasMap *map = &self->maps[half];
  cairo_rectangle_int_t extent;
  LucidaPlacement place;

  _lucida_canvas_get_extent (self, half, &extent);
  _lucida_canvas_refresh (self, half, &extent);
  place = (LucidaPlacement){ extent.x, extent.y, extent.width, extent.height };
  if (self->scaled.surface)
    append (snapshot, &self->scaled, &place, scale);
  if (!map->heatmap || self->bare)
    return;
  place = _lucida_canvas_place_map (self, &extent);
  if (map->coloured.surface && self->style.opacity > 0.0)
    {
      gtk_snapshot_push_opacity (snapshot, self->style.opacity);
      append (snapshot, &map->coloured, &place, scale);
      gtk_snapshot_pop (snapshot);
      if (place.width < extent.width - 1.0 || place.height < extent.height - 1.0)
        append_outline (snapshot, &place, scale);
    }
  if (self->style.contours && _lucida_canvas_place_contours (self, half, &place))
    append (snapshot, &map->lines, &place, scale);
}

void
_lucida_canvas_compose (LucidaCanvas *self, GtkSnapshot *snapshot)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  for (int half = 0; half < _lucida_canvas_get_n_halves (self); half++)
    {
      cairo_rectangle_int_t area;
      graphene_rect_t clip;

      _lucida_canvas_get_half (self, half, &area);
      clip = get_rect (area.x, area.y, area.width, area.height, scale);
      gtk_snapshot_push_clip (snapshot, &clip);
      compose_half (self, snapshot, half, scale);
      gtk_snapshot_pop (snapshot);
    }
}
