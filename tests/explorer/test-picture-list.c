#include "base/error.h"
#include "explorer/model.h"
#include "explorer/picture-list.h"

#include <glib/gstdio.h>
#include <unistd.h>

static void
test_natural_order (void)
{
  static const char *const sorted[] = { "007.jpg",
                                        "8.jpg",
                                        "a.jpg",
                                        "B.jpg",
                                        "IMG2.jpg",
                                        "img010.jpg",
                                        "img10a.jpg",
                                        "img99999999999999999999.jpg",
                                        "img100000000000000000000.jpg" };

  for (gsize i = 0; i < G_N_ELEMENTS (sorted); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sorted); j++)
      {
        int order = lucida_picture_list_compare (sorted[i], sorted[j]);

        g_test_message ("%s, %s: %d", sorted[i], sorted[j], order);
        g_assert_cmpint ((order > 0) - (order < 0), ==, (i > j) - (i < j));
      }
  g_assert_cmpint (lucida_picture_list_compare ("a.jpg", "A.jpg"), !=, 0);
  g_assert_cmpint (lucida_picture_list_compare ("\xff.jpg", "\xfe.jpg"), !=, 0);
}

static void
copy_picture (const char *folder, const char *name)
{
  g_autofree char *from = lucida_data_dup_path ("pictures", "cat.jpg");
  g_autofree char *to = g_build_filename (folder, name, NULL);
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &data, &size, NULL));
  g_assert_true (g_file_set_contents (to, data, (gssize) size, NULL));
}

static void
test_folder (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lucida-list-XXXXXX", NULL);
  static const char *const names[] = { "img2.jpg", "img10", "IMG3.txt", ".hidden.jpg" };
  static const char *const wanted[] = { "img2.jpg", "IMG3.txt", "img10", "link" };
  g_autofree char *text = g_build_filename (folder, "text.jpg", NULL);
  g_autofree char *empty = g_build_filename (folder, "empty.jpg", NULL);
  g_autofree char *below = g_build_filename (folder, "below.jpg", NULL);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) found = NULL;
  g_autofree char *target = lucida_data_dup_path ("pictures", "dog.jpg");
  const char *name;
  GDir *dir;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    copy_picture (folder, names[i]);
  g_assert_true (g_file_set_contents (text, "hello, this is text", -1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_cmpint (g_mkdir (below, 0777), ==, 0);
  copy_picture (below, "inside.jpg");
  g_assert_cmpint (symlink (target, link), ==, 0);

  found = lucida_picture_list_folder (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (found), ==, G_N_ELEMENTS (wanted));
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *base = g_path_get_basename (found[i]);

      g_assert_cmpstr (base, ==, wanted[i]);
      g_assert_true (g_str_has_prefix (found[i], folder));
    }

  {
    g_autofree char *inside = g_build_filename (below, "inside.jpg", NULL);

    g_unlink (inside);
    g_clear_pointer (&found, g_strfreev);
    found = lucida_picture_list_folder (below, &error);
    g_assert_null (found);
    g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND);
    g_assert_true (g_str_has_prefix (error->message, below));
    g_rmdir (below);
  }
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_dir_close (dir);
  g_rmdir (folder);
}

static void
test_unreadable_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lucida_picture_list_folder ("/no/such/folder", &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/picture-list/natural-order", test_natural_order);
  g_test_add_func ("/picture-list/pictures-by-content", test_folder);
  g_test_add_func ("/picture-list/unreadable-folder-is-an-error", test_unreadable_folder);
  return g_test_run ();
}
