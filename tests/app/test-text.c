#include "app/parts/text.h"

#include <gtk/gtk.h>

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

/* @text between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE. */
#define ISOLATED(text) "\xe2\x81\xa8" text "\xe2\x81\xa9"

static void
check (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static LucidaPreprocessing
prepare (int size)
{
  LucidaPreprocessing value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_TORCHVISION, 3);

  value.width = value.height = size;
  return value;
}

/* In a window from left to right numbers are bare: programs read them. */
static void
test_left_to_right (void)
{
  const LucidaPreprocessing value = prepare (224);

  check (lucida_text_percent (0.69), "69 %");
  check (lucida_text_seconds (0.009), "9 ms");
  check (lucida_text_logit (-3.2), "-3.20");
  check (lucida_text_size (80, 40), "80 × 40");
  check (lucida_text_isolate ("0 … 1"), "0 … 1");
  check (lucida_text_preprocessing (NULL, &value, 3),
         "224 × 224, centre crop, RGB, ImageNet mean and std");
}

/* In one from right to left "69 %" would be shown as "% 69", "-3.20" as "3.20-". */
static void
test_right_to_left (void)
{
  const LucidaPreprocessing value = prepare (224);
  const LucidaPicture picture = { .width = 760, .height = 420 };
  const LucidaSeconds seconds = { .backward = 0.009, .cam = 0.0001 };

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  check (lucida_text_percent (0.69), ISOLATED ("69 %"));
  check (lucida_text_percent (0.0001), ISOLATED ("< 0.1 %"));
  check (lucida_text_share (0.6), ISOLATED ("60 %"));
  check (lucida_text_seconds (1.23), ISOLATED ("1.2 s"));
  check (lucida_text_logit (-3.2), ISOLATED ("-3.20"));
  check (lucida_text_shape (256, 10, 20), ISOLATED ("256 × 10 × 20"));
  check (lucida_text_size (80, 40), ISOLATED ("80 × 40"));
  check (lucida_text_timing (&seconds),
         "gradients " ISOLATED ("9 ms") " · map " ISOLATED ("0.1 ms"));
  /* the arrow belongs to the sizes, between which it points */
  check (lucida_text_preprocessing (&picture, &value, 3),
         ISOLATED ("760 × 420 → 224 × 224") ", centre crop, " ISOLATED (
             "RGB") ", ImageNet mean and std");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/text/places", test_places);
  g_test_add_func ("/app/text/few-cells", test_few_cells);
  g_test_add_func ("/app/text/left-to-right", test_left_to_right);
  g_test_add_func ("/app/text/right-to-left", test_right_to_left);
  return g_test_run ();
}
