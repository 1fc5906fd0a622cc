#include "readers/onnx/onnx.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <string.h>

static const gint64 picture[] = { 1, 1, 4, 4, G_MININT64 };

static void
test_small (void)
{
  static const char *const ops[] = { "Conv", "Relu", "GlobalAveragePool", "Flatten" };
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *input = NULL;
  Model model;

  model_init_small (&model);
  network = assert_read (&model);
  input = lucida_shape_to_string (lucida_network_get_input_shape (network));
  g_assert_cmpstr (input, ==, "1×1×4×4");
  g_assert_cmpstr (lucida_network_get_format (network), ==, "ONNX");
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 4);
  for (int i = 0; i < 4; i++)
    g_assert_cmpstr (lucida_node_get_op (lucida_network_get_node (network, i)), ==, ops[i]);
  g_assert_cmpint (lucida_network_get_output_shape (network)->dim[1], ==, 2);
}

/* keras2onnx wrote the last node first. */
static void
test_unsorted (void)
{
  g_autoptr (LucidaNetwork) network = NULL;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Tanh", "third", "b", "y"));
  put_message (model.graph, 1, node_message ("Sigmoid", "second", "a", "b"));
  put_message (model.graph, 1, node_message ("Relu", "first", "x", "a"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  network = assert_read (&model);
  g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, 0)), ==, "first");
  g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, 2)), ==, "third");
}

/* Up to IR version 3 every weight is listed as an input too; it may come first. */
static void
test_weights_as_inputs (void)
{
  static const gint64 w_input[] = { 2, 1, 1, 1, G_MININT64 }, w[] = { 2, 1, 1, 1, -1 };
  g_autoptr (LucidaNetwork) network = NULL;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Conv", "conv", "x,w", "y"));
  put_message (model.graph, 11, value_message ("w", w_input));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 5, float_tensor ("w", w));
  put_message (model.graph, 12, value_message ("y", picture));
  network = assert_read (&model);
  g_assert_cmpstr (lucida_network_get_value_name (network, lucida_network_get_input (network)), ==,
                   "x");
}

