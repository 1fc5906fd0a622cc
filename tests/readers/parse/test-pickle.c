#include "readers/parse/pickle.h"

#include "base/error.h"

#include <string.h>

/* Pickles are written here byte by byte, so that each can be wrong in exactly one way. */

#define BYTES(text) (const guint8 *) text, sizeof text - 1

/* An allocation of exactly the pickle's size, so that reading beyond it is found. */
static LucidaPickle *
parse (const guint8 *data, gsize size, GError **error)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);

  return lucida_pickle_parse (copy, size, NULL, error);
}

static void
assert_refused (const guint8 *data, gsize size, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPickle) pickle = parse (data, size, &error);

  g_assert_null (pickle);
  if (!g_error_matches (error, LUCIDA_ERROR, code) || !strstr (error->message, part))
    g_error ("“%s” (%d) does not say “%s” (%d)", error->message, error->code, part, code);
}

/* The value of a pickle that must be read. */
static LucidaPickle *
read_whole (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  LucidaPickle *pickle = parse (data, size, &error);

  g_assert_no_error (error);
  return pickle;
}

/* {'a': (1, -2, 300, -5, 2.5), 'b': [True, None], 'c': 'é'} as Python 3 writes it. */
static void
test_plain_values (void)
{
  g_autoptr (LucidaPickle) pickle
      = read_whole (BYTES ("\x80\x02}q\0(X\x01\0\0\0aq\1(K\1J\xfe\xff\xff\xffM\x2c\x01\x8a\x01\xfb"
                           "G\x40\x04\0\0\0\0\0\0tq\2X\x01\0\0\0bq\3]q\4(\x88Ne"
                           "X\x01\0\0\0cX\x02\0\0\0\xc3\xa9u."));
  const LucidaPickleValue *dict = lucida_pickle_get_result (pickle);
  const LucidaPickleValue *tuple = lucida_pickle_lookup (dict, "a");
  const LucidaPickleValue *list = lucida_pickle_lookup (dict, "b");
  static const int64_t numbers[] = { 1, -2, 300, -5 };
  int64_t number;

  g_assert_cmpint (tuple->kind, ==, LUCIDA_PICKLE_TUPLE);
  g_assert_cmpuint (tuple->n, ==, 5);
  for (int i = 0; i < 4; i++)
    {
      g_assert_true (lucida_pickle_int (tuple->items[i], &number));
      g_assert_cmpint (number, ==, numbers[i]);
    }
  g_assert_cmpfloat (tuple->items[4]->number, ==, 2.5);
  g_assert_cmpint (list->kind, ==, LUCIDA_PICKLE_LIST);
  g_assert_cmpuint (list->n, ==, 2);
  g_assert_cmpint (list->items[0]->integer, ==, 1);
  g_assert_cmpint (list->items[1]->kind, ==, LUCIDA_PICKLE_NONE);
  g_assert_cmpstr (lucida_pickle_string (lucida_pickle_lookup (dict, "c")), ==, "\xc3\xa9");
  g_assert_null (lucida_pickle_lookup (dict, "d"));
}

static void
test_objects (void)
{
  /* OrderedDict() with an item and a state; a persistent id. */
  g_autoptr (LucidaPickle) pickle
      = read_whole (BYTES ("\x80\x02"
                           "ccollections\nOrderedDict\n)RX\x01\0\0\0kX\x01\0\0\0pQs}b."));
  const LucidaPickleValue *value = lucida_pickle_get_result (pickle);
  const LucidaPickleValue *item = lucida_pickle_lookup (value, "k");

  g_assert_cmpint (value->kind, ==, LUCIDA_PICKLE_OBJECT);
  g_assert_true (lucida_pickle_is_global (value->object->callable, "collections.OrderedDict"));
  g_assert_cmpint (value->object->state->kind, ==, LUCIDA_PICKLE_DICT);
  g_assert_cmpint (item->kind, ==, LUCIDA_PICKLE_PERSISTENT);
  g_assert_cmpstr (lucida_pickle_string (item->items[0]), ==, "p");
  g_assert_cmpint (lucida_pickle_get_n_persistent (pickle), ==, 1);
  g_assert_cmpint (lucida_pickle_get_n_globals (pickle), ==, 1);
  g_assert_cmpstr (lucida_pickle_get_global (pickle, 0), ==, "collections.OrderedDict");
}

