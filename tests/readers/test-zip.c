#include "readers/parse/zip-entry.h"

#include "base/error.h"

#include <string.h>
#include <zlib.h>

/* Archives are made here, byte by byte, so that each can be wrong in exactly one way. */

typedef struct
{
  const char *name;
  const char *text;
  gboolean deflated;
} Part;

typedef struct
{
  GByteArray *bytes;
  gsize local[8];   /* offsets of the local headers */
  gsize data[8];    /* of the bytes */
  gsize central[8]; /* of the directory's records */
  gsize end;        /* of the end record */
} Archive;

static void
put (GByteArray *bytes, guint64 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));
      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
set (Archive *archive, gsize offset, guint64 value, guint size)
{
  g_assert_cmpuint (offset + size, <=, archive->bytes->len);
  for (guint i = 0; i < size; i++)
    archive->bytes->data[offset + i] = (guint8) (value >> (8 * i));
}

static GByteArray *
pack (const Part *part)
{
  GByteArray *out = g_byte_array_new ();
  gsize size = strlen (part->text);
  z_stream stream = { 0 };

  if (!part->deflated)
    return g_byte_array_append (out, (const guint8 *) part->text, (guint) size);
  g_byte_array_set_size (out, (guint) size + 64);
  g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, 0), ==, Z_OK);
  stream.next_in = (Bytef *) (gpointer) part->text;
  stream.avail_in = (uInt) size;
  stream.next_out = out->data;
  stream.avail_out = out->len;
  g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_set_size (out, (guint) stream.total_out);
  deflateEnd (&stream);
  return out;
}

static void
put_sizes (GByteArray *bytes, const Part *part, const GByteArray *packed)
{
  gsize size = strlen (part->text);

  put (bytes, part->deflated ? 8 : 0, 2);
  put (bytes, 0, 4);
  put (bytes, crc32 (0, (const Bytef *) part->text, (uInt) size), 4);
  put (bytes, packed->len, 4);
  put (bytes, size, 4);
}

static Archive
make (const Part *parts, guint n)
{
  Archive archive = { g_byte_array_new () };
  GByteArray *bytes = archive.bytes;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) packed = pack (&parts[i]);

      archive.local[i] = bytes->len;
      put (bytes, 0x04034b50, 4);
      put (bytes, 20, 2);
      put (bytes, 0, 2);
      put_sizes (bytes, &parts[i], packed);
      put (bytes, strlen (parts[i].name), 2);
      put (bytes, 5, 2);
      g_byte_array_append (bytes, (const guint8 *) parts[i].name, (guint) strlen (parts[i].name));
      put (bytes, 0x4246, 2); /* an extra field that only the local header has */
      put (bytes, 1, 2);
      put (bytes, 'Z', 1);
      archive.data[i] = bytes->len;
      g_byte_array_append (bytes, packed->data, packed->len);
    }
  archive.central[n] = bytes->len;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) packed = pack (&parts[i]);

      archive.central[i] = bytes->len;
      put (bytes, 0x02014b50, 4);
      put (bytes, 20, 2);
      put (bytes, 20, 2);
      put (bytes, 0, 2);
      put_sizes (bytes, &parts[i], packed);
      put (bytes, strlen (parts[i].name), 2);
      put (bytes, 0, 2);
      put (bytes, 0, 2);
      put (bytes, 0, 8);
      put (bytes, archive.local[i], 4);
      g_byte_array_append (bytes, (const guint8 *) parts[i].name, (guint) strlen (parts[i].name));
    }
  archive.end = bytes->len;
  put (bytes, 0x06054b50, 4);
  put (bytes, 0, 4);
  put (bytes, n, 2);
  put (bytes, n, 2);
  put (bytes, archive.end - (n ? archive.central[0] : archive.end), 4);
  put (bytes, n ? archive.central[0] : archive.end, 4);
  put (bytes, 0, 2);
  return archive;
}

static const Part two_parts[] = {
  { "top/data.pkl", "one two three", FALSE },
  { "top/code/a.py", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    TRUE },
};

static LucidaZip *
open_archive (Archive *archive, GError **error)
{
  /* An allocation of exactly the archive's size, so that reading beyond it is found. */
  guint size = archive->bytes->len;
  g_autoptr (GBytes) bytes = g_bytes_new (archive->bytes->data, size);

  return lucida_zip_open (bytes, error);
}

static void
assert_refused (Archive *archive, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = open_archive (archive, &error);

  g_assert_null (zip);
  g_assert_error (error, LUCIDA_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part));
  g_byte_array_unref (archive->bytes);
}

static void
assert_bytes (GBytes *bytes, const char *text)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpmem (data, size, text, strlen (text));
}

