#include "base/error.h"
#include "engine/ops/op.h"

#include <string.h>

/* GatherND, ScatterND and ScatterElements: pieces read from or written to places that a list of
 * indices (input 1) names. Indices below 0 count from the end; they are checked before use. */

/* How the coordinates in the last axis of the indices address input 0. */
typedef struct
{
  int batch;      /* leading axes that both have in common */
  int depth;      /* coordinates of one piece */
  int64_t pieces; /* of one batch place */
  int64_t batches;
  int64_t whole; /* elements of input 0 in one batch place */
  int64_t size;  /* elements of a piece */
} Places;

static gboolean
find_places (const LucidaOpCall *call, int batch, Places *places, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape, *indices = &call->in[1]->shape;

  *places = (Places){ .batch = batch, .pieces = 1, .batches = 1, .whole = 1, .size = 1 };
  places->depth = indices->rank > 0 ? (int) MIN (indices->dim[indices->rank - 1], G_MAXINT8) : 0;
  if (call->in[1]->element != LUCIDA_INT64 || indices->rank < 1 || places->depth < 1 || batch < 0
      || batch >= indices->rank || batch + places->depth > x->rank)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "the indices do not fit the input");
      return FALSE;
    }
  for (int i = 0; i < batch; i++)
    {
      if (x->dim[i] != indices->dim[i])
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "the indices are for another batch than the input's");
          return FALSE;
        }
      places->batches *= x->dim[i];
    }
  for (int i = batch; i < indices->rank - 1; i++)
    places->pieces *= indices->dim[i];
  for (int i = batch; i < x->rank; i++)
    places->whole *= x->dim[i];
  for (int i = batch + places->depth; i < x->rank; i++)
    places->size *= x->dim[i];
  return TRUE;
}

/* Where piece @i of all begins in input 0; -1 if an index lies outside. */
static int64_t
place_of (const LucidaOpCall *call, const Places *places, int64_t i)
{
  const int64_t *index = (const int64_t *) call->in[1]->data + i * places->depth;
  int64_t place = 0;

  for (int k = 0; k < places->depth; k++)
    {
      int64_t size = call->in[0]->shape.dim[places->batch + k];

      if (index[k] < -size || index[k] >= size)
        return -1;
      place = place * size + index[k] + (index[k] < 0 ? size : 0);
    }
  return i / places->pieces * places->whole + place * places->size;
}

static gboolean
check_places (const LucidaOpCall *call, const Places *places, GError **error)
{
  for (int64_t i = 0; i < places->batches * places->pieces; i++)
    if (place_of (call, places, i) < 0)
      {
        g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                             "an index lies outside the input");
        return FALSE;
      }
  return TRUE;
}

static int
batch_dims (const LucidaOpCall *call)
{
  return (int) CLAMP (lucida_node_get_int (call->node, "batch_dims", 0), -1, LUCIDA_MAX_RANK);
}

static gboolean
gather_nd_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape = { 0 };
  Places places;
  int rank;

  if (!lucida_op_check_inputs (call, 2, 2, error)
      || !find_places (call, batch_dims (call), &places, error))
    return FALSE;
  rank = call->in[1]->shape.rank - 1 + call->in[0]->shape.rank - places.batch - places.depth;
  if (rank > LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "arrays of more than %d dimensions cannot be handled", LUCIDA_MAX_RANK);
      return FALSE;
    }
  for (int i = 0; i < call->in[1]->shape.rank - 1; i++)
    shape.dim[shape.rank++] = call->in[1]->shape.dim[i];
  for (int i = places.batch + places.depth; i < call->in[0]->shape.rank; i++)
    shape.dim[shape.rank++] = call->in[0]->shape.dim[i];
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gboolean
gather_nd_forward (LucidaOpCall *call, GError **error)
{
  gsize bytes = lucida_element_size (call->in[0]->element);
  Places places;

  if (!find_places (call, batch_dims (call), &places, error)
      || !check_places (call, &places, error))
    return FALSE;
  for (int64_t i = 0; i < places.batches * places.pieces; i++)
    memcpy ((char *) call->out[0]->data + (gsize) (i * places.size) * bytes,
            (const char *) call->in[0]->data + (gsize) place_of (call, &places, i) * bytes,
            (gsize) places.size * bytes);
  return TRUE;
}

