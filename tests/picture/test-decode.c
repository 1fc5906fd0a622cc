#include "base/error.h"
#include "fixture.h"
#include "samples.h"

#include <config.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>
#include <sys/stat.h>

#define RED 0xff0000
#define GREEN 0x00ff00
#define BLUE 0x0000ff
#define YELLOW 0xffff00
#define OPEN(sample) open_bytes (sample, sizeof sample)

/* Where, in an upright picture, the stored corners (red, green, blue, yellow) come to lie, from
 * the EXIF specification's drawing of the eight values: upper left, upper right, lower left, lower
 * right. */
static const guint upright[9][4] = {
  { RED, GREEN, BLUE, YELLOW }, { RED, GREEN, BLUE, YELLOW }, { GREEN, RED, YELLOW, BLUE },
  { YELLOW, BLUE, GREEN, RED }, { BLUE, YELLOW, RED, GREEN }, { RED, BLUE, GREEN, YELLOW },
  { BLUE, RED, YELLOW, GREEN }, { YELLOW, GREEN, BLUE, RED }, { GREEN, YELLOW, RED, BLUE },
};

static void
assert_quarters (const LucidaPicture *picture, int orientation, int tolerance)
{
  const guint *corners = upright[orientation];
  int right = picture->width - 1, bottom = picture->height - 1;

  if (orientation >= 5)
    assert_size (picture, 8, 16);
  else
    assert_size (picture, 16, 8);
  assert_pixel (picture, 0, 0, corners[0], tolerance);
  assert_pixel (picture, right, 0, corners[1], tolerance);
  assert_pixel (picture, 0, bottom, corners[2], tolerance);
  assert_pixel (picture, right, bottom, corners[3], tolerance);
}

/* Finds the orientation's entry (tag, type SHORT, one value) in either byte order and sets it. */
static void
set_orientation (guint8 *data, gsize size, guint8 value)
{
  static const guint8 little[8] = { 0x12, 1, 3, 0, 1, 0, 0, 0 };
  static const guint8 big[8] = { 1, 0x12, 0, 3, 0, 0, 0, 1 };

  for (gsize i = 0; i + 12 <= size; i++)
    if (memcmp (data + i, little, 8) == 0 || memcmp (data + i, big, 8) == 0)
      {
        data[i + (data[i] == 1 ? 9 : 8)] = value;
        return;
      }
  g_assert_not_reached ();
}

static void
check_orientations (const guint8 *sample, gsize size, int tolerance)
{
  g_autofree guint8 *data = g_memdup2 (sample, size);
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture", NULL);

  for (int orientation = 0; orientation <= 9; orientation++)
    {
      int known = orientation <= 8 ? orientation : 0, width, height;
      g_autoptr (LucidaPicture) picture = NULL;
      g_autoptr (LucidaPicture) thumbnail = NULL;

      g_test_message ("orientation %d", orientation);
      set_orientation (data, size, (guint8) orientation);
      picture = open_bytes (data, size);
      assert_quarters (picture, known, tolerance);

      g_assert_true (g_file_set_contents (path, (char *) data, (gssize) size, NULL));
      g_assert_true (lucida_picture_probe (path, &width, &height, NULL));
      assert_size (picture, width, height);

      /* the middle of it, as upright as the whole */
      thumbnail = lucida_picture_open_thumbnail (path, 8, 8, NULL, NULL);
      assert_size (thumbnail, 8, 8);
      assert_pixel (thumbnail, 0, 0, upright[known][0], tolerance);
      assert_pixel (thumbnail, 7, 0, upright[known][1], tolerance);
      assert_pixel (thumbnail, 0, 7, upright[known][2], tolerance);
      assert_pixel (thumbnail, 7, 7, upright[known][3], tolerance);
      g_remove (path);
    }
  g_rmdir (folder);
}

static gboolean
skip_without_webp (void)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type ("webp", NULL);

  if (loader)
    gdk_pixbuf_loader_close (loader, NULL);
  else
    g_test_skip ("GdkPixbuf's WebP loader is not present");
  return !loader;
}

