#include "readers/keras/keras-writer.h"
#include "readers/proto-writer.h"

#include "base/error.h"
#include "network/summary.h"

#include <hdf5.h>
#include <string.h>

/* How layers are wired, named and given their weights, in the forms in which files are met. */

#define INPUT(name, shape)                                                                         \
  "{\"class_name\": \"InputLayer\", \"name\": \"" name "\", \"config\": {\"name\": \"" name        \
  "\", \"batch_input_shape\": [null, " shape "]}, \"inbound_nodes\": []}"
/* A functional layer that is fed with what @in lists: [["x", 0, 0, {}]]. */
#define LAYER(class_name, name, config, in)                                                        \
  "{\"class_name\": \"" class_name "\", \"name\": \"" name "\", \"config\": {\"name\": \"" name    \
  "\"" config "}, \"inbound_nodes\": " in "}"
#define FUNCTIONAL(name, layers, input, output)                                                    \
  "{\"class_name\": \"Functional\", \"name\": \"" name "\", \"config\": {\"name\": \"" name        \
  "\", \"layers\": [" layers "], \"input_layers\": [[\"" input                                     \
  "\", 0, 0]], \"output_layers\": [[\"" output "\", 0, 0]]}}"

typedef struct
{
  char *folder;
  char *path;
  KerasFile *file;
} Fixture;

static Fixture
begin (const char *model)
{
  Fixture self = { .folder = folder_new () };

  self.path = g_build_filename (self.folder, "network.h5", NULL);
  self.file = keras_file_new (self.path);
  keras_file_text (self.file, "model_config", model);
  return self;
}

static void
end (Fixture *self)
{
  folder_remove (self->folder);
  g_free (self->path);
}

static LucidaNetwork *
open_network (const Fixture *self)
{
  g_autoptr (GError) error = NULL;
  LucidaNetwork *network = lucida_reader_open (self->path, NULL, &error);

  g_assert_no_error (error);
  return network;
}

static const LucidaNode *
find_node (LucidaNetwork *network, const char *name)
{
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    if (g_str_equal (lucida_node_get_name (lucida_network_get_node (network, i)), name))
      return lucida_network_get_node (network, i);
  g_error ("there is no layer %s", name);
}

/* x·w0 for 1×1×2 pictures, so that every wiring can be worked out by hand. */
static void
put_scale (KerasFile *file, const char *group, const char *name, float factor)
{
  float kernel[4] = { factor, 0, 0, factor };

  keras_file_weight (file, group, name, kernel, (int[]){ 2, 2, 0 });
}

#define DENSE(name) ", \"units\": 2, \"use_bias\": false"

static void
assert_scores (const Fixture *self, float x, float y, float first, float second)
{
  const float input[2] = { x, y };
  float want[2] = { first, second };
  int n;
  g_autofree float *scores = run_file (self->path, input, 1, 1, &n);

  g_assert_cmpint (n, ==, 2);
  assert_close ("scores", scores, want, 2);
}

/* flatten → a; a → b and c; b - c, and the sum of all three. */
static void
test_branches (void)
{
  static const char model[] = FUNCTIONAL (
      "m",
      INPUT ("in", "1, 1, 2") ", " LAYER ("Add", "sum", "", "[[[\"a\", 0, 0, {}], [\"b\", 0, 0, {}], [\"c\", 0, 0, {}]]]") ", " LAYER ("Subtract", "out", "", "[[[\"sum\", 0, 0, {}], [\"c\", 0, 0, {}]]]") ", " LAYER (
          "Flatten", "flat", "",
          "[[[\"in\", 0, 0, {}]]]") ", " LAYER ("Dense", "a", DENSE ("a"),
                                                "[[[\"flat\", 0, 0, {}]]]") ", " LAYER ("Dense",
                                                                                        "b",
                                                                                        DENSE ("b"),
                                                                                        "[[[\"a\", "
                                                                                        "0, 0, "
                                                                                        "{}]]]") ","
                                                                                                 " " LAYER ("Dense", "c", DENSE ("c"), "[[[\"a\", 0, 0, {}]]]") ", " LAYER (
                                                                                                     "Lambda",
                                                                                                     "unused",
                                                                                                     "",
                                                                                                     "[[[\"a\", 0, 0, {}]]]"),
      "in", "out");
  Fixture f = begin (model);

  keras_file_text (f.file, "keras_version", "2.9.0");
  put_scale (f.file, "a", "a/kernel:0", 2);
  put_scale (f.file, "b", "b/kernel:0", 3);
  put_scale (f.file, "c", "c/kernel:0", 5);
  keras_file_end (f.file);
  /* 2x + 6x + 10x - 10x */
  assert_scores (&f, 1, -2, 8, -16);
  end (&f);
}

