#pragma once

#include "explorer/worker.h"
#include "render/overlay.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  LUCIDA_VIEW_SINGLE,
  LUCIDA_VIEW_SPLIT, /* one picture, with another map on each side of a line */
  LUCIDA_VIEW_SIDE,  /* the picture twice, zoomed and moved together */
} LucidaCanvasView;

typedef enum
{
  LUCIDA_HALF_MAIN, /* where lines begin */
  LUCIDA_HALF_OTHER,
  LUCIDA_N_HALVES,
} LucidaHalf;

/* Picture and map, drawn with Cairo: zoomed, moved and probed with the pointer. Geometry is kept in
 * picture coordinates and device pixels. Properties (read only): "probe-text" (nullable), what is
 * under the pointer. */
#define LUCIDA_TYPE_CANVAS (lucida_canvas_get_type ())
G_DECLARE_FINAL_TYPE (LucidaCanvas, lucida_canvas, LUCIDA, CANVAS, GtkWidget)

/* The worker that scales large pictures; NULL before it is freed. */
void lucida_canvas_set_worker (LucidaCanvas *self, LucidaWorker *worker);
/* @picture may be NULL. Another size than before fits the picture to the canvas. */
void lucida_canvas_set_picture (LucidaCanvas *self, LucidaPicture *picture);
/* The map that lies on @placement of the picture; @heatmap may be NULL. */
void lucida_canvas_set_map (LucidaCanvas *self, LucidaHalf half, LucidaHeatmap *heatmap,
                            const LucidaPlacement *placement);
void lucida_canvas_set_view (LucidaCanvas *self, LucidaCanvasView view);
/* Where the main half of a split view ends: 0 … 1 of the width from where lines begin. */
void lucida_canvas_set_split (LucidaCanvas *self, double split);
double lucida_canvas_get_split (LucidaCanvas *self);
/* The area where a half is seen, in widget coordinates. */
void lucida_canvas_get_half (LucidaCanvas *self, LucidaHalf half, GdkRectangle *area);
void lucida_canvas_set_style (LucidaCanvas *self, const LucidaOverlayStyle *style);
/* Shows the picture alone, or again with what lies on it. */
void lucida_canvas_set_bare (LucidaCanvas *self, gboolean bare);

void lucida_canvas_zoom_in (LucidaCanvas *self);
void lucida_canvas_zoom_out (LucidaCanvas *self);
/* The whole picture, as large as the canvas allows. */
void lucida_canvas_zoom_fit (LucidaCanvas *self);
/* One pixel of the picture a pixel of the screen. */
void lucida_canvas_zoom_one (LucidaCanvas *self);
/* Moves what is seen by a part of the canvas, as far as there is something to see. */
void lucida_canvas_pan (LucidaCanvas *self, int right, int down);
void lucida_canvas_hide_pointer (LucidaCanvas *self, gboolean hidden);

G_END_DECLS
