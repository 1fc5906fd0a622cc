#include "target.h"

#include "readers/reader.h"
#include "recipe.h"

/* The input: a recipe for the file, see recipe.h. */

extern const LucidaReader lucida_reader_keras_hdf5;

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) made = NULL;
  g_autoptr (LucidaNetwork) network = NULL;
  GError *error = NULL;
  const char *path;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  made = fuzz_make_hdf5 (data, size);
  path = fuzz_file (made->data, made->len);
  g_assert_true (lucida_reader_keras_hdf5.recognise (path, made->data, MIN (made->len, 4096)));
  network = lucida_reader_keras_hdf5.read (path, NULL, &error);
  fuzz_check_outcome (network != NULL, &error);
  if (network)
    fuzz_run_network (network);
  return 0;
}
