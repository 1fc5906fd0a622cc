#pragma once

#include "cam/heatmap.h"

#include <cairo.h>

G_BEGIN_DECLS

/* Lines of equal heat: where the interpolated map, as lucida_overlay_sample() gives it, is 25, 50
 * and 75 % of its maximum. */
#define LUCIDA_N_CONTOURS 3

/* One run of points; from the last one back to the first if it is closed. */
typedef struct
{
  int level; /* 0 … LUCIDA_N_CONTOURS - 1, see lucida_contours_get_level() */
  int first; /* index of its first point */
  int count; /* points, at least 2 */
  gboolean closed;
} LucidaContour;

/* Immutable once made. */
typedef struct
{
  GArray *points; /* of float[2]: u, v, shares of the map's width and height, 0 … 1 */
  GArray *lines;  /* of LucidaContour */
} LucidaContours;

/* The share of the maximum on a level's line. */
double lucida_contours_get_level (int level);
/* Traces the lines (marching squares on the cells, which are divided until curves are smooth; a map
 * of many cells is sampled). A map without evidence has none. (transfer full) */
LucidaContours *lucida_contours_new (const LucidaHeatmap *heatmap);
void lucida_contours_free (LucidaContours *self);
/* Strokes them over the rectangle that the map covers: light lines with a dark edge, readable on
 * any ground, hotter ones stronger. @line_width: of a light line, in units of @cr. */
void lucida_contours_draw (const LucidaContours *self, cairo_t *cr, double x, double y,
                           double width, double height, double line_width);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaContours, lucida_contours_free)

G_END_DECLS
