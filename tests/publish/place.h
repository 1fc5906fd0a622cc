#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* A folder of its own, with whatever a test puts in it. */
typedef struct
{
  char *folder;
} Place;

static inline void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir
      = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static inline void
place_set_up (Place *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
}

static inline void
place_tear_down (Place *self, gconstpointer data)
{
  remove_tree (self->folder);
  g_free (self->folder);
}

/* (transfer full) */
static inline char *
place_path (const Place *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}
