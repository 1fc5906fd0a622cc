#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What lies at the lower edge of the canvas: the caption, and the legend at the end. Where there is
 * no room for both beside each other the caption stands above. */
#define LUCIDA_TYPE_CANVAS_FOOT (lucida_canvas_foot_get_type ())
G_DECLARE_FINAL_TYPE (LucidaCanvasFoot, lucida_canvas_foot, LUCIDA, CANVAS_FOOT, GtkWidget)

G_END_DECLS
