#include "picture/container-private.h"

#include "base/checked-size.h"

#include <string.h>

#define EXIF_PREFIX "Exif\0"
#define EXIF_PREFIX_SIZE 6

#define JPEG_MARKER_RST0 0xd0
#define JPEG_MARKER_RST7 0xd7
#define JPEG_MARKER_SOI 0xd8
#define JPEG_MARKER_EOI 0xd9
#define JPEG_MARKER_SOS 0xda
#define JPEG_MARKER_APP1 0xe1
#define JPEG_MARKER_TEM 0x01

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"
#define PNG_SIGNATURE_SIZE 8
#define PNG_CHUNK_OVERHEAD 12 /* length, type and check sum */

#define RIFF_HEADER_SIZE 12

#define GIF_HEADER_SIZE 13

#define BMP_HEADER_SIZE 38 /* as far as the number of bytes of the pixels */
#define BMP_RLE8 1
#define BMP_RLE4 2

static guint32
read_be32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static guint32
read_le32 (const guint8 *data)
{
  return (guint32) data[3] << 24 | (guint32) data[2] << 16 | (guint32) data[1] << 8 | data[0];
}

static gboolean
begins_with (const guint8 *data, gsize size, const char *text, gsize length)
{
  return size >= length && memcmp (data, text, length) == 0;
}

/* Only the first one counts. Writers of PNG and WebP differ on whether JPEG's prefix belongs there,
 * so it is taken off wherever it is. */
static void
set_exif (LucidaContainer *self, const guint8 *data, gsize size)
{
  if (self->exif)
    return;
  if (begins_with (data, size, EXIF_PREFIX, EXIF_PREFIX_SIZE))
    {
      data += EXIF_PREFIX_SIZE;
      size -= EXIF_PREFIX_SIZE;
    }
  self->exif = data;
  self->exif_size = size;
}

/* Follows the markers and, after each start of scan, the compressed data up to the next marker. An
 * end marker inside an embedded thumbnail is jumped over with its segment. */
static void
inspect_jpeg (LucidaContainer *self, const guint8 *data, gsize size)
{
  gsize at = 2;

  self->complete = FALSE;
  while (at < size)
    {
      guint8 marker;
      gsize length;

      if (data[at] != 0xff)
        {
          const guint8 *next = memchr (data + at, 0xff, size - at);
          if (!next)
            return;
          at = (gsize) (next - data);
        }
      while (at < size && data[at] == 0xff)
        at++;
      if (at == size)
        return;
      marker = data[at++];
      if (marker == JPEG_MARKER_EOI)
        {
          self->complete = TRUE;
          return;
        }
      /* 0 is a stuffed byte of the compressed data. */
      if (marker == 0 || marker == JPEG_MARKER_TEM || marker == JPEG_MARKER_SOI
          || (marker >= JPEG_MARKER_RST0 && marker <= JPEG_MARKER_RST7))
        continue;
      if (size - at < 2)
        return;
      length = (gsize) data[at] << 8 | data[at + 1];
      if (length < 2 || length > size - at)
        return;
      if (marker == JPEG_MARKER_APP1
          && begins_with (data + at + 2, length - 2, EXIF_PREFIX, EXIF_PREFIX_SIZE))
        set_exif (self, data + at + 2, length - 2);
      at += length;
    }
}

static void
inspect_png (LucidaContainer *self, const guint8 *data, gsize size)
{
  gsize at = PNG_SIGNATURE_SIZE;

  self->complete = FALSE;
  while (lucida_size_inside (at, PNG_CHUNK_OVERHEAD, size))
    {
      gsize length = read_be32 (data + at);
      const guint8 *type = data + at + 4;

      if (!lucida_size_inside (at + PNG_CHUNK_OVERHEAD, length, size))
        return;
      if (memcmp (type, "IEND", 4) == 0)
        {
          self->complete = TRUE;
          return;
        }
      if (memcmp (type, "eXIf", 4) == 0)
        set_exif (self, type + 4, length);
      at += PNG_CHUNK_OVERHEAD + length;
    }
}

static void
inspect_webp (LucidaContainer *self, const guint8 *data, gsize size)
{
  gsize end = read_le32 (data + 4), at = RIFF_HEADER_SIZE;

  self->complete = end <= size - 8;
  end = MIN (end + 8, size);
  while (lucida_size_inside (at, 8, end))
    {
      gsize length = read_le32 (data + at + 4);

      if (!lucida_size_inside (at + 8, length, end))
        return;
      if (memcmp (data + at, "EXIF", 4) == 0)
        set_exif (self, data + at + 8, length);
      at += 8 + length + (length & 1);
    }
}

