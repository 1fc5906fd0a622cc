#include "base/atomic-file.h"
#include "base/error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  char *path; /* a name inside that does not exist yet */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("lucida-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "map.png", NULL);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint count = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir))
    count++;
  return count;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_contents (const char *path, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (contents, ==, expected);
}

static guint
get_mode (const char *path)
{
  struct stat status;

  g_assert_cmpint (lstat (path, &status), ==, 0);
  return status.st_mode & 07777;
}

static void
write_ok (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  lucida_atomic_file_write (path, text, strlen (text), &error);
  g_assert_no_error (error);
}

static void
assert_refused (const char *path, const char *text, LucidaError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *prefix = g_strdup_printf ("%s: ", path);

  g_assert_false (lucida_atomic_file_write (path, text, strlen (text), &error));
  g_assert_error (error, LUCIDA_ERROR, (int) code);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_new_file_follows_umask (Fixture *fixture, gconstpointer data)
{
  mode_t former = umask (027);

  write_ok (fixture->path, "new");
  umask (former);
  assert_contents (fixture->path, "new");
  g_assert_cmphex (get_mode (fixture->path), ==, 0640);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_existing_file_keeps_mode (Fixture *fixture, gconstpointer data)
{
  write_ok (fixture->path, "a long former text");
  g_assert_cmpint (g_chmod (fixture->path, 0604), ==, 0);
  write_ok (fixture->path, "short");
  assert_contents (fixture->path, "short");
  g_assert_cmphex (get_mode (fixture->path), ==, 0604);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_symbolic_link_is_replaced (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->folder, "target", NULL);
  struct stat status;

  write_ok (target, "untouched");
  g_assert_cmpint (symlink ("target", fixture->path), ==, 0);
  write_ok (fixture->path, "new");
  g_assert_cmpint (lstat (fixture->path, &status), ==, 0);
  g_assert_true (S_ISREG (status.st_mode));
  assert_contents (fixture->path, "new");
  assert_contents (target, "untouched");
}

static void
test_name_without_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *former = g_get_current_dir ();

  g_assert_cmpint (g_chdir (fixture->folder), ==, 0);
  write_ok ("map.png", "here");
  g_assert_cmpint (g_chdir (former), ==, 0);
  assert_contents (fixture->path, "here");
}

static void
test_longest_name (Fixture *fixture, gconstpointer data)
{
  g_autofree char *base = g_strnfill (255, 'n');
  g_autofree char *path = g_build_filename (fixture->folder, base, NULL);

  write_ok (path, "long");
  assert_contents (path, "long");
}

static void
test_empty_file (Fixture *fixture, gconstpointer data)
{
  write_ok (fixture->path, "");
  assert_contents (fixture->path, "");
}

static void
test_missing_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none", "map.png", NULL);

  assert_refused (path, "text", LUCIDA_ERROR_UNWRITABLE);
  g_assert_cmpuint (count_files (fixture->folder), ==, 0);
}

static void
test_folder_in_the_way (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (g_mkdir (fixture->path, 0755), ==, 0);
  assert_refused (fixture->path, "text", LUCIDA_ERROR_IO);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_pipe_in_the_way (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_refused (fixture->path, "text", LUCIDA_ERROR_IO);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_read_only_folder (Fixture *fixture, gconstpointer data)
{
  if (geteuid () == 0)
    {
      g_test_skip ("root may write everywhere");
      return;
    }
  write_ok (fixture->path, "former");
  g_assert_cmpint (g_chmod (fixture->folder, 0555), ==, 0);
  assert_refused (fixture->path, "new", LUCIDA_ERROR_UNWRITABLE);
  g_assert_cmpint (g_chmod (fixture->folder, 0755), ==, 0);
  assert_contents (fixture->path, "former");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

/* A limit on the size of files makes write() fail half way, as a full disk does. */
static void
test_full_disk (Fixture *fixture, gconstpointer data)
{
  g_autofree char *large = g_strnfill (100000, 'x');
  struct rlimit former, limit;

  write_ok (fixture->path, "former");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &former), ==, 0);
  limit = former;
  limit.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  assert_refused (fixture->path, large, LUCIDA_ERROR_IO);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &former), ==, 0);
  assert_contents (fixture->path, "former");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_other_names_keep_former_contents (Fixture *fixture, gconstpointer data)
{
  g_autofree char *other = g_build_filename (fixture->folder, "other", NULL);

  write_ok (fixture->path, "former");
  g_assert_cmpint (link (fixture->path, other), ==, 0);
  write_ok (fixture->path, "new");
  assert_contents (other, "former");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/base/atomic-file/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("new-file-follows-umask", test_new_file_follows_umask);
  ADD ("existing-file-keeps-mode", test_existing_file_keeps_mode);
  ADD ("symbolic-link-is-replaced", test_symbolic_link_is_replaced);
  ADD ("name-without-folder", test_name_without_folder);
  ADD ("longest-name", test_longest_name);
  ADD ("empty-file", test_empty_file);
  ADD ("missing-folder-is-an-error", test_missing_folder);
  ADD ("folder-in-the-way-is-an-error", test_folder_in_the_way);
  ADD ("pipe-in-the-way-is-an-error", test_pipe_in_the_way);
  ADD ("read-only-folder-leaves-former-whole", test_read_only_folder);
  ADD ("full-disk-leaves-former-whole", test_full_disk);
  ADD ("hard-links-keep-former-contents", test_other_names_keep_former_contents);
  return g_test_run ();
}
