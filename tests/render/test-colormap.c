#include "render/colormap.h"

static const guint8 *
get (const char *name, int index)
{
  const LucidaColormap *colormap = lucida_colormap_find (name);

  g_assert_nonnull (colormap);
  return colormap->rgb[index];
}

static void
assert_colour (const char *name, int index, int red, int green, int blue)
{
  const guint8 *rgb = get (name, index);

  g_assert_cmpint (rgb[0], ==, red);
  g_assert_cmpint (rgb[1], ==, green);
  g_assert_cmpint (rgb[2], ==, blue);
}

static void
test_names (void)
{
  static const char *const names[] = { "jet", "turbo", "viridis", "inferno", "grey" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *capitals = g_ascii_strup (names[i], -1);

      g_assert_cmpstr (lucida_colormaps[i]->name, ==, names[i]);
      g_assert_true (lucida_colormap_find (names[i]) == lucida_colormaps[i]);
      g_assert_true (lucida_colormap_find (capitals) == lucida_colormaps[i]);
    }
  g_assert_null (lucida_colormaps[G_N_ELEMENTS (names)]);
  g_assert_null (lucida_colormap_find ("rainbow"));
}

/* The published colours: Matplotlib's #440154, #21918c and #fde725, #000004 and #fcffa4; Google's
 * turbo_srgb_bytes. */
static void
test_published_colours (void)
{
  assert_colour ("viridis", 0, 0x44, 0x01, 0x54);
  assert_colour ("viridis", 128, 0x21, 0x91, 0x8c);
  assert_colour ("viridis", 255, 0xfd, 0xe7, 0x25);
  assert_colour ("inferno", 0, 0x00, 0x00, 0x04);
  assert_colour ("inferno", 255, 0xfc, 0xff, 0xa4);
  assert_colour ("turbo", 0, 48, 18, 59);
  assert_colour ("turbo", 1, 50, 21, 67);
  assert_colour ("turbo", 255, 122, 4, 3);
  assert_colour ("jet", 0, 0, 0, 128);
  assert_colour ("jet", 255, 128, 0, 0);
  assert_colour ("grey", 0, 0, 0, 0);
  assert_colour ("grey", 77, 77, 77, 77);
  assert_colour ("grey", 255, 255, 255, 255);
}

/* No table has a number mistaken: neighbours differ little, and the two made for it get lighter. */
static void
test_tables_are_smooth (void)
{
  for (gsize i = 0; lucida_colormaps[i]; i++)
    for (int j = 1; j < 256; j++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpint (ABS (lucida_colormaps[i]->rgb[j][c] - lucida_colormaps[i]->rgb[j - 1][c]),
                         <=, 8);
  for (int j = 1; j < 256; j++)
    {
      const guint8 *a = get ("viridis", j - 1), *b = get ("viridis", j);
      g_assert_cmpfloat (0.2126 * b[0] + 0.7152 * b[1] + 0.0722 * b[2], >=,
                         0.2126 * a[0] + 0.7152 * a[1] + 0.0722 * a[2] - 0.5);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/render/colormap/names", test_names);
  g_test_add_func ("/render/colormap/published-colours", test_published_colours);
  g_test_add_func ("/render/colormap/tables-are-smooth", test_tables_are_smooth);
  return g_test_run ();
}
