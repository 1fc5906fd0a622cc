#include "config.h"

#include "app/preferences.h"
#include "app/window-private.h"

static void
preferences_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);

  if (self->closed)
    return;
  if (!self->preferences)
    g_set_weak_pointer (&self->preferences,
                        lucida_preferences_new (GTK_WINDOW (self), self->session, self->settings));
  gtk_window_present (GTK_WINDOW (self->preferences));
}

void
_lucida_window_install_preferences (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.preferences", NULL, preferences_action);
}

void
_lucida_window_remember_choices (LucidaWindow *self)
{
  g_autofree char *path
      = g_build_filename (g_get_user_state_dir (), "camlucida", "models.ini", NULL);

  lucida_session_keep_choices (self->session, path);
}

void
_lucida_window_apply_preferences (LucidaWindow *self)
{
  lucida_preferences_apply (self->session, self->settings);
}
