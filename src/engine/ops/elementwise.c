#include "base/error.h"
#include "engine/ops/binary.h"
#include "engine/ops/rows.h"

#include <math.h>

/* Arithmetic of two inputs with broadcasting. Integers wrap around as ONNX Runtime's do. */

static int64_t
whole_add (int64_t a, int64_t b)
{
  return (int64_t) ((uint64_t) a + (uint64_t) b);
}

static int64_t
whole_sub (int64_t a, int64_t b)
{
  return (int64_t) ((uint64_t) a - (uint64_t) b);
}

static int64_t
whole_mul (int64_t a, int64_t b)
{
  return (int64_t) ((uint64_t) a * (uint64_t) b);
}

/* Towards zero; b is not 0. */
static int64_t
whole_div (int64_t a, int64_t b)
{
  return b == -1 ? whole_sub (0, a) : a / b;
}

/* With the sign of @b, as Python's %; b is not 0. */
static int64_t
whole_mod (int64_t a, int64_t b)
{
  int64_t rest = b == -1 ? 0 : a % b;

  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* With the sign of @a, as C's %; b is not 0. */
static int64_t
whole_fmod (int64_t a, int64_t b)
{
  return b == -1 ? 0 : a % b;
}

static float
float_mod (float a, float b)
{
  float rest = fmodf (a, b);

  return rest != 0.0f && (rest < 0.0f) != (b < 0.0f) ? rest + b : rest;
}

static int64_t
whole_pow (int64_t base, int64_t exponent)
{
  int64_t power = 1;

  if (exponent < 0)
    return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  for (; exponent > 0; exponent >>= 1)
    {
      if (exponent & 1)
        power = whole_mul (power, base);
      base = whole_mul (base, base);
    }
  return power;
}

/* The nearest integer towards zero; what does not fit is the nearest that does, NaN is 0. */
static int64_t
whole_from_double (double value)
{
  if (!(value > -9223372036854775808.0))
    return isnan (value) ? 0 : INT64_MIN;
  return value < 9223372036854775808.0 ? (int64_t) value : INT64_MAX;
}

LUCIDA_BINARY_FUNC (add_floats, float, float, a + b)
LUCIDA_BINARY_FUNC (add_ints, int64_t, int64_t, whole_add (a, b))
LUCIDA_BINARY_FUNC (sub_floats, float, float, a - b)
LUCIDA_BINARY_FUNC (sub_ints, int64_t, int64_t, whole_sub (a, b))
LUCIDA_BINARY_FUNC (mul_floats, float, float, a *b)
LUCIDA_BINARY_FUNC (mul_ints, int64_t, int64_t, whole_mul (a, b))
LUCIDA_BINARY_FUNC (div_floats, float, float, a / b)
LUCIDA_BINARY_FUNC (div_ints, int64_t, int64_t, whole_div (a, b))
LUCIDA_BINARY_FUNC (mod_floats, float, float, float_mod (a, b))
LUCIDA_BINARY_FUNC (fmod_floats, float, float, fmodf (a, b))
LUCIDA_BINARY_FUNC (mod_ints, int64_t, int64_t, whole_mod (a, b))
LUCIDA_BINARY_FUNC (fmod_ints, int64_t, int64_t, whole_fmod (a, b))
LUCIDA_BINARY_FUNC (pow_floats, float, float, powf (a, b))
LUCIDA_BINARY_FUNC (pow_ints, int64_t, int64_t, whole_pow (a, b))

LUCIDA_BINARY_GRADIENT (slope_one, 1.0f)
LUCIDA_BINARY_GRADIENT (slope_minus_one, -1.0f)
LUCIDA_BINARY_GRADIENT (slope_a, a)
LUCIDA_BINARY_GRADIENT (slope_b, b)
LUCIDA_BINARY_GRADIENT (div_slope_a, 1.0f / b)
LUCIDA_BINARY_GRADIENT (div_slope_b, -a / (b * b))
/* a mod b = a - b·q with a whole q, constant between the jumps */
LUCIDA_BINARY_GRADIENT (mod_slope_b, -floorf (a / b))
LUCIDA_BINARY_GRADIENT (fmod_slope_b, -truncf (a / b))
LUCIDA_BINARY_GRADIENT (pow_slope_a, b == 0.0f ? 0.0f : b * powf (a, b - 1.0f))
LUCIDA_BINARY_GRADIENT (pow_slope_b, a > 0.0f ? powf (a, b) * logf (a) : 0.0f)

/* An operator of two inputs, its arithmetic and its gradients. */
#define BINARY_OP(Name, op_flags, infer_function, floats, ints, a_slope, b_slope)                  \
  static gboolean Name##_forward (LucidaOpCall *call, GError **error)                              \
  {                                                                                                \
    lucida_binary_forward (call, floats, ints);                                                    \
    return TRUE;                                                                                   \
  }                                                                                                \
  static void Name##_backward (LucidaOpCall *call)                                                 \
  {                                                                                                \
    lucida_binary_backward (call, 0, a_slope);                                                     \
    lucida_binary_backward (call, 1, b_slope);                                                     \
  }                                                                                                \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .flags = op_flags,                                                                             \
    .infer = infer_function,                                                                       \
    .forward = Name##_forward,                                                                     \
    .backward = Name##_backward,                                                                   \
  };

