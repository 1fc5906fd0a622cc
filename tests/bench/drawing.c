/* How long the window's canvas takes to draw a frame, off screen, at 3840 × 2160 with a picture of
 * 24 megapixels. Beside it, in turns, the floor: one plain copy of a surface of that size; the
 * ratio is that of processor time. A display is needed, but nothing is shown on it. */
#include "app/canvas/canvas-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WIDTH 3840
#define HEIGHT 2160
#define PICTURE_WIDTH 6528
#define PICTURE_HEIGHT 3672
#define MAP_SIDE 14
#define FRAMES 60
#define QUIET_MS 300.0

typedef struct
{
  LucidaCanvas *canvas;
  LucidaWorker *worker;
  LucidaOverlayStyle style;
  cairo_surface_t *target;
  cairo_surface_t *source; /* of the plain copy */
} Bench;

typedef void (*ChangeFunc) (Bench *self, int frame);
typedef void (*FrameFunc) (Bench *self);

static double
get_ms (gint64 since)
{
  return (double) (g_get_monotonic_time () - since) / 1000.0;
}

/* Of this thread: what other programs take from it does not count. */
static double
get_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1000.0 + (double) now.tv_nsec / 1e6;
}

/* Our own drawing. */
static void
draw_frame (Bench *self)
{
  cairo_t *cr = cairo_create (self->target);

  _lucida_canvas_draw (self->canvas, cr);
  cairo_destroy (cr);
}

/* And with what GTK's Cairo renderer does around it: it records what is drawn, plays that into an
 * image of its own, and lays this over the window. */
static void
render_frame (Bench *self)
{
  GtkWidget *widget = GTK_WIDGET (self->canvas);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;
  cairo_t *cr = cairo_create (self->target);

  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node)
    {
      gsk_render_node_draw (node, cr);
      gsk_render_node_unref (node);
    }
  cairo_destroy (cr);
}

/* What there is to do for a renderer on the graphics card, which has the textures already. */
static void
compose_frame (Bench *self)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GskRenderNode *node;

  _lucida_canvas_compose (self->canvas, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node)
    gsk_render_node_unref (node);
}

