#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/walk.h"

#include <math.h>
#include <string.h>

/* Cast between ONNX's kinds of element: the float kinds are all float32 here, the integers int64,
 * truth values 0 and 1. */

enum
{
  ONNX_FLOAT = 1,
  ONNX_UINT8 = 2,
  ONNX_INT8 = 3,
  ONNX_UINT16 = 4,
  ONNX_INT16 = 5,
  ONNX_INT32 = 6,
  ONNX_INT64 = 7,
  ONNX_BOOL = 9,
  ONNX_FLOAT16 = 10,
  ONNX_DOUBLE = 11,
  ONNX_UINT32 = 12,
  ONNX_UINT64 = 13,
  ONNX_BFLOAT16 = 16,
};

static gboolean
kind_to_element (int64_t kind, LucidaElement *element, GError **error)
{
  switch (kind)
    {
    case ONNX_FLOAT:
    case ONNX_FLOAT16:
    case ONNX_DOUBLE:
    case ONNX_BFLOAT16:
      *element = LUCIDA_FLOAT32;
      return TRUE;
    case ONNX_UINT8:
    case ONNX_INT8:
    case ONNX_UINT16:
    case ONNX_INT16:
    case ONNX_INT32:
    case ONNX_INT64:
    case ONNX_BOOL:
    case ONNX_UINT32:
    case ONNX_UINT64:
      *element = LUCIDA_INT64;
      return TRUE;
    default:
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "elements of kind %" G_GINT64_FORMAT " cannot be handled", kind);
      return FALSE;
    }
}

static gboolean
cast_infer (LucidaOpCall *call, GError **error)
{
  LucidaElement element;

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !kind_to_element (lucida_node_get_int (call->node, "to", ONNX_FLOAT), &element, error))
    return FALSE;
  lucida_op_set_output (call, 0, element, &call->in[0]->shape);
  return TRUE;
}

/* CastLike takes the kind of its second input. */
static gboolean
cast_like_infer (LucidaOpCall *call, GError **error)
{
  if (!lucida_op_check_inputs (call, 2, 2, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[1]->element, &call->in[0]->shape);
  return TRUE;
}

/* Towards zero; what does not fit is the nearest that does, NaN is 0. */
static int64_t
whole_from_float (float value)
{
  if (!(value > -9223372036854775808.0f))
    return isnan (value) ? 0 : INT64_MIN;
  return value < 9223372036854775808.0f ? (int64_t) value : INT64_MAX;
}

static gboolean
cast_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *x = call->in[0], *y = call->out[0];
  gboolean truth = lucida_node_get_int (call->node, "to", ONNX_FLOAT) == ONNX_BOOL;
  int64_t count = lucida_shape_count (&x->shape);
  const float *floats = x->data;
  const int64_t *ints = x->data;

  if (y->element == LUCIDA_FLOAT32 && x->element == LUCIDA_INT64)
    for (int64_t i = 0; i < count; i++)
      ((float *) y->data)[i] = (float) ints[i];
  else if (y->element == LUCIDA_INT64 && x->element == LUCIDA_FLOAT32)
    for (int64_t i = 0; i < count; i++)
      ((int64_t *) y->data)[i] = truth ? floats[i] != 0.0f : whole_from_float (floats[i]);
  else if (truth)
    for (int64_t i = 0; i < count; i++)
      ((int64_t *) y->data)[i] = ints[i] != 0;
  else if (count > 0)
    memcpy (y->data, x->data, (gsize) count * lucida_element_size (y->element));
  return TRUE;
}

/* Between float kinds the gradient passes; integers have none. */
static void
cast_backward (LucidaOpCall *call)
{
  LucidaWalk walk = { 0 };

  lucida_walk_append (&walk, lucida_shape_count (&call->out[0]->shape), 1, 1);
  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32
      && call->out[0]->element == LUCIDA_FLOAT32)
    lucida_walk_add (&walk, call->in[0]->grad, call->out[0]->grad, call->pool);
}

const LucidaOp lucida_op_Cast = {
  .name = "Cast",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = cast_infer,
  .forward = cast_forward,
  .backward = cast_backward,
};

const LucidaOp lucida_op_CastLike = {
  .name = "CastLike",
  .infer = cast_like_infer,
  .forward = cast_forward,
  .backward = cast_backward,
};
