#include "readers/keras/keras-writer.h"
#include "readers/proto-writer.h"

#include "base/error.h"
#include "network/summary.h"
#include "readers/parse/crc32c.h"
#include "readers/parse/sorted-table.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* SavedModel folders, made byte by byte, so that each can be wrong in exactly one way. */

#define GRAPH_KEY "_CHECKPOINTABLE_OBJECT_GRAPH"

static guint32
masked (const void *data, gsize size)
{
  return lucida_crc32c_mask (lucida_crc32c (0, data, size));
}

static void
put32 (GByteArray *bytes, guint32 value)
{
  guint8 raw[4]
      = { (guint8) value, (guint8) (value >> 8), (guint8) (value >> 16), (guint8) (value >> 24) };

  g_byte_array_append (bytes, raw, 4);
}

typedef struct
{
  char *key;
  Message *value;
} Item;

/* One block: keys share their beginnings, every fourth stands whole. (transfer full) */
static GByteArray *
make_block (const Item *items, guint n)
{
  GByteArray *block = g_byte_array_new ();
  g_autoptr (GArray) restarts = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < n; i++)
    {
      gsize shared = 0, size = strlen (items[i].key);
      guint32 here = block->len;

      if (i % 4 == 0)
        g_array_append_val (restarts, here);
      else
        while (items[i].key[shared] && items[i].key[shared] == items[i - 1].key[shared])
          shared++;
      put_varint (block, shared);
      put_varint (block, size - shared);
      put_varint (block, items[i].value->len);
      g_byte_array_append (block, (const guint8 *) items[i].key + shared, (guint) (size - shared));
      g_byte_array_append (block, items[i].value->data, items[i].value->len);
    }
  for (guint i = 0; i < restarts->len; i++)
    put32 (block, g_array_index (restarts, guint32, i));
  put32 (block, restarts->len);
  return block;
}

/* Appends a block with its trailer; its handle. (transfer full) */
static Message *
emit_block (GByteArray *table, GByteArray *block, guint8 compression)
{
  Message *handle = message_new ();

  put_varint (handle, table->len);
  put_varint (handle, block->len);
  g_byte_array_append (block, &compression, 1);
  g_byte_array_append (table, block->data, block->len);
  put32 (table, masked (block->data, block->len));
  g_byte_array_unref (block);
  return handle;
}

/* A table with @per items in each block. (transfer full) */
static GByteArray *
make_table (const Item *items, guint n, guint per, guint8 compression)
{
  GByteArray *table = g_byte_array_new ();
  g_autoptr (GArray) index = g_array_new (FALSE, FALSE, sizeof (Item));
  Message *meta, *last;

  for (guint i = 0; i < n; i += per)
    {
      guint some = MIN (per, n - i);
      Item entry = { items[i + some - 1].key,
                     emit_block (table, make_block (items + i, some), compression) };

      g_array_append_val (index, entry);
    }
  meta = emit_block (table, make_block (NULL, 0), 0);
  last = emit_block (table, make_block ((Item *) (gpointer) index->data, index->len), 0);
  for (guint i = 0; i < index->len; i++)
    g_byte_array_unref (g_array_index (index, Item, i).value);
  g_byte_array_append (meta, last->data, last->len);
  g_byte_array_unref (last);
  last = g_byte_array_new ();
  g_byte_array_set_size (last, 40 - meta->len);
  memset (last->data, 0, last->len);
  g_byte_array_append (table, meta->data, meta->len);
  g_byte_array_append (table, last->data, last->len);
  put32 (table, 0x8b80fb57);
  put32 (table, 0xdb477524);
  g_byte_array_unref (meta);
  g_byte_array_unref (last);
  return table;
}

/* What is wrong with a folder, or unusual. */
typedef struct
{
  guint per_block;         /* items; 0: all in one */
  int shards;              /* written; 0: one */
  gint64 declared_shards;  /* 0: as many as written */
  gboolean in_saved_model; /* as TensorFlow 2.0 to 2.4 wrote it */
  gboolean no_metadata;
  gboolean subclassed;
  gboolean bad_crc; /* of a weight */
  gboolean bad_graph_crc;
  gboolean bad_child; /* an object that is not there */
  gboolean no_kernel; /* the layer has no such child */
  guint8 compression;
  gint64 offset; /* added to the last weight's */
  gint64 size;   /* added to its size */
  gint64 shard;  /* of it; 0: as written */
  gint64 dtype;  /* of it; 0: float */
  gboolean in_slices;
  gboolean unsorted;
} Faults;

