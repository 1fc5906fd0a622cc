#include "base/error.h"
#include "engine/ops/binary.h"
#include "engine/ops/rows.h"

#include <math.h>

/* Comparisons and logic; truth is an integer, 0 or 1. None has a gradient but Where. */

#define COMPARISON(Name, condition)                                                                \
  LUCIDA_BINARY_FUNC (Name##_floats, float, int64_t, condition)                                    \
  LUCIDA_BINARY_FUNC (Name##_ints, int64_t, int64_t, condition)                                    \
  static gboolean Name##_forward (LucidaOpCall *call, GError **error)                              \
  {                                                                                                \
    lucida_binary_forward (call, Name##_floats, Name##_ints);                                      \
    return TRUE;                                                                                   \
  }                                                                                                \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .flags = LUCIDA_OP_POINTWISE,                                                                  \
    .infer = lucida_binary_infer_logical,                                                          \
    .forward = Name##_forward,                                                                     \
  };

COMPARISON (Equal, a == b)
COMPARISON (Less, a < b)
COMPARISON (LessOrEqual, a <= b)
COMPARISON (Greater, a > b)
COMPARISON (GreaterOrEqual, a >= b)
COMPARISON (And, a != 0 && b != 0)
COMPARISON (Or, a != 0 || b != 0)
COMPARISON (Xor, (a != 0) != (b != 0))

static gboolean
test_infer (LucidaOpCall *call, GError **error)
{
  if (!lucida_op_check_inputs (call, 1, 1, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_INT64, &call->in[0]->shape);
  return TRUE;
}

static gboolean
not_forward (LucidaOpCall *call, GError **error)
{
  int64_t *y = call->out[0]->data;

  for (int64_t i = 0; i < lucida_shape_count (&call->in[0]->shape); i++)
    y[i] = call->in[0]->element == LUCIDA_INT64 ? ((const int64_t *) call->in[0]->data)[i] == 0
                                                : ((const float *) call->in[0]->data)[i] == 0.0f;
  return TRUE;
}

const LucidaOp lucida_op_Not = {
  .name = "Not",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = test_infer,
  .forward = not_forward,
};

static gboolean
is_nan_forward (LucidaOpCall *call, GError **error)
{
  int64_t *y = call->out[0]->data;

  for (int64_t i = 0; i < lucida_shape_count (&call->in[0]->shape); i++)
    y[i] = call->in[0]->element == LUCIDA_FLOAT32 && isnan (((const float *) call->in[0]->data)[i]);
  return TRUE;
}

const LucidaOp lucida_op_IsNaN = {
  .name = "IsNaN",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = test_infer,
  .forward = is_nan_forward,
};

static gboolean
is_inf_forward (LucidaOpCall *call, GError **error)
{
  gboolean negative = lucida_node_get_int (call->node, "detect_negative", 1) != 0;
  gboolean positive = lucida_node_get_int (call->node, "detect_positive", 1) != 0;
  int64_t *y = call->out[0]->data;

  for (int64_t i = 0; i < lucida_shape_count (&call->in[0]->shape); i++)
    {
      float x = call->in[0]->element == LUCIDA_FLOAT32 ? ((const float *) call->in[0]->data)[i] : 0;

      y[i] = isinf (x) && (x < 0 ? negative : positive);
    }
  return TRUE;
}

const LucidaOp lucida_op_IsInf = {
  .name = "IsInf",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = test_infer,
  .forward = is_inf_forward,
};

static gboolean
where_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;

  if (!lucida_op_check_inputs (call, 3, 3, error)
      || !lucida_op_broadcast (&call->in[0]->shape, &call->in[1]->shape, &shape, error)
      || !lucida_op_broadcast (&shape, &call->in[2]->shape, &shape, error))
    return FALSE;
  if (call->in[0]->element != LUCIDA_INT64 || call->in[1]->element != call->in[2]->element)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "the condition is not a truth value or the two sides differ in kind");
      return FALSE;
    }
  lucida_op_set_output (call, 0, call->in[1]->element, &shape);
  return TRUE;
}

static void
where_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const LucidaOpCall *call = data;
  const int64_t *condition = (const int64_t *) call->in[0]->data + offset[1];

  if (call->out[0]->element == LUCIDA_FLOAT32)
    {
      const float *a = (const float *) call->in[1]->data + offset[2];
      const float *b = (const float *) call->in[2]->data + offset[3];
      float *y = (float *) call->out[0]->data + offset[0];

      for (int64_t i = 0; i < n; i++)
        y[i * step[0]] = condition[i * step[1]] ? a[i * step[2]] : b[i * step[3]];
    }
  else
    {
      const int64_t *a = (const int64_t *) call->in[1]->data + offset[2];
      const int64_t *b = (const int64_t *) call->in[2]->data + offset[3];
      int64_t *y = (int64_t *) call->out[0]->data + offset[0];

      for (int64_t i = 0; i < n; i++)
        y[i * step[0]] = condition[i * step[1]] ? a[i * step[2]] : b[i * step[3]];
    }
}

static void
where_first_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const LucidaOpCall *call = data;
  const int64_t *condition = (const int64_t *) call->in[0]->data + offset[1];
  const float *g = call->out[0]->grad + offset[0];
  float *target = call->in[1]->grad + offset[2];

  for (int64_t i = 0; i < n; i++)
    if (condition[i * step[1]])
      target[i * step[2]] += g[i * step[0]];
}

static void
where_second_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const LucidaOpCall *call = data;
  const int64_t *condition = (const int64_t *) call->in[0]->data + offset[1];
  const float *g = call->out[0]->grad + offset[0];
  float *target = call->in[2]->grad + offset[3];

  for (int64_t i = 0; i < n; i++)
    if (!condition[i * step[1]])
      target[i * step[3]] += g[i * step[0]];
}

static gboolean
where_rows (const LucidaOpCall *call, LucidaRows *rows)
{
  const LucidaShape *others[3] = { &call->in[0]->shape, &call->in[1]->shape, &call->in[2]->shape };

  if (lucida_shape_count (&call->out[0]->shape) == 0)
    return FALSE;
  lucida_rows_init (rows, &call->out[0]->shape, 3, others);
  return TRUE;
}

static gboolean
where_forward (LucidaOpCall *call, GError **error)
{
  LucidaRows rows;

  if (where_rows (call, &rows))
    lucida_rows_run (&rows, 0, call->pool, where_row, call);
  return TRUE;
}

static void
where_backward (LucidaOpCall *call)
{
  LucidaRows rows;

  if (!where_rows (call, &rows) || call->out[0]->element != LUCIDA_FLOAT32)
    return;
  if (call->in[1]->grad)
    lucida_rows_run (&rows, 2, call->pool, where_first_row, call);
  if (call->in[2]->grad)
    lucida_rows_run (&rows, 3, call->pool, where_second_row, call);
}

const LucidaOp lucida_op_Where = {
  .name = "Where",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = where_infer,
  .forward = where_forward,
  .backward = where_backward,
};
