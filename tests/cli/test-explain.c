#include "config.h"

#include "run.h"

#include "base/npy.h"
#include "explorer/model.h"

#include <math.h>
#include <string.h>

#define MAP_BOUND 1e-3 /* relative L2 distance from PyTorch's maps */

static LucidaTensor *
read_npy (const char *path)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  g_autofree char *data = read_file (path, &size);
  LucidaTensor *tensor = lucida_npy_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (data, 8, "\x93NUMPY\x01\x00", 8); /* version 1.0 */
  g_assert_nonnull (g_strstr_len (data + 10, 118, "'<f4'"));
  g_assert_nonnull (g_strstr_len (data + 10, 118, "'fortran_order': False"));
  return tensor;
}

static void
check_shape (LucidaTensor *tensor, const char *wanted)
{
  g_autofree char *shape = lucida_shape_to_string (lucida_tensor_get_shape (tensor));

  g_assert_cmpstr (shape, ==, wanted);
}

static void
test_json (Place *place, gconstpointer data)
{
  static const char *const seconds[] = { "load", "forward", "backward", "cam" };
  g_autoptr (Run) run = run_good ("explain demo cat.jpg --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonObject *root = run_object (node);
  JsonObject *map = json_object_get_object_member (root, "map");

  g_assert_cmpstr (json_object_get_string_member (root, "class"), ==, "cat");
  g_assert_cmpint (json_object_get_int_member (root, "index"), ==, 0);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "probability"), 0.979, 0.01);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "logit"), 1.935, 0.1);
  g_assert_cmpstr (json_object_get_string_member (root, "layer"), ==, "block5_conv2");
  g_assert_cmpstr (json_object_get_string_member (root, "method"), ==, "gradcam");
  g_assert_cmpint (json_object_get_int_member (map, "height"), ==, 10);
  g_assert_cmpint (json_object_get_int_member (map, "width"), ==, 10);
  g_assert_cmpfloat (json_object_get_double_member (map, "max"), >,
                     json_object_get_double_member (map, "min"));
  g_assert_true (json_object_get_null_member (root, "note"));
  g_assert_false (json_object_has_member (root, "against"));
  g_assert_false (json_object_has_member (root, "score"));
  for (gsize i = 0; i < G_N_ELEMENTS (seconds); i++)
    g_assert_cmpfloat (
        json_object_get_double_member (json_object_get_object_member (root, "seconds"), seconds[i]),
        >, 0.0);
}

/* dog.jpg as "cat": every position speaks against it. */
static void
test_no_evidence (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = run_good ("explain demo dog.jpg --class cat --json");
  g_autoptr (JsonNode) node = run_parse (run);
  g_autoptr (Run) text = run_good ("explain demo dog.jpg --class cat");
  const char *note = json_object_get_string_member (run_object (node), "note");

  g_assert_nonnull (note);
  g_assert_nonnull (strstr (note, "against"));
  g_assert_nonnull (strstr (text->out, note));
}

/* Weights that are no numbers: shown, never a crash; JSON has null for them. */
static void
test_nan (Place *place, gconstpointer data)
{
  g_autofree char *demo = lucida_data_dup_path ("models", "pocket-vgg.onnx");
  gsize size;
  g_autofree char *bytes = read_file (demo, &size);
  g_autoptr (Run) run = NULL;
  g_autoptr (Run) text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *root;

  /* eight such bytes hold a whole float, however it lies; there are only weights around here */
  memset (bytes + size / 4 * 3, 0xff, 8);
  g_assert_true (g_file_set_contents ("nan.onnx", bytes, (gssize) size, NULL));
  run = run_good ("explain nan.onnx cat.jpg --json --output nan.png --heatmap nan.csv");
  node = run_parse (run);
  root = run_object (node);
  g_assert_true (json_object_get_null_member (root, "logit"));
  g_assert_true (json_object_get_null_member (root, "probability"));
  g_assert_true (json_object_get_null_member (json_object_get_object_member (root, "map"), "max"));
  g_assert_nonnull (strstr (json_object_get_string_member (root, "note"), "not finite"));
  text = run_good ("classify nan.onnx cat.jpg");
  g_assert_cmpstr (text->out, ==, "cat.jpg: cat –, dog –\n");
}

