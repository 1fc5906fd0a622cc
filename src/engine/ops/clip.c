#include "base/error.h"
#include "engine/ops/unary.h"

#include <math.h>

/* min (max (x, low), high); bounds are attributes below operator set 11, inputs from there. */

typedef struct
{
  double low;
  double high;
} Bounds;

static gboolean
read_bounds (const LucidaOpCall *call, Bounds *bounds, GError **error)
{
  return lucida_op_scalar (call, "min", 1, -INFINITY, &bounds->low, error)
         && lucida_op_scalar (call, "max", 2, INFINITY, &bounds->high, error);
}

static gboolean
clip_infer (LucidaOpCall *call, GError **error)
{
  Bounds bounds;

  return lucida_op_check_inputs (call, 1, 3, error) && read_bounds (call, &bounds, error)
         && lucida_unary_infer_any (call, error);
}

/* The gradient passes at the bounds themselves. */
LUCIDA_UNARY_CHOICE (clip, (x < p0 ? p0 : x) > p1 ? p1 : (x < p0 ? p0 : x),
                     x >= p0 && x <= p1 ? g : 0.0f)

/* The bound in input @i exactly, for a double does not hold every integer. */
static int64_t
whole_bound (const LucidaOpCall *call, int i, int64_t fallback)
{
  const LucidaOpValue *value = lucida_op_input (call, i);

  return value && value->element == LUCIDA_INT64 ? *(const int64_t *) value->data : fallback;
}

static gboolean
clip_forward (LucidaOpCall *call, GError **error)
{
  Bounds bounds;
  float p[2];

  if (!read_bounds (call, &bounds, error))
    return FALSE;
  p[0] = (float) bounds.low;
  p[1] = (float) bounds.high;
  if (call->in[0]->element == LUCIDA_INT64)
    {
      const int64_t *x = call->in[0]->data;
      int64_t *y = call->out[0]->data;
      int64_t low = whole_bound (call, 1, INT64_MIN), high = whole_bound (call, 2, INT64_MAX);

      for (int64_t i = 0; i < lucida_shape_count (&call->in[0]->shape); i++)
        y[i] = MIN (MAX (x[i], low), high);
      return TRUE;
    }
  lucida_unary_forward (call, clip_values, NULL, p);
  return TRUE;
}

static void
clip_backward (LucidaOpCall *call)
{
  Bounds bounds = { -INFINITY, INFINITY };
  float p[2];

  read_bounds (call, &bounds, NULL);
  p[0] = (float) bounds.low;
  p[1] = (float) bounds.high;
  lucida_unary_backward (call, clip_slopes, p);
}

const LucidaOp lucida_op_Clip = {
  .name = "Clip",
  .flags = LUCIDA_OP_POINTWISE | LUCIDA_OP_ACTIVATION,
  .infer = clip_infer,
  .forward = clip_forward,
  .backward = clip_backward,
};
