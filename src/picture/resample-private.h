#pragma once

#include "network/preprocessing.h"

#include <glib.h>

G_BEGIN_DECLS

/* A part of a picture scaled as a whole to @scaled_width × @scaled_height, from which
 * @width × @height pixels are wanted, the first at (@left, @top). */
typedef struct
{
  int scaled_width, scaled_height;
  int left, top;
  int width, height;
} LucidaResampling;

/* Scales @source (rows of @stride bytes, @channels interleaved 8-bit values a pixel) and writes
 * what is wanted to @out [height][width][channels], values 0 … 255: whole numbers for triangle and
 * nearest. %FALSE if there is no memory. */
gboolean _lucida_resample (const guint8 *source, gsize stride, int source_width, int source_height,
                           int channels, LucidaResample filter, const LucidaResampling *wanted,
                           float *out);

/* The triangle filter alone, to @out [height][width][channels]. */
gboolean _lucida_resample_triangle (const guint8 *source, gsize stride, int source_width,
                                    int source_height, int channels, const LucidaResampling *wanted,
                                    guint8 *out);

G_END_DECLS
