#pragma once

#include "app/choosing/layer-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of the layer list: a thumbnail of the layer's map, name, size of its output, and a tick. */
#define LUCIDA_TYPE_LAYER_ROW (lucida_layer_row_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerRow, lucida_layer_row, LUCIDA, LAYER_ROW, GtkWidget)

GtkWidget *lucida_layer_row_new (void);
/* NULL lets go of the item. */
void lucida_layer_row_set_item (LucidaLayerRow *self, LucidaLayerItem *item);
/* As if its box were ticked or unticked. */
void lucida_layer_row_tick (LucidaLayerRow *self);

G_END_DECLS
