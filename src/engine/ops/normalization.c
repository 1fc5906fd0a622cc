#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <math.h>

/* Normalisations by the input's own statistics: over the last axes (LayerNormalization), over each
 * channel (InstanceNormalization), over groups of channels (GroupNormalization). In all of them
 * the input is a number of rows, each normalised for itself:
 *   x̂ = (x - mean)/√(var + ε), y = x̂·scale + b
 * and with h = g·scale
 *   gx = (h - mean (h) - x̂·mean (h·x̂))/√(var + ε)
 */

#define BLOCK 256 /* elements of a row that are handled together */

typedef struct
{
  const float *x;
  const float *g;
  float *y;
  float *gx;
  float *means;   /* (nullable) [rows] */
  float *inverse; /* (nullable) [rows] 1/√(var + ε) */
  int64_t rows;
  int64_t size; /* of a row */
  double epsilon;
  const float *scale;
  const float *b;     /* (nullable) */
  int64_t run;        /* elements in a row that share one scale */
  int64_t row_scales; /* scales after which the next row's begin */
  int64_t n_scales;   /* after which they begin again */
} Normalization;

static void
statistics (const Normalization *norm, int64_t row, double *mean, double *inverse)
{
  const float *x = norm->x + row * norm->size;
  double n = (double) norm->size;

  *mean = lucida_loop_sum (norm->size, x) / n;
  *inverse = 1 / sqrt (lucida_loop_spread (norm->size, x, *mean) / n + norm->epsilon);
}

/* Where the scales of run @k of row @row lie. */
static int64_t
scale_place (const Normalization *norm, int64_t row, int64_t k)
{
  return (row * norm->row_scales + k) % norm->n_scales;
}

static void
forward_range (int64_t begin, int64_t end, gpointer data)
{
  const Normalization *norm = data;

  for (int64_t row = begin; row < end; row++)
    {
      const float *x = norm->x + row * norm->size;
      float *restrict y = norm->y + row * norm->size;
      double mean, inverse;

      statistics (norm, row, &mean, &inverse);
      if (norm->means)
        norm->means[row] = (float) mean;
      if (norm->inverse)
        norm->inverse[row] = (float) inverse;
      if (norm->run == 1)
        {
          const float *scale = norm->scale + scale_place (norm, row, 0);
          const float *b = norm->b ? norm->b + scale_place (norm, row, 0) : NULL;
          float m = (float) mean, f = (float) inverse;

          for (int64_t i = 0; i < norm->size; i++)
            y[i] = (x[i] - m) * f * scale[i] + (b ? b[i] : 0.0f);
          continue;
        }
      for (int64_t k = 0; k < norm->size / norm->run; k++)
        {
          int64_t place = scale_place (norm, row, k);
          float factor = (float) (inverse * (double) norm->scale[place]), m = (float) mean;
          float b = norm->b ? norm->b[place] : 0.0f;

          for (int64_t i = k * norm->run; i < (k + 1) * norm->run; i++)
            y[i] = (x[i] - m) * factor + b;
        }
    }
}

/* h = g·scale of @n elements of row @row from @first on. */
static void
scaled_gradient (const Normalization *norm, int64_t row, int64_t first, int64_t n, float *h)
{
  const float *g = norm->g + row * norm->size + first;

  if (norm->run == 1)
    {
      const float *scale = norm->scale + scale_place (norm, row, first);

      for (int64_t i = 0; i < n; i++)
        h[i] = g[i] * scale[i];
      return;
    }
  for (int64_t i = 0; i < n;)
    {
      int64_t k = (first + i) / norm->run, end = MIN ((k + 1) * norm->run - first, n);
      float scale = norm->scale[scale_place (norm, row, k)];

      for (; i < end; i++)
        h[i] = g[i] * scale;
    }
}

