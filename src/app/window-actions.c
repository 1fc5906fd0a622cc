#include "config.h"

#include "app/window-private.h"

#include "app/canvas/canvas-frame.h"
#include "app/choosing/class-list.h"
#include "app/choosing/overlay-panel.h"
#include "app/editor/editor.h"
#include "app/error-bar.h"
#include "app/exporting/exporting.h"
#include "app/parts/file-dialogs.h"
#include "app/parts/paths.h"
#include "app/status-bar.h"

#include <glib/gi18n.h>

static void
remember_folder (LucidaWindow *self, const char *path)
{
  g_free (self->folder);
  self->folder = g_path_get_dirname (path);
  if (self->settings && g_utf8_validate (self->folder, -1, NULL))
    g_settings_set_string (self->settings, "folder", self->folder);
}

/* Where a chooser begins: where the last file was chosen, else beside what is shown. (transfer
 * full) (nullable) */
static char *
dup_folder (LucidaWindow *self, const char *shown)
{
  if (self->folder && self->folder[0])
    return g_strdup (self->folder);
  return shown ? g_path_get_dirname (shown) : NULL;
}

static void
show_dialog (LucidaWindow *self, GtkWindow *parent, LucidaDialogKind kind, const char *name,
             LucidaDialogDone done)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  gboolean for_model = kind == LUCIDA_DIALOG_MODEL || kind == LUCIDA_DIALOG_MODEL_FOLDER;
  const char *model_path = model ? lucida_model_get_path (model) : NULL;
  g_autofree char *folder
      = dup_folder (self, for_model ? model_path : lucida_session_get_picture_path (self->session));

  lucida_file_dialog_show (kind, parent, folder, name, done, self);
}

static void
file_chosen_cb (const char *path, gpointer data)
{
  LucidaWindow *self = data;
  const char *paths[] = { path, NULL };

  remember_folder (self, path);
  lucida_window_open (self, paths);
}

/* What was chosen as a model is one, whatever it looks like: the reader says what is wrong. */
static void
model_chosen_cb (const char *path, gpointer data)
{
  LucidaWindow *self = data;
  g_autofree char *model = lucida_paths_find_model (path);

  if (self->closed)
    return;
  remember_folder (self, path);
  lucida_error_bar_hide (self->error_bar);
  self->model_asked = TRUE;
  lucida_session_open_model (self->session, model);
}

static void
pictures_chosen_cb (const char *const *paths, gpointer data)
{
  LucidaWindow *self = data;

  if (self->closed)
    return;
  remember_folder (self, paths[0]);
  lucida_error_bar_hide (self->error_bar);
  _lucida_window_open_pictures (self, paths);
}

static void
open_picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);
  g_autofree char *folder = dup_folder (self, lucida_session_get_picture_path (self->session));

  lucida_file_dialog_show_pictures (GTK_WINDOW (self), folder, pictures_chosen_cb, self);
}

static void
open_picture_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_dialog (LUCIDA_WINDOW (widget), GTK_WINDOW (widget), LUCIDA_DIALOG_PICTURE_FOLDER, NULL,
               file_chosen_cb);
}

static void
open_model_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_dialog (LUCIDA_WINDOW (widget), GTK_WINDOW (widget), LUCIDA_DIALOG_MODEL, NULL,
               model_chosen_cb);
}

static void
open_model_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  show_dialog (LUCIDA_WINDOW (widget), GTK_WINDOW (widget), LUCIDA_DIALOG_MODEL_FOLDER, NULL,
               model_chosen_cb);
}

static void
open_demo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);

  lucida_error_bar_hide (self->error_bar);
  self->model_asked = FALSE;
  self->picture_asked = FALSE;
  lucida_window_open_demo (self);
}

static void
export_done_cb (const char *path, const GError *error, gpointer data)
{
  LucidaWindow *self = data;

  if (error)
    lucida_error_bar_show (self->error_bar, LUCIDA_BAR_ERROR, error->message);
  else if (path)
    {
      g_autofree char *name = g_filename_display_basename (path);
      g_autofree char *text = g_strdup_printf (_ ("Exported %s"), name);

      lucida_status_bar_tell (self->status_bar, text);
    }
  else
    lucida_status_bar_tell (self->status_bar, _ ("Copied to the clipboard"));
}

static void
export_chosen_cb (const char *path, gpointer data)
{
  LucidaWindow *self = data;
  g_autoptr (GError) error = NULL;

  if (self->closed)
    return;
  remember_folder (self, path);
  lucida_error_bar_hide (self->error_bar);
  self->options.style = lucida_overlay_panel_get_style (self->overlay_panel);
  if (!lucida_export_start (self->session, &self->options, path, export_done_cb, self, &error))
    lucida_error_bar_show (self->error_bar, LUCIDA_BAR_ERROR, error->message);
}

void
_lucida_window_export (LucidaWindow *self, GtkWindow *parent, const char *suffix,
                       const LucidaOverlayOptions *options)
{
  g_autofree char *name = lucida_export_dup_name (self->session, suffix);
  gboolean one_of_two = lucida_session_get_other (self->session) != NULL;

  self->options = *options;
  show_dialog (self, parent, one_of_two ? LUCIDA_DIALOG_SAVE_MAIN : LUCIDA_DIALOG_SAVE, name,
               export_chosen_cb);
}

