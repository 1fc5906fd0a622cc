#include "cam/method.h"

/* Grad-CAM (arXiv:1610.02391): α_k = mean_ij G_k; S = Σ_k α_k A_k */
static void
signed_sum (const float *a, const float *g, int channels, int height, int width, float *s)
{
  gsize count = (gsize) height * (gsize) width;

  for (int k = 0; k < channels; k++, a += count, g += count)
    {
      double sum = 0;
      float alpha;

      for (gsize i = 0; i < count; i++)
        sum += g[i];
      alpha = (float) (sum / (double) count);
      for (gsize i = 0; i < count; i++)
        s[i] += alpha * a[i];
    }
}

const LucidaMethod lucida_method_grad_cam = { "gradcam", "Grad-CAM", signed_sum };
