#pragma once

#include "app/canvas/canvas.h"

G_BEGIN_DECLS

/* Where a picture lies: its rectangle and the area where it is seen, in device pixels. */
typedef struct
{
  cairo_rectangle_int_t viewport;
  cairo_rectangle_int_t extent;
} LucidaCanvasPlace;

/* What is drawn on the canvas, in device pixels; kept until something sharper is there. */
typedef struct
{
  cairo_surface_t *surface; /* RGB24 or ARGB32; never drawn on again; NULL: nothing yet */
  GdkTexture *texture;      /* of the same pixels, once a renderer asked for it */
} LucidaCanvasImage;

/* A map over the picture, and what is drawn of it. */
typedef struct
{
  LucidaHeatmap *heatmap;
  LucidaCanvasImage coloured;
  gboolean wanted;               /* the view has changed since it was made */
  guint serial;                  /* of the map and style that jobs are made for */
  LucidaCanvasImage lines;       /* contours over the viewport */
  LucidaCanvasPlace lines_place; /* that they were drawn for */
  LucidaCanvasPlace lines_asked; /* and the latest that they were asked for */
} LucidaCanvasMap;

struct _LucidaCanvas
{
  GtkWidget parent_instance;

  LucidaWorker *worker; /* not owned */
  LucidaPicture *picture;
  LucidaCanvasMap maps[LUCIDA_N_HALVES];
  LucidaPlacement placement;
  LucidaOverlayStyle style;
  gboolean bare; /* nothing lies on the picture for the moment */

  LucidaCanvasView view;
  double split; /* where the main half ends, 0 … 1 of the width from where lines begin */

  /* What is seen: where the centre of a viewport lies on the picture and how large a pixel is. */
  gboolean fit;
  double zoom; /* device pixels per pixel of the picture, if not fit */
  double centre_x;
  double centre_y;
  double drag_x; /* the centre when a drag began */
  double drag_y;
  double pinch; /* the zoom when a pinch began */

  LucidaCanvasImage scaled; /* the picture */
  gboolean scaled_wanted;   /* the view has changed since it was made */

  gboolean pointer_inside;
  gboolean pointer_hidden;
  double pointer_x; /* in widget coordinates */
  double pointer_y;
  char *probe_text;
};

/* canvas-halves.c */
int _lucida_canvas_get_n_halves (LucidaCanvas *self);
/* The area that the whole picture has for itself, in device pixels: all of the canvas, or half of
 * it side by side. */
void _lucida_canvas_get_viewport (LucidaCanvas *self, LucidaHalf half, cairo_rectangle_int_t *area);
/* The area where a half is seen, in device pixels. */
void _lucida_canvas_get_half (LucidaCanvas *self, LucidaHalf half, cairo_rectangle_int_t *area);
/* The half under @x, in widget coordinates. */
LucidaHalf _lucida_canvas_find_half (LucidaCanvas *self, double x);
/* Side by side, marks the pointer's place in the half where it is not. */
void _lucida_canvas_snapshot_twin (LucidaCanvas *self, GtkSnapshot *snapshot);

/* canvas-zoom.c */
double _lucida_canvas_get_zoom (LucidaCanvas *self);
void _lucida_canvas_zoom_to (LucidaCanvas *self, double zoom, double x, double y);
void _lucida_canvas_add_zoom (LucidaCanvas *self);
/* The rectangle that the picture takes in the half's viewport, in device pixels, snapped to whole
 * ones. */
void _lucida_canvas_get_extent (LucidaCanvas *self, LucidaHalf half, cairo_rectangle_int_t *extent);
/* Whether the picture's pixels are to be seen as squares. */
gboolean _lucida_canvas_is_crisp (LucidaCanvas *self);
/* Where the map lies, in device pixels, if the picture takes @extent. */
LucidaPlacement _lucida_canvas_place_map (LucidaCanvas *self, const cairo_rectangle_int_t *extent);
void _lucida_canvas_view_changed (LucidaCanvas *self);

/* canvas-pan.c */
void _lucida_canvas_add_pan (LucidaCanvas *self);
/* Keeps the picture on the canvas and centred where it is smaller than that. */
void _lucida_canvas_clamp (LucidaCanvas *self);

/* canvas-probe.c */
void _lucida_canvas_add_probe (LucidaCanvas *self);
void _lucida_canvas_update_probe (LucidaCanvas *self);

/* canvas-image.c */
/* Takes @surface (nullable) in place of what was there. */
void _lucida_canvas_image_take (LucidaCanvasImage *image, cairo_surface_t *surface);
/* (transfer none) */
GdkTexture *_lucida_canvas_image_get_texture (LucidaCanvasImage *image);

/* canvas-refresh.c */
/* Brings what is drawn of a half up to the view: at once if that is quick, else by the worker while
 * what is there is shown. @extent: of the picture. */
void _lucida_canvas_refresh (LucidaCanvas *self, LucidaHalf half,
                             const cairo_rectangle_int_t *extent);
void _lucida_canvas_invalidate_picture (LucidaCanvas *self);
void _lucida_canvas_invalidate_map (LucidaCanvas *self, LucidaHalf half);

/* canvas-draw.c */
void _lucida_canvas_draw (LucidaCanvas *self, cairo_t *cr);

/* canvas-compose.c */
/* The same as _lucida_canvas_draw() out of textures: a renderer on the graphics card keeps them, so
 * that a frame costs nothing to draw and nothing to hand over. */
void _lucida_canvas_compose (LucidaCanvas *self, GtkSnapshot *snapshot);

/* canvas-contours.c */
/* Where the lines that are there are to be drawn, in device pixels; %FALSE if none are. */
gboolean _lucida_canvas_place_contours (LucidaCanvas *self, LucidaHalf half,
                                        LucidaPlacement *placement);
void _lucida_canvas_draw_contours (LucidaCanvas *self, cairo_t *cr, LucidaHalf half);
/* The map is another one, or lies elsewhere on the picture. */
void _lucida_canvas_drop_contours (LucidaCanvas *self, LucidaHalf half);

G_END_DECLS