/* As it is shown, at its own size. */
static void
export_with_suffix (LucidaWindow *self, const char *suffix)
{
  const LucidaOverlayOptions plain = { 0 };

  _lucida_window_export (self, GTK_WINDOW (self), suffix, &plain);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  export_with_suffix (LUCIDA_WINDOW (widget), ".png");
}

static void
export_as_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  export_with_suffix (LUCIDA_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);
  LucidaOverlayStyle style = lucida_overlay_panel_get_style (self->overlay_panel);
  g_autoptr (GError) error = NULL;

  if (!lucida_export_copy (self->session, &style, gtk_widget_get_clipboard (widget), export_done_cb,
                           self, &error))
    lucida_error_bar_show (self->error_bar, LUCIDA_BAR_ERROR, error->message);
}

static void
edit_preprocessing_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);

  if (self->closed || !lucida_session_get_model (self->session))
    return;
  if (!self->editor)
    g_set_weak_pointer (&self->editor, lucida_editor_new (GTK_WINDOW (self), self->session));
  gtk_window_present (GTK_WINDOW (self->editor));
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _lucida_window_reload (LUCIDA_WINDOW (widget));
}

/* Escape ends a presentation, or stops what runs; where nothing runs but what is done ahead, it
 * closes the bar as well. */
static void
stop_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);

  if (self->presentation)
    {
      _lucida_window_end_presentation (self);
      return;
    }
  if (!lucida_session_get_busy (self->session, NULL, NULL))
    lucida_error_bar_hide (self->error_bar);
  lucida_session_stop (self->session);
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_class_list_focus_search (LUCIDA_WINDOW (widget)->class_list);
}

static void
zoom_in_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_canvas_frame_zoom_in (LUCIDA_WINDOW (widget)->frame);
}

static void
zoom_out_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_canvas_frame_zoom_out (LUCIDA_WINDOW (widget)->frame);
}

static void
zoom_fit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_canvas_frame_zoom_fit (LUCIDA_WINDOW (widget)->frame);
}

static void
zoom_one_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_canvas_frame_zoom_one (LUCIDA_WINDOW (widget)->frame);
}

static void
pan_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  int right, down;

  g_variant_get (parameter, "(ii)", &right, &down);
  lucida_canvas_frame_pan (LUCIDA_WINDOW (widget)->frame, right, down);
}

static void
present_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _lucida_window_present (LUCIDA_WINDOW (widget));
}

static void
next_method_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaSession *session = LUCIDA_WINDOW (widget)->session;
  const LucidaMethod *method = lucida_session_get_question (session)->method;
  int next = 0;

  while (lucida_methods[next] && lucida_methods[next] != method)
    next++;
  if (!lucida_methods[next] || !lucida_methods[++next])
    next = 0;
  lucida_session_set_method (session, lucida_methods[next]);
}

static void
contours_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_overlay_panel_toggle_contours (LUCIDA_WINDOW (widget)->overlay_panel);
}

static void
next_colours_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_overlay_panel_next_colours (LUCIDA_WINDOW (widget)->overlay_panel);
}

static const struct
{
  const char *name;
  const char *parameter;
  GtkWidgetActionActivateFunc activate;
} actions[] = {
  { "win.open-picture", NULL, open_picture_action },
  { "win.open-picture-folder", NULL, open_picture_folder_action },
  { "win.open-model", NULL, open_model_action },
  { "win.open-model-folder", NULL, open_model_folder_action },
  { "win.open-demo", NULL, open_demo_action },
  { "win.export", NULL, export_action },
  { "win.export-as", "s", export_as_action },
  { "win.copy", NULL, copy_action },
  { "win.stop", NULL, stop_action },
  { "win.edit-preprocessing", NULL, edit_preprocessing_action },
  { "win.reload", NULL, reload_action },
  { "win.search", NULL, search_action },
  { "win.zoom-in", NULL, zoom_in_action },
  { "win.zoom-out", NULL, zoom_out_action },
  { "win.zoom-fit", NULL, zoom_fit_action },
  { "win.zoom-one", NULL, zoom_one_action },
  { "win.pan", "(ii)", pan_action },
  { "win.present", NULL, present_action },
  { "win.next-method", NULL, next_method_action },
  { "win.contours", NULL, contours_action },
  { "win.next-colours", NULL, next_colours_action },
};

void
_lucida_window_install_actions (GtkWidgetClass *klass)
{
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (klass, actions[i].name, actions[i].parameter,
                                     actions[i].activate);
}

void
_lucida_window_update_actions (LucidaWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean picture = lucida_session_get_picture (self->session) != NULL;

  gtk_widget_action_set_enabled (widget, "win.export", picture);
  gtk_widget_action_set_enabled (widget, "win.export-as", picture);
  gtk_widget_action_set_enabled (widget, "win.export-options", picture);
  gtk_widget_action_set_enabled (widget, "win.export-folder", picture);
  gtk_widget_action_set_enabled (widget, "win.export-sheet", picture);
  gtk_widget_action_set_enabled (widget, "win.copy", picture);
}
