#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  LUCIDA_FILE_PNG,
  LUCIDA_FILE_JPEG,
  LUCIDA_FILE_PDF,
  LUCIDA_FILE_SVG,
  LUCIDA_FILE_NPY,
  LUCIDA_FILE_CSV,
  LUCIDA_FILE_UNKNOWN,
} LucidaFileKind;

/* By suffix, in any case. */
LucidaFileKind lucida_file_kind (const char *path);

/* Writes a surface as PNG or JPEG (quality 92), whole or not at all. @keys, @values (nullable,
 * NULL-terminated): PNG text chunks, UTF-8. Errors: %LUCIDA_ERROR_IO, _INVALID (kind), _NO_MEMORY.
 */
gboolean lucida_image_file_write (const char *path, LucidaFileKind kind, cairo_surface_t *surface,
                                  const char *const *keys, const char *const *values,
                                  GError **error);

G_END_DECLS
