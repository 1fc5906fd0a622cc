#include "render/legend.h"
#include "render/sheet.h"

#include <math.h>
#include <string.h>

#define CHINESE "\u7eff\u8272\u7684\u56fe\u7247"

static LucidaPicture *
make_picture (int width, int height)
{
  g_autofree guint8 *pixels = g_malloc ((gsize) width * height * 3);
  LucidaPicture *picture;

  for (int i = 0; i < width * height; i++)
    {
      pixels[i * 3] = 0;
      pixels[i * 3 + 1] = 160;
      pixels[i * 3 + 2] = 0;
    }
  picture = lucida_picture_new (width, height, (gsize) width * 3, pixels, "green", NULL);
  g_assert_nonnull (picture);
  return picture;
}

static void
add_row (LucidaSheet *sheet, int width, int height, const char *title, const float *map,
         float signed_max)
{
  static const char *const captions[] = { "dog 2 %", NULL };
  g_autoptr (LucidaPicture) picture = make_picture (width, height);
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 2, 2, signed_max);
  LucidaHeatmap *heatmaps[2] = { heatmap, heatmap };
  LucidaPlacement placement = { 0, 0, width, height };

  lucida_sheet_add_row (sheet, picture, &placement, title, "cat 98 %", heatmaps, captions);
}

static cairo_surface_t *
draw (LucidaSheet *sheet)
{
  double width, height;
  cairo_surface_t *surface;
  cairo_t *cr;

  lucida_sheet_get_size (sheet, &width, &height);
  surface
      = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) ceil (width), (int) ceil (height));
  cr = cairo_create (surface);
  lucida_sheet_draw (sheet, cr);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

static guint32
get_pixel (cairo_surface_t *surface, int x, int y)
{
  guint32 pixel;

  memcpy (&pixel,
          cairo_image_surface_get_data (surface)
              + (gsize) y * (gsize) cairo_image_surface_get_stride (surface) + (gsize) x * 4,
          4);
  return pixel;
}

static guint
count_colour (cairo_surface_t *surface, guint32 colour)
{
  guint count = 0;

  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
      count += get_pixel (surface, x, y) == colour;
  return count;
}

static const char *const two_columns[]
    = { "cat\nblock5_conv2\nGrad-CAM", "dog\nfeatures.28", NULL };

/* The bare picture and two maps that colour everything. */
static void
test_pictures_and_maps_are_drawn (void)
{
  LucidaOverlayStyle style = { lucida_colormap_find ("grey"), LUCIDA_BLEND_TINTED, 1, 0 };
  g_autoptr (LucidaSheet) sheet = lucida_sheet_new (two_columns, &style);
  static const float dead[4] = { 0 };
  cairo_surface_t *surface;
  guint green, black;

  add_row (sheet, 400, 300, "a.png", dead, -1);
  surface = draw (sheet);
  green = count_colour (surface, 0xff00a000);
  black = count_colour (surface, 0xff000000);
  g_assert_cmpint (green, >, 10000);
  /* Two maps for one picture, but for their frames. */
  g_assert_cmpint (black, >=, 2 * green - 100);
  g_assert_cmpint (black, <=, 2 * green + 2000);
  for (int x = 0; x < cairo_image_surface_get_width (surface); x++)
    g_assert_cmphex (get_pixel (surface, x, 1), ==, 0xffffffff);
  cairo_surface_destroy (surface);
}

static void
test_size_grows_with_rows_and_columns (void)
{
  static const char *const one_column[] = { "cat", NULL };
  static const float map[4] = { 0, 1, 2, 3 };
  LucidaOverlayStyle style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_CLEAR, 0.6, 0 };
  g_autoptr (LucidaSheet) narrow = lucida_sheet_new (one_column, &style);
  g_autoptr (LucidaSheet) wide = lucida_sheet_new (two_columns, &style);
  double narrow_width, wide_width, one_row, two_rows;

  add_row (narrow, 40, 30, "a.png", map, 3);
  add_row (wide, 40, 30, "a.png", map, 3);
  lucida_sheet_get_size (narrow, &narrow_width, &one_row);
  lucida_sheet_get_size (wide, &wide_width, &one_row);
  add_row (wide, 40, 30, "b.png", map, 3);
  lucida_sheet_get_size (wide, &wide_width, &two_rows);
  g_assert_cmpfloat (wide_width, >, narrow_width + 100);
  g_assert_cmpfloat (two_rows, >, one_row + 100);
}

