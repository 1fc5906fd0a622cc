#include "cam/fusion.h"

#include <math.h>

static void
test_one_map_is_divided_by_its_maximum (void)
{
  const float data[] = { 0, 1, 3, 4 };
  g_autoptr (LucidaHeatmap) map = lucida_heatmap_new (data, 2, 2, 4);
  g_autoptr (LucidaHeatmap) fused = NULL;
  gboolean shallow = FALSE;
  float share;

  fused = lucida_fusion_compute (&map, &shallow, 1, &share);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (fused->map[i], data[i] / 4, 1e-6);
  g_assert_cmpfloat_with_epsilon (share, 0.75, 1e-6);
}

static void
test_shallow_maps_go_through_tanh (void)
{
  const float data[] = { 0, 1, 3, 4 };
  g_autoptr (LucidaHeatmap) map = lucida_heatmap_new (data, 2, 2, 4);
  g_autoptr (LucidaHeatmap) fused = NULL;
  gboolean shallow = TRUE;

  fused = lucida_fusion_compute (&map, &shallow, 1, NULL);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (fused->map[i], tanh (2 * data[i] / 4), 1e-6);
}

/* A 1×2 map on a 2×4 grid, half-pixel centres: columns read at -0.25, 0.25, 0.75, 1.25. */
static void
test_resizes_to_the_largest_and_takes_the_maximum (void)
{
  const float small[] = { 0, 8 };
  const float large[] = { 1, 0, 0, 0, 0.5f, 0, 0, 0 };
  const float resized[] = { 0, 0.25f, 0.75f, 1 };
  LucidaHeatmap *maps[2]
      = { lucida_heatmap_new (small, 1, 2, 8), lucida_heatmap_new (large, 2, 4, 1) };
  gboolean shallow[2] = { FALSE, FALSE };
  float shares[2];
  g_autoptr (LucidaHeatmap) fused = lucida_fusion_compute (maps, shallow, 2, shares);

  g_assert_cmpint (fused->height, ==, 2);
  g_assert_cmpint (fused->width, ==, 4);
  for (int y = 0; y < 2; y++)
    for (int x = 0; x < 4; x++)
      g_assert_cmpfloat_with_epsilon (fused->map[y * 4 + x], MAX (resized[x], large[y * 4 + x]),
                                      1e-6);
  g_assert_cmpfloat_with_epsilon (shares[0], 6 / 8.0, 1e-6);
  g_assert_cmpfloat_with_epsilon (shares[1], 2 / 8.0, 1e-6);
  lucida_heatmap_unref (maps[0]);
  lucida_heatmap_unref (maps[1]);
}

static void
test_maps_without_evidence_contribute_nothing (void)
{
  const float zero[] = { 0, 0, 0, 0 };
  const float data[] = { 0, 1, 3, 4 };
  LucidaHeatmap *maps[2]
      = { lucida_heatmap_new (zero, 2, 2, 1), lucida_heatmap_new (data, 2, 2, 4) };
  gboolean shallow[2] = { FALSE, FALSE };
  g_autoptr (LucidaHeatmap) fused = lucida_fusion_compute (maps, shallow, 2, NULL);
  g_autoptr (LucidaHeatmap) empty = lucida_fusion_compute (maps, shallow, 1, NULL);

  g_assert_cmpfloat (fused->map[3], ==, 1);
  g_assert_cmpint (empty->evidence, ==, LUCIDA_EVIDENCE_AGAINST);
  lucida_heatmap_unref (maps[0]);
  lucida_heatmap_unref (maps[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fusion/one-map-is-divided-by-its-maximum",
                   test_one_map_is_divided_by_its_maximum);
  g_test_add_func ("/fusion/shallow-maps-go-through-tanh", test_shallow_maps_go_through_tanh);
  g_test_add_func ("/fusion/resizes-to-the-largest",
                   test_resizes_to_the_largest_and_takes_the_maximum);
  g_test_add_func ("/fusion/maps-without-evidence", test_maps_without_evidence_contribute_nothing);
  return g_test_run ();
}
