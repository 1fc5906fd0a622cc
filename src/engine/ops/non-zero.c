#include "base/error.h"
#include "engine/ops/op.h"

/* NonZero: the places of all elements that are not 0, in row-major order, as a matrix with a row
 * for each axis (a scalar has none). How many there are decides its shape, so the input must be
 * known beforehand. */

static gboolean
is_zero (const LucidaOpValue *x, int64_t i)
{
  return x->element == LUCIDA_INT64 ? ((const int64_t *) x->data)[i] == 0
                                    : ((const float *) x->data)[i] == 0.0f;
}

static gboolean
non_zero_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape = { .rank = 2 };
  const LucidaOpValue *x;

  if (!lucida_op_check_inputs (call, 1, 1, error))
    return FALSE;
  x = call->in[0];
  if (!x->constant)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "how many elements are not 0 depends on the picture, which this "
                           "program cannot do");
      return FALSE;
    }
  shape.dim[0] = x->shape.rank;
  for (int64_t i = 0; i < lucida_shape_count (&x->shape); i++)
    shape.dim[1] += !is_zero (x, i);
  lucida_op_set_output (call, 0, LUCIDA_INT64, &shape);
  return TRUE;
}

static gboolean
non_zero_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *x = call->in[0];
  int64_t n = call->out[0]->shape.dim[1], *y = call->out[0]->data, found = 0;

  for (int64_t i = 0; i < lucida_shape_count (&x->shape); i++)
    {
      int64_t rest = i;

      if (is_zero (x, i))
        continue;
      for (int axis = x->shape.rank - 1; axis >= 0; axis--)
        {
          y[axis * n + found] = rest % x->shape.dim[axis];
          rest /= x->shape.dim[axis];
        }
      found++;
    }
  return TRUE;
}

const LucidaOp lucida_op_NonZero = {
  .name = "NonZero",
  .infer = non_zero_infer,
  .forward = non_zero_forward,
};
