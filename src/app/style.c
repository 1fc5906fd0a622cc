#include "config.h"

#include "app/style.h"

#include <string.h>

#define APPEARANCE "org.freedesktop.appearance"
#define SCHEME "color-scheme"
#define CONTRAST "contrast"
#define PREFERS_DARK 1  /* of the portal's color-scheme: 0 no preference, 1 dark, 2 light */
#define HIGH_CONTRAST 1 /* of its contrast: 0 no preference */
#define THEME_VARIABLE "GTK_THEME"
#define CONTRAST_THEME "HighContrast"
#define INVERSE_THEME "HighContrastInverse" /* GTK 4 knows it as the dark variant of the other */

struct _LucidaStyle
{
  GObject parent_instance;

  GtkSettings *settings;
  GCancellable *cancellable;
  GDBusProxy *portal; /* (nullable): desktops without one are light or as GTK is set */
  char *scheme;
  gboolean initially_dark; /* what GTK was set to before us */
  gboolean known;          /* whether the desktop has said anything */
  gboolean system_dark;
  gboolean high_contrast;
  gboolean contrast_applied; /* whether the theme's name is ours */
  GtkCssProvider *lines;     /* (nullable): added to a theme of high contrast */
};

G_DEFINE_FINAL_TYPE (LucidaStyle, lucida_style, G_TYPE_OBJECT)

static void
apply (LucidaStyle *self)
{
  gboolean dark = self->known ? self->system_dark : self->initially_dark;

  if (g_strcmp0 (self->scheme, "dark") == 0)
    dark = TRUE;
  else if (g_strcmp0 (self->scheme, "light") == 0)
    dark = FALSE;
  g_object_set (self->settings, "gtk-application-prefer-dark-theme", dark, NULL);
  if (self->high_contrast)
    g_object_set (self->settings, "gtk-theme-name", CONTRAST_THEME, NULL);
  else if (self->contrast_applied)
    gtk_settings_reset_property (self->settings, "gtk-theme-name");
  self->contrast_applied = self->high_contrast;
}

/* GTK's own names and the older ones: "HighContrast", "Default-hc", and "Default:hc-dark" in the
 * environment. */
static gboolean
is_contrast (const char *theme)
{
  return g_str_has_prefix (theme, CONTRAST_THEME) || strstr (theme, "-hc") || strstr (theme, ":hc");
}

/* The theme's name may also come from the desktop's own settings; what the environment says has the
 * last word. */
static void
theme_changed_cb (LucidaStyle *self)
{
  GdkDisplay *display = gdk_display_get_default ();
  const char *environment = g_getenv (THEME_VARIABLE);
  g_autofree char *theme = NULL;
  gboolean contrast;

  g_object_get (self->settings, "gtk-theme-name", &theme, NULL);
  if (g_strcmp0 (theme, INVERSE_THEME) == 0)
    {
      self->initially_dark = TRUE;
      g_object_set (self->settings, "gtk-theme-name", CONTRAST_THEME, NULL); /* comes back here */
      apply (self);
      return;
    }
  if (environment && environment[0])
    contrast = is_contrast (environment);
  else
    contrast = theme && is_contrast (theme);
  if (contrast == (self->lines != NULL))
    return;
  if (!contrast)
    {
      gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (self->lines));
      g_clear_object (&self->lines);
      return;
    }
  self->lines = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (self->lines,
                                       "/io/github/camlucida/CamLucida/high-contrast.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (self->lines),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
}

/* The portal wraps the number in one variant or two, depending on its age. */
static void
take_setting (LucidaStyle *self, const char *key, GVariant *value)
{
  g_autoptr (GVariant) inner = g_variant_ref (value);

  while (g_variant_is_of_type (inner, G_VARIANT_TYPE_VARIANT))
    {
      GVariant *deeper = g_variant_get_variant (inner);

      g_variant_unref (inner);
      inner = deeper;
    }
  if (!g_variant_is_of_type (inner, G_VARIANT_TYPE_UINT32))
    return;
  if (strcmp (key, CONTRAST) == 0)
    self->high_contrast = g_variant_get_uint32 (inner) == HIGH_CONTRAST;
  else if (strcmp (key, SCHEME) == 0)
    {
      self->known = TRUE;
      self->system_dark = g_variant_get_uint32 (inner) == PREFERS_DARK;
    }
  else
    return;
  apply (self);
}