/* What the loader makes smaller looks like what we make smaller of the whole. */
static void
test_thumbnail_of_a_large_picture (void)
{
  g_autofree char *path
      = g_build_filename (LUCIDA_SOURCE_DIR, "data", "pictures", "cat-and-dog.jpg", NULL);
  g_autoptr (LucidaPicture) whole = lucida_picture_open (path, FALSE, NULL, NULL);
  g_autoptr (LucidaPicture) thumbnail = lucida_picture_open_thumbnail (path, 56, 42, NULL, NULL);
  g_autoptr (LucidaPicture) scaled = NULL;
  int width, left;
  double sum = 0.0;

  assert_size (thumbnail, 56, 42);
  width = (int) lround (42.0 * whole->width / whole->height);
  left = (width - 56) / 2;
  scaled = lucida_picture_scale (whole, width, 42, NULL);
  for (int y = 0; y < 42; y++)
    for (int i = 0; i < 3 * 56; i++)
      sum += abs (thumbnail->pixels[(gsize) y * thumbnail->stride + (gsize) i]
                  - scaled->pixels[(gsize) y * scaled->stride + (gsize) (3 * left + i)]);
  g_assert_cmpfloat (sum / (42 * 3 * 56), <, 4.0);
}

static void
test_orientation_jpeg (void)
{
  check_orientations (sample_jpeg, sizeof sample_jpeg, 6);
}

static void
test_orientation_png (void)
{
  check_orientations (sample_png, sizeof sample_png, 0);
}

static void
test_orientation_tiff (void)
{
  check_orientations (sample_tiff, sizeof sample_tiff, 0);
}

static void
test_orientation_webp (void)
{
  if (!skip_without_webp ())
    check_orientations (sample_webp, sizeof sample_webp, 0);
}

static void
test_thumbnails_orientation_is_ignored (void)
{
  g_autoptr (LucidaPicture) picture = OPEN (sample_thumbnail_jpeg);

  assert_quarters (picture, 1, 6);
}

static void
test_kinds_are_told_by_content (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPicture) png
      = open_bytes_as ("photo.jpg", sample_png, sizeof sample_png, FALSE, &error);
  g_autoptr (LucidaPicture) gif = OPEN (sample_gif), bmp = OPEN (sample_bmp);

  g_assert_no_error (error);
  assert_quarters (png, 1, 0);
  assert_quarters (gif, 1, 0);
  assert_quarters (bmp, 1, 0);
}

static void
test_first_frame_or_page (void)
{
  g_autoptr (LucidaPicture) gif = OPEN (sample_animated_gif), tiff = OPEN (sample_pages_tiff);
  g_autoptr (LucidaPicture) webp = NULL;

  assert_pixel (gif, 4, 4, RED, 0);
  assert_pixel (tiff, 4, 4, RED, 0);
  if (skip_without_webp ())
    return;
  webp = OPEN (sample_animated_webp);
  assert_pixel (webp, 4, 4, RED, 0);
}

/* (200, 0, 50) at alpha 100: 100/255 of it and 155/255 of white. */
static void
test_alpha_is_composed_on_white (void)
{
  g_autoptr (LucidaPicture) png = OPEN (sample_alpha_png), tiff = OPEN (sample_alpha_tiff);
  g_autoptr (LucidaPicture) grey = OPEN (sample_grey_alpha_png), webp = NULL;

  assert_pixel (png, 1, 1, 0xe99baf, 0);
  /* libtiff rounds the product once more. */
  assert_pixel (tiff, 1, 1, 0xe99baf, 1);
  /* 100 · 128/255 + 127 = 177.2 */
  assert_pixel (grey, 1, 1, 0xb1b1b1, 0);
  if (skip_without_webp ())
    return;
  webp = OPEN (sample_alpha_webp);
  assert_pixel (webp, 1, 1, 0xe99baf, 0);
}

static void
test_grey_palette_and_bits_become_rgb (void)
{
  g_autoptr (LucidaPicture) grey = OPEN (sample_grey_png), jpeg = OPEN (sample_grey_jpeg);
  g_autoptr (LucidaPicture) palette = OPEN (sample_palette_png), bits = OPEN (sample_bit_png);

  assert_pixel (grey, 3, 3, 0x4d4d4d, 0);
  assert_pixel (jpeg, 3, 3, 0x4d4d4d, 1);
  assert_quarters (palette, 1, 0);
  assert_pixel (bits, 0, 0, 0x000000, 0);
  assert_pixel (bits, 1, 0, 0xffffff, 0);
  assert_pixel (bits, 0, 1, 0xffffff, 0);
  assert_pixel (bits, 1, 1, 0x000000, 0);
}

static void
test_gamma_changes_nothing (void)
{
  g_autoptr (LucidaPicture) picture = OPEN (sample_gamma_png);

  assert_pixel (picture, 3, 3, 0x4d4d4d, 0);
}

/* (255 - C)(255 - K)/255 with C 200, K 100 and, at the right, M 50: 33, 155 and 125. The file says
 * with Adobe's marker that its numbers are inverted. */
