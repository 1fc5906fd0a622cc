#include "cam/method.h"

/* LayerCAM (doi:10.1109/TIP.2021.3089943): S = Σ_k ReLU(G_k) ⊙ A_k */
static void
signed_sum (const float *a, const float *g, int channels, int height, int width, float *s)
{
  gsize count = (gsize) height * (gsize) width;

  for (int k = 0; k < channels; k++, a += count, g += count)
    for (gsize i = 0; i < count; i++)
      {
        /* a gradient that is no number must not vanish in the comparison */
        float positive = g[i] <= 0 ? 0 : g[i];

        s[i] += positive * a[i];
      }
}

const LucidaMethod lucida_method_layer_cam = { "layercam", "LayerCAM", signed_sum };
