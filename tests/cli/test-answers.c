#include "run.h"

#include "explorer/model.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
check_shape (JsonObject *object, const int *wanted, guint n)
{
  JsonArray *shape = json_object_get_array_member (object, "shape");

  g_assert_cmpuint (json_array_get_length (shape), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (json_array_get_int_element (shape, i), ==, wanted[i]);
}

/* The layer called @name, of a list of layers. */
static JsonObject *
find_layer (JsonArray *layers, const char *name)
{
  for (guint i = 0; i < json_array_get_length (layers); i++)
    {
      JsonObject *layer = json_array_get_object_element (layers, i);

      if (strcmp (json_object_get_string_member (layer, "name"), name) == 0)
        return layer;
    }
  g_error ("no layer %s", name);
}

static void
test_info_json (Place *place, gconstpointer data)
{
  static const int input_shape[] = { 1, 3, 160, 160 };
  static const int output_shape[] = { 1, 2 };
  static const int layer_shape[] = { 256, 10, 10 };
  static const int pooled_shape[] = { 256 };
  g_autoptr (Run) run = run_good ("info demo --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonObject *root = run_object (node);
  JsonObject *input
      = json_array_get_object_element (json_object_get_array_member (root, "inputs"), 0);
  JsonObject *output
      = json_array_get_object_element (json_object_get_array_member (root, "outputs"), 0);
  JsonArray *classes = json_object_get_array_member (root, "classes");
  JsonObject *parameters = json_object_get_object_member (root, "parameters");
  JsonObject *preprocessing = json_object_get_object_member (root, "preprocessing");
  JsonArray *layers = json_object_get_array_member (root, "layers");
  JsonObject *layer = find_layer (layers, "block5_conv2");
  gint64 sum = 0;

  g_assert_cmpstr (json_object_get_string_member (root, "format"), ==, "ONNX");
  g_assert_nonnull (json_object_get_string_member (root, "name"));
  g_assert_cmpstr (json_object_get_string_member (input, "name"), ==, "image");
  g_assert_cmpstr (json_object_get_string_member (input, "layout"), ==, "NCHW");
  check_shape (input, input_shape, 4);
  check_shape (output, output_shape, 2);
  g_assert_cmpuint (json_array_get_length (classes), ==, 2);
  g_assert_cmpstr (json_array_get_string_element (classes, 1), ==, "dog");

  g_assert_cmpint (json_object_get_int_member (parameters, "total"), ==, 1179282);
  g_assert_cmpint (json_object_get_int_member (parameters, "trainable"), ==, 1179282);
  g_assert_cmpint (json_object_get_int_member (parameters, "non_trainable"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (parameters, "bytes"), ==, 4 * 1179282);

  g_assert_false (json_object_get_boolean_member (preprocessing, "assumed"));
  g_assert_cmpstr (json_object_get_string_member (preprocessing, "resize"), ==, "squash");
  g_assert_cmpstr (json_object_get_string_member (preprocessing, "channels"), ==, "RGB");
  g_assert_cmpfloat_with_epsilon (
      json_array_get_double_element (json_object_get_array_member (preprocessing, "mean"), 0),
      0.485, 1e-9);

  g_assert_true (json_object_get_null_member (root, "training"));
  g_assert_cmpstr (json_object_get_string_member (root, "default_layer"), ==, "block5_conv2");
  g_assert_cmpstr (json_object_get_string_member (layer, "op"), ==, "Conv");
  g_assert_cmpint (json_object_get_int_member (layer, "parameters"), ==, 256 * 256 * 9 + 256);
  g_assert_true (json_object_get_boolean_member (layer, "explainable"));
  g_assert_nonnull (json_object_get_string_member (layer, "tensor"));
  check_shape (layer, layer_shape, 3);
  layer = find_layer (layers, "global_average_pool");
  check_shape (layer, pooled_shape, 1);
  g_assert_false (json_object_get_boolean_member (layer, "explainable"));
  for (guint i = 0; i < json_array_get_length (layers); i++)
    sum += json_object_get_int_member (json_array_get_object_element (layers, i), "parameters");
  g_assert_cmpint (sum, ==, 1179282);
}

static void
test_info_text (Place *place, gconstpointer data)
{
  static const char *const parts[] = { "block5_conv2 (Conv)",
                                       "256×10×10",
                                       "590,080",
                                       "default layer",
                                       "Total params: 1,179,282 (4.50 MB)",
                                       "Non-trainable params: 0 (0.00 MB)",
                                       "cat, dog",
                                       "Preprocessing: ",
                                       "160×160" };
  g_autoptr (Run) run = run_good ("info demo");

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!strstr (run->out, parts[i]))
      g_error ("“%s” is missing in\n%s", parts[i], run->out);
  g_assert_null (strstr (run->out, "assumed"));
}

/* The file next to the present folder is opened before the bundled network. */
static void
test_a_file_called_demo (Place *place, gconstpointer data)
{
  g_assert_true (g_file_set_contents ("demo", "no model", -1, NULL));
  run_expect_failure ("info demo", 1, "camlucida-cli: demo: ");
}

/* … but a folder of that name, where no model lies, is not in its way. */
static void
test_a_folder_called_demo (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = NULL;

  g_assert_cmpint (g_mkdir ("demo", 0755), ==, 0);
  run = run_good ("info demo");
  g_assert_nonnull (strstr (run->out, "pocket-vgg"));
  g_assert_cmpint (g_rmdir ("demo"), ==, 0);
}

/* The table in data/models/README.md, to 0.01. */
static void
test_classify_json (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *name;
    double cat;
    double logits[2];
  } known[] = { { "cat.jpg", 0.979, { 1.935, -1.923 } },
                { "dog.jpg", 0.017, { -2.012, 2.033 } },
                { "cat-and-dog.jpg", 0.691, { 0.411, -0.394 } },
                { "kitten.jpg", 0.847, { 0.860, -0.848 } } };
  g_autoptr (Run) run
      = run_good ("classify demo cat.jpg dog.jpg cat-and-dog.jpg kitten.jpg --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonArray *all = json_node_get_array (node);

  g_assert_cmpuint (json_array_get_length (all), ==, G_N_ELEMENTS (known));
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      JsonObject *one = json_array_get_object_element (all, (guint) i);
      JsonArray *probabilities = json_object_get_array_member (one, "probabilities");
      JsonArray *logits = json_object_get_array_member (one, "logits");
      JsonArray *top = json_object_get_array_member (one, "top");
      JsonObject *first = json_array_get_object_element (top, 0);
      int best = known[i].cat > 0.5 ? 0 : 1;

      g_assert_cmpstr (json_object_get_string_member (one, "image"), ==, known[i].name);
      g_test_message ("%s: %g", known[i].name, json_array_get_double_element (probabilities, 0));
      g_assert_cmpfloat_with_epsilon (json_array_get_double_element (probabilities, 0),
                                      known[i].cat, 0.01);
      for (guint c = 0; c < 2; c++)
        g_assert_cmpfloat_with_epsilon (json_array_get_double_element (logits, c),
                                        known[i].logits[c], 0.1);
      g_assert_cmpuint (json_array_get_length (top), ==, 2);
      g_assert_cmpint (json_object_get_int_member (first, "index"), ==, best);
      g_assert_cmpstr (json_object_get_string_member (first, "name"), ==, best ? "dog" : "cat");
      g_assert_cmpfloat (json_object_get_double_member (first, "probability"), ==,
                         json_array_get_double_element (probabilities, (guint) best));
    }
}

static void
test_classify_text (Place *place, gconstpointer data)
{
  g_autoptr (Run) both = run_good ("classify demo cat.jpg dog.jpg");
  g_autoptr (Run) top = run_good ("classify demo --top 1 cat.jpg");
  g_autoptr (Run) equals = run_good ("classify --top=1 demo -- cat.jpg");
  g_autoptr (Run) many = run_good ("classify demo cat.jpg --top 1000");

  g_assert_cmpstr (both->out, ==,
                   "cat.jpg: cat 97.9 %, dog 2.1 %\ndog.jpg: dog 98.3 %, cat 1.7 %\n");
  g_assert_cmpstr (top->out, ==, "cat.jpg: cat 97.9 %\n");
  g_assert_cmpstr (equals->out, ==, top->out);
  g_assert_cmpstr (many->out, ==, "cat.jpg: cat 97.9 %, dog 2.1 %\n");
}

static void
test_one_bad_picture (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (Run) json = NULL;

  g_assert_true (g_file_set_contents ("bad.jpg", "no picture", -1, NULL));
  run = run_line ("classify demo cat.jpg bad.jpg dog.jpg --top 1");
  run_check_failure (run, 1, "camlucida-cli: bad.jpg: ");
  g_assert_cmpstr (run->out, ==, "cat.jpg: cat 97.9 %\ndog.jpg: dog 98.3 %\n");
  json = run_line ("classify demo cat.jpg bad.jpg dog.jpg --json");
  run_check_failure (json, 1, "camlucida-cli: bad.jpg: ");
  node = run_parse (json);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (node)), ==, 2);
}

