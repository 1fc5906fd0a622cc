#include "readers/parse/hdf5-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* libhdf5 may fall over a damaged file: it reads and writes beyond its buffers where headers
 * contradict each other. So a child process first does everything with the file that is going to be
 * done with it; where the child ends otherwise than it should, the file is refused.
 *
 * The program has other threads, which the child has not. What they held at the moment of the fork
 * stays locked there for ever: malloc's locks are none of these, since the C library looks after
 * them, and libhdf5 is used by this thread alone; but GLib's allocator of slices and our own of
 * arrays have locks too, each held for less than a microsecond. A child that meets one sleeps
 * without computing anything, so a first child that does so is given up, and another one, which has
 * to be as unlucky again, is waited for to the end. */

#define MAX_SECONDS 60                    /* of computing, for the child */
#define MAX_WAIT (2 * MAX_SECONDS * 1000) /* milliseconds */
#define STALL 1000                        /* milliseconds without computing: asleep */
#define SMALL ((hsize_t) 1 << 20)         /* bytes of a data set that is read whole */

static gboolean skipped;

void
_lucida_hdf5_skip_trials (void)
{
  skipped = TRUE;
}

static herr_t
try_attribute (hid_t object, const char *name, const H5A_info_t *info, void *data)
{
  GPtrArray *names = data;

  (void) object;
  (void) info;
  g_ptr_array_add (names, g_strdup (name));
  return 0;
}

/* A large array that lies in one piece needs no more than the conversion of its kind of number. */
static void
try_first (hid_t set)
{
  hsize_t one[LUCIDA_MAX_RANK] = { 0 };
  hid_t space = H5Dget_space (set), memory = H5Screate (H5S_SCALAR);
  float value;

  if (space >= 0 && H5Sget_simple_extent_ndims (space) <= LUCIDA_MAX_RANK
      && H5Sselect_elements (space, H5S_SELECT_SET, 1, one) >= 0)
    H5Dread (set, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, &value);
  H5Sclose (memory);
  if (space >= 0)
    H5Sclose (space);
}

static void
try_data_set (LucidaHdf5 *self, const char *path)
{
  hid_t set = _lucida_hdf5_open_object (self, path, NULL);
  hid_t list = set < 0 ? -1 : H5Dget_create_plist (set);
  g_autoptr (LucidaTensor) tensor = NULL;

  if (list >= 0 && H5Pget_layout (list) == H5D_CONTIGUOUS && H5Dget_storage_size (set) > SMALL)
    try_first (set);
  else
    tensor = lucida_hdf5_read (self, path, NULL);
  if (list >= 0)
    H5Pclose (list);
  if (set >= 0)
    H5Oclose (set);
}

static herr_t
try_object (hid_t root, const char *name, const H5O_info_t *info, void *data)
{
  LucidaHdf5 *self = data;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *path = g_str_equal (name, ".") ? "" : name;
  hid_t object = _lucida_hdf5_open_object (self, path, NULL);

  (void) root;
  if (object < 0)
    return 0;
  H5Aiterate2 (object, H5_INDEX_NAME, H5_ITER_INC, NULL, try_attribute, names);
  H5Oclose (object);
  lucida_hdf5_has_attribute (self, path, "name");
  for (guint i = 0; i < names->len; i++)
    g_strfreev (lucida_hdf5_get_texts (self, path, g_ptr_array_index (names, i), NULL));
  g_strfreev (lucida_hdf5_list (self, path));
  if (info->type == H5O_TYPE_DATASET)
    try_data_set (self, path);
  return 0;
}

static void G_GNUC_NORETURN
run_child (LucidaHdf5Open open_file, gconstpointer data, gsize size)
{
  const struct rlimit seconds = { MAX_SECONDS, MAX_SECONDS }, none = { 0, 0 };
  int quiet = open ("/dev/null", O_RDWR);
  LucidaHdf5 *file;

  dup2 (quiet, STDOUT_FILENO);
  dup2 (quiet, STDERR_FILENO);
  setrlimit (RLIMIT_CPU, &seconds);
  setrlimit (RLIMIT_CORE, &none);
  file = open_file (data, size, NULL);
  if (file)
    H5Ovisit (file->file, H5_INDEX_NAME, H5_ITER_INC, try_object, file);
  lucida_hdf5_close (file);
  _exit (0);
}

/* Nanoseconds for which the child has computed; -1: not known. */
static gint64
get_computed (pid_t child)
{
  clockid_t clock;
  struct timespec time;

  if (clock_getcpuclockid (child, &clock) != 0 || clock_gettime (clock, &time) != 0)
    return -1;
  return (gint64) time.tv_sec * 1000000000 + time.tv_nsec;
}

typedef enum
{
  GOOD,
  BAD,
  ASLEEP,
} Outcome;

/* Waits for the child's end, of which the pipe tells; if @patient, however long it sleeps. */
static Outcome
wait_for (pid_t child, int pipe_end, gboolean patient)
{
  struct pollfd end = { .fd = pipe_end, .events = POLLIN };
  gint64 computed = -1;
  gboolean asleep = FALSE;
  int status = 0;

  for (int waited = 0; waited < MAX_WAIT && !asleep;)
    {
      int ready = poll (&end, 1, STALL);
      gint64 before = computed;

      if (ready > 0 || (ready < 0 && errno != EINTR))
        break;
      if (ready < 0)
        continue;
      waited += STALL;
      computed = get_computed (child);
      asleep = !patient && computed >= 0 && computed == before;
    }
  if (end.revents == 0)
    kill (child, SIGKILL);
  while (waitpid (child, &status, 0) < 0)
    if (errno != EINTR)
      return GOOD;
  if (asleep)
    return ASLEEP;
  return WIFEXITED (status) && WEXITSTATUS (status) == 0 ? GOOD : BAD;
}

static Outcome
try_out (LucidaHdf5Open open_file, gconstpointer data, gsize size, gboolean patient)
{
  int ends[2];
  pid_t child;
  Outcome outcome;

  if (pipe (ends) != 0)
    return GOOD;
  fcntl (ends[0], F_SETFD, FD_CLOEXEC);
  fcntl (ends[1], F_SETFD, FD_CLOEXEC);
  child = fork ();
  if (child == 0)
    run_child (open_file, data, size);
  close (ends[1]);
  outcome = child < 0 ? GOOD : wait_for (child, ends[0], patient);
  close (ends[0]);
  return outcome;
}

gboolean
_lucida_hdf5_survives (LucidaHdf5Open open_file, gconstpointer data, gsize size)
{
  Outcome outcome = skipped ? GOOD : try_out (open_file, data, size, FALSE);

  if (outcome == ASLEEP)
    outcome = try_out (open_file, data, size, TRUE);
  return outcome == GOOD;
}
