#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Moves the focus as GtkWidgetClass.focus does, for a @widget around a list: Tab enters the list at
 * its selected row, and leaves it rather than going from row to row. @focus is that of the parent
 * class. */
gboolean lucida_list_focus (GtkWidget *widget, GtkWidget *list, GtkDirectionType direction,
                            gboolean (*focus) (GtkWidget *widget, GtkDirectionType direction));
/* Puts the focus on the selected row, or where the list has it otherwise. */
gboolean lucida_list_grab_focus (GtkWidget *list);

G_END_DECLS
