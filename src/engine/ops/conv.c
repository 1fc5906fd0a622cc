#include "base/error.h"
#include "engine/kernels/convolution.h"
#include "engine/ops/op.h"
#include "engine/ops/window.h"

#include <string.h>

/* Conv and ConvTranspose. The transposed convolution is the convolution's backward pass, and the
 * reverse: cin and the window's plane are its output. */

/* The two convolutions differ in which plane is the operator's input. */
static gboolean
conv_read (const LucidaOpCall *call, gboolean transposed, LucidaConvolution *conv,
           LucidaShape *output, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape, *weight = &call->in[1]->shape;
  int64_t kernel[2], groups = lucida_node_get_int (call->node, "group", 1);
  int n = x->rank - 2, given;
  const int64_t *stated = lucida_node_get_ints (call->node, "kernel_shape", &given);
  int64_t channels = x->dim[1], per_group;

  *conv = (LucidaConvolution){ .groups = groups };
  if (weight->rank != x->rank || groups < 1 || weight->dim[0] < 1 || weight->dim[1] < 1
      || channels < 1 || channels % groups != 0)
    {
      g_autofree char *a = lucida_shape_to_string (x), *b = lucida_shape_to_string (weight);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "weights of %s do not fit an input of %s in %" G_GINT64_FORMAT " groups", b, a,
                   groups);
      return FALSE;
    }
  per_group = channels / groups;
  if ((!transposed && (weight->dim[1] != per_group || weight->dim[0] % groups != 0))
      || (transposed && weight->dim[0] != channels))
    {
      g_autofree char *a = lucida_shape_to_string (x), *b = lucida_shape_to_string (weight);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "weights of %s do not fit an input of %s in %" G_GINT64_FORMAT " groups", b, a,
                   groups);
      return FALSE;
    }
  for (int i = 0; i < n && i < 2; i++)
    {
      kernel[i] = weight->dim[2 + i];
      if (x->dim[2 + i] < 1)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the input is empty");
          return FALSE;
        }
      if (stated && (given != n || stated[i] != kernel[i]))
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "“kernel_shape” differs from the weights' shape");
          return FALSE;
        }
    }
  if (!transposed)
    {
      if (!lucida_window_resolve (call, x, kernel, FALSE, &conv->window, error))
        return FALSE;
      conv->cin = channels;
      conv->cout = weight->dim[0];
      *output = lucida_window_output (x, conv->cout, &conv->window);
    }
  else
    {
      LucidaShape plane = *x;
      int64_t strides[2] = { 1, 1 }, dilations[2] = { 1, 1 }, pads[4] = { 0 }, extra[2] = { 0 };
      const struct
      {
        const char *name;
        int64_t *values;
        int n;
      } lists[] = { { "strides", strides, n },
                    { "dilations", dilations, n },
                    { "pads", pads, 2 * n },
                    { "output_padding", extra, n } };
      const char *auto_pad = lucida_node_get_string (call->node, "auto_pad", "NOTSET");
      gboolean same = g_str_has_prefix (auto_pad, "SAME");
      int n_sizes;
      const int64_t *sizes = lucida_node_get_ints (call->node, "output_shape", &n_sizes);

      if (n < 1 || n > 2)
        return lucida_window_resolve (call, x, NULL, FALSE, &conv->window, error);
      for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
        {
          const int64_t *values = lucida_node_get_ints (call->node, lists[l].name, &given);

          for (int i = 0; values && i < MIN (given, lists[l].n); i++)
            lists[l].values[i] = CLAMP (values[i], l < 2 ? 1 : 0, 65536);
        }
      conv->cin = weight->dim[1] * groups;
      conv->cout = channels;
      for (int i = 0; i < n; i++)
        {
          /* out = s(n-1) + output_padding + d(k-1)+1 - p₀ - p₁ */
          int64_t full
              = strides[i] * (x->dim[2 + i] - 1) + extra[i] + dilations[i] * (kernel[i] - 1) + 1;
          int64_t wanted = -1;

          if (sizes && n_sizes >= n)
            wanted = sizes[n_sizes - n + i];
          else if (same)
            wanted = x->dim[2 + i] * strides[i];
          if (strcmp (auto_pad, "VALID") == 0)
            pads[i] = pads[n + i] = 0;
          if (wanted >= 0)
            {
              int64_t total = MAX (full - wanted, 0);
              gboolean upper = strcmp (auto_pad, "SAME_UPPER") == 0;

              pads[i] = upper ? total / 2 : total - total / 2;
              pads[n + i] = total - pads[i];
              plane.dim[2 + i] = wanted;
            }
          else
            plane.dim[2 + i] = full - pads[i] - pads[n + i];
          if (plane.dim[2 + i] < 1 || plane.dim[2 + i] > G_MAXINT)
            {
              g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                                   "a transposed convolution with an output of no size");
              return FALSE;
            }
        }
      plane.dim[1] = conv->cin;
      conv->window = (LucidaWindow){ .h = n == 2 ? plane.dim[2] : 1,
                                     .w = plane.dim[n + 1],
                                     .kh = n == 2 ? kernel[0] : 1,
                                     .kw = kernel[n - 1],
                                     .sh = n == 2 ? strides[0] : 1,
                                     .sw = strides[n - 1],
                                     .dh = n == 2 ? dilations[0] : 1,
                                     .dw = dilations[n - 1],
                                     .top = n == 2 ? pads[0] : 0,
                                     .left = pads[n - 1],
                                     .bottom = n == 2 ? pads[2] : 0,
                                     .right = pads[2 * n - 1],
                                     .oh = n == 2 ? x->dim[2] : 1,
                                     .ow = x->dim[n + 1] };
      *output = plane;
    }
  lucida_convolution_finish (conv);
  return TRUE;
}

