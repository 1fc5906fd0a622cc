#include "readers/onnx/onnx.h"

#include "base/error.h"
#include "readers/file.h"
#include "readers/onnx/onnx-private.h"
#include "readers/parse/onnx-message.h"

#include <string.h>

/* The front of the ONNX reader. Format: github.com/onnx/onnx/blob/main/docs/IR.md, onnx.proto. */

/* Fields of ModelProto, by number: the wire type, one more so that 0 means there is none. */
static const guint8 model_wires[] = {
  [1] = LUCIDA_WIRE_VARINT + 1, [2] = LUCIDA_WIRE_BYTES + 1,  [3] = LUCIDA_WIRE_BYTES + 1,
  [4] = LUCIDA_WIRE_BYTES + 1,  [5] = LUCIDA_WIRE_VARINT + 1, [6] = LUCIDA_WIRE_BYTES + 1,
  [7] = LUCIDA_WIRE_BYTES + 1,  [8] = LUCIDA_WIRE_BYTES + 1,  [14] = LUCIDA_WIRE_BYTES + 1,
  [20] = LUCIDA_WIRE_BYTES + 1, [25] = LUCIDA_WIRE_BYTES + 1, [26] = LUCIDA_WIRE_BYTES + 1,
};

#define GRAPH 7

static LucidaSpan
span_of (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return (LucidaSpan){ data, size };
}

/* Text, too, can look like the beginning of a message. */
static gboolean
is_text (const guint8 *head, gsize size)
{
  for (gsize i = 0; i < MIN (size, 64); i++)
    if (head[i] < 0x20 && head[i] != '\n' && head[i] != '\r' && head[i] != '\t')
      return FALSE;
  return TRUE;
}

/* A sequence of ModelProto's fields, as far as the graph; of that the beginning is enough, since
 * the file may be cut off. */
static gboolean
onnx_recognise (const char *path, const guint8 *head, gsize size)
{
  g_autoptr (GBytes) bytes = NULL;
  LucidaProto proto;
  LucidaProtoField field;

  if (size == 0 || is_text (head, size) || !(bytes = lucida_file_map (path, NULL)))
    return FALSE;
  lucida_proto_init (&proto, span_of (bytes));
  for (;;)
    {
      const guint8 *key = proto.at;
      gboolean more = lucida_proto_next (&proto, &field);

      if (!more)
        return proto.problem && key < proto.end && *key == (GRAPH << 3 | LUCIDA_WIRE_BYTES)
               && proto.end - key > 2;
      if (field.number >= G_N_ELEMENTS (model_wires)
          || model_wires[field.number] != (guint8) field.wire + 1)
        return FALSE;
      if (field.number == GRAPH)
        return TRUE;
    }
}

static LucidaNetwork *
read_model (GBytes *bytes, const char *path, LucidaTensor *const *constants, int n_constants,
            int output, gboolean bound, GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaOnnxModel) model = lucida_onnx_model_parse (span_of (bytes), error);
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *name = NULL;
  LucidaOnnxBuild build = { 0 };
  gboolean good;

  if (!model || !_lucida_onnx_check_task (model, error) || !_lucida_onnx_inline (model, error))
    return NULL;
  name = path ? g_filename_display_basename (path) : g_strdup (model->graph_name);
  if (g_str_has_suffix (name, ".onnx"))
    name[strlen (name) - strlen (".onnx")] = '\0';
  network = lucida_network_new ("ONNX", name);
  build.model = model;
  build.network = network;
  build.values = g_hash_table_new (g_str_hash, g_str_equal);
  build.producers = g_hash_table_new (NULL, NULL);
  build.stated = g_hash_table_new (g_str_hash, g_str_equal);
  build.tensors = g_hash_table_new (g_str_hash, g_str_equal);
  _lucida_onnx_store_init (&build.store, bytes, path);
  good = _lucida_onnx_build (&build, constants, n_constants, output, bound, cancellable, error);
  _lucida_onnx_store_clear (&build.store);
  g_hash_table_unref (build.values);
  g_hash_table_unref (build.producers);
  g_hash_table_unref (build.stated);
  g_hash_table_unref (build.tensors);
  if (!good)
    return NULL;
  _lucida_onnx_describe (model, network);
  return g_steal_pointer (&network);
}

LucidaNetwork *
lucida_onnx_read_bytes (GBytes *bytes, const char *path, GCancellable *cancellable, GError **error)
{
  return read_model (bytes, path, NULL, 0, 0, FALSE, cancellable, error);
}

LucidaNetwork *
lucida_onnx_read_bound (GBytes *bytes, LucidaTensor *const *constants, int n, int output,
                        GError **error)
{
  return read_model (bytes, NULL, constants, n, output, TRUE, NULL, error);
}

LucidaTensor *
lucida_onnx_read_tensor (GBytes *bytes, GError **error)
{
  LucidaOnnxStore store = { 0 };
  LucidaTensor *tensor;

  _lucida_onnx_store_init (&store, bytes, NULL);
  tensor = _lucida_onnx_store_load (&store, span_of (bytes), "", error);
  _lucida_onnx_store_clear (&store);
  return tensor;
}

static LucidaNetwork *
onnx_read (const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (GBytes) bytes = lucida_file_map (path, error);

  return bytes
             ? lucida_onnx_read_bytes (bytes, path, lucida_reading_get_cancellable (reading), error)
             : NULL;
}

const LucidaReader lucida_reader_onnx = {
  .name = "onnx",
  .recognise = onnx_recognise,
  .read = onnx_read,
};
