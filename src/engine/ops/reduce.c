#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"
#include "engine/ops/rows.h"

#include <math.h>
#include <string.h>

/* Reductions over a set of axes. Elements are gathered in double (for integers that need no
 * fractions in int64_t), one accumulator for each element of the output, in the workspace. */

typedef enum
{
  SUM,
  MEAN,
  PROD,
  MAX_VALUE,
  MIN_VALUE,
  L1,
  L2,
  SUM_SQUARE,
  LOG_SUM,
  LOG_SUM_EXP,
} Rule;

typedef struct
{
  Rule rule;
  const float *x;
  const int64_t *xi;
  double *sum; /* [output's elements] */
  int64_t *sum_int;
  double *zeros;      /* PROD, backward: how many factors are 0; MAX, MIN: whether one was found */
  const double *high; /* LOG_SUM_EXP: largest x */
  const float *y;
  const float *g;
  float *gx;
  double count; /* elements that one output is made from */
} Reduction;

/* Which axes go: attribute or input 1; none named: all, or with noop_with_empty_axes none. */
static gboolean
read_axes (const LucidaOpCall *call, gboolean *reduced, GError **error)
{
  int rank = call->in[0]->shape.rank, n, axis;
  const int64_t *axes;

  if (!lucida_op_ints (call, "axes", 1, &axes, &n, error))
    return FALSE;
  for (int i = 0; i < rank; i++)
    reduced[i] = n == 0 && !lucida_node_get_int (call->node, "noop_with_empty_axes", 0);
  for (int i = 0; i < n; i++)
    {
      if (!lucida_op_axis (axes[i], rank, &axis, error))
        return FALSE;
      reduced[axis] = TRUE;
    }
  return TRUE;
}

/* The output's shape as if all axes were kept. */
static LucidaShape
kept_shape (const LucidaOpCall *call)
{
  gboolean reduced[LUCIDA_MAX_RANK] = { FALSE };
  LucidaShape shape = call->in[0]->shape;

  read_axes (call, reduced, NULL);
  for (int i = 0; i < shape.rank; i++)
    if (reduced[i])
      shape.dim[i] = 1;
  return shape;
}

static gboolean
reduce_infer (LucidaOpCall *call, GError **error)
{
  gboolean keep = lucida_node_get_int (call->node, "keepdims", 1) != 0;
  gboolean reduced[LUCIDA_MAX_RANK] = { FALSE };
  LucidaShape shape = { 0 };
  const LucidaShape *x;

  if (!lucida_op_check_inputs (call, 1, 2, error) || !read_axes (call, reduced, error))
    return FALSE;
  x = &call->in[0]->shape;
  for (int i = 0; i < x->rank; i++)
    if (!reduced[i] || keep)
      shape.dim[shape.rank++] = reduced[i] ? 1 : x->dim[i];
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gsize
reduce_workspace (const LucidaOpCall *call, gboolean backward)
{
  return 2 * sizeof (double) * (gsize) lucida_shape_count (&call->out[0]->shape);
}

/* Array 0 of the rows is the input, 1 the output. */
static void
reduce_rows (const LucidaOpCall *call, LucidaRows *rows)
{
  LucidaShape kept = kept_shape (call);
  const LucidaShape *others[1] = { &kept };

  lucida_rows_init (rows, &call->in[0]->shape, 1, others);
}

/* Applies @gather to each element x with its accumulator. */
#define GATHER(type, elements, accumulators, gather)                                               \
  {                                                                                                \
    const type *source = elements + offset[0];                                                     \
    for (int64_t i = 0; i < n; i++)                                                                \
      {                                                                                            \
        __typeof__ (*accumulators) x = source[i * step[0]],                                        \
                                   *a = accumulators + offset[1] + i * step[1];                    \
        gather;                                                                                    \
      }                                                                                            \
  }                                                                                                \
  break

static double
row_sum (int64_t n, const float *x, int64_t step)
{
  double sum = 0;

  if (step == 1)
    return lucida_loop_sum (n, x);
  for (int64_t i = 0; i < n; i++)
    sum += (double) x[i * step];
  return sum;
}

static void
gather_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Reduction *r = data;
  double *sum = r->sum;

  switch (r->rule)
    {
    case SUM:
    case MEAN:
    case LOG_SUM:
      if (step[1] == 0)
        {
          sum[offset[1]] += row_sum (n, r->x + offset[0], step[0]);
          break;
        }
      GATHER (float, r->x, sum, *a += x);
    case PROD:
      GATHER (float, r->x, sum, *a *= x);
    case MAX_VALUE:
      GATHER (float, r->x, sum, *a = x < *a || isnan (*a) ? *a : x);
    case MIN_VALUE:
      GATHER (float, r->x, sum, *a = x > *a || isnan (*a) ? *a : x);
    case L1:
      GATHER (float, r->x, sum, *a += fabs (x));
    case L2:
    case SUM_SQUARE:
      GATHER (float, r->x, sum, *a += x * x);
    case LOG_SUM_EXP:
      {
        const float *x = r->x + offset[0];

        for (int64_t i = 0; i < n; i++)
          {
            int64_t place = offset[1] + i * step[1];

            sum[place] += exp ((double) x[i * step[0]] - r->high[place]);
          }
      }
      break;
    }
}

