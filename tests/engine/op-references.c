#include "op-harness.h"

#include <math.h>
#include <string.h>

/* Operators written down as their definitions say, one output element at a time, in double. */

typedef struct
{
  int64_t kernel[2], stride[2], dilation[2], before[2];
} Window;

static int64_t
list_item (const OpRun *run, const char *attribute, int i, int64_t fallback)
{
  int n;
  const int64_t *values = lucida_node_get_ints (run->call.node, attribute, &n);

  return values && i < n ? values[i] : fallback;
}

/* Padding before the first element as auto_pad or pads say. */
static Window
window_of (const OpRun *run, int64_t kernel_h, int64_t kernel_w)
{
  const char *mode = lucida_node_get_string (run->call.node, "auto_pad", "NOTSET");
  Window w;

  for (int a = 0; a < 2; a++)
    {
      int64_t n = run->in[0]->shape.dim[2 + a], out, total;

      w.kernel[a] = list_item (run, "kernel_shape", a, a ? kernel_w : kernel_h);
      w.stride[a] = list_item (run, "strides", a, 1);
      w.dilation[a] = list_item (run, "dilations", a, 1);
      w.before[a] = list_item (run, "pads", a, 0);
      out = (n + w.stride[a] - 1) / w.stride[a];
      total = MAX ((out - 1) * w.stride[a] + (w.kernel[a] - 1) * w.dilation[a] + 1 - n, 0);
      if (*mode == 'S')
        w.before[a] = mode[5] == 'U' ? total / 2 : total - total / 2;
    }
  return w;
}

static double
pixel (const LucidaOpValue *x, int64_t n, int64_t c, int64_t h, int64_t w)
{
  const int64_t *d = x->shape.dim;

  if (h < 0 || h >= d[2] || w < 0 || w >= d[3])
    return 0;
  return (double) ((const float *) x->data)[((n * d[1] + c) * d[2] + h) * d[3] + w];
}

void
reference_conv (const OpRun *run, double *y)
{
  const LucidaOpValue *x = run->in[0], *weight = run->in[1],
                      *b = run->call.n_in > 2 ? run->in[2] : NULL;
  const int64_t *out = run->out[0]->shape.dim, *k = weight->shape.dim;
  int64_t group = lucida_node_get_int (run->call.node, "group", 1);
  Window win = window_of (run, k[2], k[3]);

  for (int64_t n = 0; n < out[0]; n++)
    for (int64_t o = 0; o < out[1]; o++)
      for (int64_t h = 0; h < out[2]; h++)
        for (int64_t w = 0; w < out[3]; w++)
          {
            double sum = b ? (double) ((const float *) b->data)[o] : 0;
            int64_t first = o / (out[1] / group) * k[1];

            for (int64_t c = 0; c < k[1]; c++)
              for (int64_t i = 0; i < k[2]; i++)
                for (int64_t j = 0; j < k[3]; j++)
                  sum += pixel (weight, o, c, i, j)
                         * pixel (x, n, first + c,
                                  h * win.stride[0] + i * win.dilation[0] - win.before[0],
                                  w * win.stride[1] + j * win.dilation[1] - win.before[1]);
            *y++ = sum;
          }
}

/* Every input pixel is stamped, times the kernel, into the output. */
void
reference_conv_transpose (const OpRun *run, double *y)
{
  const LucidaOpValue *x = run->in[0], *weight = run->in[1],
                      *b = run->call.n_in > 2 ? run->in[2] : NULL;
  const int64_t *in = x->shape.dim, *out = run->out[0]->shape.dim, *k = weight->shape.dim;
  int64_t group = lucida_node_get_int (run->call.node, "group", 1);
  Window win = window_of (run, k[2], k[3]);

  for (int64_t i = 0; i < lucida_shape_count (&run->out[0]->shape); i++)
    y[i] = b ? (double) ((const float *) b->data)[i / (out[2] * out[3]) % out[1]] : 0;
  for (int64_t n = 0; n < in[0]; n++)
    for (int64_t c = 0; c < in[1]; c++)
      for (int64_t h = 0; h < in[2]; h++)
        for (int64_t w = 0; w < in[3]; w++)
          for (int64_t o = 0; o < k[1]; o++)
            for (int64_t i = 0; i < k[2]; i++)
              for (int64_t j = 0; j < k[3]; j++)
                {
                  int64_t channel = c / (in[1] / group) * k[1] + o;
                  int64_t row = h * win.stride[0] + i * win.dilation[0] - win.before[0];
                  int64_t column = w * win.stride[1] + j * win.dilation[1] - win.before[1];

                  if (row >= 0 && row < out[2] && column >= 0 && column < out[3])
                    y[((n * out[1] + channel) * out[2] + row) * out[3] + column]
                        += pixel (x, n, c, h, w) * pixel (weight, c, o, i, j);
                }
}

