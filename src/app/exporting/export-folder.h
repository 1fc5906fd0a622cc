#pragma once

#include "explorer/session.h"
#include "render/overlay.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Exports every picture of the open folder; the main window can be used meanwhile. */
#define LUCIDA_TYPE_EXPORT_FOLDER (lucida_export_folder_get_type ())
G_DECLARE_FINAL_TYPE (LucidaExportFolder, lucida_export_folder, LUCIDA, EXPORT_FOLDER, GtkWindow)

/* @settings (nullable): what was chosen last. */
GtkWidget *lucida_export_folder_new (GtkWindow *parent, LucidaSession *session,
                                     GSettings *settings);
void lucida_export_folder_set_style (LucidaExportFolder *self, const LucidaOverlayStyle *style);

G_END_DECLS
