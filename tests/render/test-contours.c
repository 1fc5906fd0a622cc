#include "render/contours.h"
#include "render/overlay.h"

#include <math.h>
#include <string.h>

/* A cone around the middle: heat 1 - d / ½ at distance d, 0 beyond; so a level's line is the circle
 * of radius ½ (1 - level). */
static LucidaHeatmap *
make_cone (int size)
{
  g_autofree float *map = g_new (float, size *size);

  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++)
      {
        double d = hypot ((x + 0.5) / size - 0.5, (y + 0.5) / size - 0.5);

        map[y * size + x] = (float) MAX (0, 1 - d / 0.5);
      }
  return lucida_heatmap_new (map, size, size, 1);
}

static const float *
get_point (const LucidaContours *contours, int index)
{
  return &g_array_index (contours->points, float, 2 * index);
}

static void
test_a_cone_gives_circles (void)
{
  g_autoptr (LucidaHeatmap) cone = make_cone (81);
  g_autoptr (LucidaContours) contours = lucida_contours_new (cone);

  g_assert_cmpuint (contours->lines->len, ==, LUCIDA_N_CONTOURS);
  for (int level = 0; level < LUCIDA_N_CONTOURS; level++)
    {
      const LucidaContour *line = &g_array_index (contours->lines, LucidaContour, level);
      double radius = 0.5 * (1 - 0.25 * (level + 1)), around = 0;

      g_assert_cmpfloat (lucida_contours_get_level (level), ==, 0.25 * (level + 1));
      g_assert_cmpint (line->level, ==, level);
      g_assert_true (line->closed);
      for (int i = 0; i < line->count; i++)
        {
          const float *a = get_point (contours, line->first + i);
          const float *b = get_point (contours, line->first + (i + 1) % line->count);

          g_assert_cmpfloat_with_epsilon (hypot (a[0] - 0.5, a[1] - 0.5), radius, 0.002);
          around += hypot (b[0] - a[0], b[1] - a[1]);
        }
      g_assert_cmpfloat_with_epsilon (around, 2 * G_PI * radius, 0.01 * around);
    }
}

/* Between two rows of cells, cold above and hot below, the lines are level and end at the edges. */
static void
test_lines_end_at_the_edges (void)
{
  static const float map[2 * 3] = { 0, 0, 0, 8, 8, 8 };
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 2, 3, 8);
  g_autoptr (LucidaContours) contours = lucida_contours_new (heatmap);

  g_assert_cmpuint (contours->lines->len, ==, LUCIDA_N_CONTOURS);
  for (int level = 0; level < LUCIDA_N_CONTOURS; level++)
    {
      const LucidaContour *line = &g_array_index (contours->lines, LucidaContour, level);
      float first = get_point (contours, line->first)[0];
      float last = get_point (contours, line->first + line->count - 1)[0];

      g_assert_false (line->closed);
      for (int i = 0; i < line->count; i++)
        g_assert_cmpfloat_with_epsilon (get_point (contours, line->first + i)[1],
                                        0.25 + 0.5 * lucida_contours_get_level (line->level), 1e-6);
      g_assert_cmpfloat (MIN (first, last), ==, 0);
      g_assert_cmpfloat (MAX (first, last), ==, 1);
    }
}

/* Whatever the map, each point lies where the interpolated map has the level's heat; also in a map
 * of noise with saddles, narrow maps, and maps of more cells than are looked at. */
static void
test_points_have_their_heat (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 7 }, { 9, 2 }, { 14, 14 }, { 100, 130 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      int height = sizes[s][0], width = sizes[s][1];
      g_autofree float *map = g_new (float, height *width);
      g_autoptr (LucidaHeatmap) heatmap = NULL;
      g_autoptr (LucidaContours) contours = NULL;
      g_autoptr (GRand) rand = g_rand_new_with_seed (7);

      for (int i = 0; i < height * width; i++)
        map[i] = (float) g_rand_double (rand);
      heatmap = lucida_heatmap_new (map, height, width, 1);
      contours = lucida_contours_new (heatmap);
      g_assert_true ((contours->lines->len > 0) == (height * width > 1));
      for (guint i = 0; i < contours->lines->len; i++)
        {
          const LucidaContour *line = &g_array_index (contours->lines, LucidaContour, i);

          g_assert_cmpint (line->count, >=, 2);
          for (int j = line->first; j < line->first + line->count; j++)
            {
              const float *point = get_point (contours, j);

              g_assert_cmpfloat_with_epsilon (lucida_overlay_sample (heatmap, point[0], point[1]),
                                              lucida_contours_get_level (line->level), 2e-4);
            }
        }
    }
}