/* One layer that is called twice has its weights once. */
static void
test_shared_layer (void)
{
  static const char model[] = FUNCTIONAL (
      "m",
      INPUT ("in", "1, 1, 2") ", " LAYER (
          "Flatten", "flat", "",
          "[[[\"in\", 0, 0, {}]]]") ", " LAYER ("Dense", "a", DENSE ("a"),
                                                "[[[\"flat\", 0, 0, {}]], [[\"a\", 0, "
                                                "0, {}]]]") ", " LAYER ("Concatenate", "both",
                                                                        ", \"axis\": "
                                                                        "-1",
                                                                        "[[[\"a\", 0, "
                                                                        "0, {}], "
                                                                        "[\"a\", 1, 0, "
                                                                        "{}]]]") ","
                                                                                 " " LAYER (
                                                                                     "Dense", "out",
                                                                                     ", \"units\": "
                                                                                     "2, "
                                                                                     "\"use_bias\":"
                                                                                     " false",
                                                                                     "[[[\"both\", "
                                                                                     "0, 0, {}]]]"),
      "in", "out");
  Fixture f = begin (model);
  float kernel[8] = { 1, 0, 0, 0, 0, 0, 0, 1 };
  g_autoptr (LucidaNetwork) network = NULL;

  keras_file_text (f.file, "keras_version", "2.2.4-tf");
  put_scale (f.file, "a", "a/kernel:0", 3);
  keras_file_weight (f.file, "out", "out/kernel:0", kernel, (int[]){ 4, 2, 0 });
  keras_file_end (f.file);
  assert_scores (&f, 1, 2, 3, 18);
  network = open_network (&f);
  g_assert_cmpint (lucida_network_count_parameters (network).trainable, ==, 4 + 8);
  end (&f);
}

/* As a transfer-learning file has it: the network's own preprocessing as TensorFlow functions, and
 * a nested model whose first use is its call number 1. */
static void
test_nested_call_and_functions (void)
{
  static const char inner[]
      = FUNCTIONAL ("base",
                    INPUT ("input_1", "1, 1, 2") ", " LAYER (
                        "Flatten", "flat", "",
                        "[[[\"input_1\", 0, 0, {}]]]") ", " LAYER ("Dense", "a", DENSE ("a"),
                                                                   "[[[\"flat\", 0, 0, {}]]]"),
                    "input_1", "a");
  g_autofree char *nested = g_strdup_printf ("%.*s, \"inbound_nodes\": [[[\"minus\", 0, 0, {}]]]}",
                                             (int) strlen (inner) - 1, inner);
  g_autofree char *layers
      = g_strconcat (INPUT ("input_2", "1, 1, 2") ", " LAYER (
                         "TFOpLambda", "divide", ", \"function\": \"math.truediv\"",
                         "[[\"input_2\", 0, 0, {\"y\": 127.5, \"name\": "
                         "null}]]") ", " LAYER ("TFOpLambda", "minus",
                                                ", \"function\": "
                                                "\"math.subtract\"",
                                                "[[\"divide\", 0, 0, {\"y\": "
                                                "1.0, \"name\": null}]]") ","
                                                                          " ",
                     nested,
                     ", " LAYER ("TFOpLambda", "from_one", ", \"function\": \"math.subtract\"",
                                 "[[\"_CONSTANT_VALUE\", -1, 1.0, {\"y\": [\"base\", 1, 0]}]]"),
                     NULL);
  g_autofree char *model = g_strdup_printf (
      "{\"class_name\": \"Functional\", \"config\": {\"name\": \"model\", \"layers\": [%s], "
      "\"input_layers\": [[\"input_2\", 0, 0]], \"output_layers\": [[\"from_one\", 0, 0]]}}",
      layers);
  Fixture f = begin (model);
  g_autoptr (LucidaNetwork) network = NULL;

  keras_file_text (f.file, "keras_version", "2.9.0");
  put_scale (f.file, "base", "a/kernel:0", 2);
  keras_file_end (f.file);
  /* 1 - 2·(x/127.5 - 1) */
  assert_scores (&f, 255, 127.5f, -1, 1);
  network = open_network (&f);
  find_node (network, "base/a");
  g_assert_cmpfloat (lucida_network_get_preprocessing (network)->scale, ==, 1);
  g_assert_cmpstr (lucida_network_get_preprocessing_source (network), ==,
                   "its own arithmetic at the input");
  end (&f);
}

