#include "explorer/session-private.h"

#include <glib/gi18n.h>

/* The question: class, against what, layers and method. */

/* After a change of the question. */
static void
ask (LucidaSession *self)
{
  self->asked = FALSE;
  _lucida_session_keep_choice (self);
  _lucida_session_cancel (self, LUCIDA_PHASE_OTHER); /* it comes after the main answer */
  g_signal_emit_by_name (self, "question-changed");
  _lucida_session_follow_other (self);
  _lucida_session_continue (self);
}

/* The same question once more, which matters if it was stopped or failed. */
static void
ask_again (LucidaSession *self)
{
  if (!self->running[LUCIDA_PHASE_ANSWER])
    _lucida_session_continue (self);
}

gboolean
_lucida_session_check_class (LucidaSession *self, int index)
{
  g_autofree char *sentence = NULL;
  int n = self->model ? lucida_model_get_n_classes (self->model) : 0;

  if (index >= 0 && index < n)
    return TRUE;
  sentence = g_strdup_printf (_ ("There is no class %d; choose one from the list"), index);
  _lucida_session_fail (self, sentence);
  return FALSE;
}

void
lucida_session_set_class (LucidaSession *self, int class_index)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (self->question->class_index == class_index)
    {
      ask_again (self);
      return;
    }
  if (class_index != LUCIDA_PREDICTED_CLASS && !_lucida_session_check_class (self, class_index))
    return;
  self->question->class_index = class_index;
  if (self->question->against_index == class_index)
    self->question->against_index = LUCIDA_NO_CLASS;
  ask (self);
}

void
lucida_session_set_against (LucidaSession *self, int class_index)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (self->question->against_index == class_index)
    {
      ask_again (self);
      return;
    }
  if (class_index != LUCIDA_NO_CLASS && !_lucida_session_check_class (self, class_index))
    return;
  if (class_index != LUCIDA_NO_CLASS && self->question->class_index == class_index)
    {
      _lucida_session_fail (self, _ ("A class cannot be set against itself; choose another one"));
      return;
    }
  self->question->against_index = class_index;
  ask (self);
}

static gboolean
same_layers (char *const *a, const char *const *b)
{
  static char *const none[] = { NULL };
  static const char *const const_none[] = { NULL };

  return g_strv_equal ((const char *const *) (a ? a : none), b ? b : const_none);
}

gboolean
_lucida_session_check_layers (LucidaSession *self, const char *const *names)
{
  for (int i = 0; names && names[i] && self->model; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *label = NULL;

      if (lucida_plan_find_layer (lucida_model_get_plan (self->model), names[i], &label, &error)
          < 0)
        {
          _lucida_session_fail (self, error->message);
          return FALSE;
        }
    }
  return TRUE;
}

void
lucida_session_set_layers (LucidaSession *self, const char *const *names)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (same_layers (self->question->layers, names))
    {
      ask_again (self);
      return;
    }
  if (!_lucida_session_check_layers (self, names))
    return;
  g_strfreev (self->question->layers);
  self->question->layers = g_strdupv ((char **) names);
  ask (self);
}

void
lucida_session_set_method (LucidaSession *self, const LucidaMethod *method)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self) && method != NULL);

  if (self->question->method == method)
    {
      ask_again (self);
      return;
    }
  self->question->method = method;
  ask (self);
}
