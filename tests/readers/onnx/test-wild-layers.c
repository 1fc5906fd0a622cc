#include "readers/onnx/wild.h"

#include <math.h>
#include <string.h>

/* What exporters write against all expectation, each line of the list run from bytes to gradients.
 */

static const gint64 x44[] = { 1, 1, 4, 4, G_MININT64 }, y3[] = { 1, 3, G_MININT64 };
static const gint64 weights3[] = { 3, 1, 1, 1, -1 };

/* The ways in which classifiers end: scores are those before Softmax, probabilities its values. */
static void
test_endings (void)
{
  static const struct
  {
    const char *ops[3];
    gboolean flat; /* the first is behind Flatten */
  } cases[] = {
    { { "Softmax" }, TRUE },
    { { "Softmax", "Identity" }, TRUE },
    { { "LogSoftmax" }, TRUE },
    { { "Softmax", "Log" }, TRUE },
    { { "Softmax" }, FALSE },
    { { "Softmax", "Flatten" }, FALSE },
    { { "Softmax", "Identity", "Flatten" }, FALSE },
    { { "LogSoftmax", "Flatten" }, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      static const gint64 open[] = { -1, -1, G_MININT64 };
      const char *from = cases[i].flat ? "f" : "p";
      double total = 0;
      const float *p;
      Outcome outcome;
      Model model;

      model_init (&model);
      wild_weights (&model, "w", weights3);
      wild_node (&model, "Conv", "x,w", "c");
      wild_node (&model, "GlobalAveragePool", "c", "p");
      if (cases[i].flat)
        wild_node (&model, "Flatten", "p", "f");
      for (int k = 0; k < 3 && cases[i].ops[k]; k++)
        {
          static const char *const made[] = { "e0", "e1", "e2" };
          gboolean last = k == 2 || !cases[i].ops[k + 1];
          const char *to = last ? "y" : made[k];
          Message *node = wild_begin (cases[i].ops[k], from, to);

          if (strstr (cases[i].ops[k], "Softmax"))
            add_int (node, "axis", 1);
          wild_put (&model, node);
          from = to;
        }
      wild_ends (&model, x44, open);
      outcome = wild_run (&model, 4, 4);
      g_assert_cmpint (lucida_plan_get_ending (outcome.plan), ==, LUCIDA_ENDING_SOFTMAX);
      p = lucida_activations_get_probabilities (outcome.activations);
      for (int k = 0; k < 3; k++)
        total += exp ((k + 1) * outcome.mean);
      for (int k = 0; k < 3; k++)
        g_assert_cmpfloat_with_epsilon (p[k], exp ((k + 1) * outcome.mean) / total, 1e-6);
      wild_expect_means (outcome, 3);
    }
}

/* A last step that only marks the winner is no score: those before it are, whether they are
 * probabilities or not. */
static void
test_hardmax_ending (void)
{
  for (int soft = 0; soft < 2; soft++)
    {
      Message *winner = wild_begin ("Hardmax", soft ? "s" : "f", "y");
      Outcome outcome;
      Model model;

      model_init (&model);
      wild_head (&model, "x", "f", 3);
      if (soft)
        wild_node (&model, "Softmax", "f", "s");
      add_int (winner, "axis", 1);
      wild_put (&model, winner);
      wild_ends (&model, x44, y3);
      outcome = wild_run (&model, 4, 4);
      g_assert_cmpint (lucida_plan_get_ending (outcome.plan), ==,
                       soft ? LUCIDA_ENDING_SOFTMAX : LUCIDA_ENDING_LOGITS);
      wild_expect_means (outcome, 3);
    }
}

/* Convolution, ReLU, then a norm with scale 2, bias 1, mean 3, variance 4, ε 0. */
static void
test_norm_behind_relu (void)
{
  static const gint64 one[] = { 1, -1 };
  static const float values[] = { 2, 1, 3, 4 };
  static const char *const names[] = { "scale", "bias", "mean", "var" };
  static const gint64 kernel[] = { 1, 1, 1, 1, -1 };
  Message *norm = wild_begin ("BatchNormalization", "r,scale,bias,mean,var", "n");
  Outcome outcome;
  double m;
  Model model;

  model_init (&model);
  for (int i = 0; i < 4; i++)
    put_message (model.graph, 5, tensor_message (names[i], 1, one, &values[i], sizeof (float)));
  wild_weights (&model, "k", kernel);
  wild_node (&model, "Conv", "x,k", "c");
  wild_node (&model, "Relu", "c", "r");
  add_float (norm, "epsilon", 0);
  wild_put (&model, norm);
  wild_head (&model, "n", "y", 3);
  wild_ends (&model, x44, y3);
  outcome = wild_run_with_constants (&model, 4, 4);
  m = (outcome.mean - 3) / 2 * 2 + 1;
  wild_expect (outcome, (const double[]){ m, 2 * m, 3 * m }, 3);
}

/* The same norm on the flat scores, for each of three. */
static void
test_norm_of_scores (void)
{
  static const gint64 three[] = { 3, -1 };
  static const float values[4][3] = { { 2, 2, 2 }, { 1, 2, 3 }, { 0, 0, 3 }, { 4, 1, 4 } };
  static const char *const names[] = { "scale", "bias", "mean", "var" };
  Message *norm = wild_begin ("BatchNormalization", "f,scale,bias,mean,var", "y");
  Outcome outcome;
  double m;
  Model model;

  model_init (&model);
  for (int i = 0; i < 4; i++)
    put_message (model.graph, 5, tensor_message (names[i], 1, three, values[i], sizeof values[i]));
  wild_head (&model, "x", "f", 3);
  add_float (norm, "epsilon", 0);
  wild_put (&model, norm);
  wild_ends (&model, x44, y3);
  outcome = wild_run_with_constants (&model, 4, 4);
  m = outcome.mean;
  wild_expect (outcome, (const double[]){ m + 1, 2 * 2 * m + 2, 3 * m - 3 + 3 }, 3);
}

/* Pooling before ReLU, with attributes that say nothing. */
static void
test_pool_before_relu (void)
{
  static const gint64 two[] = { 2, 2 };
  Message *pool = wild_begin ("MaxPool", "c", "m");
  static const gint64 kernel[] = { 1, 1, 1, 1, -1 };
  double sum = 0;
  Outcome outcome;
  Model model;

  model_init (&model);
  wild_weights (&model, "k", kernel);
  wild_node (&model, "Conv", "x,k", "c");
  add_ints (pool, "kernel_shape", two, 2);
  add_ints (pool, "strides", two, 2);
  add_int (pool, "storage_order", 0);
  add_text (pool, "auto_pad", "NOTSET");
  wild_put (&model, pool);
  wild_node (&model, "Relu", "m", "r");
  wild_head (&model, "r", "y", 3);
  wild_ends (&model, x44, y3);
  for (int row = 0; row < 4; row += 2)
    for (int column = 0; column < 4; column += 2)
      {
        double largest = 0;

        for (int i = 0; i < 4; i++)
          largest = MAX (largest, (double) wild_input (4 * (row + i / 2) + column + i % 2));
        sum += largest / 4;
      }
  outcome = wild_run (&model, 4, 4);
  wild_expect (outcome, (const double[]){ sum, 2 * sum, 3 * sum }, 3);
}

/* A convolution as large as the map is the dense layer. */
static void
test_dense_convolution (void)
{
  static const gint64 kernel[] = { 1, 1, 1, 1, -1 }, dense[] = { 2, 1, 4, 4, -1 };
  static const gint64 y[] = { 1, 2, 1, 1, G_MININT64 };
  double logits[2] = { 0 };
  const LucidaLayer *layers;
  int n;
  Outcome outcome;
  Model model;

  model_init (&model);
  wild_weights (&model, "k", kernel);
  wild_node (&model, "Conv", "x,k", "c");
  wild_node (&model, "Relu", "c", "r");
  wild_weights (&model, "d", dense);
  wild_node (&model, "Conv", "r,d", "y");
  wild_ends (&model, x44, y);
  for (int i = 0; i < 32; i++)
    logits[i / 16] += (double) (i + 1) * wild_input (i % 16);
  outcome = wild_run (&model, 4, 4);
  layers = lucida_plan_get_layers (outcome.plan, &n);
  g_assert_cmpint (layers[lucida_plan_get_default_layer (outcome.plan)].height, ==, 4);
  wild_expect (outcome, logits, 2);
}

/* Every layer can be named, whatever the file calls it. */
static void
test_names (void)
{
  static const char *const names[] = { "", "", "7", "r", "relu_3", "a/b:0 c", "a/b:0 c" };
  const LucidaLayer *layers;
  int n;
  Outcome outcome;
  const char *from = "x";
  Model model;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);

  model_init (&model);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      char *to = g_strdup_printf (i == 3 ? "r" : "t%d", (int) i);

      g_ptr_array_add (made, to);
      wild_put (&model, node_message ("Relu", names[i], from, to));
      from = to;
    }
  wild_head (&model, from, "y", 3);
  wild_ends (&model, x44, y3);
  outcome = wild_run (&model, 4, 4);
  layers = lucida_plan_get_layers (outcome.plan, &n);
  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *label = NULL;

      g_assert_cmpstr (layers[i].name, !=, "");
      g_assert_true (g_hash_table_add (seen, (gpointer) layers[i].name));
      if (!layers[i].explainable)
        continue;
      g_assert_cmpint (lucida_plan_find_layer (outcome.plan, layers[i].name, &label, &error), >=,
                       0);
      g_assert_no_error (error);
    }
  wild_expect_means (outcome, 3);
}

