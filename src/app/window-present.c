#include "config.h"

#include "app/window-private.h"

#include "app/canvas/canvas-frame.h"

#define IDLE_SECONDS 3 /* until the pointer is hidden */

/* Presentation: nothing but the canvas, in large type. And what is seen for as long as a key is
 * held. */
struct _LucidaPresentation
{
  GPtrArray *hidden; /* widgets around the canvas, to be shown again */
  guint idle_source;
  double pointer_x;
  double pointer_y;
};

static gboolean
idle_cb (gpointer data)
{
  LucidaWindow *self = data;

  self->presentation->idle_source = 0;
  lucida_canvas_frame_set_idle (self->frame, TRUE);
  return G_SOURCE_REMOVE;
}

static void
wake_up (LucidaWindow *self)
{
  LucidaPresentation *presentation = self->presentation;

  g_clear_handle_id (&presentation->idle_source, g_source_remove);
  presentation->idle_source = g_timeout_add_seconds (IDLE_SECONDS, idle_cb, self);
  lucida_canvas_frame_set_idle (self->frame, FALSE);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, LucidaWindow *self)
{
  LucidaPresentation *presentation = self->presentation;

  /* what moves under a pointer at rest is told as motion as well */
  if (!presentation || (x == presentation->pointer_x && y == presentation->pointer_y))
    return;
  presentation->pointer_x = x;
  presentation->pointer_y = y;
  wake_up (self);
}

static void
hide (LucidaPresentation *presentation, GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget))
    return;
  gtk_widget_set_visible (widget, FALSE);
  g_ptr_array_add (presentation->hidden, g_object_ref (widget));
}

/* Everything beside the canvas; but errors are still said. */
static void
hide_surroundings (LucidaWindow *self)
{
  GtkWidget *way = GTK_WIDGET (self->frame);

  for (; way != self->content; way = gtk_widget_get_parent (way))
    for (GtkWidget *child = gtk_widget_get_first_child (gtk_widget_get_parent (way)); child;
         child = gtk_widget_get_next_sibling (child))
      if (child != way && child != GTK_WIDGET (self->error_bar)
          && child != GTK_WIDGET (self->changed_bar))
        hide (self->presentation, child);
  hide (self->presentation, gtk_window_get_titlebar (GTK_WINDOW (self)));
}

static void
begin (LucidaWindow *self)
{
  self->presentation = g_new0 (LucidaPresentation, 1);
  self->presentation->hidden = g_ptr_array_new_with_free_func (g_object_unref);
  lucida_canvas_frame_set_presenting (self->frame, TRUE);
  hide_surroundings (self);
  wake_up (self);
  gtk_window_fullscreen (GTK_WINDOW (self));
}

void
_lucida_window_end_presentation (LucidaWindow *self)
{
  LucidaPresentation *presentation = g_steal_pointer (&self->presentation);

  if (!presentation)
    return;
  g_clear_handle_id (&presentation->idle_source, g_source_remove);
  for (guint i = 0; i < presentation->hidden->len; i++)
    gtk_widget_set_visible (presentation->hidden->pdata[i], TRUE);
  _lucida_window_update_strip (self);
  g_ptr_array_unref (presentation->hidden);
  g_free (presentation);
  lucida_canvas_frame_set_idle (self->frame, FALSE);
  lucida_canvas_frame_set_presenting (self->frame, FALSE);
  gtk_window_unfullscreen (GTK_WINDOW (self));
}

void
_lucida_window_present (LucidaWindow *self)
{
  if (self->presentation)
    _lucida_window_end_presentation (self);
  else
    begin (self);
}

/* The desktop has its own ways out of a full screen. */
static void
fullscreened_cb (LucidaWindow *self)
{
  if (!gtk_window_is_fullscreen (GTK_WINDOW (self)))
    _lucida_window_end_presentation (self);
}

static gboolean
is_bare_key (guint key, GdkModifierType state)
{
  return gdk_keyval_to_lower (key) == GDK_KEY_b
         && !(state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK));
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                LucidaWindow *self)
{
  if (!is_bare_key (key, state))
    return GDK_EVENT_PROPAGATE;
  lucida_canvas_frame_set_bare (self->frame, TRUE);
  return GDK_EVENT_STOP;
}

static void
key_released_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                 LucidaWindow *self)
{
  if (is_bare_key (key, 0))
    lucida_canvas_frame_set_bare (self->frame, FALSE);
}

/* Another window takes the keys: the release will not be told. */
static void
active_cb (LucidaWindow *self)
{
  if (!gtk_window_is_active (GTK_WINDOW (self)))
    lucida_canvas_frame_set_bare (self->frame, FALSE);
}

void
_lucida_window_add_presentation (LucidaWindow *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (motion, GTK_PHASE_CAPTURE);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->frame), motion);
  /* after the focused widget, which may be an entry */
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (keys, "key-released", G_CALLBACK (key_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (fullscreened_cb), NULL);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_cb), NULL);
}
