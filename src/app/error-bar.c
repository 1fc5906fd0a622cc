#include "config.h"

#include "app/error-bar.h"

#include "app/parts/template.h"

#include <string.h>

struct _LucidaErrorBar
{
  GtkWidget parent_instance;

  GtkRevealer *revealer;
  GtkBox *box;
  GtkImage *icon;
  GtkLabel *label;
  GtkButton *button;
};

G_DEFINE_FINAL_TYPE (LucidaErrorBar, lucida_error_bar, GTK_TYPE_WIDGET)

/* Out of the accessibility tree, too, once it is out of sight. */
static void
revealed_cb (LucidaErrorBar *self)
{
  if (!gtk_revealer_get_reveal_child (self->revealer)
      && !gtk_revealer_get_child_revealed (self->revealer))
    gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static void
lucida_error_bar_dispose (GObject *object)
{
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_error_bar_parent_class)->dispose (object);
}

static void
lucida_error_bar_class_init (LucidaErrorBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_error_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/error-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaErrorBar, revealer);
  gtk_widget_class_bind_template_child (widget_class, LucidaErrorBar, box);
  gtk_widget_class_bind_template_child (widget_class, LucidaErrorBar, icon);
  gtk_widget_class_bind_template_child (widget_class, LucidaErrorBar, label);
  gtk_widget_class_bind_template_child (widget_class, LucidaErrorBar, button);
  gtk_widget_class_bind_template_callback (widget_class, lucida_error_bar_hide);
  gtk_widget_class_bind_template_callback (widget_class, revealed_cb);
}

static void
lucida_error_bar_init (LucidaErrorBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lucida_error_bar_show (LucidaErrorBar *self, LucidaBarKind kind, const char *sentence)
{
  static const struct
  {
    const char *icon;
    const char *css_class; /* beside the bar's own */
  } kinds[] = {
    [LUCIDA_BAR_ERROR] = { "dialog-error-symbolic", NULL },
    [LUCIDA_BAR_WARNING] = { "dialog-warning-symbolic", "warning" },
    [LUCIDA_BAR_NOTE] = { "dialog-information-symbolic", "note" },
  };
  const char *colon = sentence[0] == G_DIR_SEPARATOR ? strstr (sentence, ": ") : NULL;
  const char *classes[] = { "error-bar", kinds[kind].css_class, NULL };
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  g_autofree char *path = colon ? g_strndup (sentence, colon - sentence) : NULL;
  g_autofree char *name = colon ? g_path_get_basename (path) : NULL;
  g_autofree char *text = colon ? g_strconcat (name, colon, NULL) : NULL;

  g_return_if_fail (LUCIDA_IS_ERROR_BAR (self));

  if (colon)
    {
      PangoAttribute *bold = pango_attr_weight_new (PANGO_WEIGHT_BOLD);

      bold->end_index = (guint) strlen (name);
      pango_attr_list_insert (attributes, bold);
    }
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->label), path);
  gtk_label_set_text (self->label, text ? text : sentence);
  /* no markup: of another text it would still hold where the bold ended in the former one */
  gtk_label_set_attributes (self->label, attributes);
  gtk_image_set_from_icon_name (self->icon, kinds[kind].icon);
  gtk_widget_set_css_classes (GTK_WIDGET (self->box), classes);
  lucida_error_bar_set_button (self, NULL, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (self->label), -1);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  gtk_revealer_set_reveal_child (self->revealer, TRUE);
}

void
lucida_error_bar_set_button (LucidaErrorBar *self, const char *label, const char *action)
{
  g_return_if_fail (LUCIDA_IS_ERROR_BAR (self));

  gtk_widget_set_visible (GTK_WIDGET (self->button), label != NULL);
  gtk_button_set_label (self->button, label ? label : "");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action);
}

void
lucida_error_bar_hide (LucidaErrorBar *self)
{
  g_return_if_fail (LUCIDA_IS_ERROR_BAR (self));

  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}
