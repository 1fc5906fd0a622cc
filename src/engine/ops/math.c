#include "engine/ops/fast-math.h"
#include "engine/ops/unary.h"

#include <math.h>

/* Functions of one number. */

#define PLAIN(Name, infer) LUCIDA_UNARY_OP (Name, 0, infer, lucida_unary_no_parameters, NULL)
#define WITH_INTS(Name, ints)                                                                      \
  LUCIDA_UNARY_OP (Name, 0, lucida_unary_infer_any, lucida_unary_no_parameters, ints)

#define TWO_OVER_SQRT_PI 1.1283791670955126f

LUCIDA_UNARY_FUNCS (Exp, lucida_exp (x), y)
PLAIN (Exp, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Log, logf (x), 1.0f / x)
PLAIN (Log, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Sqrt, sqrtf (x), 0.5f / y)
PLAIN (Sqrt, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Reciprocal, 1.0f / x, -y *y)
PLAIN (Reciprocal, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Erf, lucida_erf (x), TWO_OVER_SQRT_PI *lucida_exp (-x *x))
PLAIN (Erf, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Sin, sinf (x), cosf (x))
PLAIN (Sin, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Cos, cosf (x), -sinf (x))
PLAIN (Cos, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Tan, tanf (x), 1.0f + y * y)
PLAIN (Tan, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Asin, asinf (x), 1.0f / sqrtf (1.0f - x * x))
PLAIN (Asin, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Acos, acosf (x), -1.0f / sqrtf (1.0f - x * x))
PLAIN (Acos, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Atan, atanf (x), 1.0f / (1.0f + x * x))
PLAIN (Atan, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Sinh, sinhf (x), coshf (x))
PLAIN (Sinh, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Cosh, coshf (x), sinhf (x))
PLAIN (Cosh, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Asinh, asinhf (x), 1.0f / sqrtf (x * x + 1.0f))
PLAIN (Asinh, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Acosh, acoshf (x), 1.0f / sqrtf (x * x - 1.0f))
PLAIN (Acosh, lucida_unary_infer)
LUCIDA_UNARY_FUNCS (Atanh, atanhf (x), 1.0f / (1.0f - x * x))
PLAIN (Atanh, lucida_unary_infer)

/* Steps: constant between their jumps. Round goes to the even neighbour at ½. */
LUCIDA_UNARY_CHOICE (Ceil, ceilf (x), 0.0f)
WITH_INTS (Ceil, NULL)
LUCIDA_UNARY_CHOICE (Floor, floorf (x), 0.0f)
WITH_INTS (Floor, NULL)
LUCIDA_UNARY_CHOICE (Round, rintf (x), 0.0f)
WITH_INTS (Round, NULL)

static void
abs_ints (int64_t n, const int64_t *x, int64_t *y, const float *p)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = x[i] < 0 ? (int64_t) (0 - (uint64_t) x[i]) : x[i];
}

static void
neg_ints (int64_t n, const int64_t *x, int64_t *y, const float *p)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = (int64_t) (0 - (uint64_t) x[i]);
}

static void
sign_ints (int64_t n, const int64_t *x, int64_t *y, const float *p)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = (x[i] > 0) - (x[i] < 0);
}

static inline float
sign (float x)
{
  return (x > 0.0f ? 1.0f : 0.0f) - (x < 0.0f ? 1.0f : 0.0f);
}

LUCIDA_UNARY_FUNCS (Abs, fabsf (x), sign (x))
WITH_INTS (Abs, abs_ints)
LUCIDA_UNARY_FUNCS (Neg, -x, -1.0f)
WITH_INTS (Neg, neg_ints)
LUCIDA_UNARY_CHOICE (Sign, sign (x), 0.0f)
WITH_INTS (Sign, sign_ints)
