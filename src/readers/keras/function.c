#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <string.h>

/* Operations that stand between the layers of a functional model: Keras 2's TFOpLambda with the
 * name of a TensorFlow function, Keras 3's classes of operations. Mostly the network's own
 * preprocessing.
 */

gboolean
_lucida_keras_has_constants (const LucidaKerasCall *call)
{
  for (guint i = 0; i < call->n_operands; i++)
    if (call->operands[i].tensor.value < 0
        && lucida_keras_json_kind (call->operands[i].constant) != LUCIDA_KERAS_JSON_NULL)
      return TRUE;
  return FALSE;
}

/* Argument number @i, or the one of the first of @names (ends with NULL) that is there. */
static gboolean
find_operand (const LucidaKerasCall *call, guint i, const char *const *names,
              LucidaKerasOperand *operand)
{
  if (i < call->n_operands)
    {
      *operand = call->operands[i];
      return TRUE;
    }
  for (; *names; names++)
    {
      const LucidaKerasJson *json = lucida_keras_json_get (call->arguments, *names);

      *operand = (LucidaKerasOperand){ .tensor = { .value = -1 }, .constant = json };
      if (lucida_keras_json_kind (json) == LUCIDA_KERAS_JSON_NULL)
        continue;
      if (call->find_tensor (call->find_data, json, &operand->tensor))
        operand->constant = NULL;
      else
        operand->tensor.value = -1;
      return TRUE;
    }
  return FALSE;
}

gboolean
_lucida_keras_binary (LucidaKerasCall *call, const char *op, GError **error)
{
  static const char *const first_names[] = { "x", "x1", "value", "input", NULL };
  static const char *const second_names[] = { "y", "x2", "bias", "other", NULL };
  LucidaKerasOperand a, b;
  int inputs[2];

  if (!find_operand (call, 0, first_names, &a) || !find_operand (call, 1, second_names, &b)
      || (a.tensor.value < 0 && b.tensor.value < 0))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "has operands that are not understood: export the network as ONNX "
                               "(python -m tf2onnx.convert)");
  if (a.tensor.value >= 0 && b.tensor.value >= 0)
    {
      gboolean turned = a.tensor.turned || b.tensor.turned;

      if (a.tensor.shape.rank != b.tensor.shape.rank || !turned)
        {
          a.tensor = _lucida_keras_straighten (call, a.tensor);
          b.tensor = _lucida_keras_straighten (call, b.tensor);
        }
      else
        {
          a.tensor = _lucida_keras_turn (call, a.tensor);
          b.tensor = _lucida_keras_turn (call, b.tensor);
        }
    }
  call->output
      = a.tensor.value >= 0 && (b.tensor.value < 0 || a.tensor.shape.rank >= b.tensor.shape.rank)
            ? a.tensor
            : b.tensor;
  inputs[0] = a.tensor.value >= 0
                  ? a.tensor.value
                  : _lucida_keras_per_channel (call, &call->output, "x", a.constant, error);
  inputs[1] = b.tensor.value >= 0 || inputs[0] < 0
                  ? b.tensor.value
                  : _lucida_keras_per_channel (call, &call->output, "y", b.constant, error);
  if (inputs[0] < 0 || inputs[1] < 0)
    return FALSE;
  if (a.tensor.value >= 0 && b.tensor.value >= 0 && a.tensor.shape.rank == b.tensor.shape.rank)
    for (int i = 0; i < call->output.shape.rank; i++)
      if (call->output.shape.dim[i] == 1)
        call->output.shape.dim[i] = MAX (a.tensor.shape.dim[i], b.tensor.shape.dim[i]);
  call->output.value = _lucida_keras_emit (call, op, NULL, inputs, 2, NULL);
  return TRUE;
}

static gboolean
unary (LucidaKerasCall *call, const char *op, GError **error)
{
  (void) error;
  call->output = call->inputs[0];
  call->output.value = _lucida_keras_emit1 (call, op, NULL, call->output.value, NULL);
  return TRUE;
}

static gboolean
pass (LucidaKerasCall *call, const char *op, GError **error)
{
  (void) op;
  (void) error;
  call->output = call->inputs[0];
  return TRUE;
}

static gboolean
activate (LucidaKerasCall *call, const char *name, GError **error)
{
  const LucidaKerasJson *parameters
      = lucida_keras_json_length (call->arguments) > 0 ? call->arguments : call->layer->config;

  call->output = call->inputs[0];
  return _lucida_keras_activate_named (call, name, parameters, FALSE, &call->output, error);
}

