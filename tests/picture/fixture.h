#pragma once

#include "picture/picture.h"

#include <glib/gstdio.h>
#include <string.h>

/* Writes @data to a file of its own and opens it; the file is removed again. */
static inline LucidaPicture *
open_bytes_as (const char *name, const void *data, gsize size, gboolean allow_truncated,
               GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) failure = NULL;
  LucidaPicture *picture;

  g_file_set_contents (path, data, (gssize) size, &failure);
  g_assert_no_error (failure);
  picture = lucida_picture_open (path, allow_truncated, NULL, error);
  if (!picture && error)
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_autofree char *prefix = g_strconcat (shown, ": ", NULL);

      g_assert_true (g_str_has_prefix ((*error)->message, prefix));
      g_assert_null (strchr ((*error)->message + strlen (prefix), '\n'));
    }
  g_remove (path);
  g_rmdir (folder);
  return picture;
}

static inline LucidaPicture *
open_bytes (const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  LucidaPicture *picture = open_bytes_as ("picture", data, size, FALSE, &error);

  g_assert_no_error (error);
  return picture;
}

static inline void
assert_size (const LucidaPicture *picture, int width, int height)
{
  g_assert_cmpint (picture->width, ==, width);
  g_assert_cmpint (picture->height, ==, height);
}

/* @colour: 0xRRGGBB; @tolerance in steps of 1/255. */
static inline void
assert_pixel (const LucidaPicture *picture, int x, int y, guint colour, int tolerance)
{
  const guint8 *pixel = picture->pixels + (gsize) y * picture->stride + (gsize) x * 3;

  for (int c = 0; c < 3; c++)
    g_assert_cmpint (ABS (pixel[c] - (int) (colour >> (16 - 8 * c) & 0xff)), <=, tolerance);
}
