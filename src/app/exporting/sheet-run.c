#include "config.h"

#include "app/exporting/sheet-run.h"

#include "app/parts/texture.h"
#include "base/error.h"

#define PREVIEW_SIDE 1600 /* pixels, the longer one of a preview at most */

/* What the steps use, one after another. */
typedef struct
{
  LucidaSheetMaker *maker;
  char **pictures;
  guint n_pictures;
  char *path; /* (nullable) */
  guint failed;
  char *failure;
  GdkTexture *texture;
  LucidaSheetRun *run; /* not touched by the steps */
} Work;

struct _LucidaSheetRun
{
  LucidaSteps *steps;
  LucidaSheetProgress progress;
  LucidaSheetDone done;
  gpointer data;
};

static void
work_free (gpointer data)
{
  Work *work = data;

  lucida_sheet_maker_free (work->maker);
  g_strfreev (work->pictures);
  g_free (work->path);
  g_free (work->failure);
  g_clear_object (&work->texture);
  g_free (work);
}

static GdkTexture *
draw (LucidaSheet *sheet)
{
  cairo_surface_t *surface;
  GdkTexture *texture = NULL;
  double width, height, scale;
  cairo_t *cr;

  lucida_sheet_get_size (sheet, &width, &height);
  scale = MIN (PREVIEW_SIDE / MAX (width, height), 2.0);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, MAX ((int) (width * scale), 1),
                                        MAX ((int) (height * scale), 1));
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    {
      cr = cairo_create (surface);
      cairo_scale (cr, scale, scale);
      lucida_sheet_draw (sheet, cr);
      cairo_destroy (cr);
      cairo_surface_flush (surface);
      texture = lucida_texture_new (surface);
    }
  cairo_surface_destroy (surface);
  return texture;
}

static gboolean
step (guint index, gpointer data, LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (GError) failure = NULL;

  if (index == work->n_pictures)
    {
      if (lucida_sheet_maker_get_n_rows (work->maker) == 0)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID, work->failure);
          return FALSE;
        }
      if (work->path)
        return lucida_sheet_maker_write (work->maker, work->path, FALSE, cancellable, error);
      work->texture = draw (lucida_sheet_maker_get_sheet (work->maker));
      return TRUE;
    }
  if (lucida_sheet_maker_add (work->maker, work->pictures[index], pool, cancellable, &failure))
    return TRUE;
  if (g_error_matches (failure, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  /* the others are worth a sheet all the same */
  work->failed++;
  if (!work->failure)
    work->failure = g_strdup (failure->message);
  return TRUE;
}

static void
progress_cb (guint done, guint total, gpointer data)
{
  Work *work = data;
  LucidaSheetRun *self = work->run;

  if (self->progress && done < total)
    self->progress (done, total - 1, self->data);
}

static void
done_cb (gboolean stopped, const GError *error, gpointer data)
{
  Work *work = data;
  LucidaSheetRun *self = work->run;
  const LucidaSheetResult result
      = { stopped, error ? error->message : NULL, work->failed, work->failure, work->texture };

  self->done (&result, self->data);
}

LucidaSheetRun *
lucida_sheet_run_start (LucidaSession *session, const char *kind, LucidaSheetMaker *maker,
                        char *const *pictures, const char *path, LucidaSheetProgress progress,
                        LucidaSheetDone done, gpointer data)
{
  LucidaSheetRun *self = g_new0 (LucidaSheetRun, 1);
  Work *work = g_new0 (Work, 1);

  self->progress = progress;
  self->done = done;
  self->data = data;
  work->maker = maker;
  work->pictures = g_strdupv ((char **) pictures);
  work->n_pictures = g_strv_length (work->pictures);
  work->path = g_strdup (path);
  work->run = self;
  self->steps = lucida_steps_start (session, kind, work->n_pictures + 1, step, progress_cb, done_cb,
                                    work, work_free);
  return self;
}

void
lucida_sheet_run_stop (LucidaSheetRun *self)
{
  lucida_steps_stop (self->steps);
}

void
lucida_sheet_run_free (LucidaSheetRun *self)
{
  if (!self)
    return;
  lucida_steps_free (self->steps);
  g_free (self);
}
