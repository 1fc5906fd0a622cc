#include "base/checked-size.h"
#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/walk.h"

/* Operators that join arrays or cut pieces out of them. */

/* A walk over all of @piece inside @whole; they differ in size along @axis alone. */
static LucidaWalk
piece_walk (const LucidaShape *whole, const LucidaShape *piece)
{
  int64_t to[LUCIDA_MAX_RANK], from[LUCIDA_MAX_RANK];
  LucidaWalk walk = { 0 };

  lucida_shape_steps (whole, to);
  lucida_shape_steps (piece, from);
  for (int i = 0; i < whole->rank; i++)
    lucida_walk_append (&walk, piece->dim[i], to[i], from[i]);
  return walk;
}

/* Elements in one step along @axis. */
static int64_t
inner_count (const LucidaShape *shape, int axis)
{
  int64_t count = 1;

  for (int i = axis + 1; i < shape->rank; i++)
    count *= shape->dim[i];
  return count;
}

static gboolean
concat_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;
  int axis;

  if (!lucida_op_check_inputs (call, MAX (call->n_in, 1), G_MAXINT, error))
    return FALSE;
  shape = call->in[0]->shape;
  if (!lucida_op_axis (lucida_node_get_int (call->node, "axis", 1), shape.rank, &axis, error))
    return FALSE;
  for (int i = 1; i < call->n_in; i++)
    {
      LucidaShape other = call->in[i]->shape;
      int64_t size = other.rank == shape.rank ? other.dim[axis] : 0;

      other.dim[axis] = shape.dim[axis];
      if (!lucida_shape_equal (&other, &shape) || call->in[i]->element != call->in[0]->element
          || !lucida_int64_add (shape.dim[axis], size, &shape.dim[axis]))
        {
          g_autofree char *first = lucida_shape_to_string (&call->in[0]->shape);
          g_autofree char *text = lucida_shape_to_string (&call->in[i]->shape);
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "arrays of %s and %s cannot be joined along axis %d", first, text, axis);
          return FALSE;
        }
    }
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gboolean
concat_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *y = call->out[0];
  int64_t bytes = (int64_t) lucida_element_size (y->element), offset = 0;
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 1), y->shape.rank, &axis, NULL);
  for (int i = 0; i < call->n_in; i++)
    {
      LucidaWalk walk = piece_walk (&y->shape, &call->in[i]->shape);

      lucida_walk_copy (&walk, y->element, (char *) y->data + offset * bytes, call->in[i]->data,
                        call->pool);
      offset += call->in[i]->shape.dim[axis] * inner_count (&y->shape, axis);
    }
  return TRUE;
}

static void
concat_backward (LucidaOpCall *call)
{
  const LucidaOpValue *y = call->out[0];
  int64_t offset = 0;
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 1), y->shape.rank, &axis, NULL);
  for (int i = 0; i < call->n_in; i++)
    {
      LucidaWalk walk = piece_walk (&y->shape, &call->in[i]->shape);
      LucidaWalk back = lucida_walk_reversed (&walk);

      if (call->in[i]->grad && y->element == LUCIDA_FLOAT32)
        lucida_walk_add (&back, call->in[i]->grad, y->grad + offset, call->pool);
      offset += call->in[i]->shape.dim[axis] * inner_count (&y->shape, axis);
    }
}

const LucidaOp lucida_op_Concat = {
  .name = "Concat",
  .infer = concat_infer,
  .forward = concat_forward,
  .backward = concat_backward,
};

/* The sizes are given, or all are equal but the last, which may be smaller. */
static gboolean
split_infer (LucidaOpCall *call, GError **error)
{
  const int64_t *sizes;
  LucidaShape shape;
  int64_t rest, equal;
  int axis, n;

  if (!lucida_op_check_inputs (call, 1, 2, error)
      || !lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), call->in[0]->shape.rank,
                          &axis, error)
      || !lucida_op_ints (call, "split", 1, &sizes, &n, error))
    return FALSE;
  shape = call->in[0]->shape;
  rest = shape.dim[axis];
  equal = rest > 0 ? (rest - 1) / call->n_out + 1 : 0;
  for (int i = 0; i < call->n_out; i++)
    {
      shape.dim[axis] = n == 0 ? MIN (equal, rest) : i < n ? sizes[i] : -1;
      if (shape.dim[axis] < 0 || shape.dim[axis] > rest)
        break;
      rest -= shape.dim[axis];
      lucida_op_set_output (call, i, call->in[0]->element, &shape);
    }
  if (rest != 0 || shape.dim[axis] < 0 || (n > 0 && n != call->n_out))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the sizes of the pieces do not add up to %" G_GINT64_FORMAT,
                   call->in[0]->shape.dim[axis]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
split_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *x = call->in[0];
  int64_t bytes = (int64_t) lucida_element_size (x->element), offset = 0;
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), x->shape.rank, &axis, NULL);
  for (int i = 0; i < call->n_out; i++)
    {
      LucidaWalk walk = piece_walk (&x->shape, &call->out[i]->shape);
      LucidaWalk back = lucida_walk_reversed (&walk);

      lucida_walk_copy (&back, x->element, call->out[i]->data,
                        (const char *) x->data + offset * bytes, call->pool);
      offset += call->out[i]->shape.dim[axis] * inner_count (&x->shape, axis);
    }
  return TRUE;
}

static void
split_backward (LucidaOpCall *call)
{
  const LucidaOpValue *x = call->in[0];
  int64_t offset = 0;
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), x->shape.rank, &axis, NULL);
  for (int i = 0; i < call->n_out; i++)
    {
      LucidaWalk walk = piece_walk (&x->shape, &call->out[i]->shape);

      if (x->grad && x->element == LUCIDA_FLOAT32 && call->out[i]->grad)
        lucida_walk_add (&walk, x->grad + offset, call->out[i]->grad, call->pool);
      offset += call->out[i]->shape.dim[axis] * inner_count (&x->shape, axis);
    }
}

const LucidaOp lucida_op_Split = {
  .name = "Split",
  .infer = split_infer,
  .forward = split_forward,
  .backward = split_backward,
};