/* A named argument, or argument number @i, or a member of the configuration. (nullable) */
static const LucidaKerasJson *
parameter (const LucidaKerasCall *call, const char *name, guint i)
{
  const LucidaKerasJson *json = lucida_keras_json_get (call->arguments, name);

  if (!json && i < call->n_operands)
    json = call->operands[i].constant;
  return json ? json : lucida_keras_json_get (call->layer->config, name);
}

static gboolean
join (LucidaKerasCall *call, const char *op, GError **error)
{
  double axis = lucida_keras_json_number (parameter (call, "axis", call->n_inputs), -1);

  (void) op;
  return _lucida_keras_concatenate (call, (int) CLAMP (axis, -100, 100), error);
}

static gboolean
reshape (LucidaKerasCall *call, const char *op, GError **error)
{
  const LucidaKerasJson *shape = parameter (call, "shape", 1);

  (void) op;
  if (!lucida_keras_json_is_list (shape))
    shape = parameter (call, "newshape", 1);
  return _lucida_keras_reshape (call, shape, 1, error);
}

/* Along height and width, or other axes; the result keeps them as 1 where it is told so. */
static gboolean
reduce (LucidaKerasCall *call, const char *op, GError **error)
{
  const LucidaKerasJson *axis = parameter (call, "axis", 1);
  gboolean keep = lucida_keras_json_number (parameter (call, "keepdims", 2), 0) != 0;
  LucidaKerasTensor x = keep ? call->inputs[0] : _lucida_keras_straighten (call, call->inputs[0]);
  gboolean list = lucida_keras_json_is_list (axis);
  guint n = list ? lucida_keras_json_length (axis) : 1, gone = 0;
  int64_t axes[LUCIDA_MAX_RANK];
  LucidaNode *node;

  if (n == 0 || n > LUCIDA_MAX_RANK || (!list && !lucida_keras_json_is_number (axis)))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "reduces along axes that are not supported");
  call->output = x;
  for (guint i = 0; i < n; i++)
    {
      double number = lucida_keras_json_number (list ? lucida_keras_json_at (axis, i) : axis, 0);
      int keras = (int) CLAMP (number, -100, 100);

      keras += keras < 0 ? x.shape.rank : 0;
      axes[i] = _lucida_keras_axis (&x, keras);
      if (axes[i] < 1)
        return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                                   "reduces along axes that are not supported");
      call->output.shape.dim[keras] = 1;
      gone |= 1u << keras;
    }
  call->output.value = _lucida_keras_emit1 (call, op, NULL, x.value, &node);
  lucida_node_set_ints (node, "axes", axes, (int) n);
  lucida_node_set_int (node, "keepdims", keep);
  if (!keep)
    {
      LucidaShape shape = { .rank = 0 };

      for (int i = 0; i < x.shape.rank; i++)
        if (!(gone >> i & 1))
          shape.dim[shape.rank++] = x.shape.dim[i];
      call->output.shape = shape;
    }
  return TRUE;
}

static gboolean
clip (LucidaKerasCall *call, const char *op, GError **error)
{
  const LucidaKerasJson *low = parameter (call, "clip_value_min", 1);
  const LucidaKerasJson *high = parameter (call, "clip_value_max", 2);
  int inputs[3];

  if (!low)
    low = parameter (call, "x_min", 1);
  if (!high)
    high = parameter (call, "x_max", 2);
  if (!lucida_keras_json_is_number (low) || !lucida_keras_json_is_number (high))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "has bounds that are not understood");
  call->output = call->inputs[0];
  inputs[0] = call->output.value;
  inputs[1] = _lucida_keras_scalar (call, "low", lucida_keras_json_number (low, 0));
  inputs[2] = _lucida_keras_scalar (call, "high", lucida_keras_json_number (high, 0));
  call->output.value = _lucida_keras_emit (call, op, NULL, inputs, 3, NULL);
  return TRUE;
}

static int64_t
bound (const LucidaKerasJson *json, int64_t fallback)
{
  return lucida_keras_json_is_number (json)
             ? (int64_t) CLAMP (lucida_keras_json_number (json, 0), -1e9, 1e9)
             : fallback;
}

