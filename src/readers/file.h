#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How the readers open files: only regular ones, never waiting for a pipe or a device. */

/* Maps a regular file. (transfer full) Errors: %LUCIDA_ERROR_NOT_FOUND, %LUCIDA_ERROR_IO,
 * %LUCIDA_ERROR_UNRECOGNISED for what is no regular file; one sentence without the file's name. */
GBytes *lucida_file_map (const char *path, GError **error);
/* As lucida_file_map(); a symbolic link at the end of @path is an error too. */
GBytes *lucida_file_map_no_follow (const char *path, GError **error);
/* The whole file's bytes, zero-terminated, if it has no more than @limit. (transfer full)
 * Errors: those of lucida_file_map() and %LUCIDA_ERROR_TOO_LARGE. */
char *lucida_file_read (const char *path, gsize limit, gsize *size, GError **error);
/* Reads at most @size bytes from the file's beginning into @head. Errors: as above. */
gboolean lucida_file_head (const char *path, guint8 *head, gsize size, gsize *n, GError **error);

G_END_DECLS
