#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LUCIDA_TAG_ORIENTATION 0x0112
#define LUCIDA_TAG_SAMPLE_FORMAT 0x0153

/* The first value of an integer @tag in the first directory of a TIFF structure (EXIF is one), -1
 * if there is none. Later directories, an embedded thumbnail's among them, are not looked at. */
gint64 _lucida_exif_find (const guint8 *data, gsize size, guint16 tag);

/* Copies pixels upright. @source: rows of @source_stride bytes, R G B or (@channels 4) R G B A,
 * @width × @height; @target: rows of @target_stride bytes R G B, its sizes exchanged for the
 * @orientation values 5 to 8. Alpha is composed on white; @premultiplied: the colours have been
 * multiplied by it already. */
void _lucida_orientation_copy (const guint8 *source, gsize source_stride, int channels,
                               gboolean premultiplied, int width, int height, int orientation,
                               guint8 *target, gsize target_stride);

/* Whether width and height are exchanged. */
static inline gboolean
_lucida_orientation_transposes (int orientation)
{
  return orientation >= 5 && orientation <= 8;
}

G_END_DECLS
