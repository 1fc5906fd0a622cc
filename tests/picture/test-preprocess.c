#include "fixture.h"
#include "resampled.h"

#include <math.h>

#define WIDTH 61
#define HEIGHT 37

/* The pattern of make-resampled.py. */
static LucidaPicture *
make_pattern (void)
{
  guint8 pixels[HEIGHT][WIDTH][3];
  g_autoptr (GError) error = NULL;
  LucidaPicture *picture;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        pixels[y][x][c] = (guint8) (x * 7 + y * 13 + c * 29 + x * y * 3);
  picture = lucida_picture_new (WIDTH, HEIGHT, sizeof pixels[0], &pixels[0][0][0], "p", &error);
  g_assert_no_error (error);
  return picture;
}

/* Values 0 … 255 as they are. */
static LucidaPreprocessing
plain (int width, int height, LucidaResize resize, LucidaResample resample)
{
  LucidaPreprocessing preprocessing = { .width = width,
                                        .height = height,
                                        .resize = resize,
                                        .resample = resample,
                                        .channels = LUCIDA_CHANNELS_RGB,
                                        .scale = 1 };

  for (int c = 0; c < LUCIDA_MAX_CHANNELS; c++)
    preprocessing.std[c] = 1;
  return preprocessing;
}

static LucidaTensor *
make_input (const LucidaPicture *picture, const LucidaPreprocessing *preprocessing, int channels,
            gboolean channels_last)
{
  g_autoptr (GError) error = NULL;
  LucidaTensor *tensor
      = lucida_picture_to_tensor (picture, preprocessing, channels, channels_last, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
assert_values (const LucidaPicture *picture, const LucidaPreprocessing *preprocessing, int channels,
               const guint8 *expected, gsize count)
{
  g_autoptr (LucidaTensor) tensor = make_input (picture, preprocessing, channels, TRUE);

  /* Of @expected there may be only the first lines. */
  g_assert_cmpint (lucida_tensor_get_count (tensor), >=, count);
  for (gsize i = 0; i < count; i++)
    g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[i], ==, expected[i]);
}

static void
test_triangle_is_pillows (void)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  LucidaPreprocessing smaller = plain (8, 5, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_TRIANGLE);
  LucidaPreprocessing larger = plain (67, 40, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_TRIANGLE);
  LucidaPreprocessing taller = plain (4, 50, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_TRIANGLE);

  assert_values (picture, &smaller, 3, pillow_smaller, sizeof pillow_smaller);
  assert_values (picture, &larger, 3, pillow_larger, sizeof pillow_larger);
  assert_values (picture, &taller, 3, pillow_taller, sizeof pillow_taller);
}

static void
test_nearest_is_pillows (void)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  LucidaPreprocessing nearest = plain (9, 7, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_NEAREST);

  assert_values (picture, &nearest, 3, pillow_nearest, sizeof pillow_nearest);
}

static void
test_crop_is_torchvisions (void)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  LucidaPreprocessing cropped = plain (9, 9, LUCIDA_RESIZE_CROP, LUCIDA_RESAMPLE_TRIANGLE);

  assert_values (picture, &cropped, 3, pillow_cropped, sizeof pillow_cropped);
}

static void
test_luminance_is_rec_601 (void)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  LucidaPreprocessing grey = plain (8, 5, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_TRIANGLE);

  grey.channels = LUCIDA_CHANNELS_L;
  assert_values (picture, &grey, 1, pillow_grey, sizeof pillow_grey);
  /* One channel is luminance whatever the order says. */
  grey.channels = LUCIDA_CHANNELS_RGB;
  assert_values (picture, &grey, 1, pillow_grey, sizeof pillow_grey);
}

/* The definition, in doubles: half-pixel centres, the four pixels around the place, edges
 * repeated. */
static double
sample_linear (const LucidaPicture *picture, double x, double y, int c)
{
  double sum = 0, column = floor (x), row = floor (y);

  for (int j = 0; j < 2; j++)
    for (int i = 0; i < 2; i++)
      {
        int at_x = (int) CLAMP (column + i, 0, picture->width - 1);
        int at_y = (int) CLAMP (row + j, 0, picture->height - 1);
        double weight = (1 - fabs (x - column - i)) * (1 - fabs (y - row - j));

        sum += weight * picture->pixels[(gsize) at_y * picture->stride + (gsize) at_x * 3 + c];
      }
  return sum;
}

static void
check_linear (int width, int height)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  LucidaPreprocessing linear = plain (width, height, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_LINEAR);
  g_autoptr (LucidaTensor) tensor = make_input (picture, &linear, 3, TRUE);
  const float *values = lucida_tensor_get_floats (tensor);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        {
          double expected = sample_linear (picture, (x + 0.5) * WIDTH / width - 0.5,
                                           (y + 0.5) * HEIGHT / height - 0.5, c);
          g_assert_cmpfloat_with_epsilon (*values++, expected, 1e-3);
        }
}