/* x[..., ::-1] and a constant for each channel: RGB to BGR minus means, inside the network. */
static void
test_channels_turned_inside (void)
{
  static const char model[] = FUNCTIONAL (
      "m",
      INPUT ("in", "1, 1, 2") ", " LAYER (
          "SlicingOpLambda", "bgr", ", \"function\": \"__operators__.getitem\"",
          "[[\"in\", 0, 0, {\"slice_spec\": [{\"class_name\": \"__ellipsis__\"}, {\"start\": "
          "null, "
          "\"stop\": null, \"step\": -1}]}]]") ", " LAYER ("TFOpLambda", "mean",
                                                           ", \"function\": \"nn.bias_add\"",
                                                           "[[\"bgr\", 0, 0, {\"bias\": "
                                                           "[-103.939, -116.779], "
                                                           "\"data_format\": null}]]") ","
                                                                                       " " LAYER (
                                                                                           "GlobalA"
                                                                                           "verageP"
                                                                                           "ooling2"
                                                                                           "D",
                                                                                           "out",
                                                                                           "",
                                                                                           "[[["
                                                                                           "\"mean"
                                                                                           "\", 0, "
                                                                                           "0, "
                                                                                           "{}]]]"),
      "in", "out");
  Fixture f = begin (model);
  g_autoptr (LucidaNetwork) network = NULL;

  keras_file_text (f.file, "keras_version", "2.9.0");
  keras_file_end (f.file);
  assert_scores (&f, 10, 20, 20 - 103.939f, 10 - 116.779f);
  network = open_network (&f);
  g_assert_cmpint (lucida_network_count_parameters (network).trainable, ==, 0);
  g_assert_cmpfloat (lucida_network_get_preprocessing (network)->scale, ==, 1);
  g_assert_cmpstr (lucida_network_get_preprocessing_source (network), ==,
                   "its own arithmetic at the input");
  end (&f);
}

/* Keras 3's form of a call, tensors in positional and named arguments. */
static void
test_keras3_calls (void)
{
#define TENSOR(name)                                                                               \
  "{\"class_name\": \"__keras_tensor__\", \"config\": {\"shape\": [null, 2], \"keras_history\": "  \
  "[\"" name "\", 0, 0]}}"
  static const char model[]
      = FUNCTIONAL ("m",
                    "{\"class_name\": \"InputLayer\", \"name\": \"in\", \"config\": {\"name\": "
                    "\"in\", "
                    "\"batch_shape\": [null, 1, 1, 2]}, \"inbound_nodes\": []}, " //
                    LAYER ("Flatten", "flat", "", "[{\"args\": [" TENSOR ("in") "], \"kwargs\": {}}]") ", " LAYER (
                        "Dense", "a", DENSE ("a"),
                        "[{\"args\": [], \"kwargs\": {\"inputs\": " TENSOR (
                            "flat") "}}]") ", " LAYER ("Add", "plus", "",
                                                       "[{\"args\": [" TENSOR (
                                                           "a") ", 0.5], \"kwargs\": {}}]") ","
                                                                                            " " LAYER (
                                                                                                "Tr"
                                                                                                "ue"
                                                                                                "Di"
                                                                                                "vi"
                                                                                                "d"
                                                                                                "e",
                                                                                                "ov"
                                                                                                "e"
                                                                                                "r",
                                                                                                "",
                                                                                                "[{"
                                                                                                "\""
                                                                                                "ar"
                                                                                                "gs"
                                                                                                "\""
                                                                                                ": "
                                                                                                "[" TENSOR (
                                                                                                    "plus") ", 2.0], "
                                                                                                            "\"kwargs\": "
                                                                                                            "{}}]") ","
                                                                                                                    " " LAYER (
                                                                                                                        "Multiply",
                                                                                                                        "out",
                                                                                                                        "",
                                                                                                                        "[{\"args\": [[" TENSOR (
                                                                                                                            "over") ", " TENSOR ("a") "]], \"kwargs\": {}}]"),
                    "in", "out");
#undef TENSOR
  Fixture f = begin (model);

  keras_file_text (f.file, "keras_version", "3.3.3");
  put_scale (f.file, "a", "m/a/kernel", 3);
  keras_file_end (f.file);
  /* (3x + 0.5)/2 · 3x */
  assert_scores (&f, 1, -1, 5.25f, 3.75f);
  end (&f);
}

