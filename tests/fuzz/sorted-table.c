#include "target.h"

#include "readers/parse/sorted-table.h"

static gboolean
look (LucidaSpan key, LucidaSpan value, gpointer data, GError **error)
{
  (void) data;
  (void) error;
  fuzz_touch (key.data, key.size);
  fuzz_touch (value.data, value.size);
  return TRUE;
}

static void
read_table (const guint8 *data, gsize size)
{
  GError *error = NULL;
  gboolean good = lucida_sorted_table_read ((LucidaSpan){ data, size }, look, NULL, &error);

  fuzz_check_outcome (good, &error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree guint8 *repaired = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  read_table (data, size);
  repaired = fuzz_repair_table (data, size);
  read_table (repaired, size);
  return 0;
}
