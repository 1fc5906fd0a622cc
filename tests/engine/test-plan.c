#include "base/error.h"
#include "build-network.h"
#include "engine/engine.h"

#include <math.h>
#include <string.h>

static LucidaPlan *
plan_for (LucidaNetwork *network, LucidaPool *pool)
{
  g_autoptr (GError) error = NULL;
  LucidaPlan *plan
      = lucida_plan_new (network, lucida_network_get_input_shape (network), pool, NULL, &error);

  g_assert_no_error (error);
  lucida_network_unref (network);
  return plan;
}

static LucidaTensor *
random_input (LucidaPlan *plan, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  LucidaTensor *input
      = lucida_tensor_new (LUCIDA_FLOAT32, lucida_plan_get_input_shape (plan), NULL);
  float *data = lucida_tensor_get_data (input);

  for (int64_t i = 0; i < lucida_tensor_get_count (input); i++)
    data[i] = (float) g_rand_double_range (rand, -1, 1);
  return input;
}

static LucidaActivations *
run (LucidaPlan *plan, LucidaTensor *input, gboolean keep, LucidaPool *pool)
{
  g_autoptr (GError) error = NULL;
  LucidaActivations *made = lucida_plan_forward (plan, input, keep, pool, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return made;
}

static const char *
default_name (LucidaPlan *plan)
{
  int n, index = lucida_plan_get_default_layer (plan);
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);

  return index < 0 ? NULL : layers[index].name;
}

static const LucidaLayer *
layer_of (LucidaPlan *plan, const char *name)
{
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);

  for (int i = 0; i < n; i++)
    if (strcmp (layers[i].name, name) == 0)
      return &layers[i];
  g_error ("no layer %s", name);
  return NULL;
}

/* Convolution, ReLU, pooling, residual addition, sigmoid gate, concatenation, dense layer. */
static LucidaNetwork *
all_kinds (void)
{
  Build b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 11, 9, 7);
  int x = build_unary (&b, "Softplus", build_conv (&b, "conv1", build_input (&b), 3, 8, 3, 1, 1));
  int left = build_conv (&b, "left", x, 8, 8, 3, 1, 4), gate, sum;

  sum = build_unary (&b, "Tanh", build_binary (&b, "Add", x, left));
  gate = build_unary (
      &b, "Sigmoid",
      build_conv (&b, "squeeze", build_unary (&b, "GlobalAveragePool", sum), 8, 8, 1, 1, 1));
  x = build_binary (&b, "Mul", sum, gate);
  x = build_node (&b, "Concat", "join", (int[]){ x, left }, 2);
  lucida_node_set_int (build_last (&b), "axis", 1);
  x = build_unary (&b, "AveragePool", x);
  lucida_node_set_ints (build_last (&b), "kernel_shape", (int64_t[]){ 2, 2 }, 2);
  lucida_node_set_ints (build_last (&b), "strides", (int64_t[]){ 2, 2 }, 2);
  x = build_unary (&b, "Tanh", build_conv (&b, "conv2", x, 16, 6, 3, 2, 1));
  return build_end (&b, build_unary (&b, "Softmax", build_head (&b, x, 6, 3)));
}