/* Teachable Machine: three levels, no InputLayer in the inner ones, weights by name. */
static void
test_three_levels (void)
{
  static const char model[]
      = "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential_4\", \"layers\": ["
        "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential_1\", \"layers\": [" //
        "{\"class_name\": \"Model\", \"config\": {\"name\": \"model1\", \"layers\": [" INPUT (
            "input_1", "2, 2, 2") ", " LAYER ("Conv2D", "Conv1",
                                              ", \"kernel_size\": [1, 1], \"use_bias\": false",
                                              "[[[\"input_1\", 0, 0, {}]]]") //
      "], \"input_layers\": [[\"input_1\", 0, 0]], \"output_layers\": [[\"Conv1\", 0, 0]]}},"
      "{\"class_name\": \"GlobalAveragePooling2D\", \"config\": {\"name\": \"gap\"}}]}},"
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential_3\", \"layers\": ["
      "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense_1\", \"units\": 2, "
      "\"batch_input_shape\": [null, 1280], \"activation\": \"relu\", \"use_bias\": true}},"
      "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense_2\", \"units\": 2, "
      "\"activation\": \"softmax\", \"use_bias\": false}}]}}]}}";
  Fixture f = begin (model);
  float conv[4] = { 1, 0, 0, 2 }, bias[2] = { 0, -1 };
  const float input[8] = { 1, 2, 1, 2, 3, 2, 3, 2 };
  float want[2] = { 2 * 5, (4 - 1) * 5 };
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree float *scores = NULL;
  int n;

  keras_file_text (f.file, "keras_version", "2.2.4-tf");
  keras_file_weight (f.file, "sequential_1", "Conv1/kernel:0", conv, (int[]){ 1, 1, 2, 2, 0 });
  /* not in the order of the layers */
  put_scale (f.file, "sequential_3", "dense_2/kernel:0", 5);
  keras_file_weight (f.file, "sequential_3", "dense_1/bias:0", bias, (int[]){ 2, 0 });
  put_scale (f.file, "sequential_3", "dense_1/kernel:0", 1);
  keras_file_end (f.file);
  g_free (write_file (f.folder, "labels.txt", "0 cat\n1 dog\n", 12));
  scores = run_file (f.path, input, 2, 2, &n);
  g_assert_cmpint (n, ==, 2);
  assert_close ("scores", scores, want, 2);
  network = open_network (&f);
  find_node (network, "sequential_1/model1/Conv1");
  find_node (network, "sequential_3/dense_1/relu");
  g_assert_cmpstr (lucida_network_get_classes (network, &n)[1], ==, "dog");
  end (&f);
}

/* Weights of a flat layer are taken by their order, whatever they are called. */
static void
test_weights_by_order (void)
{
  g_autofree char *layers
      = g_strconcat ("{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}},"
                     "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\", \"units\": 2}}",
                     NULL);
  g_autofree char *model = keras_sequential ("1, 1, 2", layers);
  Fixture f = begin (model);
  float bias[2] = { 1, 2 };

  keras_file_text (f.file, "keras_version", "2.3.1");
  put_scale (f.file, "dense", "something_1_1/w:0", 2);
  keras_file_weight (f.file, "dense", "something_1_1/v:0", bias, (int[]){ 2, 0 });
  keras_file_end (f.file);
  assert_scores (&f, 3, 4, 7, 10);
  end (&f);
}