static void
test_class_by_name_or_index (Place *place, gconstpointer data)
{
  static const char *const lines[]
      = { "explain demo cat.jpg --json --class dog", "explain demo cat.jpg --json --class=1" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (Run) run = run_good (lines[i]);
      g_autoptr (JsonNode) node = run_parse (run);

      g_assert_cmpstr (json_object_get_string_member (run_object (node), "class"), ==, "dog");
      g_assert_cmpint (json_object_get_int_member (run_object (node), "index"), ==, 1);
    }
  run_expect_failure ("explain demo cat.jpg --class horse", 1, "cat");
  run_expect_failure ("explain demo cat.jpg --class 2", 1, "dog");
  run_expect_failure ("explain demo cat.jpg --class=-1", 1, "dog");
  run_expect_failure ("explain demo cat.jpg --class=", 1, "dog");
  run_expect_failure ("explain demo cat.jpg --against horse", 1, "cat");
  run_expect_failure ("explain demo cat.jpg --class dog --against 1", 1, "dog");
}

static void
test_against (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = run_good ("explain demo cat.jpg --class cat --against dog --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonObject *root = run_object (node);

  g_assert_cmpstr (json_object_get_string_member (root, "against"), ==, "dog");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "logit"), 1.935, 0.1);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "score"), 1.935 + 1.923,
                                  0.1);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (root, "probability"), 0.979, 0.01);
}

static void
test_method_names (Place *place, gconstpointer data)
{
  static const char *const names[] = { "layercam", "LayerCAM", "layer-cam", "LAYER-CAM" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *line = g_strconcat ("explain demo cat.jpg --json --method ", names[i], NULL);
      g_autoptr (Run) run = run_good (line);
      g_autoptr (JsonNode) node = run_parse (run);

      g_assert_cmpstr (json_object_get_string_member (run_object (node), "method"), ==, "layercam");
    }
}

/* The layer means its activated output; its tensor's exact name means that very tensor. */
static void
test_layer_lookup (Place *place, gconstpointer data)
{
  g_autoptr (Run) info = run_good ("info demo --json");
  g_autoptr (JsonNode) node = run_parse (info);
  JsonArray *layers = json_object_get_array_member (run_object (node), "layers");
  g_autofree char *line = NULL;
  g_autoptr (Run) layer = NULL;
  g_autoptr (Run) tensor = NULL;
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  gsize size_a, size_b;

  for (guint i = 0; i < json_array_get_length (layers) && !line; i++)
    {
      JsonObject *object = json_array_get_object_element (layers, i);

      if (strcmp (json_object_get_string_member (object, "name"), "block4_conv2") == 0)
        line = g_strdup_printf ("explain demo cat.jpg --activation b.npy --layer %s",
                                json_object_get_string_member (object, "tensor"));
    }
  g_assert_nonnull (line);
  layer = run_good ("explain demo cat.jpg --activation a.npy --layer block4_conv2");
  tensor = run_good (line);
  a = read_file ("a.npy", &size_a);
  b = read_file ("b.npy", &size_b);
  g_assert_cmpmem (a, size_a, b, size_b);
  run_expect_failure ("explain demo cat.jpg --layer nope", 1, "block5_conv2");
  run_expect_failure ("explain demo cat.jpg --layer dense", 1, "dense");
  run_expect_failure ("explain demo cat.jpg --layer=", 1, "layer");
}

static void
test_arrays (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = run_good (
      "explain demo cat.jpg --layer block4_conv2 --method gradcam --json --heatmap h.npy"
      " --activation a.npy --gradient g.npy");
  g_autoptr (Run) csv
      = run_good ("explain demo cat.jpg --layer block4_conv2 --heatmap h.CSV --opacity 0");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonObject *map = json_object_get_object_member (run_object (node), "map");
  g_autoptr (LucidaTensor) heatmap = read_npy ("h.npy");
  g_autoptr (LucidaTensor) activation = read_npy ("a.npy");
  g_autoptr (LucidaTensor) gradient = read_npy ("g.npy");
  const float *h = lucida_tensor_get_floats (heatmap);
  const float *a = lucida_tensor_get_floats (activation);
  const float *g = lucida_tensor_get_floats (gradient);
  gsize size;
  g_autofree char *text = read_file ("h.CSV", &size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  double max = 0.0;

  g_assert_nonnull (strstr (csv->out, "block4_conv2"));
  check_shape (heatmap, "20×20");
  check_shape (activation, "128×20×20");
  check_shape (gradient, "128×20×20");
  g_assert_cmpuint (g_strv_length (lines), ==, 21); /* the last line ends too */
  for (int i = 0; i < 400; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i / 20], ",", -1);
      double sum = 0.0;

      /* Grad-CAM: ReLU of the sum over the channels of mean(G)·A */
      for (int k = 0; k < 128; k++)
        {
          double mean = 0.0;

          for (int j = 0; j < 400; j++)
            mean += g[k * 400 + j] / 400.0;
          sum += mean * a[k * 400 + i];
        }
      g_assert_cmpfloat_with_epsilon (h[i], MAX (sum, 0.0), 1e-5);
      g_assert_cmpuint (g_strv_length (cells), ==, 20);
      g_assert_cmpfloat ((float) g_ascii_strtod (cells[i % 20], NULL), ==, h[i]);
      max = MAX (max, h[i]);
    }
  g_assert_cmpfloat (json_object_get_double_member (map, "max"), ==, max);
}

