#include "readers/keras/keras-writer.h"
#include "readers/proto-writer.h"

#include "base/error.h"

#include <string.h>
#include <zlib.h>

/* Keras 3's zip archives, made byte by byte. */

typedef struct
{
  const char *name;
  const char *data;
  gsize size;
  gboolean deflated;
} Part;

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
put_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
}

/* (transfer full) The part's bytes as they lie in the archive. */
static GByteArray *
pack (const Part *part)
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

/* Fields that the local header and the directory share. */
static void
put_header (GByteArray *bytes, const Part *part, gsize packed)
{
  put (bytes, 20, 2);
  put (bytes, 0, 2);
  put (bytes, part->deflated ? Z_DEFLATED : 0, 2);
  put (bytes, 0, 4);
  put (bytes, crc32 (0, (const Bytef *) part->data, (uInt) part->size), 4);
  put (bytes, packed, 4);
  put (bytes, part->size, 4);
  put (bytes, strlen (part->name), 2);
  put (bytes, 0, 2);
}

/* (transfer full) The path of the archive. */
static char *
write_archive (const char *folder, const Part *parts, int n)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new (), central = g_byte_array_new ();
  gsize start;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GByteArray) packed = pack (&parts[i]);
      gsize local = bytes->len;

      put_text (bytes, "PK\3\4");
      put_header (bytes, &parts[i], packed->len);
      put_text (bytes, parts[i].name);
      g_byte_array_append (bytes, packed->data, packed->len);
      put_text (central, "PK\1\2");
      put (central, 20, 2);
      put_header (central, &parts[i], packed->len);
      put (central, 0, 6); /* comment, disk, attributes */
      put (central, 0, 4);
      put (central, local, 4);
      put_text (central, parts[i].name);
    }
  start = bytes->len;
  g_byte_array_append (bytes, central->data, central->len);
  put_text (bytes, "PK\5\6");
  put (bytes, 0, 4);
  put (bytes, (guint64) n, 2);
  put (bytes, (guint64) n, 2);
  put (bytes, central->len, 4);
  put (bytes, start, 4);
  put (bytes, 0, 2);
  return write_file (folder, "network.keras", bytes->data, bytes->len);
}

typedef struct
{
  const char *group; /* of the dense layer's weights */
  float factor;
  const char *name; /* (nullable) the layer's name, stated in the group */
} Layer;

/* An HDF5 file of 2×2 kernels. (transfer full) */
static char *
weights_file (const char *folder, const Layer *layers, int n, gsize *size)
{
  g_autofree char *path = g_build_filename (folder, "weights.h5", NULL);
  KerasFile *file = keras_file_new (path);
  char *data;

  for (int i = 0; i < n; i++)
    {
      float kernel[4] = { layers[i].factor, 0, 0, layers[i].factor };
      g_autofree char *vars = g_strconcat (layers[i].group, "/vars", NULL);
      g_autofree char *set = g_strconcat (vars, "/0", NULL);

      keras_file_group (file, vars);
      if (layers[i].factor != 0)
        keras_file_array (file, set, kernel, (int[]){ 2, 2, 0 });
      if (layers[i].name)
        keras_file_fixed_text (file, vars, "name", layers[i].name);
    }
  keras_file_end (file);
  g_assert_true (g_file_get_contents (path, &data, size, NULL));
  return data;
}

#define INPUT                                                                                      \
  "{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": [null, 1, 1, " \
  "2]}}"
#define DENSE(name)                                                                                \
  "{\"class_name\": \"Dense\", \"config\": {\"name\": \"" name                                     \
  "\", \"units\": 2, \"use_bias\": false}}"
#define FLATTEN "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}}"
#define SEQUENTIAL(name, layers)                                                                   \
  "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"" name "\", \"layers\": [" layers "]" \
  "}"
/* Three dense layers, the last of them in a model of its own, another model before it. */
#define THREE                                                                                      \
  SEQUENTIAL (                                                                                     \
      "outer",                                                                                     \
      INPUT ", " SEQUENTIAL (                                                                      \
          "augment",                                                                               \
          "{\"class_name\": \"RandomFlip\", "                                                      \
          "\"config\": {\"name\": \"flip\"}}") "}, " FLATTEN                                       \
                                               ", " DENSE ("x") ", " DENSE ("y") ", " SEQUENTIAL ( \
                                                   "head", DENSE ("z")) "}")                       \
  ", \"compile_config\": {\"loss\": \"categorical_crossentropy\", \"optimizer\": \"adam\"}}"
