#pragma once

#include "app/exporting/exporting.h"

G_BEGIN_DECLS

/* Writes both halves of a comparison as a figure: the picture and the two maps, what each shows
 * above it. The suffix of @path decides the kind: PNG, JPEG, PDF or SVG. FALSE with
 * %LUCIDA_ERROR_INVALID if the suffix means something else or there are not two maps yet. */
gboolean lucida_export_comparison (LucidaSession *session, const LucidaOverlayStyle *style,
                                   const char *path, LucidaExportDone done, gpointer data,
                                   GError **error);

G_END_DECLS
