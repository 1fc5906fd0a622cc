#include "readers/onnx/onnx.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const gint64 three[] = { 3, -1 };

static LucidaTensor *
read_tensor (Message *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (message);
  LucidaTensor *tensor = lucida_onnx_read_tensor (bytes, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
assert_no_tensor (Message *message, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (message);

  g_assert_null (lucida_onnx_read_tensor (bytes, &error));
  g_assert_error (error, LUCIDA_ERROR, code);
  if (!strstr (error->message, part))
    g_error ("“%s” does not say “%s”", error->message, part);
}

typedef struct
{
  int element;
  const char *bytes; /* three elements, little-endian */
  gsize size;
  double values[3];
} Raw;

static void
test_raw (void)
{
  static const Raw cases[] = {
    { 1, "\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f", 12, { 1, -2, 0.5 } },
    { 2, "\x00\x7f\xff", 3, { 0, 127, 255 } },
    { 3, "\x00\x7f\xff", 3, { 0, 127, -1 } },
    { 4, "\0\0\xff\xff\x01\0", 6, { 0, 65535, 1 } },
    { 5, "\0\0\xff\xff\0\x80", 6, { 0, -1, -32768 } },
    { 6, "\xff\xff\xff\xff\0\0\0\x80\x02\0\0\0", 12, { -1, -2147483648.0, 2 } },
    { 7,
      "\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0",
      24,
      { -1, 1, 4294967296.0 } },
    { 9, "\x00\x01\x02", 3, { 0, 1, 1 } },
    /* binary16: 1, -65504 (the largest), 2^-24 (the smallest) */
    { 10, "\x00\x3c\xff\xfb\x01\x00", 6, { 1, -65504, 0x1p-24 } },
    { 11, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\xe0\x3f", 24, { 1, -2, 0.5 } },
    { 12, "\xff\xff\xff\xff\0\0\0\x80\x02\0\0\0", 12, { 4294967295.0, 2147483648.0, 2 } },
    { 16, "\x80\x3f\x00\xc0\x00\x3f", 6, { 1, -2, 0.5 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LucidaTensor) tensor = read_tensor (
          tensor_message ("t", cases[i].element, three, cases[i].bytes, cases[i].size));
      gboolean is_float = lucida_tensor_get_element (tensor) == LUCIDA_FLOAT32;

      g_assert_cmpint (lucida_tensor_get_count (tensor), ==, 3);
      for (int k = 0; k < 3; k++)
        {
          double value = is_float ? (double) lucida_tensor_get_floats (tensor)[k]
                                  : (double) lucida_tensor_get_ints (tensor)[k];
          if (value != cases[i].values[k])
            g_error ("element type %d, %d: %g, not %g", cases[i].element, k, value,
                     cases[i].values[k]);
        }
    }
}

static void
test_half_specials (void)
{
  static const gint64 four[] = { 4, -1 };
  g_autoptr (LucidaTensor) tensor
      = read_tensor (tensor_message ("t", 10, four, "\x00\x7c\x00\xfc\x00\x7e\x00\x80", 8));
  const float *values = lucida_tensor_get_floats (tensor);

  g_assert_true (values[0] > 0 && __builtin_isinf (values[0]));
  g_assert_true (values[1] < 0 && __builtin_isinf (values[1]));
  g_assert_true (__builtin_isnan (values[2]));
  g_assert_true (values[3] == 0 && __builtin_signbit (values[3]));
}

static void
test_typed (void)
{
  static const struct
  {
    int element;
    guint field;
    gint64 values[3]; /* as the field holds them */
    double want[3];
  } cases[] = {
    { 2, 5, { 0, 127, 255 }, { 0, 127, 255 } },
    { 3, 5, { 0, 127, -1 }, { 0, 127, -1 } },
    { 6, 5, { 5, -7, 0 }, { 5, -7, 0 } },
    { 7, 7, { 5, -7, 0 }, { 5, -7, 0 } },
    { 9, 5, { 1, 0, 1 }, { 1, 0, 1 } },
    { 10, 5, { 0x3c00, 0xc000, 0x3800 }, { 1, -2, 0.5 } },
    { 16, 5, { 0x3f80, 0xc000, 0x3f00 }, { 1, -2, 0.5 } },
    { 12, 11, { 5, 7, 0 }, { 5, 7, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int packed = 0; packed < 2; packed++)
      {
        Message *message = tensor_message ("t", cases[i].element, three, NULL, 0);
        Message *list = message_new ();
        g_autoptr (LucidaTensor) tensor = NULL;

        for (int k = 0; k < 3; k++)
          if (packed)
            put_varint (list, (guint64) cases[i].values[k]);
          else
            put_int (message, cases[i].field, cases[i].values[k]);
        if (packed)
          put_message (message, cases[i].field, list);
        else
          g_byte_array_unref (list);
        tensor = read_tensor (message);
        for (int k = 0; k < 3; k++)
          {
            double value = lucida_tensor_get_element (tensor) == LUCIDA_FLOAT32
                               ? (double) lucida_tensor_get_floats (tensor)[k]
                               : (double) lucida_tensor_get_ints (tensor)[k];
            if (value != cases[i].want[k])
              g_error ("element type %d, packed %d, %d: %g, not %g", cases[i].element, packed, k,
                       value, cases[i].want[k]);
          }
      }
}

static void
test_typed_floats (void)
{
  for (int packed = 0; packed < 2; packed++)
    {
      Message *message = tensor_message ("t", 1, three, NULL, 0);
      g_autoptr (LucidaTensor) tensor = NULL;

      if (packed)
        put_bytes (message, 4, "\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f", 12);
      else
        {
          put_fixed32 (message, 4, 0x3f800000);
          put_fixed32 (message, 4, 0xc0000000);
          put_fixed32 (message, 4, 0x3f000000);
        }
      tensor = read_tensor (message);
      g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[0], ==, 1);
      g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[1], ==, -2);
      g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[2], ==, 0.5);
    }
}

static void
test_scalar_and_empty (void)
{
  static const gint64 none[] = { -1 }, empty[] = { 0, -1 };
  g_autoptr (LucidaTensor) scalar = read_tensor (tensor_message ("t", 3, none, "\xfe", 1));
  g_autoptr (LucidaTensor) nothing = read_tensor (tensor_message ("t", 1, empty, NULL, 0));

  g_assert_cmpint (lucida_tensor_get_shape (scalar)->rank, ==, 0);
  g_assert_cmpint (lucida_tensor_get_ints (scalar)[0], ==, -2);
  g_assert_cmpint (lucida_tensor_get_count (nothing), ==, 0);
}

/* Large weights must not be copied: their elements lie inside the file's own bytes. */
static void
test_mapped (void)
{
  static const gint64 large[] = { 128, 128, -1 }, small[] = { 128, 127, -1 };
  const gint64 *shapes[] = { large, small };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (float_tensor ("t", shapes[i]));
      g_autoptr (LucidaTensor) tensor = lucida_onnx_read_tensor (bytes, NULL);
      gsize size;
      const guint8 *data = g_bytes_get_data (bytes, &size);
      const guint8 *elements = (const guint8 *) lucida_tensor_get_floats (tensor);
      float last;

      g_assert_cmpint (elements > data && elements < data + size, ==, i == 0);
      memcpy (&last, elements + lucida_tensor_get_size (tensor) - sizeof last, sizeof last);
      g_assert_cmpfloat (last, ==, (float) lucida_tensor_get_count (tensor));
    }
}

static void
test_refused (void)
{
  static const gint64 huge[] = { G_GINT64_CONSTANT (1) << 31, G_GINT64_CONSTANT (1) << 32, -1 };
  static const gint64 large[] = { G_GINT64_CONSTANT (1) << 30, -1 }, negative[] = { -2, -1 };
  static const gint64 deep[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, -1 };
  Message *both = tensor_message ("t", 1, three, "123456789012", 12);
  Message *few = tensor_message ("t", 7, three, NULL, 0);
  Message *other = tensor_message ("t", 1, three, NULL, 0);

  put_fixed32 (both, 4, 0);
  put_int (few, 7, 1);
  put_int (few, 7, 2);
  for (int i = 0; i < 3; i++)
    put_int (other, 5, i);
  assert_no_tensor (both, LUCIDA_ERROR_CORRUPT, "twice");
  assert_no_tensor (few, LUCIDA_ERROR_CORRUPT, "2 numbers where its shape needs 3");
  assert_no_tensor (other, LUCIDA_ERROR_CORRUPT, "another kind");
  assert_no_tensor (tensor_message ("t", 1, three, "12345678901", 11), LUCIDA_ERROR_CORRUPT,
                    "11 bytes where its shape needs 12");
  assert_no_tensor (tensor_message ("t", 1, three, NULL, 0), LUCIDA_ERROR_CORRUPT, "0 numbers");
  assert_no_tensor (tensor_message ("t", 8, three, NULL, 0), LUCIDA_ERROR_UNSUPPORTED, "text");
  assert_no_tensor (tensor_message ("t", 14, three, NULL, 0), LUCIDA_ERROR_UNSUPPORTED, "14");
  assert_no_tensor (tensor_message ("t", 0, three, NULL, 0), LUCIDA_ERROR_UNSUPPORTED, "0");
  assert_no_tensor (tensor_message ("t", 1000000, three, NULL, 0), LUCIDA_ERROR_UNSUPPORTED,
                    "kind");
  assert_no_tensor (tensor_message ("t", 1, huge, NULL, 0), LUCIDA_ERROR_TOO_LARGE, "larger");
  assert_no_tensor (tensor_message ("t", 1, large, NULL, 0), LUCIDA_ERROR_CORRUPT, "less data");
  assert_no_tensor (tensor_message ("t", 1, negative, NULL, 0), LUCIDA_ERROR_CORRUPT, "-2");
  assert_no_tensor (tensor_message ("t", 1, deep, "1234", 4), LUCIDA_ERROR_UNSUPPORTED, "8");
}

/* An entry about a file beside the model that leaves out what it is about. */
static void
test_entry_without_key (void)
{
  Message *tensor = tensor_message ("t", 1, three, NULL, 0);
  Message *entry = message_new ();

  put_string (entry, 2, "t.bin");
  put_message (tensor, 13, entry);
  put_int (tensor, 14, 1);
  assert_no_tensor (tensor, LUCIDA_ERROR_CORRUPT, "");
}

/* A model whose weight w (2×1×1×1, eight bytes) lies in another file. */
static GBytes *
external_model (const char *location, const char *offset, const char *length)
{
  static const gint64 x[] = { 1, 1, 4, 4, G_MININT64 }, w[] = { 2, 1, 1, 1, -1 };
  Message *tensor = tensor_message ("w", 1, w, NULL, 0);
  const char *entries[] = { "location", location, "offset", offset, "length", length };
  Model model;

  for (int i = 0; i < 6; i += 2)
    if (entries[i + 1])
      {
        Message *entry = message_new ();

        put_string (entry, 1, entries[i]);
        put_string (entry, 2, entries[i + 1]);
        put_message (tensor, 13, entry);
      }
  put_int (tensor, 14, 1);
  model_init (&model);
  put_message (model.graph, 1, node_message ("Conv", "conv", "x,w", "y"));
  put_message (model.graph, 5, tensor);
  put_message (model.graph, 11, value_message ("x", x));
  put_message (model.graph, 12, value_message ("y", x));
  return model_bytes (&model);
}

/* (transfer full) (nullable) What the weight is when the model lies at FOLDER/model.onnx. */
static LucidaTensor *
load_external (const char *folder, const char *location, const char *offset, const char *length,
               GError **error)
{
  g_autoptr (GBytes) bytes = external_model (location, offset, length);
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  g_autoptr (LucidaNetwork) network = lucida_onnx_read_bytes (bytes, path, NULL, error);
  LucidaTensor *constant
      = network ? lucida_network_get_constant (network, lucida_network_find_value (network, "w"))
                : NULL;

  return constant ? lucida_tensor_ref (constant) : NULL;
}

static void
test_external (void)
{
  static const float values[] = { 7, 8, 9, 10 };
  char *folder = folder_new ();
  static const struct
  {
    const char *location, *offset, *length;
    float first;
  } good[] = {
    { "model.onnx.data", "4", "8", 8 },
    { "model.onnx.data", NULL, "8", 7 },
    { "./model.onnx.data", "8", NULL, 9 },
  };

  g_free (write_file (folder, "model.onnx.data", values, sizeof values));
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaTensor) tensor
          = load_external (folder, good[i].location, good[i].offset, good[i].length, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[0], ==, good[i].first);
    }
  folder_remove (folder);
}

