#include "readers/keras/keras-writer.h"
#include "readers/proto-writer.h"

#include "base/error.h"
#include "readers/parse/hdf5-file-private.h"

#include <hdf5.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* HDF5 files that are damaged, or that want libhdf5 to do what it should not. */

#define DENSE                                                                                      \
  "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}},"                                  \
  "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", \"units\": 2, \"use_bias\": false}}"
#define KERNEL "model_weights/d/d/kernel:0"

/* A network of one dense layer; @weight makes its kernel, NULL: an honest one. */
static char *
write_network (const char *folder, void (*weight) (hid_t file, const char *folder))
{
  char *path = g_build_filename (folder, "network.h5", NULL);
  g_autofree char *model = keras_sequential ("1, 1, 2", DENSE);
  KerasFile *file = keras_file_new (path);
  float kernel[4] = { 1, 2, 3, 4 };

  keras_file_text (file, "model_config", model);
  keras_file_text (file, "keras_version", "2.9.0");
  keras_file_group (file, "model_weights/d/d");
  keras_file_texts (file, "model_weights/d", "weight_names", "d/kernel:0");
  if (!weight)
    keras_file_array (file, KERNEL, kernel, (int[]){ 2, 2, 0 });
  keras_file_end (file);
  if (weight)
    {
      hid_t again = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);

      weight (again, folder);
      H5Fclose (again);
    }
  return path;
}

static void
make_set (hid_t file, const char *path, hid_t type, const hsize_t *dims, int rank, hid_t list)
{
  hid_t space = H5Screate_simple (rank, dims, NULL);
  hid_t set = H5Dcreate2 (file, path, type, space, H5P_DEFAULT, list, H5P_DEFAULT);

  g_assert_cmpint (set, >=, 0);
  H5Dclose (set);
  H5Sclose (space);
}

static void
soft_link (hid_t file, const char *folder)
{
  (void) folder;
  H5Lcreate_soft ("/" KERNEL, file, KERNEL, H5P_DEFAULT, H5P_DEFAULT);
}

static void
external_link (hid_t file, const char *folder)
{
  g_autofree char *other = g_build_filename (folder, "other.h5", NULL);

  H5Lcreate_external (other, "/x", file, KERNEL, H5P_DEFAULT, H5P_DEFAULT);
}

static void
external_storage (hid_t file, const char *folder)
{
  hid_t list = H5Pcreate (H5P_DATASET_CREATE);

  (void) folder;
  H5Pset_external (list, "/etc/hostname", 0, 16);
  make_set (file, KERNEL, H5T_IEEE_F32LE, (hsize_t[]){ 2, 2 }, 2, list);
  H5Pclose (list);
}

static void
virtual_set (hid_t file, const char *folder)
{
  hid_t list = H5Pcreate (H5P_DATASET_CREATE),
        space = H5Screate_simple (2, (hsize_t[]){ 2, 2 }, NULL);

  (void) folder;
  H5Pset_virtual (list, space, "other.h5", "x", space);
  make_set (file, KERNEL, H5T_IEEE_F32LE, (hsize_t[]){ 2, 2 }, 2, list);
  H5Sclose (space);
  H5Pclose (list);
}

static void
nothing_stored (hid_t file, const char *folder)
{
  (void) folder;
  make_set (file, KERNEL, H5T_IEEE_F32LE, (hsize_t[]){ 20000, 20000 }, 2, H5P_DEFAULT);
}

static void
too_many (hid_t file, const char *folder)
{
  hid_t list = H5Pcreate (H5P_DATASET_CREATE);

  (void) folder;
  H5Pset_chunk (list, 2, (hsize_t[]){ 16, 16 });
  make_set (file, KERNEL, H5T_IEEE_F32LE, (hsize_t[]){ (hsize_t) 1 << 40, (hsize_t) 1 << 40 }, 2,
            list);
  H5Pclose (list);
}

static void
text_for_numbers (hid_t file, const char *folder)
{
  (void) folder;
  make_set (file, KERNEL, H5T_C_S1, (hsize_t[]){ 2, 2 }, 2, H5P_DEFAULT);
}

