#pragma once

#include "engine/ops/op.h"

G_BEGIN_DECLS

/* What operators of two inputs share that work element by element with NumPy's broadcasting. */

/* y[i] = f(a[i·a_step], b[i·b_step]) */
typedef void (*LucidaBinaryFunc) (int64_t n, const void *a, int64_t a_step, const void *b,
                                  int64_t b_step, void *y);
/* d[i] = g[i]·∂f/∂(one input) */
typedef void (*LucidaBinaryGradient) (int64_t n, const float *a, int64_t a_step, const float *b,
                                      int64_t b_step, const float *g, float *d);

/* Two inputs of one kind of element. The output is of the same kind, */
gboolean lucida_binary_infer (LucidaOpCall *call, GError **error);
/* or of integers (0, 1). */
gboolean lucida_binary_infer_logical (LucidaOpCall *call, GError **error);

/* @a, @b: values broadcast to the shape @y of elements of size @y_size at @result. */
void lucida_binary_run (const LucidaOpValue *a, const LucidaOpValue *b, const LucidaShape *y,
                        gsize y_size, void *result, LucidaBinaryFunc function, LucidaPool *pool);
/* Runs the first or second function on the whole call, by the kind of the inputs' elements. */
void lucida_binary_forward (LucidaOpCall *call, LucidaBinaryFunc floats, LucidaBinaryFunc ints);
/* Adds to the gradient of input @which (0 or 1), if it is wanted. */
void lucida_binary_backward (LucidaOpCall *call, int which, LucidaBinaryGradient function);

/* Defines Name: y of type @out as an expression of a and b of type @in. Steps of 0 and 1 have
 * loops of their own, which become vector code. */
#define LUCIDA_BINARY_FUNC(Name, in, out, value)                                                   \
  static void Name (int64_t n, const void *as, int64_t a_step, const void *bs, int64_t b_step,     \
                    void *result)                                                                  \
  {                                                                                                \
    const in *pa = as, *pb = bs;                                                                   \
    out *restrict ys = result;                                                                     \
    LUCIDA_BINARY_LOOPS (in, ys, value)                                                            \
  }

/* Defines Name: the factor of g as an expression of a and b. */
#define LUCIDA_BINARY_GRADIENT(Name, slope)                                                        \
  static void Name (int64_t n, const float *pa, int64_t a_step, const float *pb, int64_t b_step,   \
                    const float *gs, float *restrict ds)                                           \
  {                                                                                                \
    LUCIDA_BINARY_LOOPS (float, ds, gs[i] * (slope))                                               \
  }

#define LUCIDA_BINARY_LOOPS(in, target, value)                                                     \
  if (a_step == 1 && b_step == 1)                                                                  \
    for (int64_t i = 0; i < n; i++)                                                                \
      {                                                                                            \
        in a G_GNUC_UNUSED = pa[i], b G_GNUC_UNUSED = pb[i];                                       \
        target[i] = (value);                                                                       \
      }                                                                                            \
  else if (a_step == 1 && b_step == 0)                                                             \
    {                                                                                              \
      in b G_GNUC_UNUSED = *pb;                                                                    \
      for (int64_t i = 0; i < n; i++)                                                              \
        {                                                                                          \
          in a G_GNUC_UNUSED = pa[i];                                                              \
          target[i] = (value);                                                                     \
        }                                                                                          \
    }                                                                                              \
  else if (a_step == 0 && b_step == 1)                                                             \
    {                                                                                              \
      in a G_GNUC_UNUSED = *pa;                                                                    \
      for (int64_t i = 0; i < n; i++)                                                              \
        {                                                                                          \
          in b G_GNUC_UNUSED = pb[i];                                                              \
          target[i] = (value);                                                                     \
        }                                                                                          \
    }                                                                                              \
  else                                                                                             \
    for (int64_t i = 0; i < n; i++)                                                                \
      {                                                                                            \
        in a G_GNUC_UNUSED = pa[i * a_step], b G_GNUC_UNUSED = pb[i * b_step];                     \
        target[i] = (value);                                                                       \
      }

G_END_DECLS