static void
test_linear_takes_four_pixels (void)
{
  check_linear (10, 7);
  check_linear (100, 90);
  check_linear (61, 37);
}

static void
test_layout_and_order (void)
{
  static const guint8 pixel[3] = { 10, 20, 30 };
  g_autoptr (LucidaPicture) picture = lucida_picture_new (1, 1, 3, pixel, "p", NULL);
  LucidaPreprocessing bgr = plain (2, 1, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_NEAREST);
  g_autoptr (LucidaTensor) planes = NULL, last = NULL;
  const LucidaShape planes_shape
      = lucida_shape (4, (int64_t) 1, (int64_t) 4, (int64_t) 1, (int64_t) 2);
  const LucidaShape last_shape
      = lucida_shape (4, (int64_t) 1, (int64_t) 1, (int64_t) 2, (int64_t) 4);
  /* (value · 2 - mean) / std, in the network's order: blue, green, red, opaque. */
  static const float expected[4]
      = { (60 - 1) / 2.0f, (40 - 2) / 4.0f, (20 - 3) / 8.0f, (510 - 4) / 16.0f };

  bgr.channels = LUCIDA_CHANNELS_BGR;
  bgr.scale = 2;
  for (int c = 0; c < 4; c++)
    {
      bgr.mean[c] = c + 1;
      bgr.std[c] = 2 << c;
    }
  planes = make_input (picture, &bgr, 4, FALSE);
  last = make_input (picture, &bgr, 4, TRUE);
  g_assert_true (lucida_shape_equal (lucida_tensor_get_shape (planes), &planes_shape));
  g_assert_true (lucida_shape_equal (lucida_tensor_get_shape (last), &last_shape));
  for (int c = 0; c < 4; c++)
    for (int x = 0; x < 2; x++)
      {
        g_assert_cmpfloat (lucida_tensor_get_floats (planes)[c * 2 + x], ==, expected[c]);
        g_assert_cmpfloat (lucida_tensor_get_floats (last)[x * 4 + c], ==, expected[c]);
      }
}

static void
test_no_division_by_zero (void)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  LucidaPreprocessing zero = plain (3, 3, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_TRIANGLE);
  g_autoptr (LucidaTensor) tensor = NULL;

  zero.std[0] = 0;
  zero.std[1] = NAN;
  zero.std[2] = INFINITY;
  tensor = make_input (picture, &zero, 3, FALSE);
  for (int i = 0; i < 27; i++)
    g_assert_true (isfinite (lucida_tensor_get_floats (tensor)[i]));
}

typedef struct
{
  int width, height;         /* of the picture */
  int net_width, net_height; /* of the network's input */
  double x, y, part_width, part_height;
} Crop;

/* Worked out by hand from "the shorter side becomes round (size · 256/224), the longer is cut off
 * to a whole number, the middle is cut out". */
