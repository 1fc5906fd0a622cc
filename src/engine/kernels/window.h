#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A window that slides over a plane: of a convolution or a pooling. Output cell (y, x) reads input
 * rows y·sh - top + i·dh, i < kh, and columns x·sw - left + j·dw, j < kw. */
typedef struct
{
  int64_t h, w;                     /* input plane */
  int64_t kh, kw;                   /* kernel */
  int64_t sh, sw;                   /* strides */
  int64_t dh, dw;                   /* dilations */
  int64_t top, left, bottom, right; /* padding */
  int64_t oh, ow;                   /* output plane */
} LucidaWindow;

G_END_DECLS
