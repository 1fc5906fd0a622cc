#pragma once

#include "app/layer-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of the layer list: name, and below it the size of the layer's output. */
#define LUCIDA_TYPE_LAYER_ROW (lucida_layer_row_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerRow, lucida_layer_row, LUCIDA, LAYER_ROW, GtkWidget)

GtkWidget *lucida_layer_row_new (void);
void lucida_layer_row_set_item (LucidaLayerRow *self, LucidaLayerItem *item);

G_END_DECLS