static void
test_cmyk (void)
{
  g_autoptr (LucidaPicture) picture = OPEN (sample_cmyk_jpeg);

  assert_pixel (picture, 2, 2, 0x219b9b, 1);
  assert_pixel (picture, 13, 2, 0x217d9b, 1);
}

static void
assert_deep (const LucidaPicture *picture, int tolerance)
{
  static const guint values[16] = { 0,    127,   128,   129,   255,   256,   385,   386,
                                    1000, 30000, 32767, 32768, 65000, 65406, 65407, 65535 };

  assert_size (picture, 4, 4);
  for (int i = 0; i < 16; i++)
    {
      guint expected = (guint) (values[i] / 257.0 + 0.5);
      assert_pixel (picture, i % 4, i / 4, expected * 0x10101, tolerance);
    }
}

static void
test_sixteen_bits_are_divided_by_257 (void)
{
  g_autoptr (LucidaPicture) png = OPEN (sample_deep_png), tiff = OPEN (sample_deep_tiff);
  g_autoptr (LucidaPicture) rgb = OPEN (sample_deep_rgb_png);

  assert_deep (png, 0);
  /* libtiff takes the upper byte of grey samples. */
  assert_deep (tiff, 1);
  /* 1000, 64535 and 385 are 3.89, 251.1 and 1.498 times 257. */
  assert_pixel (rgb, 0, 2, 0x04fb01, 0);
}

/* Every kind, cut at every place: never taken for whole, and what is there is there. */
static void
check_cuts (const guint8 *sample, gsize size, gsize least)
{
  for (gsize cut = size - 1; cut > 0; cut -= MIN (cut, MAX (size / 40, 1)))
    {
      g_autoptr (GError) error = NULL, ignored = NULL;
      g_autoptr (LucidaPicture) whole = open_bytes_as ("cut", sample, cut, FALSE, &error);
      g_autoptr (LucidaPicture) part = open_bytes_as ("cut", sample, cut, TRUE, &ignored);

      g_assert_null (whole);
      g_assert_nonnull (error);
      g_assert_true (!part || part->truncated);
      if (cut >= least)
        {
          g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
          g_assert_nonnull (part);
        }
    }
}

static void
test_cut_files_are_noticed (void)
{
  check_cuts (sample_jpeg, sizeof sample_jpeg, sizeof sample_jpeg - 20);
  check_cuts (sample_png, sizeof sample_png, sizeof sample_png - 6);
  check_cuts (sample_gif, sizeof sample_gif, sizeof sample_gif - 6);
  check_cuts (sample_bmp, sizeof sample_bmp, sizeof sample_bmp / 2);
  check_cuts (sample_tiff, sizeof sample_tiff, sizeof sample_tiff);
  check_cuts (sample_deep_png, sizeof sample_deep_png, sizeof sample_deep_png - 6);
  if (!skip_without_webp ())
    check_cuts (sample_webp, sizeof sample_webp, sizeof sample_webp);
}

static void
test_missing_part_is_white (void)
{
  guint8 *pixels = g_malloc0 (64 * 64 * 3);
  g_autoptr (GdkPixbuf) pixbuf
      = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, FALSE, 8, 64, 64, 64 * 3,
                                  (GdkPixbufDestroyNotify) (void (*) (void)) g_free, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPicture) picture = NULL;
  g_autofree char *data = NULL;
  gsize size;

  for (int i = 0; i < 64 * 64 * 3; i++)
    pixels[i] = (guint8) (i * 7919 >> 4);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, "png", NULL, NULL));
  picture = open_bytes_as ("half.png", data, size / 2, TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (picture->truncated);
  assert_pixel (picture, 0, 0, (guint) pixels[0] << 16 | (guint) pixels[1] << 8 | pixels[2], 0);
  assert_pixel (picture, 63, 63, 0xffffff, 0);
}

static void
assert_refused (const void *data, gsize size, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPicture) picture = open_bytes_as ("refused", data, size, TRUE, &error);

  g_assert_null (picture);
  g_assert_error (error, LUCIDA_ERROR, code);
}

/* A PNG whose compressed data have been tampered with. */
static void
assert_damage_is_noticed (const guint8 *sample, gsize size)
{
  g_autofree guint8 *data = g_memdup2 (sample, size);
  gsize at = 0;

  while (memcmp (data + at, "IDAT", 4) != 0)
    at++;
  data[at + 8] ^= 0x55;
  data[at + 9] ^= 0x55;
  assert_refused (data, size, LUCIDA_ERROR_CORRUPT);
}

