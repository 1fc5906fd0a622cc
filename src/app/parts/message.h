#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a dialog says at its lower edge; @wrong: as an error. NULL: nothing. */
void lucida_message_show (GtkLabel *label, const char *sentence, gboolean wrong);

G_END_DECLS
