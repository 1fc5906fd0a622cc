#include "base/error.h"
#include "render/overlay.h"

#include <math.h>
#include <string.h>

#define WIDTH 23
#define HEIGHT 17
#define MAP_WIDTH 5
#define MAP_HEIGHT 3

static const LucidaPlacement everywhere = { 0, 0, WIDTH, HEIGHT };

static LucidaPicture *
make_picture (void)
{
  guint8 pixels[HEIGHT][WIDTH][3];
  LucidaPicture *picture;
  g_autoptr (GError) error = NULL;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        pixels[y][x][c] = (guint8) (x * 31 + y * 17 + c * 101);
  picture = lucida_picture_new (WIDTH, HEIGHT, sizeof pixels[0], &pixels[0][0][0], "p", &error);
  g_assert_no_error (error);
  return picture;
}

static LucidaHeatmap *
make_heatmap (void)
{
  static const float map[MAP_HEIGHT * MAP_WIDTH] = { 0, 0, 3, 10, 2, 1, 0, 0, 7, 5, 0, 0, 0, 0, 4 };

  return lucida_heatmap_new (map, MAP_HEIGHT, MAP_WIDTH, 10);
}

static LucidaOverlayStyle
make_style (LucidaBlend blend, double opacity, double threshold)
{
  return (LucidaOverlayStyle){ lucida_colormap_find ("turbo"), blend, opacity, threshold };
}

/* The definition, in doubles. */
static double
slow_sample (const LucidaHeatmap *heatmap, double u, double v)
{
  double x = u * heatmap->width - 0.5, y = v * heatmap->height - 0.5, sum = 0;

  for (int j = 0; j < heatmap->height; j++)
    for (int i = 0; i < heatmap->width; i++)
      {
        double inside_x = CLAMP (x, 0, heatmap->width - 1),
               inside_y = CLAMP (y, 0, heatmap->height - 1);
        double weight = MAX (0, 1 - fabs (inside_x - i)) * MAX (0, 1 - fabs (inside_y - j));

        sum += weight * heatmap->normalised[j * heatmap->width + i];
      }
  return sum;
}

static void
get_pixel (cairo_surface_t *surface, int x, int y, int argb[4])
{
  guint32 pixel;

  memcpy (&pixel,
          cairo_image_surface_get_data (surface)
              + (gsize) y * (gsize) cairo_image_surface_get_stride (surface) + (gsize) x * 4,
          4);
  for (int c = 0; c < 4; c++)
    argb[c] = (int) (pixel >> (24 - 8 * c) & 0xff);
}

static cairo_surface_t *
compose (const LucidaPicture *picture, const LucidaPlacement *placement,
         const LucidaHeatmap *heatmap, const LucidaOverlayStyle *style)
{
  g_autoptr (GError) error = NULL;
  cairo_surface_t *surface = lucida_overlay_compose (picture, placement, heatmap, style, &error);

  g_assert_no_error (error);
  g_assert_cmpint (cairo_image_surface_get_format (surface), ==, CAIRO_FORMAT_RGB24);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, picture->width);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, picture->height);
  return surface;
}

static gboolean
is_bare (cairo_surface_t *surface, const LucidaPicture *picture, int x, int y)
{
  int argb[4];

  get_pixel (surface, x, y, argb);
  for (int c = 0; c < 3; c++)
    if (argb[c + 1] != picture->pixels[(gsize) y * picture->stride + (gsize) x * 3 + c])
      return FALSE;
  return TRUE;
}

static void
assert_bare (cairo_surface_t *surface, const LucidaPicture *picture)
{
  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      g_assert_true (is_bare (surface, picture, x, y));
}

/* torch.nn.functional.interpolate (torch.tensor ([[0., 1.], [2., 3.]])[None, None], (4, 6),
 * mode='bilinear', align_corners=False), divided by 3. */
