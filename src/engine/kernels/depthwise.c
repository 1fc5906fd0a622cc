#include "engine/kernels/depthwise.h"

typedef float unaligned_float __attribute__ ((aligned (1), may_alias));

/* For kernel cell (i, j): the output rectangle [y0, y1) × [x0, x1) whose input lies in the plane.
 */
typedef struct
{
  int64_t y0, y1, x0, x1;
  int64_t row, column; /* of the input cell that output (0, 0) reads */
} Reach;

static int64_t
first_inside (int64_t offset, int64_t stride)
{
  return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
}

static int64_t
last_inside (int64_t offset, int64_t stride, int64_t size, int64_t out)
{
  int64_t last = offset >= size ? 0 : (size - 1 - offset) / stride + 1;

  return CLAMP (last, 0, out);
}

static Reach
reach_of (const LucidaWindow *window, int64_t i, int64_t j)
{
  Reach reach = { .row = i * window->dh - window->top, .column = j * window->dw - window->left };

  reach.y0 = first_inside (reach.row, window->sh);
  reach.y1 = last_inside (reach.row, window->sh, window->h, window->oh);
  reach.x0 = first_inside (reach.column, window->sw);
  reach.x1 = last_inside (reach.column, window->sw, window->w, window->ow);
  return reach;
}

void
lucida_depthwise_forward (const LucidaWindow *window, const float *x, const float *weights,
                          float bias, float *y)
{
  const unaligned_float *k = (const unaligned_float *) weights;
  int64_t sw = window->sw;

  for (int64_t p = 0; p < window->oh * window->ow; p++)
    y[p] = bias;
  for (int64_t i = 0; i < window->kh; i++)
    for (int64_t j = 0; j < window->kw; j++)
      {
        Reach reach = reach_of (window, i, j);
        float factor = k[i * window->kw + j];

        for (int64_t oy = reach.y0; oy < reach.y1; oy++)
          {
            const float *in = x + (oy * window->sh + reach.row) * window->w + reach.column;
            float *out = y + oy * window->ow;

            if (sw == 1)
              for (int64_t ox = reach.x0; ox < reach.x1; ox++)
                out[ox] += factor * in[ox];
            else
              for (int64_t ox = reach.x0; ox < reach.x1; ox++)
                out[ox] += factor * in[ox * sw];
          }
      }
}

void
lucida_depthwise_backward (const LucidaWindow *window, const float *gy, const float *weights,
                           float *gx)
{
  const unaligned_float *k = (const unaligned_float *) weights;
  int64_t sw = window->sw;

  for (int64_t i = 0; i < window->kh; i++)
    for (int64_t j = 0; j < window->kw; j++)
      {
        Reach reach = reach_of (window, i, j);
        float factor = k[i * window->kw + j];

        for (int64_t oy = reach.y0; oy < reach.y1; oy++)
          {
            const float *in = gy + oy * window->ow;
            float *out = gx + (oy * window->sh + reach.row) * window->w + reach.column;

            for (int64_t ox = reach.x0; ox < reach.x1; ox++)
              out[ox * sw] += factor * in[ox];
          }
      }
}
