#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <string.h>

/* Nodes, values and constants, named after the layer that they belong to. */

gboolean
_lucida_keras_fail (const LucidaKerasCall *call, LucidaError code, GError **error,
                    const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error (error, LUCIDA_ERROR, (int) code, "the layer “%s” (%s) %s", call->layer->full_name,
               call->layer->class_name, text);
  return FALSE;
}

/* A name that no other value has: "layer:0", "layer_1:0", … (transfer none) */
static const char *
unique (LucidaKerasBuild *build, const char *stem)
{
  char *name = g_strconcat (stem, ":0", NULL);

  for (int i = 1; g_hash_table_contains (build->names, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%d:0", stem, i);
    }
  g_hash_table_add (build->names, name);
  return name;
}

static char *
join (const LucidaKerasCall *call, const char *suffix)
{
  return suffix ? g_strconcat (call->layer->full_name, "/", suffix, NULL)
                : g_strdup (call->layer->full_name);
}

int
_lucida_keras_emit (const LucidaKerasCall *call, const char *op, const char *suffix,
                    const int *inputs, int n, LucidaNode **node)
{
  LucidaKerasBuild *build = call->build;
  g_autofree char *name = join (call, suffix);
  int output = lucida_network_add_value (build->network, unique (build, name), NULL);
  LucidaNode *made = lucida_network_add_node (build->network, op, name, inputs, n, &output, 1);

  lucida_node_set_trainable (made, call->layer->trainable);
  lucida_node_set_internal (made, suffix != NULL);
  if (node)
    *node = made;
  return output;
}

int
_lucida_keras_emit1 (const LucidaKerasCall *call, const char *op, const char *suffix, int input,
                     LucidaNode **node)
{
  return _lucida_keras_emit (call, op, suffix, &input, 1, node);
}

/* Through a node: a constant that is given as one would count as a weight. */
static int
add_constant (const LucidaKerasCall *call, const char *suffix, LucidaTensor *tensor)
{
  LucidaNode *node;
  int value = _lucida_keras_emit (call, "Constant", suffix, NULL, 0, &node);

  lucida_node_set_tensor (node, "value", tensor);
  return value;
}

int
_lucida_keras_ints (const LucidaKerasCall *call, const char *suffix, const int64_t *values, int n)
{
  LucidaShape shape = lucida_shape (1, (int64_t) n);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_INT64, &shape, values, NULL);
  g_autofree char *name = join (call, suffix);

  return lucida_network_add_value (call->build->network, unique (call->build, name), tensor);
}

int
_lucida_keras_floats (const LucidaKerasCall *call, const char *suffix, const LucidaShape *shape,
                      const float *values)
{
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, shape, values, NULL);

  return add_constant (call, suffix, tensor);
}

int
_lucida_keras_scalar (const LucidaKerasCall *call, const char *suffix, double value)
{
  LucidaShape shape = { .rank = 0 };
  float number = (float) value;
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, &number, NULL);
  g_autofree char *name = join (call, suffix);

  return lucida_network_add_value (call->build->network, unique (call->build, name), tensor);
}

int
_lucida_keras_filled (const LucidaKerasCall *call, const char *suffix, int64_t n, float value)
{
  LucidaShape one = lucida_shape (1, (int64_t) 1);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, &one, &value, NULL);
  g_autofree char *size = g_strconcat (suffix, "/size", NULL);
  int shape = _lucida_keras_ints (call, size, &n, 1);
  LucidaNode *node;
  int output = _lucida_keras_emit1 (call, "ConstantOfShape", suffix, shape, &node);

  lucida_node_set_tensor (node, "value", tensor);
  return output;
}

/* The transposed value, made once. */
static int
transpose (const LucidaKerasCall *call, const LucidaKerasTensor *tensor, gboolean turn)
{
  GHashTable *known = call->build->turned;
  int value
      = GPOINTER_TO_INT (g_hash_table_lookup (known, GINT_TO_POINTER (tensor->value + 1))) - 1;
  int64_t order[LUCIDA_MAX_RANK] = { 0 };
  int rank = tensor->shape.rank;
  LucidaNode *node;

  if (value >= 0)
    return value;
  for (int i = 1; i < rank; i++)
    if (turn)
      order[i] = i == 1 ? rank - 1 : i - 1;
    else
      order[i] = i == rank - 1 ? 1 : i + 1;
  value = _lucida_keras_emit1 (call, "Transpose", "transpose", tensor->value, &node);
  lucida_node_set_ints (node, "perm", order, rank);
  g_hash_table_insert (known, GINT_TO_POINTER (tensor->value + 1), GINT_TO_POINTER (value + 1));
  g_hash_table_insert (known, GINT_TO_POINTER (value + 1), GINT_TO_POINTER (tensor->value + 1));
  return value;
}

LucidaKerasTensor
_lucida_keras_turn (const LucidaKerasCall *call, LucidaKerasTensor tensor)
{
  if (!tensor.turned && tensor.shape.rank > 2)
    {
      tensor.value = transpose (call, &tensor, TRUE);
      tensor.turned = TRUE;
    }
  return tensor;
}

LucidaKerasTensor
_lucida_keras_straighten (const LucidaKerasCall *call, LucidaKerasTensor tensor)
{
  if (tensor.turned)
    {
      tensor.value = transpose (call, &tensor, FALSE);
      tensor.turned = FALSE;
    }
  return tensor;
}

gboolean
_lucida_keras_is_channels_first (const LucidaKerasCall *call)
{
  return g_str_equal (
      lucida_keras_json_get_text (call->layer->config, "data_format", "channels_last"),
      "channels_first");
}

LucidaKerasTensor
_lucida_keras_channels_first (const LucidaKerasCall *call, LucidaKerasTensor tensor)
{
  return _lucida_keras_is_channels_first (call) ? _lucida_keras_straighten (call, tensor)
                                                : _lucida_keras_turn (call, tensor);
}

int
_lucida_keras_axis (const LucidaKerasTensor *tensor, int axis)
{
  int rank = tensor->shape.rank;

  if (axis < 0)
    axis += rank;
  if (axis < 0 || axis >= rank)
    return -1;
  if (!tensor->turned || axis == 0)
    return axis;
  return axis == rank - 1 ? 1 : axis + 1;
}

gboolean
_lucida_keras_sizes (const LucidaKerasCall *call, const char *name, int n, int64_t fallback,
                     int64_t least, int64_t *sizes, GError **error)
{
  const LucidaKerasJson *json = lucida_keras_json_get (call->layer->config, name);
  guint length = lucida_keras_json_length (json);

  for (int i = 0; i < n; i++)
    {
      const LucidaKerasJson *item = lucida_keras_json_is_list (json)
                                        ? lucida_keras_json_at (json, length == 1 ? 0 : (guint) i)
                                        : json;
      double number = lucida_keras_json_number (item, (double) fallback);

      if ((length > 1 && length != (guint) n) || !(number >= (double) least && number <= 1e6))
        return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                                   "has a “%s” that makes no sense", name);
      sizes[i] = (int64_t) number;
    }
  return TRUE;
}
