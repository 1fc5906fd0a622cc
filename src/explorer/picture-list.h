#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The pictures of a folder by what they contain, not by suffix: paths that begin with @folder, not
 * of folders below it, without those whose names begin with a dot, in natural order.
 * (transfer full), NULL-terminated. Errors, beginning with "FOLDER: ": %LUCIDA_ERROR_IO,
 * %LUCIDA_ERROR_NOT_FOUND if there is none. */
char **lucida_picture_list_folder (const char *folder, GError **error);
/* Natural order of file names: case folded, runs of digits by value ("img2" before "img10"). */
int lucida_picture_list_compare (const char *a, const char *b);

G_END_DECLS
