#include "run.h"

#include "explorer/model.h"
#include "readers/proto-writer.h"

#include <math.h>
#include <string.h>

/* Names of classes, what stands beside a model, and what the network sees of a picture, on inputs
 * small enough to reckon with. */

static const float counting[] = { 1, 2, 3 };

/* Writes a classifier of grey pictures of @side × @side: score k is @weights[k] times the picture's
 * mean. @ending (nullable): an operator behind the scores. @keys: a key and a value of the
 * metadata, NULL at the end; NULL: none. */
static void
write_model (int side, const float *weights, gint64 n, const char *ending, const char *const *keys)
{
  const gint64 x[] = { 1, 1, side, side, G_MININT64 }, y[] = { 1, n, G_MININT64 };
  const gint64 w[] = { n, 1, 1, 1, -1 };
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *data;
  Model model;

  model_init (&model);
  put_message (model.graph, 1, node_message ("Conv", "conv", "x,w", "c"));
  put_message (model.graph, 1, node_message ("GlobalAveragePool", "pool", "c", "p"));
  put_message (model.graph, 1, node_message ("Flatten", "flat", "p", ending ? "f" : "y"));
  if (ending)
    put_message (model.graph, 1, node_message (ending, "end", "f", "y"));
  put_message (model.graph, 5, tensor_message ("w", 1, w, weights, (gsize) n * sizeof *weights));
  put_message (model.graph, 11, value_message ("x", x));
  put_message (model.graph, 12, value_message ("y", y));
  for (int i = 0; keys && keys[i]; i += 2)
    add_metadata (&model, keys[i], keys[i + 1]);
  bytes = model_bytes (&model);
  data = g_bytes_get_data (bytes, &size);
  g_free (write_file (".", "net.onnx", data, size));
}

static void
write_text (const char *name, const char *text)
{
  g_free (write_file (".", name, text, strlen (text)));
}

/* A bitmap of grey pixels, @across · x + @down · y + @least each. Its width must be a multiple
 * of 4. */
static void
write_bitmap (const char *name, int width, int height, int across, int down, int least)
{
  static const guint8 kind[] = { 'B', 'M' };
  const guint32 size = 54 + 3 * (guint32) (width * height);
  const guint32 head[]
      = { size, 0, 54, 40, (guint32) width, (guint32) height, 1 | 24 << 16, 0, 0, 0, 0, 0, 0 };
  g_autoptr (GByteArray) file = g_byte_array_new ();

  g_byte_array_append (file, kind, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (head); i++)
    {
      guint32 value = GUINT32_TO_LE (head[i]);

      g_byte_array_append (file, (const guint8 *) &value, 4);
    }
  for (int y = height - 1; y >= 0; y--)
    for (int x = 0; x < width; x++)
      {
        guint8 value = (guint8) (across * x + down * y + least);
        guint8 pixel[] = { value, value, value };

        g_byte_array_append (file, pixel, 3);
      }
  g_free (write_file (".", name, file->data, file->len));
}

/* A white picture, and 0 … 1 for the network. */
static const char *const unit[] = { "preprocessing", "{\"scale\": 0.00392156862745098}", NULL };

/* The classes' names as `info --json` has them, joined by "|"; NULL: none. (transfer full) */
static char *
get_classes (void)
{
  g_autoptr (Run) run = run_good ("info net.onnx --json");
  g_autoptr (JsonNode) node = run_parse (run);
  JsonNode *classes = json_object_get_member (run_object (node), "classes");
  g_autoptr (GString) joined = g_string_new (NULL);

  if (JSON_NODE_HOLDS_NULL (classes))
    return NULL;
  for (guint i = 0; i < json_array_get_length (json_node_get_array (classes)); i++)
    g_string_append_printf (joined, "%s%s", i ? "|" : "",
                            json_array_get_string_element (json_node_get_array (classes), i));
  return g_string_free (g_steal_pointer (&joined), FALSE);
}

static void
expect_classes (const char *wanted, const char *what)
{
  g_autofree char *found = get_classes ();

  if (g_strcmp0 (found, wanted) != 0)
    g_error ("%s gave “%s”, not “%s”", what, found, wanted);
}

