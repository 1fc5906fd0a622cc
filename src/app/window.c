#include "config.h"

#include "app/window.h"

#include "app/canvas/canvas-frame.h"
#include "app/choosing/class-list.h"
#include "app/choosing/layer-list.h"
#include "app/choosing/method-switch.h"
#include "app/choosing/overlay-panel.h"
#include "app/error-bar.h"
#include "app/parts/paths.h"
#include "app/status-bar.h"
#include "app/strip/film-strip.h"
#include "app/window-private.h"

#include <glib/gi18n.h>

#define DEMO_MODEL "pocket-vgg.onnx"
#define DEMO_PICTURE "cat-and-dog.jpg"

G_DEFINE_FINAL_TYPE (LucidaWindow, lucida_window, GTK_TYPE_APPLICATION_WINDOW)

/* Whether the selected picture cannot be shown. */
static gboolean
is_picture_lost (LucidaWindow *self)
{
  guint position = lucida_session_get_position (self->session);
  LucidaPictureItem *item
      = lucida_picture_list_get (lucida_session_get_pictures (self->session), position);

  return item && lucida_picture_item_get_error (item);
}

static void
failed_cb (LucidaWindow *self, const char *sentence)
{
  self->picture_failed = is_picture_lost (self);
  lucida_error_bar_show (self->error_bar, LUCIDA_BAR_ERROR, sentence);
}

/* What should be known about a model or picture that was opened all the same. */
static void
warn (LucidaWindow *self, const char *sentence)
{
  lucida_error_bar_show (self->error_bar, LUCIDA_BAR_WARNING, sentence);
}

static void
model_changed_cb (LucidaWindow *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const char *const *warnings
      = model ? lucida_network_get_warnings (lucida_model_get_network (model)) : NULL;

  gtk_label_set_text (self->model_name, model ? lucida_model_get_title (model) : _ ("No model"));
  gtk_widget_set_tooltip_text (
      gtk_widget_get_ancestor (GTK_WIDGET (self->model_name), GTK_TYPE_BUTTON),
      model ? lucida_model_get_path (model) : _ ("Open a model"));
  if (warnings && warnings[0])
    {
      g_autofree char *text
          = g_strdup_printf ("%s: %s", lucida_model_get_title (model), warnings[0]);

      warn (self, text);
    }
  else if (lucida_engine_get_fallback ())
    warn (self, lucida_engine_get_fallback ());
}

static void
picture_changed_cb (LucidaWindow *self)
{
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  g_autofree char *title = NULL;

  if (self->picture_failed && picture)
    lucida_error_bar_hide (self->error_bar);
  self->picture_failed = !picture && is_picture_lost (self);
  if (picture)
    /* Translators: the window's title; %s is a file. */
    title = g_strdup_printf (_ ("%s — CAM Lucida"), picture->name);
  gtk_window_set_title (GTK_WINDOW (self), title ? title : _ ("CAM Lucida"));
  if (picture && picture->truncated)
    {
      g_autofree char *text = g_strdup_printf (
          _ ("%s: the file ends early; what there is of it is shown"), picture->name);

      warn (self, text);
    }
  else if (picture)
    _lucida_window_hint (self);
}

static void
update_actions_cb (LucidaWindow *self)
{
  _lucida_window_update_actions (self);
}

static void
style_changed_cb (LucidaWindow *self)
{
  LucidaOverlayStyle style = lucida_overlay_panel_get_style (self->overlay_panel);

  lucida_canvas_frame_set_style (self->frame, &style);
  lucida_layer_list_set_colours (self->layer_list, style.colormap);
  _lucida_window_pass_style (self);
}

