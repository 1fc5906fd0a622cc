#include "readers/file.h"

#include "base/error.h"
#include "base/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_errno (GError **error, int code)
{
  if (code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG)
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND, "there is no such file");
  else if (code == EACCES || code == EPERM)
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_IO,
                         "you have no permission to read this file");
  else if (code == ELOOP)
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_IO,
                         "a symbolic link stands where a file should be");
  else
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "it cannot be read: %s", g_strerror (code));
}

/* A descriptor of a regular file, or -1. */
static int
open_regular (const char *path, int flags, GError **error)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      set_errno (error, errno);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if (S_ISREG (status.st_mode))
    return fd;
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED,
                       S_ISDIR (status.st_mode) ? "this is a folder, not a file"
                                                : "this is a pipe or a device, not a file");
  close (fd);
  return -1;
}

static GBytes *
map (const char *path, int flags, GError **error)
{
  int fd = open_regular (path, flags, error);
  GBytes *bytes;

  if (fd < 0)
    return NULL;
  bytes = lucida_mapping_new (fd, path, error);
  close (fd);
  return bytes;
}

GBytes *
lucida_file_map (const char *path, GError **error)
{
  return map (path, 0, error);
}

GBytes *
lucida_file_map_no_follow (const char *path, GError **error)
{
  return map (path, O_NOFOLLOW, error);
}

/* Reads until @size bytes are there or the file ends; -1 on failure. */
static gssize
read_up_to (int fd, guint8 *data, gsize size)
{
  gsize n = 0;

  while (n < size)
    {
      ssize_t got = read (fd, data + n, size - n);

      if (got == 0)
        break;
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return -1;
      n += (gsize) got;
    }
  return (gssize) n;
}

gboolean
lucida_file_head (const char *path, guint8 *head, gsize size, gsize *n, GError **error)
{
  int fd = open_regular (path, 0, error);
  gssize got;

  if (fd < 0)
    return FALSE;
  got = read_up_to (fd, head, size);
  if (got < 0)
    set_errno (error, errno);
  close (fd);
  *n = got < 0 ? 0 : (gsize) got;
  return got >= 0;
}

char *
lucida_file_read (const char *path, gsize limit, gsize *size, GError **error)
{
  g_autofree char *text = NULL;
  struct stat status;
  gssize got = -1;
  int fd = open_regular (path, 0, error);

  if (fd < 0)
    return NULL;
  if (fstat (fd, &status) != 0)
    set_errno (error, errno);
  else if (status.st_size < 0 || (guint64) status.st_size > limit)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                 "it is larger than %" G_GSIZE_FORMAT " MB", limit >> 20);
  else if (!(text = g_try_malloc ((gsize) status.st_size + 1)))
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                         "there is not enough memory to read it");
  else if ((got = read_up_to (fd, (guint8 *) text, (gsize) status.st_size)) < 0)
    set_errno (error, errno);
  close (fd);
  if (got < 0)
    return NULL;
  text[got] = '\0';
  *size = (gsize) got;
  return g_steal_pointer (&text);
}
