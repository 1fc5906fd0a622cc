#include "base/error.h"
#include "base/npy.h"

#include <glib/gstdio.h>
#include <string.h>

/* A file as NumPy writes it: @header is filled up with spaces and a line end. */
static GBytes *
make_file (guint version, const char *header, const void *data, gsize size)
{
  GByteArray *file = g_byte_array_new ();
  gsize start = version == 1 ? 10 : 12, length = strlen (header) + 1;
  guint8 prefix[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', (guint8) version, 0 };
  g_autofree char *spaces = NULL;

  while ((start + length) % 64 != 0)
    length++;
  prefix[8] = (guint8) length;
  prefix[9] = (guint8) (length >> 8);
  spaces = g_strnfill (length - strlen (header), ' ');
  spaces[length - strlen (header) - 1] = '\n';
  g_byte_array_append (file, prefix, (guint) start);
  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_append (file, (const guint8 *) spaces, (guint) strlen (spaces));
  g_byte_array_append (file, data, (guint) size);
  return g_byte_array_free_to_bytes (file);
}

static LucidaTensor *
parse (guint version, const char *header, const void *data, gsize size)
{
  g_autoptr (GBytes) bytes = make_file (version, header, data, size);
  g_autoptr (GError) error = NULL;
  LucidaTensor *tensor = lucida_npy_parse (bytes, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
assert_values (LucidaTensor *tensor, const float *expected, int64_t count)
{
  g_assert_cmpint (lucida_tensor_get_count (tensor), ==, count);
  for (int64_t i = 0; i < count; i++)
    g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[i], ==, expected[i]);
}

static const float counting[6] = { 0, 1, 2, 3, 4, 5 };
/* 0 … 5 of two lines and three columns, stored column by column. */
static const float columns[6] = { 0, 3, 1, 4, 2, 5 };

/* numpy.save ('f.npy', numpy.arange (6, dtype='<f4').reshape (2, 3)), byte for byte. */
static void
test_bytes_are_numpys (void)
{
  LucidaShape shape = lucida_shape (2, (int64_t) 2, (int64_t) 3);
  g_autoptr (GBytes) bytes = lucida_npy_format (counting, &shape);
  static const char header[] = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, "
                               "'shape': (2, 3), }";
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  static const guint8 five[4] = { 0, 0, 0xa0, 0x40 };

  g_assert_cmpuint (size, ==, 128 + 24);
  g_assert_cmpmem (data, sizeof header - 1, header, sizeof header - 1);
  for (gsize i = sizeof header - 1; i < 127; i++)
    g_assert_cmpint (data[i], ==, ' ');
  g_assert_cmpint (data[127], ==, '\n');
  g_assert_cmpmem (data + 128 + 20, 4, five, 4);
}

static void
test_written_files_are_read_back (void)
{
  const LucidaShape shapes[] = {
    lucida_shape (0),
    lucida_shape (1, (int64_t) 5),
    lucida_shape (2, (int64_t) 0, (int64_t) 7),
    lucida_shape (4, (int64_t) 1, (int64_t) 2, (int64_t) 1, (int64_t) 3),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GBytes) bytes = lucida_npy_format (counting, &shapes[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaTensor) tensor = lucida_npy_parse (bytes, &error);

      g_assert_no_error (error);
      g_assert_true (lucida_shape_equal (lucida_tensor_get_shape (tensor), &shapes[i]));
      assert_values (tensor, counting, lucida_shape_count (&shapes[i]));
    }
}

static void
test_fortran_order (void)
{
  g_autoptr (LucidaTensor) plane
      = parse (1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", columns, 24);
  /* a[i][j][k] = 4i + 2j + k lies at i + 2j + 4k. */
  static const float cube[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };
  static const float expected[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  g_autoptr (LucidaTensor) block
      = parse (1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2, 2), }", cube, 32);

  assert_values (plane, counting, 6);
  assert_values (block, expected, 8);
}

static void
test_byte_orders_and_kinds (void)
{
  static const guint8 big[8] = { 0x3f, 0x80, 0, 0, 0xc0, 0x40, 0, 0 };
  static const guint8 little_wide[16] = { 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 8, 0xc0 };
  static const guint8 big_wide[16] = { 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 8 };
  static const float expected[2] = { 1, -3 };
  g_autoptr (LucidaTensor) a
      = parse (1, "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", big, 8);
  g_autoptr (LucidaTensor) b
      = parse (2, "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", little_wide, 16);
  g_autoptr (LucidaTensor) c
      = parse (3, "{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }", big_wide, 16);

  assert_values (a, expected, 2);
  assert_values (b, expected, 2);
  assert_values (c, expected, 2);
}

static void
test_spelling_of_the_header (void)
{
  g_autoptr (LucidaTensor) a
      = parse (1, "{\"shape\":(2L,3L),\"fortran_order\":False,\"descr\":\"<f4\"}", counting, 24);

  assert_values (a, counting, 6);
}

typedef struct
{
  const char *header;
  gsize size; /* of the data that follow */
  int code;
} Broken;

static void
test_broken_headers_are_refused (void)
{
  static const Broken broken[] = {
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 23, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': False, }", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'shape': (2, 3), }", 24, LUCIDA_ERROR_CORRUPT },
    { "{'fortran_order': False, 'shape': (2, 3), }", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3), }", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3), }", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 24,
      LUCIDA_ERROR_CORRUPT },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", 24,
      LUCIDA_ERROR_TOO_LARGE },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 24,
      LUCIDA_ERROR_UNSUPPORTED },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", 24, LUCIDA_ERROR_UNSUPPORTED },
    { "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3), }", 24, LUCIDA_ERROR_UNSUPPORTED },
    { "{'descr': '', 'fortran_order': False, 'shape': (2, 3), }", 24, LUCIDA_ERROR_UNSUPPORTED },
    { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", 24,
      LUCIDA_ERROR_UNSUPPORTED },
    { "{'colour': '<f4', 'fortran_order': False, 'shape': (6,), }", 24, LUCIDA_ERROR_CORRUPT },
    { "", 24, LUCIDA_ERROR_CORRUPT },
    { "{", 24, LUCIDA_ERROR_CORRUPT },
    { "{'descr", 24, LUCIDA_ERROR_CORRUPT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GBytes) bytes = make_file (1, broken[i].header, counting, broken[i].size);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaTensor) tensor = lucida_npy_parse (bytes, &error);

      g_test_message ("%s", broken[i].header);
      g_assert_null (tensor);
      g_assert_error (error, LUCIDA_ERROR, broken[i].code);
    }
}

