#include "export/figure-file.h"

#include "base/error.h"
#include "export/vector-file.h"

#include <math.h>

#define MAX_SIDE 32767 /* pixels, of a Cairo surface */

static gboolean
is_vector (LucidaFileKind kind)
{
  return kind == LUCIDA_FILE_PDF || kind == LUCIDA_FILE_SVG;
}

static void
draw_surface (cairo_t *cr, gpointer data)
{
  cairo_set_source_surface (cr, data, 0.0, 0.0);
  /* one pixel a unit: nothing is to be smoothed, at whatever scale it is shown */
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
}

/* What stands in the way before anything is written does not know the file's name. */
static gboolean
fail (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  g_prefix_error (error, "%s: ", name);
  return FALSE;
}

/* A white opaque surface. (transfer full) */
static cairo_surface_t *
new_ground (int width, int height, cairo_t **cr, GError **error)
{
  cairo_surface_t *ground;

  if (width > MAX_SIDE || height > MAX_SIDE)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "%d×%d pixels are more than the %d a side that can be drawn", width, height,
                   MAX_SIDE);
      return NULL;
    }
  ground = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  if (cairo_surface_status (ground) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (ground);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "there is not enough memory for %d×%d pixels", width, height);
      return NULL;
    }
  *cr = cairo_create (ground);
  cairo_set_source_rgb (*cr, 1.0, 1.0, 1.0);
  cairo_paint (*cr);
  return ground;
}

/* A picture and what stands below it. */
typedef struct
{
  cairo_surface_t *surface;
  const LucidaFrame *frame; /* (nullable) */
} Framed;

static void
draw_framed (cairo_t *cr, gpointer data)
{
  Framed *framed = data;

  draw_surface (cr, framed->surface);
  if (framed->frame)
    lucida_frame_draw (framed->frame, cr, cairo_image_surface_get_width (framed->surface),
                       cairo_image_surface_get_height (framed->surface));
}

/* Takes @surface. */
static gboolean
write_surface (const char *path, cairo_surface_t *surface, const LucidaFrame *frame,
               const char *const *keys, const char *const *values, GError **error)
{
  LucidaFileKind kind = lucida_file_kind (path);
  Framed framed = { surface, frame };
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  cairo_surface_t *ground = NULL;
  gboolean written = FALSE;
  cairo_t *cr;

  if (frame)
    lucida_frame_get_size (frame, width, height, &width, &height);
  if (is_vector (kind))
    written = lucida_vector_file_write (path, kind, width, height, draw_framed, &framed, error);
  else if (height == cairo_image_surface_get_height (surface))
    written = lucida_image_file_write (path, kind, surface, keys, values, error);
  else if (!(ground = new_ground (width, height, &cr, error)))
    fail (path, error);
  else
    {
      draw_framed (cr, &framed);
      cairo_destroy (cr);
      written = lucida_image_file_write (path, kind, ground, keys, values, error);
      cairo_surface_destroy (ground);
    }
  cairo_surface_destroy (surface);
  return written;
}

gboolean
lucida_figure_file_write_overlay (const char *path, const LucidaPicture *picture,
                                  const LucidaPlacement *placement, const LucidaHeatmap *heatmap,
                                  const LucidaOverlayStyle *style, const LucidaFrame *frame,
                                  const char *const *keys, const char *const *values,
                                  GError **error)
{
  cairo_surface_t *surface = lucida_overlay_compose (picture, placement, heatmap, style, error);

  return surface ? write_surface (path, surface, frame, keys, values, error) : fail (path, error);
}

gboolean
lucida_figure_file_write_map (const char *path, const LucidaHeatmap *heatmap, int width, int height,
                              const LucidaOverlayStyle *style, const LucidaFrame *frame,
                              const char *const *keys, const char *const *values, GError **error)
{
  cairo_surface_t *colours = lucida_overlay_colour (heatmap, width, height, style, error);
  cairo_surface_t *ground;
  cairo_t *cr;

  if (!colours)
    return fail (path, error);
  ground = new_ground (width, height, &cr, error);
  if (ground)
    {
      cairo_set_source_surface (cr, colours, 0.0, 0.0);
      cairo_paint (cr);
      cairo_destroy (cr);
    }
  cairo_surface_destroy (colours);
  return ground ? write_surface (path, ground, frame, keys, values, error) : fail (path, error);
}

static void
draw_sheet (cairo_t *cr, gpointer data)
{
  lucida_sheet_draw (data, cr);
}

gboolean
lucida_figure_file_write_sheet (const char *path, LucidaSheet *sheet, const char *const *keys,
                                const char *const *values, GError **error)
{
  LucidaFileKind kind = lucida_file_kind (path);
  cairo_surface_t *ground;
  double width, height;
  cairo_t *cr;

  lucida_sheet_get_size (sheet, &width, &height);
  if (is_vector (kind))
    return lucida_vector_file_write (path, kind, width, height, draw_sheet, sheet, error);
  if (width > MAX_SIDE || height > MAX_SIDE)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "the sheet would be %.0f×%.0f pixels; take fewer pictures at a time, or a .pdf "
                   "file",
                   width, height);
      return fail (path, error);
    }
  ground = new_ground ((int) ceil (width), (int) ceil (height), &cr, error);
  if (!ground)
    return fail (path, error);
  lucida_sheet_draw (sheet, cr);
  cairo_destroy (cr);
  return write_surface (path, ground, NULL, keys, values, error);
}