static void
test_a_folder (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = NULL;

  copy_file ("dog.jpg", "dog10.txt");
  copy_file ("dog.jpg", "Dog2.png");
  copy_file ("dog.jpg", ".dog.jpg");
  g_assert_true (g_file_set_contents ("text.jpg", "no picture", -1, NULL));
  run = run_good ("classify demo . --top 1");
  g_assert_cmpstr (run->out, ==,
                   "./cat-and-dog.jpg: cat 69.1 %\n./cat.jpg: cat 97.9 %\n./dog.jpg: dog 98.3 %\n"
                   "./Dog2.png: dog 98.3 %\n./dog10.txt: dog 98.3 %\n./kitten.jpg: cat 84.7 %\n");
}

static void
test_bench (Place *place, gconstpointer data)
{
  static const char *const members[]
      = { "load", "forward", "gradcam_last", "layercam_all", "peak_rss_mb" };
  g_autoptr (Run) run = run_good ("bench demo --repeat 1 --threads 1 --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonObject *root = run_object (node);
  g_autoptr (Run) text = run_good ("bench demo --repeat 1");

  g_assert_cmpstr (json_object_get_string_member (root, "model"), ==, "demo");
  g_assert_cmpint (json_object_get_int_member (root, "threads"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (root, "size"), ==, 160);
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_cmpfloat (json_object_get_double_member (root, members[i]), >, 0.0);
  g_assert_nonnull (strstr (text->out, "160×160"));
}

/* The demo network with its input's height and width left open: in the file's protobuf a dimension
 * { dim_value: 160 } becomes { dim_param: "N" }, which is as long. */
static void
write_free_model (const char *path)
{
  static const char fixed[] = { 0x0a, 0x03, 0x08, (char) 0xa0, 0x01 };
  static const char open[] = { 0x0a, 0x03, 0x12, 0x01, 'N' };
  g_autofree char *demo = lucida_data_dup_path ("models", "pocket-vgg.onnx");
  gsize size;
  g_autofree char *bytes = read_file (demo, &size);
  int n = 0;

  for (gsize i = 0; i + sizeof fixed <= size; i++)
    if (memcmp (bytes + i, fixed, sizeof fixed) == 0)
      {
        memcpy (bytes + i, open, sizeof open);
        n++;
      }
  g_assert_cmpint (n, ==, 2);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static void
test_free_size (Place *place, gconstpointer data)
{
  g_autoptr (Run) info = NULL;
  g_autoptr (Run) bench = NULL;
  g_autoptr (Run) usual = NULL;
  g_autoptr (JsonNode) info_node = NULL;
  g_autoptr (JsonNode) bench_node = NULL;
  JsonArray *shape;

  write_free_model ("free.onnx");
  info = run_good ("info free.onnx --json");
  info_node = run_parse (info);
  shape = json_object_get_array_member (
      json_array_get_object_element (
          json_object_get_array_member (run_object (info_node), "inputs"), 0),
      "shape");
  g_assert_cmpint (json_array_get_int_element (shape, 1), ==, 3);
  g_assert_true (json_array_get_null_element (shape, 2));
  g_assert_true (json_array_get_null_element (shape, 3));

  bench = run_good ("bench free.onnx --size 96 --repeat 1 --json");
  bench_node = run_parse (bench);
  g_assert_cmpint (json_object_get_int_member (run_object (bench_node), "size"), ==, 96);
  usual = run_good ("classify free.onnx cat.jpg"); /* at the size that the preprocessing says */
  g_assert_cmpstr (usual->out, ==, "cat.jpg: cat 97.9 %, dog 2.1 %\n");
}

static void
test_bench_layers (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = run_good ("bench demo --repeat 1 --layers --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonArray *layers = json_object_get_array_member (run_object (node), "layers");
  JsonObject *layer = find_layer (layers, "block3_conv1");

  g_assert_cmpfloat (json_object_get_double_member (layer, "gradcam"), >, 0.0);
  g_assert_cmpfloat (json_object_get_double_member (layer, "layercam"), >, 0.0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Place *, gconstpointer);
  } tests[] = {
    { "/cli/info-as-json", test_info_json },
    { "/cli/info-as-a-table", test_info_text },
    { "/cli/a-file-called-demo-is-that-file", test_a_file_called_demo },
    { "/cli/a-folder-called-demo-is-in-nobodys-way", test_a_folder_called_demo },
    { "/cli/classify-agrees-with-the-readme", test_classify_json },
    { "/cli/classify-prints-one-line-a-picture", test_classify_text },
    { "/cli/one-bad-picture-does-not-hide-the-others", test_one_bad_picture },
    { "/cli/a-folder-stands-for-its-pictures", test_a_folder },
    { "/cli/bench-tells-medians", test_bench },
    { "/cli/bench-tells-layers", test_bench_layers },
    { "/cli/a-size-that-is-left-open", test_free_size },
  };

  g_test_init (&argc, &argv, NULL);
  run_set_program (argv[1]);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Place, NULL, place_set_up, tests[i].test, place_tear_down);
  return g_test_run ();
}
