#include "base/error.h"
#include "place.h"
#include "publish/folder-task.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define FULL_DISK 400000 /* bytes: a map takes some 200 000 */

static LucidaPool *pool;
static LucidaModel *model;
static gboolean has_mounts; /* disks of our own */

static const char *const names[] = { "cat.jpg", "dog.jpg", "cat-and-dog.jpg" };

/* The demo's pictures, and one that is none, in the folder "in"; NULL-terminated. */
static char **
fill (Place *place, gboolean with_bad)
{
  g_autofree char *in = place_path (place, "in");
  g_autofree char *out = place_path (place, "out");
  GPtrArray *paths = g_ptr_array_new ();

  g_assert_cmpint (g_mkdir (in, 0777), ==, 0);
  g_assert_cmpint (g_mkdir (out, 0777), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = lucida_data_dup_path ("pictures", names[i]);
      char *to = g_build_filename (in, names[i], NULL);
      g_autofree char *data = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (from, &data, &size, NULL));
      g_assert_true (g_file_set_contents (to, data, (gssize) size, NULL));
      g_ptr_array_add (paths, to);
    }
  if (with_bad)
    {
      g_ptr_array_insert (paths, 1, g_build_filename (in, "bad, \"torn\".jpg", NULL));
      g_assert_true (g_file_set_contents (g_ptr_array_index (paths, 1), "no picture", -1, NULL));
    }
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_free (paths, FALSE);
}

static LucidaFolderTask *
new_task (Place *place, const char *target, char **pictures, LucidaFileKind map_kind)
{
  const LucidaQuestion question
      = { LUCIDA_PREDICTED_CLASS, LUCIDA_NO_CLASS, NULL, lucida_methods[0] };
  const LucidaOverlayOptions options
      = { .style = { lucida_colormap_find ("turbo"), LUCIDA_BLEND_CLEAR, 0.6, 0.0 } };
  g_autofree char *path = place_path (place, target);

  return lucida_folder_task_new (model, (const char *const *) pictures, &question, &options, path,
                                 LUCIDA_FILE_PNG, map_kind);
}

static void
run_all (LucidaFolderTask *task)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < lucida_folder_task_get_n_pictures (task); i++)
    {
      lucida_folder_task_run (task, i, pool, NULL, &error);
      g_assert_no_error (error);
    }
  lucida_folder_task_finish (task, &error);
  g_assert_no_error (error);
}

static char *
read_file (Place *place, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (place->folder, folder, name, NULL);
  char *text;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static guint
count_files (Place *place, const char *folder)
{
  g_autofree char *path = place_path (place, folder);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

static void
test_pictures_maps_and_table (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, TRUE);
  g_autoptr (LucidaFolderTask) task = new_task (place, "out", pictures, LUCIDA_FILE_CSV);
  const LucidaFolderReport *report = lucida_folder_task_get_report (task);
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (lucida_folder_task_prepare (task, &error), ==, 0);
  run_all (task);
  g_assert_cmpuint (report->done, ==, 3);
  g_assert_cmpuint (report->failed, ==, 1);
  g_assert_nonnull (strstr (report->failure, "torn"));
  g_assert_cmpstr (report->table, ==, "predictions.csv");
  g_assert_cmpuint (count_files (place, "out"), ==, 7);
  table = read_file (place, "out", "predictions.csv");
  lines = g_strsplit (table, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 6);
  g_assert_cmpstr (lines[0], ==,
                   "picture,class,index,probability,logit,class_2,index_2,probability_2,logit_2,"
                   "explained,file,error");
  g_assert_true (g_str_has_prefix (lines[1], "cat.jpg,cat,0,0."));
  g_assert_true (g_str_has_suffix (lines[1], ",cat,cat.png,"));
  g_assert_true (g_str_has_prefix (lines[2], "\"bad, \"\"torn\"\".jpg\",,,,,,,,,,,\""));
  g_assert_true (g_str_has_prefix (lines[3], "dog.jpg,dog,1,0."));
  g_assert_cmpstr (lines[5], ==, "");

  /* again: everything is there, and overwritten with the same */
  {
    g_autoptr (LucidaFolderTask) again = new_task (place, "out", pictures, LUCIDA_FILE_CSV);
    g_autofree char *second = NULL;

    g_assert_cmpint (lucida_folder_task_prepare (again, &error), ==, 7);
    run_all (again);
    second = read_file (place, "out", "predictions.csv");
    g_assert_cmpstr (second, ==, table);
    g_assert_cmpuint (count_files (place, "out"), ==, 7);
  }
}

static void
test_what_exists_can_stay (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, FALSE);
  g_autoptr (LucidaFolderTask) task = new_task (place, "out", pictures, LUCIDA_FILE_NPY);
  const LucidaFolderReport *report = lucida_folder_task_get_report (task);
  static const char *const former[] = { "cat.png", "cat.npy", "dog.png", "predictions.csv" };
  g_autofree char *table = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (former); i++)
    {
      g_autofree char *path = g_build_filename (place->folder, "out", former[i], NULL);

      g_assert_true (g_file_set_contents (path, "former", -1, NULL));
    }
  g_assert_cmpint (lucida_folder_task_prepare (task, &error), ==, 4);
  lucida_folder_task_keep_existing (task);
  run_all (task);
  g_assert_cmpuint (report->skipped, ==, 1);
  g_assert_cmpuint (report->done, ==, 2);
  g_assert_cmpstr (report->table, ==, "predictions-2.csv");
  for (gsize i = 0; i < G_N_ELEMENTS (former); i++)
    {
      g_autofree char *text = read_file (place, "out", former[i]);

      g_assert_cmpstr (text, ==, "former");
    }
  table = read_file (place, "out", "predictions-2.csv");
  g_assert_null (strstr (table, "\ncat.jpg,"));
  g_assert_nonnull (strstr (table, "\ndog.jpg,"));
  g_assert_cmpuint (count_files (place, "out"), ==, 8);
}