static void
gather_int_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Reduction *r = data;

  switch (r->rule)
    {
    case SUM:
    case MEAN:
      GATHER (int64_t, r->xi, r->sum_int, *a = (int64_t) ((uint64_t) *a + (uint64_t) x));
    case PROD:
      GATHER (int64_t, r->xi, r->sum_int, *a = (int64_t) ((uint64_t) *a * (uint64_t) x));
    case MAX_VALUE:
      GATHER (int64_t, r->xi, r->sum_int, *a = MAX (*a, x));
    case MIN_VALUE:
      GATHER (int64_t, r->xi, r->sum_int, *a = MIN (*a, x));
    case L1:
      GATHER (int64_t, r->xi, r->sum_int,
              *a = (int64_t) ((uint64_t) *a + (x < 0 ? 0 - (uint64_t) x : (uint64_t) x)));
    case SUM_SQUARE:
      GATHER (int64_t, r->xi, r->sum_int,
              *a = (int64_t) ((uint64_t) *a + (uint64_t) x * (uint64_t) x));
    default:
      break;
    }
}

/* The rules that give fractions, on integers. */
static void
gather_whole_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Reduction *r = data;

  for (int64_t i = 0; i < n; i++)
    {
      double x = (double) r->xi[offset[0] + i * step[0]], *a = r->sum + offset[1] + i * step[1];

      *a += r->rule == L2 ? x * x : r->rule == LOG_SUM_EXP ? exp (x) : x;
    }
}

static double
finish (Rule rule, double sum, double count, double high)
{
  switch (rule)
    {
    case MEAN:
      return sum / count;
    case L2:
      return sqrt (sum);
    case LOG_SUM:
      return log (sum);
    case LOG_SUM_EXP:
      return log (sum) + high;
    default:
      return sum;
    }
}

static void
forward_floats (LucidaOpCall *call, Reduction *r, const LucidaRows *rows, int64_t n_out)
{
  double *high = (double *) call->workspace + n_out;
  float *y = call->out[0]->data;

  for (int64_t i = 0; i < n_out; i++)
    {
      r->sum[i] = r->rule == PROD        ? 1
                  : r->rule == MAX_VALUE ? -INFINITY
                  : r->rule == MIN_VALUE ? INFINITY
                                         : 0;
      high[i] = -INFINITY;
    }
  if (r->rule == LOG_SUM_EXP && rows)
    {
      Reduction maximum = { .rule = MAX_VALUE, .x = r->x, .sum = high };

      lucida_rows_run (rows, 1, call->pool, gather_row, &maximum);
    }
  for (int64_t i = 0; i < n_out; i++)
    if (isinf (high[i]))
      high[i] = 0;
  r->high = high;
  if (rows)
    lucida_rows_run (rows, 1, call->pool, gather_row, r);
  for (int64_t i = 0; i < n_out; i++)
    y[i] = (float) finish (r->rule, r->sum[i], r->count, high[i]);
}

static void
forward_ints (LucidaOpCall *call, Reduction *r, const LucidaRows *rows, int64_t n_out)
{
  gboolean fractions = r->rule == L2 || r->rule == LOG_SUM || r->rule == LOG_SUM_EXP;
  int64_t *y = call->out[0]->data;

  r->sum_int = y;
  for (int64_t i = 0; i < n_out; i++)
    {
      r->sum[i] = 0;
      y[i] = r->rule == PROD        ? 1
             : r->rule == MAX_VALUE ? INT64_MIN
             : r->rule == MIN_VALUE ? INT64_MAX
                                    : 0;
    }
  if (rows)
    lucida_rows_run (rows, 1, call->pool, fractions ? gather_whole_row : gather_int_row, r);
  for (int64_t i = 0; i < n_out; i++)
    if (r->rule == MEAN && r->count > 0)
      y[i] /= (int64_t) r->count;
    else if (fractions)
      {
        double value = finish (r->rule, r->sum[i], r->count, 0);

        y[i] = value > -9e18 && value < 9e18 ? (int64_t) value : 0;
      }
}

static void
reduce_forward (LucidaOpCall *call, Rule rule)
{
  int64_t n_in = lucida_shape_count (&call->in[0]->shape);
  int64_t n_out = lucida_shape_count (&call->out[0]->shape);
  Reduction r = { .rule = rule, .x = call->in[0]->data, .xi = call->in[0]->data };
  LucidaRows rows;

  r.sum = call->workspace;
  r.count = n_out > 0 ? (double) n_in / (double) n_out : 0;
  if (n_in > 0)
    reduce_rows (call, &rows);
  if (call->in[0]->element == LUCIDA_FLOAT32)
    forward_floats (call, &r, n_in > 0 ? &rows : NULL, n_out);
  else
    forward_ints (call, &r, n_in > 0 ? &rows : NULL, n_out);
}

