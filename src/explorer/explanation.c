#include "explorer/explanation.h"

LucidaQuestion *
lucida_question_copy (const LucidaQuestion *self)
{
  LucidaQuestion *copy = g_new0 (LucidaQuestion, 1);

  *copy = *self;
  copy->layers = g_strdupv (self->layers);
  return copy;
}

void
lucida_question_free (LucidaQuestion *self)
{
  if (!self)
    return;
  g_strfreev (self->layers);
  g_free (self);
}

LucidaExplanation *
lucida_explanation_ref (LucidaExplanation *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_explanation_unref (LucidaExplanation *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->heatmap, lucida_heatmap_unref);
  g_free (self->layer);
  g_free (self->values);
  g_free (self->shares);
  g_free (self);
}
