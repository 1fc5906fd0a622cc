#include "config.h"

#include "app/window-private.h"

#include "app/error-bar.h"
#include "app/parts/paths.h"
#include "app/strip/film-strip.h"

#include <glib/gi18n.h>

#define PROPERTY_SHOW_STRIP 1
#define TO_THE_END (1 << 30)

/* Clicking through the open pictures, with the strip or without. */

void
_lucida_window_update_strip (LucidaWindow *self)
{
  guint n = lucida_picture_list_get_length (lucida_session_get_pictures (self->session));

  gtk_widget_set_visible (GTK_WIDGET (self->film_strip),
                          self->show_strip && n > 1 && !self->presentation);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_set_boolean (value, LUCIDA_WINDOW (object)->show_strip);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  LucidaWindow *self = LUCIDA_WINDOW (object);

  self->show_strip = g_value_get_boolean (value);
  _lucida_window_update_strip (self);
}

/* Whether @widget or one that it is in is of the type. */
static gboolean
is_inside (GtkWidget *widget, GType type)
{
  return gtk_widget_get_ancestor (widget, type) != NULL;
}

/* Whether the control with the keyboard does something of its own with the key. */
static gboolean
is_needed (LucidaWindow *self, GtkWidget *focus, gboolean sideways)
{
  GtkAccessibleRole role;

  if (!focus)
    return FALSE;
  role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (focus));
  if (GTK_IS_EDITABLE (focus) || is_inside (focus, GTK_TYPE_EDITABLE)
      || is_inside (focus, GTK_TYPE_TEXT_VIEW) || is_inside (focus, GTK_TYPE_RANGE)
      || is_inside (focus, GTK_TYPE_POPOVER) || role == GTK_ACCESSIBLE_ROLE_SLIDER
      || role == GTK_ACCESSIBLE_ROLE_SEPARATOR)
    return TRUE;
  return !sideways
         && (is_inside (focus, GTK_TYPE_LIST_VIEW) || is_inside (focus, GTK_TYPE_LIST_BOX));
}

/* How far a key goes; 0: it is another one. */
static int
get_step (LucidaWindow *self, guint key, gboolean *sideways)
{
  gboolean turned = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int page = (int) lucida_film_strip_get_page (self->film_strip);

  *sideways = FALSE;
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      *sideways = TRUE;
      return turned ? 1 : -1;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      *sideways = TRUE;
      return turned ? -1 : 1;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      return -TO_THE_END;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      return TO_THE_END;
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      return -page;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      return page;
    default:
      return 0;
    }
}

static gboolean
key_pressed_cb (LucidaWindow *self, guint key, guint code, GdkModifierType state)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  gboolean sideways;
  int step = get_step (self, key, &sideways);
  guint n = lucida_picture_list_get_length (lucida_session_get_pictures (self->session));

  if (step == 0 || n < 2)
    return FALSE;
  if (modifiers == 0)
    {
      if (is_needed (self, gtk_window_get_focus (GTK_WINDOW (self)), sideways))
        return FALSE;
    }
  else if (modifiers != GDK_ALT_MASK || !sideways)
    return FALSE;
  lucida_session_go (self->session, step);
  return TRUE;
}

static void
next_picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_session_go (LUCIDA_WINDOW (widget)->session, 1);
}

static void
previous_picture_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lucida_session_go (LUCIDA_WINDOW (widget)->session, -1);
}

void
_lucida_window_open_pictures (LucidaWindow *self, const char *const *paths)
{
  self->picture_asked = TRUE;
  g_free (self->recent_picture);
  self->recent_picture = g_strdup (paths[0]);
  lucida_session_open_pictures (self->session, paths);
}

void
_lucida_window_hint (LucidaWindow *self)
{
  const char *path = lucida_session_get_picture_path (self->session);
  g_autofree char *sentence = NULL;

  if (!lucida_paths_is_handed_over (path))
    return;
  sentence = g_strdup_printf (
      _ ("%s: the file came alone, so the pictures beside it cannot be shown"), path);
  lucida_error_bar_show (self->error_bar, LUCIDA_BAR_NOTE, sentence);
  lucida_error_bar_set_button (self->error_bar, _ ("Open Folder"), "win.open-picture-folder");
}

void
_lucida_window_install_strip (GtkWidgetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  g_object_class_install_property (
      object_class, PROPERTY_SHOW_STRIP,
      g_param_spec_boolean ("show-strip", NULL, NULL, TRUE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  gtk_widget_class_install_property_action (klass, "win.show-strip", "show-strip");
  gtk_widget_class_install_action (klass, "win.next-picture", NULL, next_picture_action);
  gtk_widget_class_install_action (klass, "win.previous-picture", NULL, previous_picture_action);
}

void
_lucida_window_add_strip (LucidaWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->show_strip = TRUE;
  lucida_film_strip_set_session (self->film_strip, self->session);
  g_signal_connect_object (lucida_session_get_pictures (self->session), "items-changed",
                           G_CALLBACK (_lucida_window_update_strip), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  _lucida_window_update_strip (self);
}
