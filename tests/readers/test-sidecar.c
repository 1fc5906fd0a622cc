#include "readers/sidecar.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* The user's data folder is one of the test's own, empty when a test begins. */

static const char *const names[] = { "cat", "dög", NULL };
static const char *const other_names[] = { "hot", "not", NULL };

/* A folder whose files can be read but not replaced, even by root: the sidecar's name is too long
 * for a file while the model's is not. (transfer full) */
static char *
long_name (void)
{
  return g_strnfill (244, 'n');
}

/* (transfer full) The path of the small network in @folder. */
static char *
write_small (const char *folder, const char *name)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *data;
  Model model;

  model_init_small (&model);
  add_metadata (&model, "classes", "own 0\nown 1");
  bytes = model_bytes (&model);
  data = g_bytes_get_data (bytes, &size);
  return write_file (folder, name, data, size);
}

static LucidaNetwork *
open_whole (const char *path)
{
  g_autoptr (GError) error = NULL;
  LucidaNetwork *network = lucida_reader_open (path, NULL, &error);

  g_assert_no_error (error);
  return network;
}

static LucidaPreprocessing
some_preprocessing (void)
{
  LucidaPreprocessing value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_TF, 1);

  value.height = 4;
  value.width = 4;
  value.resize = LUCIDA_RESIZE_CROP;
  value.resample = LUCIDA_RESAMPLE_LINEAR;
  value.mean[0] = 0.1;
  return value;
}

static void
write_good (const char *path, const LucidaPreprocessing *value, const char *const *classes)
{
  g_autoptr (GError) error = NULL;

  lucida_sidecar_write (path, value, 1, classes, &error);
  g_assert_no_error (error);
}

static void
forget_good (const char *path)
{
  g_autoptr (GError) error = NULL;

  lucida_sidecar_forget (path, &error);
  g_assert_no_error (error);
}

static void
assert_class (const char *path, const char *expected, const char *source)
{
  g_autoptr (LucidaNetwork) network = open_whole (path);
  const char *const *classes;
  int n;

  classes = lucida_network_get_classes (network, &n);
  g_assert_cmpint (n, ==, 2);
  g_assert_cmpstr (classes[1], ==, expected);
  g_assert_cmpstr (lucida_network_get_classes_source (network), ==, source);
}

static char *
beside (const char *path)
{
  return g_strconcat (path, ".camlucida.json", NULL);
}

/* How many descriptions lie in the user's data folder. */
static int
count_users (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "camlucida", "models", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  int n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

static void
test_beside (void)
{
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");
  g_autofree char *sidecar = beside (path);
  LucidaPreprocessing value = some_preprocessing ();
  g_autoptr (LucidaNetwork) network = NULL;

  write_good (path, &value, names);
  g_assert_true (g_file_test (sidecar, G_FILE_TEST_IS_REGULAR));
  network = open_whole (path);
  g_assert_true (lucida_preprocessing_equal (lucida_network_get_preprocessing (network), &value));
  g_assert_false (lucida_network_get_preprocessing (network)->assumed);
  g_assert_cmpstr (lucida_network_get_preprocessing_source (network), ==,
                   "net.onnx.camlucida.json");
  assert_class (path, "dög", "net.onnx.camlucida.json");
  g_assert_cmpint (count_users (), ==, 0);
  forget_good (path);
  g_assert_false (g_file_test (sidecar, G_FILE_TEST_EXISTS));
  assert_class (path, "own 1", "its metadata (“classes”)");
  forget_good (path); /* there is none any more */
  folder_remove (folder);
}

/* What is not set anew stays, also what another program wrote. */
static void
test_parts (void)
{
  static const char before[] = "{\"classes\": [\"a\", \"b\"], \"note\": {\"by\": [1, null]}}";
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");
  g_autofree char *sidecar = beside (path);
  LucidaPreprocessing value = some_preprocessing ();
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *text = NULL;

  g_free (write_file (folder, "net.onnx.camlucida.json", before, strlen (before)));
  write_good (path, &value, NULL);
  assert_class (path, "b", "net.onnx.camlucida.json");
  write_good (path, NULL, names);
  network = open_whole (path);
  g_assert_true (lucida_preprocessing_equal (lucida_network_get_preprocessing (network), &value));
  assert_class (path, "dög", "net.onnx.camlucida.json");
  g_assert_true (g_file_get_contents (sidecar, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "\"note\""));
  folder_remove (folder);
}

static void
test_broken_is_replaced (void)
{
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");

  g_free (write_file (folder, "net.onnx.camlucida.json", "{", 1));
  write_good (path, NULL, names);
  assert_class (path, "dög", "net.onnx.camlucida.json");
  folder_remove (folder);
}

static void
test_users_folder (void)
{
  char *folder = folder_new ();
  g_autofree char *name = long_name ();
  g_autofree char *path = write_small (folder, name);
  g_autofree char *present = g_get_current_dir ();

  write_good (path, NULL, names);
  g_assert_cmpint (count_users (), ==, 1);
  assert_class (path, "dög", "your settings for this model");
  /* the same file under a relative name */
  g_assert_cmpint (g_chdir (folder), ==, 0);
  assert_class (name, "dög", "your settings for this model");
  g_assert_cmpint (g_chdir (present), ==, 0);
  write_good (path, NULL, other_names);
  g_assert_cmpint (count_users (), ==, 1);
  assert_class (path, "not", "your settings for this model");
  forget_good (path);
  g_assert_cmpint (count_users (), ==, 0);
  assert_class (path, "own 1", "its metadata (“classes”)");
  folder_remove (folder);
}

/* Puts the description that the user's data folder has of @from in the place of @to's. */
static void
move_users (const char *from, const char *to)
{
  const char *const paths[] = { from, to };
  char *files[2];

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, paths[i], -1);
      g_autofree char *name = g_strconcat (sum, ".json", NULL);

      files[i] = g_build_filename (g_get_user_data_dir (), "camlucida", "models", name, NULL);
    }
  g_assert_cmpint (g_rename (files[0], files[1]), ==, 0);
  g_free (files[0]);
  g_free (files[1]);
}