static int64_t
size_after (int64_t n, int64_t start, int64_t end, int64_t step)
{
  if (n == LUCIDA_FREE_SIZE)
    return LUCIDA_FREE_SIZE;
  start = CLAMP (start < 0 && start > -n ? start + n : start, 0, step > 0 ? n : n - 1);
  if (step > 0)
    return MAX (0, (CLAMP (end < 0 ? end + n : end, 0, n) - start + step - 1) / step);
  return end < -n ? start / -step + 1 : LUCIDA_FREE_SIZE;
}

/* x[..., ::-1]: slices and an ellipsis; indices, which take an axis away, are not supported. */
static gboolean
get_item (LucidaKerasCall *call, const char *op, GError **error)
{
  const LucidaKerasJson *spec = parameter (call, "slice_spec", 1);
  int64_t starts[LUCIDA_MAX_RANK], ends[LUCIDA_MAX_RANK], axes[LUCIDA_MAX_RANK],
      steps[LUCIDA_MAX_RANK];
  guint length;
  int axis = 0, n = 0;
  int inputs[5];

  if (!spec)
    spec = parameter (call, "key", 1);
  length = lucida_keras_json_length (spec);
  call->output = call->inputs[0];
  for (guint i = 0; i < length; i++)
    {
      const LucidaKerasJson *item = lucida_keras_json_at (spec, i);
      const char *kind = lucida_keras_json_get_text (item, "class_name", "");
      int64_t step;

      if (strstr (kind, "llipsis"))
        {
          axis = call->output.shape.rank - (int) (length - i - 1);
          continue;
        }
      if (lucida_keras_json_get (item, "config"))
        item = lucida_keras_json_get (item, "config");
      step = bound (lucida_keras_json_get (item, "step"), 1);
      if (!lucida_keras_json_is_object (item) || axis < 0 || axis >= call->output.shape.rank
          || step == 0 || n >= LUCIDA_MAX_RANK)
        return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                                   "picks out a part in a way that is not supported: export the "
                                   "network as ONNX (python -m tf2onnx.convert)");
      starts[n] = bound (lucida_keras_json_get (item, "start"), step < 0 ? G_MAXINT64 : 0);
      ends[n] = bound (lucida_keras_json_get (item, "stop"), step < 0 ? G_MININT64 : G_MAXINT64);
      steps[n] = step;
      axes[n] = _lucida_keras_axis (&call->output, axis);
      if (axis > 0 && (step != 1 || starts[n] != 0 || ends[n] != G_MAXINT64))
        {
          int64_t *size = &call->output.shape.dim[axis];

          *size = size_after (*size, starts[n], ends[n], step);
          n++;
        }
      axis++;
    }
  if (n == 0)
    return TRUE;
  inputs[0] = call->output.value;
  inputs[1] = _lucida_keras_ints (call, "starts", starts, n);
  inputs[2] = _lucida_keras_ints (call, "ends", ends, n);
  inputs[3] = _lucida_keras_ints (call, "axes", axes, n);
  inputs[4] = _lucida_keras_ints (call, "steps", steps, n);
  call->output.value = _lucida_keras_emit (call, op, NULL, inputs, 5, NULL);
  return TRUE;
}

/* x² */
static gboolean
square (LucidaKerasCall *call, const char *op, GError **error)
{
  int inputs[2] = { call->inputs[0].value, call->inputs[0].value };

  (void) error;
  call->output = call->inputs[0];
  call->output.value = _lucida_keras_emit (call, op, NULL, inputs, 2, NULL);
  return TRUE;
}

typedef struct
{
  const char *name;       /* the last part of a TensorFlow function's name, without underscores */
  const char *class_name; /* (nullable) Keras 3's operation, where no layer is called so */
  gboolean (*func) (LucidaKerasCall *call, const char *op, GError **error);
  const char *op;
} Operation;

