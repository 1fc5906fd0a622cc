#include "target.h"

#include "readers/parse/zip-entry.h"

#include <string.h>

#define LIMIT 65536 /* bytes of one entry */

static void
read_entry (const LucidaZip *zip, int entry)
{
  g_autoptr (GBytes) bytes = NULL, mapped = NULL;
  const char *name = lucida_zip_get_name (zip, entry);
  GError *error = NULL;
  gsize size;

  g_assert_true (g_utf8_validate (name, -1, NULL));
  g_assert_true (name[0] != '/');
  g_assert_cmpint (lucida_zip_find (zip, name), >=, 0);
  lucida_zip_find_end (zip, name);
  bytes = lucida_zip_read (zip, entry, LIMIT, &error);
  fuzz_check_outcome (bytes != NULL, &error);
  if (bytes)
    {
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, lucida_zip_get_size (zip, entry));
      g_assert_cmpuint (g_bytes_get_size (bytes), <=, LIMIT);
      fuzz_touch (g_bytes_get_data (bytes, &size), g_bytes_get_size (bytes));
    }
  mapped = lucida_zip_map (zip, entry, &error);
  fuzz_check_outcome (mapped != NULL, &error);
  if (mapped)
    fuzz_touch (g_bytes_get_data (mapped, &size), g_bytes_get_size (mapped));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (LucidaZip) zip = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  bytes = g_bytes_new_static (data, size);
  zip = lucida_zip_open (bytes, &error);
  fuzz_check_outcome (zip != NULL, &error);
  for (int i = 0; zip && i < lucida_zip_get_n_entries (zip); i++)
    read_entry (zip, i);
  return 0;
}