static void
reference_pool (const OpRun *run, double *y, gboolean average)
{
  const LucidaOpValue *x = run->in[0];
  const int64_t *in = x->shape.dim, *out = run->out[0]->shape.dim;
  gboolean count_padding = lucida_node_get_int (run->call.node, "count_include_pad", 0) != 0;
  Window win = window_of (run, 1, 1);

  for (int64_t n = 0; n < out[0]; n++)
    for (int64_t c = 0; c < out[1]; c++)
      for (int64_t h = 0; h < out[2]; h++)
        for (int64_t w = 0; w < out[3]; w++)
          {
            double sum = 0, high = -INFINITY, cells = 0;

            for (int64_t i = 0; i < win.kernel[0]; i++)
              for (int64_t j = 0; j < win.kernel[1]; j++)
                {
                  int64_t row = h * win.stride[0] + i * win.dilation[0] - win.before[0];
                  int64_t column = w * win.stride[1] + j * win.dilation[1] - win.before[1];
                  gboolean inside = row >= 0 && row < in[2] && column >= 0 && column < in[3];
                  gboolean padded = row < in[2] + list_item (run, "pads", 2, 0)
                                    && column < in[3] + list_item (run, "pads", 3, 0);

                  cells += inside || (count_padding && padded);
                  if (!inside)
                    continue;
                  sum += pixel (x, n, c, row, column);
                  high = MAX (high, pixel (x, n, c, row, column));
                }
            *y++ = average ? sum / cells : high;
          }
}

void
reference_max_pool (const OpRun *run, double *y)
{
  reference_pool (run, y, FALSE);
}

void
reference_average_pool (const OpRun *run, double *y)
{
  reference_pool (run, y, TRUE);
}

void
reference_global_average_pool (const OpRun *run, double *y)
{
  const int64_t *in = run->in[0]->shape.dim;

  for (int64_t i = 0; i < in[0] * in[1]; i++)
    {
      double sum = 0;

      for (int64_t k = 0; k < in[2] * in[3]; k++)
        sum += (double) ((const float *) run->in[0]->data)[i * in[2] * in[3] + k];
      y[i] = sum / (double) (in[2] * in[3]);
    }
}

static double
matrix (const LucidaOpValue *m, gboolean transposed, int64_t row, int64_t column)
{
  int64_t columns = m->shape.dim[m->shape.rank - 1];

  return (double) ((const float *)
                       m->data)[transposed ? column * columns + row : row * columns + column];
}

void
reference_adaptive_average_pool (const OpRun *run, double *y)
{
  const LucidaOpValue *x = run->in[0];
  const int64_t *d = x->shape.dim, *out = run->out[0]->shape.dim;

  for (int64_t n = 0; n < d[0]; n++)
    for (int64_t c = 0; c < d[1]; c++)
      for (int64_t h = 0; h < out[2]; h++)
        for (int64_t w = 0; w < out[3]; w++)
          {
            double sum = 0, cells = 0;

            /* a cell belongs to the window if any part of it lies in the same part of the whole */
            for (int64_t i = 0; i < d[2]; i++)
              for (int64_t j = 0; j < d[3]; j++)
                if ((i + 1) * out[2] > h * d[2] && i * out[2] < (h + 1) * d[2]
                    && (j + 1) * out[3] > w * d[3] && j * out[3] < (w + 1) * d[3])
                  {
                    sum += pixel (x, n, c, i, j);
                    cells++;
                  }
            *y++ = sum / cells;
          }
}

