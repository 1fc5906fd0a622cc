#include "explorer/fingerprint.h"

#include "explorer/checksum-cache-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNK ((gsize) 256 << 10) /* bytes read at a time */
#define MAX_FILES 10000           /* of a folder */
#define MAX_DEPTH 16
#define SETTLED 2 /* s: a file may have changed unseen while its time is younger than this */

/* Smaller files are read again as quickly as they are looked up. */
#define SMALLEST_KEPT ((guint64) 8 << 20)

typedef struct
{
  char *path; /* from the folder on */
  struct stat status;
} Entry;

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_free (entry->path);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Entry *) a)->path, ((const Entry *) b)->path);
}

/* Adds the files below @folder/@below; %FALSE: unreadable, or too many. Links to files count as
 * files, links to folders are left out: they may go in circles. */
static gboolean
list_files (const char *folder, const char *below, int depth, GArray *entries)
{
  g_autofree char *here = g_build_filename (folder, below, NULL);
  g_autoptr (GDir) dir = g_dir_open (here, 0, NULL);
  const char *name;

  if (!dir || depth > MAX_DEPTH)
    return FALSE;
  while ((name = g_dir_read_name (dir)))
    {
      Entry entry = { below[0] ? g_build_filename (below, name, NULL) : g_strdup (name), { 0 } };
      g_autofree char *path = g_build_filename (folder, entry.path, NULL);
      gboolean found = lstat (path, &entry.status) == 0;
      gboolean good = TRUE;

      if (found && S_ISLNK (entry.status.st_mode))
        found = stat (path, &entry.status) == 0 && S_ISREG (entry.status.st_mode);
      if (found && S_ISREG (entry.status.st_mode))
        {
          g_array_append_val (entries, entry);
          if (entries->len > MAX_FILES)
            return FALSE;
          continue;
        }
      if (found && S_ISDIR (entry.status.st_mode))
        good = list_files (folder, entry.path, depth + 1, entries);
      g_free (entry.path);
      if (!good)
        return FALSE;
    }
  return TRUE;
}

/* The file, or the files of the folder in order. (transfer full) (nullable) */
static GArray *
collect (const char *path)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  Entry entry = { NULL, { 0 } };

  g_array_set_clear_func (entries, entry_clear);
  if (stat (path, &entry.status) != 0)
    return NULL;
  if (S_ISDIR (entry.status.st_mode))
    {
      if (!list_files (path, "", 0, entries))
        return NULL;
      g_array_sort (entries, compare_entries);
    }
  else if (S_ISREG (entry.status.st_mode))
    g_array_append_val (entries, entry);
  return entries->len ? g_steal_pointer (&entries) : NULL;
}

LucidaStamp *
lucida_stamp_new (const char *path)
{
  g_autoptr (GArray) entries = collect (path);
  g_autoptr (GChecksum) sum = NULL;
  LucidaStamp *self;

  if (!entries)
    return NULL;
  self = g_new0 (LucidaStamp, 1);
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      g_autofree char *line
          = g_strdup_printf ("%s\n%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld\n",
                             entry->path ? entry->path : "", (guint64) entry->status.st_size,
                             (gint64) entry->status.st_mtim.tv_sec, entry->status.st_mtim.tv_nsec);

      g_checksum_update (sum, (const guchar *) line, -1);
      self->size += (guint64) entry->status.st_size;
      self->modified = MAX (self->modified, (gint64) entry->status.st_mtim.tv_sec);
    }
  self->text = g_strndup (g_checksum_get_string (sum), 32);
  return self;
}

gboolean
lucida_stamp_is_current (const LucidaStamp *self, const char *path)
{
  g_autoptr (LucidaStamp) now = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  now = lucida_stamp_new (path);
  return now && strcmp (now->text, self->text) == 0;
}

LucidaStamp *
lucida_stamp_copy (const LucidaStamp *self)
{
  LucidaStamp *copy = NULL;

  if (self)
    {
      copy = g_memdup2 (self, sizeof *self);
      copy->text = g_strdup (self->text);
    }
  return copy;
}

void
lucida_stamp_free (LucidaStamp *self)
{
  if (!self)
    return;
  g_free (self->text);
  g_free (self);
}

/* (transfer full) (nullable) */
static char *
read_checksum (const char *path, GCancellable *cancellable)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *chunk = g_malloc (CHUNK);
  int file = open (path, O_RDONLY | O_CLOEXEC);
  gssize n;

  if (file < 0)
    return NULL;
  do
    {
      n = g_cancellable_is_cancelled (cancellable) ? -1 : read (file, chunk, CHUNK);
      if (n > 0)
        g_checksum_update (sum, chunk, n);
    }
  while (n > 0 || (n < 0 && errno == EINTR && !g_cancellable_is_cancelled (cancellable)));
  close (file);
  return n == 0 ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

static char *
compute (const char *path, GCancellable *cancellable)
{
  g_autoptr (GArray) entries = collect (path);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  if (!entries)
    return NULL;
  if (!g_array_index (entries, Entry, 0).path)
    return read_checksum (path, cancellable);
  for (guint i = 0; i < entries->len; i++)
    {
      const char *name = g_array_index (entries, Entry, i).path;
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *hex = read_checksum (file, cancellable);
      g_autofree char *line = hex ? g_strdup_printf ("%s  %s\n", hex, name) : NULL;

      if (!line)
        return NULL;
      g_checksum_update (sum, (const guchar *) line, -1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

char *
lucida_checksum_find (const char *path, const LucidaStamp *stamp, gboolean any_size,
                      GCancellable *cancellable)
{
  gboolean large;
  char *hex;

  g_return_val_if_fail (path != NULL && stamp != NULL, NULL);

  if (!lucida_stamp_is_current (stamp, path))
    return NULL;
  large = stamp->size >= SMALLEST_KEPT;
  hex = large ? _lucida_checksum_cache_find (path, stamp->text) : NULL;
  if (hex || (stamp->size > LUCIDA_CHECKSUM_LIMIT && !any_size))
    return hex;
  hex = compute (path, cancellable);
  if (hex && !lucida_stamp_is_current (stamp, path))
    g_clear_pointer (&hex, g_free);
  if (hex && large && time (NULL) - stamp->modified > SETTLED)
    _lucida_checksum_cache_keep (path, stamp->text, hex);
  return hex;
}