BINARY_OP (Add, LUCIDA_OP_POINTWISE, lucida_binary_infer, add_floats, add_ints, slope_one,
           slope_one)
BINARY_OP (Sub, LUCIDA_OP_POINTWISE, lucida_binary_infer, sub_floats, sub_ints, slope_one,
           slope_minus_one)
BINARY_OP (Mul, LUCIDA_OP_POINTWISE, lucida_binary_infer, mul_floats, mul_ints, slope_b, slope_a)

static gboolean
check_divisor (const LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *b = call->in[1];

  if (b->element == LUCIDA_INT64)
    for (int64_t i = 0; i < lucida_shape_count (&b->shape); i++)
      if (((const int64_t *) b->data)[i] == 0)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "an integer is divided by zero");
          return FALSE;
        }
  return TRUE;
}

static gboolean
div_forward (LucidaOpCall *call, GError **error)
{
  if (!check_divisor (call, error))
    return FALSE;
  lucida_binary_forward (call, div_floats, div_ints);
  return TRUE;
}

static void
div_backward (LucidaOpCall *call)
{
  lucida_binary_backward (call, 0, div_slope_a);
  lucida_binary_backward (call, 1, div_slope_b);
}

const LucidaOp lucida_op_Div = {
  .name = "Div",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = lucida_binary_infer,
  .forward = div_forward,
  .backward = div_backward,
};

static gboolean
mod_forward (LucidaOpCall *call, GError **error)
{
  gboolean fmod_rule = lucida_node_get_int (call->node, "fmod", 0) != 0;

  if (!check_divisor (call, error))
    return FALSE;
  lucida_binary_forward (call, fmod_rule ? fmod_floats : mod_floats,
                         fmod_rule ? fmod_ints : mod_ints);
  return TRUE;
}

static void
mod_backward (LucidaOpCall *call)
{
  gboolean fmod_rule = lucida_node_get_int (call->node, "fmod", 0) != 0;

  lucida_binary_backward (call, 0, slope_one);
  lucida_binary_backward (call, 1, fmod_rule ? fmod_slope_b : mod_slope_b);
}

const LucidaOp lucida_op_Mod = {
  .name = "Mod",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = lucida_binary_infer,
  .forward = mod_forward,
  .backward = mod_backward,
};

/* Unlike the others, Pow takes a base and an exponent of different kinds; the result is of the
 * base's. */
