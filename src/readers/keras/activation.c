#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <string.h>

/* Activation functions: as layers, and inside layers. */

/* Numbers that some functions have: member of the parameters, ONNX attribute, default. */
typedef struct
{
  const char *name; /* in lower case, without underscores */
  const char *op;
  const char *suffix; /* of the node inside a layer */
  const char *parameter;
  const char *attribute;
  double fallback;
} Function;

static const Function functions[] = {
  { "sigmoid", "Sigmoid", "sigmoid", NULL, NULL, 0 },
  { "tanh", "Tanh", "tanh", NULL, NULL, 0 },
  { "elu", "Elu", "elu", "alpha", "alpha", 1 },
  { "celu", "Celu", "celu", "alpha", "alpha", 1 },
  { "selu", "Selu", "selu", NULL, NULL, 0 },
  { "softplus", "Softplus", "softplus", NULL, NULL, 0 },
  { "softsign", "Softsign", "softsign", NULL, NULL, 0 },
  { "exponential", "Exp", "exponential", NULL, NULL, 0 },
  { "exp", "Exp", "exponential", NULL, NULL, 0 },
  { "mish", "Mish", "mish", NULL, NULL, 0 },
  { "hardswish", "HardSwish", "hard_swish", NULL, NULL, 0 },
  { "hardsilu", "HardSwish", "hard_swish", NULL, NULL, 0 },
};

/* Clip with either bound. */
static int
emit_clip (const LucidaKerasCall *call, const char *suffix, int value, double low, double high)
{
  g_autofree char *low_name = g_strconcat (suffix ? suffix : "clip", "/low", NULL);
  g_autofree char *high_name = g_strconcat (suffix ? suffix : "clip", "/high", NULL);
  int inputs[3] = { value, _lucida_keras_scalar (call, low_name, low),
                    _lucida_keras_scalar (call, high_name, high) };

  return _lucida_keras_emit (call, "Clip", suffix, inputs, 3, NULL);
}

/* f(x) = max_value for x ≥ max_value, x for threshold ≤ x < max_value, else slope·(x - threshold)
 */
static gboolean
emit_relu (const LucidaKerasCall *call, const LucidaKerasJson *parameters, const char *suffix,
           LucidaKerasTensor *tensor, GError **error)
{
  const LucidaKerasJson *maximum = lucida_keras_json_get (parameters, "max_value");
  double slope = lucida_keras_json_get_number (
      parameters, "negative_slope", lucida_keras_json_get_number (parameters, "alpha", 0));
  double threshold = lucida_keras_json_get_number (parameters, "threshold", 0);
  gboolean bounded = lucida_keras_json_is_number (maximum);
  LucidaNode *node;

  if (threshold != 0 && (slope != 0 || bounded))
    return _lucida_keras_fail (
        call, LUCIDA_ERROR_UNSUPPORTED, error,
        "is a ReLU with threshold and slope or bound, which is not supported");
  if (threshold != 0)
    {
      tensor->value = _lucida_keras_emit1 (call, "ThresholdedRelu", suffix, tensor->value, &node);
      lucida_node_set_float (node, "alpha", threshold);
    }
  else if (slope != 0)
    {
      g_autofree char *inner
          = bounded ? g_strconcat (suffix ? suffix : "relu", "/slope", NULL) : NULL;

      tensor->value
          = _lucida_keras_emit1 (call, "LeakyRelu", bounded ? inner : suffix, tensor->value, &node);
      lucida_node_set_float (node, "alpha", slope);
      if (bounded)
        tensor->value = emit_clip (call, suffix, tensor->value, -G_MAXFLOAT,
                                   lucida_keras_json_number (maximum, 0));
    }
  else if (bounded)
    tensor->value
        = emit_clip (call, suffix, tensor->value, 0, lucida_keras_json_number (maximum, 0));
  else
    tensor->value = _lucida_keras_emit1 (call, "Relu", suffix, tensor->value, NULL);
  return TRUE;
}

static gboolean
emit_softmax (const LucidaKerasCall *call, const LucidaKerasJson *parameters, const char *op,
              const char *suffix, LucidaKerasTensor *tensor, GError **error)
{
  const LucidaKerasJson *json = lucida_keras_json_get (parameters, "axis");
  LucidaNode *node;
  int axis;

  if (lucida_keras_json_length (json) == 1)
    json = lucida_keras_json_at (json, 0);
  axis = _lucida_keras_axis (tensor, (int) CLAMP (lucida_keras_json_number (json, -1), -100, 100));
  if (axis < 0 || lucida_keras_json_length (json) > 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                               "is a softmax along an axis that is not there");
  tensor->value = _lucida_keras_emit1 (call, op, suffix, tensor->value, &node);
  lucida_node_set_int (node, "axis", axis);
  return TRUE;
}

