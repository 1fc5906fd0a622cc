#pragma once

#include "export/image-file.h"

G_BEGIN_DECLS

/* Draws a page; called once. */
typedef void (*LucidaDrawFunc) (cairo_t *cr, gpointer data);

/* Writes a drawing as PDF or SVG of @width × @height units (one unit a pixel), whole or not at
 * all; the same call gives the same bytes. Errors: %LUCIDA_ERROR_IO, _INVALID, _NO_MEMORY. */
gboolean lucida_vector_file_write (const char *path, LucidaFileKind kind, double width,
                                   double height, LucidaDrawFunc draw, gpointer data,
                                   GError **error);

G_END_DECLS
