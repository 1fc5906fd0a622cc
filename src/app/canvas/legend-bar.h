#pragma once

#include "render/colormap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The colours of a map from its coldest to its hottest value, with ticks at quarters. */
#define LUCIDA_TYPE_LEGEND_BAR (lucida_legend_bar_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLegendBar, lucida_legend_bar, LUCIDA, LEGEND_BAR, GtkWidget)

void lucida_legend_bar_set_colormap (LucidaLegendBar *self, const LucidaColormap *colormap);
/* The raw values at both ends. */
void lucida_legend_bar_set_range (LucidaLegendBar *self, double min, double max);
/* Several maps, each on its own scale. */
void lucida_legend_bar_set_several (LucidaLegendBar *self);

G_END_DECLS
