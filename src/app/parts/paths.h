#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a path that somebody hands over seems to be. */
typedef enum
{
  LUCIDA_PATH_PICTURE,
  LUCIDA_PATH_PICTURE_FOLDER,
  LUCIDA_PATH_MODEL, /* also whatever cannot be told: the readers say what is wrong with it */
} LucidaPathKind;

LucidaPathKind lucida_paths_tell (const char *path);
/* The model that choosing @path means: any file inside a SavedModel's folder stands for the folder.
 * (transfer full) */
char *lucida_paths_find_model (const char *path);
/* The path that a command-line argument means: a file of that name in @folder if there is one, else
 * what a file:// address means. (transfer full) */
char *lucida_paths_from_argument (const char *argument, const char *folder);
/* Whether the desktop's portal has handed over this file alone: it lies in a folder of its own, and
 * nobody sees what was beside it. */
gboolean lucida_paths_is_handed_over (const char *path);

G_END_DECLS
