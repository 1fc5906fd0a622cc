#include "readers/torch/wire-private.h"

#include "base/error.h"

#include <string.h>

/* Convolutions, pooling, dense layers and what changes shapes. Attributes: torch/nn/modules. */

static gboolean
unsupported (const LucidaTorchModule *module, const char *what, GError **error)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the layer “%s” %s: export the network as ONNX (torch.onnx.export)", module->path,
               what);
  return FALSE;
}

static int64_t
positive (const int64_t *values)
{
  return MIN (values[0], values[1]);
}

/* Kernel, stride, padding, dilation of a window; padding as numbers, "same" or "valid". */
static gboolean
read_window (const LucidaTorchModule *module, LucidaTorchWindow *w, GError **error)
{
  const char *padding = _lucida_torch_module_string (module, "padding");

  w->dilation[0] = w->dilation[1] = 1;
  if (!_lucida_torch_module_ints (module, "kernel_size", 2, w->kernel, error))
    return FALSE;
  if (_lucida_torch_module_is_none (module, "stride"))
    memcpy (w->stride, w->kernel, sizeof w->stride);
  else if (!_lucida_torch_module_ints (module, "stride", 2, w->stride, error))
    return FALSE;
  if (!_lucida_torch_module_is_none (module, "dilation")
      && !_lucida_torch_module_ints (module, "dilation", 2, w->dilation, error))
    return FALSE;
  if (!padding && !_lucida_torch_module_ints (module, "padding", 2, w->padding, error))
    return FALSE;
  if (positive (w->kernel) < 1 || positive (w->stride) < 1 || positive (w->dilation) < 1
      || positive (w->padding) < 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the layer “%s” has a kernel, stride, padding or dilation that makes no sense",
                   module->path);
      return FALSE;
    }
  for (int axis = 0; axis < 2; axis++)
    {
      /* "same" puts the odd cell behind. */
      int64_t total = w->dilation[axis] * (w->kernel[axis] - 1);
      gboolean same = padding && strcmp (padding, "same") == 0;

      if (padding)
        w->padding[axis] = same ? total / 2 : 0;
      w->padding[axis + 2] = same ? total - total / 2 : w->padding[axis];
    }
  w->ceil_mode = _lucida_torch_module_number (module, "ceil_mode", 0) != 0;
  return TRUE;
}

static void
set_window (LucidaNode *node, const LucidaTorchWindow *w)
{
  lucida_node_set_ints (node, "kernel_shape", w->kernel, 2);
  lucida_node_set_ints (node, "strides", w->stride, 2);
  lucida_node_set_ints (node, "pads", w->padding, 4);
  lucida_node_set_ints (node, "dilations", w->dilation, 2);
}

/* Pads N×C×H×W as ONNX's Pad does. @amounts: top, left, bottom, right. */
static gboolean
pad (LucidaTorchWire *wire, LucidaTorchModule *module, const char *part, const char *mode,
     const int64_t *amounts, double value, LucidaTorchFlow *flow, GError **error)
{
  const LucidaShape eight = lucida_shape (1, (int64_t) 8);
  const LucidaShape scalar = lucida_shape (0);
  const int64_t pads[8] = { 0, 0, amounts[0], amounts[1], 0, 0, amounts[2], amounts[3] };
  const float number = (float) value;
  const LucidaTorchWindow window
      = { { 1, 1 }, { 1, 1 }, { amounts[0], amounts[1], amounts[2], amounts[3] }, { 1, 1 }, FALSE };
  g_autoptr (LucidaTensor) list = lucida_tensor_new_copy (LUCIDA_INT64, &eight, pads, error);
  g_autoptr (LucidaTensor) fill
      = list ? lucida_tensor_new_copy (LUCIDA_FLOAT32, &scalar, &number, error) : NULL;
  LucidaNode *node;
  int others[2];

  if (!fill)
    return FALSE;
  others[0] = _lucida_torch_wire_constant (wire, module, "pads", list);
  others[1] = _lucida_torch_wire_constant (wire, module, "value", fill);
  node = _lucida_torch_wire_node (wire, module, part, "Pad", flow, others, 2);
  lucida_node_set_string (node, "mode", mode);
  _lucida_torch_wire_window (wire, flow, &window);
  return TRUE;
}

static const char *
pad_mode (const char *torch_mode)
{
  static const char *const modes[][2]
      = { { "reflect", "reflect" }, { "replicate", "edge" }, { "circular", "wrap" } };

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    if (strcmp (torch_mode, modes[i][0]) == 0)
      return modes[i][1];
  return NULL;
}

