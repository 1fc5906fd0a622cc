#include "readers/onnx/onnx-private.h"

#include "base/error.h"

#include <string.h>

#define LATEST_OPSET 17
#define MAX_LIST 1000000 /* numbers in one attribute */

/* Operators of quantised networks: their arithmetic is another than the picture's gradient needs.
 */
static const char *const quantised[]
    = { "DynamicQuantizeLinear", "ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul",
        "DynamicQuantizeLSTM",   NULL };

static gboolean fail (GError **error, LucidaError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, LucidaError code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, LUCIDA_ERROR, (int) code, text);
  return FALSE;
}

/* The index of the value @name, or LUCIDA_NO_VALUE. */
static int
find_value (const LucidaOnnxBuild *build, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (build->values, name)) - 1;
}

static int
add_value (LucidaOnnxBuild *build, const char *name, LucidaTensor *constant)
{
  int value = lucida_network_add_value (build->network, name, constant);

  g_hash_table_insert (build->values, (gpointer) name, GINT_TO_POINTER (value + 1));
  return value;
}

static gboolean
add_constant (LucidaOnnxBuild *build, const char *name, LucidaTensor *tensor, GError **error)
{
  if (find_value (build, name) >= 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "the network makes the tensor “%s” twice", name);
  add_value (build, name, tensor);
  return TRUE;
}

int
_lucida_onnx_build_constant (LucidaOnnxBuild *build, LucidaTensor *tensor)
{
  g_autofree char *name = NULL;

  do
    {
      g_free (name);
      name = g_strdup_printf ("constant_%d", build->n_made++);
    }
  while (g_hash_table_contains (build->values, name));
  return add_value (build, lucida_onnx_keep (build->model, name), tensor);
}

/* Every name that a node reads. */
static GHashTable *
collect_used (const LucidaOnnxModel *model)
{
  GHashTable *used = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (model->nodes, i);

      for (guint k = 0; k < node->inputs->len; k++)
        g_hash_table_add (used, g_ptr_array_index (node->inputs, k));
    }
  return used;
}