static void
copy_frame (Bench *self)
{
  cairo_t *cr = cairo_create (self->target);

  cairo_set_source_surface (cr, self->source, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
}

/* Until the worker has had nothing left to make sharper for a while. */
static void
settle (Bench *self)
{
  gint64 since = g_get_monotonic_time ();

  while (get_ms (since) < QUIET_MS)
    {
      draw_frame (self);
      if (lucida_worker_is_busy (self->worker))
        since = g_get_monotonic_time ();
      while (g_main_context_iteration (NULL, FALSE))
        since = g_get_monotonic_time ();
      g_usleep (1000);
    }
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (double *values)
{
  qsort (values, FRAMES, sizeof *values, compare_doubles);
  return values[FRAMES / 2];
}

static void
measure (Bench *self, const char *what, ChangeFunc change, FrameFunc draw)
{
  double frames[FRAMES], cpu[FRAMES], copies[FRAMES], ratios[FRAMES];
  double median;

  settle (self);
  for (int i = 0; i < FRAMES; i++)
    {
      gint64 start = g_get_monotonic_time ();
      double cpu_start = get_cpu_ms (), cpu_copy;

      change (self, i);
      draw (self);
      frames[i] = get_ms (start);
      cpu[i] = get_cpu_ms () - cpu_start;
      start = g_get_monotonic_time ();
      cpu_start = get_cpu_ms ();
      copy_frame (self);
      copies[i] = get_ms (start);
      cpu_copy = get_cpu_ms () - cpu_start;
      ratios[i] = cpu[i] / cpu_copy;
    }
  median = get_median (frames);
  g_print ("%-26s %7.1f %7.1f %7.1f %7.1f %7.1f %7.2f\n", what, frames[0], median,
           frames[FRAMES - 1], get_median (cpu), get_median (copies), get_median (ratios));
}

static void
change_opacity (Bench *self, int frame)
{
  self->style.opacity = (frame + 1.0) / (FRAMES + 1.0);
  lucida_canvas_set_style (self->canvas, &self->style);
}

static void
change_threshold (Bench *self, int frame)
{
  self->style.threshold = frame * 0.5 / FRAMES;
  lucida_canvas_set_style (self->canvas, &self->style);
}

static void
change_colours (Bench *self, int frame)
{
  self->style.colormap = lucida_colormap_find (frame % 2 ? "turbo" : "viridis");
  lucida_canvas_set_style (self->canvas, &self->style);
}

static void
change_split (Bench *self, int frame)
{
  lucida_canvas_set_split (self->canvas, (frame + 0.5) / FRAMES);
}

static void
change_centre (Bench *self, int frame)
{
  lucida_canvas_pan (self->canvas, frame % 20 < 10 ? 1 : -1, 0);
}

static LucidaPicture *
make_picture (void)
{
  gsize stride = PICTURE_WIDTH * 3;
  g_autofree guint8 *pixels = g_malloc (stride * PICTURE_HEIGHT);
  guint32 noise = 1;

  for (gsize i = 0; i < stride * PICTURE_HEIGHT; i++)
    {
      noise = noise * 1664525u + 1013904223u;
      pixels[i] = (guint8) (i / stride * 200 / PICTURE_HEIGHT + (noise >> 27));
    }
  return lucida_picture_new (PICTURE_WIDTH, PICTURE_HEIGHT, stride, pixels, "bench", NULL);
}

/* Two hills on a plain, as such maps are. */
static LucidaHeatmap *
make_heatmap (double shift)
{
  float map[MAP_SIDE * MAP_SIDE];

  for (int i = 0; i < MAP_SIDE * MAP_SIDE; i++)
    {
      double x = (i % MAP_SIDE + 0.5) / MAP_SIDE - shift, y = (i / MAP_SIDE + 0.5) / MAP_SIDE;

      map[i] = (float) (exp (-30 * (pow (x - 0.3, 2) + pow (y - 0.4, 2)))
                        + 0.6 * exp (-50 * (pow (x - 0.7, 2) + pow (y - 0.6, 2))));
    }
  return lucida_heatmap_new (map, MAP_SIDE, MAP_SIDE, 1);
}

static void
measure_all (Bench *self)
{
  const LucidaPlacement everywhere = { 0, 0, PICTURE_WIDTH, PICTURE_HEIGHT };
  g_autoptr (LucidaHeatmap) other = make_heatmap (0.2);
  gint64 start;

  measure (self, "opacity, clear", change_opacity, draw_frame);
  measure (self, "the same, through GTK", change_opacity, render_frame);
  measure (self, "the same, with textures", change_opacity, compose_frame);
  self->style.contours = TRUE;
  lucida_canvas_set_style (self->canvas, &self->style);
  measure (self, "opacity, clear, contours", change_opacity, draw_frame);
  self->style.contours = FALSE;
  self->style.blend = LUCIDA_BLEND_TINTED;
  lucida_canvas_set_style (self->canvas, &self->style);
  measure (self, "opacity, tinted", change_opacity, draw_frame);
  self->style.blend = LUCIDA_BLEND_CLEAR;
  lucida_canvas_set_style (self->canvas, &self->style);
  measure (self, "threshold", change_threshold, draw_frame);
  measure (self, "colours", change_colours, draw_frame);
  change_colours (self, 0);
  start = g_get_monotonic_time ();
  settle (self);
  g_print ("%-26s %7.1f\n", "colours, until sharp", get_ms (start) - QUIET_MS);

  lucida_canvas_set_map (self->canvas, LUCIDA_HALF_OTHER, other, &everywhere);
  lucida_canvas_set_view (self->canvas, LUCIDA_VIEW_SPLIT);
  measure (self, "split line", change_split, draw_frame);
  lucida_canvas_set_view (self->canvas, LUCIDA_VIEW_SINGLE);
  lucida_canvas_zoom_one (self->canvas);
  measure (self, "moving at original size", change_centre, draw_frame);
}

int
main (void)
{
  const LucidaPlacement everywhere = { 0, 0, PICTURE_WIDTH, PICTURE_HEIGHT };
  g_autoptr (LucidaPicture) picture = NULL;
  g_autoptr (LucidaHeatmap) heatmap = NULL;
  Bench self = { .style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_CLEAR, 0.6, 0, FALSE } };

  if (!gtk_init_check ())
    {
      g_printerr ("drawing: there is no display\n");
      return 77;
    }
  picture = make_picture ();
  heatmap = make_heatmap (0);
  self.target = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  self.source = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  /* memory that has never been written to is read for nothing */
  memset (cairo_image_surface_get_data (self.source), 0x55, (gsize) WIDTH * HEIGHT * 4);
  cairo_surface_mark_dirty (self.source);
  self.worker = lucida_worker_new ();
  self.canvas = g_object_ref_sink (g_object_new (LUCIDA_TYPE_CANVAS, NULL));
  gtk_widget_measure (GTK_WIDGET (self.canvas), GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL,
                      NULL);
  gtk_widget_allocate (GTK_WIDGET (self.canvas), WIDTH, HEIGHT, -1, NULL);
  lucida_canvas_set_worker (self.canvas, self.worker);
  lucida_canvas_set_picture (self.canvas, picture);
  lucida_canvas_set_style (self.canvas, &self.style);
  lucida_canvas_set_map (self.canvas, LUCIDA_HALF_MAIN, heatmap, &everywhere);

  g_print ("%-26s %7s %7s %7s %7s %7s %7s\n", "ms a frame", "best", "median", "worst", "cpu",
           "copy", "ratio");
  measure_all (&self);

  lucida_canvas_set_worker (self.canvas, NULL);
  g_clear_pointer (&self.worker, lucida_worker_free);
  g_object_unref (self.canvas);
  cairo_surface_destroy (self.target);
  cairo_surface_destroy (self.source);
  return EXIT_SUCCESS;
}
