#include "readers/onnx/onnx-private.h"

#include "base/error.h"
#include "readers/parse/onnx-tensor-message.h"

#include <string.h>

/* From older operator sets to the forms of set 17. Changes of each operator:
 * github.com/onnx/onnx/blob/main/docs/Changelog.md. */

typedef struct
{
  LucidaOnnxBuild *build;
  LucidaNode *node;
  const LucidaOnnxNode *source;
} Job;

typedef gboolean (*NormalizeFunc) (Job *job, GError **error);

/* How far rank_of() looks back for a rank that nothing states. */
#define MAX_STEPS 64

static LucidaTensor *
constant_of (const Job *job, int value)
{
  return lucida_network_get_constant (job->build->network, value);
}

/* The number of dimensions of @value, or -1: as stated, or as the operators before it make it. */
static int
rank_of (const Job *job, int value)
{
  static const char *const maps[] = { "Conv",
                                      "ConvTranspose",
                                      "MaxPool",
                                      "AveragePool",
                                      "GlobalAveragePool",
                                      "GlobalMaxPool",
                                      "LRN",
                                      "InstanceNormalization",
                                      "Upsample",
                                      "Resize",
                                      NULL };
  static const char *const rows[] = { "Gemm", "Flatten", NULL };
  static const char *const same[]
      = { "Relu",   "LeakyRelu", "PRelu", "Elu",     "Sigmoid",  "Tanh", "BatchNormalization",
          "Clip",   "Add",       "Sub",   "Mul",     "Div",      "Pow",  "Sum",
          "Concat", "Dropout",   "Pad",   "Softmax", "Identity", "Cast", "Transpose",
          NULL };

  for (int step = 0; step < MAX_STEPS && value >= 0; step++)
    {
      LucidaTensor *constant = constant_of (job, value);
      const char *name = lucida_network_get_value_name (job->build->network, value);
      const LucidaOnnxValue *stated = g_hash_table_lookup (job->build->stated, name);
      const LucidaNode *node;

      if (constant)
        return lucida_tensor_get_shape (constant)->rank;
      if (stated && stated->shape.rank >= 0)
        return stated->shape.rank;
      node = g_hash_table_lookup (job->build->producers, GINT_TO_POINTER (value));
      if (!node)
        return -1;
      if (g_strv_contains (maps, lucida_node_get_op (node)))
        return 4;
      if (g_strv_contains (rows, lucida_node_get_op (node)))
        return 2;
      if (!g_strv_contains (same, lucida_node_get_op (node)))
        return -1;
      value = lucida_node_get_input (node, 0);
    }
  return -1;
}

/* Puts @value at input @i in place of what is there; inputs in between are left out. */
static void
set_input (LucidaNode *node, int i, int value)
{
  int n = MAX (lucida_node_get_n_inputs (node), i + 1);
  g_autofree int *inputs = g_new (int, n);

  for (int k = 0; k < n; k++)
    inputs[k] = lucida_node_get_input (node, k);
  inputs[i] = value;
  lucida_node_set_inputs (node, inputs, n);
}

/* Appends @trailing dimensions of 1 to input @i. */
static gboolean
append_ones (Job *job, int i, int trailing, GError **error)
{
  LucidaNetwork *network = job->build->network;
  int value = lucida_node_get_input (job->node, i);
  LucidaTensor *constant = constant_of (job, value);
  int64_t axes[LUCIDA_MAX_RANK];
  g_autofree char *name = NULL;
  int widened;
  LucidaNode *node;

  if (trailing <= 0)
    return TRUE;
  if (constant)
    {
      LucidaShape shape = *lucida_tensor_get_shape (constant);
      g_autoptr (LucidaTensor) reshaped = NULL;

      if (shape.rank + trailing > LUCIDA_MAX_RANK)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED, "more than %d dimensions",
                       LUCIDA_MAX_RANK);
          return FALSE;
        }
      while (trailing-- > 0)
        shape.dim[shape.rank++] = 1;
      reshaped = lucida_tensor_reshape (constant, &shape);
      set_input (job->node, i, _lucida_onnx_build_constant (job->build, reshaped));
      return TRUE;
    }
  trailing = MIN (trailing, LUCIDA_MAX_RANK);
  for (int k = 0; k < trailing; k++)
    axes[k] = -1 - k;
  widened = _lucida_onnx_build_constant (job->build, NULL);
  name = g_strconcat (lucida_node_get_name (job->node), ".Unsqueeze", NULL);
  node = lucida_network_add_node (network, "Unsqueeze", name, &value, 1, &widened, 1);
  lucida_node_set_ints (node, "axes", axes, trailing);
  g_hash_table_insert (job->build->producers, GINT_TO_POINTER (widened), node);
  set_input (job->node, i, widened);
  return TRUE;
}

