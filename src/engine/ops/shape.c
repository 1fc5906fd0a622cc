#include "base/error.h"
#include "engine/ops/op.h"

#include <math.h>
#include <string.h>

/* Operators whose result does not depend on the picture: shapes and constants. */

static gboolean
shape_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape = { .rank = 1 };
  int64_t rank, start, end;

  if (!lucida_op_check_inputs (call, 1, 1, error))
    return FALSE;
  rank = call->in[0]->shape.rank;
  start = lucida_node_get_int (call->node, "start", 0);
  end = lucida_node_get_int (call->node, "end", rank);
  start = CLAMP (start < 0 ? start + rank : start, 0, rank);
  end = CLAMP (end < 0 ? end + rank : end, 0, rank);
  shape.dim[0] = MAX (end - start, 0);
  lucida_op_set_output (call, 0, LUCIDA_INT64, &shape);
  return TRUE;
}

static gboolean
shape_forward (LucidaOpCall *call, GError **error)
{
  int64_t rank = call->in[0]->shape.rank, start = lucida_node_get_int (call->node, "start", 0);

  start = CLAMP (start < 0 ? start + rank : start, 0, rank);
  for (int64_t i = 0; i < call->out[0]->shape.dim[0]; i++)
    ((int64_t *) call->out[0]->data)[i] = call->in[0]->shape.dim[start + i];
  return TRUE;
}

const LucidaOp lucida_op_Shape = {
  .name = "Shape",
  .flags = LUCIDA_OP_SHAPE_ONLY,
  .infer = shape_infer,
  .forward = shape_forward,
};

static gboolean
size_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape scalar = { 0 };

  if (!lucida_op_check_inputs (call, 1, 1, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_INT64, &scalar);
  return TRUE;
}

static gboolean
size_forward (LucidaOpCall *call, GError **error)
{
  *(int64_t *) call->out[0]->data = lucida_shape_count (&call->in[0]->shape);
  return TRUE;
}

const LucidaOp lucida_op_Size = {
  .name = "Size",
  .flags = LUCIDA_OP_SHAPE_ONLY,
  .infer = size_infer,
  .forward = size_forward,
};

static gboolean
constant_of_shape_infer (LucidaOpCall *call, GError **error)
{
  LucidaTensor *value = lucida_node_get_tensor (call->node, "value");
  LucidaShape shape = { 0 };
  const int64_t *sizes;
  int n;

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !lucida_op_ints (call, "shape", 0, &sizes, &n, error))
    return FALSE;
  if (n > LUCIDA_MAX_RANK || (value && lucida_tensor_get_count (value) != 1))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "an array of %d dimensions or its value cannot be handled", n);
      return FALSE;
    }
  shape.rank = n;
  for (int i = 0; i < n; i++)
    shape.dim[i] = sizes[i];
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, value ? lucida_tensor_get_element (value) : LUCIDA_FLOAT32,
                        &shape);
  return TRUE;
}

static gboolean
constant_of_shape_forward (LucidaOpCall *call, GError **error)
{
  LucidaTensor *value = lucida_node_get_tensor (call->node, "value");
  gsize bytes = lucida_element_size (call->out[0]->element);
  gint64 nothing = 0;

  for (int64_t i = 0; i < lucida_shape_count (&call->out[0]->shape); i++)
    memcpy ((char *) call->out[0]->data + (gsize) i * bytes,
            value ? lucida_tensor_get_data (value) : &nothing, bytes);
  return TRUE;
}

const LucidaOp lucida_op_ConstantOfShape = {
  .name = "ConstantOfShape",
  .infer = constant_of_shape_infer,
  .forward = constant_of_shape_forward,
};

/* Input @i, a constant scalar, as a double. */
static gboolean
range_input (const LucidaOpCall *call, int i, double *value, GError **error)
{
  return lucida_op_scalar (call, i == 0 ? "start" : i == 1 ? "limit" : "delta", i, 0, value, error);
}

