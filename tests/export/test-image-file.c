#include "base/error.h"
#include "export/image-file.h"
#include "fixture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#define WIDTH 5
#define HEIGHT 3
#define CHINESE "\u7334"

/* Pixel (x, y) is 0xff, 40·x, 80·y, 200. */
static cairo_surface_t *
make_surface (cairo_format_t format)
{
  cairo_surface_t *surface = cairo_image_surface_create (format, WIDTH, HEIGHT);

  cairo_surface_flush (surface);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        guint32 pixel = 0xff000000u | (guint32) (40 * x) << 16 | (guint32) (80 * y) << 8 | 200u;

        memcpy (cairo_image_surface_get_data (surface)
                    + y * cairo_image_surface_get_stride (surface) + x * 4,
                &pixel, sizeof pixel);
      }
  cairo_surface_mark_dirty (surface);
  return surface;
}

static void
test_kinds_by_suffix (void)
{
  g_assert_cmpint (lucida_file_kind ("a.png"), ==, LUCIDA_FILE_PNG);
  g_assert_cmpint (lucida_file_kind ("/x.y/A.PNG"), ==, LUCIDA_FILE_PNG);
  g_assert_cmpint (lucida_file_kind ("a.jpg"), ==, LUCIDA_FILE_JPEG);
  g_assert_cmpint (lucida_file_kind ("a.b.JpEg"), ==, LUCIDA_FILE_JPEG);
  g_assert_cmpint (lucida_file_kind ("a.pdf"), ==, LUCIDA_FILE_PDF);
  g_assert_cmpint (lucida_file_kind ("a.svg"), ==, LUCIDA_FILE_SVG);
  g_assert_cmpint (lucida_file_kind ("a.npy"), ==, LUCIDA_FILE_NPY);
  g_assert_cmpint (lucida_file_kind ("a.csv"), ==, LUCIDA_FILE_CSV);
  g_assert_cmpint (lucida_file_kind ("a.gif"), ==, LUCIDA_FILE_UNKNOWN);
  g_assert_cmpint (lucida_file_kind ("png"), ==, LUCIDA_FILE_UNKNOWN);
  g_assert_cmpint (lucida_file_kind ("folder.png/file"), ==, LUCIDA_FILE_UNKNOWN);
  g_assert_cmpint (lucida_file_kind ("a."), ==, LUCIDA_FILE_UNKNOWN);
  g_assert_cmpint (lucida_file_kind (""), ==, LUCIDA_FILE_UNKNOWN);
}

static GdkPixbuf *
write_and_read (const char *path, LucidaFileKind kind, cairo_surface_t *surface,
                const char *const *keys, const char *const *values)
{
  g_autoptr (GError) error = NULL;
  GdkPixbuf *pixbuf;

  lucida_image_file_write (path, kind, surface, keys, values, &error);
  g_assert_no_error (error);
  pixbuf = gdk_pixbuf_new_from_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gdk_pixbuf_get_width (pixbuf), ==, cairo_image_surface_get_width (surface));
  g_assert_cmpint (gdk_pixbuf_get_height (pixbuf), ==, cairo_image_surface_get_height (surface));
  return pixbuf;
}

static const guint8 *
get_pixel (GdkPixbuf *pixbuf, int x, int y)
{
  return gdk_pixbuf_read_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf)
         + x * gdk_pixbuf_get_n_channels (pixbuf);
}

static void
check_pixels (GdkPixbuf *pixbuf, int tolerance)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        const guint8 *pixel = get_pixel (pixbuf, x, y);

        g_assert_cmpint (ABS (pixel[0] - 40 * x), <=, tolerance);
        g_assert_cmpint (ABS (pixel[1] - 80 * y), <=, tolerance);
        g_assert_cmpint (ABS (pixel[2] - 200), <=, tolerance);
      }
}

static void
test_png_holds_every_pixel (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "a.png", NULL);
  cairo_surface_t *surface = make_surface (CAIRO_FORMAT_RGB24);
  g_autoptr (GdkPixbuf) pixbuf = write_and_read (path, LUCIDA_FILE_PNG, surface, NULL, NULL);

  g_assert_false (gdk_pixbuf_get_has_alpha (pixbuf));
  check_pixels (pixbuf, 0);
  cairo_surface_destroy (surface);
}

static void
test_jpeg_is_near (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "a.jpg", NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 16, 16);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GdkPixbuf) pixbuf = NULL;

  cairo_set_source_rgb (cr, 200 / 255.0, 100 / 255.0, 50 / 255.0);
  cairo_paint (cr);
  cairo_destroy (cr);
  pixbuf = write_and_read (path, LUCIDA_FILE_JPEG, surface, NULL, NULL);
  g_assert_cmpint (ABS (get_pixel (pixbuf, 8, 8)[0] - 200), <=, 3);
  g_assert_cmpint (ABS (get_pixel (pixbuf, 8, 8)[1] - 100), <=, 3);
  g_assert_cmpint (ABS (get_pixel (pixbuf, 8, 8)[2] - 50), <=, 3);
  cairo_surface_destroy (surface);
}

