#include "export/figure-file.h"

#include "base/error.h"
#include "fixture.h"

/* What cannot be drawn is said about the file that was asked for, and leaves none. */
static void
test_too_large (Fixture *fixture, gconstpointer data)
{
  const float map[4] = { 0, 1, 2, 3 };
  const LucidaOverlayStyle style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_TINTED, 1.0, 0 };
  g_autofree char *path = g_build_filename (fixture->folder, "large.png", NULL);
  g_autofree char *start = g_strconcat (path, ": ", NULL);
  g_autoptr (LucidaHeatmap) heatmap = lucida_heatmap_new (map, 2, 2, 3);
  g_autofree guint8 *pixels = g_malloc0 (40000 * 3);
  g_autoptr (LucidaPicture) picture
      = lucida_picture_new (40000, 1, 40000 * 3, pixels, "wide", NULL);
  const LucidaPlacement placement = { 0, 0, 40000, 1 };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean written;

      if (i == 0)
        written = lucida_figure_file_write_map (path, heatmap, 40000, 2, &style, NULL, NULL, NULL,
                                                &error);
      else
        written = lucida_figure_file_write_overlay (path, picture, &placement, heatmap, &style,
                                                    NULL, NULL, NULL, &error);
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE);
      g_assert_false (written);
      if (!g_str_has_prefix (error->message, start))
        g_error ("“%s” does not begin with the file's name", error->message);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/figure-file/too-large-names-the-file", Fixture, NULL, set_up, test_too_large,
              tear_down);
  return g_test_run ();
}
