#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For dispose: takes the children off a widget whose class has a template. GTK 4.8's own function
 * takes those that are bound by name off whatever holds them, and leaves the others. */
void lucida_template_dispose (GtkWidget *widget);

G_END_DECLS
