#pragma once

#include "app/canvas/canvas.h"
#include "explorer/session.h"
#include "render/overlay.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The canvas with what lies on it: caption, legend, probe, and why a map is empty. */
#define LUCIDA_TYPE_CANVAS_FRAME (lucida_canvas_frame_get_type ())
G_DECLARE_FINAL_TYPE (LucidaCanvasFrame, lucida_canvas_frame, LUCIDA, CANVAS_FRAME, GtkWidget)

void lucida_canvas_frame_set_session (LucidaCanvasFrame *self, LucidaSession *session);
void lucida_canvas_frame_set_style (LucidaCanvasFrame *self, const LucidaOverlayStyle *style);
/* One map, or two that are compared. */
void lucida_canvas_frame_set_view (LucidaCanvasFrame *self, LucidaCanvasView view);
/* To be called before the session is closed. */
void lucida_canvas_frame_close (LucidaCanvasFrame *self);

void lucida_canvas_frame_zoom_in (LucidaCanvasFrame *self);
void lucida_canvas_frame_zoom_out (LucidaCanvasFrame *self);
void lucida_canvas_frame_zoom_fit (LucidaCanvasFrame *self);
void lucida_canvas_frame_zoom_one (LucidaCanvasFrame *self);
/* By a step each way, where some of the picture lies outside the canvas. */
void lucida_canvas_frame_pan (LucidaCanvasFrame *self, int right, int down);

/* The picture alone for as long as something is held; the corner button does the same. */
void lucida_canvas_frame_set_bare (LucidaCanvasFrame *self, gboolean bare);
/* Large type, for a room; takes the focus. */
void lucida_canvas_frame_set_presenting (LucidaCanvasFrame *self, gboolean presenting);
/* Nobody moves the pointer: it is hidden, and of what lies on the canvas all but the caption. */
void lucida_canvas_frame_set_idle (LucidaCanvasFrame *self, gboolean idle);

G_END_DECLS