/* Four channels, 43 classes, 8×16 pixels, a last map of one line. */
static void
test_odd_sizes (void)
{
  static const gint64 x[] = { 1, 4, 8, 16, G_MININT64 }, y[] = { 1, 43, G_MININT64 };
  static const gint64 kernel[] = { 43, 4, 8, 1, -1 }, unused[] = { 5, 6, 7 };
  double logits[43] = { 0 };
  const LucidaLayer *layers;
  int n, channels, height, width;
  Outcome outcome;
  Model model;

  model_init (&model);
  wild_weights (&model, "w", kernel);
  wild_ints (&model, "num_batches_tracked", unused, 3);
  wild_node (&model, "Conv", "x,w", "c");
  wild_node (&model, "Relu", "c", "r");
  wild_node (&model, "GlobalAveragePool", "r", "p");
  wild_node (&model, "Flatten", "p", "y");
  wild_ends (&model, x, y);
  for (int k = 0; k < 43; k++)
    for (int i = 0; i < 4 * 8 * 16; i++)
      logits[k] += (double) (k * 32 + i / 16 + 1) * wild_input (i) / 16;
  outcome = wild_run (&model, 8, 16);
  g_assert_true (lucida_network_get_input_size (outcome.network, &channels, &height, &width));
  g_assert_cmpint (channels, ==, 4);
  g_assert_cmpint (width, ==, 16);
  layers = lucida_plan_get_layers (outcome.plan, &n);
  g_assert_cmpint (layers[lucida_plan_get_default_layer (outcome.plan)].height, ==, 1);
  g_assert_cmpint (layers[lucida_plan_get_default_layer (outcome.plan)].width, ==, 16);
  wild_expect (outcome, logits, 43);
}