#define METADATA "{\"keras_version\": \"3.1.0\"}"

static char *
write_three (const char *folder, const Layer *layers, int n, gboolean deflated)
{
  gsize size;
  g_autofree char *weights = weights_file (folder, layers, n, &size);
  const Part parts[] = { { "metadata.json", METADATA, strlen (METADATA), deflated },
                         { "config.json", THREE, strlen (THREE), deflated },
                         { "model.weights.h5", weights, size, deflated } };

  return write_archive (folder, parts, 3);
}

/* Each of the layouts that versions of Keras have written; factors 2, 3 and 5 in this order. */
static void
test_layouts (void)
{
  static const Layer layouts[][4] = {
    /* Keras 3: numbers by class; nothing for models without weights before 3.6 */
    { { "layers/dense", 2, NULL },
      { "layers/dense_1", 3, NULL },
      { "layers/sequential_1/layers/dense", 5, NULL } },
    /* 2.13: other numbers, another word for layers */
    { { "_layer_checkpoint_dependencies/dense", 2, NULL },
      { "_layer_checkpoint_dependencies/dense_2", 3, NULL },
      { "_layer_checkpoint_dependencies/sequential_1/_layer_checkpoint_dependencies/dense", 5,
        NULL } },
    /* written on Windows */
    { { "_layer_checkpoint_dependencies\\dense", 2, NULL },
      { "_layer_checkpoint_dependencies\\dense_1", 3, NULL },
      { "_layer_checkpoint_dependencies\\sequential_1\\_layer_checkpoint_dependencies\\dense", 5,
        NULL } },
    { { "layers\\dense", 2, NULL },
      { "layers\\dense_1", 3, NULL },
      { "layers\\sequential_1\\layers\\dense", 5, NULL } },
    /* from 3.6 the groups state names, which count for more than the numbers */
    { { "layers/dense", 3, "y" },
      { "layers/dense_1", 2, "x" },
      { "layers/sequential_1", 0, "head" },
      { "layers/sequential_1/layers/dense", 5, "z" } },
  };
  const float input[2] = { 1, -2 };
  const float want[2] = { 30, -60 };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (layouts); i++)
    {
      const Layer *layers = layouts[i / 2];
      char *folder = folder_new ();
      g_autofree char *path = write_three (folder, layers, layers[3].group ? 4 : 3, i % 2);
      int n;
      g_autofree float *scores = run_file (path, input, 1, 1, &n);

      g_test_message ("layout %d", (int) i / 2);
      g_assert_cmpint (n, ==, 2);
      assert_close (layers[0].group, scores, want, 2);
      folder_remove (folder);
    }
}

/* Ten layers of a class: 2 comes before 10. */
static void
test_numbers_are_no_text (void)
{
  char *folder = folder_new ();
  g_autoptr (GString) config
      = g_string_new ("{\"class_name\": \"Sequential\", \"config\": {\"name\": "
                      "\"s\", \"layers\": [" INPUT ", " FLATTEN);
  Layer layers[12];
  g_autofree char *weights = NULL, *path = NULL;
  g_autofree float *scores = NULL;
  const float input[2] = { 1, 1 };
  float want[2] = { 1, 1 };
  gsize size;
  int n;

  for (int i = 0; i < 12; i++)
    {
      g_string_append_printf (config, ", " DENSE ("d%d"), i);
      layers[i] = (Layer){ i ? g_strdup_printf ("layers/dense_%d", i) : g_strdup ("layers/dense"),
                           1, NULL };
    }
  g_string_append (config, "]}}");
  weights = weights_file (folder, layers, 12, &size);
  {
    const Part parts[] = { { "config.json", config->str, config->len, FALSE },
                           { "metadata.json", METADATA, strlen (METADATA), FALSE },
                           { "model.weights.h5", weights, size, FALSE } };
    path = write_archive (folder, parts, 3);
  }
  scores = run_file (path, input, 1, 1, &n);
  assert_close ("scores", scores, want, 2);
  for (int i = 0; i < 12; i++)
    g_free ((char *) layers[i].group);
  folder_remove (folder);
}