static void
test_upsampling_is_pytorchs (void)
{
  static const float map[4] = { 0, 1, 2, 3 };
  static const double expected[4][6] = {
    { 0, 0, 1 / 3.0, 2 / 3.0, 1, 1 },
    { 0.5, 0.5, 5 / 6.0, 7 / 6.0, 1.5, 1.5 },
    { 1.5, 1.5, 11 / 6.0, 13 / 6.0, 2.5, 2.5 },
    { 2, 2, 7 / 3.0, 8 / 3.0, 3, 3 },
  };
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 2, 2, 3);
  float out[24];

  lucida_overlay_upsample (heatmap, 6, 4, out);
  for (int i = 0; i < 24; i++)
    g_assert_cmpfloat_with_epsilon (out[i] * 3, expected[i / 6][i % 6], 1e-5);
}

static void
test_upsampling_follows_the_definition (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 5, 3 }, { 2, 2 }, { 64, 48 }, { 7, 90 } };
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int width = sizes[i][0], height = sizes[i][1];
      g_autofree float *out = g_new (float, width *height);

      lucida_overlay_upsample (heatmap, width, height, out);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            double u = (x + 0.5) / width, v = (y + 0.5) / height;

            g_assert_cmpfloat_with_epsilon (out[y * width + x], slow_sample (heatmap, u, v), 1e-5);
            g_assert_cmpfloat_with_epsilon (lucida_overlay_sample (heatmap, u, v),
                                            slow_sample (heatmap, u, v), 1e-5);
          }
    }
}

static void
test_opacity_0_is_the_picture (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();

  for (int blend = LUCIDA_BLEND_CLEAR; blend <= LUCIDA_BLEND_TINTED; blend++)
    {
      LucidaOverlayStyle style = make_style ((LucidaBlend) blend, 0, 0);
      cairo_surface_t *surface = compose (picture, &everywhere, heatmap, &style);

      assert_bare (surface, picture);
      cairo_surface_destroy (surface);
    }
}

static void
test_no_map_is_the_picture (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  LucidaOverlayStyle style = make_style (LUCIDA_BLEND_TINTED, 1, 0);
  cairo_surface_t *surface = compose (picture, &everywhere, NULL, &style);

  assert_bare (surface, picture);
  cairo_surface_destroy (surface);
}

static void
test_tinted_opacity_1_is_the_colours (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();
  LucidaOverlayStyle style = make_style (LUCIDA_BLEND_TINTED, 1, 0);
  cairo_surface_t *surface = compose (picture, &everywhere, heatmap, &style);
  g_autoptr (GError) error = NULL;
  cairo_surface_t *colours = lucida_overlay_colour (heatmap, WIDTH, HEIGHT, &style, &error);
  float heat[HEIGHT * WIDTH];

  g_assert_no_error (error);
  lucida_overlay_upsample (heatmap, WIDTH, HEIGHT, heat);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        const guint8 *colour = style.colormap->rgb[(int) (heat[y * WIDTH + x] * 255 + 0.5f)];
        int argb[4], alone[4];

        get_pixel (surface, x, y, argb);
        get_pixel (colours, x, y, alone);
        g_assert_cmpint (alone[0], ==, 255);
        for (int c = 0; c < 3; c++)
          {
            g_assert_cmpint (argb[c + 1], ==, colour[c]);
            g_assert_cmpint (alone[c + 1], ==, colour[c]);
          }
      }
  cairo_surface_destroy (surface);
  cairo_surface_destroy (colours);
}