/* However long or strange the names are, the sheet stays as wide as its columns need. */
static void
test_names_of_any_length_and_script (void)
{
  g_autofree char *long_name = g_strnfill (3000, 'w');
  g_autofree char *long_heading = g_strdup_printf ("%s\n%s\n%s", long_name, long_name, long_name);
  const char *const columns[] = { long_heading, CHINESE, NULL };
  const char *const names[] = { long_name, CHINESE, "line\nend", "\xff\xfe not text", "" };
  static const float map[4] = { 0, 1, 2, 3 };
  LucidaOverlayStyle style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_CLEAR, 0.6, 0 };
  g_autoptr (LucidaSheet) sheet = lucida_sheet_new (columns, &style);
  double width, height;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    add_row (sheet, 40, 30, names[i], map, 3);
  lucida_sheet_get_size (sheet, &width, &height);
  g_assert_cmpfloat (width, <, 1000);
  g_assert_cmpfloat (height, <, 1500);
  cairo_surface_destroy (draw (sheet));
}

static void
test_pictures_of_any_shape (void)
{
  static const float map[4] = { 0, 1, 2, 3 };
  LucidaOverlayStyle style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_TINTED, 0.6, 0 };
  g_autoptr (LucidaSheet) sheet = lucida_sheet_new (two_columns, &style);
  double width, height;

  add_row (sheet, 1, 1, "dot", map, 3);
  add_row (sheet, 4000, 1, "line", map, 3);
  add_row (sheet, 1, 4000, "post", map, 3);
  lucida_sheet_get_size (sheet, &width, &height);
  g_assert_cmpfloat (height, <, 1000);
  cairo_surface_destroy (draw (sheet));
}

static void
test_same_sheet_same_pixels (void)
{
  static const float map[4] = { 0, 1, 2, 3 };
  LucidaOverlayStyle style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_TINTED, 0.6, 0 };
  g_autoptr (LucidaSheet) sheet = lucida_sheet_new (two_columns, &style);
  cairo_surface_t *first, *second;

  add_row (sheet, 40, 30, "a.png", map, 3);
  first = draw (sheet);
  second = draw (sheet);
  g_assert_cmpmem (cairo_image_surface_get_data (first),
                   (gsize) cairo_image_surface_get_stride (first)
                       * (gsize) cairo_image_surface_get_height (first),
                   cairo_image_surface_get_data (second),
                   (gsize) cairo_image_surface_get_stride (second)
                       * (gsize) cairo_image_surface_get_height (second));
  cairo_surface_destroy (first);
  cairo_surface_destroy (second);
}

/* Left and right of the bar lie the labels, between them every colour from cold to hot. */
static void
test_legend_runs_from_cold_to_hot (void)
{
  static const double black[3] = { 0, 0, 0 };
  const LucidaColormap *colormap = lucida_colormap_find ("grey");
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 300, 20);
  cairo_t *cr = cairo_create (surface);
  int last = -1, opaque = 0;

  lucida_legend_draw (cr, 0, 0, 300, 20, colormap, "", "", black);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int x = 12; x < 288; x++)
    {
      guint32 pixel = get_pixel (surface, x, 10);

      g_assert_cmphex (pixel >> 24, ==, 0xff);
      g_assert_cmpint ((int) (pixel & 0xff), >=, last);
      last = (int) (pixel & 0xff);
      opaque++;
    }
  g_assert_cmpint (opaque, >, 0);
  g_assert_cmpint ((int) (get_pixel (surface, 12, 10) & 0xff), <, 6);
  g_assert_cmpint (last, >, 249);
  cairo_surface_destroy (surface);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/render/sheet/" name, function)
  ADD ("pictures-and-maps-are-drawn", test_pictures_and_maps_are_drawn);
  ADD ("size-grows-with-rows-and-columns", test_size_grows_with_rows_and_columns);
  ADD ("names-of-any-length-and-script", test_names_of_any_length_and_script);
  ADD ("pictures-of-any-shape", test_pictures_of_any_shape);
  ADD ("same-sheet-same-pixels", test_same_sheet_same_pixels);
  ADD ("legend-runs-from-cold-to-hot", test_legend_runs_from_cold_to_hot);
  return g_test_run ();
}
