#include "readers/onnx/onnx.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <string.h>

/* Forms of older operator sets, brought into those of set 17. */

static const gint64 picture[] = { 1, 3, 4, 4, G_MININT64 };

/* The network of one node over x, y and the weight w. */
static LucidaNetwork *
read_node (Message *node, gint64 opset, const gint64 *weight)
{
  Model model;

  model_init (&model);
  model.opset = opset;
  put_message (model.graph, 1, node);
  if (weight)
    put_message (model.graph, 5, float_tensor ("w", weight));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  return assert_read (&model);
}

static const LucidaNode *
last_node (LucidaNetwork *network)
{
  return lucida_network_get_node (network, lucida_network_get_n_nodes (network) - 1);
}

static LucidaTensor *
constant_input (LucidaNetwork *network, int i)
{
  return lucida_network_get_constant (network, lucida_node_get_input (last_node (network), i));
}

static char *
constant_shape (LucidaNetwork *network, int i)
{
  return lucida_shape_to_string (lucida_tensor_get_shape (constant_input (network, i)));
}

static void
test_softmax (void)
{
  static const char *const ops[] = { "Softmax", "LogSoftmax", "Hardmax" };

  for (gsize i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      g_autoptr (LucidaNetwork) old = read_node (node_message (ops[i], "s", "x", "y"), 12, NULL);
      g_autoptr (LucidaNetwork) new = read_node (node_message (ops[i], "s", "x", "y"), 13, NULL);

      g_assert_cmpint (lucida_node_get_int (last_node (old), "flatten", 0), ==, 1);
      g_assert_cmpint (lucida_node_get_int (last_node (old), "axis", 99), ==, 1);
      g_assert_false (lucida_node_has (last_node (new), "flatten"));
      g_assert_false (lucida_node_has (last_node (new), "axis"));
    }
}

typedef struct
{
  gint64 weight[5]; /* ends with -1 */
  gint64 axis;      /* 99: none */
  gboolean broadcast;
  const char *shape;
} Broadcast;

static void
test_broadcast (void)
{
  static const Broadcast cases[] = {
    { { 3, -1 }, 1, TRUE, "3×1×1" },
    { { 3, -1 }, -3, TRUE, "3×1×1" },
    { { 3, 4, -1 }, 1, TRUE, "3×4×1" },
    { { 4, -1 }, 99, TRUE, "4" },
    { { 4, -1 }, 3, TRUE, "4" },
    { { -1 }, 1, TRUE, "scalar" },
    { { 1, 3, 4, 4, -1 }, 99, FALSE, "1×3×4×4" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Message *node = node_message ("Add", "add", "x,w", "y");
      g_autoptr (LucidaNetwork) network = NULL;
      g_autofree char *shape = NULL;

      if (cases[i].broadcast)
        add_int (node, "broadcast", 1);
      if (cases[i].axis != 99)
        add_int (node, "axis", cases[i].axis);
      network = read_node (node, 6, cases[i].weight);
      shape = constant_shape (network, 1);
      g_assert_cmpstr (shape, ==, cases[i].shape);
      g_assert_false (lucida_node_has (last_node (network), "broadcast"));
      g_assert_false (lucida_node_has (last_node (network), "axis"));
    }
}

/* The rank of what a convolution makes is known though nothing states it. */
static void
test_broadcast_behind_conv (void)
{
  static const gint64 kernel[] = { 2, 3, 1, 1, -1 }, bias[] = { 2, -1 };
  Message *add = node_message ("Add", "add", "t,b", "y");
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *shape = NULL;
  Model model;

  add_int (add, "broadcast", 1);
  add_int (add, "axis", 1);
  model_init (&model);
  model.opset = 6;
  put_message (model.graph, 1, node_message ("Conv", "conv", "x,w", "t"));
  put_message (model.graph, 1, add);
  put_message (model.graph, 5, float_tensor ("w", kernel));
  put_message (model.graph, 5, float_tensor ("b", bias));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  network = assert_read (&model);
  shape = constant_shape (network, 1);
  g_assert_cmpstr (shape, ==, "2×1×1");
}

/* A second input that is computed gets its dimensions by a node. */
static void
test_broadcast_computed (void)
{
  static const gint64 list[] = { 3, G_MININT64 };
  static const gint64 bias[] = { 3, -1 };
  Message *add = node_message ("Mul", "mul", "x,s", "y");
  g_autoptr (LucidaNetwork) network = NULL;
  const LucidaNode *node;
  const int64_t *axes;
  Model model;
  int n;

  add_int (add, "broadcast", 1);
  add_int (add, "axis", 1);
  model_init (&model);
  model.opset = 6;
  put_message (model.graph, 1, node_message ("Sigmoid", "sigmoid", "b", "s"));
  put_message (model.graph, 1, add);
  put_message (model.graph, 5, float_tensor ("b", bias));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  put_message (model.graph, 13, value_message ("s", list));
  network = assert_read (&model);
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 3);
  node = lucida_network_get_node (
      network,
      lucida_network_get_producer (network, lucida_node_get_input (last_node (network), 1)));
  g_assert_cmpstr (lucida_node_get_op (node), ==, "Unsqueeze");
  axes = lucida_node_get_ints (node, "axes", &n);
  g_assert_cmpint (n, ==, 2);
  g_assert_cmpint (axes[0] + axes[1], ==, -3);
}

