#include "base/error.h"
#include "engine/ops/op.h"

#include <string.h>

/* CumSum: y_i = Σ x_j over j ≤ i along an axis; over j < i if exclusive; from the other end in
 * reverse. The gradient is the sum in the other direction: gx_j = Σ g_i over those i. */

typedef struct
{
  int64_t outer, size, inner; /* elements before, along and after the axis */
  gboolean exclusive;
  gboolean reverse;
} Sums;

static gboolean
read_sums (const LucidaOpCall *call, Sums *self, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  const int64_t *axes;
  int n, axis;

  if (!lucida_op_ints (call, "axis", 1, &axes, &n, error))
    return FALSE;
  if (n != 1)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "%d axes where one is needed", n);
      return FALSE;
    }
  if (!lucida_op_axis (axes[0], x->rank, &axis, error))
    return FALSE;
  *self = (Sums){ 1, x->dim[axis], 1, lucida_node_get_int (call->node, "exclusive", 0) != 0,
                  lucida_node_get_int (call->node, "reverse", 0) != 0 };
  for (int i = 0; i < x->rank; i++)
    if (i != axis)
      *(i < axis ? &self->outer : &self->inner) *= x->dim[i];
  return TRUE;
}

static gboolean
cum_sum_infer (LucidaOpCall *call, GError **error)
{
  Sums sums;

  if (!lucida_op_check_inputs (call, 2, 2, error) || !read_sums (call, &sums, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &call->in[0]->shape);
  return TRUE;
}

/* Adds the sums of @from to @to, one line along the axis after another. Integers wrap around. */
#define ADD_SUMS(type, sum_type, to, from, backwards)                                              \
  for (int64_t line = 0; line < self->outer * self->inner; line++)                                 \
    {                                                                                              \
      int64_t first = line / self->inner * self->size * self->inner + line % self->inner;          \
      sum_type sum = 0;                                                                            \
                                                                                                   \
      for (int64_t i = 0; i < self->size; i++)                                                     \
        {                                                                                          \
          int64_t at = first + ((backwards) ? self->size - 1 - i : i) * self->inner;               \
          sum_type here = (sum_type) (from)[at];                                                   \
                                                                                                   \
          (to)[at] = (type) ((sum_type) (to)[at] + sum + (self->exclusive ? 0 : here));            \
          sum += here;                                                                             \
        }                                                                                          \
    }

static void
add_floats (const Sums *self, gboolean backwards, float *to, const float *from)
{
  ADD_SUMS (float, double, to, from, backwards)
}

static void
add_ints (const Sums *self, gboolean backwards, int64_t *to, const int64_t *from)
{
  ADD_SUMS (int64_t, uint64_t, to, from, backwards)
}

static gboolean
cum_sum_forward (LucidaOpCall *call, GError **error)
{
  LucidaOpValue *y = call->out[0];
  gsize bytes = (gsize) lucida_shape_count (&y->shape) * lucida_element_size (y->element);
  Sums sums;

  if (!read_sums (call, &sums, error))
    return FALSE;
  if (bytes == 0)
    return TRUE;
  memset (y->data, 0, bytes);
  if (y->element == LUCIDA_FLOAT32)
    add_floats (&sums, sums.reverse, y->data, call->in[0]->data);
  else
    add_ints (&sums, sums.reverse, y->data, call->in[0]->data);
  return TRUE;
}

static void
cum_sum_backward (LucidaOpCall *call)
{
  Sums sums;

  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32 && read_sums (call, &sums, NULL))
    add_floats (&sums, !sums.reverse, call->in[0]->grad, call->out[0]->grad);
}

const LucidaOp lucida_op_CumSum = {
  .name = "CumSum",
  .infer = cum_sum_infer,
  .forward = cum_sum_forward,
  .backward = cum_sum_backward,
};
