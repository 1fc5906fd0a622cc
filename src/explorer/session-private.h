#pragma once

#include "explorer/choices.h"
#include "explorer/request.h"
#include "explorer/session.h"

G_BEGIN_DECLS

/* What the parts of the session share. */

typedef struct _LucidaPictures LucidaPictures;
typedef struct _LucidaLayerMaps LucidaLayerMaps;

struct _LucidaSession
{
  GObject parent_instance;

  LucidaWorker *worker; /* NULL once closed */
  LucidaPool *pool;
  LucidaCache *cache;
  gboolean running[LUCIDA_N_PHASES];
  double fraction[LUCIDA_N_PHASES]; /* -1: unknown */

  LucidaPictures *pictures; /* the open ones */

  LucidaModel *model;
  LucidaPicture *picture;
  char *picture_key;
  char *picture_path;
  LucidaAnalysis *analysis; /* of the present picture and model, or NULL */
  LucidaQuestion *question;
  LucidaExplanation *explanation; /* of the present analysis, or NULL */
  gboolean asked;                 /* whether the explanation answers the present question */
  LucidaLayerMaps *layer_maps;
  LucidaChoices *choices;      /* of earlier models; NULL: not kept */
  LucidaQuestion *other;       /* the second question as it was put, or NULL */
  LucidaQuestion *other_meant; /* what it means at present, or NULL while that is not known */
  LucidaExplanation *other_explanation; /* the answer to other_meant, or NULL */
  gboolean other_asked;                 /* whether it was answered, or failed */
  gboolean to_remember;                 /* the model that is under way, once it is in force */
};

/* session.c */

LucidaRequest *_lucida_session_new_request (LucidaSession *self, LucidaPhase phase);
/* Queues a request (transfer full) for another model; what the present one answers is not waited
 * for any more. */
void _lucida_session_push_model (LucidaSession *self, LucidaRequest *request);
/* Puts the same network with other names in force; answers stay. (transfer full) */
void _lucida_session_rename (LucidaSession *self, LucidaModel *model);
/* Takes the next step towards the answers, unless an earlier one is still under way. */
void _lucida_session_continue (LucidaSession *self);
void _lucida_session_cancel (LucidaSession *self, LucidaPhase phase);
/* Whether class or layers (nullable) are the present model's; if not, that is said. */
gboolean _lucida_session_check_class (LucidaSession *self, int index);
gboolean _lucida_session_check_layers (LucidaSession *self, const char *const *names);
/* Emits "failed". */
void _lucida_session_fail (LucidaSession *self, const char *sentence);
/* The picture that is asked for cannot be shown, and no other may stand in its place. */
void _lucida_session_drop_picture (LucidaSession *self);
/* Emits "other-changed". */
void _lucida_session_emit_other (LucidaSession *self);

/* session-compare.c */

/* Drops the second answer, as what it was about has gone; says nothing. */
void _lucida_session_drop_other (LucidaSession *self);
/* Whether the second question waits to be answered. */
gboolean _lucida_session_wants_other (LucidaSession *self);
/* The second answer (transfer full), or NULL if it failed. */
void _lucida_session_take_other (LucidaSession *self, LucidaExplanation *explanation);
/* After a change of what the second question leans on; whether it means something else now, which
 * is then said. */
gboolean _lucida_session_follow_other (LucidaSession *self);
/* Another network has other classes and layers. */
void _lucida_session_reset_other (LucidaSession *self);

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

/* Opens the picture, or where it is shown already asks what has not been answered. */
void _lucida_session_show (LucidaSession *self, const char *path);

/* session-pictures.c */

LucidaPictures *_lucida_pictures_new (LucidaSession *session);
/* Before the session's worker ends. */
void _lucida_pictures_close (LucidaPictures *self);
void _lucida_pictures_free (LucidaPictures *self);
/* The picture has been opened: it is one of those, or they are its folder's from now on. */
void _lucida_pictures_follow (LucidaPictures *self, const char *path);
/* The picture could not be opened; %TRUE if it is the one that is selected. */
gboolean _lucida_pictures_fail (LucidaPictures *self, const char *path, const char *sentence);

/* session-ahead.c */

/* Drops what is computed ahead, until something else is looked at. */
void _lucida_ahead_stop (LucidaPictures *self);
/* Something else is asked of each picture: what was computed ahead is not all of it. */
void _lucida_ahead_again (LucidaPictures *self);
/* Drops what is computed ahead with the present model. */
void _lucida_ahead_cancel (LucidaPictures *self);

/* session-settings.c */

/* @model (transfer full), made of the same network as the present model, with the names that this
 * one has by now. (transfer full) */
LucidaModel *_lucida_session_keep_names (LucidaSession *self, LucidaModel *model);
/* After another model is in force: what was asked of it before it was there. */
void _lucida_session_settle_model (LucidaSession *self);

G_END_DECLS
