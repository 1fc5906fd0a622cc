#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The line at the bottom: the picture, what the network gets of it, and what runs or how long it
 * took. */
#define LUCIDA_TYPE_STATUS_BAR (lucida_status_bar_get_type ())
G_DECLARE_FINAL_TYPE (LucidaStatusBar, lucida_status_bar, LUCIDA, STATUS_BAR, GtkWidget)

void lucida_status_bar_set_session (LucidaStatusBar *self, LucidaSession *session);
/* Says something for a few seconds in place of the timings. */
void lucida_status_bar_tell (LucidaStatusBar *self, const char *sentence);

G_END_DECLS