typedef struct
{
  char *path;
  char *variables;
} Folder;

#define METADATA_LAYER                                                                             \
  "{\"name\": \"%s\", \"trainable\": %s, \"class_name\": \"Dense\", \"config\": {\"name\": "       \
  "\"%s\"}}"

/* Sequential(Flatten, inner Sequential(a), b) with 2×2 kernels 2 and 3; the InputLayers are not
 * counted among a Sequential's children. */
static const char root_json[]
    = "{\"name\": \"outer\", \"trainable\": true, \"class_name\": \"Sequential\", \"config\": "
      "{\"name\": \"outer\", \"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"name\": "
      "\"in\", \"batch_input_shape\": {\"class_name\": \"__tuple__\", \"items\": [null, 1, 1, "
      "2]}}}, "
      "{\"class_name\": \"Flatten\", \"config\": {\"name\": \"flatten\"}}, "
      "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"inner\", \"layers\": "
      "[{\"class_name\": \"InputLayer\", \"config\": {\"name\": \"in2\", \"batch_input_shape\": "
      "[null, 2]}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"a\", \"units\": 2, "
      "\"use_bias\": false}}]}}, {\"class_name\": \"Dense\", \"config\": {\"name\": \"b\", "
      "\"units\": 2, \"use_bias\": false}}]}, \"keras_version\": \"2.11.0\", \"training_config\": "
      "{\"loss\": \"binary_crossentropy\", \"optimizer_config\": {\"class_name\": \"Adam\"}}}";

/* The objects: 0 root, 1 flatten, 2 inner, 3 a, 4 b, 5 a's kernel, 6 b's kernel, 7 a list of all.
 */
static const struct
{
  int from;
  const char *name;
  int to;
} children[] = {
  { 0, "layer-0", 1 },
  { 0, "layer-1", 2 },
  { 0, "layer_with_weights-0", 2 },
  { 0, "layer-2", 4 },
  { 0, "layer_with_weights-1", 4 },
  { 0, "variables", 7 },
  { 2, "layer-0", 3 },
  { 2, "layer_with_weights-0", 3 },
  { 3, "kernel", 5 },
  { 4, "kernel", 6 },
  { 7, "0", 5 },
  { 7, "1", 6 },
  { 3, "keras_api", 0 }, /* cycles are usual */
};

static const struct
{
  int object;
  const char *path, *kind, *name;
  gboolean trainable;
} described[] = {
  { 1, "root.layer-0", "_tf_keras_layer", "flatten", TRUE },
  { 2, "root.layer_with_weights-0", "_tf_keras_sequential", "inner", FALSE },
  { 3, "root.layer_with_weights-0.layer_with_weights-0", "_tf_keras_layer", "a", TRUE },
  { 4, "root.layer_with_weights-1", "_tf_keras_layer", "b", TRUE },
};

/* The graph of objects; with what Keras says about them where @saved. (transfer full) */
static Message *
make_graph (const Faults *faults, gboolean saved)
{
  Message *graph = message_new ();

  for (int object = 0; object < 8; object++)
    {
      Message *node = message_new ();

      for (gsize i = 0; i < G_N_ELEMENTS (children); i++)
        {
          Message *child = message_new ();

          if (children[i].from == object
              && !(faults->no_kernel && object == 4 && g_str_equal (children[i].name, "kernel")))
            {
              if (children[i].to > 0)
                put_int (child, 1, faults->bad_child && object == 4 ? 99 : children[i].to);
              put_string (child, 2, children[i].name);
              put_message (node, 1, child);
            }
          else
            g_byte_array_unref (child);
        }
      if (!saved && (object == 5 || object == 6))
        {
          Message *attribute = message_new ();
          g_autofree char *key
              = g_strdup_printf ("variables/%d/.ATTRIBUTES/VARIABLE_VALUE", object - 5);

          put_string (attribute, 1, "VARIABLE_VALUE");
          put_string (attribute, 3, key);
          put_message (node, 2, attribute);
        }
      if (saved && object == 0)
        {
          Message *user = message_new ();

          put_string (user, 1, "_tf_keras_sequential");
          put_string (user, 3, root_json);
          put_message (node, 4, user);
        }
      for (gsize i = 0; saved && i < G_N_ELEMENTS (described); i++)
        if (described[i].object == object)
          {
            Message *user = message_new ();
            g_autofree char *json
                = g_strdup_printf (METADATA_LAYER, described[i].name,
                                   described[i].trainable ? "true" : "false", described[i].name);

            put_string (user, 1, described[i].kind);
            put_string (user, 3, json);
            put_message (node, 4, user);
          }
      put_message (graph, 1, node);
    }
  return graph;
}

