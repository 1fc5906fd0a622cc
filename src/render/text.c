#include "render/text-private.h"

#include <pango/pangocairo.h>

#define FAMILY "Sans"

PangoLayout *
_lucida_text_layout (cairo_t *cr, const char *text, double width, const LucidaTextStyle *style)
{
  PangoContext *context = cr ? pango_cairo_create_context (cr)
                             : pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  PangoLayout *layout;
  PangoFontDescription *font = pango_font_description_new ();
  cairo_font_options_t *options = cairo_font_options_create ();

  /* The same letters at the same places whatever the screen's settings are. */
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  pango_cairo_context_set_resolution (context, 96);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);

  layout = pango_layout_new (context);
  g_object_unref (context);
  pango_font_description_set_family_static (font, FAMILY);
  pango_font_description_set_absolute_size (font, style->size * PANGO_SCALE);
  if (style->flags & LUCIDA_TEXT_BOLD)
    pango_font_description_set_weight (font, PANGO_WEIGHT_SEMIBOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);

  pango_layout_set_text (layout, valid, -1);
  pango_layout_set_alignment (layout, style->flags & LUCIDA_TEXT_CENTRED ? PANGO_ALIGN_CENTER
                                      : style->flags & LUCIDA_TEXT_RIGHT ? PANGO_ALIGN_RIGHT
                                                                         : PANGO_ALIGN_LEFT);
  if (width >= 0)
    pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  if (style->flags & LUCIDA_TEXT_WRAP)
    pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  else
    {
      pango_layout_set_single_paragraph_mode (layout, TRUE);
      pango_layout_set_ellipsize (layout, style->flags & LUCIDA_TEXT_CUT_MIDDLE
                                              ? PANGO_ELLIPSIZE_MIDDLE
                                              : PANGO_ELLIPSIZE_END);
    }
  return layout;
}

static void
get_extents (PangoLayout *layout, double *width, double *height)
{
  PangoRectangle extents;

  pango_layout_get_extents (layout, NULL, &extents);
  if (width)
    *width = (double) extents.width / PANGO_SCALE;
  if (height)
    *height = (double) extents.height / PANGO_SCALE;
}

void
_lucida_text_measure (const char *text, double width, const LucidaTextStyle *style,
                      double *text_width, double *text_height)
{
  PangoLayout *layout = _lucida_text_layout (NULL, text, width, style);

  get_extents (layout, text_width, text_height);
  g_object_unref (layout);
}

double
_lucida_text_draw (cairo_t *cr, const char *text, double x, double y, double width,
                   const LucidaTextStyle *style)
{
  PangoLayout *layout = _lucida_text_layout (cr, text, width, style);
  double height;

  cairo_set_source_rgb (cr, style->colour[0], style->colour[1], style->colour[2]);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
  get_extents (layout, NULL, &height);
  g_object_unref (layout);
  return height;
}

void
_lucida_text_get_reach (const char *text, const LucidaTextStyle *style, double *above,
                        double *below)
{
  PangoLayout *layout = _lucida_text_layout (NULL, text, -1, style);
  double height;

  get_extents (layout, NULL, &height);
  *above = (double) pango_layout_get_baseline (layout) / PANGO_SCALE;
  *below = height - *above;
  g_object_unref (layout);
}

void
_lucida_text_draw_on (cairo_t *cr, const char *text, double x, double y, double width,
                      const LucidaTextStyle *style)
{
  double above, below;

  _lucida_text_get_reach (text, style, &above, &below);
  _lucida_text_draw (cr, text, x, y - above, width, style);
}