static void
test_large_maps_stay_small (void)
{
  g_autofree float *map = g_new (float, 1500 * 1000);
  g_autoptr (LucidaHeatmap) heatmap = NULL;
  g_autoptr (LucidaContours) contours = NULL;

  for (int i = 0; i < 1500 * 1000; i++)
    map[i] = (float) (i * 2654435761u % 1000) / 1000;
  heatmap = lucida_heatmap_new (map, 1500, 1000, 1);
  contours = lucida_contours_new (heatmap);
  g_assert_cmpuint (contours->points->len, >, 1000);
  g_assert_cmpuint (contours->points->len, <, 2 * 3 * 330 * 330);
}

static void
test_no_evidence_no_lines (void)
{
  static const float dead[4] = { 0 };
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (dead, 2, 2, -1);
  g_autoptr (LucidaContours) contours = lucida_contours_new (heatmap);

  g_assert_cmpuint (contours->lines->len, ==, 0);
}

static guint
get_brightness (cairo_surface_t *surface, int x, int y)
{
  guint32 pixel;

  memcpy (&pixel,
          cairo_image_surface_get_data (surface)
              + (gsize) y * (gsize) cairo_image_surface_get_stride (surface) + (gsize) x * 4,
          4);
  return (pixel >> 8) & 0xff;
}

/* On a black and on a white picture alike there are both light and dark pixels where the circles
 * lie, and nothing elsewhere; without contours, nothing at all. */
static void
test_readable_on_any_ground (void)
{
  g_autoptr (LucidaHeatmap) cone = make_cone (81);
  const LucidaPlacement placement = { 20, 10, 200, 200 };

  for (int ground = 0; ground < 256; ground += 255)
    for (int contours = 0; contours < 2; contours++)
      {
        g_autofree guint8 *pixels = g_malloc (240 * 220 * 3);
        g_autoptr (LucidaPicture) picture = NULL;
        LucidaOverlayStyle style
            = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_CLEAR, 0, 0, contours };
        cairo_surface_t *surface;
        guint least = 255, most = 0;

        memset (pixels, ground, 240 * 220 * 3);
        picture = lucida_picture_new (240, 220, 240 * 3, pixels, "p", NULL);
        surface = lucida_overlay_compose (picture, &placement, cone, &style, NULL);
        for (int y = 0; y < 220; y++)
          for (int x = 0; x < 240; x++)
            {
              double d = hypot (x + 0.5 - 120, y + 0.5 - 110), nearest = 1000;

              for (int level = 0; level < LUCIDA_N_CONTOURS; level++)
                nearest = MIN (nearest, fabs (d - 100 * (1 - lucida_contours_get_level (level))));
              if (nearest > 4)
                g_assert_cmpuint (get_brightness (surface, x, y), ==, ground);
              least = MIN (least, get_brightness (surface, x, y));
              most = MAX (most, get_brightness (surface, x, y));
            }
        if (contours)
          g_assert_cmpuint (most - least, >, 90);
        else
          g_assert_cmpuint (most - least, ==, 0);
        cairo_surface_destroy (surface);
      }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/render/contours/" name, function)
  ADD ("a-cone-gives-circles", test_a_cone_gives_circles);
  ADD ("lines-end-at-the-edges", test_lines_end_at_the_edges);
  ADD ("points-have-their-heat", test_points_have_their_heat);
  ADD ("large-maps-stay-small", test_large_maps_stay_small);
  ADD ("no-evidence-no-lines", test_no_evidence_no_lines);
  ADD ("readable-on-any-ground", test_readable_on_any_ground);
  return g_test_run ();
}
