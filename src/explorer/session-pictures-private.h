#pragma once

#include "explorer/folder-watch.h"
#include "explorer/picture-list.h"
#include "explorer/picture-scan.h"
#include "explorer/session-private.h"

G_BEGIN_DECLS

/* The open pictures of a session, and what is computed for them ahead of time. */
struct _LucidaPictures
{
  LucidaSession *session; /* not owned */
  LucidaWorker *reader;   /* reads files while the session's worker computes; NULL once closed */
  LucidaPictureList *list;
  LucidaPictureItem *selected; /* (nullable) */
  guint position;              /* of it, or where it was before it went; or LUCIDA_NO_POSITION */
  gboolean lost;               /* the selected one could not be opened */

  /* session-pictures.c: looking for files */
  char **sources;      /* (nullable) files and folders that the list is made of */
  char **next_sources; /* (nullable) the same, until the first picture of them has been found */
  LucidaFolderWatch *watch;
  gboolean filling;  /* the first look at the sources is under way */
  char *to_select;   /* (nullable) the file to select once it is found; else the first is opened */
  char *failure;     /* (nullable) why that file cannot be opened */
  gboolean updating; /* another look at the same sources is under way */
  GPtrArray *found;  /* what it has found */
  gboolean stale;    /* something has changed since it began */

  /* session-ahead.c */
  guint first_row, last_row; /* that are seen; last before first: none */
  int thumbnail_width;       /* pixels; 0: not wanted */
  int thumbnail_height;
  GQueue thumbnails;            /* LucidaPictureItem that have one, the latest used first */
  GHashTable *unreadable;       /* LucidaPictureItem that no thumbnail can be made of */
  LucidaPictureItem *reading;   /* whose thumbnail is being made; (nullable) */
  LucidaPictureItem *computing; /* that the worker looks at ahead of time; (nullable) */
  GHashTable *ahead;     /* LucidaPictureItem that are ready to be shown, or cannot be made so */
  GPtrArray *ahead_keys; /* the names under which they are kept */
  gboolean full;         /* there is no room to keep more */
  GHashTable *unpredictable; /* LucidaPictureItem whose class cannot be predicted */
  LucidaNetwork *network;    /* that the predictions come from; (nullable) */
  LucidaPreprocessing preprocessing;
  gboolean stopped; /* by a person, until something else is looked at */
};

/* session-pictures.c */

/* Another item is selected, or the same one elsewhere. */
void _lucida_pictures_set_selected (LucidaPictures *self, LucidaPictureItem *item, guint position);

/* session-ahead.c */

void _lucida_ahead_init (LucidaPictures *self);
void _lucida_ahead_clear (LucidaPictures *self);
/* Pushes what is worth doing next, if nothing else is to be done. */
void _lucida_ahead_continue (LucidaPictures *self);
/* Items have gone or changed: whatever is known of them apart from what they know themselves. */
void _lucida_ahead_forget (LucidaPictures *self);

G_END_DECLS
