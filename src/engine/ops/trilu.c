#include "base/error.h"
#include "engine/ops/op.h"

/* Trilu: the upper or lower triangle of the matrices in the last two axes, up to the diagonal k
 * (0 is the main one, above it is 1); the rest becomes 0. */

typedef struct
{
  int64_t rows, columns;
  int64_t k;
  gboolean upper;
} Triangle;

static gboolean
read_triangle (const LucidaOpCall *call, Triangle *self, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  const int64_t *k;
  int n;

  if (!lucida_op_ints (call, "k", 1, &k, &n, error))
    return FALSE;
  if (x->rank < 2 || n > 1)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "%d diagonals of an array of %d dimensions make no triangle", n, x->rank);
      return FALSE;
    }
  *self = (Triangle){ x->dim[x->rank - 2], x->dim[x->rank - 1], n == 1 ? k[0] : 0,
                      lucida_node_get_int (call->node, "upper", 1) != 0 };
  return TRUE;
}

static gboolean
trilu_infer (LucidaOpCall *call, GError **error)
{
  Triangle triangle;

  if (!lucida_op_check_inputs (call, 1, 2, error) || !read_triangle (call, &triangle, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &call->in[0]->shape);
  return TRUE;
}

/* Whether element @i of all belongs to its matrix's triangle. */
static gboolean
is_inside (const Triangle *self, int64_t i)
{
  int64_t diagonal = i % self->columns - i / self->columns % self->rows;

  return self->upper ? diagonal >= self->k : diagonal <= self->k;
}

static gboolean
trilu_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *x = call->in[0], *y = call->out[0];
  Triangle triangle;

  if (!read_triangle (call, &triangle, error))
    return FALSE;
  for (int64_t i = 0; i < lucida_shape_count (&x->shape); i++)
    if (x->element == LUCIDA_FLOAT32)
      ((float *) y->data)[i] = is_inside (&triangle, i) ? ((const float *) x->data)[i] : 0;
    else
      ((int64_t *) y->data)[i] = is_inside (&triangle, i) ? ((const int64_t *) x->data)[i] : 0;
  return TRUE;
}

static void
trilu_backward (LucidaOpCall *call)
{
  LucidaOpValue *x = call->in[0];
  Triangle triangle;

  if (!x->grad || x->element != LUCIDA_FLOAT32 || !read_triangle (call, &triangle, NULL))
    return;
  for (int64_t i = 0; i < lucida_shape_count (&x->shape); i++)
    if (is_inside (&triangle, i))
      x->grad[i] += call->out[0]->grad[i];
}

const LucidaOp lucida_op_Trilu = {
  .name = "Trilu",
  .infer = trilu_infer,
  .forward = trilu_forward,
  .backward = trilu_backward,
};