/* Products of all factors but those that are 0, and how many are. */
static void
factors_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Reduction *r = data;

  for (int64_t i = 0; i < n; i++)
    {
      float x = r->x[offset[0] + i * step[0]];
      int64_t place = offset[1] + i * step[1];

      if (x == 0.0f)
        r->zeros[place] += 1;
      else
        r->sum[place] *= (double) x;
    }
}

static void
gradient_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Reduction *r = data;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[1] + i * step[1];
      float x = r->x[offset[0] + i * step[0]], y = r->y[place], slope = 0;

      switch (r->rule)
        {
        case SUM:
        case MEAN: /* in constant_gradient_row() */
          break;
        case PROD:
          if (r->zeros[place] == 0)
            slope = (float) (r->sum[place] / (double) x);
          else if (r->zeros[place] == 1 && x == 0.0f)
            slope = (float) r->sum[place];
          break;
        case MAX_VALUE: /* to the first in row-major order */
        case MIN_VALUE:
          if (x != y || r->zeros[place] != 0)
            continue;
          r->zeros[place] = 1;
          slope = 1;
          break;
        case L1:
          slope = (x > 0.0f ? 1.0f : 0.0f) - (x < 0.0f ? 1.0f : 0.0f);
          break;
        case L2:
          if (y == 0.0f) /* no derivative; 0 is the subgradient that PyTorch's norm has, too */
            continue;
          slope = x / y;
          break;
        case SUM_SQUARE:
          slope = 2 * x;
          break;
        case LOG_SUM:
          slope = expf (-y);
          break;
        case LOG_SUM_EXP:
          slope = expf (x - y);
          break;
        }
      r->gx[offset[0] + i * step[0]] += r->g[place] * slope;
    }
}

/* SUM and MEAN, which need nothing but g. */
static void
constant_gradient_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Reduction *r = data;
  float slope = r->rule == MEAN ? (float) (1 / r->count) : 1.0f;
  float *restrict gx = r->gx + offset[0];
  const float *g = r->g + offset[1];

  if (step[0] == 1 && step[1] == 0)
    for (int64_t i = 0; i < n; i++)
      gx[i] += *g * slope;
  else if (step[0] == 1 && step[1] == 1)
    for (int64_t i = 0; i < n; i++)
      gx[i] += g[i] * slope;
  else
    for (int64_t i = 0; i < n; i++)
      gx[i * step[0]] += g[i * step[1]] * slope;
}

static void
reduce_backward (LucidaOpCall *call, Rule rule)
{
  int64_t n_in = lucida_shape_count (&call->in[0]->shape);
  int64_t n_out = lucida_shape_count (&call->out[0]->shape);
  Reduction r = { .rule = rule, .x = call->in[0]->data, .y = call->out[0]->data };
  LucidaRows rows;

  if (!call->in[0]->grad || call->in[0]->element != LUCIDA_FLOAT32 || n_in == 0)
    return;
  r.g = call->out[0]->grad;
  r.gx = call->in[0]->grad;
  r.sum = call->workspace;
  r.zeros = r.sum + n_out;
  r.count = (double) n_in / (double) n_out;
  reduce_rows (call, &rows);
  if (rule == SUM || rule == MEAN)
    {
      lucida_rows_run (&rows, 1, call->pool, constant_gradient_row, &r);
      return;
    }
  for (int64_t i = 0; i < n_out; i++)
    {
      r.sum[i] = 1;
      r.zeros[i] = 0;
    }
  if (rule == PROD)
    lucida_rows_run (&rows, 1, call->pool, factors_row, &r);
  lucida_rows_run (&rows, 1, call->pool, gradient_row, &r);
}

#define REDUCTION(Name, rule)                                                                      \
  static gboolean Name##_forward (LucidaOpCall *call, GError **error)                              \
  {                                                                                                \
    reduce_forward (call, rule);                                                                   \
    return TRUE;                                                                                   \
  }                                                                                                \
  static void Name##_backward (LucidaOpCall *call)                                                 \
  {                                                                                                \
    reduce_backward (call, rule);                                                                  \
  }                                                                                                \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .infer = reduce_infer,                                                                         \
    .forward = Name##_forward,                                                                     \
    .backward = Name##_backward,                                                                   \
    .workspace = reduce_workspace,                                                                 \
  };

REDUCTION (ReduceSum, SUM)
REDUCTION (ReduceMean, MEAN)
REDUCTION (ReduceProd, PROD)
REDUCTION (ReduceMax, MAX_VALUE)
REDUCTION (ReduceMin, MIN_VALUE)
REDUCTION (ReduceL1, L1)
REDUCTION (ReduceL2, L2)
REDUCTION (ReduceSumSquare, SUM_SQUARE)
REDUCTION (ReduceLogSum, LOG_SUM)
REDUCTION (ReduceLogSumExp, LOG_SUM_EXP)
