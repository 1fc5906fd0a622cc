#include "base/mapping.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGES 16

/* A file of @n bytes of 7, open for reading and writing. */
static int
make_file (gsize n, char **path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = g_malloc (n + 1);
  int fd = g_file_open_tmp ("lucida-mapping-XXXXXX", path, &error);

  g_assert_no_error (error);
  memset (data, 7, n);
  g_assert_cmpint (write (fd, data, n), ==, (gssize) n);
  return fd;
}

static void
test_whole_file (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int fd = make_file (10000, &path), number;
  const guint8 *data;
  gsize size;

  bytes = lucida_mapping_new (fd, path, &error);
  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &size);
  g_assert_cmpuint (size, ==, 10000);
  g_assert_cmpint (data[0] + data[9999], ==, 14);
  number = lucida_mapping_find (data + 5000);
  g_assert_cmpint (number, >=, 0);
  g_assert_cmpint (lucida_mapping_find (&size), ==, -1);
  g_assert_null (lucida_mapping_dup_changed (number));
  /* a file that is replaced, as most programs do it, is still whole in the mapping */
  g_unlink (path);
  g_assert_null (lucida_mapping_dup_changed (number));
  g_assert_cmpint (data[9000], ==, 7);
  close (fd);
}

static void
test_empty_file (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = make_file (0, &path);
  g_autoptr (GBytes) bytes = lucida_mapping_new (fd, path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  g_unlink (path);
  close (fd);
}

/* What is no longer there reads as zeros, and is known to be wrong. */
static void
test_cut_off (void)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  g_autofree char *path = NULL, *changed = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int fd = make_file (PAGES * page, &path), losses = lucida_mapping_get_losses ();
  const guint8 *data;

  bytes = lucida_mapping_new (fd, path, &error);
  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, NULL);
  g_assert_cmpint (ftruncate (fd, (off_t) (3 * page)), ==, 0);
  g_assert_cmpint (data[PAGES * page - 1], ==, 0);
  g_assert_cmpint (data[4 * page], ==, 0);
  g_assert_cmpint (data[0], ==, 7);
  g_assert_cmpint (lucida_mapping_get_losses (), >, losses);
  changed = lucida_mapping_dup_changed (lucida_mapping_find (data));
  g_assert_cmpstr (changed, ==, path);
  g_unlink (path);
  close (fd);
}

static void
test_written_over (void)
{
  g_autofree char *path = NULL, *changed = NULL;
  g_autoptr (GError) error = NULL;
  int fd = make_file (100, &path);
  g_autoptr (GBytes) bytes = lucida_mapping_new (fd, path, &error);
  struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };

  g_assert_no_error (error);
  g_assert_cmpint (futimens (fd, times), ==, 0);
  changed = lucida_mapping_dup_changed (lucida_mapping_find (g_bytes_get_data (bytes, NULL)));
  g_assert_cmpstr (changed, ==, path);
  g_unlink (path);
  close (fd);
}

/* More mappings than are watched over. */
static void
test_many (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  int fd = make_file (10, &path);

  for (int i = 0; i < 1100; i++)
    {
      g_autoptr (GError) error = NULL;
      GBytes *bytes = lucida_mapping_new (fd, path, &error);

      g_assert_no_error (error);
      g_assert_cmpint (((const guint8 *) g_bytes_get_data (bytes, NULL))[9], ==, 7);
      g_ptr_array_add (all, bytes);
    }
  g_unlink (path);
  close (fd);
}

/* Signals that mean something else end the process as before. */
static void
test_other_signals (void)
{
  if (g_test_subprocess ())
    {
      test_whole_file (); /* takes the signal */
      raise (SIGBUS);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mapping/whole-file", test_whole_file);
  g_test_add_func ("/mapping/empty-file", test_empty_file);
  g_test_add_func ("/mapping/cut-off", test_cut_off);
  g_test_add_func ("/mapping/written-over", test_written_over);
  g_test_add_func ("/mapping/many", test_many);
  g_test_add_func ("/mapping/other-signals", test_other_signals);
  return g_test_run ();
}
