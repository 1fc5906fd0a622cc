#include "config.h"

#include "app/choosing/class-row.h"

#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>
#include <math.h>

struct _LucidaClassRow
{
  GtkWidget parent_instance;

  GtkLabel *name;
  GtkLabel *mark;
  GtkLabel *score;
  GtkProgressBar *bar;

  LucidaClassItem *item; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LucidaClassRow, lucida_class_row, GTK_TYPE_WIDGET)

static void
lucida_class_row_dispose (GObject *object)
{
  lucida_class_row_set_item (LUCIDA_CLASS_ROW (object), NULL);
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_class_row_parent_class)->dispose (object);
}

/* Asked when it is needed: to set one for each of many rows takes long. */
static gboolean
lucida_class_row_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                GtkTooltip *tooltip)
{
  LucidaClassRow *self = LUCIDA_CLASS_ROW (widget);

  if (!self->item)
    return FALSE;
  gtk_tooltip_set_text (tooltip, lucida_class_item_get_name (self->item));
  return TRUE;
}

static void
lucida_class_row_class_init (LucidaClassRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_class_row_dispose;
  widget_class->query_tooltip = lucida_class_row_query_tooltip;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/class-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaClassRow, name);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassRow, mark);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassRow, score);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassRow, bar);
}

static void
lucida_class_row_init (LucidaClassRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_class_row_new (void)
{
  return g_object_new (LUCIDA_TYPE_CLASS_ROW, NULL);
}

static void
show_item (LucidaClassRow *self)
{
  LucidaClassItem *item = self->item;
  double probability = lucida_class_item_get_probability (item);
  double logit = lucida_class_item_get_logit (item);
  g_autofree char *score = NULL;
  g_autofree char *description = NULL;
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));

  if (!isnan (probability))
    score = lucida_text_percent (probability);
  else if (!isnan (logit))
    score = lucida_text_logit (logit);
  else
    score = g_strdup ("");
  gtk_label_set_text (self->name, lucida_class_item_get_name (item));
  gtk_label_set_text (self->score, score);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), lucida_class_item_get_predicted (item));
  gtk_widget_set_visible (GTK_WIDGET (self->bar), !isnan (probability));
  gtk_progress_bar_set_fraction (self->bar, isnan (probability) ? 0.0 : probability);

  if (lucida_class_item_get_predicted (item))
    /* Translators: said of the predicted class; %s is its probability. */
    description = g_strdup_printf (_ ("%s, predicted"), score);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, lucida_class_item_get_name (item),
      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description ? description : score, -1);
}

void
lucida_class_row_set_item (LucidaClassRow *self, LucidaClassItem *item)
{
  g_return_if_fail (LUCIDA_IS_CLASS_ROW (self));

  if (self->item)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (!item)
    return;
  g_signal_connect_swapped (item, "changed", G_CALLBACK (show_item), self);
  show_item (self);
}

static void
setup_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, lucida_class_row_new ());
}

static void
bind_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  lucida_class_row_set_item (LUCIDA_CLASS_ROW (gtk_list_item_get_child (item)),
                             gtk_list_item_get_item (item));
}

static void
unbind_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  lucida_class_row_set_item (LUCIDA_CLASS_ROW (gtk_list_item_get_child (item)), NULL);
}

void
lucida_class_row_use (GtkListView *view)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_list_view_set_factory (view, factory);
}
