#include "config.h"

#include "app/exporting/exporting.h"

#include "app/parts/text.h"
#include "app/parts/texture.h"
#include "base/error.h"

#include <glib/gi18n.h>
#include <string.h>

#define EXPORT_PRIORITY 5 /* below everything that a person waits for with open eyes */

typedef struct
{
  char *path;         /* NULL: the clipboard */
  LucidaModel *model; /* (nullable) */
  LucidaPicture *picture;
  LucidaExplanation *explanation; /* NULL: the bare picture */
  LucidaOverlayOptions options;
  GdkClipboard *clipboard;
  LucidaExportDone done;
  gpointer data;
} ExportJob;

static void
export_job_free (gpointer data)
{
  ExportJob *job = data;

  g_free (job->path);
  lucida_picture_unref (job->picture);
  g_clear_pointer (&job->explanation, lucida_explanation_unref);
  g_clear_pointer (&job->model, lucida_model_unref);
  g_clear_object (&job->clipboard);
  g_free (job);
}

static gboolean
is_map (LucidaFileKind kind)
{
  return kind == LUCIDA_FILE_NPY || kind == LUCIDA_FILE_CSV;
}

static GdkTexture *
make_overlay (const ExportJob *job, GError **error)
{
  LucidaPlacement placement = { 0 };
  cairo_surface_t *surface;
  GdkTexture *texture;

  if (job->explanation)
    placement = lucida_picture_place (job->picture->width, job->picture->height,
                                      lucida_model_get_preprocessing (job->model));
  surface = lucida_overlay_compose (job->picture, &placement,
                                    job->explanation ? job->explanation->heatmap : NULL,
                                    &job->options.style, error);
  if (!surface)
    return NULL;
  texture = lucida_texture_new (surface);
  cairo_surface_destroy (surface);
  return texture;
}

/* On the worker's thread. Returns a texture (GdkTexture), or the path that was written (char *). */
static gpointer
export_job_run (gpointer data, LucidaJob *handle, GCancellable *cancellable, GError **error)
{
  ExportJob *job = data;
  gboolean written;

  if (!job->path)
    return make_overlay (job, error);
  if (is_map (lucida_file_kind (job->path)))
    written = lucida_map_file_write (job->path, job->explanation->heatmap, error);
  else
    written = lucida_overlay_file_write (job->path, job->model, job->picture, job->explanation,
                                         &job->options, cancellable, error);
  return written ? g_strdup (job->path) : NULL;
}

static void
export_job_done (gpointer result, const GError *error, gpointer data)
{
  ExportJob *job = data;

  if (result && !job->path)
    {
      gdk_clipboard_set_texture (job->clipboard, result);
      g_object_unref (result);
    }
  else
    g_free (result);
  job->done (job->path, error, job->data);
}

/* A job for what is shown now; NULL if nothing is. */
static ExportJob *
export_job_new (LucidaSession *session, const LucidaOverlayOptions *options, LucidaExportDone done,
                gpointer data)
{
  LucidaPicture *picture = lucida_session_get_picture (session);
  LucidaModel *model = lucida_session_get_model (session);
  LucidaExplanation *explanation = lucida_session_get_explanation (session);
  ExportJob *job;

  if (!picture || !lucida_session_get_worker (session))
    return NULL;
  job = g_new0 (ExportJob, 1);
  job->picture = lucida_picture_ref (picture);
  if (explanation)
    job->explanation = lucida_explanation_ref (explanation);
  if (model)
    job->model = lucida_model_ref (model);
  job->options = *options;
  job->done = done;
  job->data = data;
  return job;
}

char *
lucida_export_dup_name (LucidaSession *session, const char *suffix)
{
  LucidaPicture *picture = lucida_session_get_picture (session);
  LucidaModel *model = lucida_session_get_model (session);
  LucidaExplanation *explanation = lucida_session_get_explanation (session);
  g_autoptr (GString) name = g_string_new (picture ? picture->name : "camlucida");
  char *dot = strrchr (name->str, '.');

  if (dot && dot != name->str)
    g_string_truncate (name, (gsize) (dot - name->str));
  if (explanation && model)
    {
      g_autofree char *layer = lucida_text_layer (model, explanation);

      g_string_append_printf (name, "-%s-%s-%s",
                              lucida_model_get_class_name (model, explanation->class_index), layer,
                              explanation->method->name);
    }
  g_string_append (name, suffix);
  /* what would be a folder or a control character in a name */
  for (char *c = name->str; *c; c++)
    if (*c == G_DIR_SEPARATOR || (guchar) *c < ' ' || *c == ':')
      *c = '-';
  return g_string_free (g_steal_pointer (&name), FALSE);
}

static gboolean
start (LucidaSession *session, ExportJob *job)
{
  lucida_worker_push (lucida_session_get_worker (session), NULL, EXPORT_PRIORITY, export_job_run,
                      job, export_job_free, job->path ? g_free : g_object_unref, NULL,
                      export_job_done);
  return TRUE;
}

gboolean
lucida_export_start (LucidaSession *session, const LucidaOverlayOptions *options, const char *path,
                     LucidaExportDone done, gpointer data, GError **error)
{
  LucidaFileKind kind = lucida_file_kind (path);
  ExportJob *job;

  if (kind == LUCIDA_FILE_UNKNOWN)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("%s: the end of the name decides the kind of file; use .png, .jpg, .pdf, "
                      ".svg, .npy or .csv"),
                   path);
      return FALSE;
    }
  job = export_job_new (session, options, done, data);
  if (!job || (!job->explanation && is_map (kind)))
    {
      g_clear_pointer (&job, export_job_free);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("There is nothing to export yet; open a picture and a model first"));
      return FALSE;
    }
  job->path = g_strdup (path);
  return start (session, job);
}

gboolean
lucida_export_copy (LucidaSession *session, const LucidaOverlayStyle *style,
                    GdkClipboard *clipboard, LucidaExportDone done, gpointer data, GError **error)
{
  const LucidaOverlayOptions options = { .style = *style };
  ExportJob *job = export_job_new (session, &options, done, data);

  if (!job)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("There is nothing to copy yet; open a picture first"));
      return FALSE;
    }
  job->clipboard = g_object_ref (clipboard);
  return start (session, job);
}