/* Whatever the place where a file ends, it is refused and nothing beyond its end is read. */
static void
test_every_cut_is_refused (void)
{
  g_autoptr (GBytes) whole
      = make_file (1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", counting, 24);

  for (gsize size = 0; size < g_bytes_get_size (whole); size++)
    {
      g_autoptr (GBytes) cut = g_bytes_new (g_bytes_get_data (whole, NULL), size);
      g_autoptr (GError) error = NULL;

      g_assert_null (lucida_npy_parse (cut, &error));
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
    }
}

static void
test_files_are_named_in_errors (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "input.npy", NULL);
  g_autofree char *prefix = g_strdup_printf ("%s: ", path);
  g_autoptr (GError) missing = NULL, corrupt = NULL, directory = NULL;

  g_assert_null (lucida_npy_read (path, &missing));
  g_assert_error (missing, LUCIDA_ERROR, LUCIDA_ERROR_IO);
  g_assert_true (g_str_has_prefix (missing->message, prefix));

  g_assert_true (g_file_set_contents (path, "text", -1, NULL));
  g_assert_null (lucida_npy_read (path, &corrupt));
  g_assert_error (corrupt, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_assert_true (g_str_has_prefix (corrupt->message, prefix));
  g_remove (path);

  g_assert_null (lucida_npy_read (folder, &directory));
  g_assert_error (directory, LUCIDA_ERROR, LUCIDA_ERROR_IO);
  g_rmdir (folder);
}

static void
test_file_is_read (void)
{
  LucidaShape shape = lucida_shape (2, (int64_t) 2, (int64_t) 3);
  g_autoptr (GBytes) bytes = lucida_npy_format (counting, &shape);
  g_autofree char *folder = g_dir_make_tmp ("lucida-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "input.npy", NULL);
  g_autoptr (LucidaTensor) tensor = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                       &error);
  g_assert_no_error (error);
  tensor = lucida_npy_read (path, &error);
  g_assert_no_error (error);
  assert_values (tensor, counting, 6);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/npy/bytes-are-numpys", test_bytes_are_numpys);
  g_test_add_func ("/base/npy/written-files-are-read-back", test_written_files_are_read_back);
  g_test_add_func ("/base/npy/fortran-order", test_fortran_order);
  g_test_add_func ("/base/npy/byte-orders-and-kinds", test_byte_orders_and_kinds);
  g_test_add_func ("/base/npy/spelling-of-the-header", test_spelling_of_the_header);
  g_test_add_func ("/base/npy/broken-headers-are-refused", test_broken_headers_are_refused);
  g_test_add_func ("/base/npy/every-cut-is-refused", test_every_cut_is_refused);
  g_test_add_func ("/base/npy/files-are-named-in-errors", test_files_are_named_in_errors);
  g_test_add_func ("/base/npy/file-is-read", test_file_is_read);
  return g_test_run ();
}