static void
test_labels (Place *place, gconstpointer data)
{
  static const char *const texts[] = {
    "\xef\xbb\xbfhot\r\nw\xc3\xa4rm\r\ncold\r\n\r\n \r\n",
    "0 hot\n1 w\xc3\xa4rm\n2 cold\n",
    "0: hot\n1: w\xc3\xa4rm\n2: cold",
    "0,hot\n1,w\xc3\xa4rm\n2,cold",
    "{0: 'hot', 2: 'cold', 1: \"w\xc3\xa4rm\"}",
    "{\"0\": \"hot\", \"1\": \"w\\u00e4rm\", \"2\": \"cold\"}",
    "[ \"hot\", \" w\xc3\xa4rm \",\n\"cold\" ]",
  };

  write_model (4, counting, 3, NULL, NULL);
  expect_classes (NULL, "nothing");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      write_text ("labels.txt", texts[i]);
      expect_classes ("hot|w\xc3\xa4rm|cold", texts[i]);
    }
  write_text ("labels.txt", "1 hot\n2 warm\n3 cold\n"); /* no indices: they begin with 0 */
  expect_classes ("1 hot|2 warm|3 cold", "numbers that are no indices");
}

static void
test_wrong_number (Place *place, gconstpointer data)
{
  g_autoptr (Run) run = NULL;
  g_autoptr (Run) text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *warnings;

  write_model (4, counting, 3, NULL, NULL);
  write_text ("labels.txt", "one\ntwo\n");
  run = run_good ("info net.onnx --json");
  node = run_parse (run);
  warnings = json_object_get_array_member (run_object (node), "warnings");
  g_assert_true (json_object_get_null_member (run_object (node), "classes"));
  g_assert_cmpuint (json_array_get_length (warnings), ==, 1);
  g_assert_nonnull (strstr (json_array_get_string_element (warnings, 0), "labels.txt"));
  text = run_good ("info net.onnx");
  g_assert_nonnull (strstr (text->out, "Classes: 3 (without names)"));
  g_assert_nonnull (strstr (text->out, "Note: The names from labels.txt are not used"));
}

/* What the user said, the sidecar, is first, then the file's own metadata, then lists beside it. */
static void
test_order (Place *place, gconstpointer data)
{
  static const char *const keys[] = { "labels", "c\nd\ne", NULL };
  static const struct
  {
    const char *file;
    const char *text;
    const char *classes;
    const char *said;
  } steps[] = {
    { "classes.txt", "f\ng\nh", "f|g|h", "from classes.txt" },
    { "labels.txt", "i\nj\nk", "i|j|k", "from labels.txt" },
    { NULL, NULL, "c|d|e", "from its metadata" },
    { "net.onnx.camlucida.json", "{\"classes\": [\"l\", \"m\", \"n\"]}", "l|m|n",
      "from net.onnx.camlucida.json" },
    { "net.onnx.camlucida.json", "{\"classes\": \"o\\np\\nq\"}", "o|p|q",
      "from net.onnx.camlucida.json" },
    { "net.onnx.camlucida.json", "{\"classes\": [\"too\", \"few\"]}", "c|d|e",
      "from its metadata" },
  };

  write_model (4, counting, 3, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (Run) text = NULL;

      if (steps[i].file)
        write_text (steps[i].file, steps[i].text);
      else
        write_model (4, counting, 3, NULL, keys);
      expect_classes (steps[i].classes, steps[i].said);
      text = run_good ("info net.onnx");
      if (!strstr (text->out, steps[i].said))
        g_error ("“%s” does not say “%s”", text->out, steps[i].said);
    }
}

static void
test_imagenet (Place *place, gconstpointer data)
{
  g_autofree float *weights = g_new0 (float, 1000);
  g_autoptr (Run) text = NULL;
  g_autofree char *classes = NULL;

  write_model (4, weights, 1000, NULL, NULL);
  classes = get_classes ();
  g_assert_true (g_str_has_prefix (classes, "tench|goldfish|"));
  text = run_good ("info net.onnx");
  g_assert_nonnull (strstr (text->out, "Classes: ImageNet's 1000 names (assumed)\n"));
}

/* The index of the class that `explain --class` takes. */
static int
explained (const char *name)
{
  const char *const words[]
      = { "explain", "net.onnx", "flat.bmp", "--class", name, "--json", NULL };
  g_autoptr (Run) run = run_words (words);
  g_autoptr (JsonNode) node = NULL;

  g_assert_cmpstr (run->err, ==, "");
  node = run_parse (run);
  return (int) json_object_get_int_member (run_object (node), "index");
}

static void
refused (const char *name, const char *part)
{
  const char *const words[]
      = { "explain", "net.onnx", "flat.bmp", "--class", name, "--json", NULL };
  g_autoptr (Run) run = run_words (words);

  run_check_failure (run, 1, part);
}

