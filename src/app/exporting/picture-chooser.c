#include "config.h"

#include "app/exporting/picture-chooser.h"

#include "app/parts/template.h"

#include <string.h>

struct _LucidaPictureChooser
{
  GtkWidget parent_instance;

  GtkSearchEntry *search;
  GtkListView *view;

  LucidaPictureList *list;
  GtkFilter *filter;
  GtkFilterListModel *found;
  char *folded;       /* (nullable) what is searched for */
  GHashTable *chosen; /* of LucidaPictureItem */
  GPtrArray *rows;    /* of GtkListItem that are bound, not owned */
  guint first;
  gboolean by_hand;
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LucidaPictureChooser, lucida_picture_chooser, GTK_TYPE_WIDGET)

static void toggled_cb (GtkCheckButton *mark, LucidaPictureChooser *self);

/* Shows in a row whether its picture is chosen. */
static void
mark_row (LucidaPictureChooser *self, GtkListItem *row)
{
  GtkWidget *mark = gtk_list_item_get_child (row);
  GtkWidget *parent = gtk_widget_get_parent (mark);
  gboolean chosen = g_hash_table_contains (self->chosen, gtk_list_item_get_item (row));

  g_signal_handlers_block_by_func (mark, toggled_cb, self);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (mark), chosen);
  g_signal_handlers_unblock_by_func (mark, toggled_cb, self);
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_STATE_CHECKED,
      chosen ? GTK_ACCESSIBLE_TRISTATE_TRUE : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
}

static void
mark_rows (LucidaPictureChooser *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    mark_row (self, g_ptr_array_index (self->rows, i));
}

static void
change (LucidaPictureChooser *self)
{
  self->by_hand = TRUE;
  mark_rows (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
toggle (LucidaPictureChooser *self, gpointer item)
{
  if (!g_hash_table_remove (self->chosen, item))
    g_hash_table_add (self->chosen, g_object_ref (item));
  change (self);
}

static void
toggled_cb (GtkCheckButton *mark, LucidaPictureChooser *self)
{
  toggle (self, gtk_list_item_get_item (g_object_get_data (G_OBJECT (mark), "row")));
}

static void
activate_cb (LucidaPictureChooser *self, guint position)
{
  g_autoptr (GObject) item = g_list_model_get_item (G_LIST_MODEL (self->found), position);

  if (item)
    toggle (self, item);
}

static void
choose_found (LucidaPictureChooser *self, gboolean chosen)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->found));

  for (guint i = 0; i < n; i++)
    {
      GObject *item = g_list_model_get_item (G_LIST_MODEL (self->found), i);

      if (chosen)
        g_hash_table_add (self->chosen, item);
      else
        {
          g_hash_table_remove (self->chosen, item);
          g_object_unref (item);
        }
    }
  change (self);
}

static void
all_cb (LucidaPictureChooser *self)
{
  choose_found (self, TRUE);
}

static void
none_cb (LucidaPictureChooser *self)
{
  choose_found (self, FALSE);
}

static gboolean
matches_cb (gpointer item, gpointer data)
{
  LucidaPictureChooser *self = data;
  g_autofree char *name
      = self->folded ? g_utf8_casefold (lucida_picture_item_get_name (item), -1) : NULL;

  return !name || strstr (name, self->folded);
}

static void
search_changed_cb (LucidaPictureChooser *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_clear_pointer (&self->folded, g_free);
  if (text[0])
    self->folded = g_utf8_casefold (text, -1);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

/* Escape closes what the chooser is in. */
static void
search_stopped_cb (LucidaPictureChooser *self)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_POPOVER);

  if (popover)
    gtk_popover_popdown (GTK_POPOVER (popover));
}

/* Rows. */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *row, LucidaPictureChooser *self)
{
  GtkWidget *mark = gtk_check_button_new ();

  g_object_set_data (G_OBJECT (mark), "row", row);
  g_signal_connect (mark, "toggled", G_CALLBACK (toggled_cb), self);
  gtk_list_item_set_child (row, mark);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *row, LucidaPictureChooser *self)
{
  GtkWidget *mark = gtk_list_item_get_child (row);
  const char *name = lucida_picture_item_get_name (gtk_list_item_get_item (row));

  gtk_check_button_set_label (GTK_CHECK_BUTTON (mark), name);
  gtk_widget_set_tooltip_text (mark, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (mark)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_ptr_array_add (self->rows, row);
  mark_row (self, row);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *row, LucidaPictureChooser *self)
{
  g_ptr_array_remove_fast (self->rows, row);
}

static void
lucida_picture_chooser_dispose (GObject *object)
{
  LucidaPictureChooser *self = LUCIDA_PICTURE_CHOOSER (object);

  if (self->view)
    gtk_list_view_set_model (self->view, NULL);
  lucida_template_dispose (GTK_WIDGET (self));
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  g_clear_object (&self->list);
  g_hash_table_remove_all (self->chosen);
  G_OBJECT_CLASS (lucida_picture_chooser_parent_class)->dispose (object);
}

static void
lucida_picture_chooser_finalize (GObject *object)
{
  LucidaPictureChooser *self = LUCIDA_PICTURE_CHOOSER (object);

  g_hash_table_unref (self->chosen);
  g_ptr_array_unref (self->rows);
  g_free (self->folded);
  G_OBJECT_CLASS (lucida_picture_chooser_parent_class)->finalize (object);
}

static void
lucida_picture_chooser_class_init (LucidaPictureChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_picture_chooser_dispose;
  G_OBJECT_CLASS (klass)->finalize = lucida_picture_chooser_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/picture-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureChooser, search);
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureChooser, view);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, all_cb);
  gtk_widget_class_bind_template_callback (widget_class, none_cb);
}

static void
lucida_picture_chooser_init (LucidaPictureChooser *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  self->chosen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->view, factory);
  g_object_unref (factory);
}

void
lucida_picture_chooser_set_list (LucidaPictureChooser *self, LucidaPictureList *list)
{
  g_autoptr (GtkNoSelection) model = NULL;

  g_return_if_fail (LUCIDA_IS_PICTURE_CHOOSER (self) && self->list == NULL);

  self->list = g_object_ref (list);
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches_cb, self, NULL));
  self->found
      = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (list)), g_object_ref (self->filter));
  model = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->found)));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (model));
}

void
lucida_picture_chooser_choose (LucidaPictureChooser *self, guint first, guint n)
{
  guint length = lucida_picture_list_get_length (self->list);

  self->first = first < length ? first : 0;
  self->by_hand = FALSE;
  g_hash_table_remove_all (self->chosen);
  for (guint i = 0; i < MIN (n, length); i++)
    g_hash_table_add (self->chosen, g_object_ref (lucida_picture_list_get (
                                        self->list, (self->first + i) % length)));
  mark_rows (self);
}

gboolean
lucida_picture_chooser_is_by_hand (LucidaPictureChooser *self)
{
  return self->by_hand;
}

char **
lucida_picture_chooser_dup_paths (LucidaPictureChooser *self)
{
  guint n = lucida_picture_list_get_length (self->list);
  guint first = self->by_hand ? 0 : self->first;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < n; i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, (first + i) % n);

      if (g_hash_table_contains (self->chosen, item))
        g_strv_builder_add (builder, lucida_picture_item_get_path (item));
    }
  return g_strv_builder_end (builder);
}
