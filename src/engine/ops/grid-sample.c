#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <math.h>
#include <string.h>

/* GridSample: input 0, N×C×H×W, is looked at where input 1, N×H'×W'×2, says: pairs (x, y), -1 and 1
 * being the picture's sides. What lies between pixels is interpolated along each axis for itself,
 *   y = Σ_i Σ_j v_i·w_j·x[i][j],
 * so the gradient of a place is the same sum with the derivative of its axis' weights. */

#define MAX_TAPS 4
#define CUBIC (-0.75) /* the kernel's parameter, ONNX' and PyTorch's */

typedef enum
{
  NEAREST,
  LINEAR,
  CUBIC_KERNEL,
} Mode;

typedef enum
{
  ZEROS,
  BORDER,
  REFLECTION,
} Padding;

typedef struct
{
  Mode mode;
  Padding padding;
  gboolean align_corners;
  int64_t channels, height, width; /* of the picture */
  int64_t points;                  /* of one sample */
  const float *x;
  const float *grid;
  float *y;
  const float *g;
  float *gx;    /* (nullable) */
  float *ggrid; /* (nullable) */
} Sampling;

/* The pixels along one axis that a place is made of. */
typedef struct
{
  int n;
  int64_t at[MAX_TAPS]; /* -1: outside, 0 */
  double weight[MAX_TAPS];
  double slope[MAX_TAPS]; /* ∂weight/∂(the grid's number) */
} Taps;

static gboolean
read_names (const LucidaOpCall *call, Sampling *self, GError **error)
{
  static const struct
  {
    const char *name;
    Mode mode;
  } modes[] = { { "nearest", NEAREST },
                { "bilinear", LINEAR },
                { "linear", LINEAR },
                { "bicubic", CUBIC_KERNEL },
                { "cubic", CUBIC_KERNEL } };
  static const char *const paddings[] = { "zeros", "border", "reflection" };
  const char *mode = lucida_node_get_string (call->node, "mode", "bilinear");
  const char *padding = lucida_node_get_string (call->node, "padding_mode", "zeros");
  gsize m = 0, p = 0;

  while (m < G_N_ELEMENTS (modes) && strcmp (modes[m].name, mode) != 0)
    m++;
  while (p < G_N_ELEMENTS (paddings) && strcmp (paddings[p], padding) != 0)
    p++;
  if (m == G_N_ELEMENTS (modes) || p == G_N_ELEMENTS (paddings))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "sampling with the mode \"%s\" and the padding \"%s\" cannot be done", mode,
                   padding);
      return FALSE;
    }
  self->mode = modes[m].mode;
  self->padding = (Padding) p;
  self->align_corners = lucida_node_get_int (call->node, "align_corners", 0) != 0;
  return TRUE;
}

static gboolean
grid_sample_infer (LucidaOpCall *call, GError **error)
{
  const LucidaShape *x, *grid;
  LucidaShape shape;
  Sampling sampling;

  if (!lucida_op_check_inputs (call, 2, 2, error) || !lucida_op_check_float (call, 0, 4, 4, error)
      || !lucida_op_check_float (call, 1, 4, 4, error) || !read_names (call, &sampling, error))
    return FALSE;
  x = &call->in[0]->shape;
  grid = &call->in[1]->shape;
  if (grid->dim[0] != x->dim[0] || grid->dim[3] != 2 || x->dim[2] < 1 || x->dim[3] < 1)
    {
      g_autofree char *picture = lucida_shape_to_string (x);
      g_autofree char *places = lucida_shape_to_string (grid);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "places of the shape %s do not fit a picture of %s", places, picture);
      return FALSE;
    }
  shape = lucida_shape (4, x->dim[0], x->dim[1], grid->dim[1], grid->dim[2]);
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &shape);
  return TRUE;
}

/* @place brought between @low and @high by reflection at both; @slope changes its sign with it. */
static double
reflect (double place, double low, double high, double *slope)
{
  double span = high - low, from = fabs (place - low), rest;

  if (!(span > 0))
    {
      *slope = 0;
      return low;
    }
  *slope *= place < low ? -1 : 1;
  rest = fmod (from, 2 * span);
  *slope *= rest > span ? -1 : 1;
  return low + (rest > span ? 2 * span - rest : rest);
}

/* A place that is no pixel's brought to one that is, as the padding says. */
static double
pad (const Sampling *self, double place, int64_t size, double *slope)
{
  double last = (double) (size - 1);

  if (self->padding == ZEROS)
    return place;
  if (self->padding == REFLECTION)
    place = self->align_corners ? reflect (place, 0, last, slope)
                                : reflect (place, -0.5, last + 0.5, slope);
  if (place < 0 || place > last)
    *slope = 0;
  return CLAMP (place, 0, last);
}

/* Tap @k of @taps is pixel @i, which may lie outside. */
static void
set_tap (const Sampling *self, Taps *taps, int k, double i, int64_t size, double weight,
         double slope)
{
  double ignored = 1;

  i = pad (self, i, size, &ignored);
  taps->at[k] = i >= 0 && i <= (double) (size - 1) ? (int64_t) i : -1;
  taps->weight[k] = weight;
  taps->slope[k] = slope;
}

/* Keys' kernel at the distance @t, and its derivative. */
static double
cubic (double t, double *slope)
{
  double d = fabs (t), sign = t < 0 ? -1 : 1;

  if (d <= 1)
    {
      *slope = sign * (3 * (CUBIC + 2) * d - 2 * (CUBIC + 3)) * d;
      return ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1;
    }
  *slope = d < 2 ? sign * CUBIC * ((3 * d - 10) * d + 8) : 0;
  return d < 2 ? CUBIC * (((d - 5) * d + 8) * d - 4) : 0;
}

