#include "config.h"

#include "app/editor/preset-row.h"

struct _LucidaPresetRow
{
  GtkListBoxRow parent_instance;

  GtkPicture *seen;
  GtkLabel *title;
  GtkLabel *parts;
  GtkLabel *answer;
  GtkSpinner *spinner;
};

G_DEFINE_FINAL_TYPE (LucidaPresetRow, lucida_preset_row, GTK_TYPE_LIST_BOX_ROW)

static void
lucida_preset_row_class_init (LucidaPresetRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/preset-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaPresetRow, seen);
  gtk_widget_class_bind_template_child (widget_class, LucidaPresetRow, title);
  gtk_widget_class_bind_template_child (widget_class, LucidaPresetRow, parts);
  gtk_widget_class_bind_template_child (widget_class, LucidaPresetRow, answer);
  gtk_widget_class_bind_template_child (widget_class, LucidaPresetRow, spinner);
}

static void
lucida_preset_row_init (LucidaPresetRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_preset_row_new (void)
{
  return g_object_new (LUCIDA_TYPE_PRESET_ROW, NULL);
}

/* A row has no name of its own. */
static void
tell_accessibility (LucidaPresetRow *self)
{
  const char *answer = gtk_label_get_text (self->answer);
  const char *parts = gtk_label_get_text (self->parts);
  g_autofree char *description
      = answer[0] ? g_strdup_printf ("%s; %s", answer, parts) : g_strdup (parts);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (self->title),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
}

void
lucida_preset_row_set_text (LucidaPresetRow *self, const char *title, const char *parts)
{
  g_return_if_fail (LUCIDA_IS_PRESET_ROW (self));

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->parts, parts);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), parts);
  tell_accessibility (self);
}

void
lucida_preset_row_set_answer (LucidaPresetRow *self, const char *answer, GdkPaintable *seen,
                              gboolean running)
{
  g_return_if_fail (LUCIDA_IS_PRESET_ROW (self));

  gtk_label_set_text (self->answer, answer ? answer : "");
  gtk_picture_set_paintable (self->seen, seen);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), running);
  gtk_spinner_set_spinning (self->spinner, running);
  tell_accessibility (self);
}