static gboolean
range_infer (LucidaOpCall *call, GError **error)
{
  double start, limit, delta, count;
  LucidaShape shape = { .rank = 1 };

  if (!lucida_op_check_inputs (call, 3, 3, error) || !range_input (call, 0, &start, error)
      || !range_input (call, 1, &limit, error) || !range_input (call, 2, &delta, error))
    return FALSE;
  count = ceil ((limit - start) / delta);
  if (isnan (count) || count > (double) LUCIDA_MAX_ELEMENTS
      || call->in[1]->element != call->in[0]->element
      || call->in[2]->element != call->in[0]->element)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "numbers from %g to %g in steps of %g cannot be listed", start, limit, delta);
      return FALSE;
    }
  shape.dim[0] = count > 0 ? (int64_t) count : 0;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gboolean
range_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *start = call->in[0], *delta = call->in[2], *y = call->out[0];

  for (int64_t i = 0; i < y->shape.dim[0]; i++)
    if (y->element == LUCIDA_INT64)
      ((int64_t *) y->data)[i] = (int64_t) (*(const uint64_t *) start->data
                                            + (uint64_t) i * *(const uint64_t *) delta->data);
    else
      ((float *) y->data)[i]
          = *(const float *) start->data + (float) i * *(const float *) delta->data;
  return TRUE;
}

const LucidaOp lucida_op_Range = {
  .name = "Range",
  .infer = range_infer,
  .forward = range_forward,
};

/* One of the attributes value (a tensor), value_float, value_floats, value_int, value_ints. */
static gboolean
constant_infer (LucidaOpCall *call, GError **error)
{
  LucidaTensor *value = lucida_node_get_tensor (call->node, "value");
  LucidaShape list = { .rank = 1 };
  gboolean floats = lucida_node_has (call->node, "value_floats");
  int n = 0;

  if (!lucida_op_check_inputs (call, 0, 0, error))
    return FALSE;
  if (value)
    {
      lucida_op_set_output (call, 0, lucida_tensor_get_element (value),
                            lucida_tensor_get_shape (value));
      return TRUE;
    }
  if (floats)
    lucida_node_get_floats (call->node, "value_floats", &n);
  else if (lucida_node_has (call->node, "value_ints"))
    lucida_node_get_ints (call->node, "value_ints", &n);
  else
    {
      floats = lucida_node_has (call->node, "value_float");
      list.rank = 0;
      if (!floats && !lucida_node_has (call->node, "value_int"))
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                               "the constant is neither a tensor nor numbers");
          return FALSE;
        }
    }
  list.dim[0] = n;
  lucida_op_set_output (call, 0, floats ? LUCIDA_FLOAT32 : LUCIDA_INT64, &list);
  return TRUE;
}

static gboolean
constant_forward (LucidaOpCall *call, GError **error)
{
  LucidaTensor *value = lucida_node_get_tensor (call->node, "value");
  const LucidaOpValue *y = call->out[0];
  gsize bytes = (gsize) lucida_shape_count (&y->shape) * lucida_element_size (y->element);
  int n;

  if (bytes == 0)
    return TRUE;
  if (value)
    memcpy (y->data, lucida_tensor_get_data (value), bytes);
  else if (y->shape.rank == 1 && y->element == LUCIDA_FLOAT32)
    memcpy (y->data, lucida_node_get_floats (call->node, "value_floats", &n), bytes);
  else if (y->shape.rank == 1)
    memcpy (y->data, lucida_node_get_ints (call->node, "value_ints", &n), bytes);
  else if (y->element == LUCIDA_FLOAT32)
    *(float *) y->data = (float) lucida_node_get_float (call->node, "value_float", 0);
  else
    *(int64_t *) y->data = lucida_node_get_int (call->node, "value_int", 0);
  return TRUE;
}

const LucidaOp lucida_op_Constant = {
  .name = "Constant",
  .infer = constant_infer,
  .forward = constant_forward,
};
