#pragma once

#include "app/canvas.h"

G_BEGIN_DECLS

struct _LucidaCanvas
{
  GtkWidget parent_instance;

  LucidaWorker *worker; /* not owned */
  LucidaPicture *picture;
  LucidaHeatmap *heatmap;
  LucidaPlacement placement;
  LucidaOverlayStyle style;

  /* The view: where the canvas's centre lies on the picture and how large a pixel is. */
  gboolean fit;
  double zoom; /* device pixels per pixel of the picture, if not fit */
  double centre_x;
  double centre_y;
  double drag_x; /* the centre when a drag began */
  double drag_y;
  double pinch; /* the zoom when a pinch began */

  /* What is drawn, in device pixels; kept until something sharper is there. */
  cairo_surface_t *scaled;   /* the picture; RGB24 */
  gboolean scaled_wanted;    /* the view has changed since it was made */
  cairo_surface_t *coloured; /* the map; ARGB32 */
  gboolean coloured_wanted;
  guint map_serial; /* of the map and style that jobs are made for */

  gboolean pointer_inside;
  double pointer_x; /* in widget coordinates */
  double pointer_y;
  char *probe_text;
};

/* canvas-zoom.c */
double _lucida_canvas_get_zoom (LucidaCanvas *self);
void _lucida_canvas_zoom_to (LucidaCanvas *self, double zoom, double x, double y);
void _lucida_canvas_add_zoom (LucidaCanvas *self);
/* The rectangle that the picture takes, in device pixels, snapped to whole ones. */
void _lucida_canvas_get_extent (LucidaCanvas *self, cairo_rectangle_int_t *extent);
void _lucida_canvas_view_changed (LucidaCanvas *self);

/* canvas-pan.c */
void _lucida_canvas_add_pan (LucidaCanvas *self);
/* Keeps the picture on the canvas and centred where it is smaller than that. */
void _lucida_canvas_clamp (LucidaCanvas *self);

/* canvas-probe.c */
void _lucida_canvas_add_probe (LucidaCanvas *self);
void _lucida_canvas_update_probe (LucidaCanvas *self);

/* canvas-draw.c */
void _lucida_canvas_draw (LucidaCanvas *self, cairo_t *cr);
void _lucida_canvas_invalidate_picture (LucidaCanvas *self);
void _lucida_canvas_invalidate_map (LucidaCanvas *self);

G_END_DECLS
