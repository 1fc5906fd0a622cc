#include "readers/onnx/onnx.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <math.h>
#include <string.h>

static const gint64 nchw[] = { 1, 3, 4, 4, G_MININT64 }, nhwc[] = { 1, 8, 8, 3, G_MININT64 };

static LucidaNetwork *
read_with (const char *key, const char *value, const gint64 *dims)
{
  static const gint64 y[] = { 1, 2, G_MININT64 };
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Relu", "relu", "x", "y"));
  put_message (model.graph, 11, value_message ("x", dims));
  put_message (model.graph, 12, value_message ("y", y));
  if (key)
    add_metadata (&model, key, value);
  return assert_read (&model);
}

static void
test_classes (void)
{
  static const char *const entries[][2] = { { "classes", "[\"cat\", \"dog\"]" },
                                            { "names", "{0: 'cat', 1: 'dog'}" },
                                            { "labels", "cat\ndog\n" } };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (LucidaNetwork) network = read_with (entries[i][0], entries[i][1], nchw);
      const char *const *classes;
      int n;

      classes = lucida_network_get_classes (network, &n);
      g_assert_cmpint (n, ==, 2);
      g_assert_cmpstr (classes[1], ==, "dog");
    }
}

static void
test_bad_classes (void)
{
  static const char *const values[] = { "[\"cat\"", "a\nb\nc", "{\"cat\": 0}" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (LucidaNetwork) network = read_with ("classes", values[i], nchw);
      const char *const *warnings = lucida_network_get_warnings (network);
      int n;

      g_assert_null (lucida_network_get_classes (network, &n));
      g_assert_nonnull (warnings[0]);
      g_assert_nonnull (strstr (warnings[0], "not used"));
      g_assert_null (warnings[1]);
    }
}

static void
test_preprocessing (void)
{
  g_autoptr (LucidaNetwork) network = read_with (
      "preprocessing",
      "{\"size\": [160, 120], \"resize\": \"squash\", \"resample\": \"linear\", \"channels\": "
      "\"BGR\", \"scale\": 0.5, \"mean\": [1, 2, 3], \"std\": 4}",
      nchw);
  const LucidaPreprocessing *p = lucida_network_get_preprocessing (network);

  g_assert_cmpint (p->height, ==, 160);
  g_assert_cmpint (p->width, ==, 120);
  g_assert_cmpint (p->resize, ==, LUCIDA_RESIZE_SQUASH);
  g_assert_cmpint (p->resample, ==, LUCIDA_RESAMPLE_LINEAR);
  g_assert_cmpint (p->channels, ==, LUCIDA_CHANNELS_BGR);
  g_assert_cmpfloat (p->scale, ==, 0.5);
  g_assert_cmpfloat (p->mean[2], ==, 3);
  g_assert_cmpfloat (p->std[1], ==, 4);
  g_assert_false (p->assumed);
}

static void
test_partial_preprocessing (void)
{
  g_autoptr (LucidaNetwork) sized = read_with ("preprocessing", "{\"size\": [8, 8]}", nchw);
  g_autoptr (LucidaNetwork) scaled = read_with ("preprocessing", "{\"scale\": 0.25}", nchw);
  const LucidaPreprocessing *p = lucida_network_get_preprocessing (sized);

  g_assert_cmpfloat (p->mean[0], ==, 0.485);
  g_assert_cmpint (p->resize, ==, LUCIDA_RESIZE_CROP);
  p = lucida_network_get_preprocessing (scaled);
  g_assert_cmpfloat (p->scale, ==, 0.25);
  g_assert_cmpfloat (p->mean[0], ==, 0);
  g_assert_cmpfloat (p->std[0], ==, 1);
}

static void
test_bad_preprocessing (void)
{
  static const char *const values[] = { "{",
                                        "[]",
                                        "",
                                        "{\"size\": [0, 8]}",
                                        "{\"size\": [8]}",
                                        "{\"size\": [8.5, 8]}",
                                        "{\"size\": [99999999999, 8]}",
                                        "{\"size\": \"8\"}",
                                        "{\"resize\": \"stretch\"}",
                                        "{\"resize\": 1}",
                                        "{\"resample\": null}",
                                        "{\"channels\": [\"RGB\"]}",
                                        "{\"scale\": \"1\"}",
                                        "{\"mean\": [1, 2]}",
                                        "{\"mean\": []}",
                                        "{\"mean\": [[1], 2, 3]}",
                                        "{\"std\": [1, 0, 1]}",
                                        "{\"std\": {\"a\": 1}}" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (LucidaNetwork) network = read_with ("preprocessing", values[i], nchw);
      const char *const *warnings = lucida_network_get_warnings (network);

      if (!warnings[0] || !lucida_network_get_preprocessing (network)->assumed)
        g_error ("%s was taken", values[i]);
    }
}

