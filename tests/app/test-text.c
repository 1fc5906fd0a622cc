#include "app/text.h"

/* The place of a map of @height × @width that is warm at one cell alone. */
static const char *
find_place (int height, int width, int row, int column)
{
  g_autofree float *map = g_new0 (float, height *width);
  g_autoptr (LucidaHeatmap) heatmap = NULL;

  map[row * width + column] = 2;
  heatmap = lucida_heatmap_new (map, height, width, 2);
  return lucida_text_place (heatmap);
}

static void
test_places (void)
{
  static const char *const places[3][3] = {
    { "the upper left", "the top", "the upper right" },
    { "the left", "the centre", "the right" },
    { "the lower left", "the bottom", "the lower right" },
  };

  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 3; column++)
      {
        g_assert_cmpstr (find_place (3, 3, row, column), ==, places[row][column]);
        /* a map of 7 × 14: the outer cells, and those around the middle */
        g_assert_cmpstr (find_place (7, 14, 3 * row, column * 13 / 2), ==, places[row][column]);
      }
}

/* A cell lies where its middle lies: of two, none is in the centre; a single one is. */
static void
test_few_cells (void)
{
  g_assert_cmpstr (find_place (2, 2, 0, 0), ==, "the upper left");
  g_assert_cmpstr (find_place (2, 2, 1, 1), ==, "the lower right");
  g_assert_cmpstr (find_place (1, 2, 0, 1), ==, "the right");
  g_assert_cmpstr (find_place (2, 1, 0, 0), ==, "the top");
  g_assert_cmpstr (find_place (4, 4, 1, 2), ==, "the centre");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/text/places", test_places);
  g_test_add_func ("/app/text/few-cells", test_few_cells);
  return g_test_run ();
}
