#pragma once

#include "explorer/session.h"
#include "publish/overlay-file.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What leaves the program: files and the clipboard. Everything is made by the session's worker from
 * what is shown when it is asked for. */

/* @error is NULL if it was done. Not called once the session is closed. */
typedef void (*LucidaExportDone) (const char *path, const GError *error, gpointer data);

/* A name to propose: "cat-and-dog-dog-block5_conv2-gradcam" and @suffix. (transfer full) */
char *lucida_export_dup_name (LucidaSession *session, const char *suffix);
/* Writes what is shown to @path; the suffix decides the kind: PNG, JPEG, PDF, SVG, or the raw map
 * as .npy or .csv. FALSE with %LUCIDA_ERROR_INVALID if the suffix
 * means nothing or there is nothing to write. */
gboolean lucida_export_start (LucidaSession *session, const LucidaOverlayOptions *options,
                              const char *path, LucidaExportDone done, gpointer data,
                              GError **error);
/* Puts the overlay on @clipboard as a picture; @done is told a NULL path. */
gboolean lucida_export_copy (LucidaSession *session, const LucidaOverlayStyle *style,
                             GdkClipboard *clipboard, LucidaExportDone done, gpointer data,
                             GError **error);

G_END_DECLS
