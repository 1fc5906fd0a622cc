#pragma once

#include "explorer/steps.h"
#include "publish/sheet-maker.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A sheet that is being made: a step for each picture, and one that writes or draws it. */
typedef struct _LucidaSheetRun LucidaSheetRun;

typedef struct
{
  gboolean stopped;
  const char *error;   /* (nullable) why there is no sheet */
  guint failed;        /* pictures that are not on it, … */
  const char *failure; /* … and why the first is not */
  GdkTexture *texture; /* (nullable) a preview */
} LucidaSheetResult;

typedef void (*LucidaSheetProgress) (guint done, guint total, gpointer data);
typedef void (*LucidaSheetDone) (const LucidaSheetResult *result, gpointer data);

/* @maker: (transfer full). @path: where it is written; NULL: only a preview is drawn. @kind: of its
 * jobs. @progress (nullable). (transfer full) */
LucidaSheetRun *lucida_sheet_run_start (LucidaSession *session, const char *kind,
                                        LucidaSheetMaker *maker, char *const *pictures,
                                        const char *path, LucidaSheetProgress progress,
                                        LucidaSheetDone done, gpointer data);
void lucida_sheet_run_stop (LucidaSheetRun *self);
/* Nothing is called any more. */
void lucida_sheet_run_free (LucidaSheetRun *self);

G_END_DECLS