static gboolean
add_initializers (LucidaOnnxBuild *build, GHashTable *used, GCancellable *cancellable,
                  GError **error)
{
  for (guint i = 0; i < build->model->initializers->len; i++)
    {
      const LucidaOnnxInitializer *initializer = g_ptr_array_index (build->model->initializers, i);
      g_autoptr (LucidaTensor) tensor = NULL;

      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return FALSE;
      if (!g_hash_table_contains (used, initializer->name))
        continue;
      tensor
          = _lucida_onnx_store_load (&build->store, initializer->tensor, initializer->name, error);
      if (!tensor || !add_constant (build, initializer->name, tensor, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_constant_node (const LucidaOnnxNode *node)
{
  return *node->domain == '\0' && g_str_equal (node->op, "Constant") && node->outputs->len == 1;
}

/* The tensor of a Constant node; NULL without @error for text, which stays a node. */
static LucidaTensor *
read_constant (LucidaOnnxBuild *build, const LucidaOnnxNode *node, GError **error)
{
  const char *name = g_ptr_array_index (node->outputs, 0);
  const LucidaOnnxAttribute *a;
  LucidaShape scalar = { 0 }, list = { .rank = 1 };
  float number;

  if ((a = lucida_onnx_find (node, "value")) && a->kind == LUCIDA_ONNX_TENSOR)
    return _lucida_onnx_store_load (&build->store, a->tensor, name, error);
  if ((a = lucida_onnx_find (node, "value_float")))
    {
      number = a->f;
      return lucida_tensor_new_copy (LUCIDA_FLOAT32, &scalar, &number, error);
    }
  if ((a = lucida_onnx_find (node, "value_int")))
    return lucida_tensor_new_copy (LUCIDA_INT64, &scalar, &a->i, error);
  if ((a = lucida_onnx_find (node, "value_floats")))
    {
      list.dim[0] = a->floats ? a->floats->len : 0;
      return lucida_tensor_new_copy (LUCIDA_FLOAT32, &list, a->floats ? a->floats->data : NULL,
                                     error);
    }
  if ((a = lucida_onnx_find (node, "value_ints")))
    {
      list.dim[0] = a->ints ? a->ints->len : 0;
      return lucida_tensor_new_copy (LUCIDA_INT64, &list, a->ints ? a->ints->data : NULL, error);
    }
  return NULL;
}

static gboolean
add_constant_nodes (LucidaOnnxBuild *build, GHashTable *used, GError **error)
{
  for (guint i = 0; i < build->model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (build->model->nodes, i);
      g_autoptr (LucidaTensor) tensor = NULL;
      g_autoptr (GError) problem = NULL;
      const char *name;

      if (!is_constant_node (node))
        continue;
      name = g_ptr_array_index (node->outputs, 0);
      if (!g_hash_table_contains (used, name))
        continue;
      tensor = read_constant (build, node, &problem);
      if (problem)
        {
          g_propagate_error (error, g_steal_pointer (&problem));
          return FALSE;
        }
      if (tensor && !add_constant (build, name, tensor, error))
        return FALSE;
    }
  return TRUE;
}

/* Whether the node makes N×C×H×W of N×H×W×C with one channel, which needs no Transpose. */
static gboolean
moves_channel (const LucidaOnnxBuild *build, const LucidaOnnxNode *node, const LucidaShape *shape)
{
  const int64_t wanted[] = { shape->dim[3], shape->dim[1], shape->dim[2] };
  LucidaTensor *sizes = NULL;
  int value;

  if (shape->dim[3] != 1 || !g_str_equal (node->op, "Reshape") || node->inputs->len < 2)
    return FALSE;
  value = find_value (build, g_ptr_array_index (node->inputs, 1));
  if (value >= 0)
    sizes = lucida_network_get_constant (build->network, value);
  if (!sizes || lucida_tensor_get_element (sizes) != LUCIDA_INT64
      || lucida_tensor_get_count (sizes) != 4)
    return FALSE;
  for (int i = 0; i < 3; i++)
    {
      int64_t size = lucida_tensor_get_ints (sizes)[i + 1];

      if (size > 0 && wanted[i] > 0 && size != wanted[i])
        return FALSE;
    }
  return TRUE;
}

/* With one channel or many, the first operator tells the layout where the sizes do not. */
static LucidaLayout
find_layout (const LucidaOnnxBuild *build, const char *input, const LucidaShape *shape)
{
  static const int64_t to_nchw[] = { 0, 3, 1, 2 };
  gboolean first = shape->dim[1] == 1 || shape->dim[1] == 3 || shape->dim[1] == 4;
  gboolean last = shape->dim[3] == 1 || shape->dim[3] == 3 || shape->dim[3] == 4;

  if (shape->rank != 4)
    return LUCIDA_LAYOUT_NCHW;
  if (first != last)
    return first ? LUCIDA_LAYOUT_NCHW : LUCIDA_LAYOUT_NHWC;
  for (guint i = 0; i < build->model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (build->model->nodes, i);
      const LucidaOnnxAttribute *perm = lucida_onnx_find (node, "perm");

      if (node->inputs->len == 0 || !g_str_equal (g_ptr_array_index (node->inputs, 0), input))
        continue;
      if (g_str_equal (node->op, "Transpose") && perm && perm->ints && perm->ints->len == 4
          && memcmp (perm->ints->data, to_nchw, sizeof to_nchw) == 0)
        return LUCIDA_LAYOUT_NHWC;
      if (moves_channel (build, node, shape))
        return LUCIDA_LAYOUT_NHWC;
    }
  return LUCIDA_LAYOUT_NCHW;
}

/* A channel count that the input leaves open is that of the first convolution's weights. */
static void
find_channels (const LucidaOnnxBuild *build, const char *input, LucidaShape *shape)
{
  for (guint i = 0; i < build->model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (build->model->nodes, i);
      const LucidaOnnxAttribute *group = lucida_onnx_find (node, "group");
      LucidaTensor *weights;

      if (!g_str_equal (node->op, "Conv") || node->inputs->len < 2
          || !g_str_equal (g_ptr_array_index (node->inputs, 0), input))
        continue;
      weights = lucida_network_get_constant (
          build->network, find_value (build, g_ptr_array_index (node->inputs, 1)));
      if (!weights || lucida_tensor_get_shape (weights)->rank != 4 || (group && group->i != 1))
        return;
      if (shape->rank < 0)
        *shape = lucida_shape (4, (int64_t) 1, (int64_t) LUCIDA_FREE_SIZE,
                               (int64_t) LUCIDA_FREE_SIZE, (int64_t) LUCIDA_FREE_SIZE);
      if (shape->rank == 4 && shape->dim[1] == LUCIDA_FREE_SIZE
          && lucida_tensor_get_shape (weights)->dim[1] <= LUCIDA_MAX_CHANNELS)
        shape->dim[1] = lucida_tensor_get_shape (weights)->dim[1];
      return;
    }
}

static void
set_input (LucidaOnnxBuild *build, int value, const LucidaOnnxValue *input, gboolean bound)
{
  LucidaShape shape = input->shape;
  LucidaLayout layout;

  if (bound)
    layout = LUCIDA_LAYOUT_NCHW;
  else
    {
      /* no picture is a single number: the shape was left out */
      if (shape.rank == 0)
        shape.rank = -1;
      if (shape.rank < 0 || shape.rank == 4)
        {
          layout = shape.rank == 4 ? find_layout (build, input->name, &shape) : LUCIDA_LAYOUT_NCHW;
          if (layout == LUCIDA_LAYOUT_NCHW)
            find_channels (build, input->name, &shape);
        }
      else
        layout = LUCIDA_LAYOUT_NCHW;
      if (shape.rank > 0)
        shape.dim[0] = 1;
    }
  if (shape.rank < 0)
    shape.rank = 0;
  lucida_network_set_input (build->network, value, &shape, layout);
}

/* The first graph input without a weight is the network's. *@n counts those without. */
static gboolean
add_inputs (LucidaOnnxBuild *build, LucidaTensor *const *constants, int n_constants, gboolean bound,
            int *n, GError **error)
{
  gboolean found = FALSE;

  *n = 0;
  for (guint i = 0; i < build->model->inputs->len; i++)
    {
      const LucidaOnnxValue *input = g_ptr_array_index (build->model->inputs, i);
      LucidaTensor *constant;
      int value = find_value (build, input->name);

      if (value >= 0)
        continue;
      constant = *n < n_constants ? constants[*n] : NULL;
      ++*n;
      value = add_value (build, input->name, constant);
      if (constant || found)
        continue;
      if (!input->is_tensor)
        return fail (error, LUCIDA_ERROR_UNSUPPORTED,
                     "the input “%s” is no array of numbers, so it cannot be a picture",
                     input->name);
      found = TRUE;
      set_input (build, value, input, bound);
    }
  if (!found && bound)
    {
      LucidaOnnxValue none = { .name = "", .is_tensor = TRUE };
      set_input (build, lucida_network_add_value (build->network, "", NULL), &none, TRUE);
    }
  else if (!found)
    return fail (error, LUCIDA_ERROR_CORRUPT, "the network has no input");
  return TRUE;
}

static gboolean
copy_attribute (LucidaOnnxBuild *build, LucidaNode *node, const LucidaOnnxAttribute *a,
                GError **error)
{
  g_autoptr (LucidaTensor) tensor = NULL;

  if ((a->floats && a->floats->len > MAX_LIST) || (a->ints && a->ints->len > MAX_LIST))
    return fail (error, LUCIDA_ERROR_TOO_LARGE, "the attribute “%s” of “%s” is too long", a->name,
                 lucida_node_get_op (node));
  switch (a->kind)
    {
    case LUCIDA_ONNX_FLOAT:
      lucida_node_set_float (node, a->name, a->f);
      return TRUE;
    case LUCIDA_ONNX_INT:
      lucida_node_set_int (node, a->name, a->i);
      return TRUE;
    case LUCIDA_ONNX_STRING:
      lucida_node_set_string (node, a->name, a->s);
      return TRUE;
    case LUCIDA_ONNX_TENSOR:
      tensor = _lucida_onnx_store_load (&build->store, a->tensor, a->name, error);
      if (tensor)
        lucida_node_set_tensor (node, a->name, tensor);
      return tensor != NULL;
    case LUCIDA_ONNX_FLOATS:
      if (a->floats)
        lucida_node_set_floats (node, a->name, (const float *) (gpointer) a->floats->data,
                                (int) a->floats->len);
      return TRUE;
    case LUCIDA_ONNX_INTS:
      if (a->ints)
        lucida_node_set_ints (node, a->name, (const int64_t *) (gpointer) a->ints->data,
                              (int) a->ints->len);
      return TRUE;
    case LUCIDA_ONNX_GRAPH:
      return fail (error, LUCIDA_ERROR_UNSUPPORTED,
                   "the operator %s (node “%s”) holds a graph of its own; networks with branches "
                   "or loops are not run: export the network without them",
                   lucida_node_get_op (node), lucida_node_get_name (node));
    default:
      return TRUE;
    }
}

static gboolean
check_operator (const LucidaOnnxNode *node, GError **error)
{
  if (*node->domain == '\0' && g_strv_contains (quantised, node->op))
    return fail (error, LUCIDA_ERROR_UNSUPPORTED,
                 "this is a quantised network (operator %s), which has no gradients: open the "
                 "network that it was made from",
                 node->op);
  return TRUE;
}

static gboolean
add_node (LucidaOnnxBuild *build, const LucidaOnnxNode *source, const char *name, GError **error)
{
  g_autofree char *op = *source->domain ? g_strconcat (source->domain, "::", source->op, NULL)
                                        : g_strdup (source->op);
  g_autofree int *inputs = g_new (int, source->inputs->len + 1);
  g_autofree int *outputs = g_new (int, source->outputs->len + 1);
  int64_t opset = source->opset > 0 ? source->opset : build->model->opset;
  int n_outputs = 0;
  LucidaNode *node;

  for (guint k = 0; k < source->inputs->len; k++)
    {
      const char *input = g_ptr_array_index (source->inputs, k);

      inputs[k] = *input ? find_value (build, input) : LUCIDA_NO_VALUE;
      /* Nobody makes it: an error only if the network's output needs it. */
      if (*input && inputs[k] < 0)
        inputs[k] = add_value (build, input, NULL);
    }
  for (guint k = 0; k < source->outputs->len; k++)
    {
      const char *output = g_ptr_array_index (source->outputs, k);

      outputs[k] = *output ? find_value (build, output) : LUCIDA_NO_VALUE;
      if (*output)
        n_outputs = (int) k + 1;
    }
  node = lucida_network_add_node (build->network, op, name, inputs, (int) source->inputs->len,
                                  outputs, n_outputs);
  for (int k = 0; k < n_outputs; k++)
    g_hash_table_insert (build->producers, GINT_TO_POINTER (outputs[k]), node);
  for (guint k = 0; k < source->attributes->len; k++)
    if (!copy_attribute (build, node, g_ptr_array_index (source->attributes, k), error))
      return FALSE;
  return *source->domain || _lucida_onnx_normalize (build, node, source, opset, error);
}

static gboolean
add_nodes (LucidaOnnxBuild *build, GCancellable *cancellable, GError **error)
{
  const LucidaOnnxModel *model = build->model;
  g_autoptr (GPtrArray) names = _lucida_onnx_names (model);

  for (guint i = 0; i < model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (model->nodes, i);

      if (!check_operator (node, error))
        return FALSE;
      for (guint k = 0; k < node->outputs->len; k++)
        {
          const char *output = g_ptr_array_index (node->outputs, k);
          if (*output && find_value (build, output) < 0)
            add_value (build, output, NULL);
        }
    }
  for (guint i = 0; i < model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (model->nodes, i);

      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return FALSE;
      if (is_constant_node (node)
          && lucida_network_get_constant (build->network,
                                          find_value (build, g_ptr_array_index (node->outputs, 0))))
        continue;
      if (!add_node (build, node, g_ptr_array_index (names, i), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_output (LucidaOnnxBuild *build, int output, gboolean bound, GError **error)
{
  const LucidaOnnxValue *value;
  LucidaShape shape;
  int index;

  if (build->model->outputs->len <= (guint) output)
    return fail (error, LUCIDA_ERROR_CORRUPT, "the network has no output");
  value = g_ptr_array_index (build->model->outputs, (guint) output);
  index = find_value (build, value->name);
  if (index < 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "the network's output “%s” is made by no operator",
                 value->name);
  shape = value->shape;
  if (shape.rank > 1 && !bound)
    shape.dim[0] = 1;
  lucida_network_set_output (build->network, index, &shape);
  return TRUE;
}

/* Very old files name no operator set; everything since IR version 3 must. */
static void
settle_opset (LucidaOnnxModel *model)
{
  if (model->opset <= 0)
    model->opset = model->ir_version < 3 ? 1 : LATEST_OPSET;
}

static void
collect_stated (LucidaOnnxBuild *build)
{
  GPtrArray *lists[] = { build->model->values, build->model->outputs, build->model->inputs };

  for (gsize l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; i < lists[l]->len; i++)
      {
        LucidaOnnxValue *value = g_ptr_array_index (lists[l], i);
        g_hash_table_insert (build->stated, (gpointer) value->name, value);
      }
}

static void
collect_tensors (LucidaOnnxBuild *build)
{
  for (guint i = 0; i < build->model->initializers->len; i++)
    {
      LucidaOnnxInitializer *initializer = g_ptr_array_index (build->model->initializers, i);
      g_hash_table_insert (build->tensors, (gpointer) initializer->name, &initializer->tensor);
    }
  for (guint i = 0; i < build->model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (build->model->nodes, i);
      const LucidaOnnxAttribute *value
          = is_constant_node (node) ? lucida_onnx_find (node, "value") : NULL;

      if (value && value->kind == LUCIDA_ONNX_TENSOR)
        g_hash_table_insert (build->tensors, g_ptr_array_index (node->outputs, 0),
                             (gpointer) &value->tensor);
    }
}

/* Whether a convolution's weights are an input that somebody else has to fill. */
static gboolean
lacks_weights (const LucidaOnnxBuild *build)
{
  for (guint i = 0; i < build->model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (build->model->nodes, i);
      const char *weights
          = g_str_equal (node->op, "Conv") && node->inputs->len > 1 ? node->inputs->pdata[1] : NULL;

      for (guint k = 0; weights && k < build->model->inputs->len; k++)
        {
          const LucidaOnnxValue *input = g_ptr_array_index (build->model->inputs, k);
          int value = find_value (build, weights);

          if (g_strcmp0 (input->name, weights) == 0
              && (value < 0 || !lucida_network_get_constant (build->network, value)))
            return TRUE;
        }
    }
  return FALSE;
}

gboolean
_lucida_onnx_build (LucidaOnnxBuild *build, LucidaTensor *const *constants, int n_constants,
                    int output, gboolean bound, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) used = NULL;
  g_autoptr (GError) problem = NULL;
  int n_inputs;

  if (!build->model->has_graph || build->model->nodes->len == 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "the file holds no network");
  if (build->model->has_sparse)
    return fail (error, LUCIDA_ERROR_UNSUPPORTED,
                 "its weights are stored sparsely, which is not read: export it with dense ones");
  settle_opset (build->model);
  collect_stated (build);
  collect_tensors (build);
  used = collect_used (build->model);
  if (!add_initializers (build, used, cancellable, error)
      || !add_constant_nodes (build, used, error)
      || !add_inputs (build, constants, n_constants, bound, &n_inputs, error)
      || !add_nodes (build, cancellable, error) || !set_output (build, output, bound, error))
    return FALSE;
  if (lucida_network_finish (build->network, &problem))
    return TRUE;
  if (!bound && n_inputs > 1 && lacks_weights (build))
    return fail (error, LUCIDA_ERROR_UNSUPPORTED,
                 "its weights are not in the file: export it together with them");
  if (!bound && n_inputs > 1 && strstr (problem->message, "made by no operator"))
    return fail (error, LUCIDA_ERROR_UNSUPPORTED,
                 "the network reads %d inputs at once; only networks with a picture as their one "
                 "input are run",
                 n_inputs);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
