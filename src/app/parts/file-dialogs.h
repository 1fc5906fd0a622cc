#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The only place that knows the file chooser. */

typedef enum
{
  LUCIDA_DIALOG_PICTURE,
  LUCIDA_DIALOG_PICTURE_FOLDER,
  LUCIDA_DIALOG_MODEL,
  LUCIDA_DIALOG_MODEL_FOLDER,
  LUCIDA_DIALOG_SAVE,
  LUCIDA_DIALOG_SAVE_MAIN,     /* of two halves the main one */
  LUCIDA_DIALOG_TARGET_FOLDER, /* to write to; a new one can be made */
} LucidaDialogKind;

/* @path: what was chosen; not called if nothing was. */
typedef void (*LucidaDialogDone) (const char *path, gpointer data);

/* Asks for a file or folder. @folder (nullable): where to begin. @name (nullable): proposed for
 * saving; the chooser asks before an existing file is taken. @data lives as long as @parent. */
void lucida_file_dialog_show (LucidaDialogKind kind, GtkWindow *parent, const char *folder,
                              const char *name, LucidaDialogDone done, gpointer data);

/* @paths: one or more, NULL-terminated. */
typedef void (*LucidaDialogPathsDone) (const char *const *paths, gpointer data);

/* Asks for pictures, one or several. */
void lucida_file_dialog_show_pictures (GtkWindow *parent, const char *folder,
                                       LucidaDialogPathsDone done, gpointer data);

G_END_DECLS
