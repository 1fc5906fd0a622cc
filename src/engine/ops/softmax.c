#include "engine/ops/fast-math.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <math.h>

/* Softmax y_i = e^(x_i - m) / Σ_j e^(x_j - m), m = max x, and its logarithm, along one axis; below
 * operator set 13 (attribute "flatten") along all axes from the given one on. */

#define COLUMNS 64 /* places beside the axis that are handled together */

typedef struct
{
  int64_t outer;
  int64_t size; /* along the axis */
  int64_t inner;
  const float *x;
  float *y;
  const float *g;
  float *gx;
} Softmax;

static gboolean
softmax_axis (const LucidaOpCall *call, Softmax *softmax, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  gboolean flatten = lucida_node_get_int (call->node, "flatten", 0) != 0;
  int axis = 0;

  *softmax = (Softmax){ 1, 1, 1, NULL, NULL, NULL, NULL };
  if (x->rank > 0
      && !lucida_op_axis (lucida_node_get_int (call->node, "axis", flatten ? 1 : -1), x->rank,
                          &axis, error))
    return FALSE;
  for (int i = 0; i < x->rank; i++)
    *(i < axis               ? &softmax->outer
      : i == axis || flatten ? &softmax->size
                             : &softmax->inner)
        *= x->dim[i];
  softmax->x = call->in[0]->data;
  softmax->y = call->out[0]->data;
  softmax->g = call->out[0]->grad;
  softmax->gx = call->in[0]->grad;
  return TRUE;
}

