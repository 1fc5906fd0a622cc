#include "config.h"

#include "app/choosing/contrast.h"

#include "app/choosing/class-item.h"
#include "app/choosing/class-row.h"
#include "app/parts/template.h"

#include <glib/gi18n.h>

struct _LucidaContrast
{
  GtkWidget parent_instance;

  GtkMenuButton *button;
  GtkLabel *label;
  GtkWidget *remove;
  GtkPopover *popover;
  GtkEditable *search;
  GtkWidget *scroller;
  GtkListView *view;
  GtkWidget *nothing;

  LucidaSession *session;
  GListModel *classes;
  GtkFilter *filter;
  GtkFilterListModel *found;
  GtkSingleSelection *selection;
  char *folded; /* what is searched; NULL: everything */
};

G_DEFINE_FINAL_TYPE (LucidaContrast, lucida_contrast, GTK_TYPE_WIDGET)

/* The class that is explained, or will be; -1: not known yet. */
static int
get_explained (LucidaContrast *self)
{
  int index = lucida_session_get_question (self->session)->class_index;

  return index == LUCIDA_PREDICTED_CLASS ? lucida_session_get_predicted (self->session) : index;
}

/* A class is not set against itself. */
static gboolean
is_offered (gpointer item, gpointer data)
{
  LucidaContrast *self = data;

  return self->session && lucida_class_item_get_index (item) != get_explained (self)
         && (!self->folded || lucida_class_item_matches (item, self->folded));
}

static void
follow_session (LucidaContrast *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  int against = lucida_session_get_question (self->session)->against_index;
  g_autofree char *text = NULL;

  if (model && against >= 0 && against < lucida_model_get_n_classes (model))
    /* Translators: on a button, below the class that is explained: why
     * that one rather than %s. */
    text = g_strdup_printf (_ ("rather than %s"), lucida_model_get_class_name (model, against));
  gtk_label_set_text (self->label, text ? text : _ ("Rather than…"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button),
                               text ? text : _ ("Explain the class in contrast to another one"));
  gtk_widget_set_visible (self->remove, text != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->button),
                            model && lucida_model_get_n_classes (model) > 1);
}

static void
refilter (LucidaContrast *self)
{
  gboolean nothing;

  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  nothing = self->folded && g_list_model_get_n_items (G_LIST_MODEL (self->found)) == 0;
  gtk_widget_set_visible (self->nothing, nothing);
  gtk_widget_set_visible (self->scroller, !nothing);
}

static void
search_changed_cb (LucidaContrast *self)
{
  const char *text = gtk_editable_get_text (self->search);

  g_clear_pointer (&self->folded, g_free);
  if (text[0])
    self->folded = g_utf8_casefold (text, -1);
  refilter (self);
}

/* What is offered is worked out when it is looked at, and there are no rows before. */
static void
shown_cb (LucidaContrast *self)
{
  gtk_editable_set_text (self->search, "");
  gtk_filter_list_model_set_model (self->found, self->classes);
  refilter (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
closed_cb (LucidaContrast *self)
{
  gtk_filter_list_model_set_model (self->found, NULL);
}

static void
activated_cb (LucidaContrast *self, guint position)
{
  g_autoptr (LucidaClassItem) item = g_list_model_get_item (G_LIST_MODEL (self->found), position);
  int index = item ? lucida_class_item_get_index (item) : LUCIDA_NO_CLASS;

  gtk_popover_popdown (self->popover);
  if (index != LUCIDA_NO_CLASS)
    lucida_session_set_against (self->session, index);
}

/* Enter takes the first class that was found. */
static void
search_activated_cb (LucidaContrast *self)
{
  /* the entry tells what was typed last a little later */
  search_changed_cb (self);
  activated_cb (self, 0);
}

static void
remove_cb (LucidaContrast *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->button));
  lucida_session_set_against (self->session, LUCIDA_NO_CLASS);
}

static void
lucida_contrast_dispose (GObject *object)
{
  LucidaContrast *self = LUCIDA_CONTRAST (object);

  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_object (&self->classes);
  g_clear_pointer (&self->folded, g_free);
  lucida_template_dispose (GTK_WIDGET (self));
  g_clear_object (&self->selection);
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  G_OBJECT_CLASS (lucida_contrast_parent_class)->dispose (object);
}

static void
lucida_contrast_class_init (LucidaContrastClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_contrast_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/contrast.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, button);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, label);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, remove);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, popover);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, search);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, scroller);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, view);
  gtk_widget_class_bind_template_child (widget_class, LucidaContrast, nothing);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
  gtk_widget_class_bind_template_callback (widget_class, closed_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
lucida_contrast_init (LucidaContrast *self)
{
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_offered, self, NULL));
  self->found = gtk_filter_list_model_new (NULL, g_object_ref (self->filter));
  /* rows light up under pointer and keys; only activating one chooses it */
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->found));

  gtk_widget_init_template (GTK_WIDGET (self));
  lucida_class_row_use (self->view);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
}

void
lucida_contrast_set_session (LucidaContrast *self, LucidaSession *session, GListModel *classes)
{
  g_return_if_fail (LUCIDA_IS_CONTRAST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  self->classes = g_object_ref (classes);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (follow_session), self);
  g_signal_connect_swapped (session, "question-changed", G_CALLBACK (follow_session), self);
  follow_session (self);
}
