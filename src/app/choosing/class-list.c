#include "config.h"

#include "app/choosing/class-list.h"

#include "app/choosing/choice-model.h"
#include "app/choosing/class-item.h"
#include "app/choosing/class-row.h"
#include "app/choosing/contrast.h"
#include "app/parts/list-focus.h"
#include "app/parts/template.h"

#include <glib/gi18n.h>
#include <math.h>

#define SEARCH_ABOVE 10 /* classes; fewer are seen at a glance */
#define MIN_ROWS 3      /* are seen at once, however low the window is */
#define STALE_TIME 250  /* ms that the former picture's scores may be seen */
#define ROW_REST 18     /* pixels of a row's height, about, that are not its text */

struct _LucidaClassList
{
  GtkWidget parent_instance;

  GtkLabel *explained;
  GtkSearchEntry *search;
  GtkScrolledWindow *scroller;
  GtkListView *view;
  GtkWidget *nothing;
  LucidaContrast *contrast;
  GtkToggleButton *follow;

  LucidaSession *session;
  GListStore *items;
  GtkFilterListModel *found;
  GtkFilter *filter;
  LucidaChoiceModel *choice;
  char *folded;      /* what is searched; NULL: everything */
  gboolean updating; /* the button follows the session, not the user */
  gboolean choosing; /* what changes was chosen here */
  guint scroll_id;
  guint refill_id;
};

G_DEFINE_FINAL_TYPE (LucidaClassList, lucida_class_list, GTK_TYPE_WIDGET)

/* The class that is explained, or will be. */
static int
get_explained (LucidaClassList *self)
{
  int index = lucida_session_get_question (self->session)->class_index;

  return index == LUCIDA_PREDICTED_CLASS ? lucida_session_get_predicted (self->session) : index;
}

static gboolean
is_explained (gpointer item, gpointer data)
{
  LucidaClassList *self = data;

  return self->session && lucida_class_item_get_index (item) == get_explained (self);
}

static gboolean
scroll_cb (gpointer data)
{
  LucidaClassList *self = data;
  guint position = lucida_choice_model_find (self->choice);

  self->scroll_id = 0;
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
  return G_SOURCE_REMOVE;
}

/* Not before the rows have been given their places. */
static void
scroll_later (LucidaClassList *self)
{
  if (self->scroll_id == 0)
    self->scroll_id = g_idle_add_full (G_PRIORITY_LOW, scroll_cb, self, NULL);
}

/* The row of the explained class is the chosen one, without asking again. */
static void
follow_session (LucidaClassList *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const LucidaQuestion *question = lucida_session_get_question (self->session);
  int explained = get_explained (self);
  g_autofree char *text = NULL;

  lucida_choice_model_update (self->choice);
  self->updating = TRUE;
  gtk_toggle_button_set_active (self->follow, question->class_index == LUCIDA_PREDICTED_CLASS);
  self->updating = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->follow), explained >= 0);
  if (model && explained >= 0)
    /* Translators: %s is the class whose heat map is shown. */
    text = g_strdup_printf (_ ("explains “%s”"), lucida_model_get_class_name (model, explained));
  gtk_label_set_text (self->explained, text ? text : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->explained), text);
  if (!self->choosing) /* where a person chooses, nothing moves */
    scroll_later (self);
}

static void
refilter (LucidaClassList *self)
{
  gboolean nothing;

  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  nothing = self->folded && g_list_model_get_n_items (G_LIST_MODEL (self->found)) == 0;
  gtk_widget_set_visible (self->nothing, nothing);
  gtk_widget_set_visible (GTK_WIDGET (self->scroller), !nothing);
}

/* The rows are as high as their letters want it. */
static void
set_min_height (LucidaClassList *self)
{
  guint n = MIN (g_list_model_get_n_items (G_LIST_MODEL (self->items)), MIN_ROWS);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), "x");
  int height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  gtk_scrolled_window_set_min_content_height (
      self->scroller, MIN ((int) n * (height + ROW_REST),
                           gtk_scrolled_window_get_max_content_height (self->scroller)));
}

/* As many places as there are classes. */
static void
make_places (LucidaClassList *self, guint n)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  guint former = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  if (n == former)
    return;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (items, lucida_class_item_new ());
  g_list_store_splice (self->items, 0, former, items->pdata, items->len);
  gtk_widget_set_visible (GTK_WIDGET (self->search), n > SEARCH_ABOVE);
  /* what is typed in a long list searches it */
  gtk_search_entry_set_key_capture_widget (self->search,
                                           n > SEARCH_ABOVE ? GTK_WIDGET (self->view) : NULL);
  set_min_height (self);
}

/* Gives the classes their places: the most probable first. */
static void
refill (LucidaClassList *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const float *logits = model ? lucida_session_get_logits (self->session) : NULL;
  const float *probabilities = model ? lucida_session_get_probabilities (self->session) : NULL;
  int predicted = lucida_session_get_predicted (self->session);
  int n = model ? lucida_model_get_n_classes (model) : 0;
  g_autofree int *ranked = lucida_classes_rank (logits, n);

  g_clear_handle_id (&self->refill_id, g_source_remove);
  make_places (self, (guint) n);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (LucidaClassItem) item
          = g_list_model_get_item (G_LIST_MODEL (self->items), (guint) i);
      int index = ranked[i];

      lucida_class_item_set (item, index, lucida_model_get_class_name (model, index),
                             logits ? logits[index] : NAN,
                             probabilities ? probabilities[index] : NAN, index == predicted);
    }
  if (self->folded)
    refilter (self);
  follow_session (self);
}

static gboolean
refill_cb (gpointer data)
{
  LucidaClassList *self = data;

  self->refill_id = 0;
  refill (self);
  return G_SOURCE_REMOVE;
}

