#include "target.h"

#include "base/npy.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (LucidaTensor) tensor = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  bytes = g_bytes_new_static (data, size);
  tensor = lucida_npy_parse (bytes, &error);
  fuzz_check_outcome (tensor != NULL, &error);
  if (tensor)
    fuzz_touch (lucida_tensor_get_floats (tensor), lucida_tensor_get_size (tensor));
  return 0;
}
