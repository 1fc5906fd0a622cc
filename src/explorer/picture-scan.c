#include "explorer/picture-scan.h"

#include "base/error.h"
#include "explorer/picture-order.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SNIFFED 4096 /* bytes from a file's beginning that tell its kind */

/* A file that may be a picture. */
typedef struct
{
  char *path;
  const char *name; /* the last part of the path */
  char *folded;     /* the name as it is compared */
  gboolean given;   /* named, not found in a folder */
} Candidate;

struct _LucidaPictureScan
{
  gatomicrefcount references;
  char **sources;
  GHashTable *known;     /* path → LucidaFileStamp */
  GPtrArray *candidates; /* Candidate, in natural order; NULL before the first step */
  guint next;            /* the first candidate that has not been looked at */
};

static void
candidate_free (gpointer data)
{
  Candidate *self = data;

  g_free (self->path);
  g_free (self->folded);
  g_free (self);
}

void
lucida_found_picture_free (gpointer picture)
{
  LucidaFoundPicture *self = picture;

  g_free (self->path);
  g_free (self);
}

static int
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *first = *(Candidate *const *) a;
  const Candidate *second = *(Candidate *const *) b;
  int order = lucida_picture_order_compare_folded (first->folded, second->folded);

  if (order == 0)
    order = strcmp (first->name, second->name);
  return order != 0 ? order : strcmp (first->path, second->path);
}

LucidaPictureScan *
lucida_picture_scan_new (const char *const *sources)
{
  LucidaPictureScan *self = g_new0 (LucidaPictureScan, 1);

  g_atomic_ref_count_init (&self->references);
  self->sources = g_strdupv ((char **) sources);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

LucidaPictureScan *
lucida_picture_scan_ref (LucidaPictureScan *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_picture_scan_unref (LucidaPictureScan *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_strfreev (self->sources);
  g_hash_table_unref (self->known);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_free (self);
}

void
lucida_picture_scan_know (LucidaPictureScan *self, const char *path, const LucidaFileStamp *stamp)
{
  g_hash_table_insert (self->known, g_strdup (path), g_memdup2 (stamp, sizeof *stamp));
}

/* @path (transfer full) */
static void
add_candidate (LucidaPictureScan *self, GHashTable *seen, char *path, gboolean given)
{
  Candidate *candidate;
  const char *slash;

  if (!g_hash_table_add (seen, path))
    {
      g_free (path);
      return;
    }
  slash = strrchr (path, G_DIR_SEPARATOR);
  candidate = g_new0 (Candidate, 1);
  candidate->path = path;
  candidate->name = slash ? slash + 1 : path;
  candidate->folded = lucida_picture_order_fold (candidate->name);
  candidate->given = given;
  g_ptr_array_add (self->candidates, candidate);
}

static gboolean
add_folder (LucidaPictureScan *self, GHashTable *seen, const char *folder, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GDir) directory = g_dir_open (folder, 0, &failure);
  const char *name;

  if (!directory)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: the folder cannot be read: %s", shown,
                   g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_ACCES)
                       ? g_strerror (EACCES)
                       : g_strerror (ENOENT));
      return FALSE;
    }
  while ((name = g_dir_read_name (directory)))
    if (name[0] != '.')
      add_candidate (self, seen, g_build_filename (folder, name, NULL), FALSE);
  return TRUE;
}

static gboolean
is_folder (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

static gboolean
collect (LucidaPictureScan *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean only = g_strv_length (self->sources) == 1;

  self->candidates = g_ptr_array_new_with_free_func (candidate_free);
  /* what is named as well as found in a folder counts as named */
  for (int i = 0; self->sources[i]; i++)
    if (!is_folder (self->sources[i]) && !only)
      add_candidate (self, seen, g_strdup (self->sources[i]), TRUE);
  for (int i = 0; self->sources[i]; i++)
    if ((only || is_folder (self->sources[i]))
        && !add_folder (self, seen, self->sources[i], only ? error : NULL) && only)
      return FALSE;
  g_ptr_array_sort (self->candidates, compare_candidates);
  return TRUE;
}

/* One that is of a kind that is read, but is damaged, is a picture too: opening it says what is
 * wrong. */
static gboolean
looks_like_picture (const char *path)
{
  guint8 head[SNIFFED];
  gssize size = 0;
  int file = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (file < 0)
    return FALSE;
  size = read (file, head, sizeof head);
  close (file);
  return size > 0 && lucida_picture_recognise (head, (gsize) size);
}

static gboolean
is_picture (LucidaPictureScan *self, const Candidate *candidate, LucidaFileStamp *stamp)
{
  const LucidaFileStamp *known = g_hash_table_lookup (self->known, candidate->path);
  struct stat status;

  /* opening a pipe would wait for its other end */
  if (stat (candidate->path, &status) != 0 || !S_ISREG (status.st_mode)
      || !lucida_file_stamp_read (candidate->path, stamp))
    return FALSE;
  return candidate->given || (known && lucida_file_stamp_equal (known, stamp))
         || looks_like_picture (candidate->path);
}

GPtrArray *
lucida_picture_scan_step (LucidaPictureScan *self, int milliseconds, GCancellable *cancellable,
                          GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (lucida_found_picture_free);
  gint64 end = g_get_monotonic_time () + milliseconds * (G_USEC_PER_SEC / 1000);

  if (!self->candidates && !collect (self, error))
    return NULL;
  while (self->next < self->candidates->len && !g_cancellable_is_cancelled (cancellable))
    {
      const Candidate *candidate = g_ptr_array_index (self->candidates, self->next++);
      LucidaFileStamp stamp;

      if (is_picture (self, candidate, &stamp))
        {
          LucidaFoundPicture *picture = g_new (LucidaFoundPicture, 1);

          picture->path = g_strdup (candidate->path);
          picture->stamp = stamp;
          g_ptr_array_add (found, picture);
        }
      if (milliseconds > 0 && g_get_monotonic_time () >= end)
        break;
    }
  return g_steal_pointer (&found);
}

gboolean
lucida_picture_scan_is_finished (const LucidaPictureScan *self)
{
  return self->candidates && self->next >= self->candidates->len;
}
