#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name without suffix in @folder for what is made of each of @pictures (NULL-terminated paths):
 * the picture's own, without its suffix, unless another picture has it already (case does not
 * count: not every disk tells it apart) or a file to be written would be one of the pictures; then
 * with the suffix ("cat-jpg"), or a number ("cat-jpg-2"). @suffixes (NULL-terminated): what is
 * written under each name. @reserved (nullable): a file in the folder that none may be. Looks at
 * the disk. (transfer full) (array zero-terminated=1) */
char **lucida_target_names_new (const char *const *pictures, const char *folder,
                                const char *const *suffixes, const char *reserved);

G_END_DECLS
