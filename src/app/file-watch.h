#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Notices that a file which has been read is no longer the same on disk.
 *
 * Signal "changed" (no arguments): it changed, vanished or came back; once for each state of the
 * file, some time after the last write.
 */
#define LUCIDA_TYPE_FILE_WATCH (lucida_file_watch_get_type ())
G_DECLARE_FINAL_TYPE (LucidaFileWatch, lucida_file_watch, LUCIDA, FILE_WATCH, GObject)

LucidaFileWatch *lucida_file_watch_new (void); /* (transfer full) */
/* Watches @path (nullable), as it is now, in place of what was watched before. */
void lucida_file_watch_set_path (LucidaFileWatch *self, const char *path);
gboolean lucida_file_watch_exists (LucidaFileWatch *self);

G_END_DECLS