static void
test_whole (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (archive.bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = lucida_zip_open (bytes, &error);
  g_autoptr (GBytes) stored = NULL;
  g_autoptr (GBytes) inflated = NULL;
  g_autoptr (GBytes) refused = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_get_n_entries (zip), ==, 2);
  g_assert_cmpint (lucida_zip_find (zip, "top/data.pkl"), ==, 0);
  g_assert_cmpint (lucida_zip_find (zip, "data.pkl"), ==, -1);
  g_assert_cmpint (lucida_zip_find_end (zip, "data.pkl"), ==, 0);
  g_assert_cmpint (lucida_zip_find_end (zip, "a.pkl"), ==, -1);
  g_assert_cmpint (lucida_zip_find_end (zip, "code/a.py"), ==, 1);
  stored = lucida_zip_map (zip, 0, &error);
  g_assert_no_error (error);
  assert_bytes (stored, two_parts[0].text);
  /* A part of the archive itself. */
  g_assert_true ((const guint8 *) g_bytes_get_data (stored, NULL)
                 == (const guint8 *) g_bytes_get_data (bytes, NULL) + archive.data[0]);
  inflated = lucida_zip_read (zip, 1, 1000, &error);
  g_assert_no_error (error);
  assert_bytes (inflated, two_parts[1].text);
  refused = lucida_zip_map (zip, 1, &error);
  g_assert_null (refused);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED);
}

static void
test_limit (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = open_archive (&archive, &error);
  g_autoptr (GBytes) bytes = lucida_zip_read (zip, 1, 60, &error);

  g_assert_null (bytes);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE);
  g_byte_array_unref (archive.bytes);
}

static void
test_empty (void)
{
  Archive archive = make (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = open_archive (&archive, &error);

  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_get_n_entries (zip), ==, 0);
  g_byte_array_unref (archive.bytes);
}

static void
test_cut_anywhere (void)
{
  Archive archive = make (two_parts, 2);

  for (guint size = 0; size < archive.bytes->len; size++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (archive.bytes->data, size);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaZip) zip = lucida_zip_open (bytes, &error);

      g_assert_null (zip);
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
    }
  g_byte_array_unref (archive.bytes);
}

/* Each byte of the archive in turn gets other values: an error or not, never a crash. */
static void
test_any_byte_changed (void)
{
  static const guint8 values[] = { 0, 1, 0x7f, 0xff };
  Archive archive = make (two_parts, 2);

  for (guint i = 0; i < archive.bytes->len; i++)
    for (guint v = 0; v < G_N_ELEMENTS (values); v++)
      {
        guint8 before = archive.bytes->data[i];
        g_autoptr (LucidaZip) zip = NULL;

        archive.bytes->data[i] = values[v];
        zip = open_archive (&archive, NULL);
        for (int e = 0; zip && e < lucida_zip_get_n_entries (zip); e++)
          {
            g_autoptr (GBytes) bytes = lucida_zip_read (zip, e, 1 << 20, NULL);
            gsize size = 0;
            const guint8 *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;
            guint sum = 0;

            for (gsize k = 0; k < size; k++)
              sum += data[k];
            g_assert_cmpuint (sum, <=, 255 * size);
          }
        archive.bytes->data[i] = before;
      }
  g_byte_array_unref (archive.bytes);
}

static void
test_long_comment (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;

  set (&archive, archive.end + 20, 65535, 2);
  for (int i = 0; i < 65535; i++)
    put (archive.bytes, i % 7 ? 'P' : 'K', 1);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_find (zip, "top/data.pkl"), ==, 0);
  g_byte_array_unref (archive.bytes);
}

static void
test_zip64 (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GByteArray) tail = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  gsize end64 = archive.end;

  /* The last 22 bytes go behind the two records that come before them. */
  g_byte_array_append (tail, archive.bytes->data + archive.end, 22);
  g_byte_array_set_size (archive.bytes, (guint) archive.end);
  put (archive.bytes, 0x06064b50, 4);
  put (archive.bytes, 44, 8);
  put (archive.bytes, 45, 2);
  put (archive.bytes, 45, 2);
  put (archive.bytes, 0, 8);
  put (archive.bytes, 2, 8);
  put (archive.bytes, 2, 8);
  put (archive.bytes, end64 - archive.central[0], 8);
  put (archive.bytes, archive.central[0], 8);
  put (archive.bytes, 0x07064b50, 4);
  put (archive.bytes, 0, 4);
  put (archive.bytes, end64, 8);
  put (archive.bytes, 1, 4);
  archive.end = archive.bytes->len;
  g_byte_array_append (archive.bytes, tail->data, tail->len);
  set (&archive, archive.end + 8, 0xffff, 2);
  set (&archive, archive.end + 10, 0xffff, 2);
  set (&archive, archive.end + 12, 0xffffffff, 4);
  set (&archive, archive.end + 16, 0xffffffff, 4);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_get_n_entries (zip), ==, 2);
  /* And nonsense in place of the numbers. */
  set (&archive, end64 + 32, G_MAXUINT64, 8);
  g_clear_pointer (&zip, lucida_zip_free);
  zip = open_archive (&archive, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_clear_error (&error);
  set (&archive, end64 + 32, 2, 8);
  set (&archive, end64 + 48, G_MAXUINT64 - 8, 8);
  zip = open_archive (&archive, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_clear_error (&error);
  set (&archive, end64 + 56 + 8, G_MAXUINT64 - 8, 8);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "outside");
}