/* Inside a model, too, where the names lead nowhere. */
static void
test_nested_weights_by_order (void)
{
  g_autofree char *model = keras_sequential (
      "1, 1, 2",
      "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}},"
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"inner\", \"layers\": ["
      "{\"class_name\": \"Dense\", \"config\": {\"name\": \"a\", \"units\": 2, "
      "\"trainable\": false, \"use_bias\": false}},"
      "{\"class_name\": \"Dropout\", \"config\": {\"name\": \"drop\"}},"
      "{\"class_name\": \"Custom>Dense\", \"config\": {\"name\": \"b\", \"units\": 2}}]}}");
  Fixture f = begin (model);
  float bias[2] = { 1, 2 };

  keras_file_text (f.file, "keras_version", "2.3.1");
  /* what is trained comes first */
  put_scale (f.file, "inner", "dense_7_1/kernel:0", 3);
  keras_file_weight (f.file, "inner", "dense_7_1/bias:0", bias, (int[]){ 2, 0 });
  put_scale (f.file, "inner", "dense_6_1/kernel:0", 2);
  keras_file_end (f.file);
  assert_scores (&f, 1, 1, 7, 8);
  end (&f);
}

/* Keras 1: a list for a configuration, other names, no backend, Theano's order of axes. */
static void
test_keras1 (void)
{
  static const char *const orders[] = { "tf", "th" };

  for (int th = 0; th < 2; th++)
    {
      g_autofree char *model = g_strdup_printf (
          "{\"class_name\": \"Sequential\", \"config\": ["
          "{\"class_name\": \"Convolution2D\", \"config\": {\"name\": \"convolution2d_1\", "
          "\"batch_input_shape\": [null, %s], \"nb_filter\": 2, \"nb_row\": 2, \"nb_col\": 1, "
          "\"subsample\": [1, 1], \"border_mode\": \"valid\", \"dim_ordering\": \"%s\", \"bias\": "
          "true, \"activation\": \"linear\"}},"
          "{\"class_name\": \"MaxPooling2D\", \"config\": {\"name\": \"pool\", \"pool_size\": [1, "
          "1], "
          "\"strides\": null, \"border_mode\": \"valid\", \"dim_ordering\": \"%s\"}},"
          "{\"class_name\": \"Dropout\", \"config\": {\"name\": \"drop\", \"p\": 0.5}},"
          "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten_1\"}},"
          "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense_1\", \"output_dim\": 2, "
          "\"bias\": false}}]}",
          th ? "1, 2, 1" : "2, 1, 1", orders[th], orders[th]);
      Fixture f = begin (model);
      /* filter 0 is (1, 2), filter 1 is (3, 4) */
      float last[4] = { 1, 3, 2, 4 }, first[4] = { 1, 2, 3, 4 }, bias[2] = { 10, 20 };
      const float input[2] = { 5, 7 };
      float want[2] = { 5 + 14 + 10, 15 + 28 + 20 };
      g_autofree float *scores = NULL;
      int n;

      keras_file_weight (f.file, "convolution2d_1", "convolution2d_1_W", th ? first : last,
                         th ? (int[]){ 2, 1, 2, 1, 0 } : (int[]){ 2, 1, 1, 2, 0 });
      keras_file_weight (f.file, "convolution2d_1", "convolution2d_1_b", bias, (int[]){ 2, 0 });
      put_scale (f.file, "dense_1", "dense_1_W", 1);
      keras_file_end (f.file);
      scores = run_file (f.path, input, 2, 1, &n);
      assert_close (orders[th], scores, want, 2);
      end (&f);
    }
}