static void
test_class (Place *place, gconstpointer data)
{
  write_model (4, counting, 3, NULL, unit);
  write_bitmap ("flat.bmp", 4, 4, 0, 0, 255);
  write_text ("labels.txt", "2\ncat, domestic\n7\n");
  g_assert_cmpint (explained ("2"), ==, 0); /* a name is first */
  g_assert_cmpint (explained ("1"), ==, 1);
  g_assert_cmpint (explained ("0"), ==, 0);
  g_assert_cmpint (explained ("7"), ==, 2);
  g_assert_cmpint (explained ("cat, domestic"), ==, 1);
  refused ("cat", "cat, domestic");
  refused ("3", "0 (2)");
  refused ("-1", "there is no class “-1”");
  refused ("", "there is no class");
  refused ("99999999999999999999", "there is no class");
  refused ("1.0", "there is no class");
  write_text ("labels.txt", "cat\ndog\ncat\n");
  g_assert_cmpint (explained ("dog"), ==, 1);
  g_assert_cmpint (explained ("2"), ==, 2);
  refused ("cat", "0 (cat), 2 (cat)");
}

/* The first answer of `classify --json`. (transfer full) */
static JsonNode *
classify (const char *picture)
{
  g_autofree char *line = g_strdup_printf ("classify net.onnx %s --json", picture);
  g_autoptr (Run) run = run_good (line);
  g_autoptr (JsonNode) node = run_parse (run);

  return json_node_copy (json_array_get_element (json_node_get_array (node), 0));
}

static void
test_probabilities (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *ending;
    gint64 n;
    double probabilities[3];
    double logits[3];
  } cases[] = {
    { NULL, 3, { 0.0900305732, 0.2447284711, 0.6652409558 }, { 1, 2, 3 } },
    { "Softmax", 3, { 0.0900305732, 0.2447284711, 0.6652409558 }, { 1, 2, 3 } },
    { "LogSoftmax", 3, { 0.0900305732, 0.2447284711, 0.6652409558 }, { 1, 2, 3 } },
    { "Sigmoid", 3, { 0.7310585786, 0.8807970780, 0.9525741268 }, { 1, 2, 3 } },
    { "Sigmoid", 1, { 0.2689414214, 0.7310585786 }, { -1, 1 } },
  };

  write_bitmap ("flat.bmp", 4, 4, 0, 0, 255);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonNode) node = NULL;
      JsonArray *p, *z;

      write_model (4, counting, cases[i].n, cases[i].ending, unit);
      node = classify ("flat.bmp");
      p = json_object_get_array_member (run_object (node), "probabilities");
      z = json_object_get_array_member (run_object (node), "logits");
      g_assert_cmpuint (json_array_get_length (p), ==, cases[i].n == 1 ? 2 : 3);
      for (guint k = 0; k < json_array_get_length (p); k++)
        {
          g_assert_cmpfloat_with_epsilon (json_array_get_double_element (p, k),
                                          cases[i].probabilities[k], 1e-6);
          g_assert_cmpfloat_with_epsilon (json_array_get_double_element (z, k), cases[i].logits[k],
                                          1e-5);
        }
    }
}

/* One linear output is one score without a probability. */
static void
test_score (Place *place, gconstpointer data)
{
  g_autoptr (JsonNode) node = NULL;
  JsonObject *top;

  write_bitmap ("flat.bmp", 4, 4, 0, 0, 255);
  write_model (4, counting + 1, 1, NULL, unit);
  node = classify ("flat.bmp");
  g_assert_true (json_object_get_null_member (run_object (node), "probabilities"));
  top = json_array_get_object_element (json_object_get_array_member (run_object (node), "top"), 0);
  g_assert_cmpint (json_object_get_int_member (top, "index"), ==, 0);
  g_assert_true (json_object_get_null_member (top, "probability"));
}

static void
test_nan (Place *place, gconstpointer data)
{
  static const float weights[] = { 1, NAN, INFINITY };
  g_autoptr (JsonNode) node = NULL;
  JsonArray *logits;

  write_bitmap ("flat.bmp", 4, 4, 0, 0, 255);
  write_model (4, weights, 3, NULL, unit);
  node = classify ("flat.bmp");
  logits = json_object_get_array_member (run_object (node), "logits");
  g_assert_cmpfloat_with_epsilon (json_array_get_double_element (logits, 0), 1, 1e-6);
  g_assert_true (json_array_get_null_element (logits, 1));
  g_assert_true (json_array_get_null_element (logits, 2));
}

static double
first_logit (const char *picture)
{
  g_autoptr (JsonNode) node = classify (picture);

  return json_array_get_double_element (json_object_get_array_member (run_object (node), "logits"),
                                        0);
}

static void
expect_said (const char *line, const char *part)
{
  g_autoptr (Run) run = run_good (line);

  if (!strstr (run->out, part))
    g_error ("“%s” does not say “%s”", run->out, part);
}