static void
test_broadcast_unknown (void)
{
  Message *unknown = node_message ("Mystery", "m", "x", "t");
  Message *add = node_message ("Add", "add", "t,w", "y");
  static const gint64 bias[] = { 3, -1 };
  Model model;

  add_int (add, "broadcast", 1);
  add_int (add, "axis", 1);
  model_init (&model);
  model.opset = 6;
  put_message (model.graph, 1, unknown);
  put_message (model.graph, 1, add);
  put_message (model.graph, 5, float_tensor ("w", bias));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_UNSUPPORTED, "broadcasting");
}

static void
test_upsample (void)
{
  static const float scales[] = { 1, 1, 2, 3 };
  static const gint64 four[] = { 4, -1 };
  Message *nodes[4];
  const gint64 opsets[] = { 1, 7, 9, 10 };

  nodes[0] = node_message ("Upsample", "u", "x", "y");
  add_float (nodes[0], "height_scale", 2);
  add_float (nodes[0], "width_scale", 3);
  add_text (nodes[0], "mode", "bilinear");
  nodes[1] = node_message ("Upsample", "u", "x", "y");
  add_floats (nodes[1], "scales", scales, 4);
  add_text (nodes[1], "mode", "linear");
  nodes[2] = node_message ("Upsample", "u", "x,w", "y");
  nodes[3] = node_message ("Resize", "u", "x,w", "y");
  for (gsize i = 0; i < G_N_ELEMENTS (nodes); i++)
    {
      g_autoptr (LucidaNetwork) network = read_node (nodes[i], opsets[i], i < 2 ? NULL : four);
      const LucidaNode *node = last_node (network);
      const float *values = lucida_tensor_get_floats (constant_input (network, 2));

      g_assert_cmpstr (lucida_node_get_op (node), ==, "Resize");
      g_assert_cmpint (lucida_node_get_input (node, 1), ==, LUCIDA_NO_VALUE);
      g_assert_cmpstr (lucida_node_get_string (node, "coordinate_transformation_mode", ""), ==,
                       "asymmetric");
      g_assert_cmpstr (lucida_node_get_string (node, "nearest_mode", ""), ==, "floor");
      g_assert_cmpstr (lucida_node_get_string (node, "mode", "nearest"), ==,
                       i < 2 ? "linear" : "nearest");
      g_assert_cmpfloat (values[3], ==, i < 2 ? 3 : 4);
    }
}

