#include "base/error.h"
#include "engine/ops/fast-math.h"
#include "engine/ops/unary.h"

#include <math.h>

/* Activation functions of one input. Where a function has a corner, its gradient there is that of
 * the lower side: 0 for Relu. Comparisons are written so that NaN passes. */

static float
attribute (const LucidaOpCall *call, const char *name, double fallback)
{
  return (float) lucida_node_get_float (call->node, name, fallback);
}

LUCIDA_UNARY_CHOICE (Relu, x<0.0f ? 0.0f : x, x> 0.0f ? g : 0.0f)

static void
relu_ints (int64_t n, const int64_t *x, int64_t *y, const float *p)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = MAX (x[i], 0);
}

LUCIDA_UNARY_OP (Relu, LUCIDA_OP_ACTIVATION, lucida_unary_infer_any, lucida_unary_no_parameters,
                 relu_ints)

static void
leaky_parameters (const LucidaOpCall *call, float *p)
{
  p[0] = attribute (call, "alpha", 0.01);
}

LUCIDA_UNARY_FUNCS (LeakyRelu, (x < 0.0f) ? p0 *x : x, (x > 0.0f) ? 1.0f : p0)
LUCIDA_UNARY_OP (LeakyRelu, LUCIDA_OP_ACTIVATION, lucida_unary_infer, leaky_parameters, NULL)

static void
alpha_parameters (const LucidaOpCall *call, float *p)
{
  p[0] = attribute (call, "alpha", 1);
}

LUCIDA_UNARY_CHOICE (ThresholdedRelu, x <= p0 ? 0.0f : x, x > p0 ? g : 0.0f)
LUCIDA_UNARY_OP (ThresholdedRelu, LUCIDA_OP_ACTIVATION, lucida_unary_infer, alpha_parameters, NULL)

/* e^x - 1; near 0 by its series, for the difference would lose digits. */
static inline float
exp_minus_one (float x)
{
  float series = x * (1.0f + x * (0.5f + x * (1.0f / 6 + x * (1.0f / 24 + x * (1.0f / 120)))));
  float difference = lucida_exp (x) - 1.0f;

  return x > -0.25f && x < 0.25f ? series : difference;
}

LUCIDA_UNARY_FUNCS (Elu, x > 0.0f ? x : p0 * exp_minus_one (x), x > 0.0f ? 1.0f : y + p0)
LUCIDA_UNARY_OP (Elu, LUCIDA_OP_ACTIVATION, lucida_unary_infer, alpha_parameters, NULL)

static void
selu_parameters (const LucidaOpCall *call, float *p)
{
  p[1] = attribute (call, "gamma", 1.05070102214813232421875);
  p[0] = p[1] * attribute (call, "alpha", 1.67326319217681884765625);
}

LUCIDA_UNARY_FUNCS (Selu, x > 0.0f ? p1 * x : p0 * exp_minus_one (x), x > 0.0f ? p1 : y + p0)
LUCIDA_UNARY_OP (Selu, LUCIDA_OP_ACTIVATION, lucida_unary_infer, selu_parameters, NULL)

LUCIDA_UNARY_FUNCS (Celu, x > 0.0f ? x : p0 * exp_minus_one (x / p0),
                    x > 0.0f ? 1.0f : lucida_exp (x / p0))
LUCIDA_UNARY_OP (Celu, LUCIDA_OP_ACTIVATION, lucida_unary_infer, alpha_parameters, NULL)

LUCIDA_UNARY_FUNCS (Sigmoid, lucida_sigmoid (x), y *(1.0f - y))
LUCIDA_UNARY_OP (Sigmoid, LUCIDA_OP_ACTIVATION, lucida_unary_infer, lucida_unary_no_parameters,
                 NULL)

LUCIDA_UNARY_FUNCS (Tanh, lucida_tanh (x), 1.0f - y * y)
LUCIDA_UNARY_OP (Tanh, LUCIDA_OP_ACTIVATION, lucida_unary_infer, lucida_unary_no_parameters, NULL)

static void
hard_sigmoid_parameters (const LucidaOpCall *call, float *p)
{
  p[0] = attribute (call, "alpha", 0.2);
  p[1] = attribute (call, "beta", 0.5);
}

static inline float
between (float x, float low, float high)
{
  x = x < low ? low : x;
  return x > high ? high : x;
}

LUCIDA_UNARY_CHOICE (HardSigmoid, between (p0 *x + p1, 0.0f, 1.0f),
                     y > 0.0f && y < 1.0f ? g * p0 : 0.0f)
LUCIDA_UNARY_OP (HardSigmoid, LUCIDA_OP_ACTIVATION, lucida_unary_infer, hard_sigmoid_parameters,
                 NULL)

