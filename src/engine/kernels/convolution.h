#pragma once

#include "base/parallel.h"
#include "engine/kernels/window.h"

G_BEGIN_DECLS

/* A convolution of one picture: Y = W ⋆ X + bias in groups. */
typedef struct
{
  LucidaWindow window;
  int64_t groups;
  int64_t cin;  /* channels of X, the plane that the window slides over */
  int64_t cout; /* channels of Y, the plane it makes */
  /* worked out by lucida_convolution_finish() */
  int64_t k;              /* cin/groups·kh·kw */
  int64_t p;              /* oh·ow */
  int64_t rows;           /* output rows in a block of the forward pass */
  int64_t block_channels; /* input channels in a block of the backward pass */
  gboolean pointwise;     /* 1×1, stride 1, no padding: the columns are the input itself */
  gboolean depthwise;     /* one input and one output channel a group */
} LucidaConvolution;

/* To be called once window, groups, cin and cout are set. */
void lucida_convolution_finish (LucidaConvolution *conv);
/* Bytes of scratch that a pass on @threads threads needs. */
gsize lucida_convolution_get_scratch (const LucidaConvolution *conv, gboolean backward,
                                      guint threads);
/* @x: [cin][h][w]; @w: [cout][cin/groups][kh][kw], any alignment; @bias: [cout] (nullable), any
 * alignment; @y: [cout][oh][ow], overwritten. */
void lucida_convolution_forward (const LucidaConvolution *conv, LucidaPool *pool, const float *x,
                                 const float *w, const float *bias, float *y, float *scratch);
/* The transpose: adds to @x what @y sends back. */
void lucida_convolution_backward (const LucidaConvolution *conv, LucidaPool *pool, const float *y,
                                  const float *w, float *x, float *scratch);

G_END_DECLS
