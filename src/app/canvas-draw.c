#include "config.h"

#include "app/canvas-private.h"

#include <math.h>

#define SCALED_AT_ONCE 1200000   /* pixels of picture and result; more is the worker's job */
#define COLOURED_AT_ONCE 600000  /* pixels of map */
#define MAX_SCALED 34000000.0    /* pixels; beyond, Cairo scales the part that is seen */
#define MAX_COLOURED 9000000.0   /* pixels; the map is smooth and bears being stretched */
#define CRISP_ZOOM 4.0           /* from here on pixels of the picture are seen as squares */
#define LEAST_HEAT (0.5 / 255.0) /* what rounds to transparent where cold places are clear */
#define JOB_PRIORITY 50          /* above everything the session does */

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

static void
take_surface (cairo_surface_t **where, cairo_surface_t *surface)
{
  g_clear_pointer (where, cairo_surface_destroy);
  *where = surface;
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
  take_surface (job->picture ? &self->scaled : &map->coloured, result);
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
  if (_lucida_canvas_get_zoom (self) >= CRISP_ZOOM || size > MAX_SCALED || width > 32767
      || height > 32767)
    {
      width = MIN (picture->width, 32767);
      height = MIN (picture->height, 32767);
    }
  if (has_size (self->scaled, width, height))
    return;
  if ((double) picture->width * picture->height + (double) width * height <= SCALED_AT_ONCE)
    {
      cairo_surface_t *surface = lucida_overlay_picture (self->picture, width, height, NULL);

      if (surface)
        take_surface (&self->scaled, surface);
      return;
    }
  if (!self->scaled)
    {
      double shrink = sqrt (MIN (1.0, SCALED_AT_ONCE / ((double) width * height)));

      self->scaled
          = sketch (picture, MAX (1, (int) (width * shrink)), MAX (1, (int) (height * shrink)));
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
  if (has_size (map->coloured, width, height))
    return;
  if (shrink_now == 1.0 || !map->coloured)
    {
      cairo_surface_t *surface = lucida_overlay_colour (
          map->heatmap, CLAMP ((int) lround (wanted_width * shrink_now), 1, 32767),
          CLAMP ((int) lround (wanted_height * shrink_now), 1, 32767), &self->style, NULL);

      if (surface)
        take_surface (&map->coloured, surface);
    }
  if (shrink_now < 1.0)
    push_job (self, map->heatmap, half, width, height);
}

/* Paints @surface over the rectangle, whatever its own size. */
static void
paint (cairo_t *cr, cairo_surface_t *surface, double x, double y, double width, double height,
       double alpha, cairo_filter_t filter)
{
  double scale_x = width / cairo_image_surface_get_width (surface);
  double scale_y = height / cairo_image_surface_get_height (surface);

  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, scale_x, scale_y);
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  /* the edge's own colour, not half of nothing, where the surface is stretched */
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter (cairo_get_source (cr), filter);
  cairo_paint_with_alpha (cr, alpha);
  cairo_restore (cr);
}

/* A fine frame around the part of the picture that the network sees. */
static void
outline (cairo_t *cr, double x, double y, double width, double height)
{
  cairo_rectangle (cr, floor (x) + 0.5, floor (y) + 0.5, floor (width) - 1.0, floor (height) - 1.0);
  cairo_set_line_width (cr, 1.0);
  cairo_set_source_rgba (cr, 1.0, 1.0, 1.0, 0.5);
  cairo_stroke (cr);
}

