#pragma once

#include "app/choosing/class-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A row of the class list: name, probability, and a bar below them. */
#define LUCIDA_TYPE_CLASS_ROW (lucida_class_row_get_type ())
G_DECLARE_FINAL_TYPE (LucidaClassRow, lucida_class_row, LUCIDA, CLASS_ROW, GtkWidget)

GtkWidget *lucida_class_row_new (void);
/* NULL lets go of the item. */
void lucida_class_row_set_item (LucidaClassRow *self, LucidaClassItem *item);

/* Lets @view, of class items, make its rows of these. */
void lucida_class_row_use (GtkListView *view);

G_END_DECLS
