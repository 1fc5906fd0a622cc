#pragma once

#include "explorer/cache.h"
#include "explorer/explanation.h"
#include "explorer/worker.h"

G_BEGIN_DECLS

/* What a session asks its worker for. One phase follows the other; each has its kind of job. */
typedef enum
{
  LUCIDA_PHASE_MODEL,
  LUCIDA_PHASE_PICTURE,
  LUCIDA_PHASE_SCORES,
  LUCIDA_PHASE_ANSWER,
  LUCIDA_PHASE_OTHER, /* the answer to the second question */
  LUCIDA_N_PHASES,
} LucidaPhase;

/* A value, owned by its job; which fields are set depends on the phase. */
typedef struct
{
  LucidaPhase phase;
  gpointer owner;     /* whom the answer is for; not touched here */
  LucidaPool *pool;   /* borrowed; used on the worker's thread alone */
  LucidaCache *cache; /* borrowed; used on the worker's thread alone */

  char *path;                        /* of the model or the picture to open */
  LucidaModel *model;                /* to look with; or to make another one of, … */
  LucidaPreprocessing preprocessing; /* … under this preprocessing */
  LucidaPicture *picture;
  char *picture_key;
  LucidaAnalysis *analysis;
  LucidaQuestion *question;
  GArray *values; /* of int: the layers whose maps are wanted, … */
  guint next;     /* … and the first that is not there yet */
} LucidaRequest;

/* A picture and the name it is cached under. */
typedef struct
{
  LucidaPicture *picture;
  char *key;
} LucidaOpenedPicture;

LucidaRequest *lucida_request_new (LucidaPhase phase, gpointer owner, LucidaPool *pool,
                                   LucidaCache *cache);
void lucida_request_free (LucidaRequest *self);
void lucida_opened_picture_free (LucidaOpenedPicture *self);

/* The name under which a picture's present state is kept. (transfer full) (nullable): not kept */
char *lucida_request_make_picture_key (const char *path);
/* The same network under the same preprocessing sees the same picture alike: the name of what it
 * saw. (transfer full) (nullable) */
char *lucida_request_make_analysis_key (LucidaModel *model, const char *picture_key);

/* A LucidaJobFunc with a LucidaRequest as its data. The result is a LucidaModel, a
 * LucidaOpenedPicture, a LucidaAnalysis or a LucidaExplanation. */
gpointer lucida_request_run (gpointer request, LucidaJob *job, GCancellable *cancellable,
                             GError **error);
/* A LucidaJobFunc with a LucidaRequest as its data: the maps of some of request->values from
 * request->next on for the question's class and method, as many as a short time allows, so that
 * others get their turn in between. The result is a GPtrArray of LucidaHeatmap, each at most
 * LUCIDA_LAYER_MAP_SIZE a side. */
#define LUCIDA_LAYER_MAP_SIZE 64
gpointer lucida_request_run_layer_maps (gpointer request, LucidaJob *job, GCancellable *cancellable,
                                        GError **error);
GDestroyNotify lucida_phase_get_free_result (LucidaPhase phase);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaOpenedPicture, lucida_opened_picture_free)

G_END_DECLS
