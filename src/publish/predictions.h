#pragma once

#include "explorer/explanation.h"

G_BEGIN_DECLS

#define LUCIDA_PREDICTION_TOP 5

/* What the network said about one picture. */
typedef struct
{
  guint picture; /* which one */
  int n_top;     /* 0: nothing */
  struct
  {
    int index;
    char *name;
    double probability; /* NaN where the network gives none */
    double logit;
  } top[LUCIDA_PREDICTION_TOP]; /* [n_top] the most probable first */
  char *explained;              /* (nullable) the class that was explained */
  char *file;                   /* (nullable) the name of the file that was written */
  char *error;                  /* (nullable) */
} LucidaPrediction;

/* A table of them: a line each, with columns picture, class, index, probability, logit, the same
 * with _2 … _5 for the next ones, explained, file, error. UTF-8, RFC 4180 but for its line ends,
 * whatever the locale. */
typedef struct _LucidaPredictions LucidaPredictions;

LucidaPrediction *lucida_prediction_new (guint picture); /* (transfer full) */
void lucida_prediction_free (LucidaPrediction *self);
void lucida_prediction_take_scores (LucidaPrediction *self, const LucidaModel *model,
                                    const LucidaAnalysis *analysis);

/* @pictures: paths, NULL-terminated; the table has their base names where all lie in one folder.
 * (transfer full) */
LucidaPredictions *lucida_predictions_new (const LucidaModel *model, const char *const *pictures);
void lucida_predictions_free (LucidaPredictions *self);
/* @prediction: (transfer full) */
void lucida_predictions_add (LucidaPredictions *self, LucidaPrediction *prediction);
guint lucida_predictions_get_n_rows (const LucidaPredictions *self);
char *lucida_predictions_format (const LucidaPredictions *self); /* (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPrediction, lucida_prediction_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPredictions, lucida_predictions_free)

G_END_DECLS
