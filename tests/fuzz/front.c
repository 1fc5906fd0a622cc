#include "target.h"

#include "readers/reader.h"

/* Any file, as the programs open it. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (LucidaNetwork) network = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  network = lucida_reader_open (fuzz_file (data, size), NULL, &error);
  fuzz_check_outcome (network != NULL, &error);
  return 0;
}