static void
test_protocol_four (void)
{
  g_autoptr (LucidaPickle) pickle
      = read_whole (BYTES ("\x80\x04\x95\x1b\0\0\0\0\0\0\0\x8c\x05torch\x94\x8c\x04Size\x94\x93\x94"
                           "K\3\x85\x94R\x94\x8f(K\1\x90\x86."));
  const LucidaPickleValue *pair = lucida_pickle_get_result (pickle);

  g_assert_true (lucida_pickle_is_global (pair->items[0]->object->callable, "torch.Size"));
  g_assert_cmpint (pair->items[1]->kind, ==, LUCIDA_PICKLE_SET);
  g_assert_cmpuint (pair->items[1]->n, ==, 1);
}

static void
test_big_number (void)
{
  g_autoptr (LucidaPickle) pickle
      = read_whole (BYTES ("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));

  g_assert_cmpint (lucida_pickle_get_result (pickle)->kind, ==, LUCIDA_PICKLE_BIG);
  g_assert_cmpuint (lucida_pickle_get_result (pickle)->n, ==, 10);
}

static void
test_used (void)
{
  gsize used = 0;
  g_autoptr (LucidaPickle) pickle
      = lucida_pickle_parse (BYTES ("\x80\x02K\7.and more"), &used, NULL);

  g_assert_nonnull (pickle);
  g_assert_cmpuint (used, ==, 5);
}

static void
test_cut_anywhere (void)
{
  static const char whole[] = "\x80\x02}q\0(X\x01\0\0\0aq\1(K\1M\x2c\x01tX\x01\0\0\0b"
                              "ccollections\nOrderedDict\n)RG\0\0\0\0\0\0\0\0\x85u.";

  for (gsize size = 0; size < sizeof whole - 1; size++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaPickle) pickle = parse ((const guint8 *) whole, size, &error);

      g_assert_null (pickle);
      g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
    }
}

static void
test_any_byte_changed (void)
{
  static const char whole[] = "\x80\x02}q\0(X\x01\0\0\0aq\1(K\1M\x2c\x01tX\x01\0\0\0b"
                              "ccollections\nOrderedDict\n)Rh\0h\1\x86u.";

  for (gsize i = 0; i < sizeof whole - 1; i++)
    for (int byte = 0; byte < 256; byte++)
      {
        guint8 copy[sizeof whole];
        g_autoptr (LucidaPickle) pickle = NULL;

        memcpy (copy, whole, sizeof whole);
        copy[i] = (guint8) byte;
        pickle = parse (copy, sizeof whole - 1, NULL);
        g_assert_true (!pickle || lucida_pickle_get_result (pickle));
      }
}

static void
test_unknown_instructions (void)
{
  assert_refused (BYTES ("\x80\x02(ios\nsystem\n."), LUCIDA_ERROR_UNSUPPORTED, "INST (at byte 3)");
  assert_refused (BYTES ("\x80\x02(K\1o."), LUCIDA_ERROR_UNSUPPORTED, "OBJ (at byte 5)");
  assert_refused (BYTES ("\x80\x02\x82\x01."), LUCIDA_ERROR_UNSUPPORTED, "EXT1");
  assert_refused (BYTES ("\x80\x02Px\n."), LUCIDA_ERROR_UNSUPPORTED, "PERSID");
  assert_refused (BYTES ("\x80\x05\x97."), LUCIDA_ERROR_UNSUPPORTED, "NEXT_BUFFER");
  assert_refused (BYTES ("\x80\x02\xfe."), LUCIDA_ERROR_CORRUPT, "0xfe (at byte 2)");
  assert_refused (BYTES ("\x80\x06N."), LUCIDA_ERROR_UNSUPPORTED, "protocol 6");
}

static void
test_memo (void)
{
  assert_refused (BYTES ("\x80\x02h\5."), LUCIDA_ERROR_CORRUPT, "recalls");
  assert_refused (BYTES ("\x80\x02Nq\5h\4."), LUCIDA_ERROR_CORRUPT, "recalls");
  assert_refused (BYTES ("\x80\x02j\xff\xff\xff\xff."), LUCIDA_ERROR_CORRUPT, "recalls");
  assert_refused (BYTES ("\x80\x02Nr\xff\xff\xff\xff."), LUCIDA_ERROR_TOO_LARGE, "remembers");
  assert_refused (BYTES ("\x80\x02q\0."), LUCIDA_ERROR_CORRUPT, "missing");
}

static void
test_stack (void)
{
  assert_refused (BYTES ("\x80\x02."), LUCIDA_ERROR_CORRUPT, "one value");
  assert_refused (BYTES ("\x80\x02NN."), LUCIDA_ERROR_CORRUPT, "one value");
  assert_refused (BYTES ("\x80\x02(N."), LUCIDA_ERROR_CORRUPT, "mark is left over");
  assert_refused (BYTES ("\x80\x02t."), LUCIDA_ERROR_CORRUPT, "mark is missing");
  assert_refused (BYTES ("\x80\x02NR."), LUCIDA_ERROR_CORRUPT, "missing");
  assert_refused (BYTES ("\x80\x02K\1(R."), LUCIDA_ERROR_CORRUPT, "missing");
  assert_refused (BYTES ("\x80\x02}(K\1u."), LUCIDA_ERROR_CORRUPT, "no value");
  assert_refused (BYTES ("\x80\x02K\1K\2a."), LUCIDA_ERROR_CORRUPT, "has none");
  assert_refused (BYTES ("\x80\x02)}b."), LUCIDA_ERROR_CORRUPT, "no object");
  assert_refused (BYTES ("\x80\x02}K\1}b."), LUCIDA_ERROR_CORRUPT, "no object");
}

static void
test_strings (void)
{
  assert_refused (BYTES ("\x80\x02X\xff\xff\xff\xff"
                         "abc."),
                  LUCIDA_ERROR_CORRUPT, "cut off");
  assert_refused (BYTES ("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                         "abc."),
                  LUCIDA_ERROR_CORRUPT, "cut off");
  assert_refused (BYTES ("\x80\x02X\x02\0\0\0\xc3\x28."), LUCIDA_ERROR_CORRUPT, "UTF-8");
  assert_refused (BYTES ("\x80\x02"
                         "cno end"),
                  LUCIDA_ERROR_CORRUPT, "cut off");
}

static void
test_long_string (void)
{
  gsize size = (1 << 20) + 1;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, BYTES ("\x80\x02X\x01\x00\x10\x00"));
  g_byte_array_set_size (bytes, bytes->len + (guint) size);
  memset (bytes->data + 7, 'a', size);
  g_byte_array_append (bytes, BYTES ("."));
  assert_refused (bytes->data, bytes->len, LUCIDA_ERROR_TOO_LARGE, "1 MB");
}

/* @n lists, each in the next. */
static GByteArray *
nested (int n)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, BYTES ("\x80\x02"));
  for (int i = 0; i < n; i++)
    g_byte_array_append (bytes, BYTES ("]"));
  for (int i = 0; i + 1 < n; i++)
    g_byte_array_append (bytes, BYTES ("a"));
  g_byte_array_append (bytes, BYTES ("."));
  return bytes;
}

