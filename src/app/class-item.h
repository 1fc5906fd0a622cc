#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A class of the present model with its score for the present picture. Immutable. */
#define LUCIDA_TYPE_CLASS_ITEM (lucida_class_item_get_type ())
G_DECLARE_FINAL_TYPE (LucidaClassItem, lucida_class_item, LUCIDA, CLASS_ITEM, GObject)

/* @logit, @probability: NaN where not known. (transfer full) */
LucidaClassItem *lucida_class_item_new (int index, const char *name, double logit,
                                        double probability, gboolean predicted);
int lucida_class_item_get_index (LucidaClassItem *self);
const char *lucida_class_item_get_name (LucidaClassItem *self);
double lucida_class_item_get_logit (LucidaClassItem *self);
double lucida_class_item_get_probability (LucidaClassItem *self);
gboolean lucida_class_item_get_predicted (LucidaClassItem *self);
/* Whether the name contains @folded, which has been through g_utf8_casefold(). */
gboolean lucida_class_item_matches (LucidaClassItem *self, const char *folded);

G_END_DECLS
