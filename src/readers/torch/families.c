#include "readers/torch/wire-private.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* What the forward functions of torchvision's classes do. Source: torchvision/models, 0.2 to 0.20.
 */

#define BRANCHES 4

static gboolean
wire_children (LucidaTorchWire *wire, LucidaTorchModule *module, const char *const *names,
               LucidaTorchFlow *flow, GError **error)
{
  for (int i = 0; names[i]; i++)
    if (!_lucida_torch_wire_child (wire, module, names[i], flow, error))
      return FALSE;
  return TRUE;
}

/* AlexNet, VGG: older ones have no avgpool. */
static gboolean
wire_features_classifier (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                          GError **error)
{
  if (!_lucida_torch_wire_child (wire, module, "features", flow, error)
      || !_lucida_torch_wire_optional (wire, module, "avgpool", flow, error))
    return FALSE;
  _lucida_torch_wire_flatten (wire, module, "flatten", flow);
  return _lucida_torch_wire_child (wire, module, "classifier", flow, error);
}

static void
relu (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow)
{
  _lucida_torch_wire_node (wire, module, "relu", "Relu", flow, NULL, 0);
}

/* a + b, both of the same channels. */
static gboolean
add (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
     const LucidaTorchFlow *other, GError **error)
{
  if (!_lucida_torch_wire_channels (wire, module, flow, other->channels, error))
    return FALSE;
  _lucida_torch_wire_node (wire, module, "add", "Add", flow, &other->value, 1);
  return TRUE;
}

/* Joins channels. */
static void
concat (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
        const LucidaTorchFlow *others, int n)
{
  int values[BRANCHES];
  LucidaNode *node;

  for (int i = 0; i < n; i++)
    {
      values[i] = others[i].value;
      flow->channels += others[i].channels;
    }
  node = _lucida_torch_wire_node (wire, module, "cat", "Concat", flow, values, n);
  lucida_node_set_int (node, "axis", 1);
}

static gboolean
wire_block (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, GError **error)
{
  static const char *const first[] = { "conv1", "bn1", "relu", "conv2", "bn2", NULL };
  static const char *const third[] = { "relu", "conv3", "bn3", NULL };
  LucidaTorchFlow identity = *flow;

  if (!wire_children (wire, module, first, flow, error)
      || (g_str_has_suffix (module->type, ".Bottleneck")
          && !wire_children (wire, module, third, flow, error))
      || !_lucida_torch_wire_optional (wire, module, "downsample", &identity, error)
      || !add (wire, module, flow, &identity, error))
    return FALSE;
  return _lucida_torch_wire_child (wire, module, "relu", flow, error);
}

static gboolean
wire_resnet (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
             GError **error)
{
  static const char *const names[] = { "conv1",  "bn1",    "relu",   "maxpool", "layer1",
                                       "layer2", "layer3", "layer4", "avgpool", NULL };

  if (!wire_children (wire, module, names, flow, error))
    return FALSE;
  _lucida_torch_wire_flatten (wire, module, "flatten", flow);
  return _lucida_torch_wire_child (wire, module, "fc", flow, error);
}

static gboolean
wire_fire (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, GError **error)
{
  static const char *const squeeze[] = { "squeeze", "squeeze_activation", NULL };
  static const char *const narrow[] = { "expand1x1", "expand1x1_activation", NULL };
  static const char *const wide[] = { "expand3x3", "expand3x3_activation", NULL };
  LucidaTorchFlow other;

  if (!wire_children (wire, module, squeeze, flow, error))
    return FALSE;
  other = *flow;
  if (!wire_children (wire, module, narrow, flow, error)
      || !wire_children (wire, module, wide, &other, error))
    return FALSE;
  concat (wire, module, flow, &other, 1);
  return TRUE;
}

static gboolean
wire_squeezenet (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                 GError **error)
{
  static const char *const names[] = { "features", "classifier", NULL };

  if (!wire_children (wire, module, names, flow, error))
    return FALSE;
  _lucida_torch_wire_flatten (wire, module, "flatten", flow);
  return TRUE;
}

/* A layer's features are joined to all before them. */
static gboolean
wire_dense_block (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                  GError **error)
{
  static const char *const names[] = { "norm1", "relu1", "conv1", "norm2", "relu2", "conv2", NULL };

  for (guint i = 0; i < module->children->len; i++)
    {
      gboolean last = i + 1 == module->children->len;
      LucidaTorchModule *layer = module->children->pdata[i];
      LucidaTorchFlow made = *flow;

      if (!wire_children (wire, layer, names, &made, error))
        return FALSE;
      concat (wire, last ? module : module->children->pdata[i + 1], flow, &made, 1);
    }
  return TRUE;
}

static gboolean
wire_transition (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                 GError **error)
{
  static const char *const names[] = { "norm", "relu", "conv", "pool", NULL };

  return wire_children (wire, module, names, flow, error);
}

static void
global_average (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow)
{
  _lucida_torch_wire_node (wire, module, "avgpool", "GlobalAveragePool", flow, NULL, 0);
  _lucida_torch_wire_fix (wire, flow, 1, 1);
  _lucida_torch_wire_flatten (wire, module, "flatten", flow);
}

static gboolean
wire_densenet (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
               GError **error)
{
  if (!_lucida_torch_wire_child (wire, module, "features", flow, error))
    return FALSE;
  relu (wire, module, flow);
  global_average (wire, module, flow);
  return _lucida_torch_wire_child (wire, module, "classifier", flow, error);
}

