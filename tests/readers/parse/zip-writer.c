#include "readers/parse/zip-writer.h"

#include <string.h>
#include <zlib.h>

void
zip_put (GByteArray *bytes, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));
      g_byte_array_append (bytes, &byte, 1);
    }
}

void
zip_set (ZipArchive *archive, gsize offset, guint64 value, guint size)
{
  g_assert_cmpuint (offset + size, <=, archive->bytes->len);
  for (guint i = 0; i < size; i++)
    archive->bytes->data[offset + i] = (guint8) (value >> (8 * i));
}

static GByteArray *
pack (const ZipPart *part)
{
  GByteArray *out = g_byte_array_new ();
  z_stream stream = { 0 };

  if (!part->deflated)
    return g_byte_array_append (out, (const guint8 *) part->data, (guint) part->size);
  g_byte_array_set_size (out, (guint) part->size + 64);
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, 0), ==, Z_OK);
  stream.next_in = (Bytef *) (gpointer) part->data;
  stream.avail_in = (uInt) part->size;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) stream.total_out);
  deflateEnd (&stream);
  return out;
}

static void
put_sizes (GByteArray *bytes, const ZipPart *part, const GByteArray *packed)
{
  zip_put (bytes, part->deflated ? 8 : 0, 2);
  zip_put (bytes, 0, 4);
  zip_put (bytes, crc32 (0, (const Bytef *) part->data, (uInt) part->size), 4);
  zip_put (bytes, packed->len, 4);
  zip_put (bytes, part->size, 4);
}

ZipArchive
zip_archive_make (const ZipPart *parts, guint n)
{
  ZipArchive archive = { g_byte_array_new () };
  GByteArray *bytes = archive.bytes;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) packed = pack (&parts[i]);

      archive.local[i] = bytes->len;
      zip_put (bytes, 0x04034b50, 4);
      zip_put (bytes, 20, 2);
      zip_put (bytes, 0, 2);
      put_sizes (bytes, &parts[i], packed);
      zip_put (bytes, strlen (parts[i].name), 2);
      zip_put (bytes, 5, 2);
      g_byte_array_append (bytes, (const guint8 *) parts[i].name, (guint) strlen (parts[i].name));
      zip_put (bytes, 0x4246, 2); /* an extra field that only the local header has */
      zip_put (bytes, 1, 2);
      zip_put (bytes, 'Z', 1);
      archive.data[i] = bytes->len;
      g_byte_array_append (bytes, packed->data, packed->len);
    }
  archive.central[n] = bytes->len;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) packed = pack (&parts[i]);

      archive.central[i] = bytes->len;
      zip_put (bytes, 0x02014b50, 4);
      zip_put (bytes, 20, 2);
      zip_put (bytes, 20, 2);
      zip_put (bytes, 0, 2);
      put_sizes (bytes, &parts[i], packed);
      zip_put (bytes, strlen (parts[i].name), 2);
      zip_put (bytes, 0, 2);
      zip_put (bytes, 0, 2);
      zip_put (bytes, 0, 8);
      zip_put (bytes, archive.local[i], 4);
      g_byte_array_append (bytes, (const guint8 *) parts[i].name, (guint) strlen (parts[i].name));
    }
  archive.end = bytes->len;
  zip_put (bytes, 0x06054b50, 4);
  zip_put (bytes, 0, 4);
  zip_put (bytes, n, 2);
  zip_put (bytes, n, 2);
  zip_put (bytes, archive.end - (n ? archive.central[0] : archive.end), 4);
  zip_put (bytes, n ? archive.central[0] : archive.end, 4);
  zip_put (bytes, 0, 2);
  return archive;
}
