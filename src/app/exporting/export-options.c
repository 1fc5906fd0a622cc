#include "config.h"

#include "app/exporting/export-options.h"

#include "app/exporting/export-form.h"

struct _LucidaExportOptions
{
  GtkWindow parent_instance;

  LucidaExportForm *form;
  GtkLabel *what;
  GtkWidget *export;

  LucidaSession *session;
};

G_DEFINE_FINAL_TYPE (LucidaExportOptions, lucida_export_options, GTK_TYPE_WINDOW)

enum
{
  EXPORT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
show_what (LucidaExportOptions *self)
{
  LucidaPicture *picture = lucida_session_get_picture (self->session);
  LucidaExplanation *explanation = lucida_session_get_explanation (self->session);
  g_autofree char *caption
      = explanation ? lucida_caption_new (lucida_session_get_model (self->session), explanation)
                    : NULL;
  g_autofree char *text = g_strdup_printf ("%s%s%s", picture ? picture->name : "",
                                           caption ? " · " : "", caption ? caption : "");

  gtk_label_set_text (self->what, text);
  gtk_widget_set_sensitive (self->export, picture != NULL);
}

static void
export_cb (LucidaExportOptions *self)
{
  g_signal_emit (self, signals[EXPORT], 0);
}

static void
lucida_export_options_dispose (GObject *object)
{
  LucidaExportOptions *self = LUCIDA_EXPORT_OPTIONS (object);

  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (lucida_export_options_parent_class)->dispose (object);
}

static void
lucida_export_options_class_init (LucidaExportOptionsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_export_options_dispose;
  signals[EXPORT] = g_signal_new ("export", LUCIDA_TYPE_EXPORT_OPTIONS, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (LUCIDA_TYPE_EXPORT_FORM);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/export-options.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaExportOptions, form);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportOptions, what);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportOptions, export);
  gtk_widget_class_bind_template_callback (widget_class, export_cb);
}

static void
lucida_export_options_init (LucidaExportOptions *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_window_set_default_widget (GTK_WINDOW (self), self->export);
}

GtkWidget *
lucida_export_options_new (GtkWindow *parent, LucidaSession *session, GSettings *settings)
{
  LucidaExportOptions *self = g_object_new (LUCIDA_TYPE_EXPORT_OPTIONS, "application",
                                            gtk_window_get_application (parent), "transient-for",
                                            parent, "destroy-with-parent", TRUE, NULL);

  self->session = g_object_ref (session);
  lucida_export_form_bind (self->form, settings);
  g_signal_connect_swapped (session, "picture-changed", G_CALLBACK (show_what), self);
  g_signal_connect_swapped (session, "explanation-changed", G_CALLBACK (show_what), self);
  show_what (self);
  return GTK_WIDGET (self);
}

const char *
lucida_export_options_get_suffix (LucidaExportOptions *self)
{
  return lucida_export_form_get_suffix (self->form);
}

void
lucida_export_options_get (LucidaExportOptions *self, LucidaOverlayOptions *options)
{
  lucida_export_form_get_options (self->form, options);
}