static void
test_crop_lies_where_the_network_looked (void)
{
  static const Crop crops[] = {
    /* 800×600 becomes 341×256; the margins are round (117 / 2) = 58 (to even) and 16. */
    { 800, 600, 224, 224, 58 * 800 / 341.0, 16 * 600 / 256.0, 224 * 800 / 341.0,
      224 * 600 / 256.0 },
    { 600, 800, 224, 224, 16 * 600 / 256.0, 58 * 800 / 341.0, 224 * 600 / 256.0,
      224 * 800 / 341.0 },
    { 256, 256, 224, 224, 16, 16, 224, 224 },
    /* 160 · 256/224 = 182.9: 183; a margin of round (11.5) = 12. */
    { 183, 183, 160, 160, 12, 12, 160, 160 },
    /* 299 · 256/224 = 341.7: 342; a margin of round (21.5) = 22. */
    { 342, 342, 299, 299, 22, 22, 299, 299 },
    /* A network of 224×112: 256×128 must be covered; 512×512 becomes 256×256. */
    { 512, 512, 224, 112, 32, 144, 448, 224 },
    /* 1000×128 already covers it in height. */
    { 1000, 128, 224, 112, 388, 8, 224, 112 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (crops); i++)
    {
      const Crop *crop = &crops[i];
      LucidaPreprocessing preprocessing
          = plain (crop->net_width, crop->net_height, LUCIDA_RESIZE_CROP, LUCIDA_RESAMPLE_TRIANGLE);
      LucidaPlacement place = lucida_picture_place (crop->width, crop->height, &preprocessing);

      g_assert_cmpfloat_with_epsilon (place.x, crop->x, 1e-9);
      g_assert_cmpfloat_with_epsilon (place.y, crop->y, 1e-9);
      g_assert_cmpfloat_with_epsilon (place.width, crop->part_width, 1e-9);
      g_assert_cmpfloat_with_epsilon (place.height, crop->part_height, 1e-9);
    }
}

/* No size of picture or network puts the crop outside the picture. */
static void
test_crop_stays_inside (void)
{
  static const int sides[] = { 1, 2, 3, 7, 100, 223, 224, 225, 40000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
      for (int net_height = 1; net_height < 230; net_height += 37)
        for (int net_width = 1; net_width < 230; net_width += 41)
          {
            LucidaPreprocessing preprocessing
                = plain (net_width, net_height, LUCIDA_RESIZE_CROP, LUCIDA_RESAMPLE_TRIANGLE);
            LucidaPlacement place = lucida_picture_place (sides[i], sides[j], &preprocessing);

            g_assert_cmpfloat (place.x, >=, 0);
            g_assert_cmpfloat (place.y, >=, 0);
            g_assert_cmpfloat (place.x + place.width, <=, sides[i] + 1e-6);
            g_assert_cmpfloat (place.y + place.height, <=, sides[j] + 1e-6);
          }
}

static void
test_squash_is_the_whole_picture (void)
{
  LucidaPreprocessing squash = plain (10, 20, LUCIDA_RESIZE_SQUASH, LUCIDA_RESAMPLE_LINEAR);
  LucidaPlacement place = lucida_picture_place (300, 200, &squash);

  g_assert_cmpfloat (place.x, ==, 0);
  g_assert_cmpfloat (place.y, ==, 0);
  g_assert_cmpfloat (place.width, ==, 300);
  g_assert_cmpfloat (place.height, ==, 200);
}

/* A gradient tells where each output pixel was taken: its centre's place in the picture. */
static void
test_crop_and_placement_agree (void)
{
  guint8 pixels[8][200][3];
  g_autoptr (LucidaPicture) picture = NULL;

  for (int y = 0; y < 8; y++)
    for (int x = 0; x < 200; x++)
      memset (pixels[y][x], x, 3);
  picture = lucida_picture_new (200, 8, sizeof pixels[0], &pixels[0][0][0], "p", NULL);
  for (int resample = LUCIDA_RESAMPLE_TRIANGLE; resample <= LUCIDA_RESAMPLE_NEAREST; resample++)
    {
      LucidaPreprocessing crop = plain (28, 7, LUCIDA_RESIZE_CROP, (LucidaResample) resample);
      LucidaPlacement place = lucida_picture_place (200, 8, &crop);
      g_autoptr (LucidaTensor) tensor = make_input (picture, &crop, 3, FALSE);

      for (int x = 0; x < 28; x++)
        {
          double expected = place.x + (x + 0.5) * place.width / 28 - 0.5;
          g_assert_cmpfloat_with_epsilon (lucida_tensor_get_floats (tensor)[x], expected, 1.01);
        }
    }
}

static void
test_extreme_pictures (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 40000, 1 }, { 1, 40000 }, { 3, 50000 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int width = sizes[i][0], height = sizes[i][1];
      g_autofree guint8 *pixels = g_malloc ((gsize) width * height * 3);
      g_autoptr (LucidaPicture) picture = NULL;

      memset (pixels, 200, (gsize) width * height * 3);
      picture = lucida_picture_new (width, height, (gsize) width * 3, pixels, "p", NULL);
      for (int resize = LUCIDA_RESIZE_SQUASH; resize <= LUCIDA_RESIZE_CROP; resize++)
        for (int resample = LUCIDA_RESAMPLE_TRIANGLE; resample <= LUCIDA_RESAMPLE_NEAREST;
             resample++)
          {
            LucidaPreprocessing preprocessing
                = plain (32, 24, (LucidaResize) resize, (LucidaResample) resample);
            g_autoptr (LucidaTensor) tensor = make_input (picture, &preprocessing, 3, FALSE);

            for (int j = 0; j < 3 * 32 * 24; j++)
              g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[j], ==, 200);
          }
    }
}

static void
test_scaled_pictures_are_pillows (void)
{
  g_autoptr (LucidaPicture) picture = make_pattern ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPicture) scaled = lucida_picture_scale (picture, 8, 5, &error);

  g_assert_no_error (error);
  assert_size (scaled, 8, 5);
  g_assert_cmpmem (scaled->pixels, scaled->stride * 5, pillow_smaller, sizeof pillow_smaller);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/picture/preprocess/" name, function)
  ADD ("triangle-is-pillows", test_triangle_is_pillows);
  ADD ("nearest-is-pillows", test_nearest_is_pillows);
  ADD ("crop-is-torchvisions", test_crop_is_torchvisions);
  ADD ("luminance-is-rec-601", test_luminance_is_rec_601);
  ADD ("linear-takes-four-pixels", test_linear_takes_four_pixels);
  ADD ("layout-and-order", test_layout_and_order);
  ADD ("no-division-by-zero", test_no_division_by_zero);
  ADD ("crop-lies-where-the-network-looked", test_crop_lies_where_the_network_looked);
  ADD ("crop-stays-inside", test_crop_stays_inside);
  ADD ("squash-is-the-whole-picture", test_squash_is_the_whole_picture);
  ADD ("crop-and-placement-agree", test_crop_and_placement_agree);
  ADD ("extreme-pictures", test_extreme_pictures);
  ADD ("scaled-pictures-are-pillows", test_scaled_pictures_are_pillows);
  return g_test_run ();
}
