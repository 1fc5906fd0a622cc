#include "cam/method.h"

#include <math.h>

#define CHANNELS 7
#define HEIGHT 5
#define WIDTH 3
#define COUNT (HEIGHT * WIDTH)

static LucidaTensor *
tensor_of (const float *data)
{
  LucidaShape shape = lucida_shape (3, (int64_t) CHANNELS, (int64_t) HEIGHT, (int64_t) WIDTH);

  return lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, data, NULL);
}

static void
fill (GRand *rand, float *data, double low, double high)
{
  for (int i = 0; i < CHANNELS * COUNT; i++)
    data[i] = (float) g_rand_double_range (rand, low, high);
}

/* M of the slow formula in doubles: factor (k, i) · A. */
static void
test_gradcam_is_its_formula (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  float a[CHANNELS * COUNT], g[CHANNELS * COUNT];
  g_autoptr (LucidaTensor) ta = NULL, tg = NULL;
  g_autoptr (LucidaHeatmap) map = NULL;

  fill (rand, a, -1, 2);
  fill (rand, g, -1, 1);
  ta = tensor_of (a);
  tg = tensor_of (g);
  map = lucida_method_compute (lucida_method_find ("gradcam"), ta, tg);
  for (int i = 0; i < COUNT; i++)
    {
      double want = 0;

      for (int k = 0; k < CHANNELS; k++)
        {
          double alpha = 0;

          for (int j = 0; j < COUNT; j++)
            alpha += (double) g[k * COUNT + j] / COUNT;
          want += alpha * a[k * COUNT + i];
        }
      g_assert_cmpfloat_with_epsilon (map->map[i], MAX (want, 0), 1e-5);
    }
}

static void
test_layercam_is_its_formula (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  float a[CHANNELS * COUNT], g[CHANNELS * COUNT];
  g_autoptr (LucidaTensor) ta = NULL, tg = NULL;
  g_autoptr (LucidaHeatmap) map = NULL;

  fill (rand, a, -1, 2);
  fill (rand, g, -1, 1);
  ta = tensor_of (a);
  tg = tensor_of (g);
  map = lucida_method_compute (lucida_method_find ("LayerCAM"), ta, tg);
  for (int i = 0; i < COUNT; i++)
    {
      double want = 0;

      for (int k = 0; k < CHANNELS; k++)
        want += MAX ((double) g[k * COUNT + i], 0) * a[k * COUNT + i];
      g_assert_cmpfloat_with_epsilon (map->map[i], MAX (want, 0), 1e-5);
    }
}

/* Where G is constant in every channel, Grad-CAM is Σ G ⊙ A (HiResCAM); and LayerCAM's sum less
 * that is Σ A·ReLU(-G), which is not negative where A is not. */
static void
test_identities (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  float a[CHANNELS * COUNT], g[CHANNELS * COUNT];
  float grad[COUNT] = { 0 }, layer[COUNT] = { 0 };

  fill (rand, a, 0, 2);
  for (int k = 0; k < CHANNELS; k++)
    {
      float value = (float) g_rand_double_range (rand, -1, 1);

      for (int i = 0; i < COUNT; i++)
        g[k * COUNT + i] = value;
    }
  lucida_method_find ("gradcam")->signed_sum (a, g, CHANNELS, HEIGHT, WIDTH, grad);
  lucida_method_find ("layercam")->signed_sum (a, g, CHANNELS, HEIGHT, WIDTH, layer);
  for (int i = 0; i < COUNT; i++)
    {
      double hires = 0, difference = 0;

      for (int k = 0; k < CHANNELS; k++)
        {
          hires += (double) g[k * COUNT + i] * a[k * COUNT + i];
          difference += MAX (-(double) g[k * COUNT + i], 0) * a[k * COUNT + i];
        }
      g_assert_cmpfloat_with_epsilon (grad[i], hires, 1e-5);
      g_assert_cmpfloat_with_epsilon (layer[i] - hires, difference, 1e-5);
      g_assert_cmpfloat (difference, >=, 0);
    }
}

static void
test_nan_is_reported_not_drawn (void)
{
  float a[CHANNELS * COUNT], g[CHANNELS * COUNT];

  for (gsize m = 0; lucida_methods[m]; m++)
    for (int in_gradient = 0; in_gradient < 2; in_gradient++)
      {
        g_autoptr (LucidaTensor) ta = NULL, tg = NULL;
        g_autoptr (LucidaHeatmap) map = NULL;

        for (int i = 0; i < CHANNELS * COUNT; i++)
          a[i] = g[i] = 1;
        (in_gradient ? g : a)[4] = NAN;
        ta = tensor_of (a);
        tg = tensor_of (g);
        map = lucida_method_compute (lucida_methods[m], ta, tg);
        g_assert_cmpint (map->evidence, ==, LUCIDA_EVIDENCE_NAN);
      }
}

static void
test_names (void)
{
  g_assert_nonnull (lucida_method_find ("gradcam"));
  g_assert_true (lucida_method_find ("Grad-CAM") == lucida_method_find ("gradcam"));
  g_assert_true (lucida_method_find ("LAYER-CAM") == lucida_method_find ("layercam"));
  g_assert_null (lucida_method_find ("gradcamera"));
  g_assert_null (lucida_method_find (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/methods/gradcam-is-its-formula", test_gradcam_is_its_formula);
  g_test_add_func ("/methods/layercam-is-its-formula", test_layercam_is_its_formula);
  g_test_add_func ("/methods/identities", test_identities);
  g_test_add_func ("/methods/nan-is-reported-not-drawn", test_nan_is_reported_not_drawn);
  g_test_add_func ("/methods/names", test_names);
  return g_test_run ();
}