static void
test_two_inputs (void)
{
  g_autoptr (LucidaNetwork) network = NULL;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Relu", "relu", "x", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 11, value_message ("unused", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  network = assert_read (&model);
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 1);

  model_init (&model);
  put_message (model.graph, 1, node_message ("Add", "add", "x,mask", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 11, value_message ("mask", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_UNSUPPORTED, "2 inputs");
}

typedef struct
{
  gint64 dims[5]; /* ends with G_MININT64 */
  const char *shape;
  LucidaLayout layout;
} Input;

static void
test_sizes (void)
{
  static const Input inputs[] = {
    { { 1, 3, 8, 8, G_MININT64 }, "1×3×8×8", LUCIDA_LAYOUT_NCHW },
    { { 64, 3, 8, 8, G_MININT64 }, "1×3×8×8", LUCIDA_LAYOUT_NCHW },
    { { -1, 3, -1, 0, G_MININT64 }, "1×3×-1×-1", LUCIDA_LAYOUT_NCHW },
    { { 0, 8, 8, 3, G_MININT64 }, "1×8×8×3", LUCIDA_LAYOUT_NHWC },
    { { 1, 28, 28, 1, G_MININT64 }, "1×28×28×1", LUCIDA_LAYOUT_NHWC },
    { { 1, 4, 8, 16, G_MININT64 }, "1×4×8×16", LUCIDA_LAYOUT_NCHW },
    { { 1, 3, 8, 3, G_MININT64 }, "1×3×8×3", LUCIDA_LAYOUT_NCHW },
    { { 7, 48, G_MININT64 }, "1×48", LUCIDA_LAYOUT_NCHW },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      g_autofree char *shape = NULL;
      Model model;

      model_init (&model);
      put_message (model.graph, 1, node_message ("Relu", "relu", "x", "y"));
      put_message (model.graph, 11, value_message ("x", inputs[i].dims));
      put_message (model.graph, 12, value_message ("y", inputs[i].dims));
      network = assert_read (&model);
      shape = lucida_shape_to_string (lucida_network_get_input_shape (network));
      g_assert_cmpstr (shape, ==, inputs[i].shape);
      g_assert_cmpint (lucida_network_get_input_layout (network), ==, inputs[i].layout);
    }
}

/* Where the sizes do not tell, a first Transpose to channels first does. */
static void
test_layout_by_operator (void)
{
  static const gint64 perm[] = { 0, 3, 1, 2 };
  static const gint64 unclear[][5] = { { 1, 3, 9, 3, G_MININT64 }, { 1, -1, -1, -1, G_MININT64 } };

  for (gsize i = 0; i < G_N_ELEMENTS (unclear); i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      Message *node = node_message ("Transpose", "t", "x", "y");
      Model model;

      add_ints (node, "perm", perm, 4);
      model_init (&model);
      put_message (model.graph, 1, node);
      put_message (model.graph, 11, value_message ("x", unclear[i]));
      put_message (model.graph, 12, value_message ("y", unclear[i]));
      network = assert_read (&model);
      g_assert_cmpint (lucida_network_get_input_layout (network), ==, LUCIDA_LAYOUT_NHWC);
    }
}

static void
test_channels_from_weights (void)
{
  static const gint64 open[] = { -1, -1, -1, -1, G_MININT64 }, w[] = { 2, 3, 1, 1, -1 };
  static const gint64 no_sizes[] = { G_MININT64 };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      int channels, height, width;
      Model model;

      model_init (&model);
      put_message (model.graph, 1, node_message ("Conv", "conv", "x,w", "y"));
      put_message (model.graph, 5, float_tensor ("w", w));
      put_message (model.graph, 11, value_message ("x", i == 0 ? open : no_sizes));
      put_message (model.graph, 12, value_message ("y", open));
      network = assert_read (&model);
      g_assert_true (lucida_network_get_input_size (network, &channels, &height, &width));
      g_assert_cmpint (channels, ==, 3);
      g_assert_cmpint (height, ==, LUCIDA_FREE_SIZE);
    }
}

/* The values that a node reads as its second input. */
static LucidaTensor *
second_input (LucidaNetwork *network, int node)
{
  return lucida_network_get_constant (
      network, lucida_node_get_input (lucida_network_get_node (network, node), 1));
}

static void
test_constants (void)
{
  static const float floats[] = { 1.5f, 2.5f };
  static const gint64 ints[] = { 3, 4 }, two[] = { 2, -1 };
  const char *const names[] = { "value", "value_float", "value_int", "value_floats", "value_ints" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      Message *node = node_message ("Constant", "", "", "c");
      LucidaTensor *constant;
      Model model;

      g_byte_array_set_size (node, 0);
      put_string (node, 2, "c");
      put_string (node, 4, "Constant");
      if (i == 0)
        add_tensor (node, names[i], float_tensor ("", two));
      else if (i == 1)
        add_float (node, names[i], 1.5f);
      else if (i == 2)
        add_int (node, names[i], 3);
      else if (i == 3)
        add_floats (node, names[i], floats, 2);
      else
        add_ints (node, names[i], ints, 2);
      model_init (&model);
      put_message (model.graph, 1, node_message ("Add", "add", "x,c", "y"));
      put_message (model.graph, 1, node);
      put_message (model.graph, 11, value_message ("x", picture));
      put_message (model.graph, 12, value_message ("y", picture));
      network = assert_read (&model);
      g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 1);
      constant = second_input (network, 0);
      g_assert_cmpint (lucida_tensor_get_shape (constant)->rank, ==, i == 1 || i == 2 ? 0 : 1);
      if (i == 0)
        g_assert_cmpfloat (lucida_tensor_get_floats (constant)[1], ==, 2);
      else if (i == 1 || i == 3)
        g_assert_cmpfloat (lucida_tensor_get_floats (constant)[0], ==, 1.5);
      else
        g_assert_cmpint (lucida_tensor_get_ints (constant)[0], ==, 3);
    }
}

