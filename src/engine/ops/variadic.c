#include "base/error.h"
#include "engine/ops/binary.h"
#include "engine/ops/loop.h"
#include "engine/ops/rows.h"
#include "engine/ops/walk.h"

#include <string.h>

/* Sum, Mean, Max and Min of any number of inputs with broadcasting, two at a time. */

LUCIDA_BINARY_FUNC (sum_floats, float, float, a + b)
LUCIDA_BINARY_FUNC (sum_ints, int64_t, int64_t, (int64_t) ((uint64_t) a + (uint64_t) b))
/* A NaN wins on either side. */
LUCIDA_BINARY_FUNC (max_floats, float, float, a > b || a != a ? a : b)
LUCIDA_BINARY_FUNC (max_ints, int64_t, int64_t, MAX (a, b))
LUCIDA_BINARY_FUNC (min_floats, float, float, a < b || a != a ? a : b)
LUCIDA_BINARY_FUNC (min_ints, int64_t, int64_t, MIN (a, b))

static gboolean
variadic_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;

  if (!lucida_op_check_inputs (call, MAX (call->n_in, 1), G_MAXINT, error))
    return FALSE;
  shape = call->in[0]->shape;
  for (int i = 1; i < call->n_in; i++)
    {
      if (!lucida_op_broadcast (&shape, &call->in[i]->shape, &shape, error))
        return FALSE;
      if (call->in[i]->element != call->in[0]->element)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                               "some inputs hold integers, others fractions");
          return FALSE;
        }
    }
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gsize
output_bytes (const LucidaOpCall *call)
{
  return (gsize) lucida_shape_count (&call->out[0]->shape)
         * lucida_element_size (call->out[0]->element);
}

/* Results change between the output and the workspace, so that none is read and written at once;
 * the last one lands in the output. */
static void
variadic_run (LucidaOpCall *call, LucidaBinaryFunc floats, LucidaBinaryFunc ints)
{
  LucidaOpValue *y = call->out[0];
  LucidaBinaryFunc function = y->element == LUCIDA_FLOAT32 ? floats : ints;
  LucidaOpValue so_far = *call->in[0];

  if (call->n_in == 1 && output_bytes (call) > 0)
    memcpy (y->data, so_far.data, output_bytes (call));
  for (int i = 1; i < call->n_in; i++)
    {
      void *target = (call->n_in - 1 - i) % 2 ? call->workspace : y->data;

      lucida_binary_run (&so_far, call->in[i], &y->shape, lucida_element_size (y->element), target,
                         function, call->pool);
      so_far = *y;
      so_far.data = target;
    }
}

static gsize
sum_workspace (const LucidaOpCall *call, gboolean backward)
{
  return !backward && call->n_in > 2 ? output_bytes (call) : 0;
}

static gboolean
sum_forward (LucidaOpCall *call, GError **error)
{
  variadic_run (call, sum_floats, sum_ints);
  return TRUE;
}

static void
add_gradient (LucidaOpCall *call, const float *g, float *target, const LucidaShape *shape)
{
  const LucidaShape *out = &call->out[0]->shape;
  int64_t from[LUCIDA_MAX_RANK], to[LUCIDA_MAX_RANK];
  LucidaWalk walk = { 0 };

  lucida_shape_steps (out, from);
  lucida_op_broadcast_steps (shape, out, to);
  for (int i = 0; i < out->rank; i++)
    lucida_walk_append (&walk, out->dim[i], to[i], from[i]);
  lucida_walk_add (&walk, target, g, call->pool);
}

static void
sum_backward (LucidaOpCall *call)
{
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]->grad && call->in[i]->element == LUCIDA_FLOAT32)
      add_gradient (call, call->out[0]->grad, call->in[i]->grad, &call->in[i]->shape);
}

const LucidaOp lucida_op_Sum = {
  .name = "Sum",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = variadic_infer,
  .forward = sum_forward,
  .backward = sum_backward,
  .workspace = sum_workspace,
};

