#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <math.h>

/* y = (x - mean_c)/√(var_c + ε)·scale_c + b_c with the stored statistics, also where the file asks
 * for those of the batch: an explanation is never a training step. x: N×C or N×C×… */

typedef struct
{
  const LucidaOpCall *call;
  int64_t channels;
  int64_t inner; /* elements of one channel */
  double epsilon;
} BatchNormalization;

static gboolean
batch_normalization_infer (LucidaOpCall *call, GError **error)
{
  const LucidaShape *x;
  LucidaShape list = { .rank = 1 };

  if (!lucida_op_check_inputs (call, 5, 5, error)
      || !lucida_op_check_float (call, 0, 1, LUCIDA_MAX_RANK, error))
    return FALSE;
  x = &call->in[0]->shape;
  list.dim[0] = x->rank > 1 ? x->dim[1] : 1;
  for (int i = 1; i < 5; i++)
    {
      if (!lucida_op_check_float (call, i, 0, LUCIDA_MAX_RANK, error))
        return FALSE;
      if (lucida_shape_count (&call->in[i]->shape) != list.dim[0])
        {
          g_autofree char *text = lucida_shape_to_string (&call->in[i]->shape);
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "%s parameters do not fit %" G_GINT64_FORMAT " channels", text, list.dim[0]);
          return FALSE;
        }
    }
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, x);
  for (int i = 1; i < call->n_out; i++)
    lucida_op_set_output (call, i, LUCIDA_FLOAT32, &list);
  return TRUE;
}

static BatchNormalization
prepare (const LucidaOpCall *call)
{
  const LucidaShape *x = &call->in[0]->shape;
  BatchNormalization norm = { .call = call, .channels = x->rank > 1 ? x->dim[1] : 1, .inner = 1 };

  for (int i = 2; i < x->rank; i++)
    norm.inner *= x->dim[i];
  norm.epsilon = lucida_node_get_float (call->node, "epsilon", 1e-5);
  return norm;
}

/* Channel @c as y = x·factor + offset. */
static void
channel (const BatchNormalization *norm, int64_t c, float *factor, float *offset)
{
  double scale = (double) ((const float *) norm->call->in[1]->data)[c];
  double b = (double) ((const float *) norm->call->in[2]->data)[c];
  double mean = (double) ((const float *) norm->call->in[3]->data)[c];
  double variance = (double) ((const float *) norm->call->in[4]->data)[c];
  double f = scale / sqrt (variance + norm->epsilon);

  *factor = (float) f;
  *offset = (float) (b - mean * f);
}

static void
forward_range (int64_t begin, int64_t end, gpointer data)
{
  const BatchNormalization *norm = data;

  for (int64_t row = begin; row < end; row++)
    {
      const float *x = (const float *) norm->call->in[0]->data + row * norm->inner;
      float *restrict y = (float *) norm->call->out[0]->data + row * norm->inner;
      float factor, offset;

      channel (norm, row % norm->channels, &factor, &offset);
      for (int64_t i = 0; i < norm->inner; i++)
        y[i] = x[i] * factor + offset;
    }
}

static void
backward_range (int64_t begin, int64_t end, gpointer data)
{
  const BatchNormalization *norm = data;

  for (int64_t row = begin; row < end; row++)
    {
      const float *g = norm->call->out[0]->grad + row * norm->inner;
      float *restrict gx = norm->call->in[0]->grad + row * norm->inner;
      float factor, offset;

      channel (norm, row % norm->channels, &factor, &offset);
      for (int64_t i = 0; i < norm->inner; i++)
        gx[i] += g[i] * factor;
    }
}

static void
run (const LucidaOpCall *call, LucidaRangeFunc function)
{
  BatchNormalization norm = prepare (call);

  if (lucida_shape_count (&call->in[0]->shape) > 0)
    lucida_loop (call->pool, lucida_shape_count (&call->in[0]->shape) / norm.inner,
                 lucida_loop_grain (norm.inner), function, &norm);
}

static gboolean
batch_normalization_forward (LucidaOpCall *call, GError **error)
{
  run (call, forward_range);
  /* The statistics that a training step would have changed: as they were. */
  for (int i = 1; i < call->n_out; i++)
    if (call->out[i])
      for (int64_t c = 0; c < call->out[i]->shape.dim[0]; c++)
        ((float *) call->out[i]->data)[c] = ((const float *) call->in[i % 2 ? 3 : 4]->data)[c];
  return TRUE;
}

static void
batch_normalization_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad)
    run (call, backward_range);
}

const LucidaOp lucida_op_BatchNormalization = {
  .name = "BatchNormalization",
  .flags = LUCIDA_OP_NORMALIZATION,
  .infer = batch_normalization_infer,
  .forward = batch_normalization_forward,
  .backward = batch_normalization_backward,
};
