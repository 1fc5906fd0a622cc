#pragma once

#include "engine/kernels/window.h"

G_BEGIN_DECLS

/* One plane of a depthwise convolution: y = x ⋆ weights + bias. @x: [h][w]; @weights: [kh][kw], any
 * alignment; @y: [oh][ow]. */
void lucida_depthwise_forward (const LucidaWindow *window, const float *x, const float *weights,
                               float bias, float *y);
/* Its transpose: adds to @gx [h][w] what @gy [oh][ow] sends back. */
void lucida_depthwise_backward (const LucidaWindow *window, const float *gy, const float *weights,
                                float *gx);

G_END_DECLS