/* ∂(Σ w·logit)/∂input by central differences, along random directions. */
static void
test_gradient_of_a_whole_network (void)
{
  g_autoptr (LucidaPool) pool = lucida_pool_new (2);
  g_autoptr (LucidaPlan) plan = plan_for (all_kinds (), pool);
  g_autoptr (LucidaTensor) input = random_input (plan, 1);
  g_autoptr (LucidaActivations) activations = run (plan, input, TRUE, pool);
  g_autoptr (GError) error = NULL;
  const float weights[] = { 1, -0.5f, 0.25f };
  int wanted = lucida_network_get_input (lucida_plan_get_network (plan));
  g_autoptr (LucidaGradients) gradients = lucida_plan_backward (plan, activations, weights, &wanted,
                                                                1, pool, NULL, NULL, NULL, &error);
  g_autoptr (LucidaTensor) gradient = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  int64_t count = lucida_tensor_get_count (input);

  g_assert_no_error (error);
  gradient = lucida_gradients_dup (gradients, wanted, &error);
  g_assert_no_error (error);
  for (int trial = 0; trial < 10; trial++)
    {
      double score[2] = { 0 }, along = 0, step = 1e-3;
      g_autofree float *direction = g_new (float, count);

      for (int64_t i = 0; i < count; i++)
        {
          direction[i] = (float) g_rand_double_range (rand, -1, 1);
          along += (double) direction[i] * lucida_tensor_get_floats (gradient)[i];
        }
      for (int side = 0; side < 2; side++)
        {
          g_autoptr (LucidaTensor) moved
              = lucida_tensor_new_copy (LUCIDA_FLOAT32, lucida_tensor_get_shape (input),
                                        lucida_tensor_get_floats (input), NULL);
          float *data = lucida_tensor_get_data (moved);
          g_autoptr (LucidaActivations) made = NULL;

          for (int64_t i = 0; i < count; i++)
            data[i] += (float) (side ? step : -step) * direction[i];
          made = run (plan, moved, FALSE, pool);
          for (int c = 0; c < 3; c++)
            score[side] += (double) weights[c] * lucida_activations_get_logits (made)[c];
        }
      g_test_message ("difference %g, gradient %g", (score[1] - score[0]) / (2 * step), along);
      g_assert_cmpfloat (fabs ((score[1] - score[0]) / (2 * step) - along), <=,
                         2e-3 * MAX (1, fabs (along)));
    }
}

static void
test_threads_and_keeping_change_nothing (void)
{
  g_autoptr (LucidaPool) one = lucida_pool_new (1);
  g_autoptr (LucidaPool) four = lucida_pool_new (4);
  LucidaNetwork *network = all_kinds ();
  g_autoptr (LucidaPlan) plan = plan_for (lucida_network_ref (network), one);
  g_autoptr (LucidaPlan) plan4 = plan_for (network, four);
  g_autoptr (LucidaTensor) input = random_input (plan, 2);
  g_autoptr (LucidaActivations) a = run (plan, input, TRUE, one);
  g_autoptr (LucidaActivations) b = run (plan, input, FALSE, NULL);
  g_autoptr (LucidaActivations) c = run (plan4, input, FALSE, four);
  gsize size = 3 * sizeof (float);

  g_assert_cmpmem (lucida_activations_get_logits (a), size, lucida_activations_get_logits (b),
                   size);
  g_assert_cmpmem (lucida_activations_get_logits (a), size, lucida_activations_get_logits (c),
                   size);
  g_assert_cmpuint (lucida_activations_get_size (b), <, lucida_activations_get_size (a));
}

static void
test_contrast_is_the_difference (void)
{
  g_autoptr (LucidaPlan) plan = plan_for (all_kinds (), NULL);
  g_autoptr (LucidaTensor) input = random_input (plan, 3);
  g_autoptr (LucidaActivations) activations = run (plan, input, TRUE, NULL);
  const float weights[3][3] = { { 1, 0, 0 }, { 0, 0, 1 }, { 1, 0, -1 } };
  LucidaTensor *g[3];
  int value = layer_of (plan, "conv1")->value;

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (LucidaGradients) made = lucida_plan_backward (
          plan, activations, weights[i], &value, 1, NULL, NULL, NULL, NULL, NULL);

      g[i] = lucida_gradients_dup (made, value, NULL);
    }
  for (int64_t i = 0; i < lucida_tensor_get_count (g[0]); i++)
    g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (g[0])[i]
                                        - lucida_tensor_get_floats (g[1])[i],
                                    lucida_tensor_get_floats (g[2])[i], 1e-6);
  for (int i = 0; i < 3; i++)
    lucida_tensor_unref (g[i]);
}

