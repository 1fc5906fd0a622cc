#include "config.h"

#include "app/application.h"

#include "app/parts/paths.h"
#include "app/parts/settings.h"
#include "app/style.h"
#include "app/window.h"

#include <glib/gi18n.h>

struct _LucidaApplication
{
  GtkApplication parent_instance;

  GSettings *settings; /* (nullable) */
  LucidaStyle *style;
};

G_DEFINE_FINAL_TYPE (LucidaApplication, lucida_application, GTK_TYPE_APPLICATION)

/* Single keys without Ctrl lie in window.ui: they must not take letters from a text entry. */
static const struct
{
  const char *action;
  const char *keys[4];
} accelerators[] = {
  { "app.quit", { "<Control>q" } },
  { "window.close", { "<Control>w" } },
  { "win.open-picture", { "<Control>o" } },
  { "win.open-model", { "<Control>m", "<Control><Shift>m" } },
  { "win.open-model-folder", { "<Control><Shift>o" } },
  { "win.export", { "<Control>e", "<Control>s" } },
  { "win.edit-preprocessing", { "<Control>p" } },
  { "win.preferences", { "<Control>comma" } },
  { "win.search", { "<Control>f" } },
  { "win.zoom-in", { "<Control>plus", "<Control>equal", "<Control>KP_Add" } },
  { "win.zoom-out", { "<Control>minus", "<Control>KP_Subtract" } },
  { "win.zoom-fit", { "<Control>0", "<Control>KP_0" } },
  { "win.zoom-one", { "<Control>1", "<Control>KP_1" } },
  { "win.present", { "F11" } },
  { "win.show-strip", { "F9" } },
  { "win.show-help-overlay", { "F1", "<Control>question" } },
};

/* The program's window, whichever of those beside it has the focus. (nullable) */
static GtkWindow *
find_window (GtkApplication *application)
{
  for (GList *l = gtk_application_get_windows (application); l; l = l->next)
    if (LUCIDA_IS_WINDOW (l->data))
      return l->data;
  return NULL;
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = find_window (data);

  if (window)
    gtk_window_close (window);
  else
    g_application_quit (data);
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  static const char *const authors[] = { "CAM Lucida contributors", NULL };

  gtk_show_about_dialog (gtk_application_get_active_window (data), "program-name", _ ("CAM Lucida"),
                         "version", LUCIDA_VERSION, "comments",
                         _ ("Shows where a convolutional network looked"), "license-type",
                         GTK_LICENSE_GPL_3_0, "logo-icon-name", LUCIDA_APP_ID, "authors", authors,
                         /* Translators: your names, one a line. */
                         "translator-credits", _ ("translator-credits"), NULL);
}

static void
style_changed_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  LucidaApplication *self = data;
  const char *scheme = g_variant_get_string (state, NULL);

  g_simple_action_set_state (action, state);
  lucida_style_set_scheme (self->style, scheme);
  if (self->settings)
    g_settings_set_string (self->settings, "style", scheme);
}

static void
add_style (LucidaApplication *self)
{
  g_autofree char *scheme
      = self->settings ? g_settings_get_string (self->settings, "style") : g_strdup ("system");
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful ("style", G_VARIANT_TYPE_STRING,
                                                                   g_variant_new_string (scheme));

  self->style = lucida_style_new (gtk_settings_get_default ());
  lucida_style_set_scheme (self->style, scheme);
  g_signal_connect (action, "change-state", G_CALLBACK (style_changed_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
}

static void
add_css (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/io/github/camlucida/CamLucida/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
lucida_application_startup (GApplication *application)
{
  static const GActionEntry entries[] = {
    { .name = "quit", .activate = quit_action },
    { .name = "about", .activate = about_action },
  };
  LucidaApplication *self = LUCIDA_APPLICATION (application);

  G_APPLICATION_CLASS (lucida_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (LUCIDA_APP_ID);
  self->settings = lucida_settings_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (gsize i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accelerators[i].action,
                                           accelerators[i].keys);
  add_style (self);
  add_css ();
}

static void
show_window (LucidaApplication *self, const char *const *paths)
{
  GtkWindow *present = find_window (GTK_APPLICATION (self));
  LucidaWindow *window = present ? LUCIDA_WINDOW (present)
                                 : lucida_window_new (GTK_APPLICATION (self), self->settings);

  if (paths && paths[0])
    lucida_window_open (window, paths);
  lucida_window_open_demo (window);
  gtk_window_present (GTK_WINDOW (window));
}

static void
lucida_application_activate (GApplication *application)
{
  show_window (LUCIDA_APPLICATION (application), NULL);
}

static void
lucida_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < n_files; i++)
    {
      char *path = g_file_get_path (files[i]);

      if (path)
        g_ptr_array_add (paths, path);
    }
  g_ptr_array_add (paths, NULL);
  show_window (LUCIDA_APPLICATION (application), (const char *const *) paths->pdata);
}

/* Arguments are relative to the folder where the command was given, which for a second start is not
 * ours. */
static int
lucida_application_command_line (GApplication *application, GApplicationCommandLine *command_line)
{
  g_auto (GStrv) arguments = g_application_command_line_get_arguments (command_line, NULL);
  const char *folder = g_application_command_line_get_cwd (command_line);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (int i = 1; arguments[0] && arguments[i]; i++)
    if (arguments[i][0])
      g_ptr_array_add (paths, lucida_paths_from_argument (arguments[i], folder));
  g_ptr_array_add (paths, NULL);
  show_window (LUCIDA_APPLICATION (application), (const char *const *) paths->pdata);
  return 0;
}

static int
lucida_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  if (!g_variant_dict_contains (options, "version"))
    return -1;
  g_print ("CAM Lucida %s\n", LUCIDA_VERSION);
  return 0;
}

static void
lucida_application_dispose (GObject *object)
{
  LucidaApplication *self = LUCIDA_APPLICATION (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->style);
  G_OBJECT_CLASS (lucida_application_parent_class)->dispose (object);
}

static void
lucida_application_class_init (LucidaApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_application_dispose;
  application_class->startup = lucida_application_startup;
  application_class->activate = lucida_application_activate;
  application_class->open = lucida_application_open;
  application_class->command_line = lucida_application_command_line;
  application_class->handle_local_options = lucida_application_handle_local_options;
}

static void
lucida_application_init (LucidaApplication *self)
{
  GApplication *application = G_APPLICATION (self);

  g_application_add_main_option (application, "version", 'v', G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE,
                                 _ ("Show the version and exit"), NULL);
  g_application_set_option_context_parameter_string (application, _ ("[PICTURE|MODEL|FOLDER…]"));
  g_application_set_option_context_summary (application,
                                            _ ("Shows where a convolutional network looked."));
}

LucidaApplication *
lucida_application_new (void)
{
  return g_object_new (LUCIDA_TYPE_APPLICATION, "application-id", LUCIDA_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN | G_APPLICATION_HANDLES_COMMAND_LINE,
                       "resource-base-path", "/io/github/camlucida/CamLucida", NULL);
}
