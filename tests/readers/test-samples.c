#include "config.h"

#include "readers/reader.h"

#include <string.h>

/* The samples that lie beside the project, and the demo network. */

typedef struct
{
  const char *name;
  const char *shape;
  int nodes;          /* that the output needs, constants not counted */
  const char *layer;  /* one that must be there */
  const char *tensor; /* one that must be there */
} Sample;

/* Node counts: from the files with another parser, Constant nodes taken off. */
static const Sample samples[] = {
  { "tiny_convnext", "1×3×64×64", 63, "features.1.0.block.0",
    "/features/features.5/features.5.0/Add_output_0" },
  { "tiny_densenet", "1×3×96×96", 63, NULL, "/Relu_output_0" },
  { "tiny_inception", "1×3×67×67", 51, "0.conv1.conv", "/0/Mixed_5b/Concat_output_0" },
  { "tiny_mobilenet", "1×3×96×96", 101, "features.18.0",
    "/features/features.18/features.18.2/Clip_output_0" },
  { "tiny_mobilenet_v3", "1×3×64×64", 55, "features.5.0",
    "/features/features.5/features.5.2/Mul_output_0" },
  { "tiny_nhwc", "1×33×33×3", 12, "model/conv_pw_1/Conv2D", "model/conv_pw_1_relu/Relu:0" },
  { "tiny_residual", "1×3×80×64", 17, "layer2.conv2", "/layer2/relu_1/Relu_output_0" },
  { "tiny_resnet", "1×3×75×64", 36, "layer3.0.conv3", "/layer3/layer3.0/relu_2/Relu_output_0" },
  { "tiny_shufflenet", "1×3×64×64", 160, "conv5.0", "/conv5/conv5.2/Relu_output_0" },
  { "tiny_squeezenet", "1×3×128×128", 65, "classifier.1", "/features/features.12/Concat_output_0" },
  { "tiny_vgg", "1×3×64×64", 21, "0.features.12", "/0/features/features.13/Relu_output_0" },
};

/* (transfer full) */
static char *
shared_folder (void)
{
  const char *shared = g_getenv ("LUCIDA_SHARED");

  return shared ? g_strdup (shared) : g_build_filename (LUCIDA_SOURCE_DIR, "..", "shared", NULL);
}

static const LucidaNode *
find_layer (LucidaNetwork *network, const char *name)
{
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    if (g_str_equal (lucida_node_get_name (lucida_network_get_node (network, i)), name))
      return lucida_network_get_node (network, i);
  return NULL;
}

static void
test_sample (gconstpointer data)
{
  const Sample *sample = data;
  g_autofree char *shared = shared_folder ();
  g_autofree char *file = g_strconcat (sample->name, ".onnx", NULL);
  g_autofree char *path = g_build_filename (shared, "data", "formats", file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *shape = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("not present");
      return;
    }
  network = lucida_reader_open (path, NULL, &error);
  g_assert_no_error (error);
  shape = lucida_shape_to_string (lucida_network_get_input_shape (network));
  g_assert_cmpstr (shape, ==, sample->shape);
  g_assert_cmpint (lucida_network_get_n_nodes (network), ==, sample->nodes);
  if (sample->layer && !find_layer (network, sample->layer))
    g_error ("%s has no layer %s", sample->name, sample->layer);
  g_assert_cmpint (lucida_network_find_value (network, sample->tensor), >=, 0);
}

static void
test_demo (void)
{
  g_autofree char *path
      = g_build_filename (LUCIDA_SOURCE_DIR, "data", "models", "pocket-vgg.onnx", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_reader_open (path, NULL, &error);
  const LucidaPreprocessing *p;
  const LucidaNode *layer;
  const char *const *classes;
  int n;

  g_assert_no_error (error);
  layer = find_layer (network, "block5_conv2");
  g_assert_nonnull (layer);
  g_assert_cmpstr (lucida_node_get_op (layer), ==, "Conv");
  classes = lucida_network_get_classes (network, &n);
  g_assert_cmpint (n, ==, 2);
  g_assert_cmpstr (classes[0], ==, "cat");
  p = lucida_network_get_preprocessing (network);
  g_assert_cmpint (p->height, ==, 160);
  g_assert_cmpint (p->resize, ==, LUCIDA_RESIZE_SQUASH);
  g_assert_cmpint (p->resample, ==, LUCIDA_RESAMPLE_TRIANGLE);
  g_assert_cmpfloat (p->std[2], ==, 0.225);
  g_assert_false (p->assumed);
  g_assert_null (lucida_network_get_warnings (network)[0]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *path = g_strconcat ("/samples/", samples[i].name, NULL);

      g_test_add_data_func (path, &samples[i], test_sample);
    }
  g_test_add_func ("/samples/demo-network", test_demo);
  return g_test_run ();
}
