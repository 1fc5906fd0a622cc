#include "readers/keras/keras-writer.h"
#include "readers/proto-writer.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* Each kind of layer against the formula in Keras' documentation, written down plainly on N×H×W×C
 * pictures. A network of one layer and Flatten gives all numbers as scores. */

typedef struct
{
  int h, w, c;
  float *v; /* [h·w·c] */
} Picture;

typedef struct
{
  const char *name; /* as "kernel:0" */
  float *values;
  int dims[5]; /* ends with 0 */
} Weight;

static Picture
picture_new (int h, int w, int c)
{
  return (Picture){ h, w, c, g_new0 (float, h *w *c) };
}

static Picture
random_picture (int h, int w, int c)
{
  return (Picture){ h, w, c, random_floats (7, h * w * c) };
}

static float *
at (const Picture *p, int y, int x, int c)
{
  return &p->v[(y * p->w + x) * p->c + c];
}

static void
picture_clear (Picture *p)
{
  g_clear_pointer (&p->v, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static int
size_after (int n, int k, int s, int d, gboolean same, int *before)
{
  int reach = d * (k - 1) + 1, out = same ? (n + s - 1) / s : (n - reach) / s + 1;

  *before = same ? MAX ((out - 1) * s + reach - n, 0) / 2 : 0;
  return out;
}

/* y[i, j, o] = Σ x[i·s + k·d - p, …, in]·K[k, l, in, o] + b[o] */
static Picture
convolve (const Picture *x, const Weight *kernel, const float *bias, int s, int d, gboolean same,
          int groups)
{
  int kh = kernel->dims[0], kw = kernel->dims[1], in = kernel->dims[2], out = kernel->dims[3];
  int top, left, h = size_after (x->h, kh, s, d, same, &top);
  Picture y = picture_new (h, size_after (x->w, kw, s, d, same, &left), out);

  for (int i = 0; i < y.h; i++)
    for (int j = 0; j < y.w; j++)
      for (int o = 0; o < out; o++)
        {
          double sum = bias ? (double) bias[o] : 0;
          int first = o / (out / groups) * in;

          for (int k = 0; k < kh; k++)
            for (int l = 0; l < kw; l++)
              for (int c = 0; c < in; c++)
                {
                  int a = i * s + k * d - top, b = j * s + l * d - left;

                  if (a >= 0 && a < x->h && b >= 0 && b < x->w)
                    sum += (double) *at (x, a, b, first + c)
                           * (double) kernel->values[((k * kw + l) * in + c) * out + o];
                }
          *at (&y, i, j, o) = (float) sum;
        }
  return y;
}

static Weight
weight (const char *name, guint32 seed, int a, int b, int c, int d)
{
  Weight w = { name, NULL, { a, b, c, d, 0 } };

  w.values = random_floats (seed, a * MAX (b, 1) * MAX (c, 1) * MAX (d, 1));
  return w;
}

/* A network of the one layer. */
static void
write_layer (const char *path, const char *version, const char *class_name, const char *config,
             const Weight *weights, int n, const Picture *x)
{
  g_autofree char *layer = keras_layer (class_name, "subject", config);
  g_autofree char *flatten
      = keras_layer ("Flatten", "flatten", "\"data_format\": \"channels_last\"");
  g_autofree char *layers = g_strconcat (layer, ", ", flatten, NULL);
  g_autofree char *shape = g_strdup_printf ("%d, %d, %d", x->h, x->w, x->c);
  g_autofree char *model = keras_sequential (shape, layers);
  KerasFile *file = keras_file_new (path);

  keras_file_text (file, "model_config", model);
  keras_file_text (file, "keras_version", version);
  keras_file_text (file, "backend", "tensorflow");
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strconcat ("subject/", weights[i].name, NULL);

      keras_file_weight (file, "subject", name, weights[i].values, weights[i].dims);
    }
  keras_file_end (file);
}

/* Runs the layer on @x and compares with @want. */
static void
check (const char *version, const char *class_name, const char *config, const Weight *weights,
       int n, const Picture *x, const Picture *want)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "layer.h5", NULL);
  g_autofree float *scores = NULL;
  int count;

  write_layer (path, version, class_name, config, weights, n, x);
  scores = run_file (path, x->v, x->h, x->w, &count);
  g_assert_cmpint (count, ==, want->h * want->w * want->c);
  assert_close (class_name, scores, want->v, count);
  folder_remove (folder);
}