static void
wrong_shape (hid_t file, const char *folder)
{
  float values[6] = { 0 };
  hsize_t dims[3] = { 1, 2, 3 };
  hid_t space = H5Screate_simple (3, dims, NULL);
  hid_t set
      = H5Dcreate2 (file, KERNEL, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

  (void) folder;
  H5Dwrite (set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose (set);
  H5Sclose (space);
}

static void
nothing (hid_t file, const char *folder)
{
  (void) file;
  (void) folder;
}

static void
a_group (hid_t file, const char *folder)
{
  (void) folder;
  H5Gclose (H5Gcreate2 (file, KERNEL, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

static void
test_weights_elsewhere (void)
{
  static const struct
  {
    void (*weight) (hid_t file, const char *folder);
    LucidaError code;
    const char *part;
  } cases[] = {
    { soft_link, LUCIDA_ERROR_UNSUPPORTED, "is a link" },
    { external_link, LUCIDA_ERROR_UNSUPPORTED, "is a link" },
    { external_storage, LUCIDA_ERROR_UNSUPPORTED, "in another file" },
    { virtual_set, LUCIDA_ERROR_UNSUPPORTED, "in another file" },
    { nothing_stored, LUCIDA_ERROR_CORRUPT, "does not hold" },
    { too_many, LUCIDA_ERROR_TOO_LARGE, "" },
    { text_for_numbers, LUCIDA_ERROR_UNSUPPORTED, "no numbers" },
    { wrong_shape, LUCIDA_ERROR_CORRUPT, "3 dimensions" },
    { nothing, LUCIDA_ERROR_CORRUPT, "not there" },
    { a_group, LUCIDA_ERROR_CORRUPT, "not there" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *folder = folder_new ();
      g_autofree char *path = write_network (folder, cases[i].weight);

      assert_file_refused (path, (int) cases[i].code, cases[i].part);
      folder_remove (folder);
    }
}

static void
write_filtered (hid_t file, const char *folder)
{
  float kernel[4] = { 1, 2, 3, 4 };
  hid_t list = H5Pcreate (H5P_DATASET_CREATE), set;

  (void) folder;
  H5Pset_chunk (list, 2, (hsize_t[]){ 2, 1 });
  H5Pset_shuffle (list);
  H5Pset_deflate (list, 9);
  make_set (file, KERNEL, H5T_IEEE_F64BE, (hsize_t[]){ 2, 2 }, 2, list);
  set = H5Dopen2 (file, KERNEL, H5P_DEFAULT);
  H5Dwrite (set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, kernel);
  H5Dclose (set);
  H5Pclose (list);
}

/* The upper halves of 1, 2, 3 and 4, as Keras 3 writes bfloat16. */
static void
write_bfloat16 (hid_t file, const char *folder)
{
  static const guint8 halves[8] = { 0x80, 0x3f, 0x00, 0x40, 0x40, 0x40, 0x80, 0x40 };
  hid_t type = H5Tcreate (H5T_OPAQUE, 2), set;

  (void) folder;
  make_set (file, KERNEL, type, (hsize_t[]){ 2, 2 }, 2, H5P_DEFAULT);
  set = H5Dopen2 (file, KERNEL, H5P_DEFAULT);
  H5Dwrite (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, halves);
  H5Dclose (set);
  H5Tclose (type);
}

static void
test_other_storage_is_read (void)
{
  static void (*const writers[]) (hid_t, const char *) = { NULL, write_filtered, write_bfloat16 };
  const float input[2] = { 1, 10 };
  const float want[2] = { 31, 42 };

  for (gsize i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      char *folder = folder_new ();
      g_autofree char *path = write_network (folder, writers[i]);
      int n;
      g_autofree float *scores = run_file (path, input, 1, 1, &n);

      assert_close ("scores", scores, want, 2);
      folder_remove (folder);
    }
}

static void
test_no_description (void)
{
  static const struct
  {
    const char *group, *list;
    LucidaError code;
    const char *part;
  } cases[] = {
    { "dense", "dense", LUCIDA_ERROR_UNSUPPORTED, "weights only" },
    { "layers/dense/vars", NULL, LUCIDA_ERROR_UNSUPPORTED, "weights only" },
    { "entry/data", NULL, LUCIDA_ERROR_UNRECOGNISED, "not one in which Keras" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char *folder = folder_new ();
      g_autofree char *path = g_build_filename (folder, "file.h5", NULL);
      KerasFile *file = keras_file_new (path);

      keras_file_group (file, cases[i].group);
      if (cases[i].list)
        keras_file_texts (file, "", "layer_names", cases[i].list);
      keras_file_end (file);
      assert_file_refused (path, (int) cases[i].code, cases[i].part);
      folder_remove (folder);
    }
}

static void
test_description_of_numbers (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "file.h5", NULL);
  KerasFile *file = keras_file_new (path);
  hid_t again, space, attribute;
  int number = 5;

  keras_file_end (file);
  again = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  space = H5Screate (H5S_SCALAR);
  attribute = H5Acreate2 (again, "model_config", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite (attribute, H5T_NATIVE_INT, &number);
  H5Aclose (attribute);
  H5Sclose (space);
  H5Fclose (again);
  assert_file_refused (path, LUCIDA_ERROR_CORRUPT, "numbers in place of text");
  folder_remove (folder);
}

/* A file that is cut off, anywhere, is an error. */
static void
test_truncated (void)
{
  char *folder = folder_new ();
  g_autofree char *path = write_network (folder, NULL);
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize n = 8; n < size; n += 1 + n / 8)
    {
      g_autofree char *cut = write_file (folder, "cut.h5", data, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaNetwork) network = lucida_reader_open (cut, NULL, &error);

      g_assert_null (network);
      g_assert_nonnull (error);
    }
  folder_remove (folder);
}

/* A group that is a member of itself: finding comes to an end. */
static void
test_cyclic_groups (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "cyclic.h5", NULL);
  KerasFile *made = keras_file_new (path);
  g_autoptr (LucidaHdf5) file = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) found = NULL;
  hid_t again;

  keras_file_group (made, "layers/a");
  keras_file_end (made);
  again = H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT);
  H5Lcreate_hard (again, "/layers", again, "/layers/a/self", H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose (again);
  file = lucida_hdf5_open (path, &error);
  g_assert_no_error (error);
  found = lucida_hdf5_find (file, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (found), ==, 11);
  folder_remove (folder);
}

typedef struct
{
  double fraction;
  int calls;
  GCancellable *cancellable; /* (nullable) cancelled by the first call */
} Progress;

static void
progress_cb (guint done, guint total, gpointer data)
{
  Progress *self = data;
  double fraction = (double) done / total;

  g_assert_cmpfloat (fraction, >=, self->fraction);
  g_assert_cmpfloat (fraction, <=, 1);
  self->fraction = fraction;
  self->calls++;
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
}

/* Two layers of 256 KB each: half of the file, then nearly all. */
static void
test_progress (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "large.h5", NULL);
  g_autofree char *model = keras_sequential (
      "1, 1, 256", "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"f\"}},"
                   "{\"class_name\": \"Dense\", \"config\": {\"name\": \"d\", "
                   "\"units\": 256, \"use_bias\": false}},"
                   "{\"class_name\": \"Dense\", \"config\": {\"name\": \"e\", "
                   "\"units\": 256, \"use_bias\": false}}");
  KerasFile *file = keras_file_new (path);
  g_autofree float *kernel = random_floats (1, 256 * 256);
  Progress progress = { 0 };
  LucidaReading reading = { NULL, progress_cb, &progress };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = NULL;

  keras_file_text (file, "model_config", model);
  keras_file_text (file, "keras_version", "2.9.0");
  keras_file_weight (file, "d", "d/kernel:0", kernel, (int[]){ 256, 256, 0 });
  keras_file_weight (file, "e", "e/kernel:0", kernel, (int[]){ 256, 256, 0 });
  keras_file_end (file);
  network = lucida_reader_open (path, &reading, &error);
  g_assert_no_error (error);
  g_assert_cmpint (progress.calls, ==, 2);
  g_assert_cmpfloat (progress.fraction, >, 0.9);
  lucida_network_unref (network);
  progress = (Progress){ .cancellable = cancellable };
  reading.cancellable = cancellable;
  network = lucida_reader_open (path, &reading, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED);
  g_assert_null (network);
  g_assert_cmpint (progress.calls, ==, 1);
  g_assert_cmpfloat (progress.fraction, >, 0.4);
  g_assert_cmpfloat (progress.fraction, <, 0.6);
  folder_remove (folder);
}

/* A file with one text and one list of texts of variable length, behind a user block; its bytes. */
static char *
write_variable (const char *folder, char **data, gsize *size)
{
  char *path = g_build_filename (folder, "variable.h5", NULL);
  const char *const text = "a text", *const list[] = { "first", "", "third of them" };
  hid_t creation = H5Pcreate (H5P_FILE_CREATE), file, type = H5Tcopy (H5T_C_S1), space;
  hid_t attribute;

  H5Pset_userblock (creation, 512);
  file = H5Fcreate (path, H5F_ACC_TRUNC, creation, H5P_DEFAULT);
  H5Tset_size (type, H5T_VARIABLE);
  space = H5Screate (H5S_SCALAR);
  attribute = H5Acreate2 (file, "text", type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite (attribute, type, &text);
  H5Aclose (attribute);
  H5Sclose (space);
  space = H5Screate_simple (1, (hsize_t[]){ G_N_ELEMENTS (list) }, NULL);
  attribute = H5Acreate2 (file, "list", type, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite (attribute, type, list);
  H5Aclose (attribute);
  H5Sclose (space);
  H5Tclose (type);
  H5Fclose (file);
  H5Pclose (creation);
  g_assert_true (g_file_get_contents (path, data, size, NULL));
  return path;
}

static void
test_variable_texts (void)
{
  char *folder = folder_new ();
  g_autofree char *data = NULL, *text = NULL, *again = NULL;
  gsize size;
  g_autofree char *path = write_variable (folder, &data, &size);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaHdf5) file = lucida_hdf5_open (path, &error);
  g_autoptr (LucidaHdf5) image = lucida_hdf5_open_image ((const guint8 *) data, size, &error);
  g_auto (GStrv) list = NULL;

  g_assert_no_error (error);
  text = lucida_hdf5_get_text (file, "", "text", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "a text");
  again = lucida_hdf5_get_text (image, "", "text", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, "a text");
  list = lucida_hdf5_get_texts (file, "", "list", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (list), ==, 3);
  g_assert_cmpstr (list[0], ==, "first");
  g_assert_cmpstr (list[1], ==, "");
  g_assert_cmpstr (list[2], ==, "third of them");
  folder_remove (folder);
}

static char *
find_bytes (char *data, gsize size, const char *bytes, gsize n)
{
  for (gsize i = 0; i + n <= size; i++)
    if (memcmp (data + i, bytes, n) == 0)
      return data + i;
  g_assert_not_reached ();
}

/* The global heap against the references to it: what is stated wrongly is an error, and the text is
 * never longer than what the file holds. */
static void
test_damaged_heap (void)
{
  static const struct
  {
    int at; /* bytes after the heap's beginning */
    guint8 value;
  } changes[] = {
    { 0, 'X' },   /* no heap */
    { 4, 9 },     /* of another version */
    { 8, 8 },     /* shorter than its header */
    { 14, 0xff }, /* larger than the file */
    { 16, 77 },   /* there is no object of the number that is asked for */
    { 24, 5 },    /* an object shorter than its text */
    { 31, 0x7f }, /* an object longer than the heap */
  };
  char *folder = folder_new ();
  g_autofree char *data = NULL;
  gsize size;
  g_autofree char *path = write_variable (folder, &data, &size);
  char *heap = find_bytes (data, size, "GCOL", 4);

  g_assert_nonnull (path);
  g_assert_cmpmem (heap + 32, 6, "a text", 6);
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaHdf5) file = NULL;
      g_autofree char *text = NULL;
      char former = heap[changes[i].at];

      heap[changes[i].at] = (char) changes[i].value;
      file = lucida_hdf5_open_image ((const guint8 *) data, size, &error);
      g_assert_no_error (error);
      text = lucida_hdf5_get_text (file, "", "text", &error);
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
      g_assert_null (text);
      heap[changes[i].at] = former;
    }
  folder_remove (folder);
}

/* What ends libhdf5 does not end the program: a child process is in its place. */
static LucidaHdf5 *
open_and_fall (gconstpointer data, gsize size, GError **error)
{
  (void) data;
  (void) size;
  (void) error;
  raise (SIGKILL);
  return NULL;
}

static LucidaHdf5 *
open_nothing (gconstpointer data, gsize size, GError **error)
{
  (void) data;
  (void) size;
  (void) error;
  return NULL;
}

static void
test_falling (void)
{
  g_assert_false (_lucida_hdf5_survives (open_and_fall, NULL, 0));
  g_assert_true (_lucida_hdf5_survives (open_nothing, NULL, 0));
}

/* @data: how many children there were, in memory that they share with the test. */
static LucidaHdf5 *
open_and_sleep (gconstpointer data, gsize size, GError **error)
{
  int *children = (int *) data;

  (void) size;
  (void) error;
  if (++*children == 1)
    pause ();
  return NULL;
}

/* A child that sleeps for ever says nothing of the file: it may have met a lock of another thread,
 * which it has not. The next one decides. */
static void
test_sleeping (void)
{
  int *children
      = mmap (NULL, sizeof *children, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert_true (children != MAP_FAILED);
  g_assert_true (_lucida_hdf5_survives (open_and_sleep, children, sizeof *children));
  g_assert_cmpint (*children, ==, 2);
  munmap (children, sizeof *children);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/hdf5/weights-elsewhere", test_weights_elsewhere);
  g_test_add_func ("/keras/hdf5/other-storage", test_other_storage_is_read);
  g_test_add_func ("/keras/hdf5/no-description", test_no_description);
  g_test_add_func ("/keras/hdf5/description-of-numbers", test_description_of_numbers);
  g_test_add_func ("/keras/hdf5/truncated", test_truncated);
  g_test_add_func ("/keras/hdf5/cyclic-groups", test_cyclic_groups);
  g_test_add_func ("/keras/hdf5/progress", test_progress);
  g_test_add_func ("/keras/hdf5/variable-texts", test_variable_texts);
  g_test_add_func ("/keras/hdf5/damaged-heap", test_damaged_heap);
  g_test_add_func ("/keras/hdf5/falling", test_falling);
  g_test_add_func ("/keras/hdf5/sleeping", test_sleeping);
  return g_test_run ();
}
