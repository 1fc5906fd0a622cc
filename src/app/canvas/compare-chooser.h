#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What the other half shows: another class, method or layer. */
#define LUCIDA_TYPE_COMPARE_CHOOSER (lucida_compare_chooser_get_type ())
G_DECLARE_FINAL_TYPE (LucidaCompareChooser, lucida_compare_chooser, LUCIDA, COMPARE_CHOOSER,
                      GtkPopover)

void lucida_compare_chooser_set_session (LucidaCompareChooser *self, LucidaSession *session);

G_END_DECLS