static void
clear_weights (Weight *weights, int n)
{
  for (int i = 0; i < n; i++)
    g_free (weights[i].values);
}

static void
test_conv2d (void)
{
  static const struct
  {
    const char *config;
    int kh, kw, stride, dilation, groups;
    gboolean same;
  } cases[] = {
    { "\"padding\": \"valid\", \"strides\": [1, 1]", 3, 2, 1, 1, 1, FALSE },
    { "\"padding\": \"same\", \"strides\": [2, 2]", 3, 3, 2, 1, 1, TRUE },
    { "\"padding\": \"same\", \"strides\": 3", 2, 5, 3, 1, 1, TRUE },
    { "\"padding\": \"same\", \"dilation_rate\": [2, 2]", 3, 3, 1, 2, 1, TRUE },
    { "\"padding\": \"valid\", \"groups\": 2", 3, 3, 1, 1, 2, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Picture) x = random_picture (8, 9, 4);
      Weight w[2] = { weight ("kernel:0", 1, cases[i].kh, cases[i].kw, 4 / cases[i].groups, 6),
                      weight ("bias:0", 2, 6, 0, 0, 0) };
      g_autofree char *config
          = g_strdup_printf ("%s, \"filters\": 6, \"kernel_size\": [%d, %d], \"activation\": "
                             "\"linear\"",
                             cases[i].config, cases[i].kh, cases[i].kw);
      g_auto (Picture) y = convolve (&x, &w[0], w[1].values, cases[i].stride, cases[i].dilation,
                                     cases[i].same, cases[i].groups);

      check ("2.11.0", "Conv2D", config, w, 2, &x, &y);
      clear_weights (w, 2);
    }
}

static void
test_conv2d_without_bias_relu (void)
{
  g_auto (Picture) x = random_picture (6, 6, 3);
  Weight w = weight ("kernel:0", 3, 3, 3, 3, 5);
  g_auto (Picture) y = convolve (&x, &w, NULL, 1, 1, TRUE, 1);

  for (int i = 0; i < y.h * y.w * y.c; i++)
    y.v[i] = MAX (y.v[i], 0);
  check ("2.4.0", "Conv2D",
         "\"padding\": \"same\", \"kernel_size\": [3, 3], \"use_bias\": false, \"activation\": "
         "\"relu\"",
         &w, 1, &x, &y);
  g_free (w.values);
}

/* A depthwise kernel as one of a grouped convolution. */
static Weight
grouped (const Weight *depthwise)
{
  int kh = depthwise->dims[0], kw = depthwise->dims[1], in = depthwise->dims[2],
      m = depthwise->dims[3];
  Weight w = { "kernel:0", g_new0 (float, kh *kw *in *m), { kh, kw, 1, in * m, 0 } };

  memcpy (w.values, depthwise->values, (gsize) (kh * kw * in * m) * sizeof (float));
  return w;
}

static void
test_depthwise (void)
{
  for (int multiplier = 1; multiplier <= 2; multiplier++)
    {
      g_auto (Picture) x = random_picture (7, 8, 3);
      Weight w[2] = { weight ("depthwise_kernel:0", 4, 3, 3, 3, multiplier),
                      weight ("bias:0", 5, 3 * multiplier, 0, 0, 0) };
      Weight k = grouped (&w[0]);
      g_auto (Picture) y = convolve (&x, &k, w[1].values, 2, 1, TRUE, 3);

      check ("2.9.0", "DepthwiseConv2D",
             "\"padding\": \"same\", \"strides\": [2, 2], \"kernel_size\": [3, 3]", w, 2, &x, &y);
      clear_weights (w, 2);
      g_free (k.values);
    }
}

