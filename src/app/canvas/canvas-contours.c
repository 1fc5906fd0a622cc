#include "config.h"

#include "app/canvas/canvas-private.h"

#include "render/contours.h"

#include <math.h>

#define DRAWN_AT_ONCE 1200000 /* pixels of canvas; more is the worker's job */
#define TRACED_AT_ONCE 1000   /* cells of a map */
#define LINE_WIDTH 1.4        /* in widget coordinates */
#define JOB_PRIORITY 50       /* as what else the canvas waits for */

typedef struct
{
  LucidaCanvas *canvas;
  LucidaHalf half;
  LucidaHeatmap *heatmap;
  LucidaCanvasPlace place;
  double x, y, width, height; /* where the map lies in the viewport */
  double line_width;
} LinesJob;

static void
lines_job_free (gpointer data)
{
  LinesJob *job = data;

  g_object_unref (job->canvas);
  lucida_heatmap_unref (job->heatmap);
  g_free (job);
}

/* On the worker's thread as well: touches nothing but the job. NULL without memory. */
static cairo_surface_t *
draw_lines (const LinesJob *job)
{
  g_autoptr (LucidaContours) contours = lucida_contours_new (job->heatmap);
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_ARGB32, job->place.viewport.width, job->place.viewport.height);
  cairo_t *cr;

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  cr = cairo_create (surface);
  lucida_contours_draw (contours, cr, job->x, job->y, job->width, job->height, job->line_width);
  cairo_destroy (cr);
  return surface;
}

static gpointer
lines_job_run (gpointer data, LucidaJob *handle, GCancellable *cancellable, GError **error)
{
  return draw_lines (data);
}

static void
take_lines (LucidaCanvasMap *map, cairo_surface_t *lines, const LucidaCanvasPlace *place)
{
  _lucida_canvas_image_take (&map->lines, lines);
  map->lines_place = *place;
}

static gboolean
is_same_place (const LucidaCanvasPlace *a, const LucidaCanvasPlace *b)
{
  return gdk_rectangle_equal (&a->viewport, &b->viewport)
         && gdk_rectangle_equal (&a->extent, &b->extent);
}

static void
lines_job_done (gpointer result, const GError *error, gpointer data)
{
  LinesJob *job = data;
  LucidaCanvasMap *map = &job->canvas->maps[job->half];

  /* what was asked for later may have been drawn at once */
  if (result && job->heatmap == map->heatmap
      && !is_same_place (&map->lines_place, &map->lines_asked))
    {
      take_lines (map, result, &job->place);
      gtk_widget_queue_draw (GTK_WIDGET (job->canvas));
    }
  else if (result)
    cairo_surface_destroy (result);
}

/* Brings the lines up to the view: at once if that is quick, else by the worker while those that
 * are there are shown. */
static void
refresh_lines (LucidaCanvas *self, LucidaHalf half, const LucidaCanvasPlace *place)
{
  static const char *const kinds[] = { "canvas-lines", "canvas-other-lines" };
  LucidaCanvasMap *map = &self->maps[half];
  LucidaPlacement lies;
  LinesJob *job;

  if (is_same_place (place, &map->lines_asked))
    return;
  map->lines_asked = *place;
  job = g_new0 (LinesJob, 1);
  job->canvas = g_object_ref (self);
  job->half = half;
  job->heatmap = lucida_heatmap_ref (map->heatmap);
  job->place = *place;
  lies = _lucida_canvas_place_map (self, &place->extent);
  job->x = lies.x - place->viewport.x;
  job->y = lies.y - place->viewport.y;
  job->width = lies.width;
  job->height = lies.height;
  job->line_width = LINE_WIDTH * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  if (place->viewport.width * place->viewport.height <= DRAWN_AT_ONCE
      && job->heatmap->width * job->heatmap->height <= TRACED_AT_ONCE)
    {
      cairo_surface_t *lines = draw_lines (job);

      if (lines)
        take_lines (map, lines, place);
      lines_job_free (job);
    }
  else if (self->worker)
    lucida_worker_push (self->worker, kinds[half], JOB_PRIORITY, lines_job_run, job, lines_job_free,
                        (GDestroyNotify) cairo_surface_destroy, NULL, lines_job_done);
  else
    lines_job_free (job);
}

/* To whole pixels around the map's @box. */
static void
clip_to_box (cairo_t *cr, const LucidaPlacement *map, const double box[4], double margin)
{
  double left = floor (map->x - margin + box[0] * map->width);
  double top = floor (map->y - margin + box[1] * map->height);

  cairo_rectangle (cr, left, top, ceil (map->x + margin + box[2] * map->width) - left,
                   ceil (map->y + margin + box[3] * map->height) - top);
  cairo_clip (cr);
}

gboolean
_lucida_canvas_place_contours (LucidaCanvas *self, LucidaHalf half, LucidaPlacement *placement)
{
  LucidaCanvasMap *map = &self->maps[half];
  const LucidaCanvasPlace *drawn = &map->lines_place;
  LucidaCanvasPlace place;
  double scale_x, scale_y;

  _lucida_canvas_get_viewport (self, half, &place.viewport);
  _lucida_canvas_get_extent (self, half, &place.extent);
  if (place.viewport.width <= 0 || place.viewport.height <= 0)
    return FALSE;
  refresh_lines (self, half, &place);
  if (!map->lines.surface)
    return FALSE;
  scale_x = (double) place.extent.width / drawn->extent.width;
  scale_y = (double) place.extent.height / drawn->extent.height;
  placement->x = place.extent.x + (drawn->viewport.x - drawn->extent.x) * scale_x;
  placement->y = place.extent.y + (drawn->viewport.y - drawn->extent.y) * scale_y;
  placement->width = drawn->viewport.width * scale_x;
  placement->height = drawn->viewport.height * scale_y;
  return TRUE;
}

void
_lucida_canvas_draw_contours (LucidaCanvas *self, cairo_t *cr, LucidaHalf half)
{
  LucidaCanvasMap *map = &self->maps[half];
  double margin = 2.0 * LINE_WIDTH * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_rectangle_int_t extent;
  LucidaPlacement lines;
  LucidaPlacement lies;
  double box[4];

  if (!_lucida_canvas_place_contours (self, half, &lines)
      || !lucida_heatmap_find_box (map->heatmap, lucida_contours_get_level (0), box))
    return;
  _lucida_canvas_get_extent (self, half, &extent);
  lies = _lucida_canvas_place_map (self, &extent);
  cairo_save (cr);
  clip_to_box (cr, &lies, box, margin);
  cairo_translate (cr, lines.x, lines.y);
  cairo_scale (cr, lines.width / cairo_image_surface_get_width (map->lines.surface),
               lines.height / cairo_image_surface_get_height (map->lines.surface));
  cairo_set_source_surface (cr, map->lines.surface, 0.0, 0.0);
  cairo_paint (cr);
  cairo_restore (cr);
}

void
_lucida_canvas_drop_contours (LucidaCanvas *self, LucidaHalf half)
{
  LucidaCanvasMap *map = &self->maps[half];

  _lucida_canvas_image_take (&map->lines, NULL);
  map->lines_place = map->lines_asked = (LucidaCanvasPlace){ 0 };
}
