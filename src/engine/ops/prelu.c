#include "base/error.h"
#include "engine/ops/binary.h"

LUCIDA_BINARY_FUNC (prelu_values, float, float, a < 0.0f ? a * b : a)
LUCIDA_BINARY_GRADIENT (prelu_slope_x, a > 0.0f ? 1.0f : b)
LUCIDA_BINARY_GRADIENT (prelu_slope_slope, a > 0.0f ? 0.0f : a)

/* Before operator set 7 a list of slopes was one per channel, which broadcasting does not give. */
static LucidaShape
slope_shape (const LucidaOpCall *call)
{
  const LucidaShape *x = &call->in[0]->shape;
  LucidaShape slope = call->in[1]->shape;

  if (slope.rank == 1 && slope.dim[0] != 1 && x->rank > 2 && slope.dim[0] == x->dim[1]
      && slope.dim[0] != x->dim[x->rank - 1])
    {
      slope.rank = x->rank - 1;
      for (int i = 1; i < slope.rank; i++)
        slope.dim[i] = 1;
    }
  return slope;
}

static gboolean
prelu_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape slope, shape;

  if (!lucida_op_check_inputs (call, 2, 2, error)
      || !lucida_op_check_float (call, 0, 0, LUCIDA_MAX_RANK, error)
      || !lucida_op_check_float (call, 1, 0, LUCIDA_MAX_RANK, error))
    return FALSE;
  slope = slope_shape (call);
  if (!lucida_op_broadcast (&call->in[0]->shape, &slope, &shape, error))
    return FALSE;
  if (!lucida_shape_equal (&shape, &call->in[0]->shape))
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "there are more slopes than the input has elements");
      return FALSE;
    }
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &shape);
  return TRUE;
}

static gboolean
prelu_forward (LucidaOpCall *call, GError **error)
{
  LucidaOpValue slope = *call->in[1];

  slope.shape = slope_shape (call);
  lucida_binary_run (call->in[0], &slope, &call->out[0]->shape, sizeof (float), call->out[0]->data,
                     prelu_values, call->pool);
  return TRUE;
}

static void
prelu_backward (LucidaOpCall *call)
{
  LucidaOpValue slope = *call->in[1];
  LucidaOpValue *in[2] = { call->in[0], &slope };
  LucidaOpCall shaped = *call;

  slope.shape = slope_shape (call);
  shaped.in = in;
  lucida_binary_backward (&shaped, 0, prelu_slope_x);
  lucida_binary_backward (&shaped, 1, prelu_slope_slope);
}

const LucidaOp lucida_op_PRelu = {
  .name = "PRelu",
  .flags = LUCIDA_OP_POINTWISE | LUCIDA_OP_ACTIVATION,
  .infer = prelu_infer,
  .forward = prelu_forward,
  .backward = prelu_backward,
};
