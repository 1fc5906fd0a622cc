#include "config.h"

#include "app/window-private.h"

#include "app/choosing/overlay-panel.h"
#include "app/exporting/export-folder.h"
#include "app/exporting/export-options.h"
#include "app/exporting/export-sheet.h"

/* The windows of the export menu. Each is there once; they end before the session does. */

static void
export_cb (LucidaWindow *self, LucidaExportOptions *window)
{
  LucidaOverlayOptions options = { 0 };

  lucida_export_options_get (window, &options);
  _lucida_window_export (self, GTK_WINDOW (window), lucida_export_options_get_suffix (window),
                         &options);
}

static void
options_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);

  if (self->closed)
    return;
  if (!self->export_options)
    {
      g_set_weak_pointer (
          &self->export_options,
          lucida_export_options_new (GTK_WINDOW (self), self->session, self->settings));
      g_signal_connect_object (self->export_options, "export", G_CALLBACK (export_cb), self,
                               G_CONNECT_SWAPPED);
    }
  gtk_window_present (GTK_WINDOW (self->export_options));
}

static void
folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);

  if (self->closed)
    return;
  if (!self->export_folder)
    g_set_weak_pointer (
        &self->export_folder,
        lucida_export_folder_new (GTK_WINDOW (self), self->session, self->settings));
  _lucida_window_pass_style (self);
  gtk_window_present (GTK_WINDOW (self->export_folder));
}

static void
sheet_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);
  LucidaOverlayStyle style = lucida_overlay_panel_get_style (self->overlay_panel);

  if (self->closed)
    return;
  if (!self->export_sheet)
    g_set_weak_pointer (&self->export_sheet,
                        lucida_export_sheet_new (GTK_WINDOW (self), self->session, &style));
  gtk_window_present (GTK_WINDOW (self->export_sheet));
}

void
_lucida_window_install_export_actions (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.export-options", NULL, options_action);
  gtk_widget_class_install_action (klass, "win.export-folder", NULL, folder_action);
  gtk_widget_class_install_action (klass, "win.export-sheet", NULL, sheet_action);
}

void
_lucida_window_pass_style (LucidaWindow *self)
{
  LucidaOverlayStyle style = lucida_overlay_panel_get_style (self->overlay_panel);

  if (self->export_folder)
    lucida_export_folder_set_style (LUCIDA_EXPORT_FOLDER (self->export_folder), &style);
  if (self->export_sheet)
    lucida_export_sheet_set_style (LUCIDA_EXPORT_SHEET (self->export_sheet), &style);
}