static void
test_training (void)
{
  static const Layer layers[] = { { "layers/dense", 2, NULL },
                                  { "layers/dense_1", 3, NULL },
                                  { "layers/sequential_1/layers/dense", 5, NULL } };
  char *folder = folder_new ();
  g_autofree char *path = write_three (folder, layers, 3, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_reader_open (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lucida_network_get_format (network), ==, "Keras");
  g_assert_cmpstr (lucida_network_get_name (network), ==, "network");
  g_assert_cmpstr (lucida_network_get_loss (network), ==, "Categorical Crossentropy");
  g_assert_cmpstr (lucida_network_get_optimizer (network), ==, "Adam");
  folder_remove (folder);
}

/* Content tells, not the suffix: Keras 2.0 to 2.10 wrote HDF5 under this name, too. */
static void
test_hdf5_by_another_name (void)
{
  char *folder = folder_new ();
  g_autofree char *path = g_build_filename (folder, "old.keras", NULL);
  g_autofree char *model = keras_sequential ("1, 1, 2", FLATTEN);
  KerasFile *file = keras_file_new (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = NULL;

  keras_file_text (file, "model_config", model);
  keras_file_text (file, "keras_version", "2.9.0");
  keras_file_end (file);
  network = lucida_reader_open (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lucida_network_get_format (network), ==, "Keras HDF5");
  folder_remove (folder);
}

static void
test_refusals (void)
{
  static const Layer complete[] = { { "layers/dense", 2, NULL },
                                    { "layers/dense_1", 3, NULL },
                                    { "layers/sequential_1/layers/dense", 5, NULL } };
  char *folder = folder_new ();
  gsize size;
  g_autofree char *weights = weights_file (folder, complete, 2, &size);
  const struct
  {
    Part parts[3];
    int n;
    LucidaError code;
    const char *part;
  } cases[] = {
    { { { "metadata.json", METADATA, strlen (METADATA), FALSE },
        { "config.json", THREE, strlen (THREE), FALSE },
        { "model.weights.h5", weights, size, FALSE } },
      3,
      LUCIDA_ERROR_CORRUPT,
      "“head/z” is not in the file" },
    { { { "metadata.json", METADATA, strlen (METADATA), FALSE },
        { "config.json", THREE, strlen (THREE), FALSE } },
      2,
      LUCIDA_ERROR_UNSUPPORTED,
      "no weights" },
    { { { "metadata.json", METADATA, strlen (METADATA), FALSE },
        { "config.json", THREE, strlen (THREE), FALSE },
        { "model.weights.npz", "x", 1, FALSE } },
      3,
      LUCIDA_ERROR_UNSUPPORTED,
      "NumPy" },
    { { { "metadata.json", METADATA, strlen (METADATA), FALSE },
        { "config.json", THREE, strlen (THREE), FALSE },
        { "model.weights.h5", weights, size / 2, TRUE } },
      3,
      LUCIDA_ERROR_CORRUPT,
      "cut off" },
    { { { "metadata.json", METADATA, strlen (METADATA), FALSE },
        { "config.json", "{\"class_name\":", 14, FALSE },
        { "model.weights.h5", weights, size, FALSE } },
      3,
      LUCIDA_ERROR_CORRUPT,
      "no JSON" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_archive (folder, cases[i].parts, cases[i].n);

      assert_file_refused (path, (int) cases[i].code, cases[i].part);
    }
  folder_remove (folder);
}

static void
test_truncated (void)
{
  static const Layer layers[] = { { "layers/dense", 2, NULL },
                                  { "layers/dense_1", 3, NULL },
                                  { "layers/sequential_1/layers/dense", 5, NULL } };
  char *folder = folder_new ();
  g_autofree char *path = write_three (folder, layers, 3, FALSE);
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize n = 4; n < size; n += 1 + n / 8)
    {
      g_autofree char *cut = write_file (folder, "cut.keras", data, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaNetwork) network = lucida_reader_open (cut, NULL, &error);

      g_assert_null (network);
      g_assert_nonnull (error);
    }
  folder_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keras/archive/layouts", test_layouts);
  g_test_add_func ("/keras/archive/numbers-are-no-text", test_numbers_are_no_text);
  g_test_add_func ("/keras/archive/training", test_training);
  g_test_add_func ("/keras/archive/hdf5-by-another-name", test_hdf5_by_another_name);
  g_test_add_func ("/keras/archive/refusals", test_refusals);
  g_test_add_func ("/keras/archive/truncated", test_truncated);
  return g_test_run ();
}