/* An entry of the index. (transfer full) */
static Message *
make_entry (gint64 dtype, gboolean matrix, gint64 shard, gint64 offset, gint64 size, guint32 crc)
{
  Message *entry = message_new (), *shape = message_new ();

  for (int i = 0; i < 2 && matrix; i++)
    {
      Message *dim = message_new ();

      put_int (dim, 1, 2);
      put_message (shape, 2, dim);
    }
  put_int (entry, 1, dtype);
  put_message (entry, 2, shape);
  if (shard)
    put_int (entry, 3, shard);
  if (offset)
    put_int (entry, 4, offset);
  put_int (entry, 5, size);
  put_fixed32 (entry, 6, crc);
  return entry;
}

static void
write_part (const char *folder, const char *name, const GByteArray *bytes)
{
  g_free (write_file (folder, name, bytes->data, bytes->len));
}

static void
write_variables (const char *folder, const Faults *faults)
{
  static const float factors[] = { 2, 3 };
  GByteArray *shards[2] = { g_byte_array_new (), g_byte_array_new () };
  g_autoptr (GByteArray) table = NULL, graph = make_graph (faults, FALSE), text = message_new ();
  int n = MAX (faults->shards, 1);
  Item items[4] = { { (char *) "", message_new () } };
  guint8 length[4];
  guint32 sums, crc;

  put_int (items[0].value, 1, faults->declared_shards ? faults->declared_shards : n);
  for (int i = 0; i < 4; i++)
    length[i] = (guint8) (graph->len >> 8 * i);
  sums = masked (length, 4);
  put_varint (text, graph->len);
  put32 (text, sums);
  g_byte_array_append (text, graph->data, graph->len);
  crc = lucida_crc32c (0, length, 4);
  crc = lucida_crc32c (crc, text->data + text->len - graph->len - 4, graph->len + 4);
  items[1].key = (char *) GRAPH_KEY;
  items[1].value = make_entry (7, FALSE, 0, 0, text->len,
                               lucida_crc32c_mask (crc) ^ (faults->bad_graph_crc ? 1 : 0));
  g_byte_array_append (shards[0], text->data, text->len);
  for (int i = 0; i < 2; i++)
    {
      float kernel[4] = { factors[i], 0, 0, factors[i] };
      int shard = i < n ? i : 0;
      gboolean last = i == 1;

      items[2 + i].key = g_strdup_printf ("variables/%d/.ATTRIBUTES/VARIABLE_VALUE", i);
      items[2 + i].value
          = make_entry (last && faults->dtype ? faults->dtype : 1, TRUE,
                        last && faults->shard ? faults->shard : shard,
                        (gint64) shards[shard]->len + (last ? faults->offset : 0),
                        (gint64) sizeof kernel + (last ? faults->size : 0),
                        masked (kernel, sizeof kernel) ^ (last && faults->bad_crc ? 1 : 0));
      if (last && faults->in_slices)
        put_message (items[2 + i].value, 7, message_new ());
      g_byte_array_append (shards[shard], (const guint8 *) kernel, sizeof kernel);
    }
  if (faults->unsorted)
    {
      Item other = items[2];

      items[2] = items[3];
      items[3] = other;
    }
  table = make_table (items, 4, faults->per_block ? faults->per_block : 4, faults->compression);
  write_part (folder, "variables.index", table);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("variables.data-%05d-of-%05d", i, n);

      write_part (folder, name, shards[i]);
    }
  for (int i = 0; i < 4; i++)
    g_byte_array_unref (items[i].value);
  for (int i = 0; i < 2; i++)
    g_byte_array_unref (shards[i]);
  g_free (items[2].key);
  g_free (items[3].key);
}

