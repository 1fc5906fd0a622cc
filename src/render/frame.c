#include "render/frame.h"

#include "render/legend.h"
#include "render/text-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* Sizes in letters (what a letter is high), but for the first. */
#define LETTERS 44  /* the picture's width */
#define SMALLEST 10 /* pixels a letter at least */
#define PAD 0.7     /* around and between */
#define LEGEND_WIDTH 15
#define LEGEND_HEIGHT 1.1

/* Where things are, in pixels of the picture. */
typedef struct
{
  LucidaTextStyle style;
  double pad;
  double caption_width;
  double caption_height; /* 0: none */
  double legend_x;
  double legend_y; /* from the picture's lower edge */
  double legend_width;
  double legend_height; /* 0: none */
  double height;        /* of all */
} Layout;

static void
layout_init (Layout *self, const LucidaFrame *frame, int width)
{
  double size = MAX ((double) width / LETTERS, SMALLEST);
  double wanted = 0, inside;

  *self = (Layout){ .style = { size, LUCIDA_TEXT_WRAP, { 0.10, 0.10, 0.11 } }, .pad = PAD * size };
  inside = MAX (width - 2 * self->pad, 1);
  self->caption_width = inside;
  if (frame->legend)
    {
      self->legend_width = MIN (LEGEND_WIDTH * size, inside);
      self->legend_height = LEGEND_HEIGHT * size;
      self->legend_x = width - self->pad - self->legend_width;
      self->legend_y = self->pad;
    }
  if (frame->caption)
    {
      _lucida_text_measure (frame->caption, -1, &self->style, &wanted, &self->caption_height);
      /* one line beside the legend, or else as many as it takes above it */
      if (frame->legend && wanted + self->pad <= inside - self->legend_width)
        self->caption_width = inside - self->legend_width - self->pad;
      else
        {
          _lucida_text_measure (frame->caption, inside, &self->style, NULL, &self->caption_height);
          self->legend_y += self->caption_height + self->pad / 2;
          self->legend_x = frame->legend ? self->pad : 0;
        }
    }
  self->height = MAX (self->caption_height ? self->pad + self->caption_height : 0,
                      self->legend_height ? self->legend_y + self->legend_height : 0);
  if (self->height > 0)
    self->height += self->pad;
}

void
lucida_frame_get_size (const LucidaFrame *self, int width, int height, int *full_width,
                       int *full_height)
{
  Layout layout;

  layout_init (&layout, self, width);
  *full_width = width;
  *full_height = height + (int) ceil (layout.height);
}

void
lucida_frame_draw (const LucidaFrame *self, cairo_t *cr, int width, int height)
{
  Layout layout;

  layout_init (&layout, self, width);
  cairo_save (cr);
  cairo_rectangle (cr, 0, height, width, ceil (layout.height));
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill (cr);
  if (self->caption)
    _lucida_text_draw (cr, self->caption, layout.pad, height + layout.pad, layout.caption_width,
                       &layout.style);
  if (self->legend)
    {
      g_autofree char *min = lucida_legend_format_value (self->min);
      g_autofree char *max = lucida_legend_format_value (self->max);
      /* Translators: the legend's hottest end, with the map's value there. */
      g_autofree char *end = g_strdup_printf (_ ("max %s"), max);

      lucida_legend_draw (cr, layout.legend_x, height + layout.legend_y, layout.legend_width,
                          layout.legend_height, self->legend, min, end, layout.style.colour);
    }
  cairo_restore (cr);
}