typedef int (*EndFunc) (Build *b, int logits);

static int
end_linear (Build *b, int z)
{
  (void) b;
  return z;
}

static int
end_softmax (Build *b, int z)
{
  return build_unary (b, "Identity", build_unary (b, "Softmax", z));
}

static int
end_softmax_log (Build *b, int z)
{
  return build_unary (b, "Log", build_unary (b, "Softmax", z));
}

static int
end_log_softmax (Build *b, int z)
{
  return build_unary (b, "LogSoftmax", z);
}

static int
end_sigmoid (Build *b, int z)
{
  return build_unary (b, "Sigmoid", z);
}

/* Softmax over 1×classes×1×1, then flattened. */
static int
end_softmax_over_maps (Build *b, int z)
{
  int shape = build_ints (b, (int64_t[]){ 1, -1, 1, 1 }, 4);
  int y = build_unary (b, "Softmax", build_binary (b, "Reshape", z, shape));

  lucida_node_set_int (build_last (b), "axis", 1);
  return build_unary (b, "Flatten", y);
}

/* Probabilities are those of the numbers before the ending, whatever its spelling; the logits are
 * never those after it. */
static void
test_endings (void)
{
  static const struct
  {
    EndFunc end;
    int outputs;
    LucidaEnding ending;
    int classes;
  } table[] = {
    { end_linear, 3, LUCIDA_ENDING_LOGITS, 3 },
    { end_softmax, 3, LUCIDA_ENDING_SOFTMAX, 3 },
    { end_softmax_log, 3, LUCIDA_ENDING_SOFTMAX, 3 },
    { end_log_softmax, 3, LUCIDA_ENDING_SOFTMAX, 3 },
    { end_softmax_over_maps, 3, LUCIDA_ENDING_SOFTMAX, 3 },
    { end_sigmoid, 3, LUCIDA_ENDING_SIGMOIDS, 3 },
    { end_sigmoid, 1, LUCIDA_ENDING_SIGMOID, 2 },
    { end_linear, 1, LUCIDA_ENDING_SCORE, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      Build b = build_begin (LUCIDA_LAYOUT_NCHW, 1, 4, 4, 11);
      int x = build_conv (&b, "conv", build_input (&b), 1, 4, 3, 1, 1);
      int z = build_head (&b, x, 4, table[i].outputs);
      g_autoptr (LucidaPlan) plan = plan_for (build_end (&b, table[i].end (&b, z)), NULL);
      g_autoptr (LucidaTensor) input = random_input (plan, 4);
      g_autoptr (LucidaActivations) made = run (plan, input, TRUE, NULL);
      const float *logits = lucida_activations_get_logits (made);
      const float *probabilities = lucida_activations_get_probabilities (made);
      double sum = 0;

      g_test_message ("case %d", (int) i);
      g_assert_cmpint (lucida_plan_get_ending (plan), ==, table[i].ending);
      g_assert_cmpint (lucida_plan_get_n_classes (plan), ==, table[i].classes);
      if (table[i].ending == LUCIDA_ENDING_SCORE)
        {
          g_assert_null (probabilities);
          continue;
        }
      for (int c = 0; c < table[i].classes; c++)
        sum += exp (logits[c]);
      for (int c = 0; c < table[i].classes; c++)
        if (table[i].ending == LUCIDA_ENDING_SIGMOID || table[i].ending == LUCIDA_ENDING_SIGMOIDS)
          g_assert_cmpfloat_with_epsilon (probabilities[c], 1 / (1 + exp (-logits[c])), 1e-6);
        else
          g_assert_cmpfloat_with_epsilon (probabilities[c], exp (logits[c]) / sum, 1e-6);
      if (table[i].ending == LUCIDA_ENDING_SIGMOID)
        g_assert_cmpfloat (logits[0], ==, -logits[1]);
    }
}

/* The rule of docs/maps.md on networks of the usual shapes. */
static void
test_default_layer (void)
{
  const char *wanted[]
      = { "relu", "sum_relu", "scaled", "classifier.1", "norm_relu", "join", "bend" };

  for (int i = 0; i < 7; i++)
    {
      Build b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 8, 8, 21);
      int x = build_conv (&b, "conv1", build_input (&b), 3, 4, 3, 1, 1), y, gate;
      g_autoptr (LucidaPlan) plan = NULL;
      int classes = 3, channels = 4;

      switch (i)
        {
        case 0: /* VGG, AlexNet: the activated convolution before the last pooling */
          x = build_node (&b, "Relu", "relu", &x, 1);
          x = build_unary (&b, "MaxPool", x);
          lucida_node_set_ints (build_last (&b), "kernel_shape", (int64_t[]){ 2, 2 }, 2);
          break;
        case 1: /* ResNet: the ReLU after the last addition */
          y = build_conv (&b, "conv2", x, 4, 4, 3, 1, 1);
          y = build_node (&b, "Add", "sum", (int[]){ x, y }, 2);
          x = build_node (&b, "Relu", "sum_relu", &y, 1);
          break;
        case 2: /* squeeze-and-excite: not the gate's product, the activation before it */
          y = build_unary (&b, "Sigmoid", x);
          x = build_node (&b, "Mul", "scaled", (int[]){ x, y }, 2);
          gate = build_unary (
              &b, "Sigmoid",
              build_conv (&b, "squeeze", build_unary (&b, "GlobalAveragePool", x), 4, 4, 1, 1, 1));
          x = build_node (&b, "Mul", "gated", (int[]){ x, gate }, 2);
          break;
        case 3: /* SqueezeNet: the convolution that makes the class maps */
          x = build_conv (&b, "classifier.1", build_unary (&b, "Relu", x), 4, 3, 1, 1, 1);
          x = build_unary (&b, "Relu", x);
          channels = 3;
          break;
        case 4: /* DenseNet: the ReLU after the last norm */
          {
            int64_t four = 4;
            int variance = build_weights (&b, 1, &four, 0);

            y = build_node (&b, "BatchNormalization", "norm",
                            (int[]){ build_binary (&b, "Add", x, x),
                                     build_weights (&b, 1, &four, 1),
                                     build_weights (&b, 1, &four, 1),
                                     build_weights (&b, 1, &four, 1), variance },
                            5);
            lucida_node_set_float (build_last (&b), "epsilon", 0.5);
            x = build_node (&b, "Relu", "norm_relu", &y, 1);
          }
          break;
        case 5: /* GoogLeNet: the last concatenation, even before a padding */
          y = build_conv (&b, "branch", x, 4, 4, 1, 1, 1);
          x = build_node (&b, "Concat", "join", (int[]){ x, y }, 2);
          lucida_node_set_int (build_last (&b), "axis", 1);
          channels = 8;
          x = build_binary (&b, "Pad", x,
                            build_ints (&b, (int64_t[]){ 0, 0, 1, 1, 0, 0, 1, 1 }, 8));
          break;
        default: /* GELU spelled as five operators */
          y = build_unary (&b, "Erf", build_binary (&b, "Div", x, build_scalar (&b, 1.41421356f)));
          y = build_binary (&b, "Add", y, build_scalar (&b, 1));
          y = build_binary (&b, "Mul", x, y);
          x = build_node (&b, "Mul", "bend", (int[]){ y, build_scalar (&b, 0.5f) }, 2);
        }
      if (i == 3)
        x = build_unary (&b, "Flatten", build_unary (&b, "GlobalAveragePool", x));
      else
        x = build_head (&b, x, channels, classes);
      plan = plan_for (build_end (&b, x), NULL);
      g_assert_cmpstr (default_name (plan), ==, wanted[i]);
    }
}

