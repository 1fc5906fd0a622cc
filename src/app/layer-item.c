#include "config.h"

#include "app/layer-item.h"

#include "app/text.h"

struct _LucidaLayerItem
{
  GObject parent_instance;

  char *name;
  char *tensor;
  char *op;
  char *shape;
  int value;
  gboolean is_default;
};

G_DEFINE_FINAL_TYPE (LucidaLayerItem, lucida_layer_item, G_TYPE_OBJECT)

static void
lucida_layer_item_finalize (GObject *object)
{
  LucidaLayerItem *self = LUCIDA_LAYER_ITEM (object);

  g_free (self->name);
  g_free (self->tensor);
  g_free (self->op);
  g_free (self->shape);
  G_OBJECT_CLASS (lucida_layer_item_parent_class)->finalize (object);
}

static void
lucida_layer_item_class_init (LucidaLayerItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lucida_layer_item_finalize;
}

static void
lucida_layer_item_init (LucidaLayerItem *self)
{
}

LucidaLayerItem *
lucida_layer_item_new (const LucidaLayer *layer, gboolean is_default)
{
  LucidaLayerItem *self = g_object_new (LUCIDA_TYPE_LAYER_ITEM, NULL);

  self->name = g_strdup (layer->name);
  self->tensor = g_strdup (layer->tensor);
  self->op = g_strdup (layer->op);
  self->shape = lucida_text_shape (layer->channels, layer->height, layer->width);
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
