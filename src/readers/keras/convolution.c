#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <string.h>

/* Convolutions and pooling. Kernels lie as kh×kw×in×out, pictures as N×H×W×C; here they become
 * out×in×kh×kw and N×C×H×W. */

/* Windows of one or two dimensions. */
typedef struct
{
  int n; /* dimensions */
  int64_t kernel[2];
  int64_t strides[2];
  int64_t dilations[2];
  gboolean same;
  gboolean causal; /* one dimension: everything in front */
} Window;

/* Dimensions by the class' name: "Conv1D", "MaxPooling2D". */
static int
dimensions_of (const LucidaKerasCall *call)
{
  return strstr (call->layer->class_name, "1D") ? 1 : 2;
}

static gboolean
check_rank (const LucidaKerasCall *call, GError **error)
{
  int rank = call->inputs[0].shape.rank, n = dimensions_of (call);

  if (rank == n + 2)
    return TRUE;
  return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                             "is given something with %d dimensions, not %d", rank, n + 2);
}

static gboolean
read_window (const LucidaKerasCall *call, const char *kernel, gboolean pooling, Window *window,
             GError **error)
{
  const LucidaKerasJson *config = call->layer->config;
  const char *padding = lucida_keras_json_get_text (config, "padding", "valid");

  *window = (Window){ .n = dimensions_of (call) };
  window->same = g_ascii_strcasecmp (padding, "same") == 0;
  window->causal = g_str_equal (padding, "causal") && window->n == 1 && !pooling;
  if (!window->same && !window->causal && g_ascii_strcasecmp (padding, "valid") != 0)
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "pads in a way that is not known (“%s”)", padding);
  if (!check_rank (call, error)
      || !_lucida_keras_sizes (call, kernel, window->n, pooling ? 2 : 1, 1, window->kernel, error)
      || !_lucida_keras_sizes (call, "dilation_rate", window->n, 1, 1, window->dilations, error))
    return FALSE;
  for (int i = 0; i < window->n; i++)
    window->strides[i] = pooling ? window->kernel[i] : 1;
  return lucida_keras_json_kind (lucida_keras_json_get (config, "strides"))
             == LUCIDA_KERAS_JSON_NULL
         || _lucida_keras_sizes (call, "strides", window->n, 1, 1, window->strides, error);
}

/* Same: ⌈n/s⌉, what is missing shared out, the smaller half first. */
static void
set_window (LucidaNode *node, const Window *window, gboolean pooling)
{
  lucida_node_set_ints (node, "kernel_shape", window->kernel, window->n);
  lucida_node_set_ints (node, "strides", window->strides, window->n);
  if (!pooling)
    lucida_node_set_ints (node, "dilations", window->dilations, window->n);
  if (window->same)
    lucida_node_set_string (node, "auto_pad", "SAME_UPPER");
  else if (window->causal)
    {
      int64_t pads[2] = { window->dilations[0] * (window->kernel[0] - 1), 0 };
      lucida_node_set_ints (node, "pads", pads, 2);
    }
}

/* Which of Keras' axes are height and width. */
static int
first_space (const LucidaKerasCall *call)
{
  return _lucida_keras_is_channels_first (call) ? 2 : 1;
}

static void
set_channels (const LucidaKerasCall *call, LucidaShape *shape, int64_t channels)
{
  shape->dim[_lucida_keras_is_channels_first (call) ? 1 : shape->rank - 1] = channels;
}

static LucidaShape
window_output (const LucidaKerasCall *call, const Window *window)
{
  LucidaShape shape = call->inputs[0].shape;

  for (int i = 0; i < window->n; i++)
    {
      int64_t *n = &shape.dim[first_space (call) + i];
      int64_t k = (window->kernel[i] - 1) * window->dilations[i] + 1, s = window->strides[i];

      if (*n != LUCIDA_FREE_SIZE)
        *n = window->same || window->causal ? (*n + s - 1) / s : MAX (0, (*n - k) / s + 1);
    }
  return shape;
}

/* out×in×kh×kw from kh×kw×in×out. */
static LucidaKerasTurn
kernel_turn (const LucidaKerasCall *call, int n)
{
  const char *lies
      = lucida_keras_json_get_text (call->layer->config, "kernel_order", "HWIO"); /* Keras 1 */
  LucidaKerasTurn turn = { .rank = n + 2, .flip = call->build->theano };

  turn.order[0] = n + 1;
  turn.order[1] = n;
  for (int i = 0; i < n; i++)
    turn.order[2 + i] = i;
  if (g_str_equal (lies, "OIHW"))
    for (int i = 0; i < n + 2; i++)
      turn.order[i] = i;
  return turn;
}

/* The bias as input 2, where there is one. */
static gboolean
add_bias (const LucidaKerasCall *call, int index, int *inputs, int *n, GError **error)
{
  if (!lucida_keras_json_get_boolean (call->layer->config, "use_bias", TRUE))
    return TRUE;
  inputs[2] = _lucida_keras_weight (call, "bias", index, NULL, NULL, error);
  *n = 3;
  return inputs[2] >= 0;
}

