#include "config.h"

#include "app/choosing/class-item.h"

#include <math.h>
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

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

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
  signals[CHANGED] = g_signal_new ("changed", LUCIDA_TYPE_CLASS_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lucida_class_item_init (LucidaClassItem *self)
{
  self->index = -1;
  self->logit = self->probability = NAN;
}

LucidaClassItem *
lucida_class_item_new (void)
{
  return g_object_new (LUCIDA_TYPE_CLASS_ITEM, NULL);
}

/* NaN is the same as NaN. */
static gboolean
same_number (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

void
lucida_class_item_set (LucidaClassItem *self, int index, const char *name, double logit,
                       double probability, gboolean predicted)
{
  gboolean same_name = g_strcmp0 (self->name, name) == 0;

  if (self->index == index && same_name && same_number (self->logit, logit)
      && same_number (self->probability, probability) && self->predicted == predicted)
    return;
  self->index = index;
  if (!same_name)
    {
      g_free (self->name);
      self->name = g_strdup (name);
    }
  self->logit = logit;
  self->probability = probability;
  self->predicted = predicted;
  g_signal_emit (self, signals[CHANGED], 0);
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
