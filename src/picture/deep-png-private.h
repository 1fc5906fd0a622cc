#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* PNG of 16 bits a sample: GdkPixbuf drops the lower eight, but a value is to be v / 257, rounded.
 */

gboolean _lucida_deep_png_recognise (const guint8 *data, gsize size, int *width, int *height);
/* Decodes a whole file that _lucida_deep_png_recognise() knows. (transfer full)
 * Errors: %LUCIDA_ERROR_CORRUPT, _NO_MEMORY, _CANCELLED. */
GdkPixbuf *_lucida_deep_png_decode (const guint8 *data, gsize size, GCancellable *cancellable,
                                    GError **error);

G_END_DECLS