void
reference_gemm (const OpRun *run, double *y)
{
  const LucidaOpValue *c = run->call.n_in > 2 ? run->in[2] : NULL;
  const LucidaNode *node = run->call.node;
  gboolean ta = lucida_node_get_int (node, "transA", 0),
           tb = lucida_node_get_int (node, "transB", 0);
  int64_t rows = run->out[0]->shape.dim[0], columns = run->out[0]->shape.dim[1];
  int64_t steps[LUCIDA_MAX_RANK] = { 0 };

  if (c)
    lucida_op_broadcast_steps (&c->shape, &run->out[0]->shape, steps);
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j++)
      {
        double sum = 0;

        for (int64_t k = 0; k < run->in[0]->shape.dim[ta ? 0 : 1]; k++)
          sum += matrix (run->in[0], ta, i, k) * matrix (run->in[1], tb, k, j);
        sum *= lucida_node_get_float (node, "alpha", 1);
        if (c)
          sum += lucida_node_get_float (node, "beta", 1)
                 * (double) ((const float *) c->data)[i * steps[0] + j * steps[1]];
        *y++ = sum;
      }
}

/* [B,]M×K times [B,]K×N, the batch only on one side or on both. */
void
reference_mat_mul (const OpRun *run, double *y)
{
  const LucidaOpValue *a = run->in[0], *b = run->in[1];
  int64_t m = a->shape.dim[a->shape.rank - 2], k = a->shape.dim[a->shape.rank - 1];
  int64_t n = b->shape.dim[b->shape.rank - 1];
  int64_t batches = lucida_shape_count (&run->out[0]->shape) / (m * n);

  for (int64_t batch = 0; batch < batches; batch++)
    for (int64_t i = 0; i < m; i++)
      for (int64_t j = 0; j < n; j++)
        {
          double sum = 0;

          for (int64_t l = 0; l < k; l++)
            sum += (double) ((const float *)
                                 a->data)[(a->shape.rank > 2 ? batch * m * k : 0) + i * k + l]
                   * (double) ((const float *)
                                   b->data)[(b->shape.rank > 2 ? batch * k * n : 0) + l * n + j];
          *y++ = sum;
        }
}

void
reference_batch_normalization (const OpRun *run, double *y)
{
  const LucidaShape *shape = &run->in[0]->shape;
  int64_t count = lucida_shape_count (shape), inner = count / (shape->dim[0] * shape->dim[1]);
  double p[5];

  for (int64_t i = 0; i < count; i++)
    {
      for (int k = 1; k < 5; k++)
        p[k] = (double) ((const float *) run->in[k]->data)[i / inner % shape->dim[1]];
      y[i] = ((double) ((const float *) run->in[0]->data)[i] - p[3])
                 / sqrt (p[4] + lucida_node_get_float (run->call.node, "epsilon", 1e-5)) * p[1]
             + p[2];
    }
}

void
reference_lrn (const OpRun *run, double *y)
{
  const LucidaNode *node = run->call.node;
  const int64_t *d = run->in[0]->shape.dim;
  int64_t size = lucida_node_get_int (node, "size", 1);

  for (int64_t n = 0; n < d[0]; n++)
    for (int64_t c = 0; c < d[1]; c++)
      for (int64_t h = 0; h < d[2]; h++)
        for (int64_t w = 0; w < d[3]; w++)
          {
            double sum = 0;

            for (int64_t j = MAX (0, c - (size - 1) / 2); j <= MIN (d[1] - 1, c + size / 2); j++)
              sum += pow (pixel (run->in[0], n, j, h, w), 2);
            *y++ = pixel (run->in[0], n, c, h, w)
                   * pow (lucida_node_get_float (node, "bias", 1)
                              + lucida_node_get_float (node, "alpha", 1e-4) / (double) size * sum,
                          -lucida_node_get_float (node, "beta", 0.75));
          }
}

/* Along the last axis. */
void
reference_softmax (const OpRun *run, double *y)
{
  const LucidaShape *shape = &run->in[0]->shape;
  int64_t size = shape->dim[shape->rank - 1];

  for (int64_t row = 0; row < lucida_shape_count (shape) / size; row++)
    {
      const float *x = (const float *) run->in[0]->data + row * size;
      double sum = 0;

      for (int64_t i = 0; i < size; i++)
        sum += exp ((double) x[i]);
      for (int64_t i = 0; i < size; i++)
        *y++ = exp ((double) x[i]) / sum;
    }
}