static void
test_a_convolution_means_its_activated_output (void)
{
  Build b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 8, 8, 31);
  int x = build_conv (&b, "block/conv1", build_input (&b), 3, 4, 3, 1, 1), branch;
  g_autoptr (LucidaPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *label = NULL;
  int relu, raw = x;

  relu = build_node (&b, "Relu", "block/relu", &x, 1);
  x = build_conv (&b, "block/conv2", relu, 4, 4, 3, 1, 1);
  branch = build_conv (&b, "block/side", build_unary (&b, "Relu", x), 4, 4, 3, 1, 1);
  x = build_binary (&b, "Add", x, branch);
  x = build_conv (&b, "other/conv2", x, 4, 4, 3, 1, 1);
  plan = plan_for (build_end (&b, build_head (&b, x, 4, 3)), NULL);

  g_assert_cmpint (layer_of (plan, "block/conv1")->value, ==, relu);
  g_assert_cmpint (layer_of (plan, "block/conv1")->raw_value, ==, raw);
  /* a branch in between: the raw output */
  g_assert_cmpint (layer_of (plan, "block/conv2")->value, ==,
                   layer_of (plan, "block/conv2")->raw_value);
  /* an exact tensor name is that very tensor, a layer's name its activated output */
  g_assert_cmpint (lucida_plan_find_layer (plan, "block/conv1:0", NULL, &error), ==, raw);
  g_assert_cmpint (lucida_plan_find_layer (plan, "block/conv1", NULL, &error), ==, relu);
  g_assert_cmpint (lucida_plan_find_layer (plan, "conv1", &label, &error), ==, relu);
  g_assert_cmpstr (label, ==, "block/conv1");
  g_assert_no_error (error);
  g_assert_cmpint (lucida_plan_find_layer (plan, "conv2", NULL, &error), ==, -1);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "block/conv2"));
  g_assert_nonnull (strstr (error->message, "other/conv2"));
  g_clear_error (&error);
  g_assert_cmpint (lucida_plan_find_layer (plan, "conv9", NULL, &error), ==, -1);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "other/conv2"));
  g_clear_error (&error);
  /* a module means its last member, a layer without space cannot be explained */
  g_assert_cmpint (lucida_plan_find_layer (plan, "other", NULL, &error), ==, x);
  g_assert_no_error (error);
}

