#include "config.h"

#include "base/npy.h"
#include "cam/method.h"
#include "engine/engine.h"
#include "readers/reader.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* The networks of this folder and PyTorch's answers, from the file to the map. */

#define EXACT 1e-4 /* relative L2 distance of logits, activations and gradients */
#define MAP 1e-3   /* … of maps, sums over channels that partly cancel */

/* (transfer full) */
static LucidaTensor *
read_answer (const char *name, const char *kind)
{
  g_autofree char *file = g_strdup_printf ("%s.%s.npy", name, kind);
  g_autofree char *path = g_build_filename (LUCIDA_SOURCE_DIR, "tests", "golden", file, NULL);
  g_autoptr (GError) error = NULL;
  LucidaTensor *answer = lucida_npy_read (path, &error);

  g_assert_no_error (error);
  return answer;
}

/* @values against NAME.KIND.npy. */
static void
assert_close (const char *name, const char *kind, const float *values, gint64 count, double bound)
{
  g_autoptr (LucidaTensor) answer = read_answer (name, kind);
  const float *want = lucida_tensor_get_floats (answer);
  double off = 0, size = 0, distance;

  g_assert_cmpint (lucida_tensor_get_count (answer), ==, count);
  for (gint64 i = 0; i < count; i++)
    {
      double difference = (double) values[i] - (double) want[i];

      off += difference * difference;
      size += (double) want[i] * (double) want[i];
    }
  g_assert_cmpfloat (size, >, 0);
  distance = sqrt (off / size);
  if (!(distance <= bound))
    g_error ("%s.%s: %g off, more than %g", name, kind, distance, bound);
  g_test_message ("%s.%s: %.1e off", name, kind, distance);
}

static void
assert_maps (const char *name, LucidaTensor *a, LucidaTensor *g)
{
  static const char *const methods[] = { "gradcam", "layercam" };

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (LucidaHeatmap) map = lucida_method_compute (lucida_method_find (methods[i]), a, g);

      assert_close (name, methods[i], map->map, map->height * map->width, MAP);
    }
}

static void
test_network (const char *name, const char *file, const char *input_name, const char *layer,
              int class)
{
  g_autofree char *path = g_build_filename (LUCIDA_SOURCE_DIR, "tests", "golden", file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaTensor) input = read_answer (input_name, "input");
  g_autoptr (LucidaNetwork) network = lucida_reader_open (path, NULL, &error);
  g_autoptr (LucidaPlan) plan = NULL;
  g_autoptr (LucidaActivations) activations = NULL;
  g_autoptr (LucidaGradients) gradients = NULL;
  g_autoptr (LucidaTensor) a = NULL, g = NULL;
  g_autofree float *weights = NULL;
  int value;

  g_assert_no_error (error);
  plan = lucida_plan_new (network, lucida_tensor_get_shape (input), NULL, NULL, &error);
  g_assert_no_error (error);
  value = lucida_plan_find_layer (plan, layer, NULL, &error);
  g_assert_no_error (error);
  activations = lucida_plan_forward (plan, input, TRUE, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  if (lucida_plan_get_ending (plan) == LUCIDA_ENDING_SIGMOID)
    assert_close (name, "logits", lucida_activations_get_logits (activations) + 1, 1, EXACT);
  else
    assert_close (name, "logits", lucida_activations_get_logits (activations),
                  lucida_plan_get_n_classes (plan), EXACT);
  weights = g_new0 (float, lucida_plan_get_n_classes (plan));
  weights[class] = 1;
  gradients = lucida_plan_backward (plan, activations, weights, &value, 1, NULL, NULL, NULL, NULL,
                                    &error);
  g_assert_no_error (error);
  a = lucida_activations_dup (activations, value, &error);
  g_assert_no_error (error);
  g = lucida_gradients_dup (gradients, value, &error);
  g_assert_no_error (error);
  assert_close (name, "activation", lucida_tensor_get_floats (a), lucida_tensor_get_count (a),
                EXACT);
  assert_close (name, "gradient", lucida_tensor_get_floats (g), lucida_tensor_get_count (g), EXACT);
  assert_maps (name, a, g);
}

static void
test_member (gconstpointer data)
{
  g_autofree char *path
      = g_build_filename (LUCIDA_SOURCE_DIR, "tests", "golden", "index.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  const char *name = data;
  g_autofree char *file = g_strconcat (name, ".onnx", NULL);
  JsonObject *member;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  member
      = json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), name);
  g_assert_nonnull (member);
  test_network (name, json_object_get_string_member_with_default (member, "file", file),
                json_object_get_string_member_with_default (member, "input", name),
                json_object_get_string_member (member, "layer"),
                (int) json_object_get_int_member (member, "class"));
}

int
main (int argc, char *argv[])
{
  static const char *const names[]
      = { "plain",  "residual",   "depthwise", "alexnet",   "resnet",    "vgg",
          "script", "squeezenet", "densenet",  "mobilenet", "sequential" };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_strconcat ("/golden/", names[i], NULL);

      g_test_add_data_func (path, names[i], test_member);
    }
  return g_test_run ();
}
