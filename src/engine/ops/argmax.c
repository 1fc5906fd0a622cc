#include "base/error.h"
#include "engine/ops/op.h"

/* ArgMax and ArgMin: the place of the largest or smallest element along an axis, the first or (with
 * select_last_index) the last of equals. Integers, so no gradient. */

static gboolean
arg_infer (LucidaOpCall *call, GError **error)
{
  gboolean keep = lucida_node_get_int (call->node, "keepdims", 1) != 0;
  LucidaShape shape = { 0 };
  const LucidaShape *x;
  int axis;

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), call->in[0]->shape.rank,
                          &axis, error))
    return FALSE;
  x = &call->in[0]->shape;
  if (x->dim[axis] == 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "nothing can be found along axis %d, which is empty", axis);
      return FALSE;
    }
  for (int i = 0; i < x->rank; i++)
    if (i != axis || keep)
      shape.dim[shape.rank++] = i == axis ? 1 : x->dim[i];
  lucida_op_set_output (call, 0, LUCIDA_INT64, &shape);
  return TRUE;
}

/* Whether element @a is more (@sign 1) or less (-1) than element @b: 1, equal: 0, else -1. */
static int
compare (const LucidaOpValue *x, int64_t a, int64_t b, int sign)
{
  if (x->element == LUCIDA_INT64)
    {
      const int64_t *ints = x->data;

      return sign * ((ints[a] > ints[b]) - (ints[a] < ints[b]));
    }
  else
    {
      const float *floats = x->data;

      return sign * ((floats[a] > floats[b]) - (floats[a] < floats[b]));
    }
}

static void
find (LucidaOpCall *call, int sign)
{
  const LucidaOpValue *x = call->in[0];
  gboolean last = lucida_node_get_int (call->node, "select_last_index", 0) != 0;
  int64_t outer = 1, inner = 1, size, *y = call->out[0]->data;
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), x->shape.rank, &axis, NULL);
  size = x->shape.dim[axis];
  for (int i = 0; i < x->shape.rank; i++)
    if (i != axis)
      *(i < axis ? &outer : &inner) *= x->shape.dim[i];
  for (int64_t o = 0; o < outer; o++)
    for (int64_t k = 0; k < inner; k++)
      {
        int64_t first = o * size * inner + k, best = 0;

        for (int64_t i = 1; i < size; i++)
          if (compare (x, first + i * inner, first + best * inner, sign) >= (last ? 0 : 1))
            best = i;
        y[o * inner + k] = best;
      }
}

static gboolean
arg_max_forward (LucidaOpCall *call, GError **error)
{
  find (call, 1);
  return TRUE;
}

static gboolean
arg_min_forward (LucidaOpCall *call, GError **error)
{
  find (call, -1);
  return TRUE;
}

const LucidaOp lucida_op_ArgMax = {
  .name = "ArgMax",
  .infer = arg_infer,
  .forward = arg_max_forward,
};

const LucidaOp lucida_op_ArgMin = {
  .name = "ArgMin",
  .infer = arg_infer,
  .forward = arg_min_forward,
};