static void
test_separable (void)
{
  g_auto (Picture) x = random_picture (6, 7, 3);
  Weight w[3] = { weight ("depthwise_kernel:0", 6, 3, 3, 3, 2),
                  weight ("pointwise_kernel:0", 7, 1, 1, 6, 4), weight ("bias:0", 8, 4, 0, 0, 0) };
  Weight k = grouped (&w[0]);
  g_auto (Picture) middle = convolve (&x, &k, NULL, 1, 1, TRUE, 3);
  g_auto (Picture) y = convolve (&middle, &w[1], w[2].values, 1, 1, FALSE, 1);

  check ("2.9.0", "SeparableConv2D", "\"padding\": \"same\", \"kernel_size\": [3, 3]", w, 3, &x,
         &y);
  clear_weights (w, 3);
  g_free (k.values);
}

/* y[i·s + k - p, …, o] += x[i, …, in]·K[k, l, o, in] */
static void
test_transposed (void)
{
  static const struct
  {
    int k, s;
    gboolean same;
  } cases[] = { { 3, 2, TRUE }, { 4, 2, TRUE },  { 3, 2, FALSE },
                { 2, 3, TRUE }, { 2, 3, FALSE }, { 3, 1, TRUE } };

  for (gsize t = 0; t < G_N_ELEMENTS (cases); t++)
    {
      int k = cases[t].k, s = cases[t].s;
      g_auto (Picture) x = random_picture (4, 5, 3);
      Weight w[2] = { weight ("kernel:0", 9, k, k, 2, 3), weight ("bias:0", 10, 2, 0, 0, 0) };
      g_auto (Picture) y = cases[t].same ? picture_new (4 * s, 5 * s, 2)
                                         : picture_new (3 * s + MAX (k, s), 4 * s + MAX (k, s), 2);
      int before = cases[t].same ? MAX (k - s, 0) / 2 : 0;
      g_autofree char *config = g_strdup_printf (
          "\"padding\": \"%s\", \"strides\": [%d, %d], \"kernel_size\": [%d, %d], "
          "\"output_padding\": null",
          cases[t].same ? "same" : "valid", s, s, k, k);

      for (int i = 0; i < y.h * y.w * 2; i++)
        y.v[i] = w[1].values[i % 2];
      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 5; j++)
          for (int a = 0; a < k; a++)
            for (int b = 0; b < k; b++)
              for (int o = 0; o < 2; o++)
                for (int c = 0; c < 3; c++)
                  {
                    int row = i * s + a - before, column = j * s + b - before;

                    if (row >= 0 && row < y.h && column >= 0 && column < y.w)
                      *at (&y, row, column, o)
                          += *at (&x, i, j, c) * w[0].values[((a * k + b) * 2 + o) * 3 + c];
                  }
      check ("2.9.0", "Conv2DTranspose", config, w, 2, &x, &y);
      clear_weights (w, 2);
    }
}

