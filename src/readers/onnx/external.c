#include "readers/onnx/onnx-private.h"

#include "base/error.h"
#include "readers/file.h"

#include <stdlib.h>
#include <string.h>

#define BUDGET_FACTOR 8

/* Whether @location is a plain relative path without a step upwards. */
static gboolean
stays_inside (const char *location)
{
  g_auto (GStrv) parts = g_strsplit (location, "/", -1);

  if (g_path_is_absolute (location))
    return FALSE;
  for (int i = 0; parts[i]; i++)
    if (g_str_equal (parts[i], ".."))
      return FALSE;
  return TRUE;
}

/* The real path of @location in the folder of the model, or NULL: missing, or outside of it through
 * a symbolic link (@outside). (transfer full) */
static char *
resolve (const char *model_path, const char *location, gboolean *outside)
{
  g_autofree char *folder = g_path_get_dirname (model_path);
  g_autofree char *path = g_build_filename (folder, location, NULL);
  g_autofree char *prefix = NULL;
  char *real_folder = realpath (folder, NULL);
  char *real_path = realpath (path, NULL);
  char *result = NULL;

  *outside = FALSE;
  if (real_folder && real_path)
    {
      prefix
          = g_str_equal (real_folder, "/") ? g_strdup ("/") : g_strconcat (real_folder, "/", NULL);
      *outside = !g_str_has_prefix (real_path, prefix);
      if (!*outside)
        result = g_strdup (real_path);
    }
  free (real_folder);
  free (real_path);
  return result;
}

GBytes *
_lucida_onnx_store_open (LucidaOnnxStore *self, const char *location, GError **error)
{
  GBytes *bytes;
  g_autoptr (GError) problem = NULL;
  g_autofree char *path = NULL;
  gboolean outside = FALSE;

  if (self->path && stays_inside (location))
    path = resolve (self->path, location, &outside);
  else
    outside = TRUE;
  if (outside)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "they lie in “%s”, outside the model's folder, where nothing is read", location);
      return NULL;
    }
  bytes = path ? g_hash_table_lookup (self->external, path) : NULL;
  if (bytes)
    return bytes;
  bytes = path ? lucida_file_map_no_follow (path, &problem) : NULL;
  if (!bytes && (!problem || g_error_matches (problem, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND)))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
                   "they lie in “%s”, which is missing: put that file into the model's folder",
                   location);
      return NULL;
    }
  if (!bytes)
    {
      g_propagate_prefixed_error (error, g_steal_pointer (&problem),
                                  "they lie in “%s”: ", location);
      return NULL;
    }
  self->budget += (guint64) g_bytes_get_size (bytes) * BUDGET_FACTOR;
  g_hash_table_insert (self->external, g_steal_pointer (&path), bytes);
  return bytes;
}
