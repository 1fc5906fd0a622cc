#pragma once

#include "explorer/explanation.h"

G_BEGIN_DECLS

/* The class that @question is about; -1 while that takes an @analysis (nullable). */
int lucida_question_get_class (const LucidaQuestion *question, const LucidaAnalysis *analysis);
/* Fills in what @other, a second question, leaves open: from the @main one and from what @model
 * says about the picture. (transfer full) (nullable): NULL while that takes an @analysis
 * (nullable). */
LucidaQuestion *lucida_question_find_meaning (const LucidaQuestion *other,
                                              const LucidaQuestion *main, const LucidaModel *model,
                                              const LucidaAnalysis *analysis);

G_END_DECLS
