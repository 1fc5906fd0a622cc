#pragma once

#include "explorer/request.h"
#include "explorer/session.h"

G_BEGIN_DECLS

/* What the parts of the session share. */

typedef struct _LucidaPictures LucidaPictures;

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
  gboolean to_remember;           /* the model that is under way, once it is in force */
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

/* Opens the picture, or where it is shown already asks what has not been answered. */
void _lucida_session_show (LucidaSession *self, const char *path);

/* session-pictures.c */

LucidaPictures *_lucida_pictures_new (LucidaSession *session);
/* Before the session's worker ends. */
void _lucida_pictures_close (LucidaPictures *self);
void _lucida_pictures_free (LucidaPictures *self);
/* The picture has been opened: it is one of those, or they are its folder's from now on. */
void _lucida_pictures_follow (LucidaPictures *self, const char *path);
/* The picture could not be opened. */
void _lucida_pictures_fail (LucidaPictures *self, const char *path, const char *sentence);

/* session-ahead.c */

/* Drops what is computed ahead, until something else is looked at. */
void _lucida_ahead_stop (LucidaPictures *self);
/* Drops what is computed ahead with the present model. */
void _lucida_ahead_cancel (LucidaPictures *self);

/* session-settings.c */

/* @model (transfer full), made of the same network as the present model, with the names that this
 * one has by now. (transfer full) */
LucidaModel *_lucida_session_keep_names (LucidaSession *self, LucidaModel *model);
/* After another model is in force: what was asked of it before it was there. */
void _lucida_session_settle_model (LucidaSession *self);

G_END_DECLS