static void
backward_range (int64_t begin, int64_t end, gpointer data)
{
  const Normalization *norm = data;
  float h[BLOCK];

  for (int64_t row = begin; row < end; row++)
    {
      const float *x = norm->x + row * norm->size;
      float *restrict gx = norm->gx + row * norm->size;
      double mean, inverse, h_sum = 0, hx_sum = 0;
      float factor, slope, shift;

      statistics (norm, row, &mean, &inverse);
      for (int64_t first = 0; first < norm->size; first += BLOCK)
        {
          int64_t n = MIN (BLOCK, norm->size - first);

          scaled_gradient (norm, row, first, n, h);
          h_sum += lucida_loop_sum (n, h);
          hx_sum += lucida_loop_dot (n, h, x + first);
        }
      h_sum /= (double) norm->size;
      hx_sum = (hx_sum / (double) norm->size - mean * h_sum) * inverse; /* mean (h·x̂) */
      /* gx += factor·h + slope·x + shift, the formula above by powers of x */
      factor = (float) inverse;
      slope = (float) (-inverse * inverse * hx_sum);
      shift = (float) (inverse * (mean * inverse * hx_sum - h_sum));
      for (int64_t first = 0; first < norm->size; first += BLOCK)
        {
          int64_t n = MIN (BLOCK, norm->size - first);

          scaled_gradient (norm, row, first, n, h);
          for (int64_t i = 0; i < n; i++)
            gx[first + i] += factor * h[i] + slope * x[first + i] + shift;
        }
    }
}

static Normalization
prepare (const LucidaOpCall *call)
{
  const LucidaOpValue *b = lucida_op_input (call, 2);

  return (Normalization){
    .x = call->in[0]->data,
    .g = call->out[0]->grad,
    .y = call->out[0]->data,
    .gx = call->in[0]->grad,
    .epsilon = lucida_node_get_float (call->node, "epsilon", 1e-5),
    .scale = call->in[1]->data,
    .b = b ? b->data : NULL,
    .n_scales = lucida_shape_count (&call->in[1]->shape),
  };
}

static void
run (const LucidaOpCall *call, Normalization *norm, LucidaRangeFunc function)
{
  if (norm->size > 0)
    lucida_loop (call->pool, norm->rows, lucida_loop_grain (norm->size), function, norm);
}

#define NORMALIZATION_OP(Name, infer_function, arrange)                                            \
  static gboolean Name##_forward (LucidaOpCall *call, GError **error)                              \
  {                                                                                                \
    Normalization norm = prepare (call);                                                           \
    arrange (call, &norm);                                                                         \
    run (call, &norm, forward_range);                                                              \
    return TRUE;                                                                                   \
  }                                                                                                \
  static void Name##_backward (LucidaOpCall *call)                                                 \
  {                                                                                                \
    Normalization norm = prepare (call);                                                           \
    arrange (call, &norm);                                                                         \
    if (norm.gx)                                                                                   \
      run (call, &norm, backward_range);                                                           \
  }                                                                                                \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .flags = LUCIDA_OP_NORMALIZATION,                                                              \
    .infer = infer_function,                                                                       \
    .forward = Name##_forward,                                                                     \
    .backward = Name##_backward,                                                                   \
  };

/* Scales (input 1) and offsets (input 2, if it is there): one for each of @n. */
static gboolean
check_scales (const LucidaOpCall *call, int64_t n, int64_t or_n, GError **error)
{
  for (int i = 1; i < 3; i++)
    {
      const LucidaOpValue *value = lucida_op_input (call, i);
      int64_t count = value ? lucida_shape_count (&value->shape) : n;

      if (!lucida_op_check_float (call, i, 0, LUCIDA_MAX_RANK, error))
        return FALSE;
      if ((count != n && count != or_n)
          || (value && count != lucida_shape_count (&call->in[1]->shape)))
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "%" G_GINT64_FORMAT " scales are given where %" G_GINT64_FORMAT
                       " are needed",
                       count, n);
          return FALSE;
        }
    }
  return TRUE;
}

