#include "readers/proto-writer.h"

#include "base/error.h"
#include "readers/onnx/onnx.h"

#include <glib/gstdio.h>
#include <string.h>

Message *
message_new (void)
{
  return g_byte_array_new ();
}

void
put_varint (Message *self, guint64 value)
{
  do
    {
      guint8 byte = (guint8) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));

      g_byte_array_append (self, &byte, 1);
      value >>= 7;
    }
  while (value > 0);
}

void
put_int (Message *self, guint field, gint64 value)
{
  put_varint (self, field << 3);
  put_varint (self, (guint64) value);
}

void
put_fixed32 (Message *self, guint field, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);

  put_varint (self, field << 3 | 5);
  g_byte_array_append (self, (const guint8 *) &little, sizeof little);
}

void
put_bytes (Message *self, guint field, const void *data, gsize size)
{
  put_varint (self, field << 3 | 2);
  put_varint (self, size);
  if (size > 0)
    g_byte_array_append (self, data, (guint) size);
}

void
put_string (Message *self, guint field, const char *text)
{
  put_bytes (self, field, text, strlen (text));
}

void
put_message (Message *self, guint field, Message *inner)
{
  put_bytes (self, field, inner->data, inner->len);
  g_byte_array_unref (inner);
}

Message *
tensor_message (const char *name, int element, const gint64 *dims, const void *data, gsize size)
{
  Message *tensor = message_new ();

  for (; *dims != -1; dims++)
    put_int (tensor, 1, *dims);
  put_int (tensor, 2, element);
  put_string (tensor, 8, name);
  if (data)
    put_bytes (tensor, 9, data, size);
  return tensor;
}

Message *
float_tensor (const char *name, const gint64 *dims)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));
  gint64 count = 1;

  for (const gint64 *dim = dims; *dim != -1; dim++)
    count *= *dim;
  for (gint64 i = 1; i <= count; i++)
    {
      float value = (float) i;
      g_array_append_val (values, value);
    }
  return tensor_message (name, 1, dims, values->data ? values->data : "",
                         values->len * sizeof (float));
}

Message *
value_message (const char *name, const gint64 *dims)
{
  Message *value = message_new (), *type = message_new (), *tensor = message_new (),
          *shape = message_new ();

  for (; *dims != G_MININT64; dims++)
    {
      Message *dim = message_new ();

      put_int (dim, 1, *dims);
      put_message (shape, 1, dim);
    }
  put_int (tensor, 1, 1);
  put_message (tensor, 2, shape);
  put_message (type, 1, tensor);
  put_string (value, 1, name);
  put_message (value, 2, type);
  return value;
}

static void
put_list (Message *self, guint field, const char *list)
{
  g_auto (GStrv) names = g_strsplit (list, ",", -1);

  for (int i = 0; names[i]; i++)
    put_string (self, field, names[i]);
}

Message *
node_message (const char *op, const char *name, const char *inputs, const char *outputs)
{
  Message *node = message_new ();

  put_list (node, 1, inputs);
  put_list (node, 2, outputs);
  if (*name)
    put_string (node, 3, name);
  put_string (node, 4, op);
  return node;
}

static Message *
attribute_message (const char *name, int kind)
{
  Message *attribute = message_new ();

  put_string (attribute, 1, name);
  put_int (attribute, 20, kind);
  return attribute;
}

void
add_int (Message *node, const char *name, gint64 value)
{
  Message *attribute = attribute_message (name, 2);

  put_int (attribute, 3, value);
  put_message (node, 5, attribute);
}

void
add_float (Message *node, const char *name, float value)
{
  Message *attribute = attribute_message (name, 1);
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  put_fixed32 (attribute, 2, bits);
  put_message (node, 5, attribute);
}

void
add_text (Message *node, const char *name, const char *value)
{
  Message *attribute = attribute_message (name, 3);

  put_string (attribute, 4, value);
  put_message (node, 5, attribute);
}

void
add_ints (Message *node, const char *name, const gint64 *values, gsize n)
{
  Message *attribute = attribute_message (name, 7);

  for (gsize i = 0; i < n; i++)
    put_int (attribute, 8, values[i]);
  put_message (node, 5, attribute);
}

void
add_floats (Message *node, const char *name, const float *values, gsize n)
{
  Message *attribute = attribute_message (name, 6);

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      put_fixed32 (attribute, 7, bits);
    }
  put_message (node, 5, attribute);
}

void
add_tensor (Message *node, const char *name, Message *tensor)
{
  Message *attribute = attribute_message (name, 4);

  put_message (attribute, 5, tensor);
  put_message (node, 5, attribute);
}

void
model_init (Model *self)
{
  self->graph = message_new ();
  self->rest = message_new ();
  self->opset = 13;
  self->ir = 8;
}

GBytes *
model_bytes (Model *self)
{
  Message *file = message_new ();

  put_int (file, 1, self->ir);
  if (self->opset > 0)
    {
      Message *opset = message_new ();

      put_string (opset, 1, "");
      put_int (opset, 2, self->opset);
      put_message (file, 8, opset);
    }
  put_message (file, 7, self->graph);
  g_byte_array_append (file, self->rest->data ? self->rest->data : (const guint8 *) "",
                       self->rest->len);
  g_byte_array_unref (self->rest);
  return g_byte_array_free_to_bytes (file);
}

void
model_init_small (Model *self)
{
  static const gint64 x[] = { 1, 1, 4, 4, G_MININT64 }, y[] = { 1, 2, G_MININT64 };
  static const gint64 w[] = { 2, 1, 1, 1, -1 };

  model_init (self);
  put_message (self->graph, 1, node_message ("Conv", "conv", "x,w", "c"));
  put_message (self->graph, 1, node_message ("Relu", "relu", "c", "r"));
  put_message (self->graph, 1, node_message ("GlobalAveragePool", "pool", "r", "p"));
  put_message (self->graph, 1, node_message ("Flatten", "flat", "p", "y"));
  put_message (self->graph, 5, float_tensor ("w", w));
  put_message (self->graph, 11, value_message ("x", x));
  put_message (self->graph, 12, value_message ("y", y));
}

void
add_metadata (Model *self, const char *key, const char *value)
{
  Message *entry = message_new ();

  put_string (entry, 1, key);
  put_string (entry, 2, value);
  put_message (self->rest, 14, entry);
}

void
assert_refused (GBytes *bytes, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_onnx_read_bytes (bytes, NULL, NULL, &error);

  g_assert_null (network);
  g_assert_error (error, LUCIDA_ERROR, code);
  if (!strstr (error->message, part))
    g_error ("“%s” does not say “%s”", error->message, part);
  g_bytes_unref (bytes);
}

LucidaNetwork *
assert_read (Model *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = model_bytes (self);
  LucidaNetwork *network = lucida_onnx_read_bytes (bytes, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (network);
  return network;
}

char *
folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("lucida-readers-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
folder_remove (char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        folder_remove (path);
      else
        {
          g_unlink (path);
          g_free (path);
        }
    }
  g_rmdir (folder);
  g_free (folder);
}

char *
write_file (const char *folder, const char *name, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
  return path;
}
