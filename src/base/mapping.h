#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files mapped into memory for reading. Another program may cut such a file off or write over it
 * meanwhile: pages that are no longer there read as zeros, where they would end the program, and
 * whoever computes with a mapping asks afterwards whether its file is still what it was. */

/* The whole file behind @descriptor, which the caller closes; @path is for people. Signals of the
 * kind SIGBUS are taken from now on, and passed on where no mapping of this kind is meant.
 * (transfer full) Errors: %LUCIDA_ERROR_IO. */
GBytes *lucida_mapping_new (int descriptor, const char *path, GError **error);
/* A number for the mapping in which @data lies; -1 if in none. */
int lucida_mapping_find (const void *data);
/* If the file of the mapping @number has been changed or cut off since it was mapped, its name for
 * people; NULL otherwise. (transfer full) (nullable) */
char *lucida_mapping_dup_changed (int number);
/* How often pages were missing so far, in any mapping. */
int lucida_mapping_get_losses (void);

G_END_DECLS