/* x·σ(x) */
static void
emit_swish (const LucidaKerasCall *call, const char *suffix, LucidaKerasTensor *tensor)
{
  g_autofree char *inner = g_strconcat (suffix ? suffix : "swish", "/sigmoid", NULL);
  int gate = _lucida_keras_emit1 (call, "Sigmoid", inner, tensor->value, NULL);

  tensor->value = _lucida_keras_emit (call, "Mul", suffix, (int[]){ tensor->value, gate }, 2, NULL);
}

/* Lower case, without underscores and TensorFlow's namespaces. */
static char *
plain_name (const char *name)
{
  const char *last = strrchr (name, '.');
  GString *plain = g_string_new (NULL);

  last = last ? last + 1 : name;
  if (strrchr (last, '>'))
    last = strrchr (last, '>') + 1;
  for (const char *c = last; *c; c++)
    if (*c != '_')
      g_string_append_c (plain, g_ascii_tolower (*c));
  return g_string_free (plain, FALSE);
}

gboolean
_lucida_keras_activate_named (const LucidaKerasCall *call, const char *name,
                              const LucidaKerasJson *parameters, gboolean inside,
                              LucidaKerasTensor *tensor, GError **error)
{
  g_autofree char *plain = plain_name (name);
  LucidaNode *node;

#define SUFFIX(text) (inside ? (text) : NULL)
  if (g_str_equal (plain, "linear") || g_str_equal (plain, "identity"))
    return TRUE;
  if (g_str_equal (plain, "relu"))
    return emit_relu (call, parameters, SUFFIX ("relu"), tensor, error);
  if (g_str_equal (plain, "softmax"))
    return emit_softmax (call, parameters, "Softmax", SUFFIX ("softmax"), tensor, error);
  if (g_str_equal (plain, "logsoftmax"))
    return emit_softmax (call, parameters, "LogSoftmax", SUFFIX ("log_softmax"), tensor, error);
  if (g_str_equal (plain, "relu6"))
    tensor->value = emit_clip (call, SUFFIX ("relu6"), tensor->value, 0, 6);
  else if (g_str_equal (plain, "swish") || g_str_equal (plain, "silu"))
    emit_swish (call, SUFFIX ("swish"), tensor);
  else if (g_str_equal (plain, "hardsigmoid"))
    {
      /* Keras 2: clip(0.2x + 0.5); Keras 3: relu6(x + 3)/6 */
      tensor->value = _lucida_keras_emit1 (call, "HardSigmoid", SUFFIX ("hard_sigmoid"),
                                           tensor->value, &node);
      lucida_node_set_float (node, "alpha", call->build->version >= 3 ? 1.0 / 6 : 0.2);
      lucida_node_set_float (node, "beta", 0.5);
    }
  else if (g_str_equal (plain, "leakyrelu"))
    {
      tensor->value
          = _lucida_keras_emit1 (call, "LeakyRelu", SUFFIX ("leaky_relu"), tensor->value, &node);
      lucida_node_set_float (
          node, "alpha",
          lucida_keras_json_get_number (parameters, "negative_slope",
                                        lucida_keras_json_get_number (parameters, "alpha", 0.2)));
    }
  else if (g_str_equal (plain, "gelu"))
    {
      tensor->value = _lucida_keras_emit1 (call, "Gelu", SUFFIX ("gelu"), tensor->value, &node);
      if (lucida_keras_json_get_boolean (parameters, "approximate", FALSE))
        lucida_node_set_string (node, "approximate", "tanh");
    }
  else
    {
      for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
        if (g_str_equal (plain, functions[i].name))
          {
            const Function *f = &functions[i];

            tensor->value
                = _lucida_keras_emit1 (call, f->op, SUFFIX (f->suffix), tensor->value, &node);
            if (f->parameter)
              lucida_node_set_float (
                  node, f->attribute,
                  lucida_keras_json_get_number (parameters, f->parameter, f->fallback));
            return TRUE;
          }
      return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                                 "has the activation function “%s”, which is not known: export the "
                                 "network as ONNX (python -m tf2onnx.convert)",
                                 name);
    }
