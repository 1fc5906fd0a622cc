#include "readers/parse/zip-entry.h"

#include "base/error.h"
#include "readers/parse/zip-writer.h"

#include <string.h>

/* Archives are made here, byte by byte, so that each can be wrong in exactly one way. */

static const ZipPart two_parts[] = {
  { "top/data.pkl", ZIP_TEXT ("one two three"), FALSE },
  { "top/code/a.py",
    ZIP_TEXT ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), TRUE },
};

static LucidaZip *
open_archive (ZipArchive *archive, GError **error)
{
  /* An allocation of exactly the archive's size, so that reading beyond it is found. */
  guint size = archive->bytes->len;
  g_autoptr (GBytes) bytes = g_bytes_new (archive->bytes->data, size);

  return lucida_zip_open (bytes, error);
}

static void
assert_refused (ZipArchive *archive, int code, const char *part)
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
  ZipArchive archive = zip_archive_make (two_parts, 2);
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
  assert_bytes (stored, two_parts[0].data);
  /* A part of the archive itself. */
  g_assert_true ((const guint8 *) g_bytes_get_data (stored, NULL)
                 == (const guint8 *) g_bytes_get_data (bytes, NULL) + archive.data[0]);
  inflated = lucida_zip_read (zip, 1, 1000, &error);
  g_assert_no_error (error);
  assert_bytes (inflated, two_parts[1].data);
  refused = lucida_zip_map (zip, 1, &error);
  g_assert_null (refused);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED);
}

static void
test_limit (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);
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
  ZipArchive archive = zip_archive_make (NULL, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = open_archive (&archive, &error);

  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_get_n_entries (zip), ==, 0);
  g_byte_array_unref (archive.bytes);
}

static void
test_cut_anywhere (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);

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
  ZipArchive archive = zip_archive_make (two_parts, 2);

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
  ZipArchive archive = zip_archive_make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;

  zip_set (&archive, archive.end + 20, 65535, 2);
  for (int i = 0; i < 65535; i++)
    zip_put (archive.bytes, i % 7 ? 'P' : 'K', 1);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_find (zip, "top/data.pkl"), ==, 0);
  g_byte_array_unref (archive.bytes);
}

static void
test_zip64 (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);
  g_autoptr (GByteArray) tail = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  gsize end64 = archive.end;

  /* The last 22 bytes go behind the two records that come before them. */
  g_byte_array_append (tail, archive.bytes->data + archive.end, 22);
  g_byte_array_set_size (archive.bytes, (guint) archive.end);
  zip_put (archive.bytes, 0x06064b50, 4);
  zip_put (archive.bytes, 44, 8);
  zip_put (archive.bytes, 45, 2);
  zip_put (archive.bytes, 45, 2);
  zip_put (archive.bytes, 0, 8);
  zip_put (archive.bytes, 2, 8);
  zip_put (archive.bytes, 2, 8);
  zip_put (archive.bytes, end64 - archive.central[0], 8);
  zip_put (archive.bytes, archive.central[0], 8);
  zip_put (archive.bytes, 0x07064b50, 4);
  zip_put (archive.bytes, 0, 4);
  zip_put (archive.bytes, end64, 8);
  zip_put (archive.bytes, 1, 4);
  archive.end = archive.bytes->len;
  g_byte_array_append (archive.bytes, tail->data, tail->len);
  zip_set (&archive, archive.end + 8, 0xffff, 2);
  zip_set (&archive, archive.end + 10, 0xffff, 2);
  zip_set (&archive, archive.end + 12, 0xffffffff, 4);
  zip_set (&archive, archive.end + 16, 0xffffffff, 4);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lucida_zip_get_n_entries (zip), ==, 2);
  /* And nonsense in place of the numbers. */
  zip_set (&archive, end64 + 32, G_MAXUINT64, 8);
  g_clear_pointer (&zip, lucida_zip_free);
  zip = open_archive (&archive, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_clear_error (&error);
  zip_set (&archive, end64 + 32, 2, 8);
  zip_set (&archive, end64 + 48, G_MAXUINT64 - 8, 8);
  zip = open_archive (&archive, &error);
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_clear_error (&error);
  zip_set (&archive, end64 + 56 + 8, G_MAXUINT64 - 8, 8);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "outside");
}

static void
test_names (void)
{
  static const char *const names[]
      = { "/etc/passwd", "a/../../b", "..", "a\\..\\b", "C:\\x", "\\\\host\\x" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      ZipPart part = { names[i], ZIP_TEXT ("text"), FALSE };
      ZipArchive archive = zip_archive_make (&part, 1);

      assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "leads out");
    }
}

static void
test_same_name_twice (void)
{
  ZipPart parts[] = { { "a", ZIP_TEXT ("text"), FALSE }, { "a", ZIP_TEXT ("other"), FALSE } };
  ZipArchive archive = zip_archive_make (parts, 2);

  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "twice");
}

static void
test_overlap (void)
{
  ZipPart parts[] = { { "a", ZIP_TEXT ("one"), FALSE }, { "b", ZIP_TEXT ("two"), FALSE } };
  ZipArchive archive = zip_archive_make (parts, 2);

  /* The first entry claims the second one's header too. */
  for (int i = 0; i < 2; i++)
    {
      gsize at = i ? archive.central[0] + 20 : archive.local[0] + 18;

      zip_set (&archive, at, 20, 4);
      zip_set (&archive, at + 4, 20, 4);
    }
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "overlaps");
}

static void
test_headers_that_differ (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);

  zip_set (&archive, archive.local[0] + 22, 12, 4);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "contradict");
  archive = zip_archive_make (two_parts, 2);
  zip_set (&archive, archive.local[0] + 30, 'x', 1);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "contradict");
  archive = zip_archive_make (two_parts, 2);
  zip_set (&archive, archive.local[1] + 8, 0, 2);
  assert_refused (&archive, LUCIDA_ERROR_CORRUPT, "contradict");
}

/* PyTorch: the sizes come after the data, the local header has zeros. */
static void
test_sizes_that_follow (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  g_autoptr (GBytes) bytes = NULL;

  zip_set (&archive, archive.local[0] + 6, 0x808, 2);
  zip_set (&archive, archive.local[0] + 18, 0, 8);
  zip = open_archive (&archive, &error);
  g_assert_no_error (error);
  bytes = lucida_zip_map (zip, 0, &error);
  g_assert_no_error (error);
  assert_bytes (bytes, two_parts[0].data);
  g_byte_array_unref (archive.bytes);
}

static void
test_encrypted (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);

  zip_set (&archive, archive.central[0] + 8, 1, 2);
  assert_refused (&archive, LUCIDA_ERROR_UNSUPPORTED, "encrypted");
}

static void
test_bomb (void)
{
  ZipArchive archive = zip_archive_make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  g_autoptr (GBytes) bytes = NULL;

  zip_set (&archive, archive.central[1] + 24, 0x7fffffff, 4);
  zip_set (&archive, archive.local[1] + 22, 0x7fffffff, 4);
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
  ZipArchive archive = zip_archive_make (two_parts, 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  g_autoptr (GBytes) bytes = NULL;

  zip_set (&archive, archive.central[1] + 16, 0, 4); /* the check sum */
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
