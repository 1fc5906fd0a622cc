#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <math.h>

/* Local response normalisation across channels:
 *   y_i = x_i·s_i^-β, s_i = bias + α/n·Σ_j x_j², j from i - ⌊(n-1)/2⌋ to i + ⌈(n-1)/2⌉
 *   gx_i = g_i·s_i^-β - (2αβ/n)·x_i·Σ_j g_j·x_j·s_j^(-β-1), j over those whose window holds i
 * x: N×C×…
 */

#define COLUMNS 256 /* places beside the channels that are handled together */

typedef struct
{
  const float *x;
  const float *g;
  float *y;
  float *gx;
  float *ratio; /* backward: g·x·s^(-β-1) */
  int64_t channels;
  int64_t inner;
  int64_t blocks; /* of columns */
  int64_t before; /* channels in the window before its own */
  int64_t after;
  double alpha; /* α/n */
  double beta;
  double bias;
} Lrn;

static gboolean
lrn_infer (LucidaOpCall *call, GError **error)
{
  int64_t size = lucida_node_get_int (call->node, "size", 0);

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !lucida_op_check_float (call, 0, 2, LUCIDA_MAX_RANK, error))
    return FALSE;
  if (size < 1 || size > G_MAXINT32)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "a window of %" G_GINT64_FORMAT " channels is not possible", size);
      return FALSE;
    }
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  return TRUE;
}

static Lrn
prepare (const LucidaOpCall *call)
{
  const LucidaShape *shape = &call->in[0]->shape;
  int64_t size = lucida_node_get_int (call->node, "size", 1);
  Lrn lrn = {
    .x = call->in[0]->data,
    .g = call->out[0]->grad,
    .y = call->out[0]->data,
    .gx = call->in[0]->grad,
    .ratio = call->workspace,
    .channels = shape->dim[1],
    .inner = 1,
    .before = (size - 1) / 2,
    .after = size / 2,
    .alpha = lucida_node_get_float (call->node, "alpha", 1e-4) / (double) size,
    .beta = lucida_node_get_float (call->node, "beta", 0.75),
    .bias = lucida_node_get_float (call->node, "bias", 1),
  };

  for (int i = 2; i < shape->rank; i++)
    lrn.inner *= shape->dim[i];
  lrn.blocks = lrn.inner > 0 ? (lrn.inner - 1) / COLUMNS + 1 : 0;
  return lrn;
}

/* s[c] of @n columns of channel @i; @place: where they begin in channel 0 */
static void
window_sums (const Lrn *lrn, int64_t place, int64_t i, int64_t n, float *s)
{
  float alpha = (float) lrn->alpha, bias = (float) lrn->bias;

  for (int64_t c = 0; c < n; c++)
    s[c] = 0;
  for (int64_t j = MAX (i - lrn->before, 0); j <= MIN (i + lrn->after, lrn->channels - 1); j++)
    {
      const float *x = lrn->x + place + j * lrn->inner;

      for (int64_t c = 0; c < n; c++)
        s[c] += x[c] * x[c];
    }
  for (int64_t c = 0; c < n; c++)
    s[c] = bias + alpha * s[c];
}

/* s^-β; at the usual ¾ by two roots. */
static void
powers (const Lrn *lrn, int64_t n, const float *s, float *power)
{
  float beta = (float) lrn->beta;

  if (beta == 0.75f)
    for (int64_t c = 0; c < n; c++)
      {
        float root = sqrtf (s[c]);

        power[c] = 1.0f / (root * sqrtf (root));
      }
  else
    for (int64_t c = 0; c < n; c++)
      power[c] = powf (s[c], -beta);
}

static void
forward_range (int64_t begin, int64_t end, gpointer data)
{
  const Lrn *lrn = data;
  float s[COLUMNS], power[COLUMNS];

  for (int64_t part = begin; part < end; part++)
    {
      int64_t column = part % lrn->blocks * COLUMNS, n = MIN (COLUMNS, lrn->inner - column);
      int64_t place = part / lrn->blocks * lrn->channels * lrn->inner + column;

      for (int64_t i = 0; i < lrn->channels; i++)
        {
          window_sums (lrn, place, i, n, s);
          powers (lrn, n, s, power);
          for (int64_t c = 0; c < n; c++)
            lrn->y[place + i * lrn->inner + c] = lrn->x[place + i * lrn->inner + c] * power[c];
        }
    }
}

static void
backward_range (int64_t begin, int64_t end, gpointer data)
{
  const Lrn *lrn = data;
  float s[COLUMNS], power[COLUMNS], factor = (float) (2 * lrn->alpha * lrn->beta);

  for (int64_t part = begin; part < end; part++)
    {
      int64_t column = part % lrn->blocks * COLUMNS, n = MIN (COLUMNS, lrn->inner - column);
      int64_t place = part / lrn->blocks * lrn->channels * lrn->inner + column;

      for (int64_t i = 0; i < lrn->channels; i++)
        {
          int64_t own = place + i * lrn->inner;

          window_sums (lrn, place, i, n, s);
          powers (lrn, n, s, power);
          for (int64_t c = 0; c < n; c++)
            {
              lrn->ratio[own + c] = lrn->g[own + c] * lrn->x[own + c] * power[c] / s[c];
              lrn->gx[own + c] += lrn->g[own + c] * power[c];
            }
        }
      for (int64_t i = 0; i < lrn->channels; i++)
        for (int64_t j = MAX (i - lrn->after, 0); j <= MIN (i + lrn->before, lrn->channels - 1);
             j++)
          for (int64_t c = 0; c < n; c++)
            lrn->gx[place + i * lrn->inner + c] -= factor * lrn->x[place + i * lrn->inner + c]
                                                   * lrn->ratio[place + j * lrn->inner + c];
    }
}

static void
run (const LucidaOpCall *call, LucidaRangeFunc function)
{
  Lrn lrn = prepare (call);

  lucida_loop (call->pool, call->in[0]->shape.dim[0] * lrn.blocks,
               lucida_loop_grain (lrn.channels * COLUMNS), function, &lrn);
}

static gboolean
lrn_forward (LucidaOpCall *call, GError **error)
{
  run (call, forward_range);
  return TRUE;
}

static void
lrn_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad)
    run (call, backward_range);
}

static gsize
lrn_workspace (const LucidaOpCall *call, gboolean backward)
{
  return backward ? (gsize) lucida_shape_count (&call->in[0]->shape) * sizeof (float) : 0;
}

const LucidaOp lucida_op_LRN = {
  .name = "LRN",
  .flags = LUCIDA_OP_NORMALIZATION,
  .infer = lrn_infer,
  .forward = lrn_forward,
  .backward = lrn_backward,
  .workspace = lrn_workspace,
};
