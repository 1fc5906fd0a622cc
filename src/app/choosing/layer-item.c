#include "config.h"

#include "app/choosing/layer-item.h"

#include "app/parts/text.h"

#include <glib/gi18n.h>

struct _LucidaLayerItem
{
  GObject parent_instance;

  char *name;
  char *tensor;
  char *op;
  char *shape;
  char *heading; /* (nullable) */
  int value;
  gboolean is_default;
  LucidaLayerState state; /* holds a reference to its map */
};

enum
{
  CHANGED,
  TOGGLED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LucidaLayerItem, lucida_layer_item, G_TYPE_OBJECT)

static void
lucida_layer_item_finalize (GObject *object)
{
  LucidaLayerItem *self = LUCIDA_LAYER_ITEM (object);

  g_free (self->name);
  g_free (self->tensor);
  g_free (self->op);
  g_free (self->shape);
  g_free (self->heading);
  g_clear_pointer (&self->state.map, lucida_heatmap_unref);
  G_OBJECT_CLASS (lucida_layer_item_parent_class)->finalize (object);
}

static void
lucida_layer_item_class_init (LucidaLayerItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lucida_layer_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", LUCIDA_TYPE_LAYER_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[TOGGLED] = g_signal_new ("toggled", LUCIDA_TYPE_LAYER_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lucida_layer_item_init (LucidaLayerItem *self)
{
  self->state.share = -1.0;
}

LucidaLayerItem *
lucida_layer_item_new (const LucidaLayer *layer, gboolean is_default, gboolean first)
{
  LucidaLayerItem *self = g_object_new (LUCIDA_TYPE_LAYER_ITEM, NULL);

  self->name = g_strdup (layer->name);
  self->tensor = g_strdup (layer->tensor);
  self->op = g_strdup (layer->op);
  self->shape = lucida_text_shape (layer->channels, layer->height, layer->width);
  if (first)
    {
      g_autofree char *size = lucida_text_size (layer->height, layer->width);

      /* Translators: heads the layers whose outputs have this height and width. */
      self->heading = g_strdup_printf (_ ("Stage %d · %s"), layer->stage + 1, size);
    }
  self->value = layer->value;
  self->is_default = is_default;
  return self;
}

const char *
lucida_layer_item_get_name (LucidaLayerItem *self)
{
  return self->name;
}

const char *
lucida_layer_item_get_tensor (LucidaLayerItem *self)
{
  return self->tensor;
}

const char *
lucida_layer_item_get_op (LucidaLayerItem *self)
{
  return self->op;
}

const char *
lucida_layer_item_get_shape (LucidaLayerItem *self)
{
  return self->shape;
}

const char *
lucida_layer_item_get_heading (LucidaLayerItem *self)
{
  return self->heading;
}

int
lucida_layer_item_get_value (LucidaLayerItem *self)
{
  return self->value;
}

gboolean
lucida_layer_item_get_default (LucidaLayerItem *self)
{
  return self->is_default;
}

const LucidaLayerState *
lucida_layer_item_get_state (LucidaLayerItem *self)
{
  return &self->state;
}

void
lucida_layer_item_set_state (LucidaLayerItem *self, const LucidaLayerState *state)
{
  LucidaHeatmap *former = self->state.map;

  if (self->state.picked == state->picked && self->state.share == state->share
      && former == state->map && self->state.colours == state->colours)
    return;
  self->state = *state;
  if (self->state.map)
    lucida_heatmap_ref (self->state.map);
  g_clear_pointer (&former, lucida_heatmap_unref);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
lucida_layer_item_toggle (LucidaLayerItem *self)
{
  g_signal_emit (self, signals[TOGGLED], 0);
}

gboolean
lucida_layer_is_main (const LucidaLayer *layer)
{
  static const char *const ops[] = { "Conv", "ConvTranspose", "Add", "Sum", "Concat", NULL };

  return g_strv_contains (ops, layer->op);
}
