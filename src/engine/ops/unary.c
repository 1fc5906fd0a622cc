#include "engine/ops/unary.h"

#include "engine/ops/loop.h"

#include <string.h>

typedef struct
{
  LucidaUnaryFunc function;
  LucidaUnaryGradient gradient;
  LucidaUnaryIntFunc ints;
  const void *x;
  void *y;
  const float *g;
  float *gx;
  const float *p;
} Unary;

gboolean
lucida_unary_infer (LucidaOpCall *call, GError **error)
{
  return lucida_unary_infer_any (call, error)
         && lucida_op_check_float (call, 0, 0, LUCIDA_MAX_RANK, error);
}

gboolean
lucida_unary_infer_any (LucidaOpCall *call, GError **error)
{
  /* Further inputs, where an operator has some (Clip), are its own to check. */
  if (!lucida_op_check_inputs (call, 1, G_MAXINT, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &call->in[0]->shape);
  return TRUE;
}

static void
values_range (int64_t begin, int64_t end, gpointer data)
{
  const Unary *u = data;

  u->function (end - begin, (const float *) u->x + begin, (float *) u->y + begin, u->p);
}

static void
ints_range (int64_t begin, int64_t end, gpointer data)
{
  const Unary *u = data;

  u->ints (end - begin, (const int64_t *) u->x + begin, (int64_t *) u->y + begin, u->p);
}

static void
gradient_range (int64_t begin, int64_t end, gpointer data)
{
  const Unary *u = data;

  u->gradient (end - begin, (const float *) u->x + begin, (const float *) u->y + begin,
               u->g + begin, u->gx + begin, u->p);
}

void
lucida_unary_forward (LucidaOpCall *call, LucidaUnaryFunc function, LucidaUnaryIntFunc ints,
                      const float *p)
{
  const LucidaOpValue *x = call->in[0];
  Unary unary
      = { .function = function, .ints = ints, .x = x->data, .y = call->out[0]->data, .p = p };
  int64_t count = lucida_shape_count (&x->shape);

  if (x->element == LUCIDA_FLOAT32)
    lucida_loop (call->pool, count, LUCIDA_LOOP_GRAIN, values_range, &unary);
  else if (ints)
    lucida_loop (call->pool, count, LUCIDA_LOOP_GRAIN, ints_range, &unary);
  else if (count > 0)
    memcpy (unary.y, unary.x, (gsize) count * sizeof (int64_t));
}

void
lucida_unary_backward (LucidaOpCall *call, LucidaUnaryGradient function, const float *p)
{
  const LucidaOpValue *x = call->in[0];
  Unary unary = { .gradient = function,
                  .x = x->data,
                  .y = call->out[0]->data,
                  .g = call->out[0]->grad,
                  .gx = x->grad,
                  .p = p };

  if (x->grad && x->element == LUCIDA_FLOAT32)
    lucida_loop (call->pool, lucida_shape_count (&x->shape), LUCIDA_LOOP_GRAIN, gradient_range,
                 &unary);
}