/* The same weights in both layouts give the same arrays C×H×W. */
static void
test_channels_last_is_turned (void)
{
  LucidaTensor *a[2], *g[2];

  for (int last = 0; last < 2; last++)
    {
      Build b = build_begin (last ? LUCIDA_LAYOUT_NHWC : LUCIDA_LAYOUT_NCHW, 3, 5, 7, 41);
      int x = build_input (&b);
      g_autoptr (LucidaPlan) plan = NULL;
      g_autoptr (LucidaTensor) input = NULL;
      g_autoptr (LucidaActivations) activations = NULL;
      g_autoptr (LucidaGradients) gradients = NULL;
      const float weights[] = { 1, 0 };
      float *data;
      int value;

      if (last)
        {
          x = build_unary (&b, "Transpose", x);
          lucida_node_set_ints (build_last (&b), "perm", (int64_t[]){ 0, 3, 1, 2 }, 4);
        }
      x = build_conv (&b, "conv", x, 3, 4, 3, 1, 1);
      if (last)
        {
          x = build_unary (&b, "Transpose", x);
          lucida_node_set_ints (build_last (&b), "perm", (int64_t[]){ 0, 2, 3, 1 }, 4);
        }
      x = build_unary (&b, "Softplus", x);
      value = x;
      if (last)
        {
          x = build_unary (&b, "Transpose", x);
          lucida_node_set_ints (build_last (&b), "perm", (int64_t[]){ 0, 3, 1, 2 }, 4);
        }
      x = build_unary (&b, "Tanh", build_conv (&b, "conv2", x, 4, 4, 3, 2, 1));
      plan = plan_for (build_end (&b, build_head (&b, x, 4, 2)), NULL);
      input = lucida_tensor_new (LUCIDA_FLOAT32, lucida_plan_get_input_shape (plan), NULL);
      data = lucida_tensor_get_data (input);
      for (int c = 0; c < 3; c++)
        for (int p = 0; p < 35; p++)
          data[last ? p * 3 + c : c * 35 + p] = sinf ((float) (c * 35 + p));
      activations = run (plan, input, TRUE, NULL);
      gradients = lucida_plan_backward (plan, activations, weights, &value, 1, NULL, NULL, NULL,
                                        NULL, NULL);
      a[last] = lucida_activations_dup (activations, value, NULL);
      g[last] = lucida_gradients_dup (gradients, value, NULL);
      g_assert_cmpint (layer_of (plan, "conv")->channels, ==, 4);
      g_assert_cmpint (layer_of (plan, "conv")->height, ==, 5);
      g_assert_cmpint (layer_of (plan, "conv")->width, ==, 7);
      g_assert_cmpint (layer_of (plan, "conv")->value, ==, value);
    }
  for (int64_t i = 0; i < 4 * 35; i++)
    {
      g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (a[0])[i],
                                      lucida_tensor_get_floats (a[1])[i], 1e-6);
      g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (g[0])[i],
                                      lucida_tensor_get_floats (g[1])[i], 1e-6);
    }
  for (int last = 0; last < 2; last++)
    {
      lucida_tensor_unref (a[last]);
      lucida_tensor_unref (g[last]);
    }
}