static void
test_windows_ml (void)
{
  static const struct
  {
    const char *key, *value;
    LucidaChannels channels;
    double scale, mean, std;
  } cases[] = {
    { "Image.BitmapPixelFormat", "Bgr8", LUCIDA_CHANNELS_BGR, 1, 0, 1 },
    { "Image.BitmapPixelFormat", "Rgb8", LUCIDA_CHANNELS_RGB, 1, 0, 1 },
    { "Image.BitmapPixelFormat", "Gray8", LUCIDA_CHANNELS_L, 1, 0, 1 },
    { "Image.NominalPixelRange", "NominalRange_0_255", LUCIDA_CHANNELS_RGB, 1, 0, 1 },
    { "Image.NominalPixelRange", "Normalized_0_1", LUCIDA_CHANNELS_RGB, 1 / 255.0, 0, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LucidaNetwork) network = read_with (cases[i].key, cases[i].value, nchw);
      const LucidaPreprocessing *p = lucida_network_get_preprocessing (network);

      g_assert_cmpint (p->channels, ==, cases[i].channels);
      g_assert_cmpfloat_with_epsilon (p->scale, cases[i].scale, 1e-12);
      g_assert_cmpfloat (p->mean[0], ==, cases[i].mean);
      g_assert_cmpfloat (p->std[0], ==, cases[i].std);
      g_assert_false (p->assumed);
    }
}

static void
test_assumed (void)
{
  g_autoptr (LucidaNetwork) torch = read_with (NULL, NULL, nchw);
  g_autoptr (LucidaNetwork) keras = read_with (NULL, NULL, nhwc);
  const LucidaPreprocessing *p = lucida_network_get_preprocessing (torch);

  g_assert_true (p->assumed);
  g_assert_cmpfloat (p->mean[1], ==, 0.456);
  p = lucida_network_get_preprocessing (keras);
  g_assert_true (p->assumed);
  g_assert_cmpfloat_with_epsilon (p->scale, 1 / 255.0, 1e-12);
  g_assert_cmpfloat (p->mean[1], ==, 0);
}

typedef struct
{
  const char *ops[2]; /* with the constants below */
  float constants[2];
  double scale; /* 1: 0 … 255 is expected; 1/255: 0 … 1; 0: torchvision's is kept */
} Scaling;

static void
test_own_scaling (void)
{
  static const Scaling cases[] = {
    { { "Div", NULL }, { 255 }, 1 },
    { { "Mul", NULL }, { 1 / 255.0f }, 1 },
    { { "Div", "Sub" }, { 127.5f, 1 }, 1 },
    { { "Mul", "Add" }, { 1 / 127.5f, -1 }, 1 },
    { { "Sub", "Div" }, { 116, 58 }, 1 },
    { { "Sub", NULL }, { 114 }, 1 },
    { { "Sub", "Div" }, { 0.456f, 0.225f }, 1 / 255.0 },
    { { "Mul", "Sub" }, { 2, 1 }, 1 / 255.0 },
    { { "Sub", NULL }, { 0 }, 0 },
    { { "Relu", NULL }, { 0 }, 0 },
  };
  static const gint64 scalar[] = { -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LucidaNetwork) network = NULL;
      const LucidaPreprocessing *p;
      Model model;

      model_init (&model);
      for (int k = 0; k < 2 && cases[i].ops[k]; k++)
        {
          gboolean with = !g_str_equal (cases[i].ops[k], "Relu");
          g_autofree char *c = g_strdup_printf ("c%d", k);
          g_autofree char *inputs
              = g_strconcat (k ? "t0" : "x", with ? "," : "", with ? c : "", NULL);

          put_message (model.graph, 1, node_message (cases[i].ops[k], "", inputs, k ? "t1" : "t0"));
          put_message (model.graph, 5,
                       tensor_message (c, 1, scalar, &cases[i].constants[k], sizeof (float)));
        }
      put_message (model.graph, 1,
                   node_message ("Tanh", "end", cases[i].ops[1] ? "t1" : "t0", "y"));
      put_message (model.graph, 11, value_message ("x", nchw));
      put_message (model.graph, 12, value_message ("y", nchw));
      network = assert_read (&model);
      p = lucida_network_get_preprocessing (network);
      g_assert_true (p->assumed);
      if (cases[i].scale == 0 ? p->mean[0] != 0.485
                              : p->mean[0] != 0 || fabs (p->scale - cases[i].scale) > 1e-9)
        g_error ("%s %g: scale %g, mean %g", cases[i].ops[0], (double) cases[i].constants[0],
                 p->scale, p->mean[0]);
    }
}

static void
test_detector (void)
{
  Model model;

  model_init_small (&model);
  add_metadata (&model, "task", "detect");
  assert_refused (model_bytes (&model), LUCIDA_ERROR_UNSUPPORTED, "detect");
  model_init_small (&model);
  add_metadata (&model, "task", "classify");
  lucida_network_unref (assert_read (&model));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-metadata/class-names", test_classes);
  g_test_add_func ("/onnx-metadata/broken-class-names-are-said", test_bad_classes);
  g_test_add_func ("/onnx-metadata/preprocessing", test_preprocessing);
  g_test_add_func ("/onnx-metadata/preprocessing-in-parts", test_partial_preprocessing);
  g_test_add_func ("/onnx-metadata/broken-preprocessing-is-said", test_bad_preprocessing);
  g_test_add_func ("/onnx-metadata/windows-ml", test_windows_ml);
  g_test_add_func ("/onnx-metadata/without-it-a-convention-is-assumed", test_assumed);
  g_test_add_func ("/onnx-metadata/a-network's-own-scaling-is-evidence", test_own_scaling);
  g_test_add_func ("/onnx-metadata/detectors-are-refused", test_detector);
  return g_test_run ();
}
