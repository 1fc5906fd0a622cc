#pragma once

#include "cam/heatmap.h"

G_BEGIN_DECLS

/* Fuses maps of several layers (LayerCAM, doi:10.1109/TIP.2021.3089943): each is divided by its
 * maximum, those of shallow stages go through tanh(2·M/max M), all are resized to the largest map
 * (bilinear, half-pixel centres), and the element-wise maximum is taken: 0 … 1. Maps without
 * evidence contribute nothing. @shallow: [n]. @shares (nullable) [n] is set to the share of
 * positions at which each map is the largest. (transfer full) */
LucidaHeatmap *lucida_fusion_compute (LucidaHeatmap *const *maps, const gboolean *shallow, int n,
                                      float *shares);

G_END_DECLS
