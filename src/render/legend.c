#include "render/legend.h"

#include "render/text-private.h"

#include <math.h>
#include <string.h>

/* Shares of the legend's height. */
#define TEXT_SIZE 0.8
#define BAR_HEIGHT 0.8
#define TICK_HEIGHT 0.16
#define TICK_WIDTH 0.05
#define GAP 0.5

#define N_TICKS 5 /* at equal shares of the maximum */

/* Colours of the gradient: every third entry, the last one included (255 = 3 · 85). */
#define STEP 3

static void
draw_bar (cairo_t *cr, double x, double y, double width, double height,
          const LucidaColormap *colormap)
{
  cairo_pattern_t *gradient = cairo_pattern_create_linear (x, 0, x + width, 0);

  for (int i = 0; i < 256; i += STEP)
    cairo_pattern_add_color_stop_rgb (gradient, i / 255.0, colormap->rgb[i][0] / 255.0,
                                      colormap->rgb[i][1] / 255.0, colormap->rgb[i][2] / 255.0);
  cairo_rectangle (cr, x, y, width, height);
  cairo_set_source (cr, gradient);
  cairo_fill (cr);
  cairo_pattern_destroy (gradient);
}

/* Below the bar, at equal shares of the maximum. */
static void
draw_ticks (cairo_t *cr, double x, double y, double width, double height,
            const double foreground[3])
{
  double line = height * TICK_WIDTH;

  for (int i = 0; i < N_TICKS; i++)
    cairo_rectangle (cr, x + i * (width - line) / (N_TICKS - 1), y, line, height * TICK_HEIGHT);
  cairo_set_source_rgb (cr, foreground[0], foreground[1], foreground[2]);
  cairo_fill (cr);
}

char *
lucida_legend_format_value (double value)
{
  static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  gboolean whole = fabs (value) >= 999.5 && fabs (value) < 1e6;
  g_autofree char *text = g_strdup_printf (whole ? "%.0f" : "%.3g", value);
  char *exponent = strchr (text, 'e');
  GString *power;

  if (!exponent)
    return g_steal_pointer (&text);
  *exponent++ = '\0';
  power = g_string_new (text);
  g_string_append (power, *exponent++ == '-' ? "·10⁻" : "·10");
  while (*exponent == '0')
    exponent++;
  for (; *exponent; exponent++)
    g_string_append (power, digits[*exponent - '0']);
  return g_string_free (power, FALSE);
}

void
lucida_legend_draw (cairo_t *cr, double x, double y, double width, double height,
                    const LucidaColormap *colormap, const char *label_min, const char *label_max,
                    const double foreground[3])
{
  LucidaTextStyle style
      = { .size = height * TEXT_SIZE, .colour = { foreground[0], foreground[1], foreground[2] } };
  const char *left = label_min ? label_min : "0", *right = label_max ? label_max : "max";
  double left_width, left_height, right_width, right_height, gap = height * GAP, bar;

  g_return_if_fail (colormap != NULL);
  _lucida_text_measure (left, -1, &style, &left_width, &left_height);
  _lucida_text_measure (right, -1, &style, &right_width, &right_height);
  bar = width - left_width - right_width - 2 * gap;

  cairo_save (cr);
  _lucida_text_draw (cr, left, x, y + (height - left_height) / 2, -1, &style);
  if (bar > 0)
    {
      draw_bar (cr, x + left_width + gap, y, bar, height * BAR_HEIGHT, colormap);
      draw_ticks (cr, x + left_width + gap, y + height * BAR_HEIGHT, bar, height, foreground);
    }
  _lucida_text_draw (cr, right, x + width - right_width, y + (height - right_height) / 2, -1,
                     &style);
  cairo_restore (cr);
}
