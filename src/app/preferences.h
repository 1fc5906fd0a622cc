#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A window beside the program's own in which memory is limited. */
#define LUCIDA_TYPE_PREFERENCES (lucida_preferences_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPreferences, lucida_preferences, LUCIDA, PREFERENCES, GtkWindow)

/* @settings (nullable): nothing is kept for the next time. */
GtkWidget *lucida_preferences_new (GtkWindow *parent, LucidaSession *session, GSettings *settings);
/* Lets the session keep to what @settings (nullable) say. */
void lucida_preferences_apply (LucidaSession *session, GSettings *settings);

G_END_DECLS
