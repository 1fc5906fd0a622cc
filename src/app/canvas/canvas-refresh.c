#include "config.h"

#include "app/canvas/canvas-private.h"

#include <math.h>

#define SCALED_AT_ONCE 1200000  /* pixels of picture and result; more is the worker's job */
#define COLOURED_AT_ONCE 600000 /* pixels of map */
#define MAX_SCALED 34000000.0   /* pixels; beyond, Cairo scales the part that is seen */
#define MAX_COLOURED 9000000.0  /* pixels; the map is smooth and bears being stretched */
#define JOB_PRIORITY 50         /* above everything the session does */

typedef struct
{
  LucidaCanvas *canvas;
  LucidaHalf half;
  guint serial;           /* of the map */
  LucidaPicture *picture; /* either that is scaled */
  LucidaHeatmap *heatmap; /* or that is coloured */
  LucidaOverlayStyle style;
  int width;
  int height;
} ScaleJob;

static void
scale_job_free (gpointer data)
{
  ScaleJob *job = data;

  g_object_unref (job->canvas);
  g_clear_pointer (&job->picture, lucida_picture_unref);
  g_clear_pointer (&job->heatmap, lucida_heatmap_unref);
  g_free (job);
}

/* On the worker's thread: touches nothing but the job. */
static gpointer
scale_job_run (gpointer data, LucidaJob *handle, GCancellable *cancellable, GError **error)
{
  ScaleJob *job = data;

  return job->picture
             ? lucida_overlay_picture (job->picture, job->width, job->height, error)
             : lucida_overlay_colour (job->heatmap, job->width, job->height, &job->style, error);
}

