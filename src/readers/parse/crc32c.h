#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* CRC-32C (Castagnoli) of @data, going on from @crc; 0 to begin with. */
guint32 lucida_crc32c (guint32 crc, const guint8 *data, gsize size);
/* As TensorFlow and LevelDB store it: rotated right by 15, plus 0xa282ead8. */
guint32 lucida_crc32c_mask (guint32 crc);

G_END_DECLS
