#include "explorer/meaning.h"
#include "explorer/session-private.h"

/* The second question: what it means, and when it is put. */

static int
get_main_class (const LucidaSession *self)
{
  return lucida_question_get_class (self->question, self->analysis);
}

static gboolean
equal_layers (char *const *a, char *const *b)
{
  if (!a || !b)
    return a == b;
  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

static gboolean
equal_questions (const LucidaQuestion *a, const LucidaQuestion *b)
{
  if (!a || !b)
    return a == b;
  return a->class_index == b->class_index && a->against_index == b->against_index
         && a->method == b->method && equal_layers (a->layers, b->layers);
}

void
_lucida_session_drop_other (LucidaSession *self)
{
  g_clear_pointer (&self->other_meant, lucida_question_free);
  g_clear_pointer (&self->other_explanation, lucida_explanation_unref);
  self->other_asked = FALSE;
}

gboolean
_lucida_session_wants_other (LucidaSession *self)
{
  return self->other_meant && !self->other_asked && !self->running[LUCIDA_PHASE_OTHER];
}

void
_lucida_session_take_other (LucidaSession *self, LucidaExplanation *explanation)
{
  g_clear_pointer (&self->other_explanation, lucida_explanation_unref);
  self->other_explanation = explanation;
  self->other_asked = TRUE;
  _lucida_session_emit_other (self);
}

gboolean
_lucida_session_follow_other (LucidaSession *self)
{
  LucidaQuestion *meant = self->other && self->model ? lucida_question_find_meaning (
                              self->other, self->question, self->model, self->analysis)
                                                     : NULL;

  if (equal_questions (meant, self->other_meant))
    {
      lucida_question_free (meant);
      return FALSE;
    }
  _lucida_session_cancel (self, LUCIDA_PHASE_OTHER);
  _lucida_session_drop_other (self);
  self->other_meant = meant;
  _lucida_session_emit_other (self);
  return TRUE;
}

void
_lucida_session_reset_other (LucidaSession *self)
{
  if (!self->other || (self->other->class_index < 0 && !self->other->layers))
    return;
  g_clear_pointer (&self->other->layers, g_strfreev);
  self->other->class_index = LUCIDA_RUNNER_UP;
  self->other->against_index = LUCIDA_NO_CLASS;
}

/* Puts @question (transfer full) in place of the second one that was there. */
static void
put_other (LucidaSession *self, LucidaQuestion *question)
{
  lucida_question_free (self->other);
  self->other = question;
  if (question)
    _lucida_ahead_again (self->pictures);
  if (!_lucida_session_follow_other (self))
    _lucida_session_emit_other (self);
  _lucida_session_continue (self);
}

void
lucida_session_set_other (LucidaSession *self, const LucidaQuestion *question)
{
  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (equal_questions (question, self->other))
    return;
  if (question
      && ((question->class_index >= 0 && !_lucida_session_check_class (self, question->class_index))
          || (question->against_index >= 0
              && !_lucida_session_check_class (self, question->against_index))
          || !_lucida_session_check_layers (self, (const char *const *) question->layers)))
    return;
  put_other (self, question ? lucida_question_copy (question) : NULL);
}

/* The layers of the main question by name, also where it leaves them to the network. (transfer
 * full) */
static char **
dup_main_layers (const LucidaSession *self)
{
  LucidaPlan *plan = lucida_model_get_plan (self->model);
  char **layers = self->question->layers;
  int i = lucida_plan_get_default_layer (plan);
  int n;
  const char *names[] = { NULL, NULL };

  if (!layers || !layers[0])
    {
      if (i >= 0)
        names[0] = lucida_plan_get_layers (plan, &n)[i].tensor;
      layers = (char **) names;
    }
  return g_strdupv (layers);
}

void
lucida_session_swap (LucidaSession *self)
{
  g_autoptr (LucidaQuestion) meant = NULL;
  LucidaQuestion *other;

  g_return_if_fail (LUCIDA_IS_SESSION (self));

  if (!self->other_meant || get_main_class (self) < 0)
    return;
  meant = lucida_question_copy (self->other_meant);
  other = lucida_question_copy (self->other);
  if (meant->method != self->question->method)
    other->method = self->question->method;
  if (other->layers)
    {
      g_strfreev (other->layers);
      other->layers = dup_main_layers (self);
    }
  if (meant->class_index != get_main_class (self)
      || meant->against_index != self->question->against_index)
    {
      other->class_index = get_main_class (self);
      other->against_index = self->question->against_index;
    }
  lucida_session_set_class (self, meant->class_index);
  lucida_session_set_against (self, meant->against_index);
  lucida_session_set_method (self, meant->method);
  lucida_session_set_layers (self, (const char *const *) meant->layers);
  put_other (self, other);
}

/* What is there. */

const LucidaQuestion *
lucida_session_get_other (LucidaSession *self)
{
  return self->other;
}

const LucidaQuestion *
lucida_session_get_other_meant (LucidaSession *self)
{
  return self->other_meant;
}

LucidaExplanation *
lucida_session_get_other_explanation (LucidaSession *self)
{
  return self->other_explanation;
}
