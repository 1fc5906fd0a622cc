#include "place.h"
#include "publish/target-names.h"

#include <unistd.h>

static void
check (const char *const *pictures, const char *folder, const char *const *suffixes,
       const char *const *wanted)
{
  g_auto (GStrv) names = lucida_target_names_new (pictures, folder, suffixes, "predictions.csv");

  g_assert_cmpuint (g_strv_length (names), ==, g_strv_length ((char **) wanted));
  for (int i = 0; wanted[i]; i++)
    g_assert_cmpstr (names[i], ==, wanted[i]);
}

static const char *const png[] = { ".png", NULL };

static void
test_own_names (Place *place, gconstpointer data)
{
  static const char *const pictures[]
      = { "/p/cat.jpg", "/p/two.dots.png", "/p/none", "/p/.hidden", "/p/\xff.jpg", NULL };
  static const char *const wanted[] = { "cat", "two.dots", "none", ".hidden", "\xff", NULL };

  check (pictures, place->folder, png, wanted);
}

static void
test_distinct_names (Place *place, gconstpointer data)
{
  static const char *const pictures[]
      = { "/p/a.png", "/p/a.jpg", "/p/A.gif", "/q/a.jpg", "/r/a-jpg.bmp", "/r/b.bmp", NULL };
  static const char *const wanted[] = { "a", "a-jpg", "A-gif", "a-jpg-2", "a-jpg-bmp", "b", NULL };

  check (pictures, place->folder, png, wanted);
}

static void
test_the_table_keeps_its_name (Place *place, gconstpointer data)
{
  static const char *const pictures[] = { "/p/predictions.jpg", "/p/Predictions.png", NULL };
  static const char *const both[] = { ".png", ".csv", NULL };
  static const char *const wanted[] = { "predictions-jpg", "Predictions-png", NULL };
  static const char *const no_table[] = { "predictions", "Predictions-png", NULL };

  check (pictures, place->folder, both, wanted);
  check (pictures, place->folder, png, no_table);
}

/* Also under another name, and for one that is not its own. */
static void
test_no_picture_is_a_target (Place *place, gconstpointer data)
{
  g_autofree char *a = place_path (place, "a.png"), *b = place_path (place, "b.jpg");
  g_autofree char *link = place_path (place, "b.png");
  g_autofree char *other = place_path (place, "other.png");
  const char *const pictures[] = { a, b, NULL };
  const char *const wanted[] = { "a-png", "b-jpg", NULL };
  const char *const jpeg[] = { ".jpg", NULL };
  const char *const as_jpeg[] = { "a", "b-jpg", NULL };

  g_assert_true (g_file_set_contents (a, "a", -1, NULL));
  g_assert_true (g_file_set_contents (b, "b", -1, NULL));
  g_assert_true (g_file_set_contents (other, "o", -1, NULL));
  g_assert_cmpint (symlink (b, link), ==, 0);
  check (pictures, place->folder, png, wanted);
  check (pictures, place->folder, jpeg, as_jpeg);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/publish/target-names/" name, Place, NULL, place_set_up, function, place_tear_down)
  ADD ("own-names", test_own_names);
  ADD ("distinct-names", test_distinct_names);
  ADD ("the-table-keeps-its-name", test_the_table_keeps_its_name);
  ADD ("no-picture-is-a-target", test_no_picture_is_a_target);
  return g_test_run ();
}