/* (1 - a)·picture + a·colour, a the opacity or, in `clear`, opacity · heat. */
static void
test_blends_follow_their_formula (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();
  const double threshold = 0.2;
  int places = 0;

  for (int blend = LUCIDA_BLEND_CLEAR; blend <= LUCIDA_BLEND_TINTED; blend++)
    {
      LucidaOverlayStyle style = make_style ((LucidaBlend) blend, 0.6, threshold);
      cairo_surface_t *surface = compose (picture, &everywhere, heatmap, &style);

      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            double heat = slow_sample (heatmap, (x + 0.5) / WIDTH, (y + 0.5) / HEIGHT);
            double share = blend == LUCIDA_BLEND_CLEAR ? 0.6 * heat : 0.6;
            const guint8 *colour = style.colormap->rgb[(int) (heat * 255 + 0.5)];
            int argb[4];

            if (fabs (heat - threshold) < 1e-5)
              continue;
            if (heat < threshold)
              {
                g_assert_true (is_bare (surface, picture, x, y));
                continue;
              }
            places++;
            get_pixel (surface, x, y, argb);
            for (int c = 0; c < 3; c++)
              {
                double bare = picture->pixels[(gsize) y * picture->stride + (gsize) x * 3 + c];
                g_assert_cmpfloat_with_epsilon (argb[c + 1], (1 - share) * bare + share * colour[c],
                                                0.51);
              }
          }
      cairo_surface_destroy (surface);
    }
  g_assert_cmpint (places, >, 100);
}

static void
test_clear_leaves_cold_places (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();
  LucidaOverlayStyle style = make_style (LUCIDA_BLEND_CLEAR, 1, 0);
  cairo_surface_t *surface = compose (picture, &everywhere, heatmap, &style);
  int cold = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      if (slow_sample (heatmap, (x + 0.5) / WIDTH, (y + 0.5) / HEIGHT) == 0)
        {
          cold++;
          g_assert_true (is_bare (surface, picture, x, y));
        }
  g_assert_cmpint (cold, >, 20);
  cairo_surface_destroy (surface);
}

/* The overlay painted by Cairo with the alpha `opacity` is the composed one, within rounding. */
static void
test_painted_overlay_is_the_composed_one (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();

  for (int blend = LUCIDA_BLEND_CLEAR; blend <= LUCIDA_BLEND_TINTED; blend++)
    {
      LucidaOverlayStyle style = make_style ((LucidaBlend) blend, 0.7, 0.1);
      cairo_surface_t *composed = compose (picture, &everywhere, heatmap, &style);
      cairo_surface_t *painted = lucida_overlay_picture (picture, WIDTH, HEIGHT, NULL);
      cairo_surface_t *colours = lucida_overlay_colour (heatmap, WIDTH, HEIGHT, &style, NULL);
      cairo_t *cr = cairo_create (painted);

      assert_bare (painted, picture);
      cairo_set_source_surface (cr, colours, 0, 0);
      cairo_paint_with_alpha (cr, style.opacity);
      cairo_destroy (cr);
      cairo_surface_flush (painted);
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            int a[4], b[4];

            get_pixel (composed, x, y, a);
            get_pixel (painted, x, y, b);
            for (int c = 1; c < 4; c++)
              g_assert_cmpint (ABS (a[c] - b[c]), <=, 3);
          }
      cairo_surface_destroy (composed);
      cairo_surface_destroy (painted);
      cairo_surface_destroy (colours);
    }
}

static void
test_outside_the_crop_is_bare (void)
{
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();
  const LucidaPlacement crop = { 4.3, 2.6, 11.5, 9.0 };
  LucidaOverlayStyle style = make_style (LUCIDA_BLEND_TINTED, 1, 0);
  cairo_surface_t *surface = compose (picture, &crop, heatmap, &style);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        double u = (x + 0.5 - crop.x) / crop.width, v = (y + 0.5 - crop.y) / crop.height;

        if (u < 0 || u >= 1 || v < 0 || v >= 1)
          g_assert_true (is_bare (surface, picture, x, y));
        else
          {
            const guint8 *colour
                = style.colormap->rgb[(int) (slow_sample (heatmap, u, v) * 255 + 0.5)];
            int argb[4];

            get_pixel (surface, x, y, argb);
            for (int c = 0; c < 3; c++)
              g_assert_cmpint (ABS (argb[c + 1] - colour[c]), <=, 4);
          }
      }
  cairo_surface_destroy (surface);
}