static void
test_fused (Place *place, gconstpointer data)
{
  static const char *const methods[] = { "gradcam", "layercam" };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autofree char *line = g_strdup_printf ("explain demo cat.jpg --layer block5_conv2 --layer "
                                               "block4_conv2 --heatmap f.npy --json --method %s",
                                               methods[i]);
      g_autoptr (Run) run = run_good (line);
      g_autoptr (JsonNode) node = run_parse (run);
      g_autoptr (LucidaTensor) fused = read_npy ("f.npy");
      float max = 0.0f;

      g_assert_cmpstr (json_object_get_string_member (run_object (node), "layer"), ==,
                       "block5_conv2 + block4_conv2");
      check_shape (fused, "20×20");
      for (int j = 0; j < 400; j++)
        {
          g_assert_cmpfloat (lucida_tensor_get_floats (fused)[j], >=, 0.0f);
          max = MAX (max, lucida_tensor_get_floats (fused)[j]);
        }
      g_assert_cmpfloat_with_epsilon (max, 1.0f, 1e-6);
    }
}

static char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("LUCIDA_SHARED");

  if (shared)
    return g_build_filename (shared, "data", "models", name, NULL);
  return g_build_filename (LUCIDA_SOURCE_DIR, "..", "shared", "data", "models", name, NULL);
}

static void
check_known_map (const char *picture, const char *class_name, const char *method)
{
  g_autofree char *input_name = g_strconcat (picture, ".input.npy", NULL);
  g_autofree char *answer_name = g_strdup_printf ("%s.%s.%s.npy", picture, class_name, method);
  g_autofree char *input = shared_path (input_name);
  g_autofree char *answer = shared_path (answer_name);
  const char *words[]
      = { "explain", "demo",      "--tensor",  input,     "--class",      class_name, "--method",
          method,    "--heatmap", "known.npy", "--layer", "block5_conv2", NULL };
  g_autoptr (Run) run = run_words (words);
  g_autoptr (LucidaTensor) got = NULL;
  g_autoptr (LucidaTensor) wanted = NULL;
  double difference = 0.0, norm = 0.0;

  g_assert_cmpstr (run->err, ==, "");
  got = read_npy ("known.npy");
  check_shape (got, "10×10");
  wanted = lucida_npy_read (answer, NULL);
  g_assert_nonnull (wanted);
  for (int i = 0; i < 100; i++)
    {
      double w = lucida_tensor_get_floats (wanted)[i];

      difference += pow (lucida_tensor_get_floats (got)[i] - w, 2.0);
      norm += w * w;
    }
  g_test_message ("%s: %.1e", answer_name, sqrt (difference / (norm > 0.0 ? norm : 1.0)));
  g_assert_cmpfloat (sqrt (difference / (norm > 0.0 ? norm : 1.0)), <=, MAP_BOUND);
}

static void
test_known_maps (Place *place, gconstpointer data)
{
  static const char *const pictures[] = { "cat", "dog", "cat-and-dog", "kitten" };
  g_autofree char *first = shared_path ("cat.input.npy");

  if (!g_file_test (first, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("not present");
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      check_known_map (pictures[i], "cat", "gradcam");
      check_known_map (pictures[i], "dog", "layercam");
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Place *, gconstpointer);
  } tests[] = {
    { "/explain/json", test_json },
    { "/explain/no-evidence-is-said", test_no_evidence },
    { "/explain/weights-that-are-no-numbers", test_nan },
    { "/explain/class-by-name-or-index", test_class_by_name_or_index },
    { "/explain/against-is-the-difference", test_against },
    { "/explain/method-names-are-lenient", test_method_names },
    { "/explain/layer-or-tensor", test_layer_lookup },
    { "/explain/arrays-are-map-activation-and-gradient", test_arrays },
    { "/explain/several-layers-are-fused", test_fused },
    { "/explain/maps-agree-with-pytorch", test_known_maps },
  };

  g_test_init (&argc, &argv, NULL);
  run_set_program (argv[1]);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Place, NULL, place_set_up, tests[i].test, place_tear_down);
  return g_test_run ();
}
