#pragma once

#include "app/canvas/canvas.h"
#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What lies on the canvas while two maps are compared: the line between them, what each half shows,
 * and the choice of what the other one is. Covers the canvas, and lets the pointer through. */
#define LUCIDA_TYPE_COMPARE_VIEW (lucida_compare_view_get_type ())
G_DECLARE_FINAL_TYPE (LucidaCompareView, lucida_compare_view, LUCIDA, COMPARE_VIEW, GtkWidget)

/* @canvas (not owned) lies under this widget. */
void lucida_compare_view_set_session (LucidaCompareView *self, LucidaSession *session,
                                      LucidaCanvas *canvas);
/* Puts a second question to the session, or none. */
void lucida_compare_view_set_view (LucidaCompareView *self, LucidaCanvasView view);
/* Whether there are two halves. */
gboolean lucida_compare_view_is_active (LucidaCompareView *self);
/* What both halves have in common: "Grad-CAM  ·  block5_conv2". (transfer full) (nullable) */
char *lucida_compare_view_dup_common (LucidaCompareView *self);
/* Both halves, for those who cannot see them. (transfer full) (nullable) */
char *lucida_compare_view_describe (LucidaCompareView *self);

G_END_DECLS