static gboolean
finish (LucidaKerasCall *call, int value, const LucidaShape *shape, GError **error)
{
  call->output = (LucidaKerasTensor){ value, *shape, !_lucida_keras_is_channels_first (call) };
  return _lucida_keras_activate (call, lucida_keras_json_get (call->layer->config, "activation"),
                                 TRUE, &call->output, error);
}

static gboolean
convolution (LucidaKerasCall *call, GError **error)
{
  LucidaKerasTensor x = _lucida_keras_channels_first (call, call->inputs[0]);
  int inputs[3] = { x.value }, n = 2;
  LucidaShape kernel, shape;
  LucidaKerasTurn turn;
  LucidaNode *node;
  Window window;
  int value;

  if (!read_window (call, "kernel_size", FALSE, &window, error))
    return FALSE;
  turn = kernel_turn (call, window.n);
  inputs[1] = _lucida_keras_weight (call, "kernel", 0, &turn, &kernel, error);
  if (inputs[1] < 0 || !add_bias (call, 1, inputs, &n, error))
    return FALSE;
  value = _lucida_keras_emit (call, "Conv", NULL, inputs, n, &node);
  memcpy (window.kernel, kernel.dim + 2, sizeof *window.kernel * (gsize) window.n);
  set_window (node, &window, FALSE);
  lucida_node_set_int (node, "group", lucida_keras_json_get_int (call->layer->config, "groups", 1));
  shape = window_output (call, &window);
  set_channels (call, &shape, kernel.dim[0]);
  return finish (call, value, &shape, error);
}

/* in×m×… becomes (in·m)×1×…: output channel in·m + k comes from channel in alone. */
static void
join_multiplier (LucidaShape *shape)
{
  shape->dim[0] *= shape->dim[1];
  shape->dim[1] = 1;
}

/* The depthwise part, which DepthwiseConv2D and SeparableConv2D begin with. -1 on error. */
static int
emit_depthwise (const LucidaKerasCall *call, const char *suffix, Window *window, gboolean bias,
                LucidaShape *shape, GError **error)
{
  LucidaKerasTensor x = _lucida_keras_channels_first (call, call->inputs[0]);
  int inputs[3] = { x.value }, n = 2, value;
  LucidaKerasTurn turn = { .rank = window->n + 2 };
  LucidaShape kernel;
  LucidaNode *node;

  turn.order[0] = window->n;
  turn.order[1] = window->n + 1;
  for (int i = 0; i < window->n; i++)
    turn.order[2 + i] = i;
  inputs[1] = _lucida_keras_weight_reshaped (call, "depthwise_kernel", 0, &turn, join_multiplier,
                                             &kernel, error);
  if (inputs[1] < 0 || (bias && !add_bias (call, 1, inputs, &n, error)))
    return -1;
  *shape = x.shape;
  value = x.shape.dim[_lucida_keras_is_channels_first (call) ? 1 : x.shape.rank - 1] < 1
              ? -1
              : _lucida_keras_emit (call, "Conv", suffix, inputs, n, &node);
  if (value < 0)
    {
      _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                          "has an unknown number of channels to work on");
      return -1;
    }
  memcpy (window->kernel, kernel.dim + 2, sizeof *window->kernel * (gsize) window->n);
  set_window (node, window, FALSE);
  lucida_node_set_int (node, "group",
                       x.shape.dim[_lucida_keras_is_channels_first (call) ? 1 : x.shape.rank - 1]);
  *shape = window_output (call, window);
  set_channels (call, shape, kernel.dim[0]);
  return value;
}

static gboolean
depthwise (LucidaKerasCall *call, GError **error)
{
  LucidaShape shape;
  Window window;
  int value;

  if (!read_window (call, "kernel_size", FALSE, &window, error))
    return FALSE;
  value = emit_depthwise (call, NULL, &window, TRUE, &shape, error);
  return value >= 0 && finish (call, value, &shape, error);
}

static gboolean
separable (LucidaKerasCall *call, GError **error)
{
  int inputs[3], n = 2;
  LucidaShape shape, kernel;
  LucidaKerasTurn turn;
  Window window;

  if (!read_window (call, "kernel_size", FALSE, &window, error))
    return FALSE;
  inputs[0] = emit_depthwise (call, "depthwise", &window, FALSE, &shape, error);
  if (inputs[0] < 0)
    return FALSE;
  turn = kernel_turn (call, window.n);
  turn.flip = FALSE;
  inputs[1] = _lucida_keras_weight (call, "pointwise_kernel", 1, &turn, &kernel, error);
  if (inputs[1] < 0 || !add_bias (call, 2, inputs, &n, error))
    return FALSE;
  set_channels (call, &shape, kernel.dim[0]);
  return finish (call, _lucida_keras_emit (call, "Conv", NULL, inputs, n, NULL), &shape, error);
}