static void
test_pooling (void)
{
  for (int same = 0; same < 2; same++)
    for (int largest = 0; largest < 2; largest++)
      {
        g_auto (Picture) x = random_picture (7, 8, 3);
        int top, left, h = size_after (7, 3, 2, 1, same, &top);
        g_auto (Picture) y = picture_new (h, size_after (8, 3, 2, 1, same, &left), 3);
        g_autofree char *config
            = g_strdup_printf ("\"padding\": \"%s\", \"strides\": [2, 2], \"pool_size\": [3, 3]",
                               same ? "same" : "valid");

        for (int i = 0; i < y.h; i++)
          for (int j = 0; j < y.w; j++)
            for (int c = 0; c < 3; c++)
              {
                float sum = 0, most = -INFINITY;
                int cells = 0;

                for (int a = MAX (i * 2 - top, 0); a < MIN (i * 2 - top + 3, 7); a++)
                  for (int b = MAX (j * 2 - left, 0); b < MIN (j * 2 - left + 3, 8); b++)
                    {
                      sum += *at (&x, a, b, c);
                      most = MAX (most, *at (&x, a, b, c));
                      cells++;
                    }
                *at (&y, i, j, c) = largest ? most : sum / (float) cells;
              }
        check ("2.9.0", largest ? "MaxPooling2D" : "AveragePooling2D", config, NULL, 0, &x, &y);
      }
}

static void
test_strides_of_null_are_the_pool_size (void)
{
  g_auto (Picture) x = random_picture (4, 6, 1);
  g_auto (Picture) y = picture_new (2, 2, 1);

  for (int i = 0; i < 4; i++)
    {
      float most = -INFINITY;

      for (int a = 0; a < 6; a++)
        most = MAX (most, *at (&x, i / 2 * 2 + a / 3, i % 2 * 3 + a % 3, 0));
      y.v[i] = most;
    }
  check ("2.9.0", "MaxPooling2D", "\"pool_size\": [2, 3], \"strides\": null", NULL, 0, &x, &y);
}

static void
test_global_pooling (void)
{
  g_auto (Picture) x = random_picture (4, 5, 3);
  g_auto (Picture) mean = picture_new (1, 1, 3), most = picture_new (1, 1, 3);

  for (int c = 0; c < 3; c++)
    {
      most.v[c] = -INFINITY;
      for (int i = 0; i < 20; i++)
        {
          mean.v[c] += x.v[3 * i + c] / 20;
          most.v[c] = MAX (most.v[c], x.v[3 * i + c]);
        }
    }
  check ("2.9.0", "GlobalAveragePooling2D", "\"keepdims\": false", NULL, 0, &x, &mean);
  check ("2.9.0", "GlobalAveragePooling2D", "\"keepdims\": true", NULL, 0, &x, &mean);
  check ("2.9.0", "GlobalMaxPooling2D", "", NULL, 0, &x, &most);
}

/* A dense layer works on the last axis, here on that of a picture. */
static void
test_dense_on_a_picture (void)
{
  g_auto (Picture) x = random_picture (3, 4, 5);
  Weight w[2] = { weight ("kernel:0", 11, 5, 2, 0, 0), weight ("bias:0", 12, 2, 0, 0, 0) };
  g_auto (Picture) y = picture_new (3, 4, 2);

  for (int p = 0; p < 12; p++)
    for (int o = 0; o < 2; o++)
      {
        float sum = w[1].values[o];

        for (int c = 0; c < 5; c++)
          sum += x.v[5 * p + c] * w[0].values[2 * c + o];
        y.v[2 * p + o] = tanhf (sum);
      }
  check ("2.9.0", "Dense", "\"units\": 2, \"activation\": \"tanh\"", w, 2, &x, &y);
  clear_weights (w, 2);
}

static void
test_batch_normalization (void)
{
  for (int form = 0; form < 4; form++)
    {
      gboolean scale = form & 1, center = form & 2;
      g_auto (Picture) x = random_picture (3, 4, 5), y = picture_new (3, 4, 5);
      Weight all[4] = { weight ("gamma:0", 13, 5, 0, 0, 0), weight ("beta:0", 14, 5, 0, 0, 0),
                        weight ("moving_mean:0", 15, 5, 0, 0, 0),
                        weight ("moving_variance:0", 16, 5, 0, 0, 0) };
      Weight used[4];
      int n = 0;
      g_autofree char *config
          = g_strdup_printf ("\"axis\": [3], \"epsilon\": 0.001, \"scale\": %s, \"center\": %s",
                             scale ? "true" : "false", center ? "true" : "false");

      for (int c = 0; c < 5; c++)
        all[3].values[c] = fabsf (all[3].values[c]) + 0.1f;
      if (scale)
        used[n++] = all[0];
      if (center)
        used[n++] = all[1];
      used[n++] = all[2];
      used[n++] = all[3];
      for (int i = 0; i < 60; i++)
        {
          int c = i % 5;

          y.v[i] = (x.v[i] - all[2].values[c]) / sqrtf (all[3].values[c] + 0.001f)
                       * (scale ? all[0].values[c] : 1)
                   + (center ? all[1].values[c] : 0);
        }
      check ("2.9.0", "BatchNormalization", config, used, n, &x, &y);
      clear_weights (all, 4);
    }
}