/* Without memory for the sharp one, the coarse one stays. */
static void
scale_job_done (gpointer result, const GError *error, gpointer data)
{
  ScaleJob *job = data;
  LucidaCanvas *self = job->canvas;
  LucidaCanvasMap *map = &self->maps[job->half];

  if (!result)
    return;
  if (job->picture ? job->picture != self->picture : job->serial != map->serial)
    {
      cairo_surface_destroy (result);
      return;
    }
  _lucida_canvas_image_take (job->picture ? &self->scaled : &map->coloured, result);
  /* the view may have come back to a size that was there before */
  self->scaled_wanted = TRUE;
  map->wanted = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Of the half's map, or of the picture where @heatmap is NULL. */
static void
push_job (LucidaCanvas *self, LucidaHeatmap *heatmap, LucidaHalf half, int width, int height)
{
  static const char *const map_kinds[] = { "canvas-map", "canvas-other-map" };
  ScaleJob *job;

  if (!self->worker)
    return;
  job = g_new0 (ScaleJob, 1);
  job->canvas = g_object_ref (self);
  job->half = half;
  job->serial = self->maps[half].serial;
  if (heatmap)
    job->heatmap = lucida_heatmap_ref (heatmap);
  else
    job->picture = lucida_picture_ref (self->picture);
  job->style = self->style;
  job->width = width;
  job->height = height;
  lucida_worker_push (self->worker, heatmap ? map_kinds[half] : "canvas-picture", JOB_PRIORITY,
                      scale_job_run, job, scale_job_free, (GDestroyNotify) cairo_surface_destroy,
                      NULL, scale_job_done);
}

/* A first impression of a large picture: every so many pixels one. */
static cairo_surface_t *
sketch (const LucidaPicture *picture, int width, int height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  guint8 *pixels = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);

  if (!pixels)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  for (int y = 0; y < height; y++)
    {
      const guint8 *from
          = picture->pixels + (gsize) ((gint64) y * picture->height / height) * picture->stride;
      guint32 *to = (guint32 *) (void *) (pixels + (gsize) y * (gsize) stride);

      for (int x = 0; x < width; x++)
        {
          const guint8 *rgb = from + 3 * (gsize) ((gint64) x * picture->width / width);

          to[x] = ((guint32) rgb[0] << 16) | ((guint32) rgb[1] << 8) | rgb[2];
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

static gboolean
has_size (cairo_surface_t *surface, int width, int height)
{
  return surface && cairo_image_surface_get_width (surface) == width
         && cairo_image_surface_get_height (surface) == height;
}

/* Brings the scaled picture up to the view: at once if that is quick, else by the worker while the
 * nearest one that is there is shown. */
static void
refresh_scaled (LucidaCanvas *self, const cairo_rectangle_int_t *extent)
{
  const LucidaPicture *picture = self->picture;
  double size = (double) extent->width * extent->height;
  int width = extent->width;
  int height = extent->height;

  self->scaled_wanted = FALSE;
  if (_lucida_canvas_is_crisp (self) || size > MAX_SCALED || width > 32767 || height > 32767)
    {
      width = MIN (picture->width, 32767);
      height = MIN (picture->height, 32767);
    }
  if (has_size (self->scaled.surface, width, height))
    return;
  if ((double) picture->width * picture->height + (double) width * height <= SCALED_AT_ONCE)
    {
      cairo_surface_t *surface = lucida_overlay_picture (self->picture, width, height, NULL);

      if (surface)
        _lucida_canvas_image_take (&self->scaled, surface);
      return;
    }
  if (!self->scaled.surface)
    {
      double shrink = sqrt (MIN (1.0, SCALED_AT_ONCE / ((double) width * height)));

      _lucida_canvas_image_take (&self->scaled, sketch (picture, MAX (1, (int) (width * shrink)),
                                                        MAX (1, (int) (height * shrink))));
    }
  push_job (self, NULL, LUCIDA_HALF_MAIN, width, height);
}

/* The same for the coloured map. */
static void
refresh_coloured (LucidaCanvas *self, LucidaHalf half, const cairo_rectangle_int_t *extent)
{
  LucidaCanvasMap *map = &self->maps[half];
  double wanted_width = self->placement.width / self->picture->width * extent->width;
  double wanted_height = self->placement.height / self->picture->height * extent->height;
  double wanted = wanted_width * wanted_height;
  double shrink = sqrt (MIN (1.0, MAX_COLOURED / wanted));
  double shrink_now = sqrt (MIN (1.0, COLOURED_AT_ONCE / wanted));
  int width = CLAMP ((int) lround (wanted_width * shrink), 1, 32767);
  int height = CLAMP ((int) lround (wanted_height * shrink), 1, 32767);

  map->wanted = FALSE;
  if (has_size (map->coloured.surface, width, height))
    return;
  if (shrink_now == 1.0 || !map->coloured.surface)
    {
      cairo_surface_t *surface = lucida_overlay_colour (
          map->heatmap, CLAMP ((int) lround (wanted_width * shrink_now), 1, 32767),
          CLAMP ((int) lround (wanted_height * shrink_now), 1, 32767), &self->style, NULL);

      if (surface)
        _lucida_canvas_image_take (&map->coloured, surface);
    }
  if (shrink_now < 1.0)
    push_job (self, map->heatmap, half, width, height);
}

void
_lucida_canvas_refresh (LucidaCanvas *self, LucidaHalf half, const cairo_rectangle_int_t *extent)
{
  LucidaCanvasMap *map = &self->maps[half];

  if (self->scaled_wanted || !self->scaled.surface)
    refresh_scaled (self, extent);
  if (map->heatmap && (map->wanted || !map->coloured.surface))
    refresh_coloured (self, half, extent);
}

void
_lucida_canvas_invalidate_picture (LucidaCanvas *self)
{
  _lucida_canvas_image_take (&self->scaled, NULL);
  self->scaled_wanted = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_lucida_canvas_invalidate_map (LucidaCanvas *self, LucidaHalf half)
{
  LucidaCanvasMap *map = &self->maps[half];

  map->serial++;
  _lucida_canvas_image_take (&map->coloured, NULL);
  map->wanted = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
