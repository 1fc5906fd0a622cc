#pragma once

#include "explorer/session.h"
#include "render/overlay.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Puts together a sheet: pictures × classes × layers × methods, with a preview. */
#define LUCIDA_TYPE_EXPORT_SHEET (lucida_export_sheet_get_type ())
G_DECLARE_FINAL_TYPE (LucidaExportSheet, lucida_export_sheet, LUCIDA, EXPORT_SHEET, GtkWindow)

GtkWidget *lucida_export_sheet_new (GtkWindow *parent, LucidaSession *session,
                                    const LucidaOverlayStyle *style);
void lucida_export_sheet_set_style (LucidaExportSheet *self, const LucidaOverlayStyle *style);

G_END_DECLS
