#include "render/legend.h"

#include <string.h>

#define WIDTH 400
#define HEIGHT 20

static void
test_values_are_short (void)
{
  static const struct
  {
    double value;
    const char *text;
  } cases[] = {
    { 0, "0" },           { 1, "1" },         { 0.93, "0.93" },           { 0.05587, "0.0559" },
    { 31.741, "31.7" },   { 999.7, "1000" },  { 1234.4, "1234" },         { 123456, "123456" },
    { 3.2e7, "3.2·10⁷" }, { 2e-5, "2·10⁻⁵" }, { 1.25e-12, "1.25·10⁻¹²" }, { -0.5, "-0.5" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = lucida_legend_format_value (cases[i].value);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static guint32
get_pixel (cairo_surface_t *surface, int x, int y)
{
  guint32 pixel;

  memcpy (&pixel,
          cairo_image_surface_get_data (surface)
              + (gsize) y * (gsize) cairo_image_surface_get_stride (surface) + (gsize) x * 4,
          4);
  return pixel & 0xffffff;
}

/* A grey bar, so that it grows brighter from left to right; below it five ticks, equally far apart,
 * in the colour of the text. */
static void
test_bar_and_ticks (void)
{
  const double red[3] = { 1, 0, 0 };
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  int ticks[8], n = 0, before = -1;

  lucida_legend_draw (cr, 0, 0, WIDTH, HEIGHT, lucida_colormap_find ("grey"), "0", "9", red);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int x = 40; x < WIDTH - 40; x++)
    {
      int here = (int) (get_pixel (surface, x, HEIGHT / 3) & 0xff);

      g_assert_cmpint (here, >=, before);
      before = here;
    }
  g_assert_cmpint (before, >, 200);
  /* a tick may lie between two pixels */
  for (int x = 1; x < WIDTH && n < 8; x++)
    if (get_pixel (surface, x, HEIGHT - 2) >> 16 >= 0x60
        && get_pixel (surface, x - 1, HEIGHT - 2) >> 16 < 0x60)
      ticks[n++] = x;
  g_assert_cmpint (n, ==, 5);
  for (int i = 1; i < 5; i++)
    g_assert_cmpint (ABS ((ticks[i] - ticks[0]) * 4 - i * (ticks[4] - ticks[0])), <=, 4);
  cairo_surface_destroy (surface);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/render/legend/values-are-short", test_values_are_short);
  g_test_add_func ("/render/legend/bar-and-ticks", test_bar_and_ticks);
  return g_test_run ();
}
