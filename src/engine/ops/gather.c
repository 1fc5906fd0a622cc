#include "base/error.h"
#include "engine/ops/op.h"

#include <string.h>

/* Gather and GatherElements: elements of input 0 at the indices in input 1. Indices below 0 count
 * from the end; they are checked before anything is read. */

typedef struct
{
  int64_t outer; /* of the input, before the axis */
  int64_t size;  /* along the axis */
  int64_t inner; /* after the axis */
  int64_t count; /* indices */
} Gather;

static gboolean
check_indices (const LucidaOpCall *call, int64_t size, GError **error)
{
  const int64_t *indices = call->in[1]->data;
  int64_t count = lucida_shape_count (&call->in[1]->shape);

  for (int64_t i = 0; i < count; i++)
    if (indices[i] < -size || indices[i] >= size)
      {
        g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                     "index %" G_GINT64_FORMAT " lies outside a size of %" G_GINT64_FORMAT,
                     indices[i], size);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_axis (const LucidaOpCall *call, int *axis, GError **error)
{
  if (!lucida_op_check_inputs (call, 2, 2, error)
      || !lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), call->in[0]->shape.rank,
                          axis, error))
    return FALSE;
  if (call->in[1]->element != LUCIDA_INT64)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "indices must be integers");
      return FALSE;
    }
  return TRUE;
}

static Gather
gather_of (const LucidaOpCall *call)
{
  const LucidaShape *x = &call->in[0]->shape;
  Gather gather = { 1, 1, 1, lucida_shape_count (&call->in[1]->shape) };
  int axis = 0;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), x->rank, &axis, NULL);
  for (int i = 0; i < x->rank; i++)
    *(i < axis ? &gather.outer : i > axis ? &gather.inner : &gather.size) *= x->dim[i];
  return gather;
}

static gboolean
gather_infer (LucidaOpCall *call, GError **error)
{
  const LucidaShape *x, *indices;
  LucidaShape shape = { 0 };
  int axis;

  if (!read_axis (call, &axis, error))
    return FALSE;
  x = &call->in[0]->shape;
  indices = &call->in[1]->shape;
  if (x->rank - 1 + indices->rank > LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "arrays of more than %d dimensions cannot be handled", LUCIDA_MAX_RANK);
      return FALSE;
    }
  for (int i = 0; i < axis; i++)
    shape.dim[shape.rank++] = x->dim[i];
  for (int i = 0; i < indices->rank; i++)
    shape.dim[shape.rank++] = indices->dim[i];
  for (int i = axis + 1; i < x->rank; i++)
    shape.dim[shape.rank++] = x->dim[i];
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gboolean
gather_forward (LucidaOpCall *call, GError **error)
{
  Gather gather = gather_of (call);
  gsize bytes = (gsize) gather.inner * lucida_element_size (call->in[0]->element);
  const int64_t *indices = call->in[1]->data;
  const char *x = call->in[0]->data;
  char *y = call->out[0]->data;

  if (!check_indices (call, gather.size, error))
    return FALSE;
  if (lucida_shape_count (&call->out[0]->shape) == 0)
    return TRUE;
  for (int64_t o = 0; o < gather.outer; o++)
    for (int64_t i = 0; i < gather.count; i++, y += bytes)
      {
        int64_t index = indices[i] + (indices[i] < 0 ? gather.size : 0);

        memcpy (y, x + (gsize) (o * gather.size + index) * bytes, bytes);
      }
  return TRUE;
}

static void
gather_backward (LucidaOpCall *call)
{
  Gather gather = gather_of (call);
  const int64_t *indices = call->in[1]->data;
  const float *g = call->out[0]->grad;

  if (!call->in[0]->grad || call->in[0]->element != LUCIDA_FLOAT32)
    return;
  for (int64_t o = 0; o < gather.outer; o++)
    for (int64_t i = 0; i < gather.count; i++, g += gather.inner)
      {
        int64_t index = indices[i] + (indices[i] < 0 ? gather.size : 0);
        float *target = call->in[0]->grad + (o * gather.size + index) * gather.inner;

        for (int64_t k = 0; k < gather.inner; k++)
          target[k] += g[k];
      }
}

const LucidaOp lucida_op_Gather = {
  .name = "Gather",
  .infer = gather_infer,
  .forward = gather_forward,
  .backward = gather_backward,
};

static gboolean
gather_elements_infer (LucidaOpCall *call, GError **error)
{
  const LucidaShape *x, *indices;
  int axis;

  if (!read_axis (call, &axis, error))
    return FALSE;
  x = &call->in[0]->shape;
  indices = &call->in[1]->shape;
  for (int i = 0; i < x->rank; i++)
    if (indices->rank != x->rank || (i != axis && indices->dim[i] > x->dim[i]))
      {
        g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                             "the indices do not fit the input");
        return FALSE;
      }
  lucida_op_set_output (call, 0, call->in[0]->element, indices);
  return TRUE;
}

/* The place in input 0 that place @i of the indices reads. */
static int64_t
source_of (const LucidaOpCall *call, int64_t i)
{
  const LucidaShape *x = &call->in[0]->shape, *shape = &call->in[1]->shape;
  int64_t index = ((const int64_t *) call->in[1]->data)[i], place = 0, step = 1;
  int axis = 0;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), x->rank, &axis, NULL);
  index += index < 0 ? x->dim[axis] : 0;
  for (int k = x->rank - 1; k >= 0; k--)
    {
      place += (k == axis ? index : i % shape->dim[k]) * step;
      i /= shape->dim[k];
      step *= x->dim[k];
    }
  return place;
}

static gboolean
gather_elements_forward (LucidaOpCall *call, GError **error)
{
  Gather gather = gather_of (call);
  gsize bytes = lucida_element_size (call->in[0]->element);

  if (!check_indices (call, gather.size, error))
    return FALSE;
  for (int64_t i = 0; i < gather.count; i++)
    memcpy ((char *) call->out[0]->data + (gsize) i * bytes,
            (const char *) call->in[0]->data + (gsize) source_of (call, i) * bytes, bytes);
  return TRUE;
}

static void
gather_elements_backward (LucidaOpCall *call)
{
  if (!call->in[0]->grad || call->in[0]->element != LUCIDA_FLOAT32)
    return;
  for (int64_t i = 0; i < lucida_shape_count (&call->in[1]->shape); i++)
    call->in[0]->grad[source_of (call, i)] += call->out[0]->grad[i];
}

const LucidaOp lucida_op_GatherElements = {
  .name = "GatherElements",
  .infer = gather_elements_infer,
  .forward = gather_elements_forward,
  .backward = gather_elements_backward,
};
