#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Larger models are only read for their checksum when that is asked for. */
#define LUCIDA_CHECKSUM_LIMIT ((guint64) 64 << 20) /* bytes */

/* The state of a model's file, or of all files of its folder, without reading them. Unlike
 * LucidaFileStamp (base/file-stamp.h), which compares one file with what it was a moment ago, this
 * one is kept on disk beside checksums: it holds for folders, and has no inode, which may be
 * another's after a restart. */
typedef struct
{
  guint64 size;    /* bytes */
  gint64 modified; /* seconds since 1970 */
  char *text;      /* differs where the state does; printable, no blanks */
} LucidaStamp;

/* (transfer full) (nullable): there is no such file or folder */
LucidaStamp *lucida_stamp_new (const char *path);
/* Whether the file or folder is still in the state of @self. */
gboolean lucida_stamp_is_current (const LucidaStamp *self, const char *path);
LucidaStamp *lucida_stamp_copy (const LucidaStamp *self); /* (nullable) */
void lucida_stamp_free (LucidaStamp *self);

/* The SHA-256 of a file in 64 small hexadecimal digits. Of a folder: that of the lines
 * "SHA-256  PATH" of all files in it, PATH from the folder on, ordered by bytes; so what
 * `find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` prints there.
 * What has been computed is kept in the user's cache, and found there. @any_size: also reads what
 * is larger than %LUCIDA_CHECKSUM_LIMIT. (transfer full) (nullable): not known, not readable,
 * cancelled, or no longer in the state of @stamp. */
char *lucida_checksum_find (const char *path, const LucidaStamp *stamp, gboolean any_size,
                            GCancellable *cancellable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaStamp, lucida_stamp_free)

G_END_DECLS
