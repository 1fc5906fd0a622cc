#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The checksums that have been computed, in a file of the user's cache: a line each, the latest
 * first. A file that is broken in part gives the rest of its lines; one that cannot be written is
 * done without. */

/* The checksum of the file at @path in the state @stamp. (transfer full) (nullable) */
char *_lucida_checksum_cache_find (const char *path, const char *stamp);
void _lucida_checksum_cache_keep (const char *path, const char *stamp, const char *hex);

G_END_DECLS
