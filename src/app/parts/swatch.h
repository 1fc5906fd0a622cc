#pragma once

#include "render/colormap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A strip that shows a colour map from cold to hot. */
#define LUCIDA_TYPE_SWATCH (lucida_swatch_get_type ())
G_DECLARE_FINAL_TYPE (LucidaSwatch, lucida_swatch, LUCIDA, SWATCH, GtkWidget)

GtkWidget *lucida_swatch_new (void);
void lucida_swatch_set_colormap (LucidaSwatch *self, const LucidaColormap *colormap);

G_END_DECLS
