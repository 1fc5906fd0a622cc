#include "target.h"

#include "readers/parse/sorted-table.h"
#include "readers/parse/tensor-bundle.h"

/* The input: the index, and one shard of data. */

static gboolean
read_entry (LucidaSpan key, LucidaSpan value, gpointer data, GError **error)
{
  const LucidaBundle *bundle = data;
  g_autofree char *name = key.size ? g_strndup ((const char *) key.data, key.size) : g_strdup ("");
  g_autoptr (LucidaTensor) tensor = NULL;
  g_autoptr (GBytes) text = NULL;
  GError *problem = NULL;
  gsize size;

  (void) value;
  (void) error;
  lucida_bundle_has (bundle, name);
  tensor = lucida_bundle_read (bundle, name, &problem);
  fuzz_check_outcome (tensor != NULL, &problem);
  if (tensor)
    fuzz_touch (lucida_tensor_get_floats (tensor), lucida_tensor_get_size (tensor));
  text = lucida_bundle_read_text (bundle, name, &problem);
  fuzz_check_outcome (text != NULL, &problem);
  if (text)
    fuzz_touch (g_bytes_get_data (text, &size), g_bytes_get_size (text));
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  GBytes *parts[2];
  g_autofree guint8 *index = NULL;
  g_autoptr (LucidaBundle) bundle = NULL;
  GError *error = NULL;
  gsize index_size;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  fuzz_split (data, size, parts, G_N_ELEMENTS (parts));
  index_size = g_bytes_get_size (parts[0]);
  index = fuzz_repair_table (g_bytes_get_data (parts[0], NULL), index_size);
  bundle = lucida_bundle_new ((LucidaSpan){ index, index_size }, &error);
  fuzz_check_outcome (bundle != NULL, &error);
  if (bundle)
    {
      for (int i = 0; i < lucida_bundle_get_n_shards (bundle); i++)
        lucida_bundle_set_shard (bundle, i, parts[1]);
      lucida_sorted_table_read ((LucidaSpan){ index, index_size }, read_entry, bundle, NULL);
    }
  g_bytes_unref (parts[0]);
  g_bytes_unref (parts[1]);
  return 0;
}
