#pragma once

#include "publish/overlay-file.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How pictures are written: kind, size, and what stands below them; remembered. */
#define LUCIDA_TYPE_EXPORT_FORM (lucida_export_form_get_type ())
G_DECLARE_FINAL_TYPE (LucidaExportForm, lucida_export_form, LUCIDA, EXPORT_FORM, GtkWidget)

/* Shows what was chosen last, and keeps what is chosen. */
void lucida_export_form_bind (LucidaExportForm *self, GSettings *settings); /* (nullable) */
LucidaFileKind lucida_export_form_get_kind (LucidaExportForm *self);
/* Whether raw maps are written beside the pictures is asked, too. */
void lucida_export_form_offer_maps (LucidaExportForm *self);
LucidaFileKind lucida_export_form_get_maps (LucidaExportForm *self); /* UNKNOWN: none */
/* ".png" */
const char *lucida_export_form_get_suffix (LucidaExportForm *self);
/* Everything but the style. */
void lucida_export_form_get_options (LucidaExportForm *self, LucidaOverlayOptions *options);

G_END_DECLS
