#include "base/error.h"
#include "export/vector-file.h"
#include "fixture.h"

#include <string.h>

/* Everything that Cairo gives a name in SVG: pictures, a mask, a clip, a gradient. */
static void
draw_all (cairo_t *cr, gpointer data)
{
  cairo_surface_t *opaque = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 4, 4);
  cairo_surface_t *clear = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 4, 4);
  cairo_pattern_t *gradient = cairo_pattern_create_linear (0, 0, 100, 0);

  cairo_set_source_surface (cr, opaque, 0, 0);
  cairo_paint (cr);
  cairo_set_source_surface (cr, clear, 10, 0);
  cairo_paint_with_alpha (cr, 0.5);
  cairo_pattern_add_color_stop_rgb (gradient, 0, 1, 0, 0);
  cairo_pattern_add_color_stop_rgb (gradient, 1, 0, 0, 1);
  cairo_arc (cr, 50, 50, 20, 0, 6);
  cairo_clip (cr);
  cairo_set_source (cr, gradient);
  cairo_paint_with_alpha (cr, 0.7);
  cairo_set_source_surface (cr, opaque, 20, 0);
  cairo_paint (cr);
  cairo_pattern_destroy (gradient);
  cairo_surface_destroy (opaque);
  cairo_surface_destroy (clear);
}

static GBytes *
write_vector (Fixture *fixture, LucidaFileKind kind)
{
  g_autofree char *path = g_build_filename (fixture->folder, "figure", NULL);
  g_autoptr (GError) error = NULL;

  lucida_vector_file_write (path, kind, 200, 100, draw_all, NULL, &error);
  g_assert_no_error (error);
  return read_bytes (path);
}

static void
test_same_call_same_bytes (Fixture *fixture, gconstpointer data)
{
  for (int kind = LUCIDA_FILE_PDF; kind <= LUCIDA_FILE_SVG; kind++)
    {
      g_autoptr (GBytes) first = write_vector (fixture, (LucidaFileKind) kind), second = NULL;

      /* What else is drawn in between, and the clock, must not show. */
      cairo_surface_destroy (cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1, 1));
      second = write_vector (fixture, (LucidaFileKind) kind);
      g_assert_true (g_bytes_equal (first, second));
    }
}

/* The file holds zeros too. */
static gboolean
contains (GBytes *bytes, const char *text)
{
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return memmem (data, size, text, strlen (text)) != NULL;
}

static void
test_pdf_has_no_date (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = write_vector (fixture, LUCIDA_FILE_PDF);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), 5, "%PDF-", 5);
  g_assert_true (contains (bytes, "/Producer"));
  g_assert_false (contains (bytes, "Date"));
}

static GHashTable *
collect (const char *text, const char *pattern)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    g_hash_table_add (names, g_match_info_fetch (match, 1));
  return names;
}

/* Every reference has a target after the renumbering, and no name is given twice. */
static void
test_svg_names_stay_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bytes = write_vector (fixture, LUCIDA_FILE_SVG);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GHashTable) targets = collect (text, " id=\"([^\"]*)\"");
  g_autoptr (GHashTable) references = collect (text, "[\"(]#([^\")]*)[\")]");
  GHashTableIter iterator;
  gpointer name;
  guint count = 0;

  for (const char *at = text; (at = strstr (at, " id=\"")); at++)
    count++;
  g_assert_cmpuint (g_hash_table_size (targets), ==, count);
  g_assert_cmpuint (g_hash_table_size (references), >, 2);
  g_hash_table_iter_init (&iterator, references);
  while (g_hash_table_iter_next (&iterator, &name, NULL))
    {
      g_test_message ("%s", (char *) name);
      g_assert_true (g_hash_table_contains (targets, name));
    }
}

static void
test_one_unit_a_pixel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) svg = write_vector (fixture, LUCIDA_FILE_SVG);
  g_autoptr (GBytes) pdf = write_vector (fixture, LUCIDA_FILE_PDF);

  g_assert_true (contains (svg, "width=\"200px\" height=\"100px\""));
  g_assert_true (contains (svg, "viewBox=\"0 0 200 100\""));
  g_assert_true (contains (pdf, "/MediaBox [ 0 0 200 100 ]"));
}

static void
test_failures_name_the_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none", "a.pdf", NULL);
  g_autofree char *prefix = g_strconcat (path, ": ", NULL);
  g_autoptr (GError) writing = NULL, kind = NULL;

  g_assert_false (
      lucida_vector_file_write (path, LUCIDA_FILE_PDF, 200, 100, draw_all, NULL, &writing));
  g_assert_error (writing, LUCIDA_ERROR, LUCIDA_ERROR_UNWRITABLE);
  g_assert_true (g_str_has_prefix (writing->message, prefix));
  g_assert_false (
      lucida_vector_file_write (path, LUCIDA_FILE_PNG, 200, 100, draw_all, NULL, &kind));
  g_assert_error (kind, LUCIDA_ERROR, LUCIDA_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/export/vector-file/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("same-call-same-bytes", test_same_call_same_bytes);
  ADD ("pdf-has-no-date", test_pdf_has_no_date);
  ADD ("svg-names-stay-whole", test_svg_names_stay_whole);
  ADD ("one-unit-a-pixel", test_one_unit_a_pixel);
  ADD ("failures-name-the-file", test_failures_name_the_file);
  return g_test_run ();
}