static void
gather_nd_backward (LucidaOpCall *call)
{
  Places places;

  if (!call->in[0]->grad || call->in[0]->element != LUCIDA_FLOAT32
      || !find_places (call, batch_dims (call), &places, NULL))
    return;
  for (int64_t i = 0; i < places.batches * places.pieces; i++)
    {
      float *target = call->in[0]->grad + place_of (call, &places, i);

      for (int64_t k = 0; k < places.size; k++)
        target[k] += call->out[0]->grad[i * places.size + k];
    }
}

const LucidaOp lucida_op_GatherND = {
  .name = "GatherND",
  .infer = gather_nd_infer,
  .forward = gather_nd_forward,
  .backward = gather_nd_backward,
};

typedef enum
{
  REPLACE,
  ADD,
  MULTIPLY,
  MAXIMUM,
  MINIMUM,
} Rule;

static const char *const rule_names[] = { "none", "add", "mul", "max", "min", NULL };

/* -1: not known */
static int
read_rule (const LucidaOpCall *call)
{
  const char *name = lucida_node_get_string (call->node, "reduction", rule_names[REPLACE]);

  for (int i = 0; rule_names[i]; i++)
    if (strcmp (rule_names[i], name) == 0)
      return i;
  return -1;
}

/* Gradients are there for replacing and adding; the others are done on constants alone. */
static gboolean
check_scatter (const LucidaOpCall *call, GError **error)
{
  int rule = read_rule (call);

  if (!lucida_op_check_inputs (call, 3, 3, error))
    return FALSE;
  if (rule < 0 || call->in[2]->element != call->in[0]->element
      || (rule > ADD && !(call->in[0]->constant && call->in[2]->constant)))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "scattering with the reduction \"%s\" or of other elements cannot be done",
                   lucida_node_get_string (call->node, "reduction", rule_names[REPLACE]));
      return FALSE;
    }
  return TRUE;
}

#define WRITE(type)                                                                                \
  {                                                                                                \
    type *to = (type *) call->out[0]->data + place;                                                \
    const type *from = (const type *) call->in[2]->data + source;                                  \
    for (int64_t k = 0; k < n; k++)                                                                \
      switch (rule)                                                                                \
        {                                                                                          \
        case REPLACE:                                                                              \
          to[k] = from[k];                                                                         \
          break;                                                                                   \
        case ADD:                                                                                  \
          to[k] = (type) (to[k] + from[k]);                                                        \
          break;                                                                                   \
        case MULTIPLY:                                                                             \
          to[k] = (type) (to[k] * from[k]);                                                        \
          break;                                                                                   \
        case MAXIMUM:                                                                              \
          to[k] = MAX (to[k], from[k]);                                                            \
          break;                                                                                   \
        case MINIMUM:                                                                              \
          to[k] = MIN (to[k], from[k]);                                                            \
          break;                                                                                   \
        }                                                                                          \
  }

/* @n elements of input 2 from @source on into the output at @place. Integers wrap around. */
static void
write_piece (LucidaOpCall *call, Rule rule, int64_t place, int64_t source, int64_t n)
{
  if (call->in[0]->element == LUCIDA_FLOAT32)
    WRITE (float)
  else if (rule < MAXIMUM)
    WRITE (uint64_t)
  else
    WRITE (int64_t)
}

static gboolean
scatter_nd_infer (LucidaOpCall *call, GError **error)
{
  Places places;

  if (!check_scatter (call, error) || !find_places (call, 0, &places, error))
    return FALSE;
  if (lucida_shape_count (&call->in[2]->shape) != places.pieces * places.size)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "the indices and what is to be written do not fit");
      return FALSE;
    }
  lucida_op_set_output (call, 0, call->in[0]->element, &call->in[0]->shape);
  return TRUE;
}

static void
copy_input (LucidaOpCall *call)
{
  gsize bytes = (gsize) lucida_shape_count (&call->in[0]->shape)
                * lucida_element_size (call->in[0]->element);

  if (bytes > 0)
    memcpy (call->out[0]->data, call->in[0]->data, bytes);
}

static gboolean
scatter_nd_forward (LucidaOpCall *call, GError **error)
{
  Rule rule = (Rule) read_rule (call);
  Places places;

  if (!find_places (call, 0, &places, error) || !check_places (call, &places, error))
    return FALSE;
  copy_input (call);
  for (int64_t i = 0; i < places.pieces; i++)
    write_piece (call, rule, place_of (call, &places, i), i * places.size, places.size);
  return TRUE;
}

/* Where pieces replace, the later of two in one place is the one that counts: walking backwards,
 * what a piece wrote is taken out of the gradient and is then no longer there for the pieces before
 * it. */
