#include "picture/orientation-private.h"

#include "base/checked-size.h"

#include <string.h>

#define TIFF_HEADER_SIZE 8
#define TIFF_ENTRY_SIZE 12

typedef enum
{
  TIFF_BYTE = 1,
  TIFF_SHORT = 3,
  TIFF_LONG = 4,
} TiffType;

typedef struct
{
  const guint8 *data;
  gsize size;
  gboolean big_endian;
} Tiff;

static guint16
read16 (const Tiff *tiff, gsize at)
{
  const guint8 *p = tiff->data + at;

  return (guint16) (tiff->big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static guint32
read32 (const Tiff *tiff, gsize at)
{
  guint32 first = read16 (tiff, at), second = read16 (tiff, at + 2);

  return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

static gint64
read_value (const Tiff *tiff, gsize entry)
{
  guint16 type = read16 (tiff, entry + 2);
  guint64 count = read32 (tiff, entry + 4), size;
  gsize at = entry + 8;

  size = type == TIFF_BYTE ? 1 : type == TIFF_SHORT ? 2 : type == TIFF_LONG ? 4 : 0;
  if (size == 0 || count == 0)
    return -1;
  if (size * count > 4)
    {
      at = read32 (tiff, at);
      if (!lucida_size_inside (at, size, tiff->size))
        return -1;
    }
  return size == 1 ? tiff->data[at] : size == 2 ? read16 (tiff, at) : read32 (tiff, at);
}

gint64
_lucida_exif_find (const guint8 *data, gsize size, guint16 tag)
{
  Tiff tiff = { .data = data, .size = size };
  gsize at;
  guint entries;

  if (!data || size < TIFF_HEADER_SIZE
      || (memcmp (data, "II*\0", 4) != 0 && memcmp (data, "MM\0*", 4) != 0))
    return -1;
  tiff.big_endian = data[0] == 'M';
  at = read32 (&tiff, 4);
  if (!lucida_size_inside (at, 2, size))
    return -1;
  entries = read16 (&tiff, at);
  at += 2;
  for (guint i = 0; i < entries && lucida_size_inside (at, TIFF_ENTRY_SIZE, size); i++)
    {
      if (read16 (&tiff, at) == tag)
        return read_value (&tiff, at);
      at += TIFF_ENTRY_SIZE;
    }
  return -1;
}

/* v·α + 1·(1 - α) in 255ths; @scale is α, or 1 where v holds v·α already. */
static inline guint8
on_white (guint8 value, guint scale, guint alpha)
{
  return (guint8) MIN ((value * scale + 255 * (255 - alpha) + 127) / 255, 255);
}

void
_lucida_orientation_copy (const guint8 *source, gsize source_stride, int channels,
                          gboolean premultiplied, int width, int height, int orientation,
                          guint8 *target, gsize target_stride)
{
  /* Where the pixel right of, and the one below, a stored pixel lie in the upright picture. */
  gssize line = (gssize) target_stride, right = 3, down = line;
  gssize first = 0;

  switch (orientation)
    {
    case 2: /* mirrored left to right */
      right = -3;
      break;
    case 3: /* upside down */
      right = -3;
      down = -line;
      break;
    case 4: /* mirrored top to bottom */
      down = -line;
      break;
    case 5: /* mirrored along the main diagonal */
      right = line;
      down = 3;
      break;
    case 6: /* to be turned clockwise */
      right = line;
      down = -3;
      break;
    case 7: /* mirrored along the other diagonal */
      right = -line;
      down = -3;
      break;
    case 8: /* to be turned anticlockwise */
      right = -line;
      down = 3;
      break;
    default:
      break;
    }
  if (right < 0)
    first -= right * (width - 1);
  if (down < 0)
    first -= down * (height - 1);

  for (int y = 0; y < height; y++)
    {
      const guint8 *in = source + (gsize) y * source_stride;
      guint8 *out = target + first + y * down;

      if (channels == 3 && right == 3)
        {
          memcpy (out, in, (gsize) width * 3);
          continue;
        }
      for (int x = 0; x < width; x++, in += channels, out += right)
        {
          guint alpha = channels == 4 ? in[3] : 255, scale = premultiplied ? 255 : alpha;

          out[0] = on_white (in[0], scale, alpha);
          out[1] = on_white (in[1], scale, alpha);
          out[2] = on_white (in[2], scale, alpha);
        }
    }
}
