#include "run.h"

#include "explorer/model.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static LucidaPicture *
open_picture (const char *path)
{
  g_autoptr (GError) error = NULL;
  LucidaPicture *picture = lucida_picture_open (path, FALSE, NULL, &error);

  g_assert_no_error (error);
  return picture;
}

/* The largest difference of a sample. */
static int
largest_difference (const LucidaPicture *a, const LucidaPicture *b)
{
  int largest = 0;

  g_assert_cmpint (a->width, ==, b->width);
  g_assert_cmpint (a->height, ==, b->height);
  for (int y = 0; y < a->height; y++)
    for (int x = 0; x < 3 * a->width; x++)
      largest = MAX (largest, ABS (a->pixels[(gsize) y * a->stride + x]
                                   - b->pixels[(gsize) y * b->stride + x]));
  return largest;
}

static void
good (const char *line)
{
  run_free (run_good (line));
}

static void
test_overlay (Place *place, gconstpointer data)
{
  g_autoptr (LucidaPicture) cat = open_picture ("cat.jpg");
  g_autoptr (LucidaPicture) bare = NULL;
  g_autoptr (LucidaPicture) tinted = NULL;
  g_autoptr (LucidaPicture) empty = NULL;
  g_autoptr (LucidaPicture) dog = open_picture ("dog.jpg");

  good ("explain demo cat.jpg --output bare.png --opacity 0");
  good ("explain demo cat.jpg --output tinted.PNG");
  good ("explain demo dog.jpg --class cat --output empty.png --blend clear");
  bare = open_picture ("bare.png");
  tinted = open_picture ("tinted.PNG");
  empty = open_picture ("empty.png");
  g_assert_cmpint (largest_difference (cat, bare), ==, 0);
  g_assert_cmpint (largest_difference (cat, tinted), >, 50);
  g_assert_cmpint (largest_difference (dog, empty), ==, 0); /* no heat anywhere */
}

static void
test_every_kind (Place *place, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *begins;
  } kinds[] = { { "o.png", "\x89PNG" },
                { "o.jpg", "\xff\xd8\xff" },
                { "o.JPEG", "\xff\xd8\xff" },
                { "o.pdf", "%PDF" },
                { "o.svg", "<?xml" } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *line = g_strconcat ("explain demo cat.jpg --output ", kinds[i].name, NULL);
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;
      gsize size, size_again;

      good (line);
      first = read_file (kinds[i].name, &size);
      g_assert_cmpint (memcmp (first, kinds[i].begins, strlen (kinds[i].begins)), ==, 0);
      good (line); /* overwrites without asking; the same call gives the same bytes */
      second = read_file (kinds[i].name, &size_again);
      g_assert_cmpmem (first, size, second, size_again);
    }
}

static void
test_tensor_map (Place *place, gconstpointer data)
{
  g_autofree float *zeros = g_new0 (float, 3 * 160 * 160);
  LucidaShape shape = lucida_shape (3, (int64_t) 3, (int64_t) 160, (int64_t) 160);
  g_autoptr (LucidaPicture) map = NULL;
  g_autofree char *header
      = g_strdup_printf ("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 160, 160), }");
  GByteArray *file = g_byte_array_new ();
  const guint8 magic[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0 };

  /* the header is padded to 128 bytes, the last of which ends its line */
  g_byte_array_append (file, magic, sizeof magic);
  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  while (file->len < 127)
    g_byte_array_append (file, (const guint8 *) " ", 1);
  g_byte_array_append (file, (const guint8 *) "\n", 1);
  for (int64_t i = 0; i < lucida_shape_count (&shape); i++)
    zeros[i] = (float) (i % 160) / 80.0f - 1.0f;
  g_byte_array_append (file, (const guint8 *) zeros, 3 * 160 * 160 * sizeof (float));
  g_assert_true (g_file_set_contents ("t.npy", (const char *) file->data, file->len, NULL));
  g_byte_array_unref (file);
  good ("explain demo --tensor t.npy --output map.png --json");
  map = open_picture ("map.png");
  g_assert_cmpint (map->width, ==, 160);
  g_assert_cmpint (map->height, ==, 160);
  good ("classify demo --tensor t.npy --json");
}

static void
test_sheet (Place *place, gconstpointer data)
{
  g_autoptr (Run) bad = NULL;
  g_autoptr (LucidaPicture) one = NULL;
  g_autoptr (LucidaPicture) wide = NULL;
  g_autoptr (LucidaPicture) tall = NULL;

  good ("sheet demo cat.jpg --output one.png");
  good ("sheet demo cat.jpg --class cat --class dog --layer block4_conv2 --layer block5_conv2"
        " --method gradcam --method layercam --output wide.png");
  good ("sheet demo cat.jpg dog.jpg --output tall.png");
  good ("sheet demo . --output folder.pdf");
  one = open_picture ("one.png");
  wide = open_picture ("wide.png");
  tall = open_picture ("tall.png");
  g_assert_cmpint (wide->width, >, 3 * one->width); /* nine columns in place of two */
  g_assert_cmpint (tall->height, >, one->height);
  g_assert_cmpint (tall->width, <, wide->width);

  g_assert_true (g_file_set_contents ("bad.jpg", "no picture", -1, NULL));
  bad = run_line ("sheet demo cat.jpg bad.jpg --output partly.png");
  run_check_failure (bad, 1, "bad.jpg: ");
  g_assert_true (g_file_test ("partly.png", G_FILE_TEST_EXISTS));
  run_expect_failure ("sheet demo bad.jpg --output none.png", 1, "bad.jpg: ");
  g_assert_false (g_file_test ("none.png", G_FILE_TEST_EXISTS));
  run_expect_failure ("sheet demo cat.jpg --class horse --output none.png", 1, "horse");
  run_expect_failure ("sheet demo cat.jpg --layer nope --output none.png", 1, "nope");
  g_assert_false (g_file_test ("none.png", G_FILE_TEST_EXISTS));
}

