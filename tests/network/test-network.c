#include "base/error.h"
#include "network/network.h"

#include <string.h>

/* A network of nodes "a", "b", …, each reading one value and making one. */
static LucidaNetwork *
new_network (void)
{
  LucidaNetwork *network = lucida_network_new ("test", "test");
  LucidaShape shape = lucida_shape (4, (int64_t) 1, (int64_t) 3, (int64_t) 8, (int64_t) 8);

  lucida_network_set_input (network, lucida_network_add_value (network, "in", NULL), &shape,
                            LUCIDA_LAYOUT_NCHW);
  return network;
}

static int
add (LucidaNetwork *network, const char *name, int input, int output)
{
  lucida_network_add_node (network, "Relu", name, &input, 1, &output, 1);
  return output;
}

static void
set_output (LucidaNetwork *network, int value)
{
  LucidaShape shape = { .rank = -1 };

  lucida_network_set_output (network, value, &shape);
}

static void
test_sorts_nodes_written_output_first (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int one = lucida_network_add_value (network, "one", NULL);
  int two = lucida_network_add_value (network, "two", NULL);
  int three = lucida_network_add_value (network, "three", NULL);

  add (network, "c", two, three);
  add (network, "b", one, two);
  add (network, "a", 0, one);
  set_output (network, three);
  g_assert_true (lucida_network_finish (network, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 3);
  g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, 0)), ==, "a");
  g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, 1)), ==, "b");
  g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, 2)), ==, "c");
  g_assert_cmpint (lucida_network_get_producer (network, two), ==, 1);
}

static void
test_keeps_the_files_order_where_it_is_one (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int left = lucida_network_add_value (network, "left", NULL);
  int right = lucida_network_add_value (network, "right", NULL);
  int sum = lucida_network_add_value (network, "sum", NULL);

  /* the sum reads the second branch first, which must not turn the branches round */
  add (network, "left", 0, left);
  add (network, "right", 0, right);
  lucida_network_add_node (network, "Add", "sum", (int[]){ right, left }, 2, &sum, 1);
  set_output (network, sum);
  g_assert_true (lucida_network_finish (network, &error));
  g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, 0)), ==, "left");
}

static void
test_drops_what_the_output_does_not_need (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int one = lucida_network_add_value (network, "one", NULL);
  int two = lucida_network_add_value (network, "two", NULL);
  int n;

  add (network, "needed", 0, one);
  add (network, "auxiliary", 0, two);
  set_output (network, one);
  g_assert_true (lucida_network_finish (network, &error));
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 1);
  g_assert_cmpint (lucida_network_get_producer (network, two), ==, -1);
  lucida_network_get_consumers (network, 0, &n);
  g_assert_cmpint (n, ==, 1);
}

static void
test_refuses_a_circle (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int one = lucida_network_add_value (network, "one", NULL);
  int two = lucida_network_add_value (network, "two", NULL);

  add (network, "a", two, one);
  add (network, "b", one, two);
  set_output (network, two);
  g_assert_false (lucida_network_finish (network, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
}

static void
test_refuses_a_node_that_feeds_itself (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int one = lucida_network_add_value (network, "one", NULL);

  add (network, "a", one, one);
  set_output (network, one);
  g_assert_false (lucida_network_finish (network, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
}

static void
test_refuses_a_value_made_twice (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int one = lucida_network_add_value (network, "one", NULL);

  add (network, "a", 0, one);
  add (network, "b", 0, one);
  set_output (network, one);
  g_assert_false (lucida_network_finish (network, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "one"));
}

static void
test_refuses_a_value_that_nobody_makes (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int lost = lucida_network_add_value (network, "lost", NULL);
  int one = lucida_network_add_value (network, "one", NULL);

  add (network, "a", lost, one);
  set_output (network, one);
  g_assert_false (lucida_network_finish (network, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "lost"));
}

static void
test_makes_layer_names_unique (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  const char *given[] = { "relu", "relu_1", "relu", "relu" };
  const char *wanted[] = { "relu", "relu_1", "relu_2", "relu_3" };
  int at = 0;

  for (int i = 0; i < 4; i++)
    at = add (network, given[i], at, lucida_network_add_value (network, NULL, NULL));
  set_output (network, at);
  g_assert_true (lucida_network_finish (network, &error));
  for (int i = 0; i < 4; i++)
    g_assert_cmpstr (lucida_node_get_name (lucida_network_get_node (network, i)), ==, wanted[i]);
}

static void
test_a_deep_chain_needs_no_deep_stack (void)
{
  g_autoptr (LucidaNetwork) network = new_network ();
  g_autoptr (GError) error = NULL;
  int first = lucida_network_add_value (network, NULL, NULL), at = first;

  for (int i = 0; i < 100000; i++)
    {
      int next = lucida_network_add_value (network, NULL, NULL);

      /* written output first */
      lucida_network_add_node (network, "Relu", "x", &next, 1, &at, 1);
      at = next;
    }
  add (network, "x", 0, at);
  set_output (network, first);
  g_assert_true (lucida_network_finish (network, &error));
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, 100001);
}

static void
test_input_size_follows_the_layout (void)
{
  g_autoptr (LucidaNetwork) network = lucida_network_new ("test", "test");
  LucidaShape shape = lucida_shape (4, (int64_t) LUCIDA_FREE_SIZE, (int64_t) LUCIDA_FREE_SIZE,
                                    (int64_t) 20, (int64_t) 1);
  LucidaShape made;
  int channels, height, width;

  lucida_network_set_input (network, lucida_network_add_value (network, "in", NULL), &shape,
                            LUCIDA_LAYOUT_NHWC);
  g_assert_true (lucida_network_get_input_size (network, &channels, &height, &width));
  g_assert_cmpint (channels, ==, 1);
  g_assert_cmpint (height, ==, LUCIDA_FREE_SIZE);
  g_assert_cmpint (width, ==, 20);
  made = lucida_network_get_shape_for (network, 30, 20);
  shape = lucida_shape (4, (int64_t) 1, (int64_t) 30, (int64_t) 20, (int64_t) 1);
  g_assert_true (lucida_shape_equal (&made, &shape));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/network/sorts-nodes-written-output-first",
                   test_sorts_nodes_written_output_first);
  g_test_add_func ("/network/keeps-the-files-order", test_keeps_the_files_order_where_it_is_one);
  g_test_add_func ("/network/drops-what-is-not-needed", test_drops_what_the_output_does_not_need);
  g_test_add_func ("/network/refuses-a-circle", test_refuses_a_circle);
  g_test_add_func ("/network/refuses-a-node-that-feeds-itself",
                   test_refuses_a_node_that_feeds_itself);
  g_test_add_func ("/network/refuses-a-value-made-twice", test_refuses_a_value_made_twice);
  g_test_add_func ("/network/refuses-a-value-nobody-makes", test_refuses_a_value_that_nobody_makes);
  g_test_add_func ("/network/makes-layer-names-unique", test_makes_layer_names_unique);
  g_test_add_func ("/network/deep-chain", test_a_deep_chain_needs_no_deep_stack);
  g_test_add_func ("/network/input-size-follows-the-layout", test_input_size_follows_the_layout);
  return g_test_run ();
}
