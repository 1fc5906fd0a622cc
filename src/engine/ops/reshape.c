#include "base/checked-size.h"
#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/walk.h"

#include <string.h>

/* Operators that give the elements another shape, or none, and leave their order. */

static gboolean
same_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *y = call->out[0];
  gsize bytes = (gsize) lucida_shape_count (&y->shape) * lucida_element_size (y->element);

  if (bytes > 0)
    memcpy (y->data, call->in[0]->data, bytes);
  return TRUE;
}

static void
same_backward (LucidaOpCall *call)
{
  LucidaWalk walk = { 0 };

  lucida_walk_append (&walk, lucida_shape_count (&call->out[0]->shape), 1, 1);
  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32)
    lucida_walk_add (&walk, call->in[0]->grad, call->out[0]->grad, call->pool);
}

#define RESHAPING_OP(Name, infer_function)                                                         \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .flags = LUCIDA_OP_RESHAPES,                                                                   \
    .infer = infer_function,                                                                       \
    .forward = same_forward,                                                                       \
    .backward = same_backward,                                                                     \
  };

/* Sets output 0 to @shape if that has as many elements as input 0. */
static gboolean
set_shape (LucidaOpCall *call, const LucidaShape *shape, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;

  if (!lucida_shape_check (shape, error))
    return FALSE;
  if (lucida_shape_count (shape) != lucida_shape_count (x))
    {
      g_autofree char *from = lucida_shape_to_string (x);
      g_autofree char *to = lucida_shape_to_string (shape);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the %s input cannot be seen as %s, which has another number of elements", from,
                   to);
      return FALSE;
    }
  lucida_op_set_output (call, 0, call->in[0]->element, shape);
  return TRUE;
}

/* 0 copies the size of the input (unless @allowzero), -1 is the size that is left over. */
static gboolean
resolve_shape (const LucidaShape *x, const int64_t *sizes, int n, gboolean allowzero,
               LucidaShape *shape, GError **error)
{
  int64_t count = lucida_shape_count (x), known = 1;
  int open = -1;

  *shape = (LucidaShape){ .rank = n };
  for (int i = 0; i < n; i++)
    {
      shape->dim[i] = sizes[i] == 0 && !allowzero && i < x->rank ? x->dim[i] : sizes[i];
      if (sizes[i] < -1 || (sizes[i] == -1 && open >= 0)
          || (sizes[i] == 0 && !allowzero && i >= x->rank)
          || (sizes[i] != -1 && !lucida_int64_mul (known, shape->dim[i], &known)))
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "the list of sizes to reshape to makes no sense");
          return FALSE;
        }
      if (sizes[i] == -1)
        open = i;
    }
  if (open >= 0)
    shape->dim[open] = known > 0 ? count / known : 0;
  else if (n > 0 && known != count && shape->dim[0] > 1 && known / shape->dim[0] == count)
    shape->dim[0] = 1; /* a batch that was fixed when the file was written; here it is 1 */
  return TRUE;
}

static gboolean
reshape_infer (LucidaOpCall *call, GError **error)
{
  const int64_t *sizes;
  LucidaShape shape;
  int n;

  if (!lucida_op_check_inputs (call, 1, 2, error)
      || !lucida_op_ints (call, "shape", 1, &sizes, &n, error))
    return FALSE;
  if (n > LUCIDA_MAX_RANK || (!sizes && !lucida_node_has (call->node, "shape")))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the new shape has %d dimensions; this program handles 0 to %d", n,
                   LUCIDA_MAX_RANK);
      return FALSE;
    }
  return resolve_shape (&call->in[0]->shape, sizes, n,
                        lucida_node_get_int (call->node, "allowzero", 0) != 0, &shape, error)
         && set_shape (call, &shape, error);
}

RESHAPING_OP (Reshape, reshape_infer)

static gboolean
flatten_infer (LucidaOpCall *call, GError **error)
{
  int64_t axis = lucida_node_get_int (call->node, "axis", 1);
  LucidaShape shape = lucida_shape (2, (int64_t) 1, (int64_t) 1);
  const LucidaShape *x;

  if (!lucida_op_check_inputs (call, 1, 1, error))
    return FALSE;
  x = &call->in[0]->shape;
  if (axis < -x->rank || axis > x->rank)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "axis %" G_GINT64_FORMAT " does not exist in %d dimensions", axis, x->rank);
      return FALSE;
    }
  axis += axis < 0 ? x->rank : 0;
  for (int i = 0; i < x->rank; i++)
    shape.dim[i >= axis] *= x->dim[i];
  return set_shape (call, &shape, error);
}