static void
test_layer_normalization (void)
{
  g_auto (Picture) x = random_picture (3, 4, 6), y = picture_new (3, 4, 6);
  Weight w[2] = { weight ("gamma:0", 17, 6, 0, 0, 0), weight ("beta:0", 18, 6, 0, 0, 0) };

  for (int p = 0; p < 12; p++)
    {
      double mean = 0, variance = 0;

      for (int c = 0; c < 6; c++)
        mean += (double) x.v[6 * p + c] / 6;
      for (int c = 0; c < 6; c++)
        variance += ((double) x.v[6 * p + c] - mean) * ((double) x.v[6 * p + c] - mean) / 6;
      for (int c = 0; c < 6; c++)
        y.v[6 * p + c]
            = (float) (((double) x.v[6 * p + c] - mean) / sqrt (variance + 1e-3)) * w[0].values[c]
              + w[1].values[c];
    }
  check ("2.9.0", "LayerNormalization", "\"axis\": [3]", w, 2, &x, &y);
  clear_weights (w, 2);
}

/* Mean and variance of each group of channels over the whole picture; -1: a channel is a group. */
static void
test_group_normalization (void)
{
  static const struct
  {
    const char *class_name, *config;
    int groups;
    gboolean scale, center;
    double epsilon;
  } cases[] = {
    { "GroupNormalization", "\"axis\": -1, \"groups\": 3, \"epsilon\": 0.01", 3, TRUE, TRUE, 0.01 },
    { "GroupNormalization", "\"groups\": -1, \"center\": false", 6, TRUE, FALSE, 1e-3 },
    { "GroupNormalization", "\"groups\": 1, \"scale\": false", 1, FALSE, TRUE, 1e-3 },
    { "Addons>GroupNormalization", "\"groups\": 2", 2, TRUE, TRUE, 1e-3 },
    { "Addons>InstanceNormalization", "\"groups\": 6", 6, TRUE, TRUE, 1e-3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Picture) x = random_picture (3, 4, 6), y = picture_new (3, 4, 6);
      Weight w[2] = { weight ("gamma:0", 17, 6, 0, 0, 0), weight ("beta:0", 18, 6, 0, 0, 0) };
      int size = 6 / cases[i].groups;

      for (int c = 0; c < 6; c++)
        {
          double mean = 0, variance = 0, n = 12.0 * size;

          for (int k = 0; k < 72; k++)
            mean += k % 6 / size == c / size ? (double) x.v[k] / n : 0;
          for (int k = 0; k < 72; k++)
            variance += k % 6 / size == c / size
                            ? ((double) x.v[k] - mean) * ((double) x.v[k] - mean) / n
                            : 0;
          for (int k = c; k < 72; k += 6)
            y.v[k] = (float) (((double) x.v[k] - mean) / sqrt (variance + cases[i].epsilon)
                                  * (cases[i].scale ? (double) w[0].values[c] : 1)
                              + (cases[i].center ? (double) w[1].values[c] : 0));
        }
      check ("2.13.0", cases[i].class_name, cases[i].config, w + (cases[i].scale ? 0 : 1),
             cases[i].scale && cases[i].center ? 2 : 1, &x, &y);
      clear_weights (w, 2);
    }
}