/* A window beside this one goes with it. */
static void
close_beside (GtkWidget *window)
{
  if (!window)
    return;
  /* the key that closes both holds it for longer than its parent lives */
  gtk_window_set_transient_for (GTK_WINDOW (window), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Ends the worker, so that nothing comes back to widgets that are gone. */
static void
window_close (LucidaWindow *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  _lucida_window_end_presentation (self);
  close_beside (self->editor);
  close_beside (self->preferences);
  close_beside (self->export_options);
  close_beside (self->export_folder);
  close_beside (self->export_sheet);
  lucida_canvas_frame_close (self->frame);
  lucida_session_close (self->session);
}

static gboolean
lucida_window_close_request (GtkWindow *window)
{
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  window_close (LUCIDA_WINDOW (window));
  return GTK_WINDOW_CLASS (lucida_window_parent_class)->close_request (window);
}

static void
lucida_window_dispose (GObject *object)
{
  LucidaWindow *self = LUCIDA_WINDOW (object);

  if (self->session)
    {
      window_close (self);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_object (&self->session);
  _lucida_window_drop_watches (self);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->recent_picture, g_free);
  g_clear_object (&self->recent_models);
  G_OBJECT_CLASS (lucida_window_parent_class)->dispose (object);
}

static void
lucida_window_class_init (LucidaWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = lucida_window_close_request;

  g_type_ensure (LUCIDA_TYPE_CANVAS_FRAME);
  g_type_ensure (LUCIDA_TYPE_CLASS_LIST);
  g_type_ensure (LUCIDA_TYPE_ERROR_BAR);
  g_type_ensure (LUCIDA_TYPE_FILM_STRIP);
  g_type_ensure (LUCIDA_TYPE_LAYER_LIST);
  g_type_ensure (LUCIDA_TYPE_METHOD_SWITCH);
  g_type_ensure (LUCIDA_TYPE_OVERLAY_PANEL);
  g_type_ensure (LUCIDA_TYPE_STATUS_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/window.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, model_name);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, model_menu);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, method_switch);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, error_bar);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, changed_bar);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, content);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, film_strip);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, frame);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, class_list);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, layer_list);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, overlay_panel);
  gtk_widget_class_bind_template_child (widget_class, LucidaWindow, status_bar);
  gtk_widget_class_bind_template_callback (widget_class, style_changed_cb);
  _lucida_window_install_actions (widget_class);
  _lucida_window_install_strip (widget_class);
  _lucida_window_install_recent (widget_class);
  _lucida_window_install_preferences (widget_class);
  _lucida_window_install_export_actions (widget_class);
  _lucida_window_install_compare (widget_class);
}

static void
lucida_window_init (LucidaWindow *self)
{
  self->session = lucida_session_new ();
  _lucida_window_remember_choices (self);
  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect_swapped (self->session, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect_swapped (self->session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect_swapped (self->session, "picture-changed", G_CALLBACK (picture_changed_cb),
                            self);
  g_signal_connect_swapped (self->session, "picture-changed", G_CALLBACK (update_actions_cb), self);
  g_signal_connect_swapped (self->session, "explanation-changed", G_CALLBACK (update_actions_cb),
                            self);
  g_signal_connect_swapped (self->session, "busy-changed", G_CALLBACK (update_actions_cb), self);

  lucida_method_switch_set_session (self->method_switch, self->session);
  lucida_canvas_frame_set_session (self->frame, self->session);
  lucida_class_list_set_session (self->class_list, self->session);
  lucida_layer_list_set_session (self->layer_list, self->session);
  lucida_status_bar_set_session (self->status_bar, self->session);
  _lucida_window_add_compare (self);
  _lucida_window_add_drop_target (self);
  _lucida_window_add_strip (self);
  _lucida_window_add_recent (self);
  _lucida_window_add_watches (self);
  _lucida_window_add_presentation (self);
  style_changed_cb (self);
  picture_changed_cb (self);
  model_changed_cb (self);
  update_actions_cb (self);
}

LucidaWindow *
lucida_window_new (GtkApplication *application, GSettings *settings)
{
  LucidaWindow *self = g_object_new (LUCIDA_TYPE_WINDOW, "application", application, NULL);

  lucida_overlay_panel_bind (self->overlay_panel, settings);
  if (settings)
    {
      self->settings = g_object_ref (settings);
      self->folder = g_settings_get_string (settings, "folder");
      _lucida_window_apply_preferences (self);
      g_settings_bind (settings, "width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "strip", self, "show-strip", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
    }
  return self;
}

void
lucida_window_open (LucidaWindow *self, const char *const *paths)
{
  g_autoptr (GPtrArray) pictures = g_ptr_array_new ();
  g_autoptr (GPtrArray) models = g_ptr_array_new ();

  g_return_if_fail (LUCIDA_IS_WINDOW (self));

  if (self->closed)
    return;
  lucida_error_bar_hide (self->error_bar);
  for (int i = 0; paths[i]; i++)
    g_ptr_array_add (lucida_paths_tell (paths[i]) == LUCIDA_PATH_MODEL ? models : pictures,
                     (gpointer) paths[i]);
  if (pictures->len > 0)
    {
      g_ptr_array_add (pictures, NULL);
      _lucida_window_open_pictures (self, (const char *const *) pictures->pdata);
    }
  for (guint i = 0; i < models->len; i++)
    {
      self->model_asked = TRUE;
      lucida_session_open_model (self->session, g_ptr_array_index (models, i));
    }
}

void
lucida_window_open_demo (LucidaWindow *self)
{
  g_return_if_fail (LUCIDA_IS_WINDOW (self));

  if (!self->model_asked)
    {
      g_autofree char *path = lucida_data_dup_path ("models", DEMO_MODEL);

      self->model_asked = TRUE;
      lucida_session_open_model (self->session, path);
    }
  if (!self->picture_asked)
    {
      g_autofree char *path = lucida_data_dup_path ("pictures", DEMO_PICTURE);

      self->picture_asked = TRUE;
      lucida_session_open_picture (self->session, path);
    }
}