static gboolean
softmax_infer (LucidaOpCall *call, GError **error)
{
  Softmax softmax;

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !lucida_op_check_float (call, 0, 0, LUCIDA_MAX_RANK, error)
      || !softmax_axis (call, &softmax, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  return TRUE;
}

/* exponentials() where the axis is the innermost. */
static void
row_exponentials (const Softmax *s, int64_t place, float *high, float *sum)
{
  const float *x = s->x + place;
  float *restrict y = s->y + place, largest = -INFINITY;

  for (int64_t i = 0; i < s->size; i++)
    largest = x[i] < largest ? largest : x[i];
  for (int64_t i = 0; i < s->size; i++)
    y[i] = lucida_exp (x[i] - largest);
  *high = largest;
  *sum = (float) lucida_loop_sum (s->size, y);
}

/* Maxima and Σ e^(x - max) of @n columns; y becomes e^(x - max). */
static void
exponentials (const Softmax *s, int64_t place, int64_t n, float *high, float *sum)
{
  const float *x = s->x + place;
  float *restrict y = s->y + place;

  if (s->inner == 1)
    {
      row_exponentials (s, place, high, sum);
      return;
    }
  for (int64_t c = 0; c < n; c++)
    {
      high[c] = -INFINITY;
      sum[c] = 0;
    }
  for (int64_t i = 0; i < s->size; i++)
    for (int64_t c = 0; c < n; c++)
      high[c] = x[i * s->inner + c] < high[c] ? high[c] : x[i * s->inner + c];
  for (int64_t i = 0; i < s->size; i++)
    for (int64_t c = 0; c < n; c++)
      {
        float e = lucida_exp (x[i * s->inner + c] - high[c]);

        y[i * s->inner + c] = e;
        sum[c] += e;
      }
}

/* Parts are blocks of columns; all blocks of one outer place follow each other. */
static int64_t
blocks (const Softmax *s)
{
  return s->inner > 0 ? (s->inner - 1) / COLUMNS + 1 : 0;
}

static void
softmax_range (int64_t begin, int64_t end, gpointer data)
{
  const Softmax *s = data;
  float high[COLUMNS], sum[COLUMNS];

  for (int64_t part = begin; part < end; part++)
    {
      int64_t column = part % blocks (s) * COLUMNS, n = MIN (COLUMNS, s->inner - column);
      int64_t place = part / blocks (s) * s->size * s->inner + column;

      exponentials (s, place, n, high, sum);
      for (int64_t i = 0; s->inner == 1 && i < s->size; i++)
        s->y[place + i] /= *sum;
      for (int64_t i = 0; s->inner > 1 && i < s->size; i++)
        for (int64_t c = 0; c < n; c++)
          s->y[place + i * s->inner + c] /= sum[c];
    }
}

static void
log_softmax_range (int64_t begin, int64_t end, gpointer data)
{
  const Softmax *s = data;
  float high[COLUMNS], sum[COLUMNS];

  for (int64_t part = begin; part < end; part++)
    {
      int64_t column = part % blocks (s) * COLUMNS, n = MIN (COLUMNS, s->inner - column);
      int64_t place = part / blocks (s) * s->size * s->inner + column;

      exponentials (s, place, n, high, sum);
      for (int64_t c = 0; c < n; c++)
        sum[c] = logf (sum[c]);
      for (int64_t i = 0; i < s->size; i++)
        for (int64_t c = 0; c < n; c++)
          s->y[place + i * s->inner + c] = s->x[place + i * s->inner + c] - high[c] - sum[c];
    }
}

/* gx_i += y_i·(g_i - Σ_j g_j·y_j) */
static void
softmax_gradient_range (int64_t begin, int64_t end, gpointer data)
{
  const Softmax *s = data;

  for (int64_t part = begin; part < end; part++)
    {
      int64_t column = part % blocks (s) * COLUMNS, n = MIN (COLUMNS, s->inner - column);
      int64_t place = part / blocks (s) * s->size * s->inner + column;
      const float *y = s->y + place, *g = s->g + place;
      float sum[COLUMNS] = { 0 }, *restrict gx = s->gx + place;

      if (s->inner == 1)
        {
          *sum = (float) lucida_loop_dot (s->size, g, y);
          for (int64_t i = 0; i < s->size; i++)
            gx[i] += y[i] * (g[i] - *sum);
          continue;
        }
      for (int64_t i = 0; i < s->size; i++)
        for (int64_t c = 0; c < n; c++)
          sum[c] += g[i * s->inner + c] * y[i * s->inner + c];
      for (int64_t i = 0; i < s->size; i++)
        for (int64_t c = 0; c < n; c++)
          gx[i * s->inner + c] += y[i * s->inner + c] * (g[i * s->inner + c] - sum[c]);
    }
}

/* gx_i += g_i - e^y_i·Σ_j g_j */
static void
log_softmax_gradient_range (int64_t begin, int64_t end, gpointer data)
{
  const Softmax *s = data;

  for (int64_t part = begin; part < end; part++)
    {
      int64_t column = part % blocks (s) * COLUMNS, n = MIN (COLUMNS, s->inner - column);
      int64_t place = part / blocks (s) * s->size * s->inner + column;
      const float *y = s->y + place, *g = s->g + place;
      float sum[COLUMNS] = { 0 }, *restrict gx = s->gx + place;

      for (int64_t i = 0; i < s->size; i++)
        for (int64_t c = 0; c < n; c++)
          sum[c] += g[i * s->inner + c];
      for (int64_t i = 0; i < s->size; i++)
        for (int64_t c = 0; c < n; c++)
          gx[i * s->inner + c] += g[i * s->inner + c] - lucida_exp (y[i * s->inner + c]) * sum[c];
    }
}

static void
softmax_run (LucidaOpCall *call, LucidaRangeFunc function)
{
  Softmax softmax;

  softmax_axis (call, &softmax, NULL);
  lucida_loop (call->pool, softmax.outer * blocks (&softmax),
               lucida_loop_grain (softmax.size * MIN (softmax.inner, COLUMNS)), function, &softmax);
}

static gboolean
softmax_forward (LucidaOpCall *call, GError **error)
{
  softmax_run (call, softmax_range);
  return TRUE;
}

static void
softmax_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad)
    softmax_run (call, softmax_gradient_range);
}

const LucidaOp lucida_op_Softmax = {
  .name = "Softmax",
  .infer = softmax_infer,
  .forward = softmax_forward,
  .backward = softmax_backward,
};

static gboolean
log_softmax_forward (LucidaOpCall *call, GError **error)
{
  softmax_run (call, log_softmax_range);
  return TRUE;
}

static void
log_softmax_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad)
    softmax_run (call, log_softmax_gradient_range);
}

const LucidaOp lucida_op_LogSoftmax = {
  .name = "LogSoftmax",
  .infer = softmax_infer,
  .forward = log_softmax_forward,
  .backward = log_softmax_backward,
};