static void
add_metadata_object (Message *metadata, int object, const char *path, const char *kind,
                     const char *json)
{
  Message *node = message_new ();

  if (object)
    put_int (node, 2, object);
  put_string (node, 3, path);
  put_string (node, 4, kind);
  put_string (node, 5, json);
  put_message (metadata, 1, node);
}

static Folder
write_folder (const Faults *faults)
{
  Folder self = { .path = folder_new () };
  g_autoptr (GByteArray) saved = message_new (), metadata = message_new ();
  Message *meta_graph = message_new ();

  self.variables = g_build_filename (self.path, "variables", NULL);
  g_assert_cmpint (g_mkdir (self.variables, 0700), ==, 0);
  write_variables (self.variables, faults);
  put_message (meta_graph, 1, message_new ());
  if (faults->in_saved_model)
    put_message (meta_graph, 7, make_graph (faults, TRUE));
  put_int (saved, 1, 1);
  put_message (saved, 2, meta_graph);
  write_part (self.path, "saved_model.pb", saved);
  if (faults->in_saved_model || faults->no_metadata)
    return self;
  add_metadata_object (metadata, 0, "root",
                       faults->subclassed ? "_tf_keras_model" : "_tf_keras_sequential", root_json);
  for (gsize i = 0; i < G_N_ELEMENTS (described); i++)
    {
      g_autofree char *json
          = g_strdup_printf (METADATA_LAYER, described[i].name,
                             described[i].trainable ? "true" : "false", described[i].name);

      add_metadata_object (metadata, described[i].object, described[i].path, described[i].kind,
                           json);
    }
  add_metadata_object (metadata, 20, "root.keras_api.metrics.0", "_tf_keras_metric", "no JSON");
  write_part (self.path, "keras_metadata.pb", metadata);
  return self;
}

static void
clear_folder (Folder *self)
{
  folder_remove (self->path);
  g_free (self->variables);
}

static void
assert_scores (const char *path)
{
  const float input[2] = { 1, -2 };
  const float want[2] = { 6, -12 };
  int n;
  g_autofree float *scores = run_file (path, input, 1, 1, &n);

  g_assert_cmpint (n, ==, 2);
  assert_close ("scores", scores, want, 2);
}

