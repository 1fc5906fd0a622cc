#include "explorer/explanation.h"

#include <math.h>

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

static int
compare_classes (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *logits = data;
  int p = *(const int *) a;
  int q = *(const int *) b;

  if (isnan (logits[p]) != isnan (logits[q]))
    return isnan (logits[p]) ? 1 : -1;
  if (!isnan (logits[p]) && logits[p] != logits[q])
    return logits[p] > logits[q] ? -1 : 1;
  return p - q;
}

int *
lucida_classes_rank (const float *logits, int n_classes)
{
  int *classes = g_new (int, n_classes);

  for (int i = 0; i < n_classes; i++)
    classes[i] = i;
  if (logits)
    g_qsort_with_data (classes, n_classes, sizeof *classes, compare_classes, (gpointer) logits);
  return classes;
}
