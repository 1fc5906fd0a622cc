#pragma once

#include "explorer/picture-item.h"

G_BEGIN_DECLS

/* Looks for pictures in folders, in steps, so that nothing has to wait for a large or slow one.
 * They are told by what they contain, not by suffix; folders below a folder and names that begin
 * with a dot do not count. Files that are named one by one always do. Used by one thread at a time.
 */
typedef struct _LucidaPictureScan LucidaPictureScan;

typedef struct
{
  char *path; /* begins with the folder as it was given */
  LucidaFileStamp stamp;
} LucidaFoundPicture;

void lucida_found_picture_free (gpointer picture);

/* @sources: files and folders. (transfer full) */
LucidaPictureScan *lucida_picture_scan_new (const char *const *sources);
LucidaPictureScan *lucida_picture_scan_ref (LucidaPictureScan *self);
void lucida_picture_scan_unref (LucidaPictureScan *self);
/* Spares opening @path, if it still has this @stamp: it is a picture. */
void lucida_picture_scan_know (LucidaPictureScan *self, const char *path,
                               const LucidaFileStamp *stamp);
/* Goes on for about @milliseconds, 0: to the end. What was found meanwhile, in natural order, is
 * (transfer full), of LucidaFoundPicture; NULL if a folder cannot be read and it is the only
 * source: %LUCIDA_ERROR_IO, beginning with "FOLDER: ". When cancelled it returns early and may go
 * on. */
GPtrArray *lucida_picture_scan_step (LucidaPictureScan *self, int milliseconds,
                                     GCancellable *cancellable, GError **error);
gboolean lucida_picture_scan_is_finished (const LucidaPictureScan *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPictureScan, lucida_picture_scan_unref)

G_END_DECLS
