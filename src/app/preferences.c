#include "config.h"

#include "app/preferences.h"

#include <glib/gi18n.h>

#define MEMORY_KEY "memory-budget" /* MB; 0: automatic */
#define MB ((gsize) 1000 * 1000)   /* as g_format_size() counts */
#define REFRESH 500                /* ms */

struct _LucidaPreferences
{
  GtkWindow parent_instance;

  GtkCheckButton *automatic;
  GtkCheckButton *limited;
  GtkSpinButton *limit;
  GtkLabel *used;

  LucidaSession *session;
  GSettings *settings; /* (nullable) */
  gboolean updating;   /* the controls follow the settings, not the user */
  guint refresh_id;
};

G_DEFINE_FINAL_TYPE (LucidaPreferences, lucida_preferences, GTK_TYPE_WINDOW)

static void
set_budget (LucidaSession *session, int megabytes)
{
  lucida_session_set_memory_budget (session, (gsize) megabytes * MB);
}

void
lucida_preferences_apply (LucidaSession *session, GSettings *settings)
{
  if (settings)
    set_budget (session, g_settings_get_int (settings, MEMORY_KEY));
}

/* What is kept comes and goes on another thread, so it is looked at now and then. */
static gboolean
refresh (gpointer data)
{
  LucidaPreferences *self = data;
  gsize budget;
  gsize size = lucida_session_get_memory (self->session, &budget);
  g_autofree char *used = g_format_size (size);
  g_autofree char *most = g_format_size (budget);
  /* Translators: two sizes such as "214 MB" and "3.9 GB". */
  g_autofree char *text = g_strdup_printf (_ ("%s of %s are used now"), used, most);

  gtk_label_set_text (self->used, text);
  return G_SOURCE_CONTINUE;
}

static void
changed_cb (LucidaPreferences *self)
{
  gboolean limited = gtk_check_button_get_active (self->limited);
  int megabytes = limited ? gtk_spin_button_get_value_as_int (self->limit) : 0;

  gtk_widget_set_sensitive (GTK_WIDGET (self->limit), limited);
  if (self->updating || !self->session)
    return;
  set_budget (self->session, megabytes);
  if (self->settings)
    g_settings_set_int (self->settings, MEMORY_KEY, megabytes);
}

static void
empty_cb (LucidaPreferences *self)
{
  lucida_session_empty_memory (self->session);
}

static void
lucida_preferences_dispose (GObject *object)
{
  LucidaPreferences *self = LUCIDA_PREFERENCES (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (lucida_preferences_parent_class)->dispose (object);
}

static void
lucida_preferences_class_init (LucidaPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaPreferences, automatic);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreferences, limited);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreferences, limit);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreferences, used);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, empty_cb);
}

static void
lucida_preferences_init (LucidaPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_preferences_new (GtkWindow *parent, LucidaSession *session, GSettings *settings)
{
  LucidaPreferences *self
      = g_object_new (LUCIDA_TYPE_PREFERENCES, "transient-for", parent, "modal", TRUE, NULL);
  int megabytes = settings ? g_settings_get_int (settings, MEMORY_KEY) : 0;

  self->updating = TRUE;
  if (megabytes > 0)
    gtk_spin_button_set_value (self->limit, megabytes);
  gtk_check_button_set_active (megabytes > 0 ? self->limited : self->automatic, TRUE);
  changed_cb (self);
  self->updating = FALSE;
  self->session = g_object_ref (session);
  g_set_object (&self->settings, settings);
  self->refresh_id = g_timeout_add (REFRESH, refresh, self);
  refresh (self);
  return GTK_WIDGET (self);
}
