#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One button for each of the first methods, the others in a menu behind them. */
#define LUCIDA_TYPE_METHOD_SWITCH (lucida_method_switch_get_type ())
G_DECLARE_FINAL_TYPE (LucidaMethodSwitch, lucida_method_switch, LUCIDA, METHOD_SWITCH, GtkWidget)

void lucida_method_switch_set_session (LucidaMethodSwitch *self, LucidaSession *session);

G_END_DECLS
