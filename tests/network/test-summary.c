#include "network/summary.h"

static int
constant (LucidaNetwork *network, const char *name, int rank, int64_t a, int64_t b)
{
  LucidaShape shape = { .rank = rank, .dim = { a, b } };
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);

  return lucida_network_add_value (network, name, tensor);
}

static LucidaNetwork *
new_network (int *last)
{
  LucidaNetwork *network = lucida_network_new ("test", "test");
  LucidaShape shape = lucida_shape (2, (int64_t) 1, (int64_t) 5);

  *last = lucida_network_add_value (network, "in", NULL);
  lucida_network_set_input (network, *last, &shape, LUCIDA_LAYOUT_NCHW);
  return network;
}

static LucidaNode *
add (LucidaNetwork *network, const char *op, int *last, int a, int b, int c, int d)
{
  int inputs[] = { *last, a, b, c, d }, n = d >= 0 ? 5 : b >= 0 ? 3 : 2;

  *last = lucida_network_add_value (network, NULL, NULL);
  return lucida_network_add_node (network, op, op, inputs, n, last, 1);
}

static void
finish (LucidaNetwork *network, int last)
{
  LucidaShape shape = { .rank = -1 };
  g_autoptr (GError) error = NULL;

  lucida_network_set_output (network, last, &shape);
  g_assert_true (lucida_network_finish (network, &error));
}

static void
test_weights_biases_and_statistics (void)
{
  int last;
  g_autoptr (LucidaNetwork) network = new_network (&last);
  LucidaParameters count;

  add (network, "Gemm", &last, constant (network, "w", 2, 5, 4), constant (network, "b", 1, 4, 0),
       -1, -1);
  add (network, "BatchNormalization", &last, constant (network, "gamma", 1, 4, 0),
       constant (network, "beta", 1, 4, 0), constant (network, "mean", 1, 4, 0),
       constant (network, "variance", 1, 4, 0));
  finish (network, last);
  count = lucida_network_count_parameters (network);
  g_assert_cmpint (count.trainable, ==, 5 * 4 + 4 + 4 + 4);
  g_assert_cmpint (count.non_trainable, ==, 4 + 4);
}

static void
test_scalars_bounds_and_shapes_do_not_count (void)
{
  int last;
  g_autoptr (LucidaNetwork) network = new_network (&last);
  LucidaParameters count;

  add (network, "Clip", &last, constant (network, "low", 0, 0, 0),
       constant (network, "high", 0, 0, 0), -1, -1);
  add (network, "Mul", &last, constant (network, "factor", 0, 0, 0), -1, -1, -1);
  add (network, "Pow", &last, constant (network, "exponents", 1, 5, 0), -1, -1, -1);
  add (network, "Add", &last, constant (network, "bias", 1, 5, 0), -1, -1, -1);
  finish (network, last);
  count = lucida_network_count_parameters (network);
  g_assert_cmpint (count.trainable, ==, 5);
  g_assert_cmpint (count.non_trainable, ==, 0);
}

static void
test_a_shared_weight_counts_once (void)
{
  int last;
  g_autoptr (LucidaNetwork) network = new_network (&last);
  int w = constant (network, "w", 2, 5, 5), turned, identity_input;
  g_autofree LucidaParameters *nodes = NULL;

  add (network, "MatMul", &last, w, -1, -1, -1);
  /* and once more through a Transpose, as exporters write tied weights */
  identity_input = w;
  turned = lucida_network_add_value (network, "turned", NULL);
  lucida_network_add_node (network, "Transpose", "turn", &identity_input, 1, &turned, 1);
  add (network, "MatMul", &last, turned, -1, -1, -1);
  finish (network, last);
  g_assert_cmpint (lucida_network_count_parameters (network).trainable, ==, 25);
  nodes = lucida_network_count_node_parameters (network);
  g_assert_cmpint (nodes[0].trainable + nodes[1].trainable + nodes[2].trainable, ==, 25);
}

static void
test_frozen_layers_are_not_trainable (void)
{
  int last;
  g_autoptr (LucidaNetwork) network = new_network (&last);
  LucidaNode *node = add (network, "Gemm", &last, constant (network, "w", 2, 5, 5), -1, -1, -1);

  lucida_node_set_trainable (node, FALSE);
  finish (network, last);
  g_assert_cmpint (lucida_network_count_parameters (network).trainable, ==, 0);
  g_assert_cmpint (lucida_network_count_parameters (network).non_trainable, ==, 25);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/summary/weights-biases-and-statistics", test_weights_biases_and_statistics);
  g_test_add_func ("/summary/scalars-bounds-and-shapes-do-not-count",
                   test_scalars_bounds_and_shapes_do_not_count);
  g_test_add_func ("/summary/a-shared-weight-counts-once", test_a_shared_weight_counts_once);
  g_test_add_func ("/summary/frozen-layers-are-not-trainable",
                   test_frozen_layers_are_not_trainable);
  return g_test_run ();
}
