#include "publish/folder-task.h"

#include "base/atomic-file.h"
#include "base/error.h"
#include "publish/predictions.h"
#include "publish/target-names.h"

#include <string.h>
#include <sys/stat.h>

struct _LucidaFolderTask
{
  LucidaModel *model;
  char **pictures;
  guint n_pictures;
  LucidaQuestion *question;
  LucidaOverlayOptions options;
  char *target;
  char *suffix;
  char *map_suffix; /* (nullable) */
  char **names;     /* [n_pictures] without suffix; NULL until prepared */
  gboolean keep;    /* what exists */
  LucidaPredictions *predictions;
  LucidaFolderReport report;
};

static const char *
get_suffix (LucidaFileKind kind)
{
  static const char *const suffixes[] = {
    [LUCIDA_FILE_PNG] = ".png", [LUCIDA_FILE_JPEG] = ".jpg", [LUCIDA_FILE_PDF] = ".pdf",
    [LUCIDA_FILE_SVG] = ".svg", [LUCIDA_FILE_NPY] = ".npy",  [LUCIDA_FILE_CSV] = ".csv",
  };

  return kind == LUCIDA_FILE_UNKNOWN ? NULL : suffixes[kind];
}

LucidaFolderTask *
lucida_folder_task_new (LucidaModel *model, const char *const *pictures,
                        const LucidaQuestion *question, const LucidaOverlayOptions *options,
                        const char *target, LucidaFileKind kind, LucidaFileKind map_kind)
{
  LucidaFolderTask *self = g_new0 (LucidaFolderTask, 1);

  self->model = lucida_model_ref (model);
  self->pictures = g_strdupv ((char **) pictures);
  self->n_pictures = g_strv_length (self->pictures);
  self->question = lucida_question_copy (question);
  self->options = *options;
  self->target = g_strdup (target);
  self->suffix = g_strdup (get_suffix (kind));
  self->map_suffix = g_strdup (get_suffix (map_kind));
  self->predictions = lucida_predictions_new (model, pictures);
  return self;
}

void
lucida_folder_task_free (LucidaFolderTask *self)
{
  if (!self)
    return;
  lucida_predictions_free (self->predictions);
  g_free (self->report.failure);
  g_free (self->report.table);
  g_strfreev (self->names);
  g_free (self->map_suffix);
  g_free (self->suffix);
  g_free (self->target);
  lucida_question_free (self->question);
  g_strfreev (self->pictures);
  lucida_model_unref (self->model);
  g_free (self);
}

guint
lucida_folder_task_get_n_pictures (const LucidaFolderTask *self)
{
  return self->n_pictures;
}

/* The file with @suffix (nullable) of picture @index. (transfer full) (nullable) */
static char *
make_path (const LucidaFolderTask *self, guint index, const char *suffix)
{
  g_autofree char *name = suffix ? g_strconcat (self->names[index], suffix, NULL) : NULL;

  return name ? g_build_filename (self->target, name, NULL) : NULL;
}

static gboolean
exists (const char *path)
{
  struct stat status;

  return path && lstat (path, &status) == 0;
}

int
lucida_folder_task_prepare (LucidaFolderTask *self, GError **error)
{
  const char *const suffixes[] = { self->suffix, self->map_suffix, NULL };
  g_autofree char *table = g_build_filename (self->target, LUCIDA_PREDICTIONS_FILE, NULL);
  int n = 0;

  if (!g_file_test (self->target, G_FILE_TEST_IS_DIR))
    {
      g_autofree char *shown = g_filename_display_name (self->target);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: there is no such folder", shown);
      return -1;
    }
  g_strfreev (self->names);
  self->names = lucida_target_names_new ((const char *const *) self->pictures, self->target,
                                         suffixes, LUCIDA_PREDICTIONS_FILE);
  n += exists (table);
  for (guint i = 0; i < self->n_pictures; i++)
    for (int j = 0; suffixes[j]; j++)
      {
        g_autofree char *path = make_path (self, i, suffixes[j]);

        n += exists (path);
      }
  return n;
}

