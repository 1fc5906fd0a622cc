#include "target.h"

#include "readers/sidecar.h"

#include <math.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  text = g_strndup ((const char *) data, size);
  for (int channels = 1; channels <= 4; channels++)
    {
      LucidaPreprocessing value = { .scale = 1, .std = { 1, 1, 1 } };
      gboolean good = lucida_sidecar_parse_preprocessing (text, channels, &value, &error);

      fuzz_check_outcome (good, &error);
    }
  return 0;
}
