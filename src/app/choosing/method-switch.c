#include "config.h"

#include "app/choosing/method-switch.h"

#include "app/parts/template.h"

#include <glib/gi18n.h>

#define N_BUTTONS 2 /* methods that have a button of their own */

struct _LucidaMethodSwitch
{
  GtkWidget parent_instance;

  GtkBox *box;

  GtkToggleButton *buttons[N_BUTTONS];
  GtkMenuButton *more; /* NULL if every method has a button */
  GSimpleActionGroup *actions;
  LucidaSession *session;
  gboolean updating; /* the buttons follow the session, not the user */
};

G_DEFINE_FINAL_TYPE (LucidaMethodSwitch, lucida_method_switch, GTK_TYPE_WIDGET)

static void
follow_session (LucidaMethodSwitch *self)
{
  const LucidaMethod *method = lucida_session_get_question (self->session)->method;
  GtkWidget *focused = gtk_widget_get_focus_child (GTK_WIDGET (self->box));
  gboolean found = FALSE;

  self->updating = TRUE;
  for (int i = 0; i < N_BUTTONS && lucida_methods[i]; i++)
    {
      gboolean active = lucida_methods[i] == method;

      /* two that look chosen would be one too many */
      if (focused && active && !gtk_toggle_button_get_active (self->buttons[i]))
        gtk_widget_grab_focus (GTK_WIDGET (self->buttons[i]));
      gtk_toggle_button_set_active (self->buttons[i], active);
      found = found || active;
    }
  if (self->more)
    gtk_menu_button_set_label (self->more, found ? _ ("More") : method->title);
  g_action_group_change_action_state (G_ACTION_GROUP (self->actions), "method",
                                      g_variant_new_string (method->name));
  self->updating = FALSE;
}

/* Also of the button that is pressed already: the same question once more. */
static void
clicked_cb (LucidaMethodSwitch *self, GtkToggleButton *button)
{
  if (!self->session)
    return;
  for (int i = 0; i < N_BUTTONS && lucida_methods[i]; i++)
    if (self->buttons[i] == button)
      lucida_session_set_method (self->session, lucida_methods[i]);
}

static void
method_chosen_cb (GSimpleAction *action, GVariant *state, gpointer data)
{
  LucidaMethodSwitch *self = data;
  const LucidaMethod *method = lucida_method_find (g_variant_get_string (state, NULL));

  g_simple_action_set_state (action, state);
  if (!self->updating && self->session && method)
    lucida_session_set_method (self->session, method);
}

static void
lucida_method_switch_dispose (GObject *object)
{
  LucidaMethodSwitch *self = LUCIDA_METHOD_SWITCH (object);

  self->updating = TRUE;
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_object (&self->actions);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_method_switch_parent_class)->dispose (object);
}

static void
lucida_method_switch_class_init (LucidaMethodSwitchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_method_switch_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/method-switch.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaMethodSwitch, box);
}

static void
add_menu (LucidaMethodSwitch *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  for (int i = N_BUTTONS; lucida_methods[i]; i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (lucida_methods[i]->title, NULL);

      g_menu_item_set_action_and_target (item, "method-switch.method", "s",
                                         lucida_methods[i]->name);
      g_menu_append_item (menu, item);
    }
  self->more = GTK_MENU_BUTTON (gtk_menu_button_new ());
  gtk_menu_button_set_label (self->more, _ ("More"));
  gtk_menu_button_set_menu_model (self->more, G_MENU_MODEL (menu));
  gtk_box_append (self->box, GTK_WIDGET (self->more));
}

static void
lucida_method_switch_init (LucidaMethodSwitch *self)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (
      "method", G_VARIANT_TYPE_STRING, g_variant_new_string (lucida_methods[0]->name));

  gtk_widget_init_template (GTK_WIDGET (self));
  for (int i = 0; i < N_BUTTONS && lucida_methods[i]; i++)
    {
      self->buttons[i]
          = GTK_TOGGLE_BUTTON (gtk_toggle_button_new_with_label (lucida_methods[i]->title));
      gtk_toggle_button_set_group (self->buttons[i], i > 0 ? self->buttons[0] : NULL);
      g_signal_connect_swapped (self->buttons[i], "clicked", G_CALLBACK (clicked_cb), self);
      gtk_box_append (self->box, GTK_WIDGET (self->buttons[i]));
    }
  if (lucida_methods[0] && lucida_methods[1] && lucida_methods[N_BUTTONS])
    add_menu (self);

  self->actions = g_simple_action_group_new ();
  g_signal_connect (action, "change-state", G_CALLBACK (method_chosen_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "method-switch",
                                  G_ACTION_GROUP (self->actions));
}

void
lucida_method_switch_set_session (LucidaMethodSwitch *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_METHOD_SWITCH (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "question-changed", G_CALLBACK (follow_session), self);
  follow_session (self);
}
