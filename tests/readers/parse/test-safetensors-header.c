#include "readers/parse/safetensors-header.h"

#include "base/error.h"

#include <string.h>

/* @header behind its length, then @data bytes of zeros. */
static GByteArray *
make (const char *header, gsize data)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64 length = GUINT64_TO_LE (strlen (header));

  g_byte_array_append (bytes, (const guint8 *) &length, sizeof length);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_set_size (bytes, bytes->len + (guint) data);
  return bytes;
}

static GPtrArray *
parse (const GByteArray *bytes, guint size, GError **error)
{
  g_autofree guint8 *copy = g_memdup2 (bytes->data, size);

  return lucida_safetensors_parse (copy, size, error);
}

static void
assert_refused (const char *header, gsize data, const char *part)
{
  g_autoptr (GByteArray) bytes = make (header, data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tensors = parse (bytes, bytes->len, &error);

  g_assert_null (tensors);
  if (error->domain != LUCIDA_ERROR || !strstr (error->message, part))
    g_error ("%s: “%s” does not say “%s”", header, error->message, part);
}

#define TWO                                                                                        \
  "{\"__metadata__\":{\"format\":\"pt\"},\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],"         \
  "\"data_offsets\":[0,24]}, \"\\u00e9\":{\"shape\":[],\"data_offsets\":[24,26],"                  \
  "\"dtype\":\"F16\",\"more\":[1,{\"x\":null}]}}   "

static void
test_whole (void)
{
  g_autoptr (GByteArray) bytes = make (TWO, 26);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) tensors = parse (bytes, bytes->len, &error);
  const LucidaSafetensor *tensor;

  g_assert_no_error (error);
  g_assert_cmpuint (tensors->len, ==, 2);
  tensor = tensors->pdata[0];
  g_assert_cmpstr (tensor->name, ==, "a.weight");
  g_assert_cmpint (tensor->shape.rank, ==, 2);
  g_assert_cmpint (tensor->shape.dim[1], ==, 3);
  g_assert_cmpuint (tensor->begin, ==, bytes->len - 26);
  tensor = tensors->pdata[1];
  g_assert_cmpstr (tensor->name, ==, "\xc3\xa9");
  g_assert_cmpstr (tensor->dtype, ==, "F16");
  g_assert_cmpuint (tensor->end, ==, bytes->len);
}

static void
test_cut_anywhere (void)
{
  g_autoptr (GByteArray) bytes = make (TWO, 26);

  for (guint size = 0; size < bytes->len; size++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) tensors = parse (bytes, size, &error);

      g_assert_null (tensors);
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
    }
}

static void
test_any_byte_changed (void)
{
  g_autoptr (GByteArray) bytes = make (TWO, 26);

  for (guint i = 0; i < bytes->len - 26; i++)
    for (int byte = 0; byte < 256; byte += 3)
      {
        guint8 before = bytes->data[i];
        g_autoptr (GPtrArray) tensors = NULL;

        bytes->data[i] = (guint8) byte;
        tensors = parse (bytes, bytes->len, NULL);
        g_assert_true (!tensors || tensors->len <= 2);
        bytes->data[i] = before;
      }
}

static void
test_lengths (void)
{
  static const guint64 lengths[] = { G_MAXUINT64, G_MAXUINT32, G_MAXINT64, (100 << 20) + 1, 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GByteArray) bytes = make (TWO, 26);
      guint64 length = GUINT64_TO_LE (lengths[i]);
      g_autoptr (GPtrArray) tensors = NULL;

      memcpy (bytes->data, &length, sizeof length);
      tensors = parse (bytes, bytes->len, NULL);
      g_assert_null (tensors);
    }
}

#define ONE(dtype, shape, offsets)                                                                 \
  "{\"a\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void
test_hostile (void)
{
  assert_refused ("[1,2]", 0, "JSON");
  assert_refused ("{\"a\":1}", 0, "JSON");
  assert_refused ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "no kind, shape or place");
  assert_refused (ONE ("F32", "[2]", "[0,8]"), 4, "beyond the file");
  assert_refused (ONE ("F32", "[2]", "[0,8]"), 12, "longer");
  assert_refused (ONE ("F32", "[2]", "[4,12]"), 12, "gap");
  assert_refused (ONE ("F32", "[3]", "[0,8]"), 8, "shape needs");
  assert_refused (ONE ("F32", "[2]", "[8,0]"), 8, "shape needs");
  assert_refused (ONE ("F99", "[2]", "[0,8]"), 8, "not known");
  assert_refused (ONE ("F32", "[-2]", "[0,8]"), 8, "no number");
  assert_refused (ONE ("F32", "[4294967296,4294967296]", "[0,8]"), 8, "");
  assert_refused (ONE ("F32", "[99999999999999999999]", "[0,8]"), 8, "too large");
  assert_refused (ONE ("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "axes");
  assert_refused (ONE ("F32", "[2]", "[0,18446744073709551615]"), 8, "no number");
  assert_refused ("{\"__metadata__\":{\"a\":1}}", 0, "JSON");
  assert_refused ("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
                  "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
                  3, "overlap");
  assert_refused ("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                  "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
                  2, "one name");
  assert_refused ("{\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
                  "half a character");
  assert_refused ("{\"\xc3\x28\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
                  "UTF-8");
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new ("{\"a\":{\"x\":");

  for (int i = 0; i < 10000; i++)
    g_string_append_c (text, '[');
  assert_refused (text->str, 0, "nested");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/safetensors/names-kinds-shapes-places", test_whole);
  g_test_add_func ("/safetensors/cut-anywhere-is-an-error", test_cut_anywhere);
  g_test_add_func ("/safetensors/any-byte-changed-never-crashes", test_any_byte_changed);
  g_test_add_func ("/safetensors/header-lengths-beyond-the-file", test_lengths);
  g_test_add_func ("/safetensors/what-does-not-fit-is-refused", test_hostile);
  g_test_add_func ("/safetensors/depth-10000-is-refused", test_deep);
  return g_test_run ();
}
