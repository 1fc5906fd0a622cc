#include "readers/parse/protobuf-bounds.h"

#include "base/error.h"

#include <string.h>

typedef struct
{
  const char *what;
  const char *bytes;
  gsize size;
  int fields; /* that come before the problem */
} Broken;

static int
count_fields (const void *bytes, gsize size, gboolean *whole)
{
  g_autoptr (GError) error = NULL;
  LucidaProto proto;
  LucidaProtoField field;
  int n = 0;

  lucida_proto_init (&proto, (LucidaSpan){ bytes, size });
  while (lucida_proto_next (&proto, &field))
    n++;
  *whole = lucida_proto_end (&proto, "the test", &error);
  if (!*whole)
    g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  return n;
}

static void
test_fields (void)
{
  static const guint8 bytes[] = { 0x08, 0x96, 0x01,                            /* 1: 150 */
                                  0x12, 0x02, 'h',  'i',                       /* 2: "hi" */
                                  0x1d, 0x01, 0x00, 0x00, 0x80,                /* 3: fixed32 */
                                  0x21, 1,    0,    0,    0,    0, 0, 0, 0x40, /* 4: fixed64 */
                                  0xa2, 0x06, 0x00 };                          /* 100: "" */
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, (LucidaSpan){ bytes, sizeof bytes });
  g_assert_true (lucida_proto_next (&proto, &field));
  g_assert_cmpuint (field.number, ==, 1);
  g_assert_cmpuint (field.value, ==, 150);
  g_assert_true (lucida_proto_next (&proto, &field));
  g_assert_cmpuint (field.wire, ==, LUCIDA_WIRE_BYTES);
  g_assert_cmpmem (field.span.data, (int) field.span.size, "hi", 2);
  g_assert_true (lucida_proto_next (&proto, &field));
  g_assert_cmpuint (field.value, ==, 0x80000001u);
  g_assert_true (lucida_proto_next (&proto, &field));
  g_assert_cmpuint (field.value, ==, G_GUINT64_CONSTANT (0x4000000000000001));
  g_assert_true (lucida_proto_next (&proto, &field));
  g_assert_cmpuint (field.number, ==, 100);
  g_assert_cmpuint (field.span.size, ==, 0);
  g_assert_false (lucida_proto_next (&proto, &field));
  g_assert_true (lucida_proto_end (&proto, "the test", NULL));
}

static void
test_largest_varint (void)
{
  static const guint8 bytes[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };
  LucidaProto packed;
  guint64 value;

  lucida_proto_init (&packed, (LucidaSpan){ bytes, sizeof bytes });
  g_assert_true (lucida_proto_next_varint (&packed, &value));
  g_assert_cmpuint (value, ==, G_MAXUINT64);
  g_assert_false (lucida_proto_next_varint (&packed, &value));
  g_assert_null (packed.problem);
}

static void
test_broken (void)
{
  static const Broken cases[] = {
    { "a key cut off", "\x88", 1, 0 },
    { "a value missing", "\x08\x01\x10", 3, 1 },
    { "a varint of eleven bytes", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, 0 },
    { "a varint above 64 bits", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, 0 },
    { "a group's beginning", "\x0b\x0c", 2, 0 },
    { "a group's end", "\x0c", 1, 0 },
    { "wire type 6", "\x0e", 1, 0 },
    { "wire type 7", "\x0f", 1, 0 },
    { "field number 0", "\x00\x01", 2, 0 },
    { "a field number above 29 bits", "\x80\x80\x80\x80\x40\x01", 6, 0 },
    { "bytes beyond the message",
      "\x0a\x05"
      "abcd",
      6, 0 },
    { "a length near 2^64", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, 0 },
    { "a length near 2^31", "\x0a\xff\xff\xff\xff\x07", 6, 0 },
    { "fixed32 cut off", "\x0d\x01\x02\x03", 4, 0 },
    { "fixed64 cut off", "\x09\x01\x02\x03\x04\x05\x06\x07", 8, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *copy = g_memdup2 (cases[i].bytes, cases[i].size);
      gboolean whole;
      int fields = count_fields (copy, cases[i].size, &whole);

      if (whole || fields != cases[i].fields)
        g_error ("%s: %d fields, %s", cases[i].what, fields, whole ? "taken as whole" : "refused");
    }
}

static void
test_empty (void)
{
  gboolean whole;

  g_assert_cmpint (count_fields (NULL, 0, &whole), ==, 0);
  g_assert_true (whole);
}

static void
test_packed (void)
{
  static const guint8 bytes[] = { 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 1 };
  LucidaProto packed;
  guint32 bits;

  lucida_proto_init (&packed, (LucidaSpan){ bytes, sizeof bytes });
  g_assert_true (lucida_proto_next_fixed32 (&packed, &bits));
  g_assert_cmphex (bits, ==, 0x3f800000);
  g_assert_true (lucida_proto_next_fixed32 (&packed, &bits));
  g_assert_false (lucida_proto_next_fixed32 (&packed, &bits));
  g_assert_false (lucida_proto_end (&packed, "the test", NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protobuf/every-kind-of-field-is-read", test_fields);
  g_test_add_func ("/protobuf/the-largest-number-is-read", test_largest_varint);
  g_test_add_func ("/protobuf/broken-messages-are-refused", test_broken);
  g_test_add_func ("/protobuf/no-bytes-are-an-empty-message", test_empty);
  g_test_add_func ("/protobuf/packed-lists-end-where-they-should", test_packed);
  return g_test_run ();
}
