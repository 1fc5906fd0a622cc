#include "readers/onnx/onnx.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <string.h>

/* Files that somebody has prepared: every one must be an error of one sentence, none a crash. */

static const gint64 picture[] = { 1, 1, 4, 4, G_MININT64 };

/* Whatever stands in the bytes, reading either works or gives one sentence. */
static void
assert_survives (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_memdup2 (data, MAX (size, 1)), size);
  g_autoptr (LucidaNetwork) network = lucida_onnx_read_bytes (bytes, NULL, NULL, &error);

  g_assert_true ((network == NULL) == (error != NULL));
  if (error)
    {
      g_assert_true (error->domain == LUCIDA_ERROR);
      g_assert_cmpuint (strlen (error->message), >, 0);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* The small network with everything a file can have. */
static GBytes *
rich_model (void)
{
  static const gint64 w[] = { 2, 1, 1, 1, -1 };
  Message *node = node_message ("Identity", "identity", "y", "z");
  Message *function = message_new (), *inner = node_message ("Relu", "", "a", "b");
  Model model;

  model_init_small (&model);
  add_tensor (node, "tensor", float_tensor ("t", w));
  add_ints (node, "ints", picture, 4);
  add_text (node, "text", "text");
  put_message (model.graph, 1, node);
  add_metadata (&model, "classes", "[\"cat\", \"dog\"]");
  add_metadata (&model, "preprocessing", "{\"size\": [4, 4]}");
  put_string (function, 1, "function");
  put_string (function, 4, "a");
  put_string (function, 5, "b");
  put_message (function, 7, inner);
  put_string (function, 10, "own");
  put_message (model.rest, 25, function);
  return model_bytes (&model);
}

static void
test_cut_off (void)
{
  g_autoptr (GBytes) bytes = rich_model ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize n = 0; n <= size; n++)
    assert_survives (data, n);
  /* Cut inside the graph it must be an error. */
  for (gsize n = 12; n < 200; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) part = g_bytes_new (data, n);

      g_assert_null (lucida_onnx_read_bytes (part, NULL, NULL, &error));
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
    }
}

static void
test_changed_bytes (void)
{
  static const guint8 values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12 };
  g_autoptr (GBytes) bytes = rich_model ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);

  for (gsize n = 0; n < size; n++)
    {
      for (gsize k = 0; k < G_N_ELEMENTS (values); k++)
        {
          copy[n] = values[k];
          assert_survives (copy, size);
        }
      copy[n] = data[n];
    }
}

static void
test_nested (void)
{
  Message *inner = message_new ();
  Model model;

  for (int i = 0; i < 10000; i++)
    {
      g_autoptr (GByteArray) head = message_new ();

      put_varint (head, (i % 2 ? 5 : 6) << 3 | 2);
      put_varint (head, inner->len);
      g_byte_array_prepend (inner, head->data, head->len);
    }
  model_init_small (&model);
  put_message (model.graph, 1, inner);
  {
    g_autoptr (GBytes) bytes = model_bytes (&model);
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    assert_survives (data, size);
  }
}

/* A model of the given nodes ("op:name:inputs:outputs") over x and w, with the output y. */
static GBytes *
graph_of (const char *const *nodes)
{
  static const gint64 w[] = { 2, 1, 1, 1, -1 };
  Model model;

  model_init (&model);
  for (int i = 0; nodes[i]; i++)
    {
      g_auto (GStrv) parts = g_strsplit (nodes[i], ":", 4);

      put_message (model.graph, 1, node_message (parts[0], parts[1], parts[2], parts[3]));
    }
  put_message (model.graph, 5, float_tensor ("w", w));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  return model_bytes (&model);
}

typedef struct
{
  const char *nodes[4];
  int code;
  const char *part;
} Graph;

static void
test_graphs (void)
{
  static const Graph graphs[] = {
    { { "Add:a:x,c:b", "Relu:r:b:c", "Relu:s:c:y", NULL }, LUCIDA_ERROR_CORRUPT, "circle" },
    { { "Add:itself:x,y:y", NULL }, LUCIDA_ERROR_CORRUPT, "circle" },
    { { "Add:a:x,nobody:y", NULL }, LUCIDA_ERROR_CORRUPT, "nobody" },
    { { "Relu:a:x:y", "Relu:b:x:y", NULL }, LUCIDA_ERROR_CORRUPT, "twice" },
    { { "Relu:a:x:w", "Relu:b:w:y", NULL }, LUCIDA_ERROR_CORRUPT, "twice" },
    { { "Relu:a:y:x", "Relu:b:x:y", NULL }, LUCIDA_ERROR_CORRUPT, "x" },
    { { "Relu:a:x:z", NULL }, LUCIDA_ERROR_CORRUPT, "output “y”" },
    { { "DynamicQuantizeLinear:a:x:y,b,c", NULL }, LUCIDA_ERROR_UNSUPPORTED, "quantised" },
    { { "QLinearConv:a:x:y", NULL }, LUCIDA_ERROR_UNSUPPORTED, "quantised" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (graphs); i++)
    assert_refused (graph_of (graphs[i].nodes), graphs[i].code, graphs[i].part);
}

static void
test_subgraphs (void)
{
  static const char *const ops[] = { "If", "Loop", "Scan" };

  for (gsize i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      Message *node = node_message (ops[i], "branch", "x", "y");
      Message *attribute = message_new ();
      Model model;

      put_string (attribute, 1, "body");
      put_message (attribute, 6, message_new ());
      put_int (attribute, 20, 5);
      put_message (node, 5, attribute);
      model_init (&model);
      put_message (model.graph, 1, node);
      put_message (model.graph, 11, value_message ("x", picture));
      put_message (model.graph, 12, value_message ("y", picture));
      assert_refused (model_bytes (&model), LUCIDA_ERROR_UNSUPPORTED, ops[i]);
    }
}

static void
test_nothing_inside (void)
{
  Model model;

  model_init (&model);
  assert_refused (model_bytes (&model), LUCIDA_ERROR_CORRUPT, "no network");
  assert_refused (g_bytes_new (NULL, 0), LUCIDA_ERROR_CORRUPT, "no network");

  model_init (&model);
  put_message (model.graph, 1, node_message ("Relu", "r", "x", "y"));
  put_message (model.graph, 12, value_message ("y", picture));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_CORRUPT, "no input");

  model_init (&model);
  put_message (model.graph, 1, node_message ("Relu", "r", "x", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_CORRUPT, "no output");
}

static void
test_duplicate_weights (void)
{
  static const gint64 w[] = { 2, 1, 1, 1, -1 };
  Model model;

  model_init_small (&model);
  put_message (model.graph, 5, float_tensor ("w", w));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_CORRUPT, "“w” twice");
}