/* The user's own wins over the one beside the model; a newer one beside it takes its place. */
static void
test_users_own_wins (void)
{
  char *folder = folder_new ();
  g_autofree char *long_one = long_name ();
  g_autofree char *elsewhere = write_small (folder, long_one);
  g_autofree char *path = write_small (folder, "net.onnx");

  write_good (path, NULL, names);
  write_good (elsewhere, NULL, other_names);
  move_users (elsewhere, path);
  assert_class (path, "not", "your settings for this model");
  write_good (path, NULL, names);
  g_assert_cmpint (count_users (), ==, 0);
  assert_class (path, "dög", "net.onnx.camlucida.json");
  folder_remove (folder);
}

/* Without write permission (root has it everywhere) the folder stays as it is, and forgetting hides
 * what cannot be removed. */
static void
test_read_only (void)
{
  char *folder = folder_new ();
  g_autofree char *path = write_small (folder, "net.onnx");

  write_good (path, NULL, names);
  g_assert_cmpint (g_chmod (folder, 0500), ==, 0);
  if (access (folder, W_OK) == 0)
    g_test_skip ("every folder can be written to");
  else
    {
      write_good (path, NULL, other_names);
      assert_class (path, "not", "your settings for this model");
      forget_good (path);
      assert_class (path, "own 1", "its metadata (“classes”)");
    }
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
  folder_remove (folder);
}

/* A description that only looks like the user's own is said to be broken, by its name. */
static void
test_broken_users (void)
{
  char *folder = folder_new ();
  g_autofree char *name = long_name ();
  g_autofree char *path = write_small (folder, name);
  g_autofree char *users = g_build_filename (g_get_user_data_dir (), "camlucida", "models", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;

  write_good (path, NULL, names);
  dir = g_dir_open (users, 0, NULL);
  g_free (write_file (users, g_dir_read_name (dir), "[", 1));
  g_assert_null (lucida_reader_open (path, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, users));
  folder_remove (folder);
}

static void
run_alone (gconstpointer test)
{
  folder_remove (g_build_filename (g_get_user_data_dir (), "camlucida", NULL));
  ((GTestFunc) test) ();
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    GTestFunc test;
  } tests[] = {
    { "/sidecar/written-beside-the-model-and-read-again", test_beside },
    { "/sidecar/what-is-not-set-anew-stays", test_parts },
    { "/sidecar/a-broken-one-is-replaced", test_broken_is_replaced },
    { "/sidecar/else-in-the-user's-folder", test_users_folder },
    { "/sidecar/the-user's-own-wins", test_users_own_wins },
    { "/sidecar/a-read-only-folder-stays-as-it-is", test_read_only },
    { "/sidecar/a-broken-one-of-the-user's-is-named", test_broken_users },
  };
  char *home = folder_new ();
  int result;

  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, tests[i].test, run_alone);
  result = g_test_run ();
  folder_remove (home);
  return result;
}
