#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes a whole file or nothing: a temporary name in the same folder, fsync, rename. A new file
 * gets 0666 less the umask, an existing one keeps its mode; a symbolic link is replaced, not
 * followed. On failure the former file is whole and nothing is left beside it.
 * Errors: %LUCIDA_ERROR_UNWRITABLE where any other file of that folder would meet the same,
 * otherwise %LUCIDA_ERROR_IO; one sentence that names @path. */
gboolean lucida_atomic_file_write (const char *path, const void *data, gsize size, GError **error);

G_END_DECLS