static void
test_checksum (void)
{
  guint8 zeros[32] = { 0 }, ones[32];

  memset (ones, 0xff, sizeof ones);
  /* RFC 3720, B.4 */
  g_assert_cmphex (lucida_crc32c (0, zeros, 32), ==, 0x8a9136aa);
  g_assert_cmphex (lucida_crc32c (0, ones, 32), ==, 0x62a8ab43);
  g_assert_cmphex (lucida_crc32c (0, (const guint8 *) "123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (
      lucida_crc32c (lucida_crc32c (0, (const guint8 *) "1234", 4), (const guint8 *) "56789", 5),
      ==, 0xe3069283);
}

/* One block or many, one shard or two, described in either file. */
static void
test_forms (void)
{
  static const Faults forms[] = {
    { 0 }, { .per_block = 1 }, { .per_block = 3 }, { .shards = 2 }, { .in_saved_model = TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      Folder folder = write_folder (&forms[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaNetwork) network = NULL;
      LucidaParameters parameters;

      g_test_message ("form %d", (int) i);
      assert_scores (folder.path);
      network = lucida_reader_open (folder.path, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (lucida_network_get_format (network), ==, "TensorFlow SavedModel");
      g_assert_cmpstr (lucida_network_get_loss (network), ==, "Binary Crossentropy");
      g_assert_cmpstr (lucida_network_get_optimizer (network), ==, "Adam");
      /* what is inside a frozen model is frozen */
      parameters = lucida_network_count_parameters (network);
      g_assert_cmpint (parameters.trainable, ==, 4);
      g_assert_cmpint (parameters.non_trainable, ==, 4);
      clear_folder (&folder);
    }
}

/* The folder, any file in it, the folder of the variables, with a slash behind. */
static void
test_any_part_opens_it (void)
{
  static const char *const parts[] = { "",
                                       "/",
                                       "saved_model.pb",
                                       "keras_metadata.pb",
                                       "variables",
                                       "variables/variables.index",
                                       "variables/variables.data-00000-of-00001" };
  Folder folder = write_folder (&(Faults){ 0 });

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat (folder.path, "/", parts[i], NULL);

      assert_scores (path);
    }
  clear_folder (&folder);
}

/* What is remembered of a network lies beside its folder, whatever part of it was opened. */
static void
test_sidecar_is_the_folders (void)
{
  static const char *const parts[] = { "", "/", "/saved_model.pb", "/variables/variables.index" };
  Folder folder = write_folder (&(Faults){ 0 });
  g_autofree char *whole = g_canonicalize_filename (folder.path, NULL);
  g_autofree char *sidecar = g_strconcat (whole, ".camlucida.json", NULL);
  const char *text = "{\"preprocessing\": {\"scale\": 0.25}}";

  g_assert_true (g_file_set_contents (sidecar, text, -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat (folder.path, parts[i], NULL);
      g_autofree char *resolved = lucida_reader_resolve (path);
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaNetwork) network = lucida_reader_open (path, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (resolved, ==, whole);
      g_assert_cmpfloat (lucida_network_get_preprocessing (network)->scale, ==, 0.25f);
    }
  g_unlink (sidecar);
  clear_folder (&folder);
}

static void
test_faults (void)
{
  static const struct
  {
    Faults faults;
    LucidaError code;
    const char *part;
  } cases[] = {
    { { .no_metadata = TRUE }, LUCIDA_ERROR_UNSUPPORTED, "functions only" },
    { { .subclassed = TRUE }, LUCIDA_ERROR_UNSUPPORTED, "Python code" },
    { { .bad_crc = TRUE }, LUCIDA_ERROR_CORRUPT, "checksum" },
    { { .bad_graph_crc = TRUE }, LUCIDA_ERROR_CORRUPT, "checksum" },
    { { .bad_child = TRUE }, LUCIDA_ERROR_CORRUPT, "not there" },
    { { .no_kernel = TRUE }, LUCIDA_ERROR_CORRUPT, "“kernel” of the layer “b”" },
    { { .compression = 1 }, LUCIDA_ERROR_UNSUPPORTED, "compressed" },
    { { .offset = 1000000 }, LUCIDA_ERROR_CORRUPT, "beyond the end" },
    { { .offset = -1 - G_MAXINT64 }, LUCIDA_ERROR_CORRUPT, "beyond the end" },
    { { .size = 4 }, LUCIDA_ERROR_CORRUPT, "another size" },
    { { .shard = 1 }, LUCIDA_ERROR_CORRUPT, "not there" },
    { { .shard = -1 }, LUCIDA_ERROR_CORRUPT, "not there" },
    { { .dtype = 8 }, LUCIDA_ERROR_UNSUPPORTED, "type 8" },
    { { .in_slices = TRUE }, LUCIDA_ERROR_UNSUPPORTED, "in parts" },
    { { .unsorted = TRUE, .per_block = 1 }, LUCIDA_ERROR_CORRUPT, "not in order" },
    { { .declared_shards = 1000000000 }, LUCIDA_ERROR_CORRUPT, "1000000000" },
    { { .declared_shards = 2 }, LUCIDA_ERROR_NOT_FOUND, "variables.data-00000-of-00002" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Folder folder = write_folder (&cases[i].faults);

      g_test_message ("fault %d", (int) i);
      assert_file_refused (folder.path, (int) cases[i].code, cases[i].part);
      clear_folder (&folder);
    }
}

/* A missing part is named; links and pipes in place of one are not followed. */
static void
test_missing_parts (void)
{
  static const char *const parts[] = { "variables.index", "variables.data-00000-of-00001" };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    for (int kind = 0; kind < 3; kind++)
      {
        Folder folder = write_folder (&(Faults){ 0 });
        g_autofree char *path = g_build_filename (folder.variables, parts[i], NULL);
        g_autofree char *other = g_strconcat (path, ".moved", NULL);

        g_assert_cmpint (g_rename (path, other), ==, 0);
        if (kind == 1)
          g_assert_cmpint (symlink (other, path), ==, 0);
        else if (kind == 2)
          g_assert_cmpint (mkfifo (path, 0600), ==, 0);
        assert_file_refused (folder.path,
                             kind == 0   ? LUCIDA_ERROR_NOT_FOUND
                             : kind == 1 ? LUCIDA_ERROR_IO
                                         : LUCIDA_ERROR_UNRECOGNISED,
                             parts[i]);
        clear_folder (&folder);
      }
}

/* Every file cut off anywhere, and every byte of the index changed, is an error or the same
 * network: the description's own bytes have no checksum. */
static void
test_damaged (void)
{
  static const char *const parts[] = { "keras_metadata.pb", "variables/variables.index",
                                       "variables/variables.data-00000-of-00001" };
  Folder folder = write_folder (&(Faults){ .per_block = 2 });

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (folder.path, parts[i], NULL);
      g_autofree char *data = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      for (gsize n = 0; n < size; n += i == 1 ? 1 : 7)
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (LucidaNetwork) network = NULL;

          g_assert_true (g_file_set_contents (path, data, (gssize) n, NULL));
          network = lucida_reader_open (folder.path, NULL, &error);
          g_assert_true ((network == NULL) == (error != NULL));
          if (i > 0)
            g_assert_null (network);
        }
      for (gsize n = 0; n < size && i == 1; n++)
        {
          g_autofree char *changed = g_memdup2 (data, size);
          g_autoptr (GError) error = NULL;
          g_autoptr (LucidaNetwork) network = NULL;

          changed[n] = (char) ~changed[n];
          g_assert_true (g_file_set_contents (path, changed, (gssize) size, NULL));
          network = lucida_reader_open (folder.path, NULL, &error);
          g_assert_true ((network == NULL) == (error != NULL));
        }
      g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
    }
  assert_scores (folder.path);
  clear_folder (&folder);
}

static gboolean
count_entry (LucidaSpan key, LucidaSpan value, gpointer data, GError **error)
{
  (void) key;
  (void) value;
  (void) error;
  ++*(int *) data;
  return TRUE;
}

/* A key that shares more than the one before it has, in a block whose checksum is right. */
static void
test_shared_too_long (void)
{
  Message *block = message_new (), *handle;
  g_autoptr (GByteArray) table = g_byte_array_new ();
  g_autoptr (GByteArray) index = NULL;
  g_autoptr (GError) error = NULL;
  int n = 0;

  put_varint (block, 9);
  put_varint (block, 1);
  put_varint (block, 0);
  g_byte_array_append (block, (const guint8 *) "a", 1);
  put32 (block, 0);
  put32 (block, 1);
  handle = emit_block (table, block, 0);
  {
    Item entry = { (char *) "b", handle };
    Message *last = emit_block (table, make_block (&entry, 1), 0);

    put_varint (index = message_new (), 0);
    put_varint (index, 0);
    g_byte_array_append (index, last->data, last->len);
    g_byte_array_unref (last);
  }
  while (index->len < 40)
    put_varint (index, 0);
  g_byte_array_append (table, index->data, index->len);
  put32 (table, 0x8b80fb57);
  put32 (table, 0xdb477524);
  g_assert_false (
      lucida_sorted_table_read ((LucidaSpan){ table->data, table->len }, count_entry, &n, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_assert_cmpint (n, ==, 0);
  g_byte_array_unref (handle);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/saved-model/checksum", test_checksum);
  g_test_add_func ("/saved-model/forms", test_forms);
  g_test_add_func ("/saved-model/any-part-opens-it", test_any_part_opens_it);
  g_test_add_func ("/saved-model/sidecar-is-the-folders", test_sidecar_is_the_folders);
  g_test_add_func ("/saved-model/faults", test_faults);
  g_test_add_func ("/saved-model/missing-parts", test_missing_parts);
  g_test_add_func ("/saved-model/damaged", test_damaged);
  g_test_add_func ("/saved-model/shared-too-long", test_shared_too_long);
  return g_test_run ();
}
