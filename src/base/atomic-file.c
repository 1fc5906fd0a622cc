#include "base/atomic-file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many temporary names are tried before giving up. */
#define NAME_ATTEMPTS 100

static gboolean
set_error (const char *path, LucidaError kind, int code, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, LUCIDA_ERROR, (int) kind, "%s: cannot be written: %s", name,
               g_strerror (code));
  return FALSE;
}

/* What concerns the one file alone, once another one could be made beside it: its name, its size,
 * what stands in its place. */
static LucidaError
tell_kind (int code)
{
  static const int everywhere[] = { ENOSPC, EDQUOT, EROFS, EIO, ENOENT, ENODEV, ESTALE };

  for (gsize i = 0; i < G_N_ELEMENTS (everywhere); i++)
    if (code == everywhere[i])
      return LUCIDA_ERROR_UNWRITABLE;
  return LUCIDA_ERROR_IO;
}

/* Opens a new file beside @path. The kernel takes the umask off the mode: reading it from here
 * would change it for other threads. The name is short whatever the length of the final one. */
static int
open_temporary (const char *path, char **temporary)
{
  g_autofree char *folder = g_path_get_dirname (path);

  for (int i = 0; i < NAME_ATTEMPTS; i++)
    {
      g_autofree char *base = g_strdup_printf (".camlucida-%08x", g_random_int ());
      g_autofree char *name = g_build_filename (folder, base, NULL);
      int file = g_open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

      if (file >= 0)
        {
          *temporary = g_steal_pointer (&name);
          return file;
        }
      if (errno != EEXIST && errno != EINTR)
        break;
    }
  return -1;
}

/* Returns 0 or the error's number. */
static int
write_all (int file, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gssize written = write (file, data, size);

      if (written < 0)
        {
          if (errno == EINTR)
            continue;
          return errno;
        }
      data += written;
      size -= (gsize) written;
    }
  return 0;
}

gboolean
lucida_atomic_file_write (const char *path, const void *data, gsize size, GError **error)
{
  g_autofree char *temporary = NULL;
  struct stat former;
  gboolean exists;
  int file, code;

  g_return_val_if_fail (path != NULL && (data != NULL || size == 0), FALSE);

  exists = lstat (path, &former) == 0;
  if (exists && S_ISDIR (former.st_mode))
    return set_error (path, LUCIDA_ERROR_IO, EISDIR, error);
  if (exists && !S_ISREG (former.st_mode) && !S_ISLNK (former.st_mode))
    {
      g_autofree char *name = g_filename_display_name (path);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO,
                   "%s: cannot be written: it is a device, a pipe or a socket", name);
      return FALSE;
    }

  file = open_temporary (path, &temporary);
  if (file < 0)
    return set_error (path, LUCIDA_ERROR_UNWRITABLE, errno, error);

  code = write_all (file, data, size);
  if (code == 0 && exists && S_ISREG (former.st_mode)
      && fchmod (file, former.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO)) != 0)
    code = errno;
  /* Some file systems cannot synchronise and say EINVAL; the file is written all the same. */
  if (code == 0 && fsync (file) != 0 && errno != EINVAL && errno != ENOTSUP)
    code = errno;
  if (close (file) != 0 && code == 0)
    code = errno;
  if (code == 0 && g_rename (temporary, path) != 0)
    code = errno;
  if (code != 0)
    {
      g_unlink (temporary);
      return set_error (path, tell_kind (code), code, error);
    }
  return TRUE;
}
