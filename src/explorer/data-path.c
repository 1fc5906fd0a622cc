#include "config.h"

#include "explorer/model.h"

#include <string.h>

/* Whether @path lies in @folder, both without symbolic links. */
static gboolean
lies_in (const char *path, const char *folder)
{
  gsize length = strlen (folder);

  return strncmp (path, folder, length) == 0 && path[length] == G_DIR_SEPARATOR;
}

/* Uninstalled, the program is where the build put it. */
static gboolean
runs_from_build (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *build = g_canonicalize_filename (LUCIDA_BUILD_DIR, NULL);

  return program && lies_in (program, build);
}

/* What lies above the installed paths where an installation was staged or moved as a whole; as a
 * rule nothing. (transfer full) */
static char *
dup_root (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program ? g_path_get_dirname (program) : NULL;

  if (!folder || !g_str_has_suffix (folder, LUCIDA_BIN_DIR))
    return g_strdup ("");
  return g_strndup (folder, strlen (folder) - strlen (LUCIDA_BIN_DIR));
}

static char *
dup_installed (const char *folder)
{
  g_autofree char *root = dup_root ();

  return g_strconcat (root, folder, NULL);
}

char *
lucida_data_dup_path (const char *kind, const char *name)
{
  g_autofree char *folder
      = runs_from_build () ? g_strdup (LUCIDA_SOURCE_DIR "/data") : dup_installed (LUCIDA_DATA_DIR);

  return g_build_filename (folder, kind, name, NULL);
}

char *
lucida_locale_dup_path (void)
{
  return runs_from_build () ? g_strdup (LUCIDA_BUILD_DIR "/po") : dup_installed (LUCIDA_LOCALE_DIR);
}

char *
lucida_schema_dup_path (void)
{
  return runs_from_build () ? g_strdup (LUCIDA_BUILD_DIR "/data")
                            : dup_installed (LUCIDA_SCHEMA_DIR);
}