/* Below 7 the second input was laid over the first from `axis` on, not from the last. */
static gboolean
old_broadcast (Job *job, GError **error)
{
  int64_t axis = lucida_node_get_int (job->node, "axis", -1);
  gboolean broadcast
      = lucida_node_get_int (job->node, "broadcast", 0) != 0 && lucida_node_has (job->node, "axis");
  int a = rank_of (job, lucida_node_get_input (job->node, 0));
  int b = rank_of (job, lucida_node_get_input (job->node, 1));

  lucida_node_remove (job->node, "broadcast");
  lucida_node_remove (job->node, "axis");
  if (!broadcast || b == 0)
    return TRUE;
  if (a < 0 || b < 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the operator %s (node “%s”) uses an old way of broadcasting over shapes that "
                   "are not stated: export the network again with a newer operator set",
                   lucida_node_get_op (job->node), lucida_node_get_name (job->node));
      return FALSE;
    }
  if (axis < 0)
    axis += a;
  return axis < 0 || axis + b > a || append_ones (job, 1, a - (int) axis - b, error);
}

/* Below 7 a list of slopes was one per channel. */
static gboolean
old_slopes (Job *job, GError **error)
{
  LucidaTensor *slope = constant_of (job, lucida_node_get_input (job->node, 1));
  int rank = rank_of (job, lucida_node_get_input (job->node, 0));

  if (!slope || lucida_tensor_get_shape (slope)->rank != 1 || lucida_tensor_get_count (slope) == 1)
    return TRUE;
  return append_ones (job, 1, (rank < 0 ? 4 : rank) - 2, error);
}

static gboolean
old_softmax (Job *job, GError **error)
{
  lucida_node_set_int (job->node, "flatten", 1);
  if (!lucida_node_has (job->node, "axis"))
    lucida_node_set_int (job->node, "axis", 1);
  return TRUE;
}

static int
float_list (Job *job, const float *values, int n)
{
  LucidaShape shape = lucida_shape (1, (int64_t) n);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, values, NULL);

  return tensor ? _lucida_onnx_build_constant (job->build, tensor) : LUCIDA_NO_VALUE;
}

static gboolean
old_resize (Job *job, GError **error)
{
  int scales = lucida_node_get_input (job->node, 1);
  const char *mode = lucida_node_get_string (job->node, "mode", "nearest");
  float sides[4] = { 1, 1, (float) lucida_node_get_float (job->node, "height_scale", 1),
                     (float) lucida_node_get_float (job->node, "width_scale", 1) };
  const float *list;
  int n, inputs[3];

  list = lucida_node_get_floats (job->node, "scales", &n);
  if (scales < 0 && list)
    scales = float_list (job, list, n);
  else if (scales < 0)
    scales = float_list (job, sides, 4);
  if (strstr (mode, "linear"))
    lucida_node_set_string (job->node, "mode", "linear");
  lucida_node_set_op (job->node, "Resize");
  lucida_node_remove (job->node, "scales");
  lucida_node_remove (job->node, "height_scale");
  lucida_node_remove (job->node, "width_scale");
  lucida_node_set_string (job->node, "coordinate_transformation_mode", "asymmetric");
  lucida_node_set_string (job->node, "nearest_mode", "floor");
  inputs[0] = lucida_node_get_input (job->node, 0);
  inputs[1] = LUCIDA_NO_VALUE;
  inputs[2] = scales;
  lucida_node_set_inputs (job->node, inputs, 3);
  return TRUE;
}

static gboolean
old_reshape (Job *job, GError **error)
{
  g_autoptr (LucidaTensor) tensor = NULL;
  LucidaShape shape = { .rank = 1 };
  const int64_t *sizes;
  int n;

  sizes = lucida_node_get_ints (job->node, "shape", &n);
  if (!sizes)
    return TRUE;
  shape.dim[0] = n;
  tensor = lucida_tensor_new_copy (LUCIDA_INT64, &shape, sizes, error);
  if (!tensor)
    return FALSE;
  set_input (job->node, 1, _lucida_onnx_build_constant (job->build, tensor));
  lucida_node_remove (job->node, "shape");
  return TRUE;
}