static void
test_names (void)
{
  static const char *const names[]
      = { "/etc/passwd", "a/../../b", "..", "a\\..\\b", "C:\\x", "\\\\host\\x" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Part part = { names[i], "text", FALSE };
      Archive archive = make (&part, 1);

      assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "leads out");
    }
}

static void
test_same_name_twice (void)
{
  Part parts[] = { { "a", "text", FALSE }, { "a", "other", FALSE } };
  Archive archive = make (parts, 2);

  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "twice");
}

static void
test_overlap (void)
{
  Part parts[] = { { "a", "one", FALSE }, { "b", "two", FALSE } };
  Archive archive = make (parts, 2);

  /* The first entry claims the second one's header too. */
  for (int i = 0; i < 2; i++)
    {
      gsize at = i ? archive.central[0] + 20 : archive.local[0] + 18;

      set (&archive, at, 20, 4);
      set (&archive, at + 4, 20, 4);
    }
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "overlaps");
}

static void
test_headers_that_differ (void)
{
  Archive archive = make (two_parts, 2);

  set (&archive, archive.local[0] + 22, 12, 4);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "contradict");
  archive = make (two_parts, 2);
  set (&archive, archive.local[0] + 30, 'x', 1);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "contradict");
  archive = make (two_parts, 2);
  set (&archive, archive.local[1] + 8, 0, 2);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "contradict");
}

/* PyTorch: the sizes come after the data, the local header has zeros. */
static void
test_sizes_that_follow (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  g_autoptr (GBytes) bytes = NULL;

  set (&archive, archive.local[0] + 6, 0x808, 2);
  set (&archive, archive.local[0] + 18, 0, 8);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  bytes = lucida_zip_map (zip, 0, &error);
  g_assert_no_error (error);
  assert_bytes (bytes, two_parts[0].text);
  g_byte_array_unref (archive.bytes);
}

static void
test_encrypted (void)
{
  Archive archive = make (two_parts, 2);

  set (&archive, archive.central[0] + 8, 1, 2);
  assert_refused (&archive, LUCIDA_ERROR_UNSUPPORTED, "encrypted");
}

static void
test_bomb (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  g_autoptr (GBytes) bytes = NULL;

  set (&archive, archive.central[1] + 24, 0x7fffffff, 4);
  set (&archive, archive.local[1] + 22, 0x7fffffff, 4);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  bytes = lucida_zip_read (zip, 1, G_MAXSIZE, &error);
  g_assert_null (bytes);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_byte_array_unref (archive.bytes);
}

static void
test_damaged_data (void)
{
  Archive archive = make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  g_autoptr (GBytes) bytes = NULL;

  set (&archive, archive.central[1] + 16, 0, 4); /* the check sum */
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  bytes = lucida_zip_read (zip, 1, 1000, &error);
  g_assert_null (bytes);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_byte_array_unref (archive.bytes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/zip/stored-entries-are-mapped-deflated-ones-inflated", test_whole);
  g_test_add_func ("/zip/an-entry-above-the-limit-is-refused", test_limit);
  g_test_add_func ("/zip/an-empty-archive-opens", test_empty);
  g_test_add_func ("/zip/cut-anywhere-is-an-error", test_cut_anywhere);
  g_test_add_func ("/zip/any-byte-changed-never-crashes", test_any_byte_changed);
  g_test_add_func ("/zip/a-comment-of-64-KiB", test_long_comment);
  g_test_add_func ("/zip/zip64-and-nonsense-in-it", test_zip64);
  g_test_add_func ("/zip/names-that-lead-out-are-refused", test_names);
  g_test_add_func ("/zip/the-same-name-twice-is-refused", test_same_name_twice);
  g_test_add_func ("/zip/overlapping-entries-are-refused", test_overlap);
  g_test_add_func ("/zip/contradictory-headers-are-refused", test_headers_that_differ);
  g_test_add_func ("/zip/sizes-behind-the-data", test_sizes_that_follow);
  g_test_add_func ("/zip/encrypted-is-refused", test_encrypted);
  g_test_add_func ("/zip/a-bomb-is-refused-before-it-is-unpacked", test_bomb);
  g_test_add_func ("/zip/damaged-data-is-found", test_damaged_data);
  return g_test_run ();
}
