#include "cam/heatmap.h"

#include <math.h>

static void
test_normalises_from_0_to_1 (void)
{
  const float map[] = { 0, 1, 2, 4 };
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 2, 2, 4);

  g_assert_cmpint (heatmap->evidence, ==, LUCIDA_EVIDENCE_FOUND);
  g_assert_cmpfloat (heatmap->min, ==, 0);
  g_assert_cmpfloat (heatmap->max, ==, 4);
  g_assert_cmpfloat (heatmap->normalised[1], ==, 0.25f);
  g_assert_cmpfloat (heatmap->normalised[3], ==, 1);
  g_assert_null (lucida_evidence_get_note (heatmap->evidence));
}

static void
assert_empty (const float *map, float signed_max, LucidaEvidence wanted)
{
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 2, 2, signed_max);

  g_assert_cmpint (heatmap->evidence, ==, wanted);
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat (heatmap->normalised[i], ==, 0);
  g_assert_nonnull (lucida_evidence_get_note (heatmap->evidence));
}

static void
test_says_why_a_map_is_empty (void)
{
  const float zero[] = { 0, 0, 0, 0 };
  const float rounding[] = { 0, 1e-9f, 0, 0 };
  const float flat[] = { 2, 2, 2, 2.000001f };
  const float nan_map[] = { 0, 1, NAN, 2 };
  const float infinite[] = { 0, 1, INFINITY, 2 };

  assert_empty (zero, 0.07f, LUCIDA_EVIDENCE_AGAINST);
  assert_empty (zero, 0, LUCIDA_EVIDENCE_DEAD);
  assert_empty (rounding, 0.07f, LUCIDA_EVIDENCE_AGAINST);
  assert_empty (flat, 2, LUCIDA_EVIDENCE_CONSTANT);
  assert_empty (nan_map, 2, LUCIDA_EVIDENCE_NAN);
  assert_empty (infinite, INFINITY, LUCIDA_EVIDENCE_NAN);
}

/* One hot cell of 4 × 4 is seen up to the middles of its neighbours. */
static void
test_finds_the_box_of_what_is_hot (void)
{
  const float map[16] = { [6] = 1.0f, [7] = 0.25f };
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 4, 4, 1.0f);
  double box[4];

  g_assert_true (lucida_heatmap_find_box (heatmap, 0.5, box));
  g_assert_cmpfloat (box[0], ==, 1.5 / 4.0);
  g_assert_cmpfloat (box[1], ==, 0.5 / 4.0);
  g_assert_cmpfloat (box[2], ==, 3.5 / 4.0);
  g_assert_cmpfloat (box[3], ==, 2.5 / 4.0);
  g_assert_true (lucida_heatmap_find_box (heatmap, 0.2, box));
  g_assert_cmpfloat (box[2], ==, 1.0);
  g_assert_false (lucida_heatmap_find_box (heatmap, 1.5, box));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heatmap/normalises-from-0-to-1", test_normalises_from_0_to_1);
  g_test_add_func ("/heatmap/says-why-a-map-is-empty", test_says_why_a_map_is_empty);
  g_test_add_func ("/heatmap/finds-the-box-of-what-is-hot", test_finds_the_box_of_what_is_hot);
  return g_test_run ();
}