/* Returns where the byte after a chain of sub-blocks is, @size if they end early. */
static gsize
skip_gif_blocks (const guint8 *data, gsize size, gsize at)
{
  while (at < size)
    {
      gsize length = data[at++];

      if (length == 0)
        return at;
      at += length;
    }
  return size;
}

static gsize
get_gif_table_size (guint8 flags)
{
  return flags & 0x80 ? 3u * (2u << (flags & 7)) : 0;
}

static void
inspect_gif (LucidaContainer *self, const guint8 *data, gsize size)
{
  gsize at;

  self->complete = FALSE;
  if (size < GIF_HEADER_SIZE)
    return;
  at = GIF_HEADER_SIZE + get_gif_table_size (data[10]);
  while (at < size)
    switch (data[at])
      {
      case 0x3b: /* the trailer */
        self->complete = TRUE;
        return;
      case 0x21: /* an extension */
        at = skip_gif_blocks (data, size, at + 2);
        break;
      case 0x2c: /* a frame */
        if (size - at < 10)
          return;
        at = skip_gif_blocks (data, size, at + 11 + get_gif_table_size (data[at + 9]));
        break;
      default:
        return;
      }
}

/* Compressed ones carry the number of their bytes; for others it follows from the size. */
static void
inspect_bmp (LucidaContainer *self, const guint8 *data, gsize size)
{
  guint64 width, height, bits, length;
  guint32 compression;

  if (size < BMP_HEADER_SIZE || read_le32 (data + 14) < 40)
    return;
  width = read_le32 (data + 18) & G_MAXINT32;
  height = (guint64) ABS ((gint64) (gint32) read_le32 (data + 22));
  bits = (guint64) data[28] | (guint64) data[29] << 8;
  compression = read_le32 (data + 30);
  if (compression == BMP_RLE8 || compression == BMP_RLE4)
    length = read_le32 (data + 34);
  else if (bits > 32 || !g_uint64_checked_mul (&length, (width * bits + 31) / 32 * 4, height))
    return;
  self->complete = lucida_size_inside (read_le32 (data + 10), length, size);
}

LucidaContainerKind
_lucida_container_tell_kind (const guint8 *data, gsize size)
{
  if (begins_with (data, size, "\xff\xd8\xff", 3))
    return LUCIDA_CONTAINER_JPEG;
  if (begins_with (data, size, PNG_SIGNATURE, PNG_SIGNATURE_SIZE))
    return LUCIDA_CONTAINER_PNG;
  if (size >= RIFF_HEADER_SIZE && memcmp (data, "RIFF", 4) == 0
      && memcmp (data + 8, "WEBP", 4) == 0)
    return LUCIDA_CONTAINER_WEBP;
  if (begins_with (data, size, "GIF8", 4))
    return LUCIDA_CONTAINER_GIF;
  if (begins_with (data, size, "II*\0", 4) || begins_with (data, size, "MM\0*", 4))
    return LUCIDA_CONTAINER_TIFF;
  if (begins_with (data, size, "BM", 2))
    return LUCIDA_CONTAINER_BMP;
  return LUCIDA_CONTAINER_OTHER;
}

LucidaContainer
_lucida_container_inspect (const guint8 *data, gsize size)
{
  LucidaContainer self = { .kind = _lucida_container_tell_kind (data, size), .complete = TRUE };

  switch (self.kind)
    {
    case LUCIDA_CONTAINER_JPEG:
      inspect_jpeg (&self, data, size);
      break;
    case LUCIDA_CONTAINER_PNG:
      inspect_png (&self, data, size);
      break;
    case LUCIDA_CONTAINER_WEBP:
      inspect_webp (&self, data, size);
      break;
    case LUCIDA_CONTAINER_GIF:
      inspect_gif (&self, data, size);
      break;
    case LUCIDA_CONTAINER_TIFF:
      set_exif (&self, data, size);
      break;
    case LUCIDA_CONTAINER_BMP:
      inspect_bmp (&self, data, size);
      break;
    case LUCIDA_CONTAINER_OTHER:
      break;
    }
  return self;
}
