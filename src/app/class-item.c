#include "config.h"

#include "app/class-item.h"

#include <string.h>

struct _LucidaClassItem
{
  GObject parent_instance;

  int index;
  char *name;
  double logit;
  double probability;
  gboolean predicted;
};

G_DEFINE_FINAL_TYPE (LucidaClassItem, lucida_class_item, G_TYPE_OBJECT)

static void
lucida_class_item_finalize (GObject *object)
{
  LucidaClassItem *self = LUCIDA_CLASS_ITEM (object);

  g_free (self->name);
  G_OBJECT_CLASS (lucida_class_item_parent_class)->finalize (object);
}

static void
lucida_class_item_class_init (LucidaClassItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lucida_class_item_finalize;
}

static void
lucida_class_item_init (LucidaClassItem *self)
{
}

LucidaClassItem *
lucida_class_item_new (int index, const char *name, double logit, double probability,
                       gboolean predicted)
{
  LucidaClassItem *self = g_object_new (LUCIDA_TYPE_CLASS_ITEM, NULL);

  self->index = index;
  self->name = g_strdup (name);
  self->logit = logit;
  self->probability = probability;
  self->predicted = predicted;
  return self;
}

int
lucida_class_item_get_index (LucidaClassItem *self)
{
  return self->index;
}

const char *
lucida_class_item_get_name (LucidaClassItem *self)
{
  return self->name;
}

double
lucida_class_item_get_logit (LucidaClassItem *self)
{
  return self->logit;
}

double
lucida_class_item_get_probability (LucidaClassItem *self)
{
  return self->probability;
}

gboolean
lucida_class_item_get_predicted (LucidaClassItem *self)
{
  return self->predicted;
}

gboolean
lucida_class_item_matches (LucidaClassItem *self, const char *folded)
{
  g_autofree char *name = g_utf8_casefold (self->name, -1);

  return strstr (name, folded) != NULL;
}