static void
scatter_nd_backward (LucidaOpCall *call)
{
  Rule rule = (Rule) read_rule (call);
  int64_t count = lucida_shape_count (&call->in[0]->shape);
  float *g = call->workspace;
  Places places;

  if (call->in[0]->element != LUCIDA_FLOAT32 || count == 0 || !find_places (call, 0, &places, NULL))
    return;
  memcpy (g, call->out[0]->grad, (gsize) count * sizeof (float));
  for (int64_t i = places.pieces - 1; i >= 0; i--)
    {
      float *source = g + place_of (call, &places, i);

      for (int64_t k = 0; k < places.size; k++)
        {
          if (call->in[2]->grad)
            call->in[2]->grad[i * places.size + k] += source[k];
          if (rule == REPLACE)
            source[k] = 0;
        }
    }
  for (int64_t i = 0; call->in[0]->grad && i < count; i++)
    call->in[0]->grad[i] += g[i];
}

static gsize
scatter_workspace (const LucidaOpCall *call, gboolean backward)
{
  return backward ? (gsize) lucida_shape_count (&call->in[0]->shape) * sizeof (float) : 0;
}

const LucidaOp lucida_op_ScatterND = {
  .name = "ScatterND",
  .infer = scatter_nd_infer,
  .forward = scatter_nd_forward,
  .backward = scatter_nd_backward,
  .workspace = scatter_workspace,
};

static gboolean
scatter_elements_infer (LucidaOpCall *call, GError **error)
{
  const LucidaShape *x, *indices;
  int axis;

  if (!check_scatter (call, error)
      || !lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), call->in[0]->shape.rank,
                          &axis, error))
    return FALSE;
  x = &call->in[0]->shape;
  indices = &call->in[1]->shape;
  for (int i = 0; i < x->rank; i++)
    if (indices->rank != x->rank || (i != axis && indices->dim[i] > x->dim[i])
        || !lucida_shape_equal (indices, &call->in[2]->shape)
        || call->in[1]->element != LUCIDA_INT64)
      {
        g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                             "the indices do not fit the input");
        return FALSE;
      }
  lucida_op_set_output (call, 0, call->in[0]->element, x);
  return TRUE;
}

/* The place in input 0 that element @i of the indices writes; -1 if outside. */
static int64_t
target_of (const LucidaOpCall *call, int axis, int64_t i)
{
  const LucidaShape *x = &call->in[0]->shape, *shape = &call->in[1]->shape;
  int64_t index = ((const int64_t *) call->in[1]->data)[i], place = 0, step = 1;

  if (index < -x->dim[axis] || index >= x->dim[axis])
    return -1;
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
scatter_elements_forward (LucidaOpCall *call, GError **error)
{
  int64_t count = lucida_shape_count (&call->in[1]->shape);
  Rule rule = (Rule) read_rule (call);
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), call->in[0]->shape.rank, &axis,
                  NULL);
  copy_input (call);
  for (int64_t i = 0; i < count; i++)
    {
      int64_t place = target_of (call, axis, i);

      if (place < 0)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "an index lies outside the input");
          return FALSE;
        }
      write_piece (call, rule, place, i, 1);
    }
  return TRUE;
}

/* As scatter_nd_backward(). */
static void
scatter_elements_backward (LucidaOpCall *call)
{
  Rule rule = (Rule) read_rule (call);
  int64_t count = lucida_shape_count (&call->in[0]->shape);
  float *g = call->workspace;
  int axis;

  lucida_op_axis (lucida_node_get_int (call->node, "axis", 0), call->in[0]->shape.rank, &axis,
                  NULL);
  if (call->in[0]->element != LUCIDA_FLOAT32 || count == 0)
    return;
  memcpy (g, call->out[0]->grad, (gsize) count * sizeof (float));
  for (int64_t i = lucida_shape_count (&call->in[1]->shape) - 1; i >= 0; i--)
    {
      float *source = g + target_of (call, axis, i);

      if (call->in[2]->grad)
        call->in[2]->grad[i] += *source;
      if (rule == REPLACE)
        *source = 0;
    }
  for (int64_t i = 0; call->in[0]->grad && i < count; i++)
    call->in[0]->grad[i] += g[i];
}

const LucidaOp lucida_op_ScatterElements = {
  .name = "ScatterElements",
  .infer = scatter_elements_infer,
  .forward = scatter_elements_forward,
  .backward = scatter_elements_backward,
  .workspace = scatter_workspace,
};