/* Same: out = n·s; valid: (n - 1)·s + k, or n·s where the kernel is smaller than the step. */
static gboolean
transposed (LucidaKerasCall *call, GError **error)
{
  LucidaKerasTensor x = _lucida_keras_channels_first (call, call->inputs[0]);
  int inputs[3] = { x.value }, n = 2, value;
  int64_t pads[4] = { 0 }, over[2] = { 0 }, asked[2] = { -1, -1 };
  LucidaShape kernel, shape = x.shape;
  LucidaKerasTurn turn = { .flip = call->build->theano };
  LucidaNode *node;
  Window window;

  if (!read_window (call, "kernel_size", FALSE, &window, error)
      || (lucida_keras_json_kind (lucida_keras_json_get (call->layer->config, "output_padding"))
              != LUCIDA_KERAS_JSON_NULL
          && !_lucida_keras_sizes (call, "output_padding", window.n, 0, 0, asked, error)))
    return FALSE;
  /* in×out×kh×kw from kh×kw×out×in */
  turn.rank = window.n + 2;
  turn.order[0] = window.n + 1;
  turn.order[1] = window.n;
  for (int i = 0; i < window.n; i++)
    turn.order[2 + i] = i;
  inputs[1] = _lucida_keras_weight (call, "kernel", 0, &turn, &kernel, error);
  if (inputs[1] < 0 || !add_bias (call, 1, inputs, &n, error))
    return FALSE;
  value = _lucida_keras_emit (call, "ConvTranspose", NULL, inputs, n, &node);
  for (int i = 0; i < window.n; i++)
    {
      int64_t k = (kernel.dim[2 + i] - 1) * window.dilations[i] + 1, s = window.strides[i];
      int64_t total = window.same ? MAX (k - s, 0) : 0;
      int64_t *size = &shape.dim[first_space (call) + i];

      window.kernel[i] = kernel.dim[2 + i];
      pads[i] = total / 2;
      pads[window.n + i] = total - total / 2;
      over[i] = MAX (s - k, 0);
      if (asked[i] >= 0)
        {
          pads[i] = pads[window.n + i] = window.same ? k / 2 : 0;
          over[i] = asked[i];
        }
      if (*size != LUCIDA_FREE_SIZE)
        *size = (*size - 1) * s + k - pads[i] - pads[window.n + i] + over[i];
    }
  lucida_node_set_ints (node, "kernel_shape", window.kernel, window.n);
  lucida_node_set_ints (node, "strides", window.strides, window.n);
  lucida_node_set_ints (node, "dilations", window.dilations, window.n);
  lucida_node_set_ints (node, "pads", pads, 2 * window.n);
  lucida_node_set_ints (node, "output_padding", over, window.n);
  set_channels (call, &shape, kernel.dim[1]);
  return finish (call, value, &shape, error);
}

static gboolean
pooling (LucidaKerasCall *call, GError **error)
{
  LucidaKerasTensor x = _lucida_keras_channels_first (call, call->inputs[0]);
  gboolean largest = g_str_has_prefix (call->layer->class_name, "Max");
  LucidaNode *node;
  Window window;

  if (!read_window (call, "pool_size", TRUE, &window, error))
    return FALSE;
  call->output = x;
  call->output.value
      = _lucida_keras_emit1 (call, largest ? "MaxPool" : "AveragePool", NULL, x.value, &node);
  set_window (node, &window, TRUE);
  call->output.shape = window_output (call, &window);
  return TRUE;
}

static gboolean
global_pooling (LucidaKerasCall *call, GError **error)
{
  LucidaKerasTensor x = _lucida_keras_channels_first (call, call->inputs[0]);
  gboolean largest = strstr (call->layer->class_name, "Max") != NULL;
  int n = dimensions_of (call);

  if (!check_rank (call, error))
    return FALSE;
  call->output = x;
  call->output.value = _lucida_keras_emit1 (call, largest ? "GlobalMaxPool" : "GlobalAveragePool",
                                            NULL, x.value, NULL);
  for (int i = 0; i < n; i++)
    call->output.shape.dim[first_space (call) + i] = 1;
  if (!lucida_keras_json_get_boolean (call->layer->config, "keepdims", FALSE))
    {
      int64_t channels = x.shape.dim[_lucida_keras_is_channels_first (call) ? 1 : n + 1];

      call->output.value
          = _lucida_keras_emit1 (call, "Flatten", "flatten", call->output.value, NULL);
      call->output.shape = lucida_shape (2, (int64_t) 1, channels);
      call->output.turned = FALSE;
    }
  return TRUE;
}

const LucidaKerasClass _lucida_keras_convolutions[] = {
  { "Conv1D", convolution },
  { "Conv2D", convolution },
  { "DepthwiseConv1D", depthwise },
  { "DepthwiseConv2D", depthwise },
  { "SeparableConv1D", separable },
  { "SeparableConv2D", separable },
  { "Conv1DTranspose", transposed },
  { "Conv2DTranspose", transposed },
  { "MaxPooling1D", pooling },
  { "MaxPooling2D", pooling },
  { "AveragePooling1D", pooling },
  { "AveragePooling2D", pooling },
  { "GlobalMaxPooling1D", global_pooling },
  { "GlobalMaxPooling2D", global_pooling },
  { "GlobalAveragePooling1D", global_pooling },
  { "GlobalAveragePooling2D", global_pooling },
  { NULL, NULL },
};
