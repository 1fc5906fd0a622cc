#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A place in the order of the classes of the present model, and which one has it by now: so rows
 * stay when another picture brings another order.
 *
 * Signals:
 *   "changed"   what there is to see
 */
#define LUCIDA_TYPE_CLASS_ITEM (lucida_class_item_get_type ())
G_DECLARE_FINAL_TYPE (LucidaClassItem, lucida_class_item, LUCIDA, CLASS_ITEM, GObject)

LucidaClassItem *lucida_class_item_new (void); /* (transfer full) */
/* @logit, @probability: NaN where not known. */
void lucida_class_item_set (LucidaClassItem *self, int index, const char *name, double logit,
                            double probability, gboolean predicted);
int lucida_class_item_get_index (LucidaClassItem *self);
const char *lucida_class_item_get_name (LucidaClassItem *self);
double lucida_class_item_get_logit (LucidaClassItem *self);
double lucida_class_item_get_probability (LucidaClassItem *self);
gboolean lucida_class_item_get_predicted (LucidaClassItem *self);
/* Whether the name contains @folded, which has been through g_utf8_casefold(). */
gboolean lucida_class_item_matches (LucidaClassItem *self, const char *folded);

G_END_DECLS
