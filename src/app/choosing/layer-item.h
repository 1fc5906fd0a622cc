#pragma once

#include "explorer/explanation.h"
#include "render/colormap.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* Whether its operator is what people mean by "layer"; others are shown on demand. */
gboolean lucida_layer_is_main (const LucidaLayer *layer);

/* A layer of the present model that can be explained, and what is known of it by now.
 *
 * Signals:
 *   "changed"   its state
 *   "toggled"   a person wants it in or out of what is explained
 */
#define LUCIDA_TYPE_LAYER_ITEM (lucida_layer_item_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerItem, lucida_layer_item, LUCIDA, LAYER_ITEM, GObject)

typedef struct
{
  gboolean picked;               /* one of those that are explained */
  double share;                  /* of the fused map, 0 … 1; negative: nothing is fused */
  LucidaHeatmap *map;            /* its own; (nullable) */
  const LucidaColormap *colours; /* to show it in; (nullable) */
} LucidaLayerState;

/* @is_default: the rule of docs/maps.md chooses it. @first: the first one of its stage in the list.
 * (transfer full) */
LucidaLayerItem *lucida_layer_item_new (const LucidaLayer *layer, gboolean is_default,
                                        gboolean first);
const char *lucida_layer_item_get_name (LucidaLayerItem *self);
const char *lucida_layer_item_get_tensor (LucidaLayerItem *self);
const char *lucida_layer_item_get_op (LucidaLayerItem *self);
const char *lucida_layer_item_get_shape (LucidaLayerItem *self); /* "256 × 10 × 10" */
/* "Stage 5 · 10 × 10"; NULL unless it is the first of its stage. */
const char *lucida_layer_item_get_heading (LucidaLayerItem *self);
int lucida_layer_item_get_value (LucidaLayerItem *self);
gboolean lucida_layer_item_get_default (LucidaLayerItem *self);
const LucidaLayerState *lucida_layer_item_get_state (LucidaLayerItem *self);
void lucida_layer_item_set_state (LucidaLayerItem *self, const LucidaLayerState *state);
/* Emits "toggled". */
void lucida_layer_item_toggle (LucidaLayerItem *self);

G_END_DECLS