static void
find_taps (const Sampling *self, float number, int64_t size, Taps *taps)
{
  double scale = (double) (self->align_corners ? size - 1 : size) / 2;
  double place = ((double) number + 1) * scale - (self->align_corners ? 0 : 0.5), first;

  if (!isfinite (place))
    {
      taps->n = 1;
      set_tap (self, taps, 0, 0, size, NAN, NAN);
      return;
    }
  if (self->mode != CUBIC_KERNEL)
    place = pad (self, place, size, &scale);
  first = floor (place);
  switch (self->mode)
    {
    case NEAREST:
      taps->n = 1;
      set_tap (self, taps, 0, rint (place), size, 1, 0);
      break;
    case LINEAR:
      taps->n = 2;
      set_tap (self, taps, 0, first, size, 1 - (place - first), -scale);
      set_tap (self, taps, 1, first + 1, size, place - first, scale);
      break;
    case CUBIC_KERNEL:
      taps->n = 4;
      for (int k = 0; k < 4; k++)
        {
          double slope, weight = cubic (place - (first - 1 + k), &slope);

          set_tap (self, taps, k, first - 1 + k, size, weight, slope * scale);
        }
      break;
    }
}

/* Where pixel (@i, @j) lies in its channel; -1: outside. */
static int64_t
pixel_of (const Sampling *self, const Taps *rows, const Taps *columns, int i, int j)
{
  return rows->at[i] < 0 || columns->at[j] < 0 ? -1 : rows->at[i] * self->width + columns->at[j];
}

static void
forward_range (int64_t begin, int64_t end, gpointer data)
{
  const Sampling *self = data;
  int64_t pixels = self->height * self->width;

  for (int64_t point = begin; point < end; point++)
    {
      int64_t sample = point / self->points;
      float *y = self->y + sample * self->channels * self->points + point % self->points;
      const float *x = self->x + sample * self->channels * pixels;
      Taps rows, columns;

      find_taps (self, self->grid[2 * point], self->width, &columns);
      find_taps (self, self->grid[2 * point + 1], self->height, &rows);
      for (int64_t c = 0; c < self->channels; c++)
        {
          double sum = 0;

          for (int i = 0; i < rows.n; i++)
            for (int j = 0; j < columns.n; j++)
              {
                int64_t pixel = pixel_of (self, &rows, &columns, i, j);

                if (pixel >= 0)
                  sum += rows.weight[i] * columns.weight[j] * (double) x[c * pixels + pixel];
              }
          y[c * self->points] = (float) sum;
        }
    }
}

/* All points one after another, for several may lie on the same pixels. */
static void
add_gradients (const Sampling *self, int64_t point)
{
  int64_t sample = point / self->points, pixels = self->height * self->width;
  const float *g = self->g + sample * self->channels * self->points + point % self->points;
  const float *x = self->x + sample * self->channels * pixels;
  double along[2] = { 0, 0 };
  Taps rows, columns;

  find_taps (self, self->grid[2 * point], self->width, &columns);
  find_taps (self, self->grid[2 * point + 1], self->height, &rows);
  for (int i = 0; i < rows.n; i++)
    for (int j = 0; j < columns.n; j++)
      {
        int64_t pixel = pixel_of (self, &rows, &columns, i, j);
        double weight = rows.weight[i] * columns.weight[j], sum = 0;

        if (pixel < 0)
          continue;
        for (int64_t c = 0; c < self->channels; c++)
          {
            double here = (double) g[c * self->points];

            if (self->gx)
              self->gx[(sample * self->channels + c) * pixels + pixel] += (float) (here * weight);
            sum += here * (double) x[c * pixels + pixel];
          }
        along[0] += rows.weight[i] * columns.slope[j] * sum;
        along[1] += rows.slope[i] * columns.weight[j] * sum;
      }
  for (int k = 0; self->ggrid && k < 2; k++)
    self->ggrid[2 * point + k] += (float) along[k];
}

static void
init (LucidaOpCall *call, Sampling *self)
{
  const int64_t *x = call->in[0]->shape.dim, *grid = call->in[1]->shape.dim;

  *self = (Sampling){ .channels = x[1],
                      .height = x[2],
                      .width = x[3],
                      .points = grid[1] * grid[2],
                      .x = call->in[0]->data,
                      .grid = call->in[1]->data,
                      .y = call->out[0]->data,
                      .g = call->out[0]->grad,
                      .gx = call->in[0]->grad,
                      .ggrid = call->in[1]->grad };
  read_names (call, self, NULL);
}

static gboolean
grid_sample_forward (LucidaOpCall *call, GError **error)
{
  Sampling sampling;

  init (call, &sampling);
  lucida_loop (call->pool, call->in[0]->shape.dim[0] * sampling.points,
               lucida_loop_grain (sampling.channels * MAX_TAPS * MAX_TAPS), forward_range,
               &sampling);
  return TRUE;
}

static void
grid_sample_backward (LucidaOpCall *call)
{
  Sampling sampling;

  init (call, &sampling);
  for (int64_t point = 0; point < call->in[0]->shape.dim[0] * sampling.points; point++)
    add_gradients (&sampling, point);
}

const LucidaOp lucida_op_GridSample = {
  .name = "GridSample",
  .infer = grid_sample_infer,
  .forward = grid_sample_forward,
  .backward = grid_sample_backward,
};
