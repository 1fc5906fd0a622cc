#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/rows.h"

#include <math.h>

/* QuantizeLinear y = saturate (round (x/scale) + zero) and DequantizeLinear (x - zero)·scale, with
 * one scale or one for each place along an axis. A quantised activation stays in float32, holding
 * whole numbers, so that gradients pass: straight through the rounding, not through saturation. */

#define ONNX_UINT8 2
#define ONNX_INT8 3
#define ONNX_UINT16 4
#define ONNX_INT16 5
#define ONNX_INT32 6

typedef struct
{
  const LucidaOpCall *call;
  double low; /* of the integer kind */
  double high;
} Quantization;

/* Inputs 1 and 2 as broadcast to input 0. */
static gboolean
parameter_shape (const LucidaOpCall *call, int i, LucidaShape *shape, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  const LucidaOpValue *value = lucida_op_input (call, i);
  int64_t count = value ? lucida_shape_count (&value->shape) : 1;
  int axis;

  *shape = (LucidaShape){ 0 };
  if (count == 1)
    return TRUE;
  if (!lucida_op_axis (lucida_node_get_int (call->node, "axis", 1), x->rank, &axis, error))
    return FALSE;
  if (count != x->dim[axis])
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "%" G_GINT64_FORMAT " scales do not fit %" G_GINT64_FORMAT " places", count,
                   x->dim[axis]);
      return FALSE;
    }
  shape->rank = x->rank - axis;
  for (int k = 0; k < shape->rank; k++)
    shape->dim[k] = k == 0 ? count : 1;
  return TRUE;
}

static gboolean
quantization_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;

  if (!lucida_op_check_inputs (call, 2, 3, error)
      || !lucida_op_check_float (call, 1, 0, LUCIDA_MAX_RANK, error)
      || !parameter_shape (call, 1, &shape, error) || !parameter_shape (call, 2, &shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &call->in[0]->shape);
  return TRUE;
}

static double
element_at (const LucidaOpValue *value, int64_t i)
{
  return value->element == LUCIDA_INT64 ? (double) ((const int64_t *) value->data)[i]
                                        : (double) ((const float *) value->data)[i];
}

/* The integer kind is the zero point's, which readers keep as the attribute "output_dtype". */
static void
read_range (const LucidaOpCall *call, Quantization *quantization)
{
  quantization->call = call;
  switch (lucida_node_get_int (call->node, "output_dtype", ONNX_UINT8))
    {
    case ONNX_INT8:
      quantization->low = -128;
      quantization->high = 127;
      break;
    case ONNX_UINT16:
      quantization->low = 0;
      quantization->high = 65535;
      break;
    case ONNX_INT16:
      quantization->low = -32768;
      quantization->high = 32767;
      break;
    case ONNX_INT32:
      quantization->low = -2147483648.0;
      quantization->high = 2147483647.0;
      break;
    default:
      quantization->low = 0;
      quantization->high = 255;
    }
}

/* To the even neighbour at ½, of the quotient in float32, as other programs do. */
static double
rounded (double x, double scale)
{
  return (double) rintf ((float) x / (float) scale);
}

static void
run (LucidaOpCall *call, LucidaRowFunc function)
{
  LucidaShape scale, zero;
  const LucidaShape *others[2] = { &scale, &zero };
  Quantization quantization;
  LucidaRows rows;

  read_range (call, &quantization);
  parameter_shape (call, 1, &scale, NULL);
  parameter_shape (call, 2, &zero, NULL);
  if (lucida_shape_count (&call->in[0]->shape) == 0)
    return;
  lucida_rows_init (&rows, &call->in[0]->shape, 2, others);
  lucida_rows_run (&rows, 0, call->pool, function, &quantization);
}

static void
quantize_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Quantization *q = data;
  const LucidaOpValue *zero = lucida_op_input (q->call, 2);
  float *y = (float *) q->call->out[0]->data;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[0] + i * step[0];
      double scale = element_at (q->call->in[1], offset[1] + i * step[1]);
      double shift = zero ? element_at (zero, offset[2] + i * step[2]) : 0;
      double value = rounded (element_at (q->call->in[0], place), scale) + shift;

      y[place] = (float) CLAMP (value, q->low, q->high);
    }
}

static void
quantize_gradient_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Quantization *q = data;
  const LucidaOpValue *zero = lucida_op_input (q->call, 2);
  const float *g = q->call->out[0]->grad;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[0] + i * step[0];
      double scale = element_at (q->call->in[1], offset[1] + i * step[1]);
      double shift = zero ? element_at (zero, offset[2] + i * step[2]) : 0;
      double value = rounded (element_at (q->call->in[0], place), scale) + shift;

      if (value >= q->low && value <= q->high)
        q->call->in[0]->grad[place] += (float) ((double) g[place] / scale);
    }
}

static void
dequantize_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Quantization *q = data;
  const LucidaOpValue *zero = lucida_op_input (q->call, 2);
  float *y = q->call->out[0]->data;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[0] + i * step[0];
      double scale = element_at (q->call->in[1], offset[1] + i * step[1]);
      double shift = zero ? element_at (zero, offset[2] + i * step[2]) : 0;

      y[place] = (float) ((element_at (q->call->in[0], place) - shift) * scale);
    }
}

static void
dequantize_gradient_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Quantization *q = data;

  for (int64_t i = 0; i < n; i++)
    {
      int64_t place = offset[0] + i * step[0];
      double scale = element_at (q->call->in[1], offset[1] + i * step[1]);

      q->call->in[0]->grad[place] += (float) ((double) q->call->out[0]->grad[place] * scale);
    }
}

static gboolean
quantize_forward (LucidaOpCall *call, GError **error)
{
  run (call, quantize_row);
  return TRUE;
}

static void
quantize_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32)
    run (call, quantize_gradient_row);
}

const LucidaOp lucida_op_QuantizeLinear = {
  .name = "QuantizeLinear",
  .infer = quantization_infer,
  .forward = quantize_forward,
  .backward = quantize_backward,
};

static gboolean
dequantize_forward (LucidaOpCall *call, GError **error)
{
  run (call, dequantize_row);
  return TRUE;
}

static void
dequantize_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad && call->in[0]->element == LUCIDA_FLOAT32)
    run (call, dequantize_gradient_row);
}

const LucidaOp lucida_op_DequantizeLinear = {
  .name = "DequantizeLinear",
  .infer = quantization_infer,
  .forward = dequantize_forward,
  .backward = dequantize_backward,
};
