#include "target.h"

#include "readers/reader.h"
#include "recipe.h"

#include <string.h>

/* A whole archive; the input: metadata.json, config.json, a recipe for model.weights.h5. Archives
 * that are damaged are for the target zip-entry. */

extern const LucidaReader lucida_reader_keras_archive;

static const char *const names[] = { "metadata.json", "config.json", "model.weights.h5" };

static void
put (GByteArray *bytes, guint32 value, guint size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (value >> 8 * i);

      g_byte_array_append (bytes, &byte, 1);
    }
}

/* What both headers of a stored entry share: flags, method, time, date, checksum, sizes, lengths.
 */
static void
put_header (GByteArray *bytes, guint32 size, const char *name)
{
  put (bytes, 0, 2);
  put (bytes, 0, 2);
  put (bytes, 0, 4);
  put (bytes, 0, 4);
  put (bytes, size, 4);
  put (bytes, size, 4);
  put (bytes, (guint32) strlen (name), 2);
  put (bytes, 0, 2);
}

static void
add_entry (GByteArray *zip, GByteArray *directory, const char *name, const guint8 *data, gsize size)
{
  guint32 offset = zip->len;

  put (directory, 0x02014b50, 4);
  put (directory, 20, 2);
  put (directory, 20, 2);
  put_header (directory, (guint32) size, name);
  put (directory, 0, 4);
  put (directory, 0, 2);
  put (directory, 0, 4);
  put (directory, offset, 4);
  g_byte_array_append (directory, (const guint8 *) name, (guint) strlen (name));

  put (zip, 0x04034b50, 4);
  put (zip, 20, 2);
  put_header (zip, (guint32) size, name);
  g_byte_array_append (zip, (const guint8 *) name, (guint) strlen (name));
  g_byte_array_append (zip, data, (guint) size);
}

static GByteArray *
make_archive (const guint8 *data, gsize size)
{
  GByteArray *zip = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new (), weights = NULL;
  GBytes *parts[G_N_ELEMENTS (names)];
  guint32 at;

  fuzz_split (data, size, parts, G_N_ELEMENTS (parts));
  weights = fuzz_make_hdf5 (g_bytes_get_data (parts[2], NULL), g_bytes_get_size (parts[2]));
  for (int i = 0; i < 2; i++)
    add_entry (zip, directory, names[i], g_bytes_get_data (parts[i], NULL),
               g_bytes_get_size (parts[i]));
  add_entry (zip, directory, names[2], weights->data, weights->len);
  for (int i = 0; i < 3; i++)
    g_bytes_unref (parts[i]);
  at = zip->len;
  g_byte_array_append (zip, directory->data, directory->len);
  put (zip, 0x06054b50, 4);
  put (zip, 0, 4);
  put (zip, 3, 2);
  put (zip, 3, 2);
  put (zip, directory->len, 4);
  put (zip, at, 4);
  put (zip, 0, 2);
  return zip;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) made = NULL;
  g_autoptr (LucidaNetwork) network = NULL;
  GError *error = NULL;
  const char *path;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  made = make_archive (data, size);
  path = fuzz_file (made->data, made->len);
  g_assert_true (lucida_reader_keras_archive.recognise (path, made->data, MIN (made->len, 4096)));
  network = lucida_reader_keras_archive.read (path, NULL, &error);
  fuzz_check_outcome (network != NULL, &error);
  if (network)
    fuzz_run_network (network);
  return 0;
}
