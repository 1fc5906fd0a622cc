#include "build-network.h"
#include "cam/method.h"
#include "engine/engine.h"

#include <math.h>

/* The identities that hold for real networks, whatever their weights (exact up to rounding). */

#define CLASSES 2

typedef struct
{
  LucidaPlan *plan;
  LucidaActivations *activations;
  int layer; /* value */
} Run;

/* Convolutions, then global average pooling and a dense head; @sure makes the scores lie far apart;
 * @after_softmax: what is taken as scores are the probabilities. */
static Run
run_network (double sure, gboolean after_softmax)
{
  Build b = build_begin (LUCIDA_LAYOUT_NCHW, 3, 9, 11, 71);
  int x = build_unary (&b, "Relu", build_conv (&b, "conv1", build_input (&b), 3, 6, 3, 1, 1));
  int layer = build_unary (&b, "Relu", build_conv (&b, "conv2", x, 6, 8, 3, 2, 1));
  LucidaNetwork *network;
  g_autoptr (LucidaTensor) input = NULL;
  Run run = { .layer = layer };
  float *data;

  x = build_binary (&b, "Mul", build_head (&b, layer, 8, CLASSES), build_scalar (&b, (float) sure));
  if (after_softmax)
    /* a factor of 1 at the end hides the Softmax, so that it is differentiated */
    x = build_binary (&b, "Mul", build_unary (&b, "Softmax", x), build_scalar (&b, 1));
  network = build_end (&b, x);
  run.plan = lucida_plan_new (network, lucida_network_get_input_shape (network), NULL, NULL, NULL);
  lucida_network_unref (network);
  input = lucida_tensor_new (LUCIDA_FLOAT32, lucida_plan_get_input_shape (run.plan), NULL);
  data = lucida_tensor_get_data (input);
  for (int64_t i = 0; i < lucida_tensor_get_count (input); i++)
    data[i] = sinf ((float) (3 * i + 1));
  run.activations = lucida_plan_forward (run.plan, input, TRUE, NULL, NULL, NULL, NULL, NULL);
  return run;
}

static void
run_clear (Run *run)
{
  lucida_activations_unref (run->activations);
  lucida_plan_unref (run->plan);
}

static LucidaTensor *
gradient (const Run *run, float first, float second)
{
  const float weights[CLASSES] = { first, second };
  g_autoptr (LucidaGradients) made = lucida_plan_backward (
      run->plan, run->activations, weights, &run->layer, 1, NULL, NULL, NULL, NULL, NULL);

  return lucida_gradients_dup (made, run->layer, NULL);
}

static void
assert_close (const float *a, const float *b, int64_t n, double tolerance)
{
  double difference = 0, size = 0;

  for (int64_t i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      size += (double) b[i] * b[i];
    }
  g_test_message ("relative distance %g", sqrt (difference / size));
  g_assert_cmpfloat (size, >, 0);
  g_assert_cmpfloat (sqrt (difference / size), <=, tolerance);
}

/* Before a global average and a dense head, G is constant in each channel: Grad-CAM's sum is
 * HiResCAM's, Σ G ⊙ A; LayerCAM's is not less. */
static void
test_gradcam_is_hirescam_at_the_last_layer (void)
{
  Run run = run_network (1, FALSE);
  g_autoptr (LucidaTensor) a = lucida_activations_dup (run.activations, run.layer, NULL);
  g_autoptr (LucidaTensor) g = gradient (&run, 1, 0);
  const int64_t *dim = lucida_tensor_get_shape (a)->dim;
  int64_t count = dim[1] * dim[2];
  const float *fa = lucida_tensor_get_floats (a), *fg = lucida_tensor_get_floats (g);
  g_autofree float *s = g_new0 (float, count), *layer = g_new0 (float, count);
  g_autofree float *hires = g_new0 (float, count);

  for (int64_t k = 0; k < dim[0]; k++)
    for (int64_t i = 0; i < count; i++)
      {
        g_assert_cmpfloat (fg[k * count + i], ==, fg[k * count]);
        hires[i] += fg[k * count + i] * fa[k * count + i];
      }
  lucida_method_find ("gradcam")->signed_sum (fa, fg, (int) dim[0], (int) dim[1], (int) dim[2], s);
  lucida_method_find ("layercam")
      ->signed_sum (fa, fg, (int) dim[0], (int) dim[1], (int) dim[2], layer);
  assert_close (s, hires, count, 1e-5);
  for (int64_t i = 0; i < count; i++)
    g_assert_cmpfloat (layer[i], >=, hires[i] - 1e-6f);
  run_clear (&run);
}

/* With two classes ∂p_c = p_c(1 - p_c)·∂(y_c - y_o): the same map, as long as p is not certain. */
static void
test_after_softmax_is_the_contrast (void)
{
  Run logits = run_network (1, FALSE), after = run_network (1, TRUE);
  g_autoptr (LucidaTensor) contrast = gradient (&logits, 1, -1);
  g_autoptr (LucidaTensor) softmax = gradient (&after, 1, 0);
  float p = lucida_activations_get_logits (after.activations)[0];
  int64_t n = lucida_tensor_get_count (contrast);
  g_autofree float *scaled = g_new (float, n);

  for (int64_t i = 0; i < n; i++)
    scaled[i] = p * (1 - p) * lucida_tensor_get_floats (contrast)[i];
  assert_close (lucida_tensor_get_floats (softmax), scaled, n, 1e-4);
  run_clear (&logits);
  run_clear (&after);
}

/* … and where the network is sure, the gradient after Softmax is nothing while the logit's is not:
 * why a final Softmax is cut off. */
static void
test_a_sure_network_still_has_a_gradient (void)
{
  Run after = run_network (1e4, TRUE), logits = run_network (1e4, FALSE);
  g_autoptr (LucidaTensor) softmax = gradient (&after, 1, 0);
  g_autoptr (LucidaTensor) logit = gradient (&logits, 1, 0);
  double sum = 0;

  for (int64_t i = 0; i < lucida_tensor_get_count (logit); i++)
    {
      g_assert_cmpfloat (lucida_tensor_get_floats (softmax)[i], ==, 0);
      sum += fabsf (lucida_tensor_get_floats (logit)[i]);
    }
  g_assert_cmpfloat (sum, >, 0);
  run_clear (&logits);
  run_clear (&after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/identities/gradcam-is-hirescam-at-the-last-layer",
                   test_gradcam_is_hirescam_at_the_last_layer);
  g_test_add_func ("/identities/after-softmax-is-the-contrast", test_after_softmax_is_the_contrast);
  g_test_add_func ("/identities/a-sure-network-still-has-a-gradient",
                   test_a_sure_network_still_has_a_gradient);
  return g_test_run ();
}