static void
test_depth (void)
{
  g_autoptr (GByteArray) deep = nested (LUCIDA_PICKLE_MAX_DEPTH);
  g_autoptr (GByteArray) deeper = nested (LUCIDA_PICKLE_MAX_DEPTH + 1);
  g_autoptr (GByteArray) deepest = nested (10000);
  g_autoptr (LucidaPickle) pickle = read_whole (deep->data, deep->len);

  g_assert_nonnull (pickle);

  assert_refused (deeper->data, deeper->len, LUCIDA_ERROR_TOO_LARGE, "512");
  assert_refused (deepest->data, deepest->len, LUCIDA_ERROR_TOO_LARGE, "512");
}

/* The same values twice in each list: 2^60 of them, were they walked without a mark. */
static void
test_shared_values (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (LucidaPickle) pickle = NULL;

  g_byte_array_append (bytes, BYTES ("\x80\x02N"));
  for (guint8 i = 0; i < 60; i++)
    {
      guint8 twice[] = { 'q', i, 'h', i, 0x86 };

      g_byte_array_append (bytes, twice, sizeof twice);
    }
  g_byte_array_append (bytes, BYTES ("."));
  pickle = read_whole (bytes->data, bytes->len);
  g_assert_cmpint (lucida_pickle_get_result (pickle)->kind, ==, LUCIDA_PICKLE_TUPLE);
}

