#include "config.h"

#include "app/layer-row.h"

#include "app/template.h"

#include <glib/gi18n.h>

struct _LucidaLayerRow
{
  GtkWidget parent_instance;

  GtkLabel *name;
  GtkLabel *mark;
  GtkLabel *shape;
  GtkLabel *op;
};

G_DEFINE_FINAL_TYPE (LucidaLayerRow, lucida_layer_row, GTK_TYPE_WIDGET)

static void
lucida_layer_row_dispose (GObject *object)
{
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_layer_row_parent_class)->dispose (object);
}

static void
lucida_layer_row_class_init (LucidaLayerRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_layer_row_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/layer-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, name);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, mark);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, shape);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, op);
}

static void
lucida_layer_row_init (LucidaLayerRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_layer_row_new (void)
{
  return g_object_new (LUCIDA_TYPE_LAYER_ROW, NULL);
}

void
lucida_layer_row_set_item (LucidaLayerRow *self, LucidaLayerItem *item)
{
  const char *name = lucida_layer_item_get_name (item);
  const char *shape = lucida_layer_item_get_shape (item);
  g_autofree char *description = NULL;
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->shape, shape);
  gtk_label_set_text (self->op, lucida_layer_item_get_op (item));
  gtk_widget_set_visible (GTK_WIDGET (self->mark), lucida_layer_item_get_default (item));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), name);

  if (lucida_layer_item_get_default (item))
    /* Translators: said of the layer that is chosen by itself; %s is its size. */
    description = g_strdup_printf (_ ("%s, default"), shape);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description ? description : shape, -1);
}