static void
test_left_out_inputs (void)
{
  g_autoptr (LucidaNetwork) network = NULL;
  const LucidaNode *node;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Clip", "clip", "x,,x", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  network = assert_read (&model);
  node = lucida_network_get_node (network, 0);
  g_assert_cmpint (lucida_node_get_n_inputs (node), ==, 3);
  g_assert_cmpint (lucida_node_get_input (node, 1), ==, LUCIDA_NO_VALUE);
  g_assert_cmpint (lucida_node_get_input (node, 2), ==, lucida_network_get_input (network));
}

/* Domain "" is "ai.onnx"; another domain's operator is another operator. */
static void
test_domains (void)
{
  static const char *const domains[][2]
      = { { "ai.onnx", "Relu" }, { "", "Relu" }, { "com.example", "com.example::Relu" } };

  for (gsize i = 0; i < G_N_ELEMENTS (domains); i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      Message *node = node_message ("Relu", "relu", "x", "y");
      Model model;

      put_string (node, 7, domains[i][0]);
      model_init (&model);
      put_message (model.graph, 1, node);
      put_message (model.graph, 11, value_message ("x", picture));
      put_message (model.graph, 12, value_message ("y", picture));
      network = assert_read (&model);
      g_assert_cmpstr (lucida_node_get_op (lucida_network_get_node (network, 0)), ==,
                       domains[i][1]);
    }
}

static void
put_opset (Model *model, const char *domain, gint64 version)
{
  Message *opset = message_new ();

  put_string (opset, 1, domain);
  put_int (opset, 2, version);
  put_message (model->rest, 8, opset);
}

/* Softmax tells which operator set was taken: below 13 it has the mark. */
static void
test_operator_set (void)
{
  struct
  {
    gint64 ir;
    const char *domains[2];
    gint64 versions[2];
    int old;
  } cases[] = {
    { 8, { "ai.onnx.ml", "" }, { 2, 13 }, 0 },
    { 8, { "pkg.onnxscript", "" }, { 1, 11 }, 1 },
    { 8, { "ai.onnx", NULL }, { 12 }, 1 },
    { 8, { "", "ai.onnx.ml" }, { 17, 3 }, 0 },
    { 1, { NULL }, { 0 }, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      Model model;

      model_init (&model);
      model.opset = 0;
      model.ir = cases[i].ir;
      for (int k = 0; k < 2 && cases[i].domains[k]; k++)
        put_opset (&model, cases[i].domains[k], cases[i].versions[k]);
      put_message (model.graph, 1, node_message ("Softmax", "s", "x", "y"));
      put_message (model.graph, 11, value_message ("x", picture));
      put_message (model.graph, 12, value_message ("y", picture));
      network = assert_read (&model);
      g_assert_cmpint (lucida_node_has (lucida_network_get_node (network, 0), "flatten"), ==,
                       cases[i].old);
    }
}

/* FunctionProto: name 1, input 4, output 5, node 7, domain 10, default attributes 11. */
static void
test_functions (void)
{
  Message *function = message_new (), *unused = message_new ();
  Message *elu = node_message ("Elu", "elu", "a", "m"), *reference = message_new ();
  Message *add = node_message ("Add", "add", "m,a", "b");
  Message *call = node_message ("block", "one", "x", "t");
  Message *again = node_message ("block", "two", "t", "y");
  g_autoptr (LucidaNetwork) network = NULL;
  Model model;

  put_string (reference, 1, "alpha");
  put_int (reference, 20, 1);
  put_string (reference, 21, "slope");
  put_message (elu, 5, reference);
  put_string (function, 1, "block");
  put_string (function, 4, "a");
  put_string (function, 5, "b");
  put_message (function, 7, elu);
  put_message (function, 7, add);
  put_string (function, 10, "own");
  put_string (unused, 1, "Rank");
  put_string (unused, 10, "own");
  put_string (call, 7, "own");
  add_float (call, "slope", 0.5f);
  put_string (again, 7, "own");
  model_init (&model);
  put_message (model.graph, 1, call);
  put_message (model.graph, 1, again);
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  put_message (model.rest, 25, function);
  put_message (model.rest, 25, unused);
  network = assert_read (&model);
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 4);
  g_assert_cmpstr (lucida_node_get_op (lucida_network_get_node (network, 2)), ==, "Elu");
  g_assert_cmpfloat (lucida_node_get_float (lucida_network_get_node (network, 0), "alpha", 1), ==,
                     0.5);
  /* the second call leaves the attribute out, so it is left out inside */
  g_assert_false (lucida_node_has (lucida_network_get_node (network, 2), "alpha"));
  g_assert_cmpint (lucida_node_get_input (lucida_network_get_node (network, 2), 0), ==,
                   lucida_node_get_output (lucida_network_get_node (network, 1), 0));
}