/* Run as inference, whatever the file was saved for. */
static gboolean
batch_normalization (Job *job, GError **error)
{
  if (lucida_node_get_int (job->node, "spatial", 1) == 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the operator BatchNormalization (node “%s”) normalises every position for "
                   "itself (spatial = 0), which is not run",
                   lucida_node_get_name (job->node));
      return FALSE;
    }
  lucida_node_remove (job->node, "spatial");
  lucida_node_remove (job->node, "is_test");
  lucida_node_remove (job->node, "training_mode");
  lucida_node_remove (job->node, "momentum");
  return TRUE;
}

static gboolean
dropout (Job *job, GError **error)
{
  int input = lucida_node_get_input (job->node, 0);

  lucida_node_remove (job->node, "is_test");
  lucida_node_remove (job->node, "ratio");
  lucida_node_set_inputs (job->node, &input, 1);
  return TRUE;
}

static gboolean
old_gemm (Job *job, GError **error)
{
  lucida_node_remove (job->node, "broadcast");
  return TRUE;
}

static gboolean
old_concat (Job *job, GError **error)
{
  if (!lucida_node_has (job->node, "axis"))
    lucida_node_set_int (job->node, "axis", 1);
  return TRUE;
}

static gboolean
old_pad (Job *job, GError **error)
{
  const int64_t *pads;
  int n;

  pads = lucida_node_get_ints (job->node, "paddings", &n);
  if (pads)
    {
      g_autofree int64_t *copy = g_memdup2 (pads, sizeof *pads * (gsize) n);

      lucida_node_set_ints (job->node, "pads", copy, n);
      lucida_node_remove (job->node, "paddings");
    }
  return TRUE;
}

/* Below 6 the type was written out. */
static gboolean
old_cast (Job *job, GError **error)
{
  static const char *const types[]
      = { "UNDEFINED", "FLOAT",  "UINT8", "INT8",    "UINT16", "INT16",  "INT32",
          "INT64",     "STRING", "BOOL",  "FLOAT16", "DOUBLE", "UINT32", "UINT64" };
  const char *to = lucida_node_get_string (job->node, "to", "");

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (to, types[i]) == 0)
      {
        lucida_node_set_int (job->node, "to", (int64_t) i);
        break;
      }
  return TRUE;
}

/* The format's element type of the weight @name, 0 if it is not one. */
static int
stored_element (const Job *job, const char *name)
{
  const LucidaSpan *message = g_hash_table_lookup (job->build->tensors, name);
  g_auto (LucidaOnnxTensor) tensor = { 0 };

  return message && lucida_onnx_tensor_parse (*message, &tensor, NULL) ? tensor.element : 0;
}

/* All integers become int64; which range they are clipped to is the zero point's type. */
static gboolean
quantize (Job *job, GError **error)
{
  int element = job->source->inputs->len > 2
                    ? stored_element (job, g_ptr_array_index (job->source->inputs, 2))
                    : 0;

  if (element > 0 && !lucida_node_has (job->node, "output_dtype"))
    lucida_node_set_int (job->node, "output_dtype", element);
  return TRUE;
}

typedef struct
{
  const char *op;
  int64_t below; /* for operator sets before this one */
  NormalizeFunc function;
} Rule;

static const Rule rules[] = {
  { "Add", 7, old_broadcast },
  { "Sub", 7, old_broadcast },
  { "Mul", 7, old_broadcast },
  { "Div", 7, old_broadcast },
  { "Pow", 7, old_broadcast },
  { "And", 7, old_broadcast },
  { "Or", 7, old_broadcast },
  { "Xor", 7, old_broadcast },
  { "Equal", 7, old_broadcast },
  { "Less", 7, old_broadcast },
  { "Greater", 7, old_broadcast },
  { "PRelu", 7, old_slopes },
  { "Softmax", 13, old_softmax },
  { "LogSoftmax", 13, old_softmax },
  { "Hardmax", 13, old_softmax },
  { "Upsample", G_MAXINT64, old_resize },
  { "Resize", 11, old_resize },
  { "Reshape", 5, old_reshape },
  { "BatchNormalization", G_MAXINT64, batch_normalization },
  { "Dropout", G_MAXINT64, dropout },
  { "Gemm", 7, old_gemm },
  { "Concat", 4, old_concat },
  { "Pad", 2, old_pad },
  { "Cast", 6, old_cast },
  { "QuantizeLinear", G_MAXINT64, quantize },
};

gboolean
_lucida_onnx_normalize (LucidaOnnxBuild *build, LucidaNode *node, const LucidaOnnxNode *source,
                        int64_t opset, GError **error)
{
  Job job = { build, node, source };

  lucida_node_remove (node, "consumed_inputs");
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    if (opset < rules[i].below && g_str_equal (rules[i].op, source->op))
      return rules[i].function (&job, error);
  return TRUE;
}