static LucidaTensor *
gradient_at (LucidaPlan *plan, LucidaActivations *activations, const char *name)
{
  const float first[2] = { 1, 0 };
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);
  g_autoptr (GError) error = NULL;
  int value = lucida_plan_find_layer (plan, name, NULL, &error);
  g_autoptr (LucidaGradients) gradients = NULL;
  LucidaTensor *gradient;

  g_assert_no_error (error);
  gradients
      = lucida_plan_backward (plan, activations, first, &value, 1, pool, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  gradient = lucida_gradients_dup (gradients, value, &error);
  g_assert_no_error (error);
  return gradient;
}

/* Standard deviations instead of means, where one channel is dead: √ has no gradient at 0, but a
 * ReLU before it lets none through. The score is σ of channel 0, ∂σ/∂x = (x - m)/(16·σ); channel 1
 * is PyTorch's: 0 before the ReLU, NaN behind it. */
static void
test_dead_deviation (void)
{
  static const gint64 sizes[] = { 2, 1, 1, 1, -1 }, axes[] = { 2, 3 }, y[] = { 1, 2, G_MININT64 };
  static const float kernel[] = { 1, -1 };
  g_autoptr (LucidaNetwork) network = NULL;
  g_autoptr (LucidaPlan) plan = NULL;
  g_autoptr (LucidaActivations) activations = NULL;
  g_autoptr (LucidaTensor) input = NULL, before = NULL, behind = NULL;
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);
  const LucidaShape shape = { 4, { 1, 1, 4, 4 } };
  double mean = 0, square = 0, deviation;
  Model model;

  model_init (&model);
  put_message (model.graph, 5, tensor_message ("k", 1, sizes, kernel, sizeof kernel));
  wild_node (&model, "Conv", "x,k", "c");
  wild_node (&model, "Relu", "c", "r");
  for (int i = 0; i < 2; i++)
    {
      Message *means = wild_begin ("ReduceMean", i ? "s" : "r", i ? "v" : "m");

      add_ints (means, "axes", axes, 2);
      wild_put (&model, means);
    }
  wild_node (&model, "Sub", "r,m", "d");
  wild_node (&model, "Mul", "d,d", "s");
  wild_node (&model, "Sqrt", "v", "q");
  wild_node (&model, "Flatten", "q", "y");
  wild_ends (&model, x44, y);
  network = assert_read (&model);
  plan = lucida_plan_new (network, &shape, pool, NULL, NULL);
  input = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);
  for (int i = 0; i < 16; i++)
    {
      double x = ((float *) lucida_tensor_get_data (input))[i] = wild_input (i);

      mean += x / 16;
      square += x * x / 16;
    }
  deviation = sqrt (square - mean * mean);
  activations = lucida_plan_forward (plan, input, TRUE, pool, NULL, NULL, NULL, NULL);
  g_assert_cmpfloat_with_epsilon (lucida_activations_get_logits (activations)[0], deviation, 1e-6);
  before = gradient_at (plan, activations, "c");
  behind = gradient_at (plan, activations, "r");
  for (int i = 0; i < 16; i++)
    {
      double slope = ((double) wild_input (i) - mean) / (16 * deviation);

      g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (before)[i], slope, 1e-6);
      g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (behind)[i], slope, 1e-6);
      g_assert_cmpfloat (lucida_tensor_get_floats (before)[16 + i], ==, 0);
      g_assert_true (isnan (lucida_tensor_get_floats (behind)[16 + i]));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-wild-layers/endings", test_endings);
  g_test_add_func ("/onnx-wild-layers/a-last-step-that-marks-the-winner", test_hardmax_ending);
  g_test_add_func ("/onnx-wild-layers/a-norm-behind-relu", test_norm_behind_relu);
  g_test_add_func ("/onnx-wild-layers/a-norm-of-scores", test_norm_of_scores);
  g_test_add_func ("/onnx-wild-layers/pooling-before-relu", test_pool_before_relu);
  g_test_add_func ("/onnx-wild-layers/a-convolution-as-dense-layer", test_dense_convolution);
  g_test_add_func ("/onnx-wild-layers/every-layer-can-be-named", test_names);
  g_test_add_func ("/onnx-wild-layers/odd-sizes", test_odd_sizes);
  g_test_add_func ("/onnx-wild-layers/deviations-over-a-dead-channel", test_dead_deviation);
  return g_test_run ();
}