static gboolean
infer (LucidaOpCall *call, gboolean transposed, GError **error)
{
  LucidaShape output;
  LucidaConvolution conv;
  LucidaOpValue *bias;
  int64_t channels;

  if (!lucida_op_check_inputs (call, 2, 3, error) || !lucida_op_check_float (call, 0, 3, 4, error)
      || !lucida_op_check_float (call, 1, 3, 4, error)
      || !lucida_op_check_float (call, 2, 1, 1, error)
      || !conv_read (call, transposed, &conv, &output, error)
      || !lucida_shape_check (&output, error))
    return FALSE;
  channels = transposed ? conv.cin : conv.cout;
  bias = lucida_op_input (call, 2);
  if (bias && bias->shape.dim[0] != channels)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "a bias of %" G_GINT64_FORMAT " for %" G_GINT64_FORMAT " channels",
                   bias->shape.dim[0], channels);
      return FALSE;
    }
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

typedef float unaligned_float __attribute__ ((aligned (1), may_alias));

static gboolean
conv_infer (LucidaOpCall *call, GError **error)
{
  return infer (call, FALSE, error);
}

static gboolean
conv_forward (LucidaOpCall *call, GError **error)
{
  LucidaOpValue *bias = lucida_op_input (call, 2);
  const float *x = call->in[0]->data;
  float *y = call->out[0]->data;
  LucidaConvolution conv;
  LucidaShape output;

  if (!conv_read (call, FALSE, &conv, &output, error))
    return FALSE;
  for (int64_t b = 0; b < output.dim[0]; b++)
    lucida_convolution_forward (&conv, call->pool, x + b * conv.cin * conv.window.h * conv.window.w,
                                call->in[1]->data, bias ? bias->data : NULL,
                                y + b * conv.cout * conv.p, call->workspace);
  return TRUE;
}

static void
conv_backward (LucidaOpCall *call)
{
  LucidaConvolution conv;
  LucidaShape output;

  if (!call->in[0]->grad || !conv_read (call, FALSE, &conv, &output, NULL))
    return;
  for (int64_t b = 0; b < output.dim[0]; b++)
    lucida_convolution_backward (
        &conv, call->pool, call->out[0]->grad + b * conv.cout * conv.p, call->in[1]->data,
        call->in[0]->grad + b * conv.cin * conv.window.h * conv.window.w, call->workspace);
}

static gsize
conv_workspace (const LucidaOpCall *call, gboolean backward)
{
  LucidaConvolution conv;
  LucidaShape output;

  if (!conv_read (call, FALSE, &conv, &output, NULL))
    return 0;
  return lucida_convolution_get_scratch (&conv, backward, lucida_pool_get_threads (call->pool));
}

static gboolean
transpose_infer (LucidaOpCall *call, GError **error)
{
  return infer (call, TRUE, error);
}

static gboolean
transpose_forward (LucidaOpCall *call, GError **error)
{
  LucidaOpValue *bias = lucida_op_input (call, 2);
  const float *y = call->in[0]->data;
  float *x = call->out[0]->data;
  LucidaConvolution conv;
  LucidaShape output;

  if (!conv_read (call, TRUE, &conv, &output, error))
    return FALSE;
  for (int64_t b = 0; b < output.dim[0]; b++, x += conv.cin * conv.window.h * conv.window.w)
    {
      int64_t plane = conv.window.h * conv.window.w;

      for (int64_t c = 0; c < conv.cin; c++)
        {
          float start = bias ? ((const unaligned_float *) bias->data)[c] : 0;

          for (int64_t q = 0; q < plane; q++)
            x[c * plane + q] = start;
        }
      lucida_convolution_backward (&conv, call->pool, y + b * conv.cout * conv.p, call->in[1]->data,
                                   x, call->workspace);
    }
  return TRUE;
}

/* The kernel overwrites its output, so it goes through the end of the workspace. */
static void
transpose_backward (LucidaOpCall *call)
{
  LucidaConvolution conv;
  LucidaShape output;
  float *sum;

  if (!call->in[0]->grad || !conv_read (call, TRUE, &conv, &output, NULL))
    return;
  sum = (float *) call->workspace
        + lucida_convolution_get_scratch (&conv, FALSE, lucida_pool_get_threads (call->pool))
              / sizeof (float);
  for (int64_t b = 0; b < output.dim[0]; b++)
    {
      float *grad = call->in[0]->grad + b * conv.cout * conv.p;

      lucida_convolution_forward (&conv, call->pool,
                                  call->out[0]->grad + b * conv.cin * conv.window.h * conv.window.w,
                                  call->in[1]->data, NULL, sum, call->workspace);
      for (int64_t q = 0; q < conv.cout * conv.p; q++)
        grad[q] += sum[q];
    }
}

static gsize
transpose_workspace (const LucidaOpCall *call, gboolean backward)
{
  LucidaConvolution conv;
  LucidaShape output;
  gsize bytes;

  if (!conv_read (call, TRUE, &conv, &output, NULL))
    return 0;
  bytes = lucida_convolution_get_scratch (&conv, !backward, lucida_pool_get_threads (call->pool));
  return backward ? bytes + (gsize) (conv.cout * conv.p) * sizeof (float) : bytes;
}

const LucidaOp lucida_op_Conv = {
  "Conv", LUCIDA_OP_MAPPED_WEIGHTS, conv_infer, conv_forward, conv_backward, conv_workspace,
};

const LucidaOp lucida_op_ConvTranspose = {
  "ConvTranspose",   LUCIDA_OP_MAPPED_WEIGHTS, transpose_infer,
  transpose_forward, transpose_backward,       transpose_workspace,
};