static void
set_trainable (LucidaNode *node, const LucidaTorchModule *module)
{
  const LucidaTorchTensor *weight = _lucida_torch_module_tensor (module, "weight");

  if (weight && !weight->requires_grad)
    lucida_node_set_trainable (node, FALSE);
}

/* The value of the bias of @n numbers; %LUCIDA_NO_VALUE: there is none, and no error. */
static gboolean
find_bias (LucidaTorchWire *wire, LucidaTorchModule *module, int64_t n, int *bias, GError **error)
{
  const LucidaShape shape = lucida_shape (1, n);

  *bias = LUCIDA_NO_VALUE;
  if (!_lucida_torch_module_tensor (module, "bias"))
    return TRUE;
  *bias = _lucida_torch_wire_weights (wire, module, "bias", &shape, error);
  return *bias != LUCIDA_NO_VALUE;
}

static gboolean
pad_before_convolution (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchWindow *window,
                        LucidaTorchFlow *flow, GError **error)
{
  const char *mode = _lucida_torch_module_string (module, "padding_mode");

  if (!mode || strcmp (mode, "zeros") == 0)
    return TRUE;
  if (!pad_mode (mode))
    return unsupported (module, "pads in a way that is not known", error);
  if (!pad (wire, module, "pad", pad_mode (mode), window->padding, 0, flow, error))
    return FALSE;
  memset (window->padding, 0, sizeof window->padding);
  return TRUE;
}

/* Weights O×(I/g)×kh×kw; transposed I×(O/g)×kh×kw. */
static gboolean
wire_conv (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, GError **error)
{
  gboolean transposed = g_str_has_suffix (module->type, ".ConvTranspose2d");
  const LucidaTorchTensor *weight = _lucida_torch_module_tensor (module, "weight");
  LucidaTorchWindow window = { 0 };
  LucidaShape shape;
  LucidaNode *node;
  int64_t groups = 1, extra[2] = { 0, 0 }, in, out;
  int others[2];

  if (!read_window (module, &window, error)
      || (!_lucida_torch_module_is_none (module, "groups")
          && !_lucida_torch_module_ints (module, "groups", 1, &groups, error))
      || (transposed && !_lucida_torch_module_ints (module, "output_padding", 2, extra, error)))
    return FALSE;
  shape = lucida_shape (4, (int64_t) -1, (int64_t) -1, window.kernel[0], window.kernel[1]);
  others[0] = _lucida_torch_wire_weights (wire, module, "weight", &shape, error);
  if (others[0] == LUCIDA_NO_VALUE)
    return FALSE;
  if (groups < 1 || weight->shape.dim[0] % groups || weight->shape.dim[0] < 1
      || weight->shape.dim[1] < 1)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the layer “%s” has channels that its groups do not divide", module->path);
      return FALSE;
    }
  /* Sizes of one checked tensor and groups of at most 65535: no overflow. */
  in = transposed ? weight->shape.dim[0] : weight->shape.dim[1] * groups;
  out = transposed ? weight->shape.dim[1] * groups : weight->shape.dim[0];
  if (!_lucida_torch_wire_channels (wire, module, flow, in, error)
      || !find_bias (wire, module, out, &others[1], error)
      || !pad_before_convolution (wire, module, &window, flow, error))
    return FALSE;
  node = _lucida_torch_wire_node (wire, module, NULL, transposed ? "ConvTranspose" : "Conv", flow,
                                  others, others[1] == LUCIDA_NO_VALUE ? 1 : 2);
  set_window (node, &window);
  set_trainable (node, module);
  lucida_node_set_int (node, "group", groups);
  if (transposed)
    {
      lucida_node_set_ints (node, "output_padding", extra, 2);
      _lucida_torch_wire_forget (wire, flow);
    }
  else
    _lucida_torch_wire_window (wire, flow, &window);
  flow->channels = out;
  return TRUE;
}

/* A constant vector of @n equal numbers, for what a layer without weights leaves out. */
static int
fill_vector (LucidaTorchWire *wire, LucidaTorchModule *module, const char *name, int64_t n,
             float value, GError **error)
{
  const LucidaShape shape = lucida_shape (1, n);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_uninitialised (LUCIDA_FLOAT32, &shape, error);
  float *data = tensor ? lucida_tensor_get_data (tensor) : NULL;

  for (int64_t i = 0; data && i < n; i++)
    data[i] = value;
  return data ? _lucida_torch_wire_constant (wire, module, name, tensor) : LUCIDA_NO_VALUE;
}