static void
test_inputs_are_never_overwritten (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, FALSE);
  g_autofree char *png = place_path (place, "in/cat.png");
  g_autoptr (LucidaFolderTask) task = NULL;
  g_autofree char *before = NULL, *after = NULL, *data_of_png = NULL;
  gsize size;

  /* a PNG in the very folder that is written to */
  g_assert_true (g_file_get_contents (pictures[0], &data_of_png, &size, NULL));
  g_assert_true (g_file_set_contents (png, data_of_png, (gssize) size, NULL));
  g_free (pictures[0]);
  pictures[0] = g_strdup (png);
  task = new_task (place, "in", pictures, LUCIDA_FILE_UNKNOWN);
  g_assert_cmpint (lucida_folder_task_prepare (task, NULL), ==, 0);
  before = read_file (place, "in", "cat.png");
  run_all (task);
  after = read_file (place, "in", "cat.png");
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (lucida_folder_task_get_report (task)->done, ==, 3);
  g_assert_cmpuint (count_files (place, "in"), ==, 4 + 3 + 1);
}

static void
test_stopped (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, FALSE);
  g_autoptr (LucidaFolderTask) task = new_task (place, "out", pictures, LUCIDA_FILE_UNKNOWN);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *table = NULL;

  g_assert_cmpint (lucida_folder_task_prepare (task, NULL), ==, 0);
  g_assert_true (lucida_folder_task_run (task, 0, pool, cancellable, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (lucida_folder_task_run (task, 1, pool, cancellable, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
  g_assert_true (lucida_folder_task_finish (task, NULL));
  table = read_file (place, "out", "predictions.csv");
  g_assert_nonnull (strstr (table, "\ncat.jpg,"));
  g_assert_null (strstr (table, "dog.jpg"));
  g_assert_cmpuint (count_files (place, "out"), ==, 2);
}

static void
test_nothing_more_can_be_written (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, FALSE);
  g_autoptr (LucidaFolderTask) task = new_task (place, "out", pictures, LUCIDA_FILE_UNKNOWN);
  g_autoptr (LucidaFolderTask) nowhere = new_task (place, "none", pictures, LUCIDA_FILE_UNKNOWN);
  g_autoptr (GError) error = NULL, missing = NULL, again = NULL;
  g_autofree char *out = place_path (place, "out");

  g_assert_cmpint (lucida_folder_task_prepare (nowhere, &missing), ==, -1);
  g_assert_error (missing, LUCIDA_ERROR, LUCIDA_ERROR_IO);
  g_assert_cmpint (lucida_folder_task_prepare (task, NULL), ==, 0);
  g_assert_cmpint (g_rmdir (out), ==, 0);
  g_assert_false (lucida_folder_task_run (task, 0, pool, NULL, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNWRITABLE);
  g_assert_nonnull (strstr (error->message, "cat.png: "));
  g_assert_false (lucida_folder_task_finish (task, &again));
  g_assert_error (again, LUCIDA_ERROR, LUCIDA_ERROR_UNWRITABLE);
}

/* Folders in the places of a picture and of a map: the others are written all the same. */
static void
test_one_file_cannot_be_written (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, FALSE);
  g_autoptr (LucidaFolderTask) task = new_task (place, "out", pictures, LUCIDA_FILE_NPY);
  const LucidaFolderReport *report = lucida_folder_task_get_report (task);
  g_autofree char *picture = place_path (place, "out/cat.png");
  g_autofree char *map = place_path (place, "out/dog.npy");
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_cmpint (g_mkdir (picture, 0777), ==, 0);
  g_assert_cmpint (g_mkdir (map, 0777), ==, 0);
  g_assert_cmpint (lucida_folder_task_prepare (task, NULL), ==, 2);
  run_all (task);
  g_assert_cmpuint (report->done, ==, 1);
  g_assert_cmpuint (report->failed, ==, 2);
  g_assert_nonnull (strstr (report->failure, "cat.png: cannot be written"));
  table = read_file (place, "out", "predictions.csv");
  lines = g_strsplit (table, "\n", -1);
  /* what the network said is known all the same; of the second the picture is there */
  g_assert_true (g_str_has_prefix (lines[1], "cat.jpg,cat,0,0."));
  g_assert_nonnull (strstr (lines[1], ",cat,,"));
  g_assert_nonnull (strstr (lines[1], "cat.png: cannot be written"));
  g_assert_true (g_str_has_prefix (lines[2], "dog.jpg,dog,1,0."));
  g_assert_nonnull (strstr (lines[2], ",dog,dog.png,"));
  g_assert_nonnull (strstr (lines[2], "dog.npy: cannot be written"));
  g_assert_true (g_str_has_suffix (lines[3], ",cat-and-dog.png,"));
  /* both folders, two pictures, a map and the table */
  g_assert_cmpuint (count_files (place, "out"), ==, 2 + 2 + 1 + 1);
}

/* A disk of this size, in bytes, at @folder; %FALSE where the system does not let us. */
static gboolean
mount_disk (const char *folder, guint size)
{
  g_autofree char *options = g_strdup_printf ("size=%u", size);

  return has_mounts && mount ("none", folder, "tmpfs", 0, options) == 0;
}

static void
test_full_disk (Place *place, gconstpointer data)
{
  g_auto (GStrv) pictures = fill (place, FALSE);
  g_autoptr (LucidaFolderTask) task = new_task (place, "out", pictures, LUCIDA_FILE_UNKNOWN);
  const LucidaFolderReport *report = lucida_folder_task_get_report (task);
  g_autofree char *out = place_path (place, "out");
  g_autoptr (GError) error = NULL;

  if (!mount_disk (out, FULL_DISK))
    {
      g_test_skip ("no disk can be mounted here");
      return;
    }
  g_assert_cmpint (lucida_folder_task_prepare (task, NULL), ==, 0);
  for (guint i = 0; !error; i++)
    {
      g_assert_cmpuint (i, <, lucida_folder_task_get_n_pictures (task));
      lucida_folder_task_run (task, i, pool, NULL, &error);
    }
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNWRITABLE);
  g_assert_cmpuint (report->failed, ==, 1);
  /* there is room for the table and what was written before, and nothing else is left */
  g_assert_true (lucida_folder_task_finish (task, NULL));
  g_assert_cmpuint (count_files (place, "out"), ==, report->done + 1);
  g_assert_cmpint (umount (out), ==, 0);
}

/* A name space of our own, in which disks can be mounted; before there is any other thread. */
static gboolean
enter_mounts (void)
{
  g_autofree char *map = g_strdup_printf ("0 %u 1", (guint) getuid ());
  gboolean written;
  int file;

  if (geteuid () == 0)
    return unshare (CLONE_NEWNS) == 0 && mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
  if (unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return FALSE;
  file = g_open ("/proc/self/uid_map", O_WRONLY | O_CLOEXEC, 0);
  written = file >= 0 && write (file, map, strlen (map)) == (gssize) strlen (map);
  if (file >= 0)
    g_close (file, NULL);
  return written;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int code;

  g_test_init (&argc, &argv, NULL);
  has_mounts = enter_mounts ();
  pool = lucida_pool_new (0);
  model = lucida_model_open ("demo", pool, NULL, &error);
  g_assert_no_error (error);
#define ADD(name, function)                                                                        \
  g_test_add ("/publish/folder-task/" name, Place, NULL, place_set_up, function, place_tear_down)
  ADD ("pictures-maps-and-table", test_pictures_maps_and_table);
  ADD ("what-exists-can-stay", test_what_exists_can_stay);
  ADD ("inputs-are-never-overwritten", test_inputs_are_never_overwritten);
  ADD ("stopped", test_stopped);
  ADD ("nothing-more-can-be-written", test_nothing_more_can_be_written);
  ADD ("one-file-cannot-be-written", test_one_file_cannot_be_written);
  ADD ("full-disk", test_full_disk);
  code = g_test_run ();
  lucida_model_unref (model);
  lucida_pool_free (pool);
  return code;
}
