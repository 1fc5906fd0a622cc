#include "readers/torch/wire-private.h"

#include "base/error.h"

#include <string.h>

/* Layers that work on each number by itself, and Softmax. Attributes: torch/nn/modules. */

typedef enum
{
  PLAIN,      /* the operator alone */
  TIMES_X,    /* x · operator (x) */
  IDENTITY,   /* nothing at all */
  ONE_NUMBER, /* an attribute goes with it */
  CLAMP,      /* to a range */
  SLOPES,     /* PReLU's weights */
  AXIS,       /* Softmax */
} Kind;

typedef struct
{
  const char *type; /* behind "torch.nn.modules." */
  Kind kind;
  const char *op;
  const char *attribute; /* ONE_NUMBER: PyTorch's name */
  const char *name;      /* and ONNX's */
  double fallback;
} Pointwise;

static const Pointwise pointwise[] = {
  { "activation.ReLU", PLAIN, "Relu" },
  { "activation.Sigmoid", PLAIN, "Sigmoid" },
  { "activation.Tanh", PLAIN, "Tanh" },
  { "activation.SELU", PLAIN, "Selu" },
  { "activation.Mish", PLAIN, "Mish" },
  { "activation.Softsign", PLAIN, "Softsign" },
  { "activation.Hardswish", PLAIN, "HardSwish" },
  { "activation.SiLU", TIMES_X, "Sigmoid" },
  { "activation.LeakyReLU", ONE_NUMBER, "LeakyRelu", "negative_slope", "alpha", 0.01 },
  { "activation.ELU", ONE_NUMBER, "Elu", "alpha", "alpha", 1 },
  { "activation.CELU", ONE_NUMBER, "Celu", "alpha", "alpha", 1 },
  { "activation.Hardsigmoid", ONE_NUMBER, "HardSigmoid", NULL, "alpha", 1 / 6.0 },
  { "activation.GELU", PLAIN, "Gelu" },
  { "activation.ReLU6", CLAMP, NULL, NULL, NULL, 6 },
  { "activation.Hardtanh", CLAMP, NULL, NULL, NULL, 1 },
  { "activation.PReLU", SLOPES, "PRelu" },
  { "activation.Softplus", PLAIN, "Softplus" },
  { "activation.Softmax", AXIS, "Softmax" },
  { "activation.Softmax2d", AXIS, "Softmax" },
  { "activation.LogSoftmax", AXIS, "LogSoftmax" },
  { "dropout.Dropout", IDENTITY },
  { "dropout.Dropout2d", IDENTITY },
  { "dropout.AlphaDropout", IDENTITY },
  { "dropout.FeatureAlphaDropout", IDENTITY },
  { "linear.Identity", IDENTITY },
};

static const Pointwise *
find (const char *type)
{
  if (!g_str_has_prefix (type, "torch.nn.modules."))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (pointwise); i++)
    if (strcmp (type + strlen ("torch.nn.modules."), pointwise[i].type) == 0)
      return &pointwise[i];
  return NULL;
}

static int
scalar (LucidaTorchWire *wire, LucidaTorchModule *module, const char *name, double number,
        GError **error)
{
  const LucidaShape shape = lucida_shape (0);
  const float value = (float) number;
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, &value, error);

  return tensor ? _lucida_torch_wire_constant (wire, module, name, tensor) : LUCIDA_NO_VALUE;
}

static gboolean
clamp (LucidaTorchWire *wire, LucidaTorchModule *module, const Pointwise *p, LucidaTorchFlow *flow,
       GError **error)
{
  double low = p->fallback == 6 ? 0 : -1;
  int others[2];

  others[0] = scalar (wire, module, "min_val", _lucida_torch_module_number (module, "min_val", low),
                      error);
  others[1] = scalar (wire, module, "max_val",
                      _lucida_torch_module_number (module, "max_val", p->fallback), error);
  if (others[0] == LUCIDA_NO_VALUE || others[1] == LUCIDA_NO_VALUE)
    return FALSE;
  _lucida_torch_wire_node (wire, module, NULL, "Clip", flow, others, 2);
  return TRUE;
}

