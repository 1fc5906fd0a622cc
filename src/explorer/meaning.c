#include "explorer/meaning.h"

int
lucida_question_get_class (const LucidaQuestion *question, const LucidaAnalysis *analysis)
{
  return question->class_index == LUCIDA_PREDICTED_CLASS && analysis
             ? lucida_analysis_get_predicted (analysis)
             : question->class_index;
}

/* The class of the largest logit besides @except; -1: there is none. */
static int
find_runner_up (const LucidaModel *model, const LucidaAnalysis *analysis, int except)
{
  int n = lucida_model_get_n_classes (model);
  g_autofree int *ranked = lucida_classes_rank (lucida_analysis_get_logits (analysis), n);

  for (int i = 0; i < n; i++)
    if (ranked[i] != except)
      return ranked[i];
  return -1;
}

LucidaQuestion *
lucida_question_find_meaning (const LucidaQuestion *other, const LucidaQuestion *main,
                              const LucidaModel *model, const LucidaAnalysis *analysis)
{
  g_autoptr (LucidaQuestion) meant = lucida_question_copy (other);
  int main_class = lucida_question_get_class (main, analysis);

  if (!meant->method)
    meant->method = main->method;
  if (!meant->layers)
    meant->layers = g_strdupv (main->layers);
  if (meant->class_index < 0 && !analysis)
    return NULL;
  if (meant->class_index == LUCIDA_PREDICTED_CLASS)
    meant->class_index = lucida_analysis_get_predicted (analysis);
  if (meant->class_index == LUCIDA_RUNNER_UP)
    {
      meant->class_index = find_runner_up (model, analysis, main_class);
      if (meant->class_index < 0)
        {
          meant->class_index = LUCIDA_SAME_CLASS;
          meant->method = lucida_method_get_other (main->method);
        }
    }
  if (meant->class_index == LUCIDA_SAME_CLASS)
    {
      meant->class_index = main_class;
      meant->against_index = main->against_index;
    }
  if (meant->against_index == meant->class_index)
    meant->against_index = LUCIDA_NO_CLASS;
  return g_steal_pointer (&meant);
}
