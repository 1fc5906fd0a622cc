#include "target.h"

#include "readers/parse/safetensors-header.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) entries = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  entries = lucida_safetensors_parse (data, size, &error);
  fuzz_check_outcome (entries != NULL, &error);
  for (guint i = 0; entries && i < entries->len; i++)
    {
      const LucidaSafetensor *entry = entries->pdata[i];
      gsize element = lucida_safetensors_element_size (entry->dtype);

      g_assert_true (entry->begin <= entry->end && entry->end <= size);
      if (element)
        g_assert_cmpuint (entry->end - entry->begin, ==,
                          (guint64) lucida_shape_count (&entry->shape) * element);
      fuzz_touch (data + entry->begin, (gsize) (entry->end - entry->begin));
    }
  return 0;
}
