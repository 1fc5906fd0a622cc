#pragma once

#include "publish/overlay-file.h"

G_BEGIN_DECLS

/* Many pictures with their maps, and a table of what the network said, in one folder. Not for
 * several threads at once, but for one after another. */
typedef struct _LucidaFolderTask LucidaFolderTask;

#define LUCIDA_PREDICTIONS_FILE "predictions.csv"

typedef struct
{
  guint done;
  guint skipped; /* because their files were there */
  guint failed;
  char *failure; /* (nullable) what was wrong with the first that failed */
  char *table;   /* (nullable) the name of the table that was written */
} LucidaFolderReport;

/* @pictures: paths, NULL-terminated. @kind: PNG, JPEG, PDF or SVG; @map_kind: .npy or .csv for the
 * raw maps beside them, or %LUCIDA_FILE_UNKNOWN. (transfer full) */
LucidaFolderTask *lucida_folder_task_new (LucidaModel *model, const char *const *pictures,
                                          const LucidaQuestion *question,
                                          const LucidaOverlayOptions *options, const char *target,
                                          LucidaFileKind kind, LucidaFileKind map_kind);
void lucida_folder_task_free (LucidaFolderTask *self);
guint lucida_folder_task_get_n_pictures (const LucidaFolderTask *self);
/* Chooses the names; no picture is ever overwritten. Comes before everything else, and looks at the
 * disk. How many files are there already. Errors: %LUCIDA_ERROR_IO (no folder). -1 on error. */
int lucida_folder_task_prepare (LucidaFolderTask *self, GError **error);
/* Files that are there stay: their pictures are left out, and the table gets another name. Without
 * this they are overwritten. */
void lucida_folder_task_keep_existing (LucidaFolderTask *self);
/* Explains and writes picture @index. What is wrong with one picture or one file is kept for the
 * table; %FALSE only with %LUCIDA_ERROR_UNWRITABLE, as nothing more can be written, or
 * %LUCIDA_ERROR_CANCELLED. */
gboolean lucida_folder_task_run (LucidaFolderTask *self, guint index, LucidaPool *pool,
                                 GCancellable *cancellable, GError **error);
/* Writes the table of what has been done, if it is anything. Errors: %LUCIDA_ERROR_IO,
 * _UNWRITABLE. */
gboolean lucida_folder_task_finish (LucidaFolderTask *self, GError **error);
/* (transfer none) */
const LucidaFolderReport *lucida_folder_task_get_report (const LucidaFolderTask *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaFolderTask, lucida_folder_task_free)

G_END_DECLS
