#include "config.h"

#include "app/status-bar.h"

#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>

#define PATIENCE 150 /* ms; what is over sooner shows no progress */
#define TOLD_FOR 6   /* s */

struct _LucidaStatusBar
{
  GtkWidget parent_instance;

  GtkLabel *name;
  GtkWidget *preprocessing;
  GtkLabel *input;
  GtkLabel *assumed;
  GtkLabel *timing;
  GtkWidget *running;
  GtkLabel *what;
  GtkProgressBar *progress;

  LucidaSession *session;
  guint patience_id;
  guint told_id;
  guint pulse_id;
};

G_DEFINE_FINAL_TYPE (LucidaStatusBar, lucida_status_bar, GTK_TYPE_WIDGET)

static void
show_input (LucidaStatusBar *self)
{
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  LucidaModel *model = lucida_session_get_model (self->session);
  const LucidaPreprocessing *preprocessing = model ? lucida_model_get_preprocessing (model) : NULL;
  g_autofree char *input = NULL;
  int channels = 3;
  int height;
  int width;

  if (model)
    {
      lucida_network_get_input_size (lucida_model_get_network (model), &channels, &height, &width);
      input = lucida_text_preprocessing (picture, preprocessing, channels);
    }
  gtk_label_set_text (self->name, picture ? picture->name : "");
  gtk_label_set_text (self->input, input ? input : "");
  gtk_widget_set_tooltip_text (self->preprocessing, input);
  gtk_widget_set_visible (self->preprocessing, model != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name),
                               picture ? lucida_session_get_picture_path (self->session) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->assumed), preprocessing && preprocessing->assumed);
}

static void
show_timing (LucidaStatusBar *self)
{
  LucidaExplanation *explanation = lucida_session_get_explanation (self->session);
  g_autofree char *timing = explanation ? lucida_text_timing (&explanation->seconds) : NULL;

  if (self->told_id == 0)
    gtk_label_set_text (self->timing, timing ? timing : "");
}

static gboolean
pulse_cb (gpointer data)
{
  LucidaStatusBar *self = data;

  gtk_progress_bar_pulse (self->progress);
  return G_SOURCE_CONTINUE;
}

static void
show_progress (LucidaStatusBar *self)
{
  const char *what = NULL;
  double fraction = -1.0;

  if (!lucida_session_get_busy (self->session, &what, &fraction))
    return;
  gtk_label_set_text (self->what, what ? _ (what) : "");
  if (fraction >= 0.0)
    {
      g_clear_handle_id (&self->pulse_id, g_source_remove);
      gtk_progress_bar_set_fraction (self->progress, CLAMP (fraction, 0.0, 1.0));
    }
  else if (self->pulse_id == 0)
    self->pulse_id = g_timeout_add (100, pulse_cb, self);
  gtk_widget_set_visible (self->running, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->timing), FALSE);
}

static gboolean
patience_cb (gpointer data)
{
  LucidaStatusBar *self = data;

  self->patience_id = 0;
  show_progress (self);
  return G_SOURCE_REMOVE;
}

static void
busy_changed_cb (LucidaStatusBar *self)
{
  gboolean busy = lucida_session_get_busy (self->session, NULL, NULL);
  gboolean shown = gtk_widget_get_visible (self->running);

  if (busy && shown)
    show_progress (self);
  else if (busy && self->patience_id == 0)
    self->patience_id = g_timeout_add (PATIENCE, patience_cb, self);
  else if (!busy)
    {
      g_clear_handle_id (&self->patience_id, g_source_remove);
      g_clear_handle_id (&self->pulse_id, g_source_remove);
      /* GTK 4.8 draws 60 times a second for a bar that has pulsed, also a hidden one */
      gtk_progress_bar_set_fraction (self->progress, 0.0);
      gtk_widget_set_visible (self->running, FALSE);
      gtk_widget_set_visible (GTK_WIDGET (self->timing), TRUE);
    }
}

static void
stop_cb (LucidaStatusBar *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.stop", NULL);
}

static gboolean
told_cb (gpointer data)
{
  LucidaStatusBar *self = data;

  self->told_id = 0;
  show_timing (self);
  return G_SOURCE_REMOVE;
}

static void
lucida_status_bar_dispose (GObject *object)
{
  LucidaStatusBar *self = LUCIDA_STATUS_BAR (object);

  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_handle_id (&self->pulse_id, g_source_remove);
  g_clear_handle_id (&self->told_id, g_source_remove);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_status_bar_parent_class)->dispose (object);
}

static void
lucida_status_bar_class_init (LucidaStatusBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_status_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/status-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, name);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, preprocessing);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, input);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, assumed);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, running);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, timing);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, what);
  gtk_widget_class_bind_template_child (widget_class, LucidaStatusBar, progress);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
}

static void
lucida_status_bar_init (LucidaStatusBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lucida_status_bar_set_session (LucidaStatusBar *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_STATUS_BAR (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (show_input), self);
  g_signal_connect_swapped (session, "picture-changed", G_CALLBACK (show_input), self);
  g_signal_connect_swapped (session, "explanation-changed", G_CALLBACK (show_timing), self);
  g_signal_connect_swapped (session, "busy-changed", G_CALLBACK (busy_changed_cb), self);
  show_input (self);
  show_timing (self);
  busy_changed_cb (self);
}

void
lucida_status_bar_tell (LucidaStatusBar *self, const char *sentence)
{
  g_return_if_fail (LUCIDA_IS_STATUS_BAR (self));

  gtk_label_set_text (self->timing, sentence);
  g_clear_handle_id (&self->told_id, g_source_remove);
  self->told_id = g_timeout_add_seconds (TOLD_FOR, told_cb, self);
}
