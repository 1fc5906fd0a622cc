#pragma once

#include "render/colormap.h"

#include <cairo.h>

G_BEGIN_DECLS

/* What may stand on white ground below an exported picture. Letters grow with its width. */
typedef struct
{
  const LucidaColormap *legend; /* (nullable) the colours to explain */
  double min;                   /* what they mean, … */
  double max;                   /* … from cold to hot */
  const char *caption;          /* (nullable) UTF-8 */
} LucidaFrame;

/* The size of a @width × @height picture with its frame, in the picture's pixels. */
void lucida_frame_get_size (const LucidaFrame *self, int width, int height, int *full_width,
                            int *full_height);
/* Draws the frame of a @width × @height picture whose upper left corner is at 0, 0; white ground
 * included, the picture itself not. */
void lucida_frame_draw (const LucidaFrame *self, cairo_t *cr, int width, int height);

G_END_DECLS
