#include "engine/kernels/im2col.h"

#include <string.h>

/* The output columns [*first, *last) whose column x·sw + offset lies inside [0, w). */
static void
inside (int64_t offset, int64_t stride, int64_t w, int64_t ow, int64_t *first, int64_t *last)
{
  *first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  *last = offset >= w ? 0 : (w - 1 - offset) / stride + 1;
  *first = MIN (*first, ow);
  *last = CLAMP (*last, *first, ow);
}

void
lucida_im2col (const LucidaWindow *window, const float *x, int64_t channels, int64_t from,
               int64_t to, float *columns)
{
  int64_t h = window->h, w = window->w, ow = window->ow, sw = window->sw;

  for (int64_t c = 0; c < channels; c++, x += h * w)
    for (int64_t i = 0; i < window->kh; i++)
      for (int64_t j = 0; j < window->kw; j++)
        {
          int64_t offset = j * window->dw - window->left, first, last;

          inside (offset, sw, w, ow, &first, &last);
          for (int64_t y = from; y < to; y++, columns += ow)
            {
              int64_t row = y * window->sh - window->top + i * window->dh;
              const float *line = x + row * w + offset;

              if (row < 0 || row >= h || first == last)
                {
                  memset (columns, 0, (gsize) ow * sizeof *columns);
                  continue;
                }
              memset (columns, 0, (gsize) first * sizeof *columns);
              if (sw == 1)
                memcpy (columns + first, line + first, (gsize) (last - first) * sizeof *columns);
              else
                for (int64_t k = first; k < last; k++)
                  columns[k] = line[k * sw];
              memset (columns + last, 0, (gsize) (ow - last) * sizeof *columns);
            }
        }
}

void
lucida_col2im (const LucidaWindow *window, const float *columns, int64_t channels, int64_t from,
               int64_t to, float *x)
{
  int64_t h = window->h, w = window->w, ow = window->ow, sw = window->sw;

  for (int64_t c = 0; c < channels; c++, x += h * w)
    for (int64_t i = 0; i < window->kh; i++)
      for (int64_t j = 0; j < window->kw; j++)
        {
          int64_t offset = j * window->dw - window->left, first, last;

          inside (offset, sw, w, ow, &first, &last);
          for (int64_t y = from; y < to; y++, columns += ow)
            {
              int64_t row = y * window->sh - window->top + i * window->dh;
              float *line = x + row * w + offset;

              if (row < 0 || row >= h)
                continue;
              for (int64_t k = first; k < last; k++)
                line[k * sw] += columns[k];
            }
        }
}
