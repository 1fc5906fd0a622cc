#pragma once

#include "explorer/session.h"
#include "publish/overlay-file.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Kind, size, legend and caption of the picture to export. The signal "export" asks for the file.
 */
#define LUCIDA_TYPE_EXPORT_OPTIONS (lucida_export_options_get_type ())
G_DECLARE_FINAL_TYPE (LucidaExportOptions, lucida_export_options, LUCIDA, EXPORT_OPTIONS, GtkWindow)

/* @settings (nullable): what was chosen last. */
GtkWidget *lucida_export_options_new (GtkWindow *parent, LucidaSession *session,
                                      GSettings *settings);
const char *lucida_export_options_get_suffix (LucidaExportOptions *self);
/* Everything but the style. */
void lucida_export_options_get (LucidaExportOptions *self, LucidaOverlayOptions *options);

G_END_DECLS