/* Other programs' class of that name says nothing of groups, and goes over the whole picture. */
static void
test_groups_unsaid (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "layer.h5", NULL);
  g_auto (Picture) x = random_picture (3, 4, 6);

  write_layer (path, "2.2.0", "InstanceNormalization", "\"axis\": null", NULL, 0, &x);
  assert_file_refused (path, LUCIDA_ERROR_UNSUPPORTED, "in groups that do not divide them");
  folder_remove (folder);
}

static float
act (const char *name, float x)
{
  double v = (double) x;

  if (g_str_equal (name, "hard_sigmoid 2"))
    return (float) CLAMP (0.2 * v + 0.5, 0, 1);
  if (g_str_equal (name, "hard_sigmoid 3"))
    return (float) CLAMP ((v + 3) / 6, 0, 1);
  if (g_str_equal (name, "relu6"))
    return (float) CLAMP (v, 0, 6);
  if (g_str_equal (name, "swish"))
    return (float) (v / (1 + exp (-v)));
  if (g_str_equal (name, "gelu"))
    return (float) (0.5 * v * (1 + erf (v / sqrt (2))));
  if (g_str_equal (name, "elu"))
    return (float) (v > 0 ? v : exp (v) - 1);
  if (g_str_equal (name, "leaky 0.3"))
    return (float) (v > 0 ? v : 0.3 * v);
  if (g_str_equal (name, "leaky 0.1"))
    return (float) (v > 0 ? v : 0.1 * v);
  if (g_str_equal (name, "relu max 1 slope 0.5"))
    return (float) MIN (v > 0 ? v : 0.5 * v, 1);
  return (float) (v > 0 ? log1p (exp (-v)) + v : log1p (exp (v))); /* softplus */
}

static void
test_activations (void)
{
  static const struct
  {
    const char *function, *version, *class_name, *config;
  } cases[] = {
    { "hard_sigmoid 2", "2.9.0", "Activation", "\"activation\": \"hard_sigmoid\"" },
    { "hard_sigmoid 3", "3.3.0", "Activation", "\"activation\": \"hard_sigmoid\"" },
    { "relu6", "2.9.0", "ReLU", "\"max_value\": 6.0, \"negative_slope\": 0.0, \"threshold\": 0.0" },
    { "relu6", "2.2.0", "ReLU", "\"max_value\": {\"type\": \"ndarray\", \"value\": 6.0}" },
    { "relu6", "2.1.0", "Activation", "\"activation\": \"relu6\"" },
    { "swish", "2.9.0", "Activation", "\"activation\": \"swish\"" },
    { "swish", "3.3.0", "Activation", "\"activation\": \"silu\"" },
    { "gelu", "2.9.0", "Activation", "\"activation\": \"gelu\"" },
    { "elu", "2.9.0", "ELU", "\"alpha\": 1.0" },
    { "elu", "2.9.0", "Activation",
      "\"activation\": {\"class_name\": \"function\", \"config\": \"elu\"}" },
    { "leaky 0.3", "2.9.0", "LeakyReLU", "" },
    { "leaky 0.1", "2.9.0", "LeakyReLU", "\"alpha\": 0.1" },
    { "leaky 0.1", "3.0.0", "LeakyReLU", "\"negative_slope\": 0.1" },
    { "leaky 0.1", "2.9.0", "Activation",
      "\"activation\": {\"class_name\": \"LeakyReLU\", \"config\": {\"alpha\": 0.1}}" },
    { "relu max 1 slope 0.5", "2.9.0", "ReLU", "\"max_value\": 1.0, \"negative_slope\": 0.5" },
    { "softplus", "2.9.0", "Activation", "\"activation\": \"softplus\"" },
  };

  for (gsize t = 0; t < G_N_ELEMENTS (cases); t++)
    {
      g_auto (Picture) x = random_picture (3, 3, 4), y = picture_new (3, 3, 4);

      for (int i = 0; i < 36; i++)
        {
          x.v[i] *= 8;
          y.v[i] = act (cases[t].function, x.v[i]);
        }
      check (cases[t].version, cases[t].class_name, cases[t].config, NULL, 0, &x, &y);
    }
}