static gboolean
pow_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;

  if (!lucida_op_check_inputs (call, 2, 2, error)
      || !lucida_op_broadcast (&call->in[0]->shape, &call->in[1]->shape, &shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static void
pow_mixed_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const LucidaOpCall *call = data;
  const LucidaOpValue *a = call->in[0], *b = call->in[1];

  for (int64_t i = 0; i < n; i++)
    {
      int64_t ia = offset[1] + i * step[1], ib = offset[2] + i * step[2];
      double base = a->element == LUCIDA_INT64 ? (double) ((const int64_t *) a->data)[ia]
                                               : (double) ((const float *) a->data)[ia];
      double exponent = b->element == LUCIDA_INT64 ? (double) ((const int64_t *) b->data)[ib]
                                                   : (double) ((const float *) b->data)[ib];
      double power = pow (base, exponent);

      if (a->element == LUCIDA_INT64)
        ((int64_t *) call->out[0]->data)[offset[0] + i * step[0]] = whole_from_double (power);
      else
        ((float *) call->out[0]->data)[offset[0] + i * step[0]] = (float) power;
    }
}

/* Exponents that are one constant for all elements and need no powf(). */
LUCIDA_BINARY_FUNC (square_floats, float, float, a *a)
LUCIDA_BINARY_FUNC (root_floats, float, float, sqrtf (a))

static const float *
constant_exponent (const LucidaOpCall *call)
{
  const LucidaOpValue *b = call->in[1];

  return b->element == LUCIDA_FLOAT32 && lucida_shape_count (&b->shape) == 1 ? b->data : NULL;
}

static gboolean
pow_forward (LucidaOpCall *call, GError **error)
{
  const LucidaShape *others[2] = { &call->in[0]->shape, &call->in[1]->shape };
  const float *exponent = constant_exponent (call);
  LucidaRows rows;

  if (lucida_shape_count (&call->out[0]->shape) == 0)
    return TRUE;
  if (call->in[0]->element == call->in[1]->element)
    {
      LucidaBinaryFunc floats = pow_floats;

      if (exponent && *exponent == 2.0f)
        floats = square_floats;
      else if (exponent && *exponent == 0.5f)
        floats = root_floats;
      lucida_binary_forward (call, floats, pow_ints);
      return TRUE;
    }
  lucida_rows_init (&rows, &call->out[0]->shape, 2, others);
  lucida_rows_run (&rows, 0, call->pool, pow_mixed_row, call);
  return TRUE;
}

LUCIDA_BINARY_GRADIENT (square_slope, 2.0f * a)

/* The gradient to a float base under an integer exponent. */
static void
pow_mixed_gradient_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const LucidaOpCall *call = data;
  const float *a = (const float *) call->in[0]->data + offset[1];
  const int64_t *b = (const int64_t *) call->in[1]->data + offset[2];
  const float *g = call->out[0]->grad + offset[0];
  float *ga = call->in[0]->grad + offset[1];

  for (int64_t i = 0; i < n; i++)
    {
      double exponent = (double) b[i * step[2]];

      if (exponent != 0)
        ga[i * step[1]]
            += g[i * step[0]] * (float) (exponent * pow ((double) a[i * step[1]], exponent - 1));
    }
}

static void
pow_backward (LucidaOpCall *call)
{
  const LucidaShape *others[2] = { &call->in[0]->shape, &call->in[1]->shape };
  const float *exponent = constant_exponent (call);
  LucidaRows rows;

  if (call->in[0]->element == LUCIDA_INT64 || lucida_shape_count (&call->out[0]->shape) == 0)
    return;
  if (call->in[1]->element == LUCIDA_FLOAT32)
    {
      lucida_binary_backward (call, 0, exponent && *exponent == 2.0f ? square_slope : pow_slope_a);
      lucida_binary_backward (call, 1, pow_slope_b);
    }
  else if (call->in[0]->grad)
    {
      lucida_rows_init (&rows, &call->out[0]->shape, 2, others);
      lucida_rows_run (&rows, 1, call->pool, pow_mixed_gradient_row, call);
    }
}

const LucidaOp lucida_op_Pow = {
  .name = "Pow",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = pow_infer,
  .forward = pow_forward,
  .backward = pow_backward,
};
