#include "target.h"

#include "readers/reader.h"

#include <glib/gstdio.h>

/* A whole folder. The input: keras_metadata.pb, the index of the variables, their data. */

static const char *const names[] = { "keras_metadata.pb", "variables/variables.index",
                                     "variables/variables.data-00000-of-00001", "saved_model.pb" };

static char *folder;

static void
remove_folder (void)
{
  g_autofree char *variables = g_build_filename (folder, "variables", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (variables);
  g_rmdir (folder);
  g_free (folder);
}

static void
write_part (int i, const guint8 *data, gsize size)
{
  g_autofree char *path = g_build_filename (folder, names[i], NULL);
  FILE *file = fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (data, 1, size, file), ==, size);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
make_folder (void)
{
  g_autofree char *variables = NULL;

  /* in memory, where there is such a place: the files are written over and over */
  folder = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR)
               ? g_mkdtemp (g_strdup ("/dev/shm/fuzz-XXXXXX"))
               : g_dir_make_tmp ("fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  variables = g_build_filename (folder, "variables", NULL);
  g_assert_cmpint (g_mkdir (variables, 0700), ==, 0);
  write_part (3, NULL, 0);
  atexit (remove_folder);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GBytes *parts[3];
  g_autoptr (LucidaNetwork) network = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  if (!folder)
    make_folder ();
  fuzz_split (data, size, parts, G_N_ELEMENTS (parts));
  for (int i = 0; i < (int) G_N_ELEMENTS (parts); i++)
    {
      gsize length = g_bytes_get_size (parts[i]);
      g_autofree guint8 *copy = fuzz_repair_table (g_bytes_get_data (parts[i], NULL), length);

      write_part (i, copy, length);
      g_bytes_unref (parts[i]);
    }
  network = lucida_reader_open (folder, NULL, &error);
  fuzz_check_outcome (network != NULL, &error);
  if (network)
    fuzz_run_network (network);
  return 0;
}