static void
test_no_evidence_is_the_colour_of_0 (void)
{
  static const float dead[4] = { 0 };
  g_autoptr (LucidaPicture) picture = make_picture ();
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (dead, 2, 2, -1);
  LucidaOverlayStyle style = make_style (LUCIDA_BLEND_TINTED, 1, 0);
  cairo_surface_t *surface = compose (picture, &everywhere, heatmap, &style);
  int argb[4];

  get_pixel (surface, 3, 3, argb);
  for (int c = 0; c < 3; c++)
    g_assert_cmpint (argb[c + 1], ==, style.colormap->rgb[0][c]);
  cairo_surface_destroy (surface);
  style.blend = LUCIDA_BLEND_CLEAR;
  surface = compose (picture, &everywhere, heatmap, &style);
  assert_bare (surface, picture);
  cairo_surface_destroy (surface);
}

static void
test_scaled_picture_is_antialiased (void)
{
  guint8 pixels[8][8][3];
  g_autoptr (LucidaPicture) picture = NULL;
  cairo_surface_t *surface;
  int argb[4];

  /* A chequerboard of single pixels becomes grey. */
  for (int y = 0; y < 8; y++)
    for (int x = 0; x < 8; x++)
      memset (pixels[y][x], (x + y) % 2 ? 255 : 0, 3);
  picture = lucida_picture_new (8, 8, 24, &pixels[0][0][0], "p", NULL);
  surface = lucida_overlay_picture (picture, 2, 2, NULL);
  get_pixel (surface, 0, 0, argb);
  g_assert_cmpint (argb[1], >=, 120);
  g_assert_cmpint (argb[1], <=, 135);
  cairo_surface_destroy (surface);
}

static void
test_beyond_cairos_limit (void)
{
  g_autofree guint8 *pixels = g_malloc0 (40000 * 3);
  g_autoptr (LucidaPicture) picture = lucida_picture_new (40000, 1, 40000 * 3, pixels, "p", NULL);
  g_autoptr (LucidaHeatmap) heatmap = make_heatmap ();
  LucidaOverlayStyle style = make_style (LUCIDA_BLEND_TINTED, 1, 0);
  const LucidaPlacement whole = { 0, 0, 40000, 1 };
  g_autoptr (GError) composing = NULL, colouring = NULL, scaling = NULL;

  g_assert_null (lucida_overlay_compose (picture, &whole, heatmap, &style, &composing));
  g_assert_error (composing, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE);
  g_assert_null (lucida_overlay_colour (heatmap, 1, 32768, &style, &colouring));
  g_assert_error (colouring, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE);
  g_assert_null (lucida_overlay_picture (picture, 0, 0, &scaling));
  g_assert_error (scaling, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/render/overlay/" name, function)
  ADD ("upsampling-is-pytorchs", test_upsampling_is_pytorchs);
  ADD ("upsampling-follows-the-definition", test_upsampling_follows_the_definition);
  ADD ("opacity-0-is-the-picture", test_opacity_0_is_the_picture);
  ADD ("no-map-is-the-picture", test_no_map_is_the_picture);
  ADD ("tinted-opacity-1-is-the-colours", test_tinted_opacity_1_is_the_colours);
  ADD ("blends-follow-their-formula", test_blends_follow_their_formula);
  ADD ("clear-leaves-cold-places", test_clear_leaves_cold_places);
  ADD ("painted-overlay-is-the-composed-one", test_painted_overlay_is_the_composed_one);
  ADD ("outside-the-crop-is-bare", test_outside_the_crop_is_bare);
  ADD ("no-evidence-is-the-colour-of-0", test_no_evidence_is_the_colour_of_0);
  ADD ("scaled-picture-is-antialiased", test_scaled_picture_is_antialiased);
  ADD ("beyond-cairos-limit", test_beyond_cairos_limit);
  return g_test_run ();
}
