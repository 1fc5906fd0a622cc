#include "config.h"

#include "app/canvas/canvas-frame.h"
#include "app/choosing/overlay-panel.h"
#include "app/error-bar.h"
#include "app/exporting/export-comparison.h"
#include "app/parts/file-dialogs.h"
#include "app/status-bar.h"
#include "app/window-private.h"

#include <glib/gi18n.h>

/* One map on the canvas, or two: the buttons in the header bar and their keys. */

static const char *const views[] = {
  [LUCIDA_VIEW_SINGLE] = "single",
  [LUCIDA_VIEW_SPLIT] = "split",
  [LUCIDA_VIEW_SIDE] = "side",
};

/* What there is to do with two halves. */
static void
set_comparing (LucidaWindow *self, gboolean comparing)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.swap", comparing);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export-comparison", comparing);
}

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
        set_comparing (self, i != LUCIDA_VIEW_SINGLE);
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

static void
exported_cb (const char *path, const GError *error, gpointer data)
{
  LucidaWindow *self = data;
  g_autofree char *name = g_filename_display_basename (path);
  g_autofree char *text = g_strdup_printf (_ ("Exported %s"), name);

  if (error)
    lucida_error_bar_show (self->error_bar, LUCIDA_BAR_ERROR, error->message);
  else
    lucida_status_bar_tell (self->status_bar, text);
}

static void
chosen_cb (const char *path, gpointer data)
{
  LucidaWindow *self = data;
  LucidaOverlayStyle style = lucida_overlay_panel_get_style (self->overlay_panel);
  g_autoptr (GError) error = NULL;

  if (self->closed)
    return;
  lucida_error_bar_hide (self->error_bar);
  if (!lucida_export_comparison (self->session, &style, path, exported_cb, self, &error))
    lucida_error_bar_show (self->error_bar, LUCIDA_BAR_ERROR, error->message);
}

static void
export_comparison_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);
  g_autofree char *proposed = lucida_export_dup_name (self->session, "-compared.png");

  lucida_file_dialog_show (LUCIDA_DIALOG_SAVE, GTK_WINDOW (self), self->folder, proposed, chosen_cb,
                           self);
}

void
_lucida_window_install_compare (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.split", NULL, split_action);
  gtk_widget_class_install_action (klass, "win.side", NULL, side_action);
  gtk_widget_class_install_action (klass, "win.swap", NULL, swap_action);
  gtk_widget_class_install_action (klass, "win.export-comparison", NULL, export_comparison_action);
}

void
_lucida_window_add_compare (LucidaWindow *self)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (
      "view", G_VARIANT_TYPE_STRING, g_variant_new_string (views[LUCIDA_VIEW_SINGLE]));

  g_signal_connect (action, "change-state", G_CALLBACK (view_changed_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
  set_comparing (self, FALSE);
}