static void
test_cycle (void)
{
  /* d = {}; d['a'] = d */
  g_autoptr (LucidaPickle) pickle = read_whole (BYTES ("\x80\x02}q\0X\x01\0\0\0ah\0s."));
  const LucidaPickleValue *dict = lucida_pickle_get_result (pickle);

  g_assert_true (lucida_pickle_lookup (dict, "a") == dict);
}

static void
test_large_stack (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, BYTES ("\x80\x02"));
  g_byte_array_set_size (bytes, (2 << 20) + 2);
  memset (bytes->data + 2, 'N', 2 << 20);
  g_byte_array_append (bytes, BYTES ("."));
  assert_refused (bytes->data, bytes->len, LUCIDA_ERROR_TOO_LARGE, "stack");
  memset (bytes->data + 2, '(', 2 << 20);
  assert_refused (bytes->data, bytes->len, LUCIDA_ERROR_TOO_LARGE, "stack");
}

static void
test_many_values (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, BYTES ("\x80\x02"));
  for (int i = 0; i < 5 << 20; i++)
    g_byte_array_append (bytes, BYTES ("]0"));
  g_byte_array_append (bytes, BYTES ("N."));
  assert_refused (bytes->data, bytes->len, LUCIDA_ERROR_TOO_LARGE, "too many values");
}

static void
test_code (void)
{
  static const char *const names[]
      = { "os\nsystem",        "posix\nsystem",    "nt\nsystem",
          "subprocess\nPopen", "builtins\neval",   "builtins\nexec",
          "__builtin__\neval", "runpy\n_run_code", "importlib\nimport_module" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = g_strdup_printf ("\x80\x02"
                                               "c%s\nX\x02%c%c%cls\x85R.",
                                               names[i], 'A', 'A', 'A');
      gsize size = strlen (text);
      char *zeros = strstr (text, "AAA");

      memset (zeros, 0, 3);
      assert_refused ((const guint8 *) text, size, LUCIDA_ERROR_UNSUPPORTED, "tries to run code");
    }
  assert_refused (BYTES ("\x80\x04\x8c\x02os\x8c\x06system\x93."), LUCIDA_ERROR_UNSUPPORTED,
                  "os.system");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pickle/plain-values", test_plain_values);
  g_test_add_func ("/pickle/objects-and-persistent-ids", test_objects);
  g_test_add_func ("/pickle/protocol-four", test_protocol_four);
  g_test_add_func ("/pickle/a-number-beyond-64-bits", test_big_number);
  g_test_add_func ("/pickle/ends-where-it-ends", test_used);
  g_test_add_func ("/pickle/cut-anywhere-is-an-error", test_cut_anywhere);
  g_test_add_func ("/pickle/any-byte-changed-never-crashes", test_any_byte_changed);
  g_test_add_func ("/pickle/unknown-instructions-are-named", test_unknown_instructions);
  g_test_add_func ("/pickle/gaps-in-the-memo", test_memo);
  g_test_add_func ("/pickle/stack-and-marks", test_stack);
  g_test_add_func ("/pickle/strings-beyond-the-end", test_strings);
  g_test_add_func ("/pickle/a-string-above-1-MB-is-refused", test_long_string);
  g_test_add_func ("/pickle/depth-512-and-no-more", test_depth);
  g_test_add_func ("/pickle/shared-values-are-walked-once", test_shared_values);
  g_test_add_func ("/pickle/a-cycle-is-no-endless-loop", test_cycle);
  g_test_add_func ("/pickle/a-stack-of-millions-is-refused", test_large_stack);
  g_test_add_func ("/pickle/millions-of-values-are-refused", test_many_values);
  g_test_add_func ("/pickle/code-is-named-and-refused", test_code);
  return g_test_run ();
}
