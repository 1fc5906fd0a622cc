#include "base/atomic-file.h"
#include "explorer/checksum-cache-private.h"

#include <glib/gstdio.h>
#include <string.h>

#define FOLDER "camlucida"
#define FILE_NAME "checksums"
#define MAX_ENTRIES 200
#define MAX_BYTES (1 << 20) /* of the file; a larger one is none of ours */
#define HEX_DIGITS 64       /* of a SHA-256 */
#define FOLDER_MODE 0700

/* (transfer full) */
static char *
make_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), FOLDER, FILE_NAME, NULL);
}

/* "STAMP PATH", the path without what would end a line. (transfer full) */
static char *
make_key (const char *path, const char *stamp)
{
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  g_autofree char *escaped = g_strescape (full, NULL);

  return g_strdup_printf ("%s %s", stamp, escaped);
}

/* What follows the checksum in @line; %NULL: it is no line of ours. */
static const char *
get_key (const char *line)
{
  gsize n = strspn (line, "0123456789abcdef");

  return n == HEX_DIGITS && line[n] == ' ' && line[n + 1] ? line + n + 1 : NULL;
}

/* (transfer full) (nullable) */
static char **
read_lines (void)
{
  g_autofree char *path = make_path ();
  g_autofree char *text = NULL;
  GStatBuf status;

  if (g_stat (path, &status) != 0 || status.st_size > MAX_BYTES
      || !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_strsplit (text, "\n", -1);
}

char *
_lucida_checksum_cache_find (const char *path, const char *stamp)
{
  g_autofree char *key = make_key (path, stamp);
  g_auto (GStrv) lines = read_lines ();

  for (int i = 0; lines && lines[i]; i++)
    {
      const char *other = get_key (lines[i]);

      if (other && strcmp (other, key) == 0)
        return g_strndup (lines[i], HEX_DIGITS);
    }
  return NULL;
}

/* Whether both keys are of one path, whatever its state. */
static gboolean
same_path (const char *a, const char *b)
{
  a = strchr (a, ' ');
  b = strchr (b, ' ');
  return a && b && strcmp (a, b) == 0;
}

void
_lucida_checksum_cache_keep (const char *path, const char *stamp, const char *hex)
{
  g_autofree char *key = make_key (path, stamp);
  g_auto (GStrv) lines = read_lines ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *file = make_path ();
  g_autofree char *folder = g_path_get_dirname (file);
  guint n = 1;

  g_string_append_printf (text, "%s %s\n", hex, key);
  for (int i = 0; lines && lines[i]; i++)
    {
      const char *other = get_key (lines[i]);

      if (!other || same_path (other, key) || n == MAX_ENTRIES
          || text->len + strlen (lines[i]) >= MAX_BYTES)
        continue;
      g_string_append_printf (text, "%s\n", lines[i]);
      n++;
    }
  if (g_mkdir_with_parents (folder, FOLDER_MODE) == 0)
    lucida_atomic_file_write (file, text->str, text->len, NULL);
}