static void
test_prelu (void)
{
  for (int shared = 0; shared < 2; shared++)
    {
      g_auto (Picture) x = random_picture (2, 3, 4), y = picture_new (2, 3, 4);
      Weight w = shared ? weight ("alpha:0", 19, 1, 1, 4, 0) : weight ("alpha:0", 20, 2, 3, 4, 0);

      for (int i = 0; i < 24; i++)
        y.v[i] = x.v[i] > 0 ? x.v[i] : x.v[i] * w.values[shared ? i % 4 : i];
      check ("2.9.0", "PReLU", shared ? "\"shared_axes\": [1, 2]" : "\"shared_axes\": null", &w, 1,
             &x, &y);
      g_free (w.values);
    }
}

static void
test_borders (void)
{
  g_auto (Picture) x = random_picture (4, 5, 2);
  g_auto (Picture) padded = picture_new (4 + 1 + 2, 5 + 3, 2), cut = picture_new (2, 2, 2);

  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 5; j++)
      for (int c = 0; c < 2; c++)
        *at (&padded, i + 1, j, c) = *at (&x, i, j, c);
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++)
      for (int c = 0; c < 2; c++)
        *at (&cut, i, j, c) = *at (&x, i + 2, j + 1, c);
  check ("2.9.0", "ZeroPadding2D", "\"padding\": [[1, 2], [0, 3]]", NULL, 0, &x, &padded);
  check ("2.9.0", "Cropping2D", "\"cropping\": [[2, 0], [1, 2]]", NULL, 0, &x, &cut);
}

static void
test_up_sampling (void)
{
  g_auto (Picture) x = random_picture (3, 4, 2);
  g_auto (Picture) nearest = picture_new (6, 12, 2), linear = picture_new (6, 8, 2);

  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 12; j++)
      for (int c = 0; c < 2; c++)
        *at (&nearest, i, j, c) = *at (&x, i / 2, j / 3, c);
  /* sample centres, clamped at the border */
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 8; j++)
      for (int c = 0; c < 2; c++)
        {
          double a = CLAMP ((i + 0.5) / 2 - 0.5, 0, 2), b = CLAMP ((j + 0.5) / 2 - 0.5, 0, 3);
          int y = (int) MIN (a, 1), z = (int) MIN (b, 2);
          double top = (1 - (b - z)) * (double) *at (&x, y, z, c)
                       + (b - z) * (double) *at (&x, y, z + 1, c);
          double bottom = (1 - (b - z)) * (double) *at (&x, y + 1, z, c)
                          + (b - z) * (double) *at (&x, y + 1, z + 1, c);

          *at (&linear, i, j, c) = (float) ((1 - (a - y)) * top + (a - y) * bottom);
        }
  check ("2.9.0", "UpSampling2D", "\"size\": [2, 3], \"interpolation\": \"nearest\"", NULL, 0, &x,
         &nearest);
  check ("2.9.0", "UpSampling2D", "\"size\": [2, 2], \"interpolation\": \"bilinear\"", NULL, 0, &x,
         &linear);
  check ("2.9.0", "Resizing", "\"height\": 6, \"width\": 8, \"interpolation\": \"bilinear\"", NULL,
         0, &x, &linear);
  check ("2.9.0", "Resizing", "\"height\": 3, \"width\": 4, \"interpolation\": \"nearest\"", NULL,
         0, &x, &x);
}

