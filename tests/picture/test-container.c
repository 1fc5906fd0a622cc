#include "base/error.h"
#include "fixture.h"
#include "samples.h"

#define FLIPS 60

typedef struct
{
  const char *name;
  const guint8 *data;
  gsize size;
} Sample;

#define SAMPLE(name)                                                                               \
  {                                                                                                \
#name, sample_##name, sizeof sample_##name                                                     \
  }

static const Sample samples[] = {
  SAMPLE (jpeg),     SAMPLE (png),          SAMPLE (tiff),           SAMPLE (webp),
  SAMPLE (gif),      SAMPLE (bmp),          SAMPLE (thumbnail_jpeg), SAMPLE (animated_gif),
  SAMPLE (deep_png), SAMPLE (deep_rgb_png), SAMPLE (cmyk_jpeg),      SAMPLE (deep_tiff),
};

/* Whatever the bytes are, a file gives a picture or one of the errors; the sanitisers see to the
 * rest. */
static void
try_file (const char *path, const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL, probing = NULL;
  g_autoptr (LucidaPicture) picture = NULL;
  int width = 0, height = 0;

  g_assert_true (g_file_set_contents_full (path, (const char *) data, (gssize) size,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  picture = lucida_picture_open (path, TRUE, NULL, &error);
  if (picture)
    {
      g_assert_cmpint (picture->width, >, 0);
      g_assert_cmpint (picture->height, >, 0);
    }
  else
    g_assert_true (error && error->domain == LUCIDA_ERROR);
  if (lucida_picture_probe (path, &width, &height, &probing))
    g_assert_true (width > 0 && height > 0);
  else
    g_assert_true (probing && probing->domain == LUCIDA_ERROR);
}

static void
test_damaged_files_do_no_harm (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "picture", NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (8);

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    for (int flip = 0; flip < FLIPS; flip++)
      {
        g_autofree guint8 *data = g_memdup2 (samples[i].data, samples[i].size);
        int bytes = g_rand_int_range (random, 1, 4);

        while (bytes-- > 0)
          data[g_rand_int_range (random, 0, (gint32) samples[i].size)]
              = (guint8) g_rand_int_range (random, 0, 256);
        try_file (path, data, samples[i].size);
      }
  g_remove (path);
  g_rmdir (folder);
}

/* What follows the end marker, cameras' second pictures for instance, does not matter. */
static void
test_bytes_after_the_end_do_not_matter (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree guint8 *data = g_malloc0 (samples[i].size + 100);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaPicture) picture = NULL;

      memcpy (data, samples[i].data, samples[i].size);
      picture = open_bytes_as ("picture", data, samples[i].size + 100, FALSE, &error);
      if (g_error_matches (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED))
        continue; /* no WebP loader */
      g_test_message ("%s", samples[i].name);
      g_assert_no_error (error);
      g_assert_false (picture->truncated);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  /* Several loaders warn about what is wrong with a file; that must not be taken for a bug. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_test_add_func ("/picture/container/damaged-files-do-no-harm", test_damaged_files_do_no_harm);
  g_test_add_func ("/picture/container/bytes-after-the-end-do-not-matter",
                   test_bytes_after_the_end_do_not_matter);
  return g_test_run ();
}