static gboolean
mean_forward (LucidaOpCall *call, GError **error)
{
  int64_t count = lucida_shape_count (&call->out[0]->shape);

  variadic_run (call, sum_floats, sum_ints);
  for (int64_t i = 0; i < count; i++)
    if (call->out[0]->element == LUCIDA_FLOAT32)
      ((float *) call->out[0]->data)[i] /= (float) call->n_in;
    else
      ((int64_t *) call->out[0]->data)[i] /= call->n_in;
  return TRUE;
}

static gsize
mean_workspace (const LucidaOpCall *call, gboolean backward)
{
  return backward ? output_bytes (call) : sum_workspace (call, FALSE);
}

static void
mean_backward (LucidaOpCall *call)
{
  float *share = call->workspace; /* g/n */
  int64_t count = lucida_shape_count (&call->out[0]->shape);

  if (call->out[0]->element != LUCIDA_FLOAT32)
    return;
  for (int64_t i = 0; i < count; i++)
    share[i] = call->out[0]->grad[i] / (float) call->n_in;
  for (int i = 0; i < call->n_in; i++)
    if (call->in[i]->grad)
      add_gradient (call, share, call->in[i]->grad, &call->in[i]->shape);
}

const LucidaOp lucida_op_Mean = {
  .name = "Mean",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = variadic_infer,
  .forward = mean_forward,
  .backward = mean_backward,
  .workspace = mean_workspace,
};

static gboolean
max_forward (LucidaOpCall *call, GError **error)
{
  variadic_run (call, max_floats, max_ints);
  return TRUE;
}

static gboolean
min_forward (LucidaOpCall *call, GError **error)
{
  variadic_run (call, min_floats, min_ints);
  return TRUE;
}

typedef struct
{
  const float *x;
  const float *y;
  const float *g;
  float *winners; /* how many inputs have the value y */
  float *target;
} Extreme;

static void
count_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Extreme *extreme = data;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[0] + i * step[0];

      extreme->winners[place]
          += extreme->x[offset[1] + i * step[1]] == extreme->y[place] ? 1.0f : 0.0f;
    }
}

static void
extreme_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Extreme *extreme = data;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[0] + i * step[0], source = offset[1] + i * step[1];

      if (extreme->x[source] == extreme->y[place])
        extreme->target[source] += extreme->g[place] / extreme->winners[place];
    }
}

static gsize
extreme_workspace (const LucidaOpCall *call, gboolean backward)
{
  return backward ? output_bytes (call) : sum_workspace (call, FALSE);
}

/* The gradient goes to the winner; inputs that tie share it. */
static void
extreme_backward (LucidaOpCall *call)
{
  LucidaOpValue *y = call->out[0];
  Extreme extreme = { .y = y->data, .g = y->grad, .winners = call->workspace };
  LucidaRows rows;

  if (y->element != LUCIDA_FLOAT32 || lucida_shape_count (&y->shape) == 0)
    return;
  memset (extreme.winners, 0, output_bytes (call));
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < call->n_in; i++)
      {
        const LucidaShape *others[1] = { &call->in[i]->shape };

        extreme.x = call->in[i]->data;
        extreme.target = call->in[i]->grad;
        if (pass == 1 && !extreme.target)
          continue;
        lucida_rows_init (&rows, &y->shape, 1, others);
        lucida_rows_run (&rows, pass, call->pool, pass ? extreme_row : count_row, &extreme);
      }
}

const LucidaOp lucida_op_Max = {
  .name = "Max",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = variadic_infer,
  .forward = max_forward,
  .backward = extreme_backward,
  .workspace = extreme_workspace,
};

const LucidaOp lucida_op_Min = {
  .name = "Min",
  .flags = LUCIDA_OP_POINTWISE,
  .infer = variadic_infer,
  .forward = min_forward,
  .backward = extreme_backward,
  .workspace = extreme_workspace,
};
