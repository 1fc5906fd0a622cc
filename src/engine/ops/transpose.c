#include "base/checked-size.h"
#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/walk.h"

#include <string.h>

/* Operators that put the elements into another order or repeat them: each is a walk over output
 * and input; gradients go the same way back. */

typedef LucidaWalk (*WalkFunc) (const LucidaOpCall *call);

static void
run_forward (LucidaOpCall *call, WalkFunc walk_of)
{
  LucidaWalk walk = walk_of (call);

  lucida_walk_copy (&walk, call->out[0]->element, call->out[0]->data, call->in[0]->data,
                    call->pool);
}

static void
run_backward (LucidaOpCall *call, WalkFunc walk_of)
{
  LucidaWalk walk = walk_of (call);
  LucidaWalk back = lucida_walk_reversed (&walk);

  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32)
    lucida_walk_add (&back, call->in[0]->grad, call->out[0]->grad, call->pool);
}

#define MOVING_OP(Name, infer_function, walk_of)                                                   \
  static gboolean Name##_forward (LucidaOpCall *call, GError **error)                              \
  {                                                                                                \
    run_forward (call, walk_of);                                                                   \
    return TRUE;                                                                                   \
  }                                                                                                \
  static void Name##_backward (LucidaOpCall *call)                                                 \
  {                                                                                                \
    run_backward (call, walk_of);                                                                  \
  }                                                                                                \
  const LucidaOp lucida_op_##Name = {                                                              \
    .name = #Name,                                                                                 \
    .infer = infer_function,                                                                       \
    .forward = Name##_forward,                                                                     \
    .backward = Name##_backward,                                                                   \
  };

/* @order: [rank] axis of @sizes that output axis i is; @sizes: the input's axes, perhaps split */
static LucidaWalk
permuted (int rank, const int64_t *sizes, const int *order)
{
  LucidaShape in = { 0 };
  int64_t from[LUCIDA_MAX_RANK], to = 1;
  LucidaWalk walk = { 0 };

  in.rank = rank;
  for (int i = 0; i < rank; i++)
    {
      in.dim[i] = sizes[i];
      to *= sizes[i];
    }
  if (to == 0)
    {
      lucida_walk_append (&walk, 0, 1, 1);
      return walk;
    }
  lucida_shape_steps (&in, from);
  for (int i = 0; i < rank; i++)
    {
      to /= sizes[order[i]];
      lucida_walk_append (&walk, sizes[order[i]], to, from[order[i]]);
    }
  return walk;
}

static gboolean
read_permutation (const LucidaOpCall *call, int *order, GError **error)
{
  int rank = call->in[0]->shape.rank, n;
  const int64_t *perm = lucida_node_get_ints (call->node, "perm", &n);
  gboolean seen[LUCIDA_MAX_RANK] = { FALSE };

  for (int i = 0; i < rank; i++)
    {
      int64_t axis = !perm ? rank - 1 - i : n == rank ? perm[i] : -1;

      if (axis < 0 || axis >= rank || seen[axis])
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "the order of axes does not fit an input of %d dimensions", rank);
          return FALSE;
        }
      seen[axis] = TRUE;
      order[i] = (int) axis;
    }
  return TRUE;
}

