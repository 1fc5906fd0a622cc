#include "engine/ops/op.h"

#include "base/error.h"

#include <math.h>

/* Pooling to a given size, which ONNX does not have and PyTorch does: along an axis of n cells,
 * window i of o begins at ⌊i·n/o⌋ and ends before ⌈(i + 1)·n/o⌉. Attribute output_size: height and
 * width, 0 keeps the input's. Source: torch/nn/functional.py, adaptive_avg_pool2d. */

typedef struct
{
  int64_t h, w;    /* of the input */
  int64_t oh, ow;  /* of the output */
  const float *x;  /* [planes][h][w] */
  const float *gy; /* backward: [planes][oh][ow] */
  float *y;        /* forward: [planes][oh][ow]; backward: the gradient at x, added to */
  gboolean largest;
} Adaptive;

static void
window (int64_t i, int64_t n, int64_t o, int64_t *from, int64_t *to)
{
  *from = i * n / o;
  *to = ((i + 1) * n + o - 1) / o;
}

static gboolean
size_of (const LucidaOpCall *call, LucidaShape *output, GError **error)
{
  int n;
  const int64_t *size = lucida_node_get_ints (call->node, "output_size", &n);

  *output = call->in[0]->shape;
  for (int i = 0; i < 2; i++)
    {
      int64_t *dim = &output->dim[2 + i];

      if (*dim < 1 || !size || n != 2 || size[i] < 0 || size[i] > G_MAXINT32)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "“output_size” does not fit the input");
          return FALSE;
        }
      if (size[i] > 0)
        *dim = size[i];
    }
  return TRUE;
}

static gboolean
adaptive_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape output;

  if (!lucida_op_check_inputs (call, 1, 1, error) || !lucida_op_check_float (call, 0, 4, 4, error)
      || !size_of (call, &output, error) || !lucida_shape_check (&output, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

/* The place of the first maximum in row-major order. */
static int64_t
largest_in (const Adaptive *a, const float *x, int64_t y0, int64_t y1, int64_t x0, int64_t x1)
{
  int64_t best = y0 * a->w + x0;

  for (int64_t i = y0; i < y1; i++)
    for (int64_t j = x0; j < x1; j++)
      {
        int64_t at = i * a->w + j;

        if (x[at] > x[best] || (isnan (x[at]) && !isnan (x[best])))
          best = at;
      }
  return best;
}

/* One output cell: its value, or (@gx) its share of the gradient. */
static void
cell (const Adaptive *a, const float *x, int64_t oy, int64_t ox, float *y, float gy, float *gx)
{
  int64_t y0, y1, x0, x1;
  float sum = 0;

  window (oy, a->h, a->oh, &y0, &y1);
  window (ox, a->w, a->ow, &x0, &x1);
  if (a->largest)
    {
      int64_t best = largest_in (a, x, y0, y1, x0, x1);

      if (gx)
        gx[best] += gy;
      else
        *y = x[best];
      return;
    }
  gy /= (float) ((y1 - y0) * (x1 - x0));
  for (int64_t i = y0; i < y1; i++)
    for (int64_t j = x0; j < x1; j++)
      if (gx)
        gx[i * a->w + j] += gy;
      else
        sum += x[i * a->w + j];
  if (!gx)
    *y = sum / (float) ((y1 - y0) * (x1 - x0));
}

static void
plane_part (gsize part, guint thread, gpointer data)
{
  const Adaptive *a = data;
  int64_t in = (int64_t) part * a->h * a->w, out = (int64_t) part * a->oh * a->ow;

  (void) thread;
  for (int64_t oy = 0; oy < a->oh; oy++)
    for (int64_t ox = 0; ox < a->ow; ox++, out++)
      if (a->gy)
        cell (a, a->x + in, oy, ox, NULL, a->gy[out], a->y + in);
      else
        cell (a, a->x + in, oy, ox, a->y + out, 0, NULL);
}

static void
run (LucidaOpCall *call, gboolean largest, gboolean backward)
{
  const LucidaShape *in = &call->in[0]->shape, *out = &call->out[0]->shape;
  Adaptive a = { in->dim[2],        in->dim[3], out->dim[2],        out->dim[3],
                 call->in[0]->data, NULL,       call->out[0]->data, largest };

  if (backward)
    {
      a.gy = call->out[0]->grad;
      a.y = call->in[0]->grad;
    }
  lucida_pool_run (call->pool, (gsize) (in->dim[0] * in->dim[1]), plane_part, &a);
}

static gboolean
average_forward (LucidaOpCall *call, GError **error)
{
  (void) error;
  run (call, FALSE, FALSE);
  return TRUE;
}

static void
average_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad)
    run (call, FALSE, TRUE);
}

static gboolean
max_forward (LucidaOpCall *call, GError **error)
{
  (void) error;
  run (call, TRUE, FALSE);
  return TRUE;
}

static void
max_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad)
    run (call, TRUE, TRUE);
}

const LucidaOp lucida_op_AdaptiveAveragePool = {
  "AdaptiveAveragePool", LUCIDA_OP_DEFAULT, adaptive_infer, average_forward, average_backward, NULL,
};

const LucidaOp lucida_op_AdaptiveMaxPool = {
  "AdaptiveMaxPool", LUCIDA_OP_DEFAULT, adaptive_infer, max_forward, max_backward, NULL,
};
