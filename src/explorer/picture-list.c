#include "explorer/picture-list.h"

#include "base/error.h"
#include "picture/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SNIFFED 4096 /* bytes from a file's beginning that tell its kind */

/* Leading zeros do not count, then the longer run of digits is the larger number. */
static int
compare_numbers (const char **a, const char **b)
{
  gsize length_a, length_b;
  int order;

  *a += strspn (*a, "0");
  *b += strspn (*b, "0");
  length_a = strspn (*a, "0123456789");
  length_b = strspn (*b, "0123456789");
  if (length_a != length_b)
    return length_a < length_b ? -1 : 1;
  order = strncmp (*a, *b, length_a);
  *a += length_a;
  *b += length_b;
  return order;
}

int
lucida_picture_list_compare (const char *a, const char *b)
{
  g_autofree char *valid_a = g_utf8_make_valid (a, -1);
  g_autofree char *valid_b = g_utf8_make_valid (b, -1);
  g_autofree char *folded_a = g_utf8_casefold (valid_a, -1);
  g_autofree char *folded_b = g_utf8_casefold (valid_b, -1);
  const char *p = folded_a;
  const char *q = folded_b;

  while (*p && *q)
    {
      if (g_ascii_isdigit (*p) && g_ascii_isdigit (*q))
        {
          int order = compare_numbers (&p, &q);

          if (order != 0)
            return order;
        }
      else if (*p != *q)
        return (guchar) *p < (guchar) *q ? -1 : 1;
      else
        {
          p++;
          q++;
        }
    }
  if (*p || *q)
    return *p ? 1 : -1;
  return strcmp (a, b); /* alike but for case or zeros: still always in the same order */
}

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  g_autofree char *name_a = g_path_get_basename (*(char *const *) a);
  g_autofree char *name_b = g_path_get_basename (*(char *const *) b);

  return lucida_picture_list_compare (name_a, name_b);
}

/* Whether the file looks like a picture. One that is of a kind that is read, but is broken, is a
 * picture too: opening it says what is wrong. */
static gboolean
is_picture (const char *path)
{
  g_autofree char *type = NULL;
  g_autoptr (GError) error = NULL;
  guint8 head[SNIFFED];
  struct stat status;
  gssize size = 0;
  int width, height, file;

  /* opening a pipe would wait for its other end */
  if (stat (path, &status) != 0 || !S_ISREG (status.st_mode))
    return FALSE;
  file = open (path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return FALSE;
  size = read (file, head, sizeof head);
  close (file);
  if (size <= 0)
    return FALSE;
  type = g_content_type_guess (NULL, head, (gsize) size, NULL);
  if (!g_content_type_is_a (type, "image/*"))
    return FALSE;
  return lucida_picture_probe (path, &width, &height, &error)
         || !g_error_matches (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED);
}

char **
lucida_picture_list_folder (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *shown = g_filename_display_name (folder);
  g_autoptr (GDir) directory = NULL;
  g_autoptr (GError) failure = NULL;
  const char *name;

  directory = g_dir_open (folder, 0, &failure);
  if (!directory)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: the folder cannot be read: %s", shown,
                   g_error_matches (failure, G_FILE_ERROR, G_FILE_ERROR_ACCES)
                       ? g_strerror (EACCES)
                       : g_strerror (ENOENT));
      return NULL;
    }
  while ((name = g_dir_read_name (directory)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (name[0] != '.' && is_picture (path))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  if (paths->len == 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
                   "%s: there is no picture in the folder", shown);
      return NULL;
    }
  g_ptr_array_sort (paths, compare_paths);
  g_ptr_array_add (paths, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&paths), FALSE);
}
