#pragma once

#include "cam/heatmap.h"

G_BEGIN_DECLS

/* The heat (0 … 1) at fraction (@u, @v) of the map's extent, 0 … 1 each: bilinear with half-pixel
 * centres, edges repeated. */
float lucida_overlay_sample (const LucidaHeatmap *heatmap, double u, double v);
/* The map upsampled to @width × @height in float (bilinear, half-pixel centres, as PyTorch's
 * align_corners=False) into @out [height][width]. */
void lucida_overlay_upsample (const LucidaHeatmap *heatmap, int width, int height, float *out);
G_END_DECLS
