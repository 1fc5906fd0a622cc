#pragma once

#include "engine/kernels/window.h"

G_BEGIN_DECLS

/* Columns of a convolution: row (c·kh + i)·kw + j of @columns holds, for each output cell of the
 * rows [@from, @to), the input value that kernel cell (i, j) of channel c reads; 0 in the padding.
 * @x: [channels][h][w]; @columns: [channels·kh·kw][(to - from)·ow]. */
void lucida_im2col (const LucidaWindow *window, const float *x, int64_t channels, int64_t from,
                    int64_t to, float *columns);
/* The transpose: adds each element of @columns to the place of @x that lucida_im2col() read. */
void lucida_col2im (const LucidaWindow *window, const float *columns, int64_t channels,
                    int64_t from, int64_t to, float *x);

G_END_DECLS