#undef SUFFIX
  return TRUE;
}

/* "relu", {"class_name": "ReLU", "config": {…}}, {"class_name": "function", "config": "relu"} */
gboolean
_lucida_keras_activate (const LucidaKerasCall *call, const LucidaKerasJson *activation,
                        gboolean inside, LucidaKerasTensor *tensor, GError **error)
{
  const LucidaKerasJson *config = lucida_keras_json_get (activation, "config");
  const char *name = lucida_keras_json_text (activation, NULL);

  if (lucida_keras_json_kind (activation) == LUCIDA_KERAS_JSON_NULL)
    return TRUE;
  if (!name)
    name = lucida_keras_json_text (config, NULL);
  if (!name)
    name = lucida_keras_json_get_text (activation, "class_name", NULL);
  if (!name || g_str_equal (name, "__lambda__"))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "has an activation function that is Python code: export the network "
                               "as ONNX (python -m tf2onnx.convert)");
  if (g_str_equal (name, "LeakyReLU") && !lucida_keras_json_get (config, "alpha")
      && !lucida_keras_json_get (config, "negative_slope"))
    {
      LucidaNode *node;

      tensor->value = _lucida_keras_emit1 (call, "LeakyRelu", inside ? "leaky_relu" : NULL,
                                           tensor->value, &node);
      lucida_node_set_float (node, "alpha", 0.3);
      return TRUE;
    }
  return _lucida_keras_activate_named (call, name, config, inside, tensor, error);
}

static gboolean
activation (LucidaKerasCall *call, GError **error)
{
  call->output = call->inputs[0];
  return _lucida_keras_activate (call, lucida_keras_json_get (call->layer->config, "activation"),
                                 FALSE, &call->output, error);
}

/* The layers ReLU, ELU, Softmax, …: the class is the function, the configuration its parameters. */
static gboolean
advanced (LucidaKerasCall *call, GError **error)
{
  call->output = call->inputs[0];
  return _lucida_keras_activate_named (call, call->layer->class_name, call->layer->config, FALSE,
                                       &call->output, error);
}

static gboolean
leaky_relu (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *config = call->layer->config;
  LucidaNode *node;

  (void) error;
  call->output = call->inputs[0];
  call->output.value = _lucida_keras_emit1 (call, "LeakyRelu", NULL, call->output.value, &node);
  lucida_node_set_float (
      node, "alpha",
      lucida_keras_json_get_number (config, "alpha",
                                    lucida_keras_json_get_number (config, "negative_slope", 0.3)));
  return TRUE;
}

static gboolean
thresholded_relu (LucidaKerasCall *call, GError **error)
{
  LucidaNode *node;

  (void) error;
  call->output = call->inputs[0];
  call->output.value
      = _lucida_keras_emit1 (call, "ThresholdedRelu", NULL, call->output.value, &node);
  lucida_node_set_float (node, "alpha",
                         lucida_keras_json_get_number (call->layer->config, "theta", 1));
  return TRUE;
}

/* The slopes have the shape of one sample, 1 along shared axes; they are turned as it is. */
static gboolean
prelu (LucidaKerasCall *call, GError **error)
{
  static const LucidaKerasTurn turns[] = {
    { .rank = 1, .order = { 0 } },
    { .rank = 2, .order = { 1, 0 } },
    { .rank = 3, .order = { 2, 0, 1 } },
  };
  LucidaKerasTensor x = call->inputs[0];
  int rank = x.shape.rank - 1;
  int inputs[2] = { x.value };

  inputs[1] = _lucida_keras_weight (
      call, "alpha", 0, x.turned && rank >= 1 && rank <= 3 ? &turns[rank - 1] : NULL, NULL, error);
  if (inputs[1] < 0)
    return FALSE;
  call->output = x;
  call->output.value = _lucida_keras_emit (call, "PRelu", NULL, inputs, 2, NULL);
  return TRUE;
}

const LucidaKerasClass _lucida_keras_activations[] = {
  { "Activation", activation }, { "ReLU", advanced },
  { "ELU", advanced },          { "Softmax", advanced },
  { "LeakyReLU", leaky_relu },  { "ThresholdedReLU", thresholded_relu },
  { "PReLU", prelu },           { NULL, NULL },
};