void
lucida_folder_task_keep_existing (LucidaFolderTask *self)
{
  self->keep = TRUE;
}

static void
note_failure (LucidaFolderTask *self, LucidaPrediction *row, const GError *failure)
{
  row->error = g_strdup (failure->message);
  self->report.failed++;
  if (!self->report.failure)
    self->report.failure = g_strdup (failure->message);
}

/* Explains one picture, and writes it to @path and @map_path (nullable). */
static gboolean
run (LucidaFolderTask *self, guint index, const char *path, const char *map_path,
     LucidaPrediction *row, LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  const char *picture_path = self->pictures[index];
  g_autofree char *shown = g_filename_display_name (picture_path);
  g_autoptr (LucidaPicture) picture = lucida_picture_open (picture_path, FALSE, cancellable, error);
  g_autoptr (LucidaAnalysis) analysis = NULL;
  g_autoptr (LucidaExplanation) explanation = NULL;

  if (!picture)
    return FALSE;
  analysis = lucida_analysis_new_for_picture (self->model, picture, TRUE, pool, cancellable, NULL,
                                              NULL, error);
  if (analysis)
    {
      lucida_prediction_take_scores (row, self->model, analysis);
      explanation = lucida_analysis_explain (analysis, self->question, FALSE, pool, cancellable,
                                             NULL, NULL, error);
    }
  if (!explanation)
    {
      g_prefix_error (error, "%s: ", shown);
      return FALSE;
    }
  row->explained = g_strdup (lucida_model_get_class_name (self->model, explanation->class_index));
  if (!(self->keep && exists (path))
      && !lucida_overlay_file_write (path, self->model, picture, explanation, &self->options,
                                     cancellable, error))
    return FALSE;
  row->file = g_path_get_basename (path);
  return !map_path || (self->keep && exists (map_path))
         || lucida_map_file_write (map_path, explanation->heatmap, error);
}

gboolean
lucida_folder_task_run (LucidaFolderTask *self, guint index, LucidaPool *pool,
                        GCancellable *cancellable, GError **error)
{
  g_autofree char *path = make_path (self, index, self->suffix);
  g_autofree char *map_path = make_path (self, index, self->map_suffix);
  g_autoptr (LucidaPrediction) row = NULL;
  g_autoptr (GError) failure = NULL;

  if (self->keep && exists (path) && (!map_path || exists (map_path)))
    {
      self->report.skipped++;
      return TRUE;
    }
  row = lucida_prediction_new (index);
  if (run (self, index, path, map_path, row, pool, cancellable, &failure))
    self->report.done++;
  else if (g_error_matches (failure, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  else
    note_failure (self, row, failure);
  lucida_predictions_add (self->predictions, g_steal_pointer (&row));
  if (failure && g_error_matches (failure, LUCIDA_ERROR, LUCIDA_ERROR_UNWRITABLE))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return TRUE;
}

/* The table's path; of existing ones none is taken if they are to stay. (transfer full) */
static char *
make_table_path (const LucidaFolderTask *self)
{
  char *path = g_build_filename (self->target, LUCIDA_PREDICTIONS_FILE, NULL);

  for (guint i = 2; self->keep && exists (path); i++)
    {
      g_autofree char *name = g_strdup_printf ("predictions-%u.csv", i);

      g_free (path);
      path = g_build_filename (self->target, name, NULL);
    }
  return path;
}

gboolean
lucida_folder_task_finish (LucidaFolderTask *self, GError **error)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  if (lucida_predictions_get_n_rows (self->predictions) == 0)
    return TRUE;
  path = make_table_path (self);
  text = lucida_predictions_format (self->predictions);
  if (!lucida_atomic_file_write (path, text, strlen (text), error))
    return FALSE;
  g_free (self->report.table);
  self->report.table = g_path_get_basename (path);
  return TRUE;
}

const LucidaFolderReport *
lucida_folder_task_get_report (const LucidaFolderTask *self)
{
  return &self->report;
}
