#include "base/error.h"
#include "engine/ops/op.h"

/* One place among many: Hardmax marks the largest element with 1 (the first of equals), OneHot the
 * one that an index names. Both jump, so no gradient. */

typedef struct
{
  int64_t outer, size, inner; /* elements before, along and after the axis */
} Places;

/* Along one axis; below operator set 13 (attribute "flatten") along all from the given one on. */
static gboolean
hardmax_places (const LucidaOpCall *call, Places *self, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  gboolean flatten = lucida_node_get_int (call->node, "flatten", 0) != 0;
  int axis;

  if (!lucida_op_axis (lucida_node_get_int (call->node, "axis", flatten ? 1 : -1), x->rank, &axis,
                       error))
    return FALSE;
  *self = (Places){ 1, 1, 1 };
  for (int i = 0; i < x->rank; i++)
    *(i < axis ? &self->outer : i == axis || flatten ? &self->size : &self->inner) *= x->dim[i];
  return TRUE;
}

static gboolean
hardmax_infer (LucidaOpCall *call, GError **error)
{
  Places places;

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !lucida_op_check_float (call, 0, 1, LUCIDA_MAX_RANK, error)
      || !hardmax_places (call, &places, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  return TRUE;
}

static gboolean
hardmax_forward (LucidaOpCall *call, GError **error)
{
  const float *x = call->in[0]->data;
  float *y = call->out[0]->data;
  Places places;

  if (!hardmax_places (call, &places, error))
    return FALSE;
  for (int64_t line = 0; places.size > 0 && line < places.outer * places.inner; line++)
    {
      int64_t first = line / places.inner * places.size * places.inner + line % places.inner;
      int64_t best = 0;

      for (int64_t i = 0; i < places.size; i++)
        {
          if (x[first + i * places.inner] > x[first + best * places.inner])
            best = i;
          y[first + i * places.inner] = 0;
        }
      y[first + best * places.inner] = 1;
    }
  return TRUE;
}

const LucidaOp lucida_op_Hardmax = {
  .name = "Hardmax",
  .infer = hardmax_infer,
  .forward = hardmax_forward,
};

/* Inputs are the indices, how many places there are, and the values [off, on]. */
static gboolean
one_hot_places (const LucidaOpCall *call, Places *self, int *axis, GError **error)
{
  const LucidaShape *indices = &call->in[0]->shape;
  double depth;

  if (!lucida_op_axis (lucida_node_get_int (call->node, "axis", -1), indices->rank + 1, axis, error)
      || !lucida_op_scalar (call, "depth", 1, 0, &depth, error))
    return FALSE;
  if (!(depth >= 1 && depth <= (double) LUCIDA_MAX_ELEMENTS)
      || lucida_shape_count (&call->in[2]->shape) != 2 || indices->rank == LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "indices of %d dimensions cannot be spread over %g places", indices->rank,
                   depth);
      return FALSE;
    }
  *self = (Places){ 1, (int64_t) depth, 1 };
  for (int i = 0; i < indices->rank; i++)
    *(i < *axis ? &self->outer : &self->inner) *= indices->dim[i];
  return TRUE;
}

static gboolean
one_hot_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape = { 0 };
  Places places;
  int axis;

  if (!lucida_op_check_inputs (call, 3, 3, error) || !one_hot_places (call, &places, &axis, error))
    return FALSE;
  for (int i = 0; i <= call->in[0]->shape.rank; i++)
    shape.dim[shape.rank++]
        = i == axis ? places.size : call->in[0]->shape.dim[i < axis ? i : i - 1];
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[2]->element, &shape);
  return TRUE;
}

/* Index @i among @size places, where those below 0 count from the end; -1: none. */
static int64_t
read_index (const LucidaOpValue *indices, int64_t i, int64_t size)
{
  int64_t index;

  if (indices->element == LUCIDA_INT64)
    index = ((const int64_t *) indices->data)[i];
  else
    {
      float value = ((const float *) indices->data)[i];

      if (!(value >= -(float) size && value < (float) size))
        return -1;
      index = (int64_t) value;
    }
  if (index < -size || index >= size)
    return -1;
  return index + (index < 0 ? size : 0);
}

static gboolean
one_hot_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *values = call->in[2], *y = call->out[0];
  Places places;
  int axis;

  if (!one_hot_places (call, &places, &axis, error))
    return FALSE;
  for (int64_t line = 0; line < places.outer * places.inner; line++)
    {
      int64_t first = line / places.inner * places.size * places.inner + line % places.inner;
      int64_t marked = read_index (call->in[0], line, places.size);

      for (int64_t i = 0; i < places.size; i++)
        if (y->element == LUCIDA_FLOAT32)
          ((float *) y->data)[first + i * places.inner]
              = ((const float *) values->data)[i == marked];
        else
          ((int64_t *) y->data)[first + i * places.inner]
              = ((const int64_t *) values->data)[i == marked];
    }
  return TRUE;
}

const LucidaOp lucida_op_OneHot = {
  .name = "OneHot",
  .infer = one_hot_infer,
  .forward = one_hot_forward,
};