RESHAPING_OP (Flatten, flatten_infer)

/* Marks the axes that attribute or input "axes" names. */
static gboolean
read_axes (const LucidaOpCall *call, int rank, gboolean *marked, int *n_axes, GError **error)
{
  const int64_t *axes;
  int axis;

  if (!lucida_op_ints (call, "axes", 1, &axes, n_axes, error))
    return FALSE;
  for (int i = 0; i < *n_axes; i++)
    {
      if (!lucida_op_axis (axes[i], rank, &axis, error))
        return FALSE;
      if (marked[axis])
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "axis %d is named twice", axis);
          return FALSE;
        }
      marked[axis] = TRUE;
    }
  return TRUE;
}

static gboolean
squeeze_infer (LucidaOpCall *call, GError **error)
{
  gboolean marked[LUCIDA_MAX_RANK] = { FALSE };
  LucidaShape shape = { 0 };
  const LucidaShape *x;
  int n;

  if (!lucida_op_check_inputs (call, 1, 2, error))
    return FALSE;
  x = &call->in[0]->shape;
  if (!read_axes (call, x->rank, marked, &n, error))
    return FALSE;
  for (int i = 0; i < x->rank; i++)
    {
      if (marked[i] && x->dim[i] != 1)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "axis %d is to be left out, but has the size %" G_GINT64_FORMAT, i,
                       x->dim[i]);
          return FALSE;
        }
      if (n > 0 ? !marked[i] : x->dim[i] != 1)
        shape.dim[shape.rank++] = x->dim[i];
    }
  return set_shape (call, &shape, error);
}

RESHAPING_OP (Squeeze, squeeze_infer)

static gboolean
unsqueeze_infer (LucidaOpCall *call, GError **error)
{
  gboolean marked[LUCIDA_MAX_RANK] = { FALSE };
  LucidaShape shape = { 0 };
  const LucidaShape *x;
  const int64_t *axes;
  int n, next = 0;

  if (!lucida_op_check_inputs (call, 1, 2, error)
      || !lucida_op_ints (call, "axes", 1, &axes, &n, error))
    return FALSE;
  x = &call->in[0]->shape;
  if (n > LUCIDA_MAX_RANK - x->rank)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "arrays of more than %d dimensions cannot be handled", LUCIDA_MAX_RANK);
      return FALSE;
    }
  shape.rank = x->rank + n;
  if (!read_axes (call, shape.rank, marked, &n, error))
    return FALSE;
  for (int i = 0; i < shape.rank; i++)
    shape.dim[i] = marked[i] ? 1 : x->dim[next++];
  return set_shape (call, &shape, error);
}

RESHAPING_OP (Unsqueeze, unsqueeze_infer)

static gboolean
identity_infer (LucidaOpCall *call, GError **error)
{
  return lucida_op_check_inputs (call, 1, 1, error) && set_shape (call, &call->in[0]->shape, error);
}

RESHAPING_OP (Identity, identity_infer)

/* At inference nothing is dropped; the mask (output 1) is all ones. */
static gboolean
dropout_infer (LucidaOpCall *call, GError **error)
{
  if (!lucida_op_check_inputs (call, 1, 3, error))
    return FALSE;
  lucida_op_set_output (call, 1, LUCIDA_INT64, &call->in[0]->shape);
  return set_shape (call, &call->in[0]->shape, error);
}

static gboolean
dropout_forward (LucidaOpCall *call, GError **error)
{
  if (call->n_out > 1 && call->out[1])
    for (int64_t i = 0; i < lucida_shape_count (&call->out[1]->shape); i++)
      ((int64_t *) call->out[1]->data)[i] = 1;
  return same_forward (call, error);
}

const LucidaOp lucida_op_Dropout = {
  .name = "Dropout",
  .flags = LUCIDA_OP_RESHAPES,
  .infer = dropout_infer,
  .forward = dropout_forward,
  .backward = same_backward,
};
