#pragma once

#include "explorer/explanation.h"
#include "render/colormap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A small square that shows a layer's map in colours; dark where there is none or it is empty. */
#define LUCIDA_TYPE_LAYER_THUMB (lucida_layer_thumb_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerThumb, lucida_layer_thumb, LUCIDA, LAYER_THUMB, GtkWidget)

/* @heatmap, @colormap (nullable). An empty map's tooltip says why it is. */
void lucida_layer_thumb_set_map (LucidaLayerThumb *self, LucidaHeatmap *heatmap,
                                 const LucidaColormap *colormap);

G_END_DECLS