static gboolean
transpose_infer (LucidaOpCall *call, GError **error)
{
  int order[LUCIDA_MAX_RANK];
  LucidaShape shape;

  if (!lucida_op_check_inputs (call, 1, 1, error) || !read_permutation (call, order, error))
    return FALSE;
  shape = call->in[0]->shape;
  for (int i = 0; i < shape.rank; i++)
    shape.dim[i] = call->in[0]->shape.dim[order[i]];
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static LucidaWalk
transpose_walk (const LucidaOpCall *call)
{
  int order[LUCIDA_MAX_RANK] = { 0 };

  read_permutation (call, order, NULL);
  return permuted (call->in[0]->shape.rank, call->in[0]->shape.dim, order);
}

MOVING_OP (Transpose, transpose_infer, transpose_walk)

static gboolean
expand_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape wanted = { 0 }, shape;
  const int64_t *sizes;
  int n;

  if (!lucida_op_check_inputs (call, 1, 2, error)
      || !lucida_op_ints (call, "shape", 1, &sizes, &n, error))
    return FALSE;
  if (n > LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "arrays of more than %d dimensions cannot be handled", LUCIDA_MAX_RANK);
      return FALSE;
    }
  wanted.rank = n;
  for (int i = 0; i < n; i++)
    wanted.dim[i] = sizes[i];
  if (!lucida_shape_check (&wanted, error)
      || !lucida_op_broadcast (&call->in[0]->shape, &wanted, &shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static LucidaWalk
expand_walk (const LucidaOpCall *call)
{
  const LucidaShape *out = &call->out[0]->shape;
  int64_t from[LUCIDA_MAX_RANK], to[LUCIDA_MAX_RANK];
  LucidaWalk walk = { 0 };

  lucida_op_broadcast_steps (&call->in[0]->shape, out, from);
  lucida_shape_steps (out, to);
  for (int i = 0; i < out->rank; i++)
    lucida_walk_append (&walk, out->dim[i], to[i], from[i]);
  return walk;
}

MOVING_OP (Expand, expand_infer, expand_walk)

static gboolean
tile_infer (LucidaOpCall *call, GError **error)
{
  const int64_t *repeats;
  LucidaShape shape;
  int n;

  if (!lucida_op_check_inputs (call, 1, 2, error)
      || !lucida_op_ints (call, "repeats", 1, &repeats, &n, error))
    return FALSE;
  shape = call->in[0]->shape;
  if (n != shape.rank)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "%d repeats are given for %d dimensions", n, shape.rank);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    if (repeats[i] < 0 || !lucida_int64_mul (shape.dim[i], repeats[i], &shape.dim[i]))
      {
        g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                     "%" G_GINT64_FORMAT " repeats are not possible", repeats[i]);
        return FALSE;
      }
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

/* Each axis of the output is (repeat, place). */
static LucidaWalk
tile_walk (const LucidaOpCall *call)
{
  const LucidaShape *in = &call->in[0]->shape, *out = &call->out[0]->shape;
  int64_t from[LUCIDA_MAX_RANK], to[LUCIDA_MAX_RANK];
  LucidaWalk walk = { 0 };

  lucida_shape_steps (in, from);
  lucida_shape_steps (out, to);
  for (int i = 0; i < out->rank; i++)
    {
      lucida_walk_append (&walk, in->dim[i] ? out->dim[i] / in->dim[i] : 0, to[i] * in->dim[i], 0);
      lucida_walk_append (&walk, in->dim[i], to[i], from[i]);
    }
  return walk;
}

MOVING_OP (Tile, tile_infer, tile_walk)

/* Both take N×C×H×W and an integer "blocksize" of b. */
static gboolean
read_block (const LucidaOpCall *call, int64_t *block, GError **error)
{
  if (!lucida_op_check_inputs (call, 1, 1, error))
    return FALSE;
  *block = lucida_node_get_int (call->node, "blocksize", 0);
  if (call->in[0]->shape.rank != 4 || *block < 1 || *block > 1 << 15)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "a block size of %" G_GINT64_FORMAT " and %d dimensions do not go together",
                   *block, call->in[0]->shape.rank);
      return FALSE;
    }
  return TRUE;
}

static gboolean
uneven_block (int64_t block, GError **error)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "blocks of %" G_GINT64_FORMAT " do not divide the input", block);
  return FALSE;
}

static gboolean
depth_to_space_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;
  int64_t b;

  if (!read_block (call, &b, error))
    return FALSE;
  shape = call->in[0]->shape;
  if (shape.dim[1] % (b * b) != 0)
    return uneven_block (b, error);
  shape.dim[1] /= b * b;
  if (!lucida_int64_mul (shape.dim[2], b, &shape.dim[2])
      || !lucida_int64_mul (shape.dim[3], b, &shape.dim[3]))
    return uneven_block (b, error);
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static LucidaWalk
depth_to_space_walk (const LucidaOpCall *call)
{
  const int64_t *in = call->in[0]->shape.dim, *out = call->out[0]->shape.dim;
  int64_t b = lucida_node_get_int (call->node, "blocksize", 1);

  if (strcmp (lucida_node_get_string (call->node, "mode", "DCR"), "CRD") == 0)
    {
      const int64_t sizes[] = { in[0], out[1], b, b, in[2], in[3] };
      return permuted (6, sizes, (const int[]){ 0, 1, 4, 2, 5, 3 });
    }
  else
    {
      const int64_t sizes[] = { in[0], b, b, out[1], in[2], in[3] };
      return permuted (6, sizes, (const int[]){ 0, 3, 4, 1, 5, 2 });
    }
}

MOVING_OP (DepthToSpace, depth_to_space_infer, depth_to_space_walk)

static gboolean
space_to_depth_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;
  int64_t b;

  if (!read_block (call, &b, error))
    return FALSE;
  shape = call->in[0]->shape;
  if (shape.dim[2] % b != 0 || shape.dim[3] % b != 0
      || !lucida_int64_mul (shape.dim[1], b * b, &shape.dim[1]))
    return uneven_block (b, error);
  shape.dim[2] /= b;
  shape.dim[3] /= b;
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static LucidaWalk
space_to_depth_walk (const LucidaOpCall *call)
{
  const int64_t *in = call->in[0]->shape.dim;
  int64_t b = lucida_node_get_int (call->node, "blocksize", 1);
  const int64_t sizes[] = { in[0], in[1], in[2] / b, b, in[3] / b, b };

  return permuted (6, sizes, (const int[]){ 0, 3, 5, 1, 2, 4 });
}

MOVING_OP (SpaceToDepth, space_to_depth_infer, space_to_depth_walk)
