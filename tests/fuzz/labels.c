#include "target.h"

#include "readers/labels.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_auto (GStrv) names = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  names = lucida_labels_parse ((const char *) data, size, &error);
  fuzz_check_outcome (names != NULL, &error);
  for (char **name = names; name && *name; name++)
    g_assert_true (g_utf8_validate (*name, -1, NULL));
  return 0;
}
