#pragma once

#include "render/colormap.h"

#include <cairo.h>

G_BEGIN_DECLS

/* A value of a map in few digits: "0", "0.93", "31.7", "2·10⁻⁵". (transfer full) */
char *lucida_legend_format_value (double value);
/* Draws a horizontal colour bar with "0" (or @label_min) at its left and "max" (or @label_max) at
 * its right, inside the rectangle, text and ticks at quarters in @foreground (r, g, b, 0 … 1). */
void lucida_legend_draw (cairo_t *cr, double x, double y, double width, double height,
                         const LucidaColormap *colormap, const char *label_min,
                         const char *label_max, const double foreground[3]);

G_END_DECLS
