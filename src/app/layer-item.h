#pragma once

#include "explorer/model.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* A layer of the present model that can be explained. Immutable. */
#define LUCIDA_TYPE_LAYER_ITEM (lucida_layer_item_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerItem, lucida_layer_item, LUCIDA, LAYER_ITEM, GObject)

/* @is_default: the rule of docs/maps.md chooses it. (transfer full) */
LucidaLayerItem *lucida_layer_item_new (const LucidaLayer *layer, gboolean is_default);
const char *lucida_layer_item_get_name (LucidaLayerItem *self);
const char *lucida_layer_item_get_tensor (LucidaLayerItem *self);
const char *lucida_layer_item_get_op (LucidaLayerItem *self);
const char *lucida_layer_item_get_shape (LucidaLayerItem *self); /* "256 × 10 × 10" */
int lucida_layer_item_get_value (LucidaLayerItem *self);
gboolean lucida_layer_item_get_default (LucidaLayerItem *self);

G_END_DECLS