/* One slope, or one a channel, which ONNX wants as C×1×1. */
static gboolean
slopes (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow, GError **error)
{
  LucidaTorchTensor *weight = _lucida_torch_module_tensor (module, "weight");
  const LucidaShape any = lucida_shape (1, (int64_t) -1);
  LucidaShape shape;
  g_autoptr (LucidaTensor) loaded = NULL;
  g_autoptr (LucidaTensor) shaped = NULL;
  int value = _lucida_torch_wire_weights (wire, module, "weight", &any, error);

  if (value == LUCIDA_NO_VALUE)
    return FALSE;
  if (weight->shape.dim[0] != 1 && !flow->flat)
    {
      shape = lucida_shape (3, weight->shape.dim[0], (int64_t) 1, (int64_t) 1);
      loaded = _lucida_torch_tensor_load (weight, error);
      if (!loaded)
        return FALSE;
      shaped = lucida_tensor_reshape (loaded, &shape);
      value = _lucida_torch_wire_constant (wire, module, "slopes", shaped);
    }
  _lucida_torch_wire_node (wire, module, NULL, "PRelu", flow, &value, 1);
  return TRUE;
}

static gboolean
along_axis (LucidaTorchWire *wire, LucidaTorchModule *module, const Pointwise *p,
            LucidaTorchFlow *flow)
{
  /* Without an axis PyTorch takes the classes' of N×C and of N×C×H×W. */
  double axis = _lucida_torch_module_number (module, "dim", 1);
  LucidaNode *node = _lucida_torch_wire_node (wire, module, NULL, p->op, flow, NULL, 0);

  lucida_node_set_int (node, "axis", axis > -9 && axis < 9 ? (int64_t) axis : 1);
  return TRUE;
}

static gboolean
unsupported (const LucidaTorchModule *module, const char *what, GError **error)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the layer “%s” %s: export the network as ONNX (torch.onnx.export)", module->path,
               what);
  return FALSE;
}

static gboolean
wire_pointwise (LucidaTorchWire *wire, LucidaTorchModule *module, LucidaTorchFlow *flow,
                GError **error)
{
  const Pointwise *p = find (module->type);
  const char *approximate = _lucida_torch_module_string (module, "approximate");
  LucidaNode *node;
  int x = flow->value;

  switch (p->kind)
    {
    case IDENTITY:
      return TRUE;
    case CLAMP:
      return clamp (wire, module, p, flow, error);
    case SLOPES:
      return slopes (wire, module, flow, error);
    case AXIS:
      return along_axis (wire, module, p, flow);
    case TIMES_X:
      _lucida_torch_wire_node (wire, module, "sigmoid", p->op, flow, NULL, 0);
      _lucida_torch_wire_node (wire, module, NULL, "Mul", flow, &x, 1);
      return TRUE;
    case ONE_NUMBER:
      node = _lucida_torch_wire_node (wire, module, NULL, p->op, flow, NULL, 0);
      lucida_node_set_float (node, p->name,
                             p->attribute
                                 ? _lucida_torch_module_number (module, p->attribute, p->fallback)
                                 : p->fallback);
      return TRUE;
    case PLAIN:
      break;
    }
  if (strcmp (p->op, "Softplus") == 0 && _lucida_torch_module_number (module, "beta", 1) != 1)
    return unsupported (module, "is a Softplus with a factor", error);
  node = _lucida_torch_wire_node (wire, module, NULL, p->op, flow, NULL, 0);
  if (strcmp (p->op, "Gelu") == 0 && approximate)
    lucida_node_set_string (node, "approximate", approximate);
  return TRUE;
}

LucidaTorchWireFunc
_lucida_torch_find_pointwise (const char *type)
{
  return find (type) ? wire_pointwise : NULL;
}
