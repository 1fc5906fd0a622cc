#pragma once

#include "explorer/choices.h"
#include "explorer/request.h"
#include "explorer/session.h"

G_BEGIN_DECLS

/* What the parts of the session share. */

typedef struct _LucidaLayerMaps LucidaLayerMaps;

struct _LucidaSession
{
  GObject parent_instance;

  LucidaWorker *worker; /* NULL once closed */
  LucidaPool *pool;
  LucidaCache *cache;
  gboolean running[LUCIDA_N_PHASES];
  double fraction[LUCIDA_N_PHASES]; /* -1: unknown */

  LucidaModel *model;
  LucidaPicture *picture;
  char *picture_key;
  char *picture_path;
  LucidaAnalysis *analysis; /* of the present picture and model, or NULL */
  LucidaQuestion *question;
  LucidaExplanation *explanation; /* of the present analysis, or NULL */
  gboolean asked;                 /* whether the explanation answers the present question */
  LucidaLayerMaps *layer_maps;
  LucidaChoices *choices; /* of earlier models; NULL: not kept */
  gboolean to_remember;   /* the model that is under way, once it is in force */
};

/* session.c */

LucidaRequest *_lucida_session_new_request (LucidaSession *self, LucidaPhase phase);
/* Queues a request (transfer full) for another model; what the present one answers is not waited
 * for any more. */
void _lucida_session_push_model (LucidaSession *self, LucidaRequest *request);
/* Puts the same network with other names in force; answers stay. (transfer full) */
void _lucida_session_rename (LucidaSession *self, LucidaModel *model);
/* Emits "failed". */
void _lucida_session_fail (LucidaSession *self, const char *sentence);

/* session-layers.c */

LucidaLayerMaps *_lucida_layer_maps_new (void);
void _lucida_layer_maps_free (LucidaLayerMaps *self);
/* Something else is wanted: stops what computes maps; what is there stays. */
void _lucida_session_stop_layer_maps (LucidaSession *self);
/* Computes the maps that are missing beside the present answer, if nothing else is to be done. */
void _lucida_session_continue_layer_maps (LucidaSession *self);
/* The maps are those of another picture or model. */
void _lucida_session_forget_layer_maps (LucidaSession *self, gboolean same_network);

/* session-memory.c */

/* Puts the question that the present model was last looked at with in place of the present one. */
void _lucida_session_restore_choice (LucidaSession *self);
/* The question of the present model has been changed by hand. */
void _lucida_session_keep_choice (LucidaSession *self);

/* session-settings.c */

/* @model (transfer full), made of the same network as the present model, with the names that this
 * one has by now. (transfer full) */
LucidaModel *_lucida_session_keep_names (LucidaSession *self, LucidaModel *model);
/* After another model is in force: what was asked of it before it was there. */
void _lucida_session_settle_model (LucidaSession *self);

G_END_DECLS