/* Between two pictures there are no scores; what is seen stays, but not for long. */
static void
scores_changed_cb (LucidaClassList *self)
{
  if (lucida_session_get_logits (self->session) || !lucida_session_get_picture (self->session))
    refill (self);
  else if (self->refill_id == 0)
    self->refill_id = g_timeout_add (STALE_TIME, refill_cb, self);
}

/* Another model has other classes: what was searched means nothing there. */
static void
model_changed_cb (LucidaClassList *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  refill (self);
}

static void
chosen_cb (LucidaClassList *self, guint position, guint n)
{
  g_autoptr (LucidaClassItem) item = g_list_model_get_item (G_LIST_MODEL (self->found), position);

  if (n > 1)
    return; /* there is no explaining of several at once */
  self->choosing = TRUE;
  lucida_session_set_class (self->session, lucida_class_item_get_index (item));
  self->choosing = FALSE;
}

/* Pressed, the prediction is followed from picture to picture; otherwise the class stays. */
static void
follow_toggled_cb (LucidaClassList *self)
{
  if (self->updating || !self->session)
    return;
  lucida_session_set_class (self->session, gtk_toggle_button_get_active (self->follow)
                                               ? LUCIDA_PREDICTED_CLASS
                                               : lucida_session_get_predicted (self->session));
}

static void
search_changed_cb (LucidaClassList *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_clear_pointer (&self->folded, g_free);
  if (text[0])
    self->folded = g_utf8_casefold (text, -1);
  refilter (self);
  scroll_later (self);
}

/* Enter explains the first class that was found. */
static void
search_activated_cb (LucidaClassList *self)
{
  /* the entry tells what was typed last a little later */
  search_changed_cb (self);
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->choice), 0, TRUE);
}

/* Enter on a row that the keys came to explains it. */
static void
row_activated_cb (LucidaClassList *self, guint position)
{
  gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->choice), position, TRUE);
}

/* What was begun in the list goes on in the entry. */
static void
search_started_cb (LucidaClassList *self)
{
  gtk_text_grab_focus_without_selecting (
      GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (self->search))));
}

/* Escape gives up what is searched. */
static void
search_stopped_cb (LucidaClassList *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  lucida_list_grab_focus (GTK_WIDGET (self->view));
}

/* In the entry and in the list alike. */
static gboolean
key_pressed_cb (LucidaClassList *self, guint key)
{
  if (key != GDK_KEY_Escape || !gtk_editable_get_text (GTK_EDITABLE (self->search))[0])
    return GDK_EVENT_PROPAGATE;
  search_stopped_cb (self);
  return GDK_EVENT_STOP;
}

static gboolean
matches_cb (gpointer item, gpointer data)
{
  LucidaClassList *self = data;

  return !self->folded || lucida_class_item_matches (item, self->folded);
}

static void
lucida_class_list_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (lucida_class_list_parent_class)->system_setting_changed (widget, setting);
  set_min_height (LUCIDA_CLASS_LIST (widget));
}

static gboolean
lucida_class_list_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return lucida_list_focus (widget, GTK_WIDGET (LUCIDA_CLASS_LIST (widget)->view), direction,
                            GTK_WIDGET_CLASS (lucida_class_list_parent_class)->focus);
}

static void
lucida_class_list_dispose (GObject *object)
{
  LucidaClassList *self = LUCIDA_CLASS_LIST (object);

  if (self->choice)
    lucida_choice_model_close (self->choice);
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  g_clear_handle_id (&self->refill_id, g_source_remove);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->folded, g_free);
  lucida_template_dispose (GTK_WIDGET (self));
  g_clear_object (&self->choice);
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (lucida_class_list_parent_class)->dispose (object);
}

static void
lucida_class_list_class_init (LucidaClassListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_class_list_dispose;
  widget_class->focus = lucida_class_list_focus;
  widget_class->system_setting_changed = lucida_class_list_system_setting_changed;
  g_type_ensure (LUCIDA_TYPE_CONTRAST);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/class-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, explained);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, search);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, scroller);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, view);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, nothing);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, contrast);
  gtk_widget_class_bind_template_child (widget_class, LucidaClassList, follow);
  gtk_widget_class_bind_template_callback (widget_class, follow_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_started_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
lucida_class_list_init (LucidaClassList *self)
{
  self->items = g_list_store_new (LUCIDA_TYPE_CLASS_ITEM);
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches_cb, self, NULL));
  self->found = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->items)),
                                           g_object_ref (self->filter));
  self->choice = lucida_choice_model_new (G_LIST_MODEL (self->found), is_explained, self);

  gtk_widget_init_template (GTK_WIDGET (self));
  lucida_class_row_use (self->view);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->choice));
  g_signal_connect_swapped (self->choice, "chosen", G_CALLBACK (chosen_cb), self);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (row_activated_cb), self);
}

void
lucida_class_list_set_session (LucidaClassList *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_CLASS_LIST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect_swapped (session, "scores-changed", G_CALLBACK (scores_changed_cb), self);
  g_signal_connect_swapped (session, "question-changed", G_CALLBACK (follow_session), self);
  lucida_contrast_set_session (self->contrast, session, G_LIST_MODEL (self->items));
  refill (self);
}

void
lucida_class_list_focus_search (LucidaClassList *self)
{
  g_return_if_fail (LUCIDA_IS_CLASS_LIST (self));

  if (gtk_widget_get_visible (GTK_WIDGET (self->search)))
    {
      gtk_widget_grab_focus (GTK_WIDGET (self->search));
      /* what is typed now is another search */
      gtk_editable_select_region (GTK_EDITABLE (self->search), 0, -1);
    }
  else
    lucida_list_grab_focus (GTK_WIDGET (self->view));
}