static const Operation operations[] = {
  { "add", NULL, _lucida_keras_binary, "Add" },
  { "addv2", NULL, _lucida_keras_binary, "Add" },
  { "radd", NULL, _lucida_keras_binary, "Add" },
  { "biasadd", NULL, _lucida_keras_binary, "Add" },
  { "subtract", NULL, _lucida_keras_binary, "Sub" },
  { "sub", NULL, _lucida_keras_binary, "Sub" },
  { "multiply", NULL, _lucida_keras_binary, "Mul" },
  { "mul", NULL, _lucida_keras_binary, "Mul" },
  { "rmul", NULL, _lucida_keras_binary, "Mul" },
  { "truediv", "TrueDivide", _lucida_keras_binary, "Div" },
  { "divide", "Divide", _lucida_keras_binary, "Div" },
  { "realdiv", NULL, _lucida_keras_binary, "Div" },
  { "pow", "Power", _lucida_keras_binary, "Pow" },
  { "maximum", NULL, _lucida_keras_binary, "Max" },
  { "minimum", NULL, _lucida_keras_binary, "Min" },
  { "sqrt", "Sqrt", unary, "Sqrt" },
  { "abs", "Absolute", unary, "Abs" },
  { "negative", "Negative", unary, "Neg" },
  { "neg", NULL, unary, "Neg" },
  { "log", "Log", unary, "Log" },
  { "erf", "Erf", unary, "Erf" },
  { "square", "Square", square, "Mul" },
  { "identity", NULL, pass, NULL },
  { "cast", NULL, pass, NULL },
  { "stopgradient", "StopGradient", pass, NULL },
  { "converttotensor", NULL, pass, NULL },
  { "concat", NULL, join, NULL },
  { "reshape", NULL, reshape, NULL },
  { "reducemean", "Mean", reduce, "ReduceMean" },
  { "reducemax", "Max", reduce, "ReduceMax" },
  { "clipbyvalue", "Clip", clip, "Clip" },
  { "getitem", "GetItem", get_item, "Slice" },
  { "relu", "Relu", activate, "relu" },
  { "relu6", "Relu6", activate, "relu6" },
  { "sigmoid", "Sigmoid", activate, "sigmoid" },
  { "tanh", "Tanh", activate, "tanh" },
  { "softmax", NULL, activate, "softmax" },
  { "softplus", "Softplus", activate, "softplus" },
  { "silu", "Silu", activate, "silu" },
  { "swish", NULL, activate, "silu" },
  { "hardsigmoid", "HardSigmoid", activate, "hard_sigmoid" },
  { "hardswish", "HardSilu", activate, "hard_silu" },
  { "leakyrelu", "LeakyRelu", activate, "leaky_relu" },
  { "elu", "Elu", activate, "elu" },
  { "selu", "Selu", activate, "selu" },
  { "gelu", "Gelu", activate, "gelu" },
  { "exp", "Exp", activate, "exponential" },
};

/* "math.truediv", "__operators__.add", "compat.v1.concat" → "truediv", "add", "concat" */
static char *
plain_name (const char *name)
{
  const char *last = strrchr (name, '.');
  GString *plain = g_string_new (NULL);

  for (const char *c = last ? last + 1 : name; *c; c++)
    if (*c != '_')
      g_string_append_c (plain, g_ascii_tolower (*c));
  return g_string_free (plain, FALSE);
}

static gboolean
tensorflow_function (LucidaKerasCall *call, GError **error)
{
  const char *name = lucida_keras_json_get_text (call->layer->config, "function", "?");
  g_autofree char *plain = plain_name (name);

  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    if (g_str_equal (operations[i].name, plain))
      return operations[i].func (call, operations[i].op, error);
  return _lucida_keras_fail (
      call, LUCIDA_ERROR_UNSUPPORTED, error,
      "calls the TensorFlow function “%s”, which is not supported: export the "
      "network as ONNX (python -m tf2onnx.convert)",
      name);
}

static gboolean
operation (LucidaKerasCall *call, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    if (operations[i].class_name && g_str_equal (operations[i].class_name, call->layer->class_name))
      return operations[i].func (call, operations[i].op, error);
  return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error, "is not supported");
}

const LucidaKerasClass _lucida_keras_functions[] = {
  { "TFOpLambda", tensorflow_function },
  { "SlicingOpLambda", tensorflow_function },
  { "TrueDivide", operation },
  { "Divide", operation },
  { "Power", operation },
  { "Sqrt", operation },
  { "Absolute", operation },
  { "Negative", operation },
  { "Log", operation },
  { "Erf", operation },
  { "Square", operation },
  { "StopGradient", operation },
  { "Mean", operation },
  { "Max", operation },
  { "Clip", operation },
  { "GetItem", operation },
  { "Relu", operation },
  { "Relu6", operation },
  { "Sigmoid", operation },
  { "Tanh", operation },
  { "Softplus", operation },
  { "Silu", operation },
  { "HardSigmoid", operation },
  { "HardSilu", operation },
  { "LeakyRelu", operation },
  { "Elu", operation },
  { "Selu", operation },
  { "Gelu", operation },
  { "Exp", operation },
  { NULL, NULL },
};
