#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/walk.h"

typedef struct
{
  int64_t start[LUCIDA_MAX_RANK];
  int64_t step[LUCIDA_MAX_RANK];
  int64_t count[LUCIDA_MAX_RANK];
} Cut;

/* NumPy's a[start:end:step] along an axis of @size. */
static void
cut_axis (int64_t size, int64_t start, int64_t end, int64_t step, Cut *cut, int axis)
{
  int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;

  start += start < 0 ? size : 0;
  end += end < 0 ? size : 0;
  start = CLAMP (start, step > 0 ? 0 : MIN (0, high), high);
  end = CLAMP (end, low, high);
  cut->start[axis] = start;
  if (step > 0)
    cut->count[axis] = end > start ? (end - start - 1) / step + 1 : 0;
  else
    cut->count[axis] = start > end ? (start - end - 1) / -step + 1 : 0;
  cut->step[axis] = cut->count[axis] > 1 ? step : 1;
}

/* Attributes below operator set 10, inputs from there. */
static gboolean
read_cut (const LucidaOpCall *call, Cut *cut, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  const int64_t *starts, *ends, *axes, *steps;
  gboolean seen[LUCIDA_MAX_RANK] = { FALSE };
  int n, n_ends, n_axes, n_steps;

  if (!lucida_op_ints (call, "starts", 1, &starts, &n, error)
      || !lucida_op_ints (call, "ends", 2, &ends, &n_ends, error)
      || !lucida_op_ints (call, "axes", 3, &axes, &n_axes, error)
      || !lucida_op_ints (call, "steps", 4, &steps, &n_steps, error))
    return FALSE;
  if (n != n_ends || (axes && n != n_axes) || (steps && n != n_steps) || (!axes && n > x->rank))
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "starts, ends, axes and steps are not equally many");
      return FALSE;
    }
  for (int i = 0; i < x->rank; i++)
    cut_axis (x->dim[i], 0, x->dim[i], 1, cut, i);
  for (int i = 0; i < n; i++)
    {
      int64_t step = steps ? steps[i] : 1;
      int axis;

      if (!lucida_op_axis (axes ? axes[i] : i, x->rank, &axis, error))
        return FALSE;
      if (step == 0 || seen[axis])
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       step == 0 ? "axis %d is cut in steps of 0" : "axis %d is cut twice", axis);
          return FALSE;
        }
      seen[axis] = TRUE;
      cut_axis (x->dim[axis], starts[i], ends[i], MAX (step, -INT64_MAX), cut, axis);
    }
  return TRUE;
}

static gboolean
slice_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;
  Cut cut;

  if (!lucida_op_check_inputs (call, 1, 5, error) || !read_cut (call, &cut, error))
    return FALSE;
  shape = call->in[0]->shape;
  for (int i = 0; i < shape.rank; i++)
    shape.dim[i] = cut.count[i];
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

/* The walk from input to output; @offset: where it begins in the input. */
static LucidaWalk
slice_walk (const LucidaOpCall *call, int64_t *offset)
{
  const LucidaShape *x = &call->in[0]->shape;
  int64_t from[LUCIDA_MAX_RANK], to[LUCIDA_MAX_RANK];
  LucidaWalk walk = { 0 };
  Cut cut = { { 0 } };

  *offset = 0;
  read_cut (call, &cut, NULL);
  lucida_shape_steps (x, from);
  lucida_shape_steps (&call->out[0]->shape, to);
  for (int i = 0; i < x->rank; i++)
    {
      *offset += cut.start[i] * from[i];
      lucida_walk_append (&walk, cut.count[i], to[i], cut.step[i] * from[i]);
    }
  return walk;
}

static gboolean
slice_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *x = call->in[0], *y = call->out[0];
  int64_t offset;
  LucidaWalk walk = slice_walk (call, &offset);

  if (lucida_shape_count (&y->shape) > 0)
    lucida_walk_copy (&walk, y->element, y->data,
                      (const char *) x->data + offset * (int64_t) lucida_element_size (x->element),
                      call->pool);
  return TRUE;
}

static void
slice_backward (LucidaOpCall *call)
{
  int64_t offset;
  LucidaWalk walk = slice_walk (call, &offset);
  LucidaWalk back = lucida_walk_reversed (&walk);

  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32
      && lucida_shape_count (&call->out[0]->shape) > 0)
    lucida_walk_add (&back, call->in[0]->grad + offset, call->out[0]->grad, call->pool);
}

const LucidaOp lucida_op_Slice = {
  .name = "Slice",
  .infer = slice_infer,
  .forward = slice_forward,
  .backward = slice_backward,
};