static void
test_external_refused (void)
{
  static const float values[] = { 7, 8, 9, 10 };
  char *folder = folder_new ();
  char *outside = folder_new ();
  g_autofree char *secret = write_file (outside, "secret", values, sizeof values);
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autofree char *up = g_strdup_printf ("../%s", strrchr (secret, '/') + 1);
  g_autofree char *inner = g_build_filename (folder, "inner", NULL);
  struct
  {
    const char *location, *offset, *length;
    int code;
    const char *part;
  } bad[] = {
    { "missing.data", "0", "8", LUCIDA_ERROR_NOT_FOUND, "“missing.data”, which is missing" },
    { up, "0", "8", LUCIDA_ERROR_UNSUPPORTED, "outside the model's folder" },
    { "inner/../../x", "0", "8", LUCIDA_ERROR_UNSUPPORTED, "outside the model's folder" },
    { secret, "0", "8", LUCIDA_ERROR_UNSUPPORTED, "outside the model's folder" },
    { "/dev/zero", "0", "8", LUCIDA_ERROR_UNSUPPORTED, "outside the model's folder" },
    { "link", "0", "8", LUCIDA_ERROR_UNSUPPORTED, "outside the model's folder" },
    { "fifo", "0", "8", LUCIDA_ERROR_UNRECOGNISED, "a pipe or a device" },
    { "inner", "0", "8", LUCIDA_ERROR_UNRECOGNISED, "a folder" },
    { NULL, "0", "8", LUCIDA_ERROR_CORRUPT, "not named" },
    { "w.data", "-4", "8", LUCIDA_ERROR_CORRUPT, "no number" },
    { "w.data", "0x0", "8", LUCIDA_ERROR_CORRUPT, "no number" },
    { "w.data", "12", "8", LUCIDA_ERROR_CORRUPT, "beyond the end" },
    { "w.data", "9223372036854775807", "8", LUCIDA_ERROR_CORRUPT, "beyond the end" },
    { "w.data", "18446744073709551615", "8", LUCIDA_ERROR_CORRUPT, "no number" },
    { "w.data", "0", "12", LUCIDA_ERROR_CORRUPT, "not as long" },
    { "w.data", "0", "9223372036854775807", LUCIDA_ERROR_CORRUPT, "not as long" },
  };

  g_free (write_file (folder, "w.data", values, sizeof values));
  g_assert_cmpint (symlink (secret, link), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (load_external (folder, bad[i].location, bad[i].offset, bad[i].length, &error));
      if (!g_error_matches (error, LUCIDA_ERROR, bad[i].code)
          || !strstr (error->message, bad[i].part))
        g_error ("“%s” at %s: “%s”", bad[i].location, bad[i].offset, error->message);
      g_assert_nonnull (strstr (error->message, "“w”"));
    }
  folder_remove (folder);
  folder_remove (outside);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-tensor/raw-data-of-every-kind", test_raw);
  g_test_add_func ("/onnx-tensor/half-floats-keep-infinity-and-nan", test_half_specials);
  g_test_add_func ("/onnx-tensor/typed-integers-packed-or-not", test_typed);
  g_test_add_func ("/onnx-tensor/typed-floats-packed-or-not", test_typed_floats);
  g_test_add_func ("/onnx-tensor/scalars-and-empty-arrays", test_scalar_and_empty);
  g_test_add_func ("/onnx-tensor/large-weights-are-not-copied", test_mapped);
  g_test_add_func ("/onnx-tensor/contradictions-are-refused", test_refused);
  g_test_add_func ("/onnx-tensor/an-entry-without-a-key", test_entry_without_key);
  g_test_add_func ("/onnx-tensor/weights-beside-the-model-are-found", test_external);
  g_test_add_func ("/onnx-tensor/nothing-outside-the-folder-is-read", test_external_refused);
  return g_test_run ();
}