/* The weights @name of shape [@n], or where the layer has none, @n times @fallback. */
static gboolean
weights_or (LucidaTorchWire *wire, LucidaTorchModule *module, const char *name, int64_t n,
            float fallback, int *value, GError **error)
{
  const LucidaShape shape = lucida_shape (1, n);

  *value = _lucida_torch_module_tensor (module, name)
               ? _lucida_torch_wire_weights (wire, module, name, &shape, error)
               : fill_vector (wire, module, name, n, fallback, error);
  return *value != LUCIDA_NO_VALUE;
}

/* The channels of a normalisation: of its weights, or what comes in. */
static gboolean
norm_channels (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, int64_t *n,
               GError **error)
{
  static const char *const names[] = { "weight", "running_mean" };

  *n = flow->channels;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const LucidaTorchTensor *tensor = _lucida_torch_module_tensor (module, names[i]);

      if (tensor && tensor->shape.rank == 1)
        *n = tensor->shape.dim[0];
    }
  if (*n < 1)
    return unsupported (module, "does not say how many channels it has", error);
  return _lucida_torch_wire_channels (wire, module, flow, *n, error);
}

static gboolean
wire_batch_norm (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                 GError **error)
{
  /* Without running statistics those of the batch count; the batch is one picture. */
  gboolean of_batch = !_lucida_torch_module_tensor (module, "running_mean");
  LucidaTorchTensor *counter = _lucida_torch_module_tensor (module, "num_batches_tracked");
  LucidaNode *node;
  int64_t n;
  int others[4];

  if (!norm_channels (wire, module, flow, &n, error)
      || !weights_or (wire, module, "weight", n, 1, &others[0], error)
      || !weights_or (wire, module, "bias", n, 0, &others[1], error))
    return FALSE;
  if (!of_batch
      && (!weights_or (wire, module, "running_mean", n, 0, &others[2], error)
          || !weights_or (wire, module, "running_var", n, 1, &others[3], error)))
    return FALSE;
  if (counter)
    counter->claimed = TRUE;
  node = _lucida_torch_wire_node (wire, module, NULL,
                                  of_batch ? "InstanceNormalization" : "BatchNormalization", flow,
                                  others, of_batch ? 2 : 4);
  lucida_node_set_float (node, "epsilon", _lucida_torch_module_number (module, "eps", 1e-5));
  set_trainable (node, module);
  return TRUE;
}

static gboolean
wire_instance_norm (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                    GError **error)
{
  return wire_batch_norm (wire, module, flow, error);
}

static gboolean
wire_pool (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, GError **error)
{
  gboolean average = g_str_has_suffix (module->type, ".AvgPool2d");
  LucidaTorchWindow window = { 0 };
  LucidaNode *node;

  if (flow->flat)
    return unsupported (module, "needs a picture, and a list of numbers comes in", error);
  if (!read_window (module, &window, error))
    return FALSE;
  if (average && !_lucida_torch_module_is_none (module, "divisor_override"))
    return unsupported (module, "divides by a number of its own", error);
  if (_lucida_torch_module_number (module, "return_indices", 0) != 0)
    return unsupported (module, "gives the places of the maxima too", error);
  node = _lucida_torch_wire_node (wire, module, NULL, average ? "AveragePool" : "MaxPool", flow,
                                  NULL, 0);
  set_window (node, &window);
  lucida_node_set_int (node, "ceil_mode", window.ceil_mode);
  if (average)
    lucida_node_set_int (node, "count_include_pad",
                         _lucida_torch_module_number (module, "count_include_pad", 1) != 0);
  _lucida_torch_wire_window (wire, flow, &window);
  return TRUE;
}

static gboolean
wire_adaptive_pool (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                    GError **error)
{
  gboolean average = g_str_has_suffix (module->type, ".AdaptiveAvgPool2d");
  int64_t size[2] = { 0, 0 };
  LucidaNode *node;

  if (flow->flat)
    return unsupported (module, "needs a picture, and a list of numbers comes in", error);
  if (!_lucida_torch_module_is_none (module, "output_size")
      && !_lucida_torch_module_ints (module, "output_size", 2, size, error))
    return FALSE;
  if (size[0] < 0 || size[1] < 0)
    return unsupported (module, "has a negative size", error);
  if (size[0] == 1 && size[1] == 1)
    _lucida_torch_wire_node (wire, module, NULL, average ? "GlobalAveragePool" : "GlobalMaxPool",
                             flow, NULL, 0);
  else
    {
      node = _lucida_torch_wire_node (
          wire, module, NULL, average ? "AdaptiveAveragePool" : "AdaptiveMaxPool", flow, NULL, 0);
      lucida_node_set_ints (node, "output_size", size, 2);
    }
  _lucida_torch_wire_fix (wire, flow, size[0], size[1]);
  return TRUE;
}

