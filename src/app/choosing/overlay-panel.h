#pragma once

#include "render/overlay.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How the map is laid over the picture. Signal "style-changed" (no arguments). */
#define LUCIDA_TYPE_OVERLAY_PANEL (lucida_overlay_panel_get_type ())
G_DECLARE_FINAL_TYPE (LucidaOverlayPanel, lucida_overlay_panel, LUCIDA, OVERLAY_PANEL, GtkWidget)

/* Remembers the choices in @settings (nullable) and takes them from there. */
void lucida_overlay_panel_bind (LucidaOverlayPanel *self, GSettings *settings);
LucidaOverlayStyle lucida_overlay_panel_get_style (LucidaOverlayPanel *self);
void lucida_overlay_panel_toggle_contours (LucidaOverlayPanel *self);
/* The colour map that follows in the list. */
void lucida_overlay_panel_next_colours (LucidaOverlayPanel *self);

G_END_DECLS
