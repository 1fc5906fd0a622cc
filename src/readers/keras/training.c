#include "readers/keras/keras-private.h"

#include "network/source.h"

#include <math.h>
#include <string.h>

/* What a Keras file says about the network beside its layers. */

#define MAX_STEPS 24 /* nodes at the beginning that may prepare the picture */

/* "sparse_categorical_crossentropy" and "SparseCategoricalCrossentropy" as people read it: "Sparse
 * Categorical Crossentropy". (transfer full) */
static char *
to_words (const char *name)
{
  const char *end = strrchr (name, '>'); /* "Custom>Adam" */
  GString *words = g_string_new (NULL);

  for (const char *c = end ? end + 1 : name; *c; c++)
    {
      gboolean first = words->len == 0 || words->str[words->len - 1] == ' ';

      if (*c == '_' || *c == ' ')
        {
          if (!first)
            g_string_append_c (words, ' ');
          continue;
        }
      if (g_ascii_isupper (*c) && !first && g_ascii_islower (c[-1]))
        {
          g_string_append_c (words, ' ');
          first = TRUE;
        }
      g_string_append_c (words, first ? g_ascii_toupper (*c) : *c);
    }
  return g_string_free (words, FALSE);
}

/* Short names as they are usually written. */
static char *
proper_name (const char *name)
{
  static const char *const names[]
      = { "SGD",      "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad",
          "Adadelta", "Ftrl",    "Lion", "MSE",   "MAE",    "MAPE",  "MSLE" };
  const char *end = strrchr (name, '>');

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (end ? end + 1 : name, names[i]) == 0)
      return g_strdup (names[i]);
  return to_words (name);
}

/* A name, {class_name, config: {name}}, or the first of several. (transfer full) (nullable) */
static char *
name_of (const LucidaKerasJson *json)
{
  const char *name = lucida_keras_json_text (json, NULL);

  if (!name && lucida_keras_json_is_list (json))
    return name_of (lucida_keras_json_at (json, 0));
  if (!name)
    name = lucida_keras_json_get_text (json, "class_name", NULL);
  if (name && g_str_equal (name, "function"))
    name = lucida_keras_json_get_text (json, "config", NULL);
  if (name)
    return *name ? proper_name (name) : NULL;
  /* one for each output by name */
  return lucida_keras_json_is_object (json) ? name_of (lucida_keras_json_at (json, 0)) : NULL;
}

void
_lucida_keras_describe_training (LucidaNetwork *network, const LucidaKerasJson *training)
{
  const LucidaKerasJson *optimizer = lucida_keras_json_get (training, "optimizer_config");
  g_autofree char *loss = name_of (lucida_keras_json_get (training, "loss"));
  g_autofree char *method
      = name_of (optimizer ? optimizer : lucida_keras_json_get (training, "optimizer"));

  if (loss || method)
    lucida_network_set_training (network, loss, method);
}

/* The constant that a node reads beside @value, or NULL. */
static LucidaTensor *
other_constant (const LucidaNetwork *network, const LucidaNode *node, int value)
{
  for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
    {
      int input = lucida_node_get_input (node, i);
      LucidaTensor *constant = lucida_network_get_constant (network, input);
      int producer = lucida_network_get_producer (network, input);

      if (input == value)
        continue;
      if (!constant && producer >= 0)
        constant = lucida_node_get_tensor (lucida_network_get_node (network, producer), "value");
      if (constant && lucida_tensor_get_element (constant) == LUCIDA_FLOAT32
          && lucida_tensor_get_count (constant) > 0)
        return constant;
    }
  return NULL;
}

typedef enum
{
  UNKNOWN,
  RAW,  /* the network takes 0 … 255 and scales it itself */
  UNIT, /* it takes 0 … 1 */
} Range;

/* What one step of arithmetic on the input says about its range. */
static Range
judge (const char *op, double number)
{
  if (g_str_equal (op, "Mul"))
    number = number == 0 ? 0 : 1 / number;
  if (g_str_equal (op, "Mul") || g_str_equal (op, "Div"))
    return fabs (number) >= 20 ? RAW : fabs (number) <= 1.5 ? UNIT : UNKNOWN;
  return fabs (number) > 5 ? RAW : UNKNOWN;
}

void
_lucida_keras_describe_preprocessing (LucidaNetwork *network)
{
  static const char *const silent[]
      = { "Transpose", "Squeeze", "Reshape", "Identity", "Slice", "Resize", "Pad", NULL };
  static const char *const arithmetic[] = { "Mul", "Div", "Add", "Sub", NULL };
  int channels = 3, height, width, n, value = lucida_network_get_input (network);
  LucidaPreprocessing preprocessing;
  Range range = UNKNOWN;

  for (int step = 0; step < MAX_STEPS && range == UNKNOWN; step++)
    {
      const int *readers = lucida_network_get_consumers (network, value, &n);
      const LucidaNode *node = n == 1 ? lucida_network_get_node (network, readers[0]) : NULL;
      const char *op = node ? lucida_node_get_op (node) : "";

      if (g_strv_contains (arithmetic, op))
        {
          LucidaTensor *constant = other_constant (network, node, value);

          if (constant)
            range = judge (op, (double) lucida_tensor_get_floats (constant)[0]);
        }
      else if (!g_strv_contains (silent, op))
        break;
      value = lucida_node_get_output (node, 0);
    }
  if (!lucida_network_get_input_size (network, &channels, &height, &width)
      || channels == LUCIDA_FREE_SIZE)
    channels = 3;
  preprocessing = lucida_preprocessing_preset (
      range == RAW ? LUCIDA_PREPROCESSING_RAW : LUCIDA_PREPROCESSING_UNIT, channels);
  preprocessing.assumed = TRUE;
  lucida_network_set_preprocessing (network, &preprocessing);
  if (range != UNKNOWN)
    lucida_network_set_preprocessing_source (network, LUCIDA_SOURCE_ARITHMETIC);
}
