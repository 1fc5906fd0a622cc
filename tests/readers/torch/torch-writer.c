#include "readers/torch/torch-writer.h"

#include "base/error.h"
#include "readers/reader.h"

#include <glib/gstdio.h>
#include <string.h>

/* A pickle that is being written. */

void
torch_text (GByteArray *p, const char *opcodes)
{
  g_byte_array_append (p, (const guint8 *) opcodes, (guint) strlen (opcodes));
}

void
torch_byte (GByteArray *p, guint8 value)
{
  g_byte_array_append (p, &value, 1);
}

void
torch_string (GByteArray *p, const char *value)
{
  torch_byte (p, 'X');
  zip_put (p, strlen (value), 4);
  torch_text (p, value);
}

void
torch_integer (GByteArray *p, gint64 value)
{
  if (value == (gint32) value)
    {
      torch_byte (p, 'J');
      zip_put (p, (guint64) value, 4);
      return;
    }
  torch_byte (p, 0x8a);
  torch_byte (p, 8);
  zip_put (p, (guint64) value, 8);
}

void
torch_begin (GByteArray *p)
{
  torch_byte (p, 0x80);
  torch_byte (p, 2);
}

void
torch_tuple (GByteArray *p, const gint64 *numbers, int n)
{
  torch_byte (p, '(');
  for (int i = 0; i < n; i++)
    torch_integer (p, numbers[i]);
  torch_byte (p, 't');
}

void
torch_view (GByteArray *p, const TorchView *v)
{
  gint64 strides[9];
  gint64 step = v->stride;

  for (int i = v->rank; i-- > 0;)
    {
      strides[i] = step;
      step = (gint64) ((guint64) step * (guint64) v->shape[i]);
    }
  torch_text (p, "ctorch._utils\n_rebuild_tensor_v2\n((");
  torch_string (p, "storage");
  torch_text (p, "ctorch\n");
  torch_text (p, v->storage);
  torch_text (p, "\n");
  torch_string (p, v->key);
  torch_string (p, "cpu");
  torch_integer (p, v->numel);
  torch_text (p, "tQ");
  torch_integer (p, v->offset);
  torch_tuple (p, v->shape, v->rank);
  torch_tuple (p, strides, v->rank);
  torch_byte (p, 0x89);
  torch_text (p, "NtR");
}

void
torch_tensor (GByteArray *p, int rank, ...)
{
  TorchView v = { "FloatStorage", "0", TORCH_STORAGE, 0, { 0 }, rank, 1 };
  va_list sizes;

  va_start (sizes, rank);
  for (int i = 0; i < rank; i++)
    v.shape[i] = va_arg (sizes, int);
  va_end (sizes);
  torch_view (p, &v);
}

/* Files. */

TorchFile
torch_write_bytes (const char *name, const guint8 *data, gsize size)
{
  TorchFile file = { g_dir_make_tmp ("lucida-torch-XXXXXX", NULL), NULL };

  g_assert_nonnull (file.folder);
  file.path = g_build_filename (file.folder, name, NULL);
  g_assert_true (g_file_set_contents (file.path, (const char *) data, (gssize) size, NULL));
  return file;
}

TorchFile
torch_write_archive (ZipPart *parts, guint n, const char *name)
{
  ZipArchive archive = zip_archive_make (parts, n);
  TorchFile file = torch_write_bytes (name, archive.bytes->data, archive.bytes->len);

  g_byte_array_unref (archive.bytes);
  return file;
}

const char torch_zeros[TORCH_STORAGE * 4];

/* An archive of @p, which is freed, and one storage. */
TorchFile
torch_write (GByteArray *p)
{
  ZipPart parts[] = { { "m/data.pkl", (const char *) p->data, p->len, FALSE },
                      { "m/data/0", torch_zeros, sizeof torch_zeros, FALSE },
                      { "m/version", ZIP_TEXT ("3\n"), FALSE } };
  TorchFile file = torch_write_archive (parts, 3, "model.pth");

  g_byte_array_unref (p);
  return file;
}

void
torch_file_remove (TorchFile *file)
{
  g_remove (file->path);
  g_rmdir (file->folder);
  g_free (file->path);
  g_free (file->folder);
}

void
torch_assert_refused (TorchFile file, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_reader_open (file.path, NULL, &error);

  g_assert_null (network);
  g_assert_true (error->domain == LUCIDA_ERROR);
  if (!strstr (error->message, part))
    g_error ("“%s” does not say “%s”", error->message, part);
  torch_file_remove (&file);
}

/* (transfer full) */
LucidaNetwork *
torch_assert_read (TorchFile file)
{
  g_autoptr (GError) error = NULL;
  LucidaNetwork *network = lucida_reader_open (file.path, NULL, &error);

  g_assert_no_error (error);
  torch_file_remove (&file);
  return network;
}

/* state_dicts */

/* A narrow AlexNet: two channels everywhere, three classes. */
const TorchWeights torch_alexnet[TORCH_ALEXNET] = {
  { "features.0.weight", 4, { 2, 3, 11, 11 } }, { "features.0.bias", 1, { 2 } },
  { "features.3.weight", 4, { 2, 2, 5, 5 } },   { "features.3.bias", 1, { 2 } },
  { "features.6.weight", 4, { 2, 2, 3, 3 } },   { "features.6.bias", 1, { 2 } },
  { "features.8.weight", 4, { 2, 2, 3, 3 } },   { "features.8.bias", 1, { 2 } },
  { "features.10.weight", 4, { 2, 2, 3, 3 } },  { "features.10.bias", 1, { 2 } },
  { "classifier.1.weight", 2, { 4, 72 } },      { "classifier.1.bias", 1, { 4 } },
  { "classifier.4.weight", 2, { 4, 4 } },       { "classifier.4.bias", 1, { 4 } },
  { "classifier.6.weight", 2, { 3, 4 } },       { "classifier.6.bias", 1, { 3 } },
};

void
torch_state_dict (GByteArray *p, const char *prefix, const TorchWeights *weights, int n)
{
  torch_text (p, "ccollections\nOrderedDict\n)R(");
  for (int i = 0; i < n; i++)
    {
      const TorchWeights *w = &weights[i];
      g_autofree char *name = g_strconcat (prefix, w->name, NULL);

      torch_string (p, name);
      torch_tensor (p, w->rank, w->shape[0], w->shape[1], w->shape[2], w->shape[3]);
    }
  torch_text (p, "u}b");
}

TorchFile
torch_write_state (const TorchWeights *weights, int n)
{
  GByteArray *p = g_byte_array_new ();

  torch_begin (p);
  torch_state_dict (p, "", weights, n);
  torch_text (p, ".");
  return torch_write (p);
}