static gboolean
wire_inverted_residual (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                        GError **error)
{
  LucidaTorchFlow identity = *flow;

  if (!_lucida_torch_wire_child (wire, module, "conv", flow, error))
    return FALSE;
  return _lucida_torch_module_number (module, "use_res_connect", 0) == 0
         || add (wire, module, flow, &identity, error);
}

static gboolean
wire_mobilenet (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                GError **error)
{
  if (!_lucida_torch_wire_child (wire, module, "features", flow, error))
    return FALSE;
  global_average (wire, module, flow);
  return _lucida_torch_wire_child (wire, module, "classifier", flow, error);
}

static gboolean
wire_basic_conv (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                 GError **error)
{
  static const char *const names[] = { "conv", "bn", NULL };

  if (!wire_children (wire, module, names, flow, error))
    return FALSE;
  relu (wire, module, flow);
  return TRUE;
}

static gboolean
wire_inception (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                GError **error)
{
  LucidaTorchFlow branches[BRANCHES];

  for (int i = 0; i < BRANCHES; i++)
    {
      char name[sizeof "branch1"];

      snprintf (name, sizeof name, "branch%d", i + 1);
      branches[i] = *flow;
      if (!_lucida_torch_wire_child (wire, module, name, &branches[i], error))
        return FALSE;
    }
  *flow = branches[0];
  concat (wire, module, flow, branches + 1, BRANCHES - 1);
  return TRUE;
}

/* A constant for each of three channels, 1×3×1×1. */
static int
for_channels (LucidaTorchWire *wire, LucidaTorchModule *module, const char *name,
              const float *numbers, GError **error)
{
  const LucidaShape shape = lucida_shape (4, (int64_t) 1, (int64_t) 3, (int64_t) 1, (int64_t) 1);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, numbers, error);

  return tensor ? _lucida_torch_wire_constant (wire, module, name, tensor) : LUCIDA_NO_VALUE;
}

/* From torchvision's normalisation to TensorFlow's: x · std / 0.5 + (mean - 0.5) / 0.5. */
static gboolean
transform_input (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                 GError **error)
{
  static const float factors[3] = { 0.229f / 0.5f, 0.224f / 0.5f, 0.225f / 0.5f };
  static const float offsets[3]
      = { (0.485f - 0.5f) / 0.5f, (0.456f - 0.5f) / 0.5f, (0.406f - 0.5f) / 0.5f };
  int factor, offset;

  if (_lucida_torch_module_number (module, "transform_input", 0) == 0)
    return TRUE;
  if (!_lucida_torch_wire_channels (wire, module, flow, 3, error))
    return FALSE;
  factor = for_channels (wire, module, "transform_input.factor", factors, error);
  offset = for_channels (wire, module, "transform_input.offset", offsets, error);
  if (factor == LUCIDA_NO_VALUE || offset == LUCIDA_NO_VALUE)
    return FALSE;
  _lucida_torch_wire_node (wire, module, "transform_input.mul", "Mul", flow, &factor, 1);
  _lucida_torch_wire_node (wire, module, "transform_input.add", "Add", flow, &offset, 1);
  return TRUE;
}

static gboolean
wire_googlenet (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                GError **error)
{
  static const char *const names[]
      = { "conv1",       "maxpool1", "conv2",       "conv3",       "maxpool2",    "inception3a",
          "inception3b", "maxpool3", "inception4a", "inception4b", "inception4c", "inception4d",
          "inception4e", "maxpool4", "inception5a", "inception5b", NULL };

  if (!transform_input (wire, module, flow, error)
      || !wire_children (wire, module, names, flow, error))
    return FALSE;
  global_average (wire, module, flow);
  return _lucida_torch_wire_optional (wire, module, "dropout", flow, error)
         && _lucida_torch_wire_child (wire, module, "fc", flow, error);
}

LucidaTorchWireFunc
_lucida_torch_find_family (const char *type)
{
  static const struct
  {
    const char *type; /* behind "torchvision.models." */
    LucidaTorchWireFunc function;
  } families[] = {
    { "alexnet.AlexNet", wire_features_classifier },
    { "vgg.VGG", wire_features_classifier },
    { "resnet.ResNet", wire_resnet },
    { "resnet.BasicBlock", wire_block },
    { "resnet.Bottleneck", wire_block },
    { "squeezenet.SqueezeNet", wire_squeezenet },
    { "squeezenet.Fire", wire_fire },
    { "densenet.DenseNet", wire_densenet },
    { "densenet._DenseBlock", wire_dense_block },
    { "densenet._Transition", wire_transition },
    { "mobilenetv2.MobileNetV2", wire_mobilenet },
    { "mobilenetv2.InvertedResidual", wire_inverted_residual },
    { "mobilenet.MobileNetV2", wire_mobilenet },
    { "mobilenet.InvertedResidual", wire_inverted_residual },
    { "googlenet.GoogLeNet", wire_googlenet },
    { "googlenet.Inception", wire_inception },
    { "googlenet.BasicConv2d", wire_basic_conv },
  };
  const char *rest = type + strlen ("torchvision.models.");

  if (!g_str_has_prefix (type, "torchvision.models."))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    if (strcmp (rest, families[i].type) == 0)
      return families[i].function;
  return NULL;
}