/* An argument that exists as a file is that file. */
static void
test_names (Place *place, gconstpointer data)
{
  static const char *const names[]
      = { "a:b.png", "file:x.png", "100%.jpg",     "#1.png",     "two words.jpg", "a\nb.jpg",
          "--x.jpg", "-y",         "\xff\xfe.jpg", "ümlaut.jpg", "%41.jpg" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *words[] = { "classify", "demo", names[i], "--json", NULL };
      g_autoptr (Run) run = NULL;
      g_autoptr (JsonNode) node = NULL;

      copy_file ("dog.jpg", names[i]);
      run = run_words (words);
      g_assert_cmpstr (run->err, ==, "");
      g_assert_cmpint (run->code, ==, 0);
      node = run_parse (run);
      if (g_utf8_validate (names[i], -1, NULL))
        g_assert_cmpstr (
            json_object_get_string_member (
                json_array_get_object_element (json_node_get_array (node), 0), "image"),
            ==, names[i]);
    }
}

static void
test_control_characters_in_errors (Place *place, gconstpointer data)
{
  const char *missing[] = { "classify", "demo", "a\nb\x1b[31m.jpg", NULL };
  const char *bytes[] = { "classify", "demo", "\xff.jpg", NULL };
  g_autoptr (Run) run = run_words (missing);
  g_autoptr (Run) invalid = run_words (bytes);

  run_check_failure (run, 1, "a\\nb\\x1b[31m.jpg: ");
  run_check_failure (invalid, 1, ".jpg: ");
}

static void
test_what_cannot_be_opened (Place *place, gconstpointer data)
{
  g_autofree char *model = lucida_data_dup_path ("models", "pocket-vgg.onnx");
  gsize size;
  g_autofree char *bytes = read_file (model, &size);

  g_assert_true (g_file_set_contents ("short.onnx", bytes, (gssize) (size / 2), NULL));
  g_assert_true (g_file_set_contents ("text.onnx", "no model", -1, NULL));
  g_assert_true (g_file_set_contents ("empty.onnx", "", 0, NULL));
  g_assert_cmpint (g_mkdir ("nothing", 0777), ==, 0);
  run_expect_failure ("info short.onnx", 1, "camlucida-cli: short.onnx: ");
  run_expect_failure ("info text.onnx --json", 1, "camlucida-cli: text.onnx: ");
  run_expect_failure ("info empty.onnx", 1, "camlucida-cli: empty.onnx: ");
  run_expect_failure ("info none.onnx", 1, "camlucida-cli: none.onnx: ");
  run_expect_failure ("info cat.jpg", 1, "camlucida-cli: cat.jpg: ");
  run_expect_failure ("explain text.onnx cat.jpg", 1, "camlucida-cli: text.onnx: ");
  run_expect_failure ("bench text.onnx", 1, "camlucida-cli: text.onnx: ");
  run_expect_failure ("explain demo none.jpg", 1, "camlucida-cli: none.jpg: ");
  run_expect_failure ("explain demo nothing", 1, "camlucida-cli: nothing: ");
  run_expect_failure ("classify demo nothing", 1, "camlucida-cli: nothing: ");
  run_expect_failure ("sheet demo nothing --output s.png", 1, "camlucida-cli: nothing: ");
}

/* Written whole or not at all, and nothing is left beside it. */
static void
test_what_cannot_be_written (Place *place, gconstpointer data)
{
  const char *name;
  guint n = 0;
  GDir *dir;

  g_assert_cmpint (g_mkdir ("folder.png", 0777), ==, 0);
  run_expect_failure ("explain demo cat.jpg --output no/such/o.png", 1, "no/such/o.png: ");
  run_expect_failure ("explain demo cat.jpg --heatmap no/such/h.npy", 1, "no/such/h.npy: ");
  run_expect_failure ("explain demo cat.jpg --heatmap no/such/h.csv", 1, "no/such/h.csv: ");
  run_expect_failure ("explain demo cat.jpg --output folder.png", 1, "folder.png: ");
  run_expect_failure ("sheet demo cat.jpg --output no/such/s.pdf", 1, "no/such/s.pdf: ");
  dir = g_dir_open (".", 0, NULL);
  while ((name = g_dir_read_name (dir)))
    n++;
  g_dir_close (dir);
  g_assert_cmpuint (n, ==, 5); /* four pictures and the folder */
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Place *, gconstpointer);
  } tests[] = {
    { "/files/overlay-is-the-pictures-own-size", test_overlay },
    { "/files/every-kind-and-the-same-bytes-again", test_every_kind },
    { "/files/a-tensors-map-has-the-inputs-size", test_tensor_map },
    { "/files/sheet-has-a-row-a-picture", test_sheet },
    { "/files/any-name", test_names },
    { "/files/control-characters-are-escaped", test_control_characters_in_errors },
    { "/files/what-cannot-be-opened", test_what_cannot_be_opened },
    { "/files/what-cannot-be-written", test_what_cannot_be_written },
  };

  g_test_init (&argc, &argv, NULL);
  run_set_program (argv[1]);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Place, NULL, place_set_up, tests[i].test, place_tear_down);
  return g_test_run ();
}