/* Half transparent red: kept in PNG, on white in JPEG. */
static void
test_alpha (Fixture *fixture, gconstpointer data)
{
  g_autofree char *png_path = g_build_filename (fixture->folder, "a.png", NULL);
  g_autofree char *jpeg_path = g_build_filename (fixture->folder, "a.jpg", NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 16, 16);
  cairo_t *cr = cairo_create (surface);
  g_autoptr (GdkPixbuf) png = NULL, jpeg = NULL;

  cairo_set_source_rgba (cr, 1, 0, 0, 0.5);
  cairo_paint (cr);
  cairo_destroy (cr);
  png = write_and_read (png_path, LUCIDA_FILE_PNG, surface, NULL, NULL);
  jpeg = write_and_read (jpeg_path, LUCIDA_FILE_JPEG, surface, NULL, NULL);
  g_assert_true (gdk_pixbuf_get_has_alpha (png));
  g_assert_cmpint (get_pixel (png, 8, 8)[0], ==, 255);
  g_assert_cmpint (get_pixel (png, 8, 8)[1], ==, 0);
  g_assert_cmpint (ABS (get_pixel (png, 8, 8)[3] - 128), <=, 1);
  g_assert_cmpint (ABS (get_pixel (jpeg, 8, 8)[0] - 255), <=, 3);
  g_assert_cmpint (ABS (get_pixel (jpeg, 8, 8)[1] - 127), <=, 3);
  cairo_surface_destroy (surface);
}

static void
test_text_of_a_png (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "Software", "Class", "Layer", NULL };
  static const char *const values[] = { "CAM Lucida", CHINESE, "caf\u00e9", NULL };
  g_autofree char *path = g_build_filename (fixture->folder, "a.png", NULL);
  cairo_surface_t *surface = make_surface (CAIRO_FORMAT_RGB24);
  g_autoptr (GdkPixbuf) pixbuf = write_and_read (path, LUCIDA_FILE_PNG, surface, keys, values);

  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "tEXt::Software"), ==, "CAM Lucida");
  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "tEXt::Class"), ==, CHINESE);
  g_assert_cmpstr (gdk_pixbuf_get_option (pixbuf, "tEXt::Layer"), ==, "caf\u00e9");
  cairo_surface_destroy (surface);
}

static void
test_same_call_same_bytes (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "Class", NULL }, *const values[] = { "cat", NULL };
  g_autofree char *path = g_build_filename (fixture->folder, "a", NULL);
  cairo_surface_t *surface = make_surface (CAIRO_FORMAT_RGB24);

  for (int kind = LUCIDA_FILE_PNG; kind <= LUCIDA_FILE_JPEG; kind++)
    {
      g_autoptr (GBytes) first = NULL, second = NULL;

      lucida_image_file_write (path, (LucidaFileKind) kind, surface, keys, values, NULL);
      first = read_bytes (path);
      lucida_image_file_write (path, (LucidaFileKind) kind, surface, keys, values, NULL);
      second = read_bytes (path);
      g_assert_true (g_bytes_equal (first, second));
    }
  cairo_surface_destroy (surface);
}

static void
test_failures_name_the_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none", "a.png", NULL);
  g_autofree char *prefix = g_strconcat (path, ": ", NULL);
  cairo_surface_t *surface = make_surface (CAIRO_FORMAT_RGB24);
  g_autoptr (GError) writing = NULL, kind = NULL;

  g_assert_false (lucida_image_file_write (path, LUCIDA_FILE_PNG, surface, NULL, NULL, &writing));
  g_assert_error (writing, LUCIDA_ERROR, LUCIDA_ERROR_UNWRITABLE);
  g_assert_true (g_str_has_prefix (writing->message, prefix));
  g_assert_false (lucida_image_file_write (path, LUCIDA_FILE_PDF, surface, NULL, NULL, &kind));
  g_assert_error (kind, LUCIDA_ERROR, LUCIDA_ERROR_INVALID);
  cairo_surface_destroy (surface);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/export/image-file/" name, Fixture, NULL, set_up, function, tear_down)
  g_test_add_func ("/export/image-file/kinds-by-suffix", test_kinds_by_suffix);
  ADD ("png-holds-every-pixel", test_png_holds_every_pixel);
  ADD ("jpeg-is-near", test_jpeg_is_near);
  ADD ("alpha", test_alpha);
  ADD ("text-of-a-png", test_text_of_a_png);
  ADD ("same-call-same-bytes", test_same_call_same_bytes);
  ADD ("failures-name-the-file", test_failures_name_the_file);
  return g_test_run ();
}