gboolean
_lucida_canvas_find_hot (const LucidaHeatmap *heatmap, double least, double box[4])
{
  int left = heatmap->width, top = heatmap->height, right = -1, bottom = -1;

  for (int y = 0; y < heatmap->height; y++)
    for (int x = 0; x < heatmap->width; x++)
      if (heatmap->normalised[(gsize) y * (gsize) heatmap->width + (gsize) x] >= least)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = MAX (bottom, y);
        }
  /* a cell is seen as far as the middles of those beside it */
  box[0] = MAX (left - 0.5, 0.0) / heatmap->width;
  box[1] = MAX (top - 0.5, 0.0) / heatmap->height;
  box[2] = MIN (right + 1.5, heatmap->width) / heatmap->width;
  box[3] = MIN (bottom + 1.5, heatmap->height) / heatmap->height;
  return right >= 0;
}

static void
draw_map (LucidaCanvas *self, cairo_t *cr, const LucidaCanvasMap *map,
          const cairo_rectangle_int_t *extent)
{
  double x = self->placement.x / self->picture->width * extent->width;
  double y = self->placement.y / self->picture->height * extent->height;
  double width = self->placement.width / self->picture->width * extent->width;
  double height = self->placement.height / self->picture->height * extent->height;
  double least = self->style.blend == LUCIDA_BLEND_CLEAR ? LEAST_HEAT : 0.0;
  double box[4];

  x += extent->x;
  y += extent->y;
  if (_lucida_canvas_find_hot (map->heatmap, MAX (self->style.threshold, least), box))
    {
      double left = floor (x + box[0] * width), top = floor (y + box[1] * height);

      cairo_save (cr);
      /* whole pixels, so that no edge is drawn half */
      cairo_rectangle (cr, left, top, ceil (x + box[2] * width) - left,
                       ceil (y + box[3] * height) - top);
      cairo_clip (cr);
      paint (cr, map->coloured, x, y, width, height, self->style.opacity, CAIRO_FILTER_BILINEAR);
      cairo_restore (cr);
    }
  if (width < extent->width - 1.0 || height < extent->height - 1.0)
    outline (cr, x, y, width, height);
}

/* Picture and map of one half, in device pixels. */
static void
draw_half (LucidaCanvas *self, cairo_t *cr, LucidaHalf half)
{
  LucidaCanvasMap *map = &self->maps[half];
  cairo_rectangle_int_t extent;

  _lucida_canvas_get_extent (self, half, &extent);
  if (self->scaled_wanted || !self->scaled)
    refresh_scaled (self, &extent);
  if (map->heatmap && (map->wanted || !map->coloured))
    refresh_coloured (self, half, &extent);
  if (self->scaled)
    paint (cr, self->scaled, extent.x, extent.y, extent.width, extent.height, 1.0,
           _lucida_canvas_get_zoom (self) >= CRISP_ZOOM ? CAIRO_FILTER_NEAREST
                                                        : CAIRO_FILTER_BILINEAR);
  if (!map->heatmap || self->bare)
    return;
  if (map->coloured && self->style.opacity > 0.0)
    draw_map (self, cr, map, &extent);
  if (self->style.contours)
    _lucida_canvas_draw_contours (self, cr, half);
}

void
_lucida_canvas_draw (LucidaCanvas *self, cairo_t *cr)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  cairo_scale (cr, 1.0 / scale, 1.0 / scale);
  for (int half = 0; half < _lucida_canvas_get_n_halves (self); half++)
    {
      cairo_rectangle_int_t area;

      _lucida_canvas_get_half (self, half, &area);
      cairo_save (cr);
      cairo_rectangle (cr, area.x, area.y, area.width, area.height);
      cairo_clip (cr);
      draw_half (self, cr, half);
      cairo_restore (cr);
    }
  _lucida_canvas_draw_twin (self, cr);
}

void
_lucida_canvas_invalidate_picture (LucidaCanvas *self)
{
  g_clear_pointer (&self->scaled, cairo_surface_destroy);
  self->scaled_wanted = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_lucida_canvas_invalidate_map (LucidaCanvas *self, LucidaHalf half)
{
  LucidaCanvasMap *map = &self->maps[half];

  map->serial++;
  g_clear_pointer (&map->coloured, cairo_surface_destroy);
  map->wanted = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
