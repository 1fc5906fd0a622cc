#pragma once

#include "explorer/picture-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A list of pictures with a mark for each that is chosen; search, all, none.
 *
 * Signal "changed" (no arguments): a person has chosen otherwise.
 */
#define LUCIDA_TYPE_PICTURE_CHOOSER (lucida_picture_chooser_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPictureChooser, lucida_picture_chooser, LUCIDA, PICTURE_CHOOSER,
                      GtkWidget)

/* Called once. */
void lucida_picture_chooser_set_list (LucidaPictureChooser *self, LucidaPictureList *list);
/* Chooses @n pictures from @first on; past the last it goes on with the first one. */
void lucida_picture_chooser_choose (LucidaPictureChooser *self, guint first, guint n);
/* Whether a person has chosen since. */
gboolean lucida_picture_chooser_is_by_hand (LucidaPictureChooser *self);
/* The paths of what is chosen and still there: in the list's order, beginning with @first of
 * lucida_picture_chooser_choose() unless it is chosen by hand. (transfer full) */
char **lucida_picture_chooser_dup_paths (LucidaPictureChooser *self);

G_END_DECLS
