#include "publish/target-names.h"

#include <string.h>
#include <sys/stat.h>

/* "DEVICE INODE" of the file, whatever its name. (transfer full) (nullable) */
static char *
identify (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0)
    return NULL;
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, (guint64) status.st_dev,
                          (guint64) status.st_ino);
}

static char *
fold (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  return g_utf8_casefold (valid, -1);
}

/* Whether every file under that name is new, and none of the pictures. */
static gboolean
is_free (const char *name, const char *folder, const char *const *suffixes, GHashTable *taken,
         GHashTable *inputs)
{
  for (int i = 0; suffixes[i]; i++)
    {
      g_autofree char *file = g_strconcat (name, suffixes[i], NULL);
      g_autofree char *folded = fold (file);
      g_autofree char *path = g_build_filename (folder, file, NULL);
      g_autofree char *identity = identify (path);

      if (g_hash_table_contains (taken, folded)
          || (identity && g_hash_table_contains (inputs, identity)))
        return FALSE;
    }
  return TRUE;
}

/* (transfer full) */
static char *
choose (const char *picture, const char *folder, const char *const *suffixes, GHashTable *taken,
        GHashTable *inputs)
{
  g_autofree char *whole = g_path_get_basename (picture);
  g_autofree char *stem = g_strdup (whole);
  char *dot = strrchr (stem, '.');
  char *name;

  if (dot && dot != stem)
    {
      *dot = '\0';
      whole[dot - stem] = '-';
    }
  if (is_free (stem, folder, suffixes, taken, inputs))
    return g_steal_pointer (&stem);
  if (is_free (whole, folder, suffixes, taken, inputs))
    return g_steal_pointer (&whole);
  for (guint i = 2;; i++)
    {
      name = g_strdup_printf ("%s-%u", whole, i);
      if (is_free (name, folder, suffixes, taken, inputs))
        return name;
      g_free (name);
    }
}

char **
lucida_target_names_new (const char *const *pictures, const char *folder,
                         const char *const *suffixes, const char *reserved)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *names = g_ptr_array_new ();

  if (reserved)
    g_hash_table_add (taken, fold (reserved));
  for (int i = 0; pictures[i]; i++)
    {
      char *identity = identify (pictures[i]);

      if (identity)
        g_hash_table_add (inputs, identity);
    }
  for (int i = 0; pictures[i]; i++)
    {
      char *name = choose (pictures[i], folder, suffixes, taken, inputs);

      for (int j = 0; suffixes[j]; j++)
        {
          g_autofree char *file = g_strconcat (name, suffixes[j], NULL);

          g_hash_table_add (taken, fold (file));
        }
      g_ptr_array_add (names, name);
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}