/* A weight that nothing reads may be of any kind. */
static void
test_unused_weight (void)
{
  static const gint64 one[] = { 1, -1 };
  g_autoptr (LucidaNetwork) network = NULL;
  Model model;

  model_init_small (&model);
  put_message (model.graph, 5, tensor_message ("text", 8, one, NULL, 0));
  network = assert_read (&model);
  g_assert_cmpint (lucida_network_find_value (network, "text"), ==, -1);
}

static void
test_bound (void)
{
  static const gint64 batch[] = { 3, 4, 5, G_MININT64 };
  LucidaShape shape = lucida_shape (1, (int64_t) 1);
  g_autoptr (LucidaTensor) constant = lucida_tensor_new (LUCIDA_INT64, &shape, NULL);
  LucidaTensor *constants[] = { NULL, constant };
  g_autoptr (LucidaNetwork) network = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("ReduceSum", "r", "x,axes", "y"));
  put_message (model.graph, 11, value_message ("x", batch));
  put_message (model.graph, 11, value_message ("axes", batch));
  put_message (model.graph, 12, value_message ("y", batch));
  bytes = model_bytes (&model);
  network = lucida_onnx_read_bound (bytes, constants, 2, 0, NULL);
  g_assert_nonnull (network);
  text = lucida_shape_to_string (lucida_network_get_input_shape (network));
  g_assert_cmpstr (text, ==, "3×4×5");
  g_assert_true (second_input (network, 0) == constant);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-graph/the-smallest-network", test_small);
  g_test_add_func ("/onnx-graph/nodes-in-any-order", test_unsorted);
  g_test_add_func ("/onnx-graph/weights-listed-as-inputs", test_weights_as_inputs);
  g_test_add_func ("/onnx-graph/the-first-real-input-is-the-picture", test_two_inputs);
  g_test_add_func ("/onnx-graph/declared-sizes", test_sizes);
  g_test_add_func ("/onnx-graph/the-first-operator-tells-the-layout", test_layout_by_operator);
  g_test_add_func ("/onnx-graph/open-channels-are-those-of-the-weights",
                   test_channels_from_weights);
  g_test_add_func ("/onnx-graph/every-form-of-constant", test_constants);
  g_test_add_func ("/onnx-graph/inputs-left-out", test_left_out_inputs);
  g_test_add_func ("/onnx-graph/domains-tell-operators-apart", test_domains);
  g_test_add_func ("/onnx-graph/the-operator-set-is-that-of-the-plain-domain", test_operator_set);
  g_test_add_func ("/onnx-graph/called-functions-are-inlined", test_functions);
  g_test_add_func ("/onnx-graph/unused-weights-do-not-matter", test_unused_weight);
  g_test_add_func ("/onnx-graph/inputs-can-be-bound-to-constants", test_bound);
  return g_test_run ();
}