static void
test_sparse (void)
{
  Model model;

  model_init_small (&model);
  put_message (model.graph, 15, message_new ());
  assert_refused (model_bytes (&model), LUCIDA_ERROR_UNSUPPORTED, "sparsely");
}

/* FunctionProto: name 1, input 4, output 5, node 7, domain 10. */
static Message *
function_message (const char *name, Message *node)
{
  Message *function = message_new ();

  put_string (function, 1, name);
  put_string (function, 4, "a");
  put_string (function, 5, "b");
  put_message (function, 7, node);
  put_string (function, 10, "own");
  return function;
}

static Message *
call_message (const char *function, const char *input, const char *output)
{
  Message *node = node_message (function, "call", input, output);

  put_string (node, 7, "own");
  return node;
}

static void
test_recursive_functions (void)
{
  Model model;

  model_init (&model);
  put_message (model.graph, 1, call_message ("f", "x", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  put_message (model.rest, 25, function_message ("f", call_message ("g", "a", "b")));
  put_message (model.rest, 25, function_message ("g", call_message ("f", "a", "b")));
  assert_refused (model_bytes (&model), LUCIDA_ERROR_CORRUPT, "calls itself");
}

/* Functions that double themselves fifteen times over: the number of nodes has a limit. */
static void
test_exploding_functions (void)
{
  Model model;

  model_init (&model);
  put_message (model.graph, 1, call_message ("f0", "x", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  for (int i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("f%d", i), *next = g_strdup_printf ("f%d", i + 1);
      Message *function = function_message (name, call_message (next, "a", "b"));

      for (int k = 0; k < 15; k++)
        {
          g_autofree char *unused = g_strdup_printf ("u%d", k);
          put_message (function, 7, call_message (next, "a", unused));
        }
      put_message (model.rest, 25, function);
    }
  assert_refused (model_bytes (&model), LUCIDA_ERROR_TOO_LARGE, "more than");
}

static void
test_many_things (void)
{
  Model model;

  model_init_small (&model);
  for (int i = 0; i < 130000; i++)
    put_bytes (model.graph, 1, NULL, 0);
  assert_refused (model_bytes (&model), LUCIDA_ERROR_TOO_LARGE, "more than");
  model_init_small (&model);
  for (int i = 0; i < 1000000; i++)
    put_bytes (model.graph, 13, NULL, 0);
  assert_refused (model_bytes (&model), LUCIDA_ERROR_TOO_LARGE, "more than");
}

static void
test_names_without_text (void)
{
  g_autoptr (LucidaNetwork) network = NULL;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Relu", "bad \xff name", "x", "y"));
  put_message (model.graph, 11, value_message ("x", picture));
  put_message (model.graph, 12, value_message ("y", picture));
  network = assert_read (&model);
  g_assert_true (
      g_utf8_validate (lucida_node_get_name (lucida_network_get_node (network, 0)), -1, NULL));
}

static void
test_cancelled (void)
{
  g_autoptr (GBytes) bytes = rich_model ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (lucida_onnx_read_bytes (bytes, NULL, cancellable, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-hostile/cut-off-at-every-byte", test_cut_off);
  g_test_add_func ("/onnx-hostile/every-byte-changed", test_changed_bytes);
  g_test_add_func ("/onnx-hostile/nested-ten-thousand-deep", test_nested);
  g_test_add_func ("/onnx-hostile/impossible-graphs-are-refused", test_graphs);
  g_test_add_func ("/onnx-hostile/subgraphs-are-refused-by-name", test_subgraphs);
  g_test_add_func ("/onnx-hostile/no-graph-no-input-no-output", test_nothing_inside);
  g_test_add_func ("/onnx-hostile/weights-of-one-name-are-refused", test_duplicate_weights);
  g_test_add_func ("/onnx-hostile/sparse-weights-are-refused", test_sparse);
  g_test_add_func ("/onnx-hostile/functions-that-call-themselves", test_recursive_functions);
  g_test_add_func ("/onnx-hostile/functions-that-multiply", test_exploding_functions);
  g_test_add_func ("/onnx-hostile/very-many-empty-nodes-and-values", test_many_things);
  g_test_add_func ("/onnx-hostile/names-that-are-no-text", test_names_without_text);
  g_test_add_func ("/onnx-hostile/reading-can-be-stopped", test_cancelled);
  return g_test_run ();
}