/* A file of the Theano backend has its kernels turned by 180°. */
static void
test_theano_kernels (void)
{
  static const char *const backends[] = { "tensorflow", "theano" };

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *model = keras_sequential (
          "2, 2, 1",
          "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv\", \"kernel_size\": "
          "[2, 2], \"padding\": \"valid\", \"use_bias\": false}},"
          "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}}");
      Fixture f = begin (model);
      float kernel[8] = { 1, 0, 2, 0, 3, 0, 4, 1 };
      const float input[4] = { 1, 10, 100, 1000 };
      float want[2] = { i ? 1234 : 4321, i ? 1 : 1000 };
      g_autofree float *scores = NULL;
      int n;

      keras_file_text (f.file, "keras_version", "2.1.2");
      keras_file_fixed_text (f.file, "", "backend", backends[i]);
      keras_file_weight (f.file, "conv", "conv/kernel:0", kernel, (int[]){ 2, 2, 1, 2, 0 });
      keras_file_end (f.file);
      scores = run_file (f.path, input, 2, 2, &n);
      assert_close (backends[i], scores, want, 2);
      end (&f);
    }
}

/* data_format channels_first: the input is C×H×W, Flatten goes over height, width, channels. */
static void
test_channels_first (void)
{
  g_autofree char *model = keras_sequential (
      "2, 1, 2",
      "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"conv\", \"kernel_size\": 1, "
      "\"data_format\": \"channels_first\", \"use_bias\": false}},"
      "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\", "
      "\"data_format\": \"channels_first\"}}");
  Fixture f = begin (model);
  float kernel[4] = { 1, 0, 0, 10 }; /* in×out */
  const float input[4] = { 1, 2, 3, 4 };
  float want[4] = { 1, 30, 2, 40 };
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree float *scores = NULL;
  int n;

  keras_file_text (f.file, "keras_version", "2.1.2");
  keras_file_weight (f.file, "conv", "conv/kernel:0", kernel, (int[]){ 1, 1, 2, 2, 0 });
  keras_file_end (f.file);
  scores = run_file (f.path, input, 1, 2, &n);
  g_assert_cmpint (n, ==, 4);
  assert_close ("scores", scores, want, 4);
  network = open_network (&f);
  g_assert_cmpint (lucida_network_get_input_layout (network), ==, LUCIDA_LAYOUT_NCHW);
  end (&f);
}

