#pragma once

#include "explorer/cache.h"
#include "explorer/explanation.h"
#include "explorer/picture-item.h"
#include "explorer/worker.h"

G_BEGIN_DECLS

/* What is done for an open picture before anybody asks: what a job needs, and what it has found
 * out. Owned by the job; made and freed on the main thread. */
typedef struct
{
  gpointer owner;          /* not touched here, … */
  LucidaPictureItem *item; /* … nor on the worker's thread */
  char *path;
  int width; /* of a thumbnail */
  int height;

  LucidaModel *model;
  LucidaPool *pool;   /* borrowed; used on the worker's thread alone */
  LucidaCache *cache; /* borrowed; used on the worker's thread alone */
  LucidaQuestion *question;
  LucidaQuestion *other; /* (nullable) the second one as it was put */
  LucidaAnalysis *shown; /* as much room will be needed, more or less */
  char **kept;           /* names of what must not go for it */

  int predicted;
  double probability;
  char *picture_key; /* (nullable) */
  char *analysis_key;
  gboolean full;
} LucidaAheadJob;

/* (transfer full) */
LucidaAheadJob *lucida_ahead_job_new (gpointer owner, LucidaPictureItem *item);
void lucida_ahead_job_free (gpointer job);

/* LucidaJobFuncs with a LucidaAheadJob as their data. */

/* The result is a LucidaPicture. */
gpointer lucida_ahead_run_thumbnail (gpointer data, LucidaJob *job, GCancellable *cancellable,
                                     GError **error);
/* Only the scores; the result is the LucidaAheadJob itself. */
gpointer lucida_ahead_run_scores (gpointer data, LucidaJob *job, GCancellable *cancellable,
                                  GError **error);
/* Puts everything that showing the picture will ask for into the cache; the result is the
 * LucidaAheadJob itself. */
gpointer lucida_ahead_run_answer (gpointer data, LucidaJob *job, GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
