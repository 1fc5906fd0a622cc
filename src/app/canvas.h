#pragma once

#include "explorer/worker.h"
#include "render/overlay.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

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
void lucida_canvas_set_map (LucidaCanvas *self, LucidaHeatmap *heatmap,
                            const LucidaPlacement *placement);
void lucida_canvas_set_style (LucidaCanvas *self, const LucidaOverlayStyle *style);

void lucida_canvas_zoom_in (LucidaCanvas *self);
void lucida_canvas_zoom_out (LucidaCanvas *self);
/* The whole picture, as large as the canvas allows. */
void lucida_canvas_zoom_fit (LucidaCanvas *self);
/* One pixel of the picture a pixel of the screen. */
void lucida_canvas_zoom_one (LucidaCanvas *self);

G_END_DECLS
