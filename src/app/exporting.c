#include "config.h"

#include "app/exporting.h"

#include "app/text.h"
#include "base/atomic-file.h"
#include "base/error.h"
#include "base/npy.h"
#include "export/csv.h"
#include "export/image-file.h"
#include "export/vector-file.h"

#include <glib/gi18n.h>
#include <string.h>

#define EXPORT_PRIORITY 5 /* below everything that a person waits for with open eyes */

typedef struct
{
  char *path; /* NULL: the clipboard */
  LucidaFileKind kind;
  LucidaPicture *picture;
  LucidaHeatmap *heatmap; /* NULL: the bare picture */
  LucidaPlacement placement;
  LucidaOverlayStyle style;
  char *keys[6]; /* what a PNG says about itself */
  char *values[6];
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
  g_clear_pointer (&job->heatmap, lucida_heatmap_unref);
  for (gsize i = 0; i < G_N_ELEMENTS (job->values); i++)
    {
      g_free (job->keys[i]);
      g_free (job->values[i]);
    }
  g_clear_object (&job->clipboard);
  g_free (job);
}

static gboolean
write_npy (const ExportJob *job, GError **error)
{
  const LucidaShape shape = { 2, { job->heatmap->height, job->heatmap->width } };
  g_autoptr (GBytes) bytes = lucida_npy_format (job->heatmap->map, &shape);

  if (!bytes)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   _ ("There is not enough memory for %s"), job->path);
      return FALSE;
    }
  return lucida_atomic_file_write (job->path, g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes), error);
}

static gboolean
write_csv (const ExportJob *job, GError **error)
{
  gsize size;
  g_autofree char *text
      = lucida_csv_format (job->heatmap->map, job->heatmap->height, job->heatmap->width, &size);

  return lucida_atomic_file_write (job->path, text, size, error);
}

static void
draw_surface (cairo_t *cr, gpointer data)
{
  cairo_set_source_surface (cr, data, 0.0, 0.0);
  cairo_paint (cr);
}

static gboolean
write_overlay (const ExportJob *job, cairo_surface_t *surface, GError **error)
{
  if (job->kind == LUCIDA_FILE_PDF || job->kind == LUCIDA_FILE_SVG)
    return lucida_vector_file_write (job->path, job->kind, job->picture->width,
                                     job->picture->height, draw_surface, surface, error);
  return lucida_image_file_write (job->path, job->kind, surface, (const char *const *) job->keys,
                                  (const char *const *) job->values, error);
}

static gpointer
make_texture (cairo_surface_t *surface)
{
  int height = cairo_image_surface_get_height (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
      cairo_image_surface_get_data (surface), stride * (gsize) height,
      (GDestroyNotify) cairo_surface_destroy, cairo_surface_reference (surface));
  guint8 *pixels = cairo_image_surface_get_data (surface);

  /* RGB24 leaves the fourth byte open; the texture takes it for opacity */
  for (gsize i = 0; i < stride * (gsize) height / 4; i++)
    ((guint32 *) (void *) pixels)[i] |= 0xff000000u;
  return gdk_memory_texture_new (cairo_image_surface_get_width (surface), height,
                                 GDK_MEMORY_DEFAULT, bytes, stride);
}

/* On the worker's thread. Returns a texture (GdkTexture), or the path that was written (char *). */
static gpointer
export_job_run (gpointer data, LucidaJob *handle, GCancellable *cancellable, GError **error)
{
  ExportJob *job = data;
  cairo_surface_t *surface;
  gpointer result = NULL;

  if (job->kind == LUCIDA_FILE_NPY)
    return write_npy (job, error) ? g_strdup (job->path) : NULL;
  if (job->kind == LUCIDA_FILE_CSV)
    return write_csv (job, error) ? g_strdup (job->path) : NULL;
  surface
      = lucida_overlay_compose (job->picture, &job->placement, job->heatmap, &job->style, error);
  if (!surface)
    return NULL;
  if (!job->path)
    result = make_texture (surface);
  else if (write_overlay (job, surface, error))
    result = g_strdup (job->path);
  cairo_surface_destroy (surface);
  return result;
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

static void
describe (ExportJob *job, LucidaSession *session, const LucidaExplanation *explanation)
{
  LucidaModel *model = lucida_session_get_model (session);
  int n = 0;

  job->keys[n] = g_strdup ("Software");
  job->values[n++] = g_strdup ("CAM Lucida " LUCIDA_VERSION);
  if (!explanation || !model)
    return;
  job->keys[n] = g_strdup ("Model");
  job->values[n++] = g_strdup (lucida_model_get_title (model));
  job->keys[n] = g_strdup ("Class");
  job->values[n++] = g_strdup (lucida_model_get_class_name (model, explanation->class_index));
  job->keys[n] = g_strdup ("Layer");
  job->values[n++] = lucida_text_layer (model, explanation);
  job->keys[n] = g_strdup ("Method");
  job->values[n++] = g_strdup (explanation->method->title);
}

/* A job for what is shown now; NULL if nothing is. */
static ExportJob *
export_job_new (LucidaSession *session, const LucidaOverlayStyle *style, LucidaExportDone done,
                gpointer data)
{
  LucidaPicture *picture = lucida_session_get_picture (session);
  LucidaExplanation *explanation = lucida_session_get_explanation (session);
  ExportJob *job;

  if (!picture || !lucida_session_get_worker (session))
    return NULL;
  job = g_new0 (ExportJob, 1);
  job->picture = lucida_picture_ref (picture);
  if (explanation && lucida_session_get_placement (session, &job->placement))
    job->heatmap = lucida_heatmap_ref (explanation->heatmap);
  job->style = *style;
  job->done = done;
  job->data = data;
  describe (job, session, explanation);
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
lucida_export_start (LucidaSession *session, const LucidaOverlayStyle *style, const char *path,
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
  job = export_job_new (session, style, done, data);
  if (!job || (!job->heatmap && (kind == LUCIDA_FILE_NPY || kind == LUCIDA_FILE_CSV)))
    {
      g_clear_pointer (&job, export_job_free);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("There is nothing to export yet; open a picture and a model first"));
      return FALSE;
    }
  job->kind = kind;
  job->path = g_strdup (path);
  return start (session, job);
}

gboolean
lucida_export_copy (LucidaSession *session, const LucidaOverlayStyle *style,
                    GdkClipboard *clipboard, LucidaExportDone done, gpointer data, GError **error)
{
  ExportJob *job = export_job_new (session, style, done, data);

  if (!job)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   _ ("There is nothing to copy yet; open a picture first"));
      return FALSE;
    }
  job->kind = LUCIDA_FILE_UNKNOWN;
  job->clipboard = g_object_ref (clipboard);
  return start (session, job);
}