static void
test_reshape (void)
{
  static const gint64 sizes[] = { 0, -1 };
  Message *node = node_message ("Reshape", "r", "x", "y");
  g_autoptr (LucidaNetwork) network = NULL;

  add_ints (node, "shape", sizes, 2);
  network = read_node (node, 1, NULL);
  g_assert_cmpint (lucida_tensor_get_count (constant_input (network, 1)), ==, 2);
  g_assert_cmpint (lucida_tensor_get_ints (constant_input (network, 1))[1], ==, -1);
  g_assert_false (lucida_node_has (last_node (network), "shape"));
}

static void
test_inference (void)
{
  Message *norm = node_message ("BatchNormalization", "b", "x,w,w,w,w", "y");
  Message *drop = node_message ("Dropout", "d", "x,w,w", "y,mask");
  static const gint64 three[] = { 3, -1 };
  g_autoptr (LucidaNetwork) normed = NULL, dropped = NULL;

  add_int (norm, "is_test", 0);
  add_int (norm, "spatial", 1);
  add_int (norm, "training_mode", 1);
  add_float (drop, "ratio", 0.5f);
  normed = read_node (norm, 6, three);
  dropped = read_node (drop, 12, three);
  g_assert_false (lucida_node_has (last_node (normed), "training_mode"));
  g_assert_false (lucida_node_has (last_node (normed), "is_test"));
  g_assert_cmpint (lucida_node_get_n_inputs (last_node (dropped)), ==, 1);
}

static void
test_spatial (void)
{
  Message *node = node_message ("BatchNormalization", "b", "x,x,x,x,x", "y");
  Model model;

  add_int (node, "spatial", 0);
  model_init (&model);
  model.opset = 7;
  put_message (model.graph, 1, node);
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_UNSUPPORTED, "spatial = 0");
}

static void
test_small_changes (void)
{
  Message *cast = node_message ("Cast", "c", "x", "y");
  Message *pad = node_message ("Pad", "p", "x", "y");
  static const gint64 pads[] = { 0, 0, 1, 1, 0, 0, 1, 1 }, three[] = { 3, -1 };
  g_autoptr (LucidaNetwork) casted = NULL, padded = NULL, joined = NULL, sloped = NULL;
  g_autofree char *shape = NULL;
  int n;

  add_text (cast, "to", "INT64");
  add_ints (pad, "paddings", pads, 8);
  casted = read_node (cast, 5, NULL);
  padded = read_node (pad, 1, NULL);
  joined = read_node (node_message ("Concat", "c", "x,x", "y"), 3, NULL);
  sloped = read_node (node_message ("PRelu", "p", "x,w", "y"), 6, three);
  g_assert_cmpint (lucida_node_get_int (last_node (casted), "to", 0), ==, 7);
  g_assert_nonnull (lucida_node_get_ints (last_node (padded), "pads", &n));
  g_assert_cmpint (n, ==, 8);
  g_assert_cmpint (lucida_node_get_int (last_node (joined), "axis", 0), ==, 1);
  shape = constant_shape (sloped, 1);
  g_assert_cmpstr (shape, ==, "3×1×1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-old/softmax-below-13-flattens", test_softmax);
  g_test_add_func ("/onnx-old/broadcast-from-an-axis", test_broadcast);
  g_test_add_func ("/onnx-old/broadcast-behind-a-convolution", test_broadcast_behind_conv);
  g_test_add_func ("/onnx-old/broadcast-of-a-computed-value", test_broadcast_computed);
  g_test_add_func ("/onnx-old/broadcast-over-unknown-shapes-is-refused", test_broadcast_unknown);
  g_test_add_func ("/onnx-old/upsample-becomes-resize", test_upsample);
  g_test_add_func ("/onnx-old/reshape-with-an-attribute", test_reshape);
  g_test_add_func ("/onnx-old/training-mode-is-run-as-inference", test_inference);
  g_test_add_func ("/onnx-old/norms-per-position-are-refused", test_spatial);
  g_test_add_func ("/onnx-old/small-changes-of-attributes", test_small_changes);
  return g_test_run ();
}
