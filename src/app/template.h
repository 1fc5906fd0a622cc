#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For dispose: takes all children off a widget whose class has a template. GTK 4.8's own function
 * does so only with children that are bound by name. */
void lucida_template_dispose (GtkWidget *widget, GType type);

G_END_DECLS
