#include "config.h"

#include "app/strip/film-strip.h"

#include "app/parts/template.h"
#include "app/strip/picture-row.h"

struct _LucidaFilmStrip
{
  GtkWidget parent_instance;

  GtkScrolledWindow *scrolled;
  GtkListView *view;

  LucidaSession *session;
  GtkSingleSelection *selection;
  gpointer item; /* that is selected; only compared */
  guint seen_id;
};

G_DEFINE_FINAL_TYPE (LucidaFilmStrip, lucida_film_strip, GTK_TYPE_WIDGET)

static guint
get_n_pictures (LucidaFilmStrip *self)
{
  return self->session
             ? lucida_picture_list_get_length (lucida_session_get_pictures (self->session))
             : 0;
}

/* All rows are alike, so that the scrollbar says which are seen. */
static gboolean
get_seen (LucidaFilmStrip *self, guint *first, guint *last)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  guint n = get_n_pictures (self);
  double row = n > 0 ? gtk_adjustment_get_upper (adjustment) / n : 0.0;
  double value = gtk_adjustment_get_value (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);

  if (row < 1.0 || page < 1.0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return FALSE;
  *first = MIN ((guint) (value / row), n - 1);
  *last = MIN ((guint) ((value + page) / row), n - 1);
  return TRUE;
}

static gboolean
tell_seen_cb (gpointer data)
{
  LucidaFilmStrip *self = data;
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  guint first = 1, last = 0;

  self->seen_id = 0;
  if (!get_seen (self, &first, &last))
    {
      first = 1;
      last = 0;
    }
  lucida_session_set_seen (self->session, first, last, LUCIDA_THUMBNAIL_WIDTH * scale,
                           LUCIDA_THUMBNAIL_HEIGHT * scale);
  return G_SOURCE_REMOVE;
}

/* Not from within the layout that moves the scrollbar. */
static void
seen_changed_cb (LucidaFilmStrip *self)
{
  if (self->session && self->seen_id == 0)
    self->seen_id = g_idle_add (tell_seen_cb, self);
}

/* The row of the selected picture, where there is a widget for it. (nullable) */
static GtkWidget *
find_row (LucidaFilmStrip *self)
{
  gpointer item = gtk_single_selection_get_selected_item (self->selection);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->view));

  for (; child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *row = gtk_widget_get_first_child (child);

      if (item && LUCIDA_IS_PICTURE_ROW (row)
          && lucida_picture_row_get_item (LUCIDA_PICTURE_ROW (row)) == item)
        return child;
    }
  return NULL;
}

static gboolean
has_focus (LucidaFilmStrip *self)
{
  return (gtk_widget_get_state_flags (GTK_WIDGET (self->view)) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;
}

/* Lets the selected row be that of the session's picture, without opening it again. */
static void
follow_session (LucidaFilmStrip *self)
{
  guint position = lucida_session_get_position (self->session);

  if (position == gtk_single_selection_get_selected (self->selection))
    return;
  self->item = lucida_picture_list_get (lucida_session_get_pictures (self->session), position);
  gtk_single_selection_set_selected (
      self->selection, position == LUCIDA_NO_POSITION ? GTK_INVALID_LIST_POSITION : position);
  if (position == LUCIDA_NO_POSITION)
    return;
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
  if (has_focus (self))
    lucida_film_strip_focus (self);
}

/* The same item elsewhere is no choice: the list has changed. */
static void
selected_cb (LucidaFilmStrip *self)
{
  gpointer item = gtk_single_selection_get_selected_item (self->selection);

  if (item == self->item)
    return;
  self->item = item;
  if (item)
    lucida_session_select (self->session, gtk_single_selection_get_selected (self->selection));
}

/* A click on the row that is selected already asks again what was stopped. */
static void
clicked_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer data)
{
  LucidaFilmStrip *self = data;
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  LucidaPictureItem *item = lucida_picture_row_get_item (LUCIDA_PICTURE_ROW (row));
  guint position = lucida_session_get_position (self->session);

  if (item && position != LUCIDA_NO_POSITION
      && lucida_picture_list_get (lucida_session_get_pictures (self->session), position) == item)
    lucida_session_select (self->session, position);
}

/* Enter does the same. */
static void
activated_cb (LucidaFilmStrip *self, guint position)
{
  lucida_session_select (self->session, position);
}

static void
setup_row_cb (LucidaFilmStrip *self, GtkListItem *item)
{
  GtkWidget *row = lucida_picture_row_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (click, "pressed", G_CALLBACK (clicked_cb), self);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, row);
}

static void
bind_row_cb (LucidaFilmStrip *self, GtkListItem *item)
{
  lucida_picture_row_set_item (LUCIDA_PICTURE_ROW (gtk_list_item_get_child (item)),
                               gtk_list_item_get_item (item));
}

static void
unbind_row_cb (LucidaFilmStrip *self, GtkListItem *item)
{
  lucida_picture_row_set_item (LUCIDA_PICTURE_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
lucida_film_strip_dispose (GObject *object)
{
  LucidaFilmStrip *self = LUCIDA_FILM_STRIP (object);

  g_clear_handle_id (&self->seen_id, g_source_remove);
  if (self->session)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      g_signal_handlers_disconnect_by_data (lucida_session_get_pictures (self->session), self);
    }
  if (self->selection)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  lucida_template_dispose (GTK_WIDGET (self));
  g_clear_object (&self->selection);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lucida_film_strip_parent_class)->dispose (object);
}

static void
lucida_film_strip_class_init (LucidaFilmStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_film_strip_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/film-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaFilmStrip, scrolled);
  gtk_widget_class_bind_template_child (widget_class, LucidaFilmStrip, view);
  gtk_widget_class_bind_template_callback (widget_class, setup_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_row_cb);
}

static void
lucida_film_strip_init (LucidaFilmStrip *self)
{
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (seen_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (seen_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "map", G_CALLBACK (seen_changed_cb), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (seen_changed_cb), NULL);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (seen_changed_cb), NULL);
}

void
lucida_film_strip_set_session (LucidaFilmStrip *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_FILM_STRIP (self) && self->session == NULL);

  self->session = g_object_ref (session);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection,
                                  G_LIST_MODEL (lucida_session_get_pictures (session)));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->selection, "notify::selected", G_CALLBACK (selected_cb), self);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activated_cb), self);
  g_signal_connect_swapped (session, "position-changed", G_CALLBACK (follow_session), self);
  g_signal_connect_swapped (lucida_session_get_pictures (session), "items-changed",
                            G_CALLBACK (seen_changed_cb), self);
  follow_session (self);
}

guint
lucida_film_strip_get_page (LucidaFilmStrip *self)
{
  guint first, last;

  g_return_val_if_fail (LUCIDA_IS_FILM_STRIP (self), 1);

  return get_seen (self, &first, &last) && last > first ? last - first : 1;
}

void
lucida_film_strip_focus (LucidaFilmStrip *self)
{
  GtkWidget *row;

  g_return_if_fail (LUCIDA_IS_FILM_STRIP (self));

  row = find_row (self);
  gtk_widget_grab_focus (row ? row : GTK_WIDGET (self->view));
}