static void
portal_signal_cb (GDBusProxy *portal, const char *sender, const char *name, GVariant *parameters,
                  LucidaStyle *self)
{
  const char *group;
  const char *key;
  g_autoptr (GVariant) value = NULL;

  if (g_strcmp0 (name, "SettingChanged") != 0
      || !g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssv)")))
    return;
  g_variant_get (parameters, "(&s&sv)", &group, &key, &value);
  if (strcmp (group, APPEARANCE) == 0)
    take_setting (self, key, value);
}

static void
take_reply (LucidaStyle *self, const char *key, GObject *source, GAsyncResult *result)
{
  g_autoptr (GVariant) reply = g_dbus_proxy_call_finish (G_DBUS_PROXY (source), result, NULL);

  if (reply && self->settings && g_variant_is_of_type (reply, G_VARIANT_TYPE ("(v)")))
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (reply, 0);

      take_setting (self, key, value);
    }
}

static void
scheme_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LucidaStyle) self = data;

  take_reply (self, SCHEME, source, result);
}

static void
contrast_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LucidaStyle) self = data;

  take_reply (self, CONTRAST, source, result);
}

static void
read_setting (LucidaStyle *self, const char *key, GAsyncReadyCallback done)
{
  g_dbus_proxy_call (self->portal, "Read", g_variant_new ("(ss)", APPEARANCE, key),
                     G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, done, g_object_ref (self));
}

static void
portal_ready_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LucidaStyle) self = data;
  GDBusProxy *portal = g_dbus_proxy_new_for_bus_finish (result, NULL);

  if (!portal || !self->settings)
    {
      g_clear_object (&portal);
      return;
    }
  self->portal = portal;
  g_signal_connect_object (portal, "g-signal", G_CALLBACK (portal_signal_cb), self, 0);
  read_setting (self, SCHEME, scheme_read_cb);
  read_setting (self, CONTRAST, contrast_read_cb);
}

static void
lucida_style_dispose (GObject *object)
{
  LucidaStyle *self = LUCIDA_STYLE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->portal);
  g_clear_object (&self->settings);
  g_clear_object (&self->lines);
  g_clear_pointer (&self->scheme, g_free);
  G_OBJECT_CLASS (lucida_style_parent_class)->dispose (object);
}

static void
lucida_style_class_init (LucidaStyleClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lucida_style_dispose;
}

static void
lucida_style_init (LucidaStyle *self)
{
  self->cancellable = g_cancellable_new ();
}

void
lucida_style_prepare (void)
{
  if (g_strcmp0 (g_getenv (THEME_VARIABLE), INVERSE_THEME) == 0)
    g_setenv (THEME_VARIABLE, CONTRAST_THEME ":dark", TRUE);
}

LucidaStyle *
lucida_style_new (GtkSettings *settings)
{
  LucidaStyle *self = g_object_new (LUCIDA_TYPE_STYLE, NULL);

  self->settings = g_object_ref (settings);
  g_object_get (settings, "gtk-application-prefer-dark-theme", &self->initially_dark, NULL);
  g_signal_connect_object (settings, "notify::gtk-theme-name", G_CALLBACK (theme_changed_cb), self,
                           G_CONNECT_SWAPPED);
  theme_changed_cb (self);
  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SESSION,
                            G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES
                                | G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
                            NULL, "org.freedesktop.portal.Desktop",
                            "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings",
                            self->cancellable, portal_ready_cb, g_object_ref (self));
  return self;
}

void
lucida_style_set_scheme (LucidaStyle *self, const char *scheme)
{
  g_return_if_fail (LUCIDA_IS_STYLE (self));

  g_free (self->scheme);
  self->scheme = g_strdup (scheme);
  apply (self);
}
