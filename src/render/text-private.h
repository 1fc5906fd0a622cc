#pragma once

#include <cairo.h>
#include <glib.h>
#include <pango/pango.h>

G_BEGIN_DECLS

typedef enum
{
  LUCIDA_TEXT_BOLD = 1 << 0,
  LUCIDA_TEXT_CENTRED = 1 << 1,
  LUCIDA_TEXT_RIGHT = 1 << 2,
  LUCIDA_TEXT_CUT_MIDDLE = 1 << 3, /* one line, "…" in the middle; otherwise at the end */
  LUCIDA_TEXT_WRAP = 1 << 4,       /* as many lines as it takes */
} LucidaTextFlags;

/* How a piece of text looks; sizes in user units. */
typedef struct
{
  double size;
  LucidaTextFlags flags;
  double colour[3]; /* r, g, b, 0 … 1 */
} LucidaTextStyle;

/* @text (which need not be valid UTF-8) inside @width; -1: as wide as it gets. @cr (nullable): only
 * to be measured. (transfer full) */
PangoLayout *_lucida_text_layout (cairo_t *cr, const char *text, double width,
                                  const LucidaTextStyle *style);
void _lucida_text_measure (const char *text, double width, const LucidaTextStyle *style,
                           double *text_width, double *text_height);
/* Draws with the upper left corner at (@x, @y); returns the height. */
double _lucida_text_draw (cairo_t *cr, const char *text, double x, double y, double width,
                          const LucidaTextStyle *style);
/* How far the text reaches above and below its baseline. */
void _lucida_text_get_reach (const char *text, const LucidaTextStyle *style, double *above,
                             double *below);
/* Draws with the baseline at @y. */
void _lucida_text_draw_on (cairo_t *cr, const char *text, double x, double y, double width,
                           const LucidaTextStyle *style);

G_END_DECLS