/* y = x·Wᵀ + b, W O×I. */
static gboolean
wire_linear (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
             GError **error)
{
  const LucidaTorchTensor *weight = _lucida_torch_module_tensor (module, "weight");
  const LucidaShape shape = lucida_shape (2, (int64_t) -1, (int64_t) -1);
  LucidaNode *node;
  int others[2];

  if (!flow->flat)
    return unsupported (module, "is given a picture that nothing has flattened", error);
  others[0] = _lucida_torch_wire_weights (wire, module, "weight", &shape, error);
  if (others[0] == LUCIDA_NO_VALUE
      || !_lucida_torch_wire_demand (wire, module, flow, weight->shape.dim[1], error)
      || !find_bias (wire, module, weight->shape.dim[0], &others[1], error))
    return FALSE;
  node = _lucida_torch_wire_node (wire, module, NULL, "Gemm", flow, others,
                                  others[1] == LUCIDA_NO_VALUE ? 1 : 2);
  lucida_node_set_int (node, "transB", 1);
  set_trainable (node, module);
  flow->features = weight->shape.dim[0];
  return TRUE;
}

static gboolean
wire_flatten (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
              GError **error)
{
  if (_lucida_torch_module_number (module, "start_dim", 1) != 1
      || (_lucida_torch_module_number (module, "end_dim", -1) != -1
          && _lucida_torch_module_number (module, "end_dim", -1) != 3))
    return unsupported (module, "flattens only some of the axes", error);
  _lucida_torch_wire_flatten (wire, module, NULL, flow);
  return TRUE;
}

/* ZeroPad2d, ConstantPad2d, ReflectionPad2d, ReplicationPad2d: left, right, top, bottom. */
static gboolean
wire_pad (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, GError **error)
{
  const char *mode = g_str_has_suffix (module->type, ".ReflectionPad2d")    ? "reflect"
                     : g_str_has_suffix (module->type, ".ReplicationPad2d") ? "edge"
                                                                            : "constant";
  int64_t sides[4], amounts[4];

  if (flow->flat || !_lucida_torch_module_ints (module, "padding", 4, sides, error))
    return flow->flat ? unsupported (module, "needs a picture", error) : FALSE;
  amounts[0] = sides[2];
  amounts[1] = sides[0];
  amounts[2] = sides[3];
  amounts[3] = sides[1];
  return pad (wire, module, NULL, mode, amounts, _lucida_torch_module_number (module, "value", 0),
              flow, error);
}

static gboolean
wire_local_response (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                     GError **error)
{
  LucidaNode *node;
  int64_t size;

  if (!_lucida_torch_module_ints (module, "size", 1, &size, error))
    return FALSE;
  node = _lucida_torch_wire_node (wire, module, NULL, "LRN", flow, NULL, 0);
  lucida_node_set_int (node, "size", size);
  lucida_node_set_float (node, "alpha", _lucida_torch_module_number (module, "alpha", 1e-4));
  lucida_node_set_float (node, "beta", _lucida_torch_module_number (module, "beta", 0.75));
  lucida_node_set_float (node, "bias", _lucida_torch_module_number (module, "k", 1));
  return TRUE;
}

LucidaTorchWireFunc
_lucida_torch_find_layer (const char *type)
{
  static const struct
  {
    const char *type; /* behind "torch.nn.modules." */
    LucidaTorchWireFunc function;
  } layers[] = {
    { "conv.Conv2d", wire_conv },
    { "conv.ConvTranspose2d", wire_conv },
    { "batchnorm.BatchNorm2d", wire_batch_norm },
    { "batchnorm.SyncBatchNorm", wire_batch_norm },
    { "instancenorm.InstanceNorm2d", wire_instance_norm },
    { "pooling.MaxPool2d", wire_pool },
    { "pooling.AvgPool2d", wire_pool },
    { "pooling.AdaptiveAvgPool2d", wire_adaptive_pool },
    { "pooling.AdaptiveMaxPool2d", wire_adaptive_pool },
    { "linear.Linear", wire_linear },
    { "linear.NonDynamicallyQuantizableLinear", wire_linear },
    { "flatten.Flatten", wire_flatten },
    { "padding.ZeroPad2d", wire_pad },
    { "padding.ConstantPad2d", wire_pad },
    { "padding.ReflectionPad2d", wire_pad },
    { "padding.ReplicationPad2d", wire_pad },
    { "normalization.LocalResponseNorm", wire_local_response },
  };
  const char *rest = type + strlen ("torch.nn.modules.");

  if (!g_str_has_prefix (type, "torch.nn.modules."))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    if (strcmp (rest, layers[i].type) == 0)
      return layers[i].function;
  return NULL;
}