static void
test_what_is_no_picture_is_refused (void)
{
  assert_refused ("", 0, LUCIDA_ERROR_UNRECOGNISED);
  assert_refused ("just text\n", 10, LUCIDA_ERROR_UNRECOGNISED);
  assert_refused (sample_float_tiff, sizeof sample_float_tiff, LUCIDA_ERROR_UNSUPPORTED);
  assert_damage_is_noticed (sample_png, sizeof sample_png);
  assert_damage_is_noticed (sample_deep_png, sizeof sample_deep_png);
}

static void
test_size_is_checked_before_memory_is_taken (void)
{
  guint8 deep[sizeof sample_deep_png];

  assert_refused (sample_huge_png, sizeof sample_huge_png, LUCIDA_ERROR_TOO_LARGE);
  memcpy (deep, sample_deep_png, sizeof deep);
  deep[16] = deep[20] = 0x7f;
  assert_refused (deep, sizeof deep, LUCIDA_ERROR_TOO_LARGE);
}

/* Beyond Cairo's limit; a network sees it all the same. */
static void
test_wide_pictures_are_read (void)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 40000, 2);
  g_autoptr (LucidaPicture) picture = NULL;
  g_autofree char *data = NULL;
  gsize size;

  gdk_pixbuf_fill (pixbuf, 0x102030ff);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &size, "png", NULL, NULL));
  picture = open_bytes (data, size);
  assert_size (picture, 40000, 2);
  assert_pixel (picture, 39999, 1, 0x102030, 0);
}

static void
assert_path_refused (const char *path, int code)
{
  g_autofree char *prefix = g_strconcat (path, ": ", NULL);
  g_autoptr (GError) error = NULL, probing = NULL;
  int width, height;

  g_assert_null (lucida_picture_open (path, TRUE, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_false (lucida_picture_probe (path, &width, &height, &probing));
  g_assert_error (probing, LUCIDA_ERROR, code);
}

static void
test_missing_files_folders_and_pipes (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *missing = g_build_filename (folder, "none.png", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);

  assert_path_refused (missing, LUCIDA_ERROR_NOT_FOUND);
  assert_path_refused (folder, LUCIDA_ERROR_IO);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_path_refused (pipe, LUCIDA_ERROR_IO);
  assert_path_refused ("/dev/zero", LUCIDA_ERROR_IO);
  g_remove (pipe);
  g_rmdir (folder);
}

static void
test_names_of_any_bytes (void)
{
  static const char *const names[] = { "a:b.png",    "file:x.png", "100%.jpg",    "#1.png",
                                       " two  .png", "line\nend",  "caf\xe9.png", "\xff\xfe" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaPicture) picture
          = open_bytes_as (names[i], sample_png, sizeof sample_png, FALSE, &error);

      g_assert_no_error (error);
      g_assert_true (g_utf8_validate (picture->name, -1, NULL));
      if (g_utf8_validate (names[i], -1, NULL))
        g_assert_cmpstr (picture->name, ==, names[i]);
    }
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, (char *) sample_png, sizeof sample_png, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_null (lucida_picture_open (path, FALSE, cancellable, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func ("/picture/decode/" name, function)
  ADD ("orientation-jpeg", test_orientation_jpeg);
  ADD ("thumbnail-of-a-large-picture", test_thumbnail_of_a_large_picture);
  ADD ("orientation-png", test_orientation_png);
  ADD ("orientation-tiff", test_orientation_tiff);
  ADD ("orientation-webp", test_orientation_webp);
  ADD ("thumbnails-orientation-is-ignored", test_thumbnails_orientation_is_ignored);
  ADD ("kinds-are-told-by-content", test_kinds_are_told_by_content);
  ADD ("first-frame-or-page", test_first_frame_or_page);
  ADD ("alpha-is-composed-on-white", test_alpha_is_composed_on_white);
  ADD ("grey-palette-and-bits-become-rgb", test_grey_palette_and_bits_become_rgb);
  ADD ("gamma-changes-nothing", test_gamma_changes_nothing);
  ADD ("cmyk", test_cmyk);
  ADD ("sixteen-bits-are-divided-by-257", test_sixteen_bits_are_divided_by_257);
  ADD ("cut-files-are-noticed", test_cut_files_are_noticed);
  ADD ("missing-part-is-white", test_missing_part_is_white);
  ADD ("what-is-no-picture-is-refused", test_what_is_no_picture_is_refused);
  ADD ("size-is-checked-before-memory-is-taken", test_size_is_checked_before_memory_is_taken);
  ADD ("wide-pictures-are-read", test_wide_pictures_are_read);
  ADD ("missing-files-folders-and-pipes", test_missing_files_folders_and_pipes);
  ADD ("names-of-any-bytes", test_names_of_any_bytes);
  ADD ("cancelled", test_cancelled);
  return g_test_run ();
}
