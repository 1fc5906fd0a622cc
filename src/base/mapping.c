#include "base/mapping.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_MAPPINGS 1024 /* watched over at a time; further ones are plain mappings */
#define MAX_FILES 128     /* descriptors kept open to look at what became of a file */

/* The signal's handler looks at the first three fields without a lock: start is written last and
 * cleared first. */
typedef struct
{
  gsize start; /* address, 0: free */
  gsize end;   /* address of the first page that is not part of it */
  int lost;    /* whether pages were missing */
  gsize size;  /* bytes */
  char *path;
  int descriptor; /* -1: none */
  struct stat status;
} Mapping;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* held to take and free entries */
static Mapping mappings[MAX_MAPPINGS];
static int n_mappings; /* entries that were ever taken */
static int losses;
static gsize page_size; /* bytes */
static struct sigaction former;

static int
find (gsize address)
{
  int n = g_atomic_int_get (&n_mappings);

  for (int i = 0; i < n; i++)
    {
      gsize start = (gsize) g_atomic_pointer_get (&mappings[i].start);

      if (start != 0 && address >= start && address < mappings[i].end)
        return i;
    }
  return -1;
}

/* Puts zeros in the place of all that follows. Only what may be called from a signal's handler. */
static gboolean
replace_pages (gsize address)
{
  int i = find (address);
  gsize page = address & ~(page_size - 1);

  if (i < 0
      || mmap ((void *) page, mappings[i].end - page, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
             == MAP_FAILED)
    return FALSE;
  g_atomic_int_set (&mappings[i].lost, 1);
  g_atomic_int_inc (&losses);
  return TRUE;
}

static void
bus_cb (int number, siginfo_t *info, void *context)
{
  int code = errno;

  if (info->si_code > 0 && replace_pages ((gsize) info->si_addr))
    errno = code;
  else if (former.sa_flags & SA_SIGINFO)
    former.sa_sigaction (number, info, context);
  else if (former.sa_handler != SIG_DFL && former.sa_handler != SIG_IGN)
    former.sa_handler (number);
  else
    {
      /* the same access, or the same signal, once more */
      sigaction (SIGBUS, &former, NULL);
      if (info->si_code <= 0)
        raise (SIGBUS);
    }
}

static void
prepare (void)
{
  struct sigaction action = { .sa_sigaction = bus_cb, .sa_flags = SA_SIGINFO | SA_ONSTACK };

  page_size = (gsize) sysconf (_SC_PAGESIZE);
  sigemptyset (&action.sa_mask);
  sigaction (SIGBUS, &action, &former);
}

static void
unmap (gpointer data)
{
  Mapping *self = data;
  void *start = (void *) self->start;

  pthread_mutex_lock (&lock);
  g_atomic_pointer_set (&self->start, 0);
  if (self->descriptor >= 0)
    close (self->descriptor);
  g_clear_pointer (&self->path, g_free);
  munmap (start, self->size);
  pthread_mutex_unlock (&lock);
}

/* A free entry, if there is one; with the lock held. */
static Mapping *
take_entry (void)
{
  for (int i = 0; i < MAX_MAPPINGS; i++)
    if (mappings[i].start == 0)
      {
        mappings[i].descriptor = -1;
        if (i >= n_mappings)
          g_atomic_int_set (&n_mappings, i + 1);
        return &mappings[i];
      }
  return NULL;
}

static Mapping *
watch_over (void *data, const struct stat *status, int descriptor, const char *path)
{
  Mapping *self;

  pthread_mutex_lock (&lock);
  self = take_entry ();
  if (self)
    {
      self->size = (gsize) status->st_size;
      self->end = (gsize) data + ((self->size + page_size - 1) & ~(page_size - 1));
      self->lost = 0;
      self->status = *status;
      self->path = g_filename_display_name (path);
      if (self - mappings < MAX_FILES)
        self->descriptor = fcntl (descriptor, F_DUPFD_CLOEXEC, 0);
      g_atomic_pointer_set (&self->start, (gsize) data);
    }
  pthread_mutex_unlock (&lock);
  return self;
}

typedef struct
{
  void *data;
  gsize size;
} Plain;

static void
unmap_plain (gpointer data)
{
  Plain *self = data;

  munmap (self->data, self->size);
  g_free (self);
}

GBytes *
lucida_mapping_new (int descriptor, const char *path, GError **error)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct stat status = { 0 };
  void *data = MAP_FAILED;
  Mapping *self;
  Plain *plain;

  pthread_once (&once, prepare);
  if (fstat (descriptor, &status) == 0)
    {
      if (status.st_size == 0)
        return g_bytes_new_static ("", 0);
      data = mmap (NULL, (gsize) status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    }
  if (data == MAP_FAILED)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "it cannot be read: %s",
                   g_strerror (errno));
      return NULL;
    }
  self = watch_over (data, &status, descriptor, path);
  if (self)
    return g_bytes_new_with_free_func (data, self->size, unmap, self);
  plain = g_new (Plain, 1);
  *plain = (Plain){ data, (gsize) status.st_size };
  return g_bytes_new_with_free_func (data, plain->size, unmap_plain, plain);
}

int
lucida_mapping_find (const void *data)
{
  return find ((gsize) data);
}

char *
lucida_mapping_dup_changed (int number)
{
  const Mapping *self = &mappings[number];
  struct stat now;
  gboolean changed = g_atomic_int_get (&self->lost) != 0;

  if (!changed && self->descriptor >= 0)
    changed = fstat (self->descriptor, &now) != 0 || now.st_size != self->status.st_size
              || now.st_mtim.tv_sec != self->status.st_mtim.tv_sec
              || now.st_mtim.tv_nsec != self->status.st_mtim.tv_nsec;
  return changed ? g_strdup (self->path) : NULL;
}

int
lucida_mapping_get_losses (void)
{
  return g_atomic_int_get (&losses);
}