static void
arrange_layer (const LucidaOpCall *call, Normalization *norm)
{
  const LucidaShape *x = &call->in[0]->shape;
  int axis = 0;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", -1), x->rank, &axis, NULL);
  norm->rows = norm->size = norm->run = 1;
  for (int i = 0; i < x->rank; i++)
    *(i < axis ? &norm->rows : &norm->size) *= x->dim[i];
  norm->means = call->n_out > 1 && call->out[1] ? call->out[1]->data : NULL;
  norm->inverse = call->n_out > 2 && call->out[2] ? call->out[2]->data : NULL;
}

static gboolean
layer_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape statistic;
  int64_t size = 1;
  int axis;

  if (!lucida_op_check_inputs (call, 2, 3, error)
      || !lucida_op_check_float (call, 0, 1, LUCIDA_MAX_RANK, error)
      || !lucida_op_axis (lucida_node_get_int (call->node, "axis", -1), call->in[0]->shape.rank,
                          &axis, error))
    return FALSE;
  statistic = call->in[0]->shape;
  for (int i = axis; i < statistic.rank; i++)
    {
      size *= statistic.dim[i];
      statistic.dim[i] = 1;
    }
  if (!check_scales (call, size, size, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  lucida_op_set_output (call, 1, LUCIDA_FLOAT32, &statistic);
  lucida_op_set_output (call, 2, LUCIDA_FLOAT32, &statistic);
  return TRUE;
}

NORMALIZATION_OP (LayerNormalization, layer_infer, arrange_layer)

/* N×C×…: elements of one channel of one image */
static int64_t
channel_size (const LucidaShape *x)
{
  int64_t size = 1;

  for (int i = 2; i < x->rank; i++)
    size *= x->dim[i];
  return size;
}

static gboolean
instance_infer (LucidaOpCall *call, GError **error)
{
  if (!lucida_op_check_inputs (call, 3, 3, error)
      || !lucida_op_check_float (call, 0, 3, LUCIDA_MAX_RANK, error)
      || !check_scales (call, call->in[0]->shape.dim[1], call->in[0]->shape.dim[1], error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  return TRUE;
}

static void
arrange_instance (const LucidaOpCall *call, Normalization *norm)
{
  const LucidaShape *x = &call->in[0]->shape;

  norm->rows = x->dim[0] * x->dim[1];
  norm->size = norm->run = channel_size (x);
  norm->row_scales = 1;
  norm->means = norm->inverse = NULL;
}

NORMALIZATION_OP (InstanceNormalization, instance_infer, arrange_instance)

/* One scale per channel (operator set 21) or per group (18). */
static gboolean
group_infer (LucidaOpCall *call, GError **error)
{
  int64_t groups = lucida_node_get_int (call->node, "num_groups", 0), channels;

  if (!lucida_op_check_inputs (call, 3, 3, error)
      || !lucida_op_check_float (call, 0, 2, LUCIDA_MAX_RANK, error))
    return FALSE;
  channels = call->in[0]->shape.dim[1];
  if (groups < 1 || channels % groups != 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "%" G_GINT64_FORMAT " groups do not divide %" G_GINT64_FORMAT " channels",
                   groups, channels);
      return FALSE;
    }
  if (!check_scales (call, channels, groups, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  return TRUE;
}

static void
arrange_group (const LucidaOpCall *call, Normalization *norm)
{
  const LucidaShape *x = &call->in[0]->shape;
  int64_t groups = lucida_node_get_int (call->node, "num_groups", 1);

  norm->rows = x->dim[0] * groups;
  norm->size = x->dim[1] / groups * channel_size (x);
  norm->row_scales = norm->n_scales / groups;
  norm->run = norm->row_scales > 0 ? norm->size / norm->row_scales : norm->size;
}

NORMALIZATION_OP (GroupNormalization, group_infer, arrange_group)
