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

char *
lucida_data_dup_path (const char *kind, const char *name)
{
  if (runs_from_build ())
    return g_build_filename (LUCIDA_SOURCE_DIR, "data", kind, name, NULL);
  return g_build_filename (LUCIDA_DATA_DIR, kind, name, NULL);
}

char *
lucida_locale_dup_path (void)
{
  if (runs_from_build ())
    return g_build_filename (LUCIDA_BUILD_DIR, "po", NULL);
  return g_strdup (LUCIDA_LOCALE_DIR);
}
