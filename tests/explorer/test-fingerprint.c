#include "explorer/fingerprint.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define LARGE ((gsize) 9 << 20) /* bytes; kept in the cache */

static char *place;

static char *
path_of (const char *name)
{
  return g_build_filename (place, name, NULL);
}

static void
write_old (const char *path, const char *text)
{
  const struct utimbuf old = { 1000000000, 1000000000 };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (utime (path, &old), ==, 0);
}

static char *
find (const char *path, gboolean any_size)
{
  g_autoptr (LucidaStamp) stamp = lucida_stamp_new (path);

  g_assert_nonnull (stamp);
  return lucida_checksum_find (path, stamp, any_size, NULL);
}

static void
test_known_answer (void)
{
  g_autofree char *path = path_of ("abc");
  g_autofree char *hex = NULL;

  /* FIPS 180-2, appendix B.1 */
  write_old (path, "abc");
  hex = find (path, FALSE);
  g_assert_cmpstr (hex, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_folder_as_other_programs_tell (void)
{
  static const char *const names[]
      = { "saved_model.pb", "variables/variables.index", "variables/x", "variables-2", "a.txt" };
  g_autofree char *folder = path_of ("model");
  g_autofree char *inner = g_build_filename (folder, "variables", NULL);
  g_autofree char *circle = g_build_filename (inner, "circle", NULL);
  g_autofree char *command
      = g_strdup_printf ("sh -c 'cd \"%s\" && find * -type f | LC_ALL=C sort | xargs sha256sum"
                         " | sha256sum'",
                         folder);
  g_autofree char *printed = NULL;
  g_autofree char *hex = NULL;
  g_autofree char *other = NULL;
  g_autofree char *file = NULL;
  g_autoptr (LucidaStamp) before = NULL;
  g_autoptr (LucidaStamp) after = NULL;
  gsize size = 0;

  g_assert_cmpint (g_mkdir_with_parents (inner, 0777), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      write_old (path, names[i]);
      size += strlen (names[i]);
    }
  g_assert_cmpint (symlink (folder, circle), ==, 0);
  g_assert_true (g_spawn_command_line_sync (command, &printed, NULL, NULL, NULL));
  printed[64] = '\0';
  hex = find (folder, FALSE);
  g_assert_cmpstr (hex, ==, printed);

  before = lucida_stamp_new (folder);
  g_assert_cmpuint (before->size, ==, size);
  g_assert_cmpint (before->modified, ==, 1000000000);
  file = g_build_filename (folder, "variables", "x", NULL);
  write_old (file, "Variables/x"); /* as long and as old as before: what it holds still counts */
  other = find (folder, FALSE);
  g_assert_cmpstr (other, !=, hex);
  write_old (file, "longer than before");
  after = lucida_stamp_new (folder);
  g_assert_cmpstr (before->text, !=, after->text);
  g_assert_null (lucida_checksum_find (folder, before, FALSE, NULL));
}

static void
write_large (const char *path, char last, time_t when)
{
  g_autofree char *data = g_malloc0 (LARGE);
  const struct utimbuf times = { when, when };

  data[LARGE - 1] = last;
  g_assert_true (g_file_set_contents (path, data, (gssize) LARGE, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);
}

static void
test_what_is_kept (void)
{
  g_autofree char *path = path_of ("large");
  g_autofree char *file
      = g_build_filename (g_get_user_cache_dir (), "camlucida", "checksums", NULL);
  g_autofree char *first = NULL, *second = NULL, *changed = NULL, *kept = NULL, *again = NULL;
  gsize size;

  write_large (path, 'a', 1000000000);
  first = find (path, FALSE);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_true (g_str_has_prefix (kept, first));
  /* the same size and time: taken from the cache, which is how one sees that it is used */
  write_large (path, 'b', 1000000000);
  second = find (path, FALSE);
  g_assert_cmpstr (second, ==, first);
  write_large (path, 'b', 1000000001);
  changed = find (path, FALSE);
  g_assert_cmpstr (changed, !=, first);
  g_clear_pointer (&kept, g_free);
  g_assert_true (g_file_get_contents (file, &kept, &size, NULL));
  g_assert_null (strstr (kept, first)); /* one line a path */

  /* what is broken, or none of ours, is passed over and not kept */
  g_assert_true (g_file_set_contents (file, "\xff\n\nnonsense\n0123 x\n", -1, NULL));
  again = find (path, FALSE);
  g_assert_cmpstr (again, ==, changed);
  g_clear_pointer (&kept, g_free);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_null (strstr (kept, "nonsense"));
}

static void
test_the_cache_stays_small (void)
{
  g_autofree char *path = path_of ("large too");
  g_autofree char *file
      = g_build_filename (g_get_user_cache_dir (), "camlucida", "checksums", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *kept = NULL, *hex = NULL;
  g_auto (GStrv) lines = NULL;

  for (int i = 0; i < 1000; i++)
    g_string_append_printf (text, "%064d stamp /path/%d\n", i, i);
  g_assert_true (g_file_set_contents (file, text->str, -1, NULL));
  write_large (path, 'c', 1000000000);
  hex = find (path, FALSE);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  lines = g_strsplit (kept, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), <=, 201);
  g_assert_true (g_str_has_prefix (kept, hex));
  g_assert_nonnull (strstr (kept, "/path/0\n"));
  g_assert_null (strstr (kept, "/path/999\n"));
}

static void
test_too_young_to_be_kept (void)
{
  g_autofree char *path = path_of ("young");
  g_autofree char *file
      = g_build_filename (g_get_user_cache_dir (), "camlucida", "checksums", NULL);
  g_autofree char *hex = NULL, *kept = NULL;

  write_large (path, 'd', time (NULL) + 60);
  hex = find (path, FALSE);
  g_assert_nonnull (hex);
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_null (strstr (kept, hex));
}

static void
test_nothing_there (void)
{
  g_autofree char *path = path_of ("none");
  g_autofree char *empty = path_of ("empty");

  g_assert_null (lucida_stamp_new (path));
  g_assert_cmpint (g_mkdir (empty, 0777), ==, 0);
  g_assert_null (lucida_stamp_new (empty));
  g_assert_null (lucida_stamp_new ("/dev/zero"));
}

int
main (int argc, char **argv)
{
  g_autofree char *remove = NULL;
  int code;

  place = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", place, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fingerprint/known-answer", test_known_answer);
  g_test_add_func ("/fingerprint/folder-as-other-programs-tell",
                   test_folder_as_other_programs_tell);
  g_test_add_func ("/fingerprint/what-is-kept", test_what_is_kept);
  g_test_add_func ("/fingerprint/the-cache-stays-small", test_the_cache_stays_small);
  g_test_add_func ("/fingerprint/too-young-to-be-kept", test_too_young_to_be_kept);
  g_test_add_func ("/fingerprint/nothing-there", test_nothing_there);
  code = g_test_run ();
  remove = g_strdup_printf ("rm -r %s", place);
  g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL);
  g_free (place);
  return code;
}
