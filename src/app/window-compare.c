#include "config.h"

#include "app/canvas-frame.h"
#include "app/window-private.h"

/* One map on the canvas, or two: the buttons in the header bar and their keys. */

static const char *const views[] = {
  [LUCIDA_VIEW_SINGLE] = "single",
  [LUCIDA_VIEW_SPLIT] = "split",
  [LUCIDA_VIEW_SIDE] = "side",
};

static void
view_changed_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  LucidaWindow *self = data;
  const char *name = g_variant_get_string (state, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    if (g_str_equal (views[i], name))
      {
        g_simple_action_set_state (action, state);
        lucida_canvas_frame_set_view (self->frame, i);
        gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.swap", i != LUCIDA_VIEW_SINGLE);
      }
}

/* The same key leads back to one picture. */
static void
toggle_view (GtkWidget *widget, LucidaCanvasView view)
{
  GActionGroup *group = G_ACTION_GROUP (widget);
  g_autoptr (GVariant) state = g_action_group_get_action_state (group, "view");
  gboolean there = g_str_equal (g_variant_get_string (state, NULL), views[view]);

  g_action_group_change_action_state (
      group, "view", g_variant_new_string (views[there ? LUCIDA_VIEW_SINGLE : view]));
}

static void
split_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  toggle_view (widget, LUCIDA_VIEW_SPLIT);
}

static void
side_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  toggle_view (widget, LUCIDA_VIEW_SIDE);
}

static void
swap_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_session_swap (LUCIDA_WINDOW (widget)->session);
}

void
_lucida_window_install_compare (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.split", NULL, split_action);
  gtk_widget_class_install_action (klass, "win.side", NULL, side_action);
  gtk_widget_class_install_action (klass, "win.swap", NULL, swap_action);
}

void
_lucida_window_add_compare (LucidaWindow *self)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (
      "view", G_VARIANT_TYPE_STRING, g_variant_new_string (views[LUCIDA_VIEW_SINGLE]));

  g_signal_connect (action, "change-state", G_CALLBACK (view_changed_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.swap", FALSE);
}