/* Frozen layers and models, running statistics; loss and optimizer. */
static void
test_training (void)
{
  static const struct
  {
    const char *training, *loss, *optimizer;
  } cases[] = {
    { "{\"loss\": \"sparse_categorical_crossentropy\", \"optimizer_config\": {\"class_name\": "
      "\"Custom>Adam\", \"config\": {}}}",
      "Sparse Categorical Crossentropy", "Adam" },
    { "{\"loss\": {\"class_name\": \"BinaryCrossentropy\", \"config\": {}}, \"optimizer_config\": "
      "{\"class_name\": \"RMSprop\"}}",
      "Binary Crossentropy", "RMSprop" },
    { "{\"loss\": [\"mse\"], \"optimizer\": \"sgd\"}", "MSE", "SGD" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *model = keras_sequential (
          "1, 1, 2",
          "{\"class_name\": \"BatchNormalization\", \"config\": {\"name\": \"bn\", \"axis\": 3, "
          "\"scale\": false}},"
          "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}},"
          "{\"class_name\": \"Dense\", \"config\": {\"name\": \"a\", \"units\": 2, \"use_bias\": "
          "false, \"trainable\": false}},"
          "{\"class_name\": \"Dense\", \"config\": {\"name\": \"b\", \"units\": 2, \"use_bias\": "
          "false}}");
      Fixture f = begin (model);
      g_autoptr (LucidaNetwork) network = NULL;
      LucidaParameters parameters;
      float ones[2] = { 1, 1 };

      keras_file_text (f.file, "keras_version", "2.9.0");
      keras_file_text (f.file, "training_config", cases[i].training);
      keras_file_weight (f.file, "bn", "bn/beta:0", ones, (int[]){ 2, 0 });
      keras_file_weight (f.file, "bn", "bn/moving_mean:0", ones, (int[]){ 2, 0 });
      keras_file_weight (f.file, "bn", "bn/moving_variance:0", ones, (int[]){ 2, 0 });
      put_scale (f.file, "a", "a/kernel:0", 1);
      put_scale (f.file, "b", "b/kernel:0", 1);
      keras_file_end (f.file);
      network = open_network (&f);
      parameters = lucida_network_count_parameters (network);
      g_assert_cmpint (parameters.trainable, ==, 2 + 4);
      g_assert_cmpint (parameters.non_trainable, ==, 4 + 4);
      g_assert_cmpstr (lucida_network_get_loss (network), ==, cases[i].loss);
      g_assert_cmpstr (lucida_network_get_optimizer (network), ==, cases[i].optimizer);
      end (&f);
    }
}

/* A list of names that is too long for one attribute goes on in others. */
static void
test_split_attribute (void)
{
  g_autofree char *model = keras_sequential (
      "1, 1, 2", "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}},"
                 "{\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\", \"units\": 2}}");
  Fixture f = begin (model);
  float kernel[4] = { 1, 0, 0, 1 }, bias[2] = { 5, 6 };

  keras_file_text (f.file, "keras_version", "2.9.0");
  keras_file_array (f.file, "model_weights/dense/dense/kernel:0", kernel, (int[]){ 2, 2, 0 });
  keras_file_array (f.file, "model_weights/dense/dense/bias:0", bias, (int[]){ 2, 0 });
  keras_file_texts (f.file, "model_weights/dense", "weight_names0", "dense/kernel:0");
  keras_file_texts (f.file, "model_weights/dense", "weight_names1", "dense/bias:0");
  keras_file_end (f.file);
  assert_scores (&f, 1, 1, 6, 7);
  end (&f);
}

/* A layer without a class is passed through, and the user is told. */
static void
test_lost_class (void)
{
  g_autofree char *model = keras_sequential (
      "1, 1, 2", "{\"class_name\": \"Layer\", \"config\": {\"name\": \"mystery\"}},"
                 "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}}");
  Fixture f = begin (model);
  g_autoptr (LucidaNetwork) network = NULL;

  keras_file_text (f.file, "keras_version", "2.9.0");
  keras_file_end (f.file);
  assert_scores (&f, 1, 2, 1, 2);
  network = open_network (&f);
  g_assert_nonnull (strstr (lucida_network_get_warnings (network)[0], "mystery"));
  end (&f);
}

/* One channel without an axis for it. */
static void
test_picture_without_channels (void)
{
  g_autofree char *model = keras_sequential (
      "2, 2", "{\"class_name\": \"Reshape\", \"config\": {\"name\": \"reshape\", \"target_shape\": "
              "[2, 2, 1]}},"
              "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}}");
  Fixture f = begin (model);
  const float input[4] = { 1, 2, 3, 4 };
  g_autofree float *scores = NULL;
  int n;

  keras_file_text (f.file, "keras_version", "2.9.0");
  keras_file_end (f.file);
  scores = run_file (f.path, input, 2, 2, &n);
  g_assert_cmpint (n, ==, 4);
  assert_close ("scores", scores, input, 4);
  end (&f);
}

static void
test_refusals (void)
{
  static const char two_inputs[]
      = "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": [" INPUT (
          "a", "1, 1, 2") ", " INPUT ("b",
                                      "1, 1, 2") "], \"input_layers\": [[\"a\", 0, 0], [\"b\", 0, "
                                                 "0]], \"output_layers\": [[\"a\", 0, 0]]}}";
  static const char cycle[] = FUNCTIONAL (
      "m",
      INPUT ("in", "1, 1, 2") ", " LAYER (
          "Add", "x", "",
          "[[[\"in\", 0, 0, {}], [\"y\", 0, 0, {}]]]") ", " LAYER ("Flatten", "y", "",
                                                                   "[[[\"x\", 0, 0, {}]]]"),
      "in", "y");
  static const char missing[] = FUNCTIONAL (
      "m", INPUT ("in", "1, 1, 2") ", " LAYER ("Flatten", "y", "", "[[[\"gone\", 0, 0, {}]]]"),
      "in", "y");
  /* sizes that would not fit into 64 bits, were they multiplied */
  g_autofree char *grows = keras_sequential (
      "8, 8, 1",
      "{\"class_name\": \"UpSampling2D\", \"config\": {\"name\": \"u1\", \"size\": 1000000}},"
      "{\"class_name\": \"UpSampling2D\", \"config\": {\"name\": \"u2\", \"size\": 1000000}},"
      "{\"class_name\": \"UpSampling2D\", \"config\": {\"name\": \"u3\", \"size\": 1000000}},"
      "{\"class_name\": \"UpSampling2D\", \"config\": {\"name\": \"u4\", \"size\": 1000000}},"
      "{\"class_name\": \"Lambda\", \"config\": {\"name\": \"end\"}}");
  g_autofree char *commas = g_strnfill (3000000, ',');
  g_autofree char *many = g_strconcat ("[1", commas, "1]", NULL);
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *lambda = keras_sequential (
      "1, 1, 2",
      "{\"class_name\": \"Lambda\", \"config\": {\"name\": \"l\", \"function\": [\"4wE\"]}}");
  g_autofree char *lstm
      = keras_sequential ("1, 1, 2", "{\"class_name\": \"LSTM\", \"config\": {\"name\": \"r\"}}");
  g_autofree char *dense = keras_sequential (
      "1, 1, 2", "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}},"
                 "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 2}}");
  g_autofree char *stride = keras_sequential (
      "4, 4, 2",
      "{\"class_name\": \"MaxPooling2D\", \"config\": {\"name\": \"p\", \"pool_size\": [2, "
      "2], \"strides\": [0, 0]}}");
  g_autofree char *empty = g_strdup (
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": []}}");
  const struct
  {
    const char *model;
    LucidaError code;
    const char *part;
  } cases[] = {
    { lambda, LUCIDA_ERROR_UNSUPPORTED, "“l” is a Lambda" },
    { lstm, LUCIDA_ERROR_UNSUPPORTED, "LSTM" },
    { two_inputs, LUCIDA_ERROR_UNSUPPORTED, "2 inputs" },
    { cycle, LUCIDA_ERROR_CORRUPT, "not connected" },
    { missing, LUCIDA_ERROR_CORRUPT, "“y” is fed by a layer that is not there" },
    { dense, LUCIDA_ERROR_CORRUPT, "weights of the layer “d”" },
    { stride, LUCIDA_ERROR_CORRUPT, "“strides”" },
    { empty, LUCIDA_ERROR_CORRUPT, "no layers" },
    { deep, LUCIDA_ERROR_CORRUPT, "too deep" },
    { many, LUCIDA_ERROR_TOO_LARGE, "two million" },
    { grows, LUCIDA_ERROR_UNSUPPORTED, "“end” is a Lambda" },
    { "{", LUCIDA_ERROR_CORRUPT, "no JSON" },
    { "[1]", LUCIDA_ERROR_UNSUPPORTED, "Python code" },
    { "{\"class_name\": \"MyModel\", \"config\": {}}", LUCIDA_ERROR_UNSUPPORTED, "Python code" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture f = begin (cases[i].model);

      keras_file_text (f.file, "keras_version", "2.9.0");
      keras_file_end (f.file);
      assert_file_refused (f.path, (int) cases[i].code, cases[i].part);
      end (&f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/graph/branches", test_branches);
  g_test_add_func ("/keras/graph/shared-layer", test_shared_layer);
  g_test_add_func ("/keras/graph/nested-call-and-functions", test_nested_call_and_functions);
  g_test_add_func ("/keras/graph/channels-turned-inside", test_channels_turned_inside);
  g_test_add_func ("/keras/graph/keras3-calls", test_keras3_calls);
  g_test_add_func ("/keras/graph/three-levels", test_three_levels);
  g_test_add_func ("/keras/graph/weights-by-order", test_weights_by_order);
  g_test_add_func ("/keras/graph/nested-weights-by-order", test_nested_weights_by_order);
  g_test_add_func ("/keras/graph/keras1", test_keras1);
  g_test_add_func ("/keras/graph/theano-kernels", test_theano_kernels);
  g_test_add_func ("/keras/graph/channels-first", test_channels_first);
  g_test_add_func ("/keras/graph/training", test_training);
  g_test_add_func ("/keras/graph/split-attribute", test_split_attribute);
  g_test_add_func ("/keras/graph/lost-class", test_lost_class);
  g_test_add_func ("/keras/graph/picture-without-channels", test_picture_without_channels);
  g_test_add_func ("/keras/graph/refusals", test_refusals);
  return g_test_run ();
}