static void
test_shape_arithmetic_is_folded (void)
{
  Build b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 4, 5, 51);
  int x = build_conv (&b, "conv", build_input (&b), 3, 2, 3, 1, 1), batch, shape;
  g_autoptr (LucidaPlan) plan = NULL;
  int n;

  batch = build_binary (&b, "Gather", build_unary (&b, "Shape", x),
                        build_ints (&b, (int64_t[]){ 0 }, 1));
  shape
      = build_node (&b, "Concat", NULL, (int[]){ batch, build_ints (&b, (int64_t[]){ -1 }, 1) }, 2);
  lucida_node_set_int (build_last (&b), "axis", 0);
  x = build_dense (&b, build_binary (&b, "Reshape", x, shape), 40, 2);
  plan = plan_for (build_end (&b, x), NULL);
  lucida_plan_get_layers (plan, &n);
  /* Conv, Reshape, Gemm: the arithmetic is gone */
  g_assert_cmpint (n, ==, 3);
}

static void
test_refusals_name_operator_and_layer (void)
{
  Build b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 4, 4, 61);
  int x = build_node (&b, "FlashAttention", "block/attention", (int[]){ build_input (&b) }, 1);
  g_autoptr (LucidaNetwork) network = build_end (&b, x);
  g_autoptr (LucidaNetwork) too_small = NULL;
  g_autoptr (LucidaNetwork) maps = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (
      lucida_plan_new (network, lucida_network_get_input_shape (network), NULL, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "FlashAttention"));
  g_assert_nonnull (strstr (error->message, "block/attention"));
  g_clear_error (&error);

  b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 4, 4, 62);
  x = build_conv (&b, "big", build_input (&b), 3, 2, 3, 1, 1);
  lucida_node_remove (build_last (&b), "pads");
  x = build_conv (&b, "bigger", x, 2, 2, 5, 1, 1);
  lucida_node_remove (build_last (&b), "pads");
  too_small = build_end (&b, build_head (&b, x, 2, 2));
  g_assert_null (
      lucida_plan_new (too_small, lucida_network_get_input_shape (too_small), NULL, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "bigger"));
  g_clear_error (&error);

  b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 4, 4, 63);
  maps = build_end (&b, build_conv (&b, "maps", build_input (&b), 3, 21, 3, 1, 1));
  g_assert_null (lucida_plan_new (maps, lucida_network_get_input_shape (maps), NULL, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "1×21×4×4"));
}