/* Each sum anew. */
void
reference_cum_sum (const OpRun *run, double *y)
{
  const LucidaShape *shape = &run->in[0]->shape;
  const float *x = run->in[0]->data;
  gboolean exclusive = lucida_node_get_int (run->call.node, "exclusive", 0) != 0;
  gboolean reverse = lucida_node_get_int (run->call.node, "reverse", 0) != 0;
  int64_t axis = *(const int64_t *) run->in[1]->data, step = 1, size;

  axis += axis < 0 ? shape->rank : 0;
  size = shape->dim[axis];
  for (int64_t i = axis + 1; i < shape->rank; i++)
    step *= shape->dim[i];
  for (int64_t i = 0; i < lucida_shape_count (shape); i++)
    {
      int64_t place = i / step % size;

      y[i] = 0;
      for (int64_t j = 0; j < size; j++)
        if (reverse ? j > place || (j == place && !exclusive)
                    : j < place || (j == place && !exclusive))
          y[i] += (double) x[i + (j - place) * step];
    }
}

void
reference_trilu (const OpRun *run, double *y)
{
  const LucidaShape *shape = &run->in[0]->shape;
  const float *x = run->in[0]->data;
  int64_t k = run->call.n_in > 1 ? *(const int64_t *) run->in[1]->data : 0;
  int64_t rows = shape->dim[shape->rank - 2], columns = shape->dim[shape->rank - 1];
  gboolean upper = lucida_node_get_int (run->call.node, "upper", 1) != 0;

  for (int64_t m = 0; m < lucida_shape_count (shape) / (rows * columns); m++)
    for (int64_t r = 0; r < rows; r++)
      for (int64_t c = 0; c < columns; c++, x++)
        *y++ = (upper ? c >= r + k : c <= r + k) ? (double) *x : 0;
}

/* The kernels' own definitions, of the distance from a pixel. */
static double
kernel_at (gboolean cubic, double t)
{
  double d = fabs (t), a = -0.75;

  if (!cubic)
    return MAX (1 - d, 0);
  if (d <= 1)
    return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}

/* The pixel that stands at @i, which may lie outside: the picture goes on as its border, or
 * mirrored, at the outermost pixels' centres or at their outer sides. -1: nothing. */
static int64_t
continued (const char *padding, gboolean align, int64_t i, int64_t size)
{
  while (i < 0 || i >= size)
    {
      if (*padding == 'z')
        return -1;
      if (*padding == 'b')
        return i < 0 ? 0 : size - 1;
      i = i < 0 ? (align ? -i : -1 - i) : (align ? 2 * (size - 1) - i : 2 * size - 1 - i);
    }
  return i;
}

/* Sums over the whole continued picture, however far away. */
void
reference_grid_sample (const OpRun *run, double *y)
{
  const int64_t *size = run->in[0]->shape.dim, *out = run->out[0]->shape.dim;
  const float *grid = run->in[1]->data;
  const char *padding = lucida_node_get_string (run->call.node, "padding_mode", "zeros");
  gboolean cubic
      = strstr (lucida_node_get_string (run->call.node, "mode", "bilinear"), "cubic") != NULL;
  gboolean align = lucida_node_get_int (run->call.node, "align_corners", 0) != 0;

  for (int64_t n = 0; n < out[0]; n++)
    for (int64_t c = 0; c < out[1]; c++)
      for (int64_t p = 0; p < out[2] * out[3]; p++, y++)
        {
          const float *at = grid + 2 * (n * out[2] * out[3] + p);
          double place[2];

          for (int a = 0; a < 2; a++) /* width, then height */
            place[a] = align ? ((double) at[a] + 1) / 2 * (double) (size[3 - a] - 1)
                             : (((double) at[a] + 1) * (double) size[3 - a] - 1) / 2;
          *y = 0;
          for (int64_t h = -size[2]; h < 2 * size[2]; h++)
            for (int64_t w = -size[3]; w < 2 * size[3]; w++)
              *y += kernel_at (cubic, place[1] - (double) h)
                    * kernel_at (cubic, place[0] - (double) w)
                    * pixel (run->in[0], n, c, continued (padding, align, h, size[2]),
                             continued (padding, align, w, size[3]));
        }
}
