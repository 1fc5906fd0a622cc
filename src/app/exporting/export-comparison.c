#include "config.h"

#include "app/exporting/export-comparison.h"

#include "app/parts/text.h"
#include "base/bidi.h"
#include "base/error.h"
#include "base/escape.h"
#include "export/figure-file.h"
#include "publish/provenance.h"

#include <glib/gi18n.h>
#include <math.h>

#define EXPORT_PRIORITY 5 /* as other exports */

/* Both maps, the main one first. */
enum
{
  MAIN,
  OTHER,
  N_MAPS,
};

typedef struct
{
  char *path;
  LucidaModel *model;
  LucidaPicture *picture;
  LucidaPlacement placement;
  LucidaExplanation *explanations[N_MAPS];
  char *headings[N_MAPS + 1]; /* NULL-terminated */
  char *captions[N_MAPS];
  char *predicted;
  LucidaOverlayStyle style;
  LucidaExportDone done;
  gpointer data;
} ComparisonJob;

static void
comparison_job_free (gpointer data)
{
  ComparisonJob *job = data;

  for (int i = 0; i < N_MAPS; i++)
    {
      lucida_explanation_unref (job->explanations[i]);
      g_free (job->headings[i]);
      g_free (job->captions[i]);
    }
  g_free (job->predicted);
  g_free (job->path);
  lucida_picture_unref (job->picture);
  lucida_model_unref (job->model);
  g_free (job);
}

/* What a PNG says about the second map. */
static void
add_other (const ComparisonJob *job, LucidaProvenance *provenance)
{
  const LucidaExplanation *other = job->explanations[OTHER];

  lucida_provenance_add (provenance, "Compared Class",
                         lucida_model_get_class_name (job->model, other->class_index));
  if (other->against_index != LUCIDA_NO_CLASS)
    lucida_provenance_add (provenance, "Compared Against",
                           lucida_model_get_class_name (job->model, other->against_index));
  lucida_provenance_add (provenance, "Compared Layer", other->layer);
  lucida_provenance_add (provenance, "Compared Method", other->method->title);
}

/* On the worker's thread. Returns the path (char *). */
static gpointer
comparison_job_run (gpointer data, LucidaJob *handle, GCancellable *cancellable, GError **error)
{
  ComparisonJob *job = data;
  g_autoptr (LucidaSheet) sheet
      = lucida_sheet_new ((const char *const *) job->headings, &job->style);
  g_autoptr (LucidaProvenance) provenance = NULL;
  g_autofree char *title = lucida_escape (job->picture->name);
  LucidaHeatmap *maps[N_MAPS];

  for (int i = 0; i < N_MAPS; i++)
    maps[i] = job->explanations[i]->heatmap;
  lucida_sheet_add_row (sheet, job->picture, &job->placement, title, job->predicted, maps,
                        (const char *const *) job->captions);
  if (lucida_file_kind (job->path) == LUCIDA_FILE_PNG)
    {
      provenance = lucida_provenance_new (job->model, job->explanations[MAIN], FALSE, cancellable);
      add_other (job, provenance);
    }
  return lucida_figure_file_write_sheet (
             job->path, sheet, provenance ? lucida_provenance_get_keys (provenance) : NULL,
             provenance ? lucida_provenance_get_values (provenance) : NULL, error)
             ? g_strdup (job->path)
             : NULL;
}

static void
comparison_job_done (gpointer result, const GError *error, gpointer data)
{
  ComparisonJob *job = data;

  g_free (result);
  job->done (job->path, error, job->data);
}

/* "cat 69 %": what the network takes the picture for. (transfer full) */
static char *
describe_predicted (LucidaSession *session, LucidaModel *model)
{
  const float *probabilities = lucida_session_get_probabilities (session);
  int predicted = lucida_session_get_predicted (session);
  g_autofree char *percent = NULL;

  if (predicted < 0 || !probabilities)
    return g_strdup (predicted < 0 ? "" : lucida_model_get_class_name (model, predicted));
  percent = lucida_text_percent (probabilities[predicted]);
  return lucida_bidi_join (lucida_model_get_class_name (model, predicted), percent);
}

gboolean
lucida_export_comparison (LucidaSession *session, const LucidaOverlayStyle *style, const char *path,
                          LucidaExportDone done, gpointer data, GError **error)
{
  LucidaExplanation *explanations[N_MAPS] = { lucida_session_get_explanation (session),
                                              lucida_session_get_other_explanation (session) };
  LucidaFileKind kind = lucida_file_kind (path);
  ComparisonJob *job;

  if (kind == LUCIDA_FILE_UNKNOWN || kind == LUCIDA_FILE_NPY || kind == LUCIDA_FILE_CSV)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("%s: the end of the name decides the kind of file; use .png, .jpg, .pdf or "
                      ".svg for a comparison"),
                   path);
      return FALSE;
    }
  if (!explanations[MAIN] || !explanations[OTHER] || !lucida_session_get_worker (session))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("There are not two heat maps yet; wait until both are computed"));
      return FALSE;
    }
  job = g_new0 (ComparisonJob, 1);
  job->path = g_strdup (path);
  job->model = lucida_model_ref (lucida_session_get_model (session));
  job->picture = lucida_picture_ref (lucida_session_get_picture (session));
  lucida_session_get_placement (session, &job->placement);
  job->predicted = describe_predicted (session, job->model);
  job->style = *style;
  job->done = done;
  job->data = data;
  for (int i = 0; i < N_MAPS; i++)
    {
      g_autofree char *layer = lucida_text_layer (job->model, explanations[i]);
      g_autofree char *why = lucida_text_why (job->model, explanations[i]->class_index,
                                              explanations[i]->against_index);
      /* the headings' lines are their own */
      g_autofree char *first = lucida_escape (why);
      g_autofree char *second = lucida_escape (layer);

      job->explanations[i] = lucida_explanation_ref (explanations[i]);
      job->headings[i]
          = g_strdup_printf ("%s\n%s\n%s", first, second, explanations[i]->method->title);
      job->captions[i] = lucida_text_class (job->model, explanations[i]);
    }
  lucida_worker_push (lucida_session_get_worker (session), NULL, EXPORT_PRIORITY,
                      comparison_job_run, job, comparison_job_free, g_free, NULL,
                      comparison_job_done);
  return TRUE;
}