static void
count_progress (guint done, guint total, gpointer data)
{
  guint *last = data;

  g_assert_cmpuint (done, <=, total);
  g_assert_cmpuint (done, >=, *last);
  *last = done;
}

static void
cancel_at_two (guint done, guint total, gpointer data)
{
  if (done == 2)
    g_cancellable_cancel (data);
  g_assert_cmpuint (done, <=, 2);
}

static void
test_progress_and_stopping (void)
{
  g_autoptr (LucidaPlan) plan = plan_for (all_kinds (), NULL);
  g_autoptr (LucidaTensor) input = random_input (plan, 5);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (LucidaActivations) made = NULL;
  g_autoptr (GError) error = NULL;
  const float weights[] = { 1, 0, 0 };
  int value = layer_of (plan, "conv1")->value;
  guint last = 0;

  made = lucida_plan_forward (plan, input, TRUE, NULL, NULL, count_progress, &last, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (last, >, 10);
  g_assert_null (lucida_plan_forward (plan, input, TRUE, NULL, cancellable, cancel_at_two,
                                      cancellable, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (
      lucida_plan_backward (plan, made, weights, &value, 1, NULL, cancellable, NULL, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
}

/* Many layers asked for at once give what each gives alone. */
static void
test_all_layers_from_one_pass (void)
{
  g_autoptr (LucidaPlan) plan = plan_for (all_kinds (), NULL);
  g_autoptr (LucidaTensor) input = random_input (plan, 6);
  g_autoptr (LucidaActivations) activations = run (plan, input, TRUE, NULL);
  g_autoptr (LucidaGradients) all = NULL;
  g_autofree int *wanted = NULL;
  const float weights[] = { 0, 1, 0 };
  int n, count = 0;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);

  wanted = g_new (int, n);
  for (int i = 0; i < n; i++)
    if (layers[i].explainable)
      wanted[count++] = layers[i].value;
  all = lucida_plan_backward (plan, activations, weights, wanted, count, NULL, NULL, NULL, NULL,
                              NULL);
  for (int i = 0; i < count; i++)
    {
      g_autoptr (LucidaGradients) one = lucida_plan_backward (
          plan, activations, weights, &wanted[i], 1, NULL, NULL, NULL, NULL, NULL);
      g_autoptr (LucidaTensor) a = lucida_gradients_dup (one, wanted[i], NULL);
      g_autoptr (LucidaTensor) b = lucida_gradients_dup (all, wanted[i], NULL);

      g_assert_cmpmem (lucida_tensor_get_floats (a), lucida_tensor_get_size (a),
                       lucida_tensor_get_floats (b), lucida_tensor_get_size (b));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/gradient-of-a-whole-network", test_gradient_of_a_whole_network);
  g_test_add_func ("/plan/threads-and-keeping-change-nothing",
                   test_threads_and_keeping_change_nothing);
  g_test_add_func ("/plan/contrast-is-the-difference", test_contrast_is_the_difference);
  g_test_add_func ("/plan/endings", test_endings);
  g_test_add_func ("/plan/default-layer", test_default_layer);
  g_test_add_func ("/plan/a-convolution-means-its-activated-output",
                   test_a_convolution_means_its_activated_output);
  g_test_add_func ("/plan/channels-last-is-turned", test_channels_last_is_turned);
  g_test_add_func ("/plan/shape-arithmetic-is-folded", test_shape_arithmetic_is_folded);
  g_test_add_func ("/plan/refusals-name-operator-and-layer", test_refusals_name_operator_and_layer);
  g_test_add_func ("/plan/progress-and-stopping", test_progress_and_stopping);
  g_test_add_func ("/plan/all-layers-from-one-pass", test_all_layers_from_one_pass);
  return g_test_run ();
}
