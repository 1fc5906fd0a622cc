#include "config.h"

#include "app/editor/names-form.h"

#include "app/parts/template.h"

#include <glib/gi18n.h>

struct _LucidaNamesForm
{
  GtkWidget parent_instance;

  GtkLabel *source;
  GtkWidget *assumed;
  GtkLabel *count;
  GtkTextView *view;
  GtkTextBuffer *buffer;

  LucidaModel *model;
  gboolean changed;
  gboolean updating; /* the text follows the model, not the user */
};

G_DEFINE_FINAL_TYPE (LucidaNamesForm, lucida_names_form, GTK_TYPE_WIDGET)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static char *
dup_text (LucidaNamesForm *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, FALSE);
}

static void
show_count (LucidaNamesForm *self)
{
  g_autofree char *text = dup_text (self);
  g_auto (GStrv) names = lucida_class_names_parse (text, NULL);
  int n = lucida_model_get_n_classes (self->model);
  int have = names ? (int) g_strv_length (names) : 0;
  /* Translators: how many names there are, and how many classes. */
  g_autofree char *count = g_strdup_printf (_ ("%d of %d"), have, n);

  gtk_label_set_text (self->count, count);
  if (have == n)
    gtk_widget_remove_css_class (GTK_WIDGET (self->count), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->count), "error");
}

static void
changed_cb (LucidaNamesForm *self)
{
  if (self->updating || !self->model)
    return;
  self->changed = TRUE;
  show_count (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
lucida_names_form_dispose (GObject *object)
{
  LucidaNamesForm *self = LUCIDA_NAMES_FORM (object);

  self->updating = TRUE;
  g_clear_pointer (&self->model, lucida_model_unref);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_names_form_parent_class)->dispose (object);
}

static void
lucida_names_form_class_init (LucidaNamesFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_names_form_dispose;
  signals[CHANGED] = g_signal_new ("changed", LUCIDA_TYPE_NAMES_FORM, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/names-form.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaNamesForm, source);
  gtk_widget_class_bind_template_child (widget_class, LucidaNamesForm, assumed);
  gtk_widget_class_bind_template_child (widget_class, LucidaNamesForm, count);
  gtk_widget_class_bind_template_child (widget_class, LucidaNamesForm, view);
  gtk_widget_class_bind_template_child (widget_class, LucidaNamesForm, buffer);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
}

static void
lucida_names_form_init (LucidaNamesForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lucida_names_form_set_model (LucidaNamesForm *self, LucidaModel *model)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *source = NULL;

  g_return_if_fail (LUCIDA_IS_NAMES_FORM (self) && model != NULL);

  for (int i = 0; i < lucida_model_get_n_classes (model); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            lucida_model_get_class_name (model, i));
  lucida_model_ref (model);
  g_clear_pointer (&self->model, lucida_model_unref);
  self->model = model;
  self->updating = TRUE;
  gtk_text_buffer_set_text (self->buffer, text->str, -1);
  self->updating = FALSE;
  self->changed = FALSE;
  if (lucida_model_has_own_class_names (model))
    source = g_strdup (_ ("set here"));
  else if (lucida_model_has_class_names (model))
    /* Translators: where class names or preprocessing come from; %s is a file, for instance. */
    source = g_strdup_printf (_ ("from %s"), _ (lucida_model_get_class_names_source (model)));
  else
    source = g_strdup (_ ("nothing says the names"));
  gtk_label_set_text (self->source, source);
  gtk_widget_set_visible (self->assumed, lucida_model_get_class_names_assumed (model));
  show_count (self);
}

gboolean
lucida_names_form_get_changed (LucidaNamesForm *self)
{
  return self->changed;
}

char **
lucida_names_form_get_names (LucidaNamesForm *self, char **problem)
{
  g_autofree char *text = dup_text (self);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  int n, have;

  g_return_val_if_fail (LUCIDA_IS_NAMES_FORM (self) && self->model != NULL, NULL);

  *problem = NULL;
  names = lucida_class_names_parse (text, &error);
  n = lucida_model_get_n_classes (self->model);
  have = names ? (int) g_strv_length (names) : 0;
  if (!names)
    *problem = g_strdup (error->message);
  else if (have < n)
    *problem = g_strdup_printf (
        ngettext ("The network tells %d class apart, and there are only %d names: add the others",
                  "The network tells %d classes apart, and there are only %d names: add the others",
                  (gulong) n),
        n, have);
  else if (have > n)
    *problem = g_strdup_printf (
        ngettext ("The network tells only %d class apart, and there are %d names: remove some",
                  "The network tells only %d classes apart, and there are %d names: remove some",
                  (gulong) n),
        n, have);
  return *problem ? NULL : g_steal_pointer (&names);
}
