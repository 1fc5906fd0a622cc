#include "config.h"

#include "app/parts/paths.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#define SNIFFED_BYTES 4096

static gboolean
is_image (const char *name, const guchar *data, gsize size)
{
  g_autofree char *type = g_content_type_guess (name, data, size, NULL);
  g_autofree char *mime = g_content_type_get_mime_type (type);

  return mime && g_str_has_prefix (mime, "image/");
}

/* By name or by content: a picture without a suffix is one, and so is a broken PHOTO.JPG. */
static gboolean
is_picture (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  guchar data[SNIFFED_BYTES];
  gsize size = 0;
  FILE *file;

  if (is_image (name, NULL, 0))
    return TRUE;
  file = fopen (path, "rbe");
  if (file)
    {
      size = fread (data, 1, sizeof data, file);
      fclose (file);
    }
  return size > 0 && is_image (NULL, data, size);
}

static gboolean
is_saved_model (const char *folder)
{
  g_autofree char *graph = g_build_filename (folder, "saved_model.pb", NULL);

  return g_file_test (graph, G_FILE_TEST_EXISTS);
}

LucidaPathKind
lucida_paths_tell (const char *path)
{
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return is_picture (path) ? LUCIDA_PATH_PICTURE : LUCIDA_PATH_MODEL;
  return is_saved_model (path) ? LUCIDA_PATH_MODEL : LUCIDA_PATH_PICTURE_FOLDER;
}

char *
lucida_paths_find_model (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *outer = g_path_get_dirname (folder);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  /* beside the graph, or in its folders variables/ and assets/ */
  if (is_saved_model (folder))
    return g_steal_pointer (&folder);
  return is_saved_model (outer) ? g_steal_pointer (&outer) : g_strdup (path);
}

char *
lucida_paths_from_argument (const char *argument, const char *folder)
{
  g_autofree char *path = g_canonicalize_filename (argument, folder);
  char *from_address;

  if (g_file_test (path, G_FILE_TEST_EXISTS) || !g_str_has_prefix (argument, "file://"))
    return g_steal_pointer (&path);
  from_address = g_filename_from_uri (argument, NULL, NULL);
  return from_address ? from_address : g_steal_pointer (&path);
}

gboolean
lucida_paths_is_handed_over (const char *path)
{
  g_autofree char *mine = g_build_filename (g_get_user_runtime_dir (), "doc", NULL);
  const char *const places[] = { mine, "/run/flatpak/doc" };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const char *rest = g_str_has_prefix (path, places[i]) ? path + strlen (places[i]) : NULL;
      g_auto (GStrv) parts = rest && rest[0] == G_DIR_SEPARATOR
                                 ? g_strsplit (rest + 1, G_DIR_SEPARATOR_S, -1)
                                 : NULL;

      /* …/doc/NUMBER/FILE; a folder that was handed over has its files one deeper */
      if (parts && g_strv_length (parts) == 2)
        return TRUE;
    }
  return FALSE;
}