static void
test_preprocessing_layers (void)
{
  g_auto (Picture) x = random_picture (2, 3, 3), scaled = picture_new (2, 3, 3);
  g_auto (Picture) normal = picture_new (2, 3, 3), stated = picture_new (2, 3, 3);
  Weight w[3] = { weight ("mean:0", 21, 3, 0, 0, 0), weight ("variance:0", 22, 3, 0, 0, 0),
                  weight ("count:0", 23, 1, 0, 0, 0) };
  static const float offsets[] = { -1, 0.5f, 2 }, means[] = { 0.5f, 0.25f, 0 },
                     variances[] = { 4, 1, 0.25f };

  for (int c = 0; c < 3; c++)
    w[1].values[c] = fabsf (w[1].values[c]);
  for (int i = 0; i < 18; i++)
    {
      scaled.v[i] = x.v[i] * 0.5f + offsets[i % 3];
      normal.v[i] = (x.v[i] - w[0].values[i % 3]) / MAX (sqrtf (w[1].values[i % 3]), 1e-7f);
      stated.v[i] = (x.v[i] - means[i % 3]) / sqrtf (variances[i % 3]);
    }
  check ("2.9.0", "Rescaling", "\"scale\": 0.5, \"offset\": [-1, 0.5, 2]", NULL, 0, &x, &scaled);
  check ("2.9.0", "Normalization", "\"axis\": [-1]", w, 3, &x, &normal);
  check ("2.9.0", "Normalization",
         "\"axis\": [-1], \"mean\": [[[[0.5, 0.25, 0]]]], \"variance\": [[[[4, 1, 0.25]]]]", NULL,
         0, &x, &stated);
  check ("2.9.0", "RandomFlip", "\"mode\": \"horizontal\"", NULL, 0, &x, &x);
  check ("2.9.0", "SpatialDropout2D", "\"rate\": 0.5", NULL, 0, &x, &x);
  clear_weights (w, 3);
}

static void
test_shapes (void)
{
  g_auto (Picture) x = random_picture (2, 3, 4), turned = picture_new (4, 2, 3);

  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 3; j++)
      for (int c = 0; c < 4; c++)
        *at (&turned, c, i, j) = *at (&x, i, j, c);
  check ("2.9.0", "Permute", "\"dims\": [3, 1, 2]", NULL, 0, &x, &turned);
  /* the order of the numbers stays */
  check ("2.9.0", "Reshape", "\"target_shape\": [6, -1]", NULL, 0, &x, &x);
  check ("2.9.0", "Flatten", "", NULL, 0, &x, &x);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/layers/conv2d", test_conv2d);
  g_test_add_func ("/keras/layers/conv2d-without-bias", test_conv2d_without_bias_relu);
  g_test_add_func ("/keras/layers/depthwise", test_depthwise);
  g_test_add_func ("/keras/layers/separable", test_separable);
  g_test_add_func ("/keras/layers/transposed", test_transposed);
  g_test_add_func ("/keras/layers/pooling", test_pooling);
  g_test_add_func ("/keras/layers/pooling-strides", test_strides_of_null_are_the_pool_size);
  g_test_add_func ("/keras/layers/global-pooling", test_global_pooling);
  g_test_add_func ("/keras/layers/dense-on-a-picture", test_dense_on_a_picture);
  g_test_add_func ("/keras/layers/batch-normalization", test_batch_normalization);
  g_test_add_func ("/keras/layers/layer-normalization", test_layer_normalization);
  g_test_add_func ("/keras/layers/group-normalization", test_group_normalization);
  g_test_add_func ("/keras/layers/groups-unsaid", test_groups_unsaid);
  g_test_add_func ("/keras/layers/activations", test_activations);
  g_test_add_func ("/keras/layers/prelu", test_prelu);
  g_test_add_func ("/keras/layers/borders", test_borders);
  g_test_add_func ("/keras/layers/up-sampling", test_up_sampling);
  g_test_add_func ("/keras/layers/preprocessing", test_preprocessing_layers);
  g_test_add_func ("/keras/layers/shapes", test_shapes);
  return g_test_run ();
}