static void
test_sidecar (Place *place, gconstpointer data)
{
  static const char *const doubled[] = { "preprocessing", "{\"scale\": 2}", NULL };

  write_bitmap ("flat.bmp", 4, 4, 0, 0, 100);
  write_model (4, counting, 2, NULL, NULL);
  expect_said ("info net.onnx", "(assumed: the file does not say)");
  expect_said ("info net.onnx --json", "\"assumed\" : true");
  write_model (4, counting, 2, NULL, doubled);
  expect_said ("info net.onnx", "(from its metadata)");
  g_assert_cmpfloat_with_epsilon (first_logit ("flat.bmp"), 200, 1e-3);
  /* the whole file name counts */
  write_text ("net.camlucida.json", "{\"preprocessing\": {\"scale\": 5}}");
  g_assert_cmpfloat_with_epsilon (first_logit ("flat.bmp"), 200, 1e-3);
  write_text ("net.onnx.camlucida.json",
              "{\"preprocessing\": {\"scale\": 1, \"mean\": [40], \"std\": [20]}, \"other\": 1}");
  g_assert_cmpfloat_with_epsilon (first_logit ("flat.bmp"), 3, 1e-4);
  expect_said ("info net.onnx", "(from net.onnx.camlucida.json)");
  expect_said ("info net.onnx --json", "\"assumed\" : false");
  write_text ("net.onnx.camlucida.json", "{\"preprocessing\": {\"mean\": [1, 2, 3]}}");
  run_expect_failure ("info net.onnx", 1, "net.onnx.camlucida.json");
  write_text ("net.onnx.camlucida.json", "{");
  run_expect_failure ("classify net.onnx flat.bmp", 1, "net.onnx.camlucida.json");
}

/* 32×16 for a network of 14: the shorter side is 16 = round (14 · 256/224) already, and columns 9
 * to 22, rows 1 to 14 are cut out. Their mean is 4 · 15.5 + 7.5. */
static void
test_crop (Place *place, gconstpointer data)
{
  static const char crop[]
      = "{\"preprocessing\": {\"resize\": \"crop\", \"scale\": 1, \"resample\": \"triangle\"}}";
  static const char squash[] = "{\"preprocessing\": {\"resize\": \"squash\", \"scale\": 1}}";
  g_autoptr (LucidaPicture) before = NULL;
  g_autoptr (LucidaPicture) after = NULL;
  g_autoptr (Run) run = NULL;

  write_bitmap ("slope.bmp", 32, 16, 4, 1, 0);
  write_model (14, counting, 2, NULL, NULL);
  write_text ("net.onnx.camlucida.json", crop);
  g_assert_cmpfloat_with_epsilon (first_logit ("slope.bmp"), 69.5, 1e-3);
  run = run_good ("explain net.onnx slope.bmp --opacity 1 --output o.png");
  before = lucida_picture_open ("slope.bmp", FALSE, NULL, NULL);
  after = lucida_picture_open ("o.png", FALSE, NULL, NULL);
  g_assert_cmpint (after->width, ==, 32);
  g_assert_cmpint (after->height, ==, 16);
  for (int y = 0; y < 16; y++)
    for (int x = 0; x < 32; x++)
      {
        gboolean inside = x >= 9 && x < 23 && y >= 1 && y < 15;
        gboolean same = memcmp (before->pixels + (gsize) y * before->stride + 3 * (gsize) x,
                                after->pixels + (gsize) y * after->stride + 3 * (gsize) x, 3)
                        == 0;

        if (inside == same)
          g_error ("column %d, row %d is %s", x, y, same ? "bare" : "painted over");
      }
  write_text ("net.onnx.camlucida.json", squash);
  g_assert_cmpfloat_with_epsilon (first_logit ("slope.bmp"), 69.5, 1.0); /* the whole picture's */
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Place *, gconstpointer);
  } tests[] = {
    { "/names/lists-beside-the-model", test_labels },
    { "/names/a-list-of-another-length-is-said", test_wrong_number },
    { "/names/the-best-source-is-taken-and-said", test_order },
    { "/names/imagenet-is-assumed", test_imagenet },
    { "/names/class-by-exact-name-then-by-index", test_class },
    { "/names/probabilities-of-every-ending", test_probabilities },
    { "/names/one-score-has-no-probability", test_score },
    { "/names/no-number-is-null", test_nan },
    { "/names/the-sidecar-is-first", test_sidecar },
    { "/names/the-middle-is-cut-out-and-the-rest-stays-bare", test_crop },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  run_set_program (argv[1]);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Place, NULL, place_set_up, tests[i].test, place_tear_down);
  return g_test_run ();
}
