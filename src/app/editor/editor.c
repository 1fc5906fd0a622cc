#include "config.h"

#include "app/editor/editor.h"

#include "app/editor/names-form.h"
#include "app/editor/preprocessing-form.h"
#include "app/editor/preset-list.h"
#include "app/parts/message.h"

#include <glib/gi18n.h>

struct _LucidaEditor
{
  GtkWindow parent_instance;

  GtkStack *stack;
  GtkWidget *preprocessing_page;
  LucidaPresetList *presets;
  LucidaPreprocessingForm *form;
  LucidaNamesForm *names;
  GtkPicture *seen;
  GtkLabel *answer;
  GtkLabel *source;
  GtkWidget *assumed;
  GtkLabel *message;
  GtkWidget *remember;
  GtkWidget *apply;

  LucidaSession *session;
  LucidaNetwork *network;    /* whose values and names are shown; (nullable) */
  LucidaPreprocessing shown; /* that of the model, when it was shown last */
  gboolean touched;          /* a person chose a preset or changed a part */
};

G_DEFINE_FINAL_TYPE (LucidaEditor, lucida_editor, GTK_TYPE_WINDOW)

/* Nothing can be applied until everything is right; the page that is seen speaks first. */
static void
check (LucidaEditor *self)
{
  LucidaPreprocessing value;
  const char *value_problem = NULL;
  g_autofree char *names_problem = NULL;
  gboolean preprocessing_seen
      = gtk_stack_get_visible_child (self->stack) == self->preprocessing_page;
  const char *problem;

  if (!self->network)
    return;
  lucida_preprocessing_form_get_value (self->form, &value, &value_problem);
  if (lucida_names_form_get_changed (self->names))
    g_strfreev (lucida_names_form_get_names (self->names, &names_problem));
  problem = preprocessing_seen && value_problem ? value_problem : names_problem;
  problem = problem ? problem : value_problem;
  lucida_message_show (self->message, problem, problem != NULL);
  gtk_widget_set_sensitive (self->apply, problem == NULL);
  gtk_widget_set_sensitive (self->remember, problem == NULL);
}

static void
show_seen (LucidaEditor *self)
{
  const char *answer = lucida_preset_list_get_answer (self->presets);

  gtk_picture_set_paintable (self->seen, lucida_preset_list_get_seen (self->presets));
  gtk_label_set_text (self->answer, answer ? answer : "");
}

static void
show_preprocessing (LucidaEditor *self, LucidaModel *model)
{
  const char *source = lucida_model_get_preprocessing_source (model);
  g_autofree char *text = source ? g_strdup_printf (_ ("from %s"), _ (source)) : NULL;

  self->shown = *lucida_model_get_preprocessing (model);
  self->touched = FALSE;
  lucida_preprocessing_form_set_model (self->form, model);
  lucida_preprocessing_form_set_value (self->form, &self->shown);
  lucida_preset_list_set_value (self->presets, &self->shown);
  gtk_label_set_text (self->source, text ? text : "");
  gtk_widget_set_visible (self->assumed, self->shown.assumed);
}

static void
model_changed_cb (LucidaEditor *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  gboolean another;

  if (!model)
    return;
  another = self->network != lucida_model_get_network (model);
  if (another)
    {
      g_clear_pointer (&self->network, lucida_network_unref);
      self->network = lucida_network_ref (lucida_model_get_network (model));
    }
  /* what is being typed on one page stays while the other's is applied */
  if (another || self->shown.assumed != lucida_model_get_preprocessing (model)->assumed
      || !lucida_preprocessing_equal (&self->shown, lucida_model_get_preprocessing (model)))
    show_preprocessing (self, model);
  if (another || !lucida_names_form_get_changed (self->names))
    lucida_names_form_set_model (self->names, model);
  check (self);
}

static void
preset_chosen_cb (LucidaEditor *self)
{
  LucidaPreprocessing value;

  if (!lucida_preset_list_get_value (self->presets, &value))
    return;
  self->touched = TRUE;
  lucida_preprocessing_form_set_value (self->form, &value);
  check (self);
}

static void
part_changed_cb (LucidaEditor *self)
{
  LucidaPreprocessing value;
  const char *problem;

  self->touched = TRUE;
  if (lucida_preprocessing_form_get_value (self->form, &value, &problem))
    lucida_preset_list_set_value (self->presets, &value);
  check (self);
}

/* @all: also what nobody changed, so that it counts as said. */
static void
apply (LucidaEditor *self, gboolean all)
{
  LucidaPreprocessing value;
  const char *value_problem;
  g_autofree char *names_problem = NULL;

  if (!self->network || !lucida_preprocessing_form_get_value (self->form, &value, &value_problem))
    return;
  if (all || self->touched)
    lucida_session_set_preprocessing (self->session, &value);
  if (lucida_names_form_get_changed (self->names))
    {
      g_auto (GStrv) names = lucida_names_form_get_names (self->names, &names_problem);

      if (!names)
        return;
      lucida_names_form_set_model (self->names, lucida_session_get_model (self->session));
      lucida_session_set_class_names (self->session, (const char *const *) names);
    }
}

static void
apply_cb (LucidaEditor *self)
{
  lucida_message_show (self->message, NULL, FALSE);
  apply (self, FALSE);
}

static void
remember_cb (LucidaEditor *self)
{
  lucida_message_show (self->message, _ ("Remembered for the next time the model is opened"),
                       FALSE);
  apply (self, TRUE);
  lucida_session_remember (self->session);
}

static void
forget_cb (LucidaEditor *self)
{
  lucida_message_show (self->message, NULL, FALSE);
  lucida_session_forget (self->session);
}

static void
failed_cb (LucidaEditor *self, const char *sentence)
{
  lucida_message_show (self->message, sentence, TRUE);
}

static void
lucida_editor_dispose (GObject *object)
{
  LucidaEditor *self = LUCIDA_EDITOR (object);

  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->network, lucida_network_unref);
  G_OBJECT_CLASS (lucida_editor_parent_class)->dispose (object);
}

static void
lucida_editor_class_init (LucidaEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_editor_dispose;
  g_type_ensure (LUCIDA_TYPE_NAMES_FORM);
  g_type_ensure (LUCIDA_TYPE_PREPROCESSING_FORM);
  g_type_ensure (LUCIDA_TYPE_PRESET_LIST);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/editor.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, stack);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, preprocessing_page);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, presets);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, form);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, names);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, seen);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, answer);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, source);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, assumed);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, message);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, remember);
  gtk_widget_class_bind_template_child (widget_class, LucidaEditor, apply);
  gtk_widget_class_bind_template_callback (widget_class, check);
  gtk_widget_class_bind_template_callback (widget_class, show_seen);
  gtk_widget_class_bind_template_callback (widget_class, preset_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, part_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, remember_cb);
  gtk_widget_class_bind_template_callback (widget_class, forget_cb);
}

static void
lucida_editor_init (LucidaEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_editor_new (GtkWindow *parent, LucidaSession *session)
{
  LucidaEditor *self
      = g_object_new (LUCIDA_TYPE_EDITOR, "application", gtk_window_get_application (parent),
                      "transient-for", parent, "destroy-with-parent", TRUE, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "failed", G_CALLBACK (failed_cb), self);
  lucida_preset_list_set_session (self->presets, session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (model_changed_cb), self);
  model_changed_cb (self);
  return GTK_WIDGET (self);
}
