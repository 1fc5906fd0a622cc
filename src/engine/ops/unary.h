#pragma once

#include "engine/ops/op.h"

G_BEGIN_DECLS

/* What all operators of one input share that work on each element for itself. */

/* y[i] = f(x[i]). @p: the operator's two parameters */
typedef void (*LucidaUnaryFunc) (int64_t n, const float *x, float *y, const float *p);
/* gx[i] += g[i]·f'(x[i]) */
typedef void (*LucidaUnaryGradient) (int64_t n, const float *x, const float *y, const float *g,
                                     float *gx, const float *p);
typedef void (*LucidaUnaryIntFunc) (int64_t n, const int64_t *x, int64_t *y, const float *p);

/* One input of any shape; the output has the same. */
gboolean lucida_unary_infer (LucidaOpCall *call, GError **error); /* float32 */
gboolean lucida_unary_infer_any (LucidaOpCall *call, GError **error);
/* @ints (nullable): for operators that infer with lucida_unary_infer_any(); without it integers
 * are copied. */
void lucida_unary_forward (LucidaOpCall *call, LucidaUnaryFunc function, LucidaUnaryIntFunc ints,
                           const float *p);
void lucida_unary_backward (LucidaOpCall *call, LucidaUnaryGradient function, const float *p);

/* Defines Name_values and Name_slopes: @value is y as an expression of x and the parameters p0 and
 * p1, @slope the factor of g in terms of these and y. */
#define LUCIDA_UNARY_FUNCS(Name, value, slope) LUCIDA_UNARY_CHOICE (Name, value, g *(slope))

/* The same with the whole @gradient in terms of these and g, for functions that are flat in places:
 * what is not chosen there must not come through even if it is infinite, for 0·∞ is no number.
 * PyTorch does likewise. */
#define LUCIDA_UNARY_CHOICE(Name, value, gradient)                                                 \
  static void Name##_values (int64_t n, const float *restrict xs, float *restrict ys,              \
                             const float *p)                                                       \
  {                                                                                                \
    const float p0 G_GNUC_UNUSED = p[0], p1 G_GNUC_UNUSED = p[1];                                  \
    for (int64_t i = 0; i < n; i++)                                                                \
      {                                                                                            \
        float x = xs[i];                                                                           \
        ys[i] = (value);                                                                           \
      }                                                                                            \
  }                                                                                                \
  static void Name##_slopes (int64_t n, const float *restrict xs, const float *restrict ys,        \
                             const float *restrict gs, float *restrict gxs, const float *p)        \
  {                                                                                                \
    const float p0 G_GNUC_UNUSED = p[0], p1 G_GNUC_UNUSED = p[1];                                  \
    for (int64_t i = 0; i < n; i++)                                                                \
      {                                                                                            \
        float x G_GNUC_UNUSED = xs[i], y G_GNUC_UNUSED = ys[i], g G_GNUC_UNUSED = gs[i];           \
        gxs[i] += (gradient);                                                                      \
      }                                                                                            \
  }

/* Defines the operator from them. @read_parameters: a function (const LucidaOpCall *, float *p) */
#define LUCIDA_UNARY_OP(Name, op_flags, infer_function, read_parameters, ints)                     \
  static gboolean Name##_forward (LucidaOpCall *call, GError **error)                              \
  {                                                                                                \
    float p[2] = { 0 };                                                                            \
    read_parameters (call, p);                                                                     \
    lucida_unary_forward (call, Name##_values, ints, p);                                           \
    return TRUE;                                                                                   \
  }                                                                                                \
  static void Name##_backward (LucidaOpCall *call)                                                 \
  {                                                                                                \
    float p[2] = { 0 };                                                                            \
    read_parameters (call, p);                                                                     \
    lucida_unary_backward (call, Name##_slopes, p);                                                \
  }                                                                                                \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .flags = LUCIDA_OP_POINTWISE | (op_flags),                                                     \
    .infer = infer_function,                                                                       \
    .forward = Name##_forward,                                                                     \
    .backward = Name##_backward,                                                                   \
  };

static inline void
lucida_unary_no_parameters (const LucidaOpCall *call, float *p)
{
}

G_END_DECLS