LUCIDA_UNARY_CHOICE (HardSwish, x *between (x *(1.0f / 6) + 0.5f, 0.0f, 1.0f),
                     x < -3.0f ? 0.0f : (x > 3.0f ? g : g * (x * (1.0f / 3) + 0.5f)))
LUCIDA_UNARY_OP (HardSwish, LUCIDA_OP_ACTIVATION, lucida_unary_infer, lucida_unary_no_parameters,
                 NULL)

/* ln (1 + e^x) without overflow. */
LUCIDA_UNARY_FUNCS (Softplus, (x < 0.0f ? 0.0f : x) + lucida_log1p (lucida_exp (x < 0.0f ? x : -x)),
                    lucida_sigmoid (x))
LUCIDA_UNARY_OP (Softplus, LUCIDA_OP_ACTIVATION, lucida_unary_infer, lucida_unary_no_parameters,
                 NULL)

LUCIDA_UNARY_FUNCS (Softsign, x / (1.0f + fabsf (x)),
                    1.0f / ((1.0f + fabsf (x)) * (1.0f + fabsf (x))))
LUCIDA_UNARY_OP (Softsign, LUCIDA_OP_ACTIVATION, lucida_unary_infer, lucida_unary_no_parameters,
                 NULL)

/* u in t = tanh (ln (1 + e^x)) = u/(u + 2), u = e^x·(e^x + 2); from 20 on t is 1 in float. */
static inline float
mish_u (float x)
{
  float e = lucida_exp (x > 20.0f ? 20.0f : x);

  return e * (e + 2.0f);
}

/* t + x·σ(x)·(1 - t²), 1 - t² = 4·(u + 1)/(u + 2)² */
static inline float
mish_slope (float x)
{
  float u = mish_u (x), t = u / (u + 2.0f);

  return t + x * lucida_sigmoid (x) * (2.0f / (u + 2.0f)) * ((2.0f * u + 2.0f) / (u + 2.0f));
}

LUCIDA_UNARY_FUNCS (Mish, x *(mish_u (x) / (mish_u (x) + 2.0f)), mish_slope (x))
LUCIDA_UNARY_OP (Mish, LUCIDA_OP_ACTIVATION, lucida_unary_infer, lucida_unary_no_parameters, NULL)

#define SQRT_HALF 0.70710678118654752f
#define SQRT_2_PI 0.79788456080286536f        /* √(2/π) */
#define INVERSE_SQRT_2PI 0.39894228040143268f /* 1/√(2π) */

/* x·Φ(x), or by its approximation ½x·(1 + tanh (√(2/π)·(x + 0.044715x³))) */
static inline float
gelu_argument (float x)
{
  return SQRT_2_PI * (x + 0.044715f * x * x * x);
}

static inline float
gelu_tanh_slope (float x)
{
  float t = lucida_tanh (gelu_argument (x));

  return 0.5f * (1.0f + t)
         + 0.5f * x * (1.0f - t * t) * SQRT_2_PI * (1.0f + 3.0f * 0.044715f * x * x);
}

LUCIDA_UNARY_FUNCS (gelu_exact, 0.5f * x * (1.0f + lucida_erf (x * SQRT_HALF)),
                    0.5f * (1.0f + lucida_erf (x * SQRT_HALF))
                        + x * INVERSE_SQRT_2PI * lucida_exp (-0.5f * x * x))
LUCIDA_UNARY_FUNCS (gelu_tanh, 0.5f * x * (1.0f + lucida_tanh (gelu_argument (x))),
                    gelu_tanh_slope (x))

static gboolean
gelu_is_approximate (const LucidaOpCall *call)
{
  return strcmp (lucida_node_get_string (call->node, "approximate", "none"), "tanh") == 0;
}

static gboolean
gelu_forward (LucidaOpCall *call, GError **error)
{
  const float none[2] = { 0 };

  lucida_unary_forward (call, gelu_is_approximate (call) ? gelu_tanh_values : gelu_exact_values,
                        NULL, none);
  return TRUE;
}

static void
gelu_backward (LucidaOpCall *call)
{
  const float none[2] = { 0 };

  lucida_unary_backward (call, gelu_is_approximate (call) ? gelu_tanh_slopes : gelu_exact_slopes,
                         none);
}

const LucidaOp lucida_op_Gelu = {
  .name = "Gelu",
  .flags = LUCIDA_OP_POINTWISE | LUCIDA_OP_ACTIVATION,
  .infer = lucida_unary_infer,
  .forward = gelu_forward,
  .backward = gelu_backward,
};
