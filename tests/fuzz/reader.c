#include "target.h"

#include "readers/reader.h"

#include <string.h>

/* One reader of files, FUZZ_READER, as lucida_reader_open() would call it. */

#define HEAD_SIZE 4096

extern const LucidaReader FUZZ_READER;

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static guint8 head[HEAD_SIZE + 1];
  gsize length = MIN (size, HEAD_SIZE);
  g_autoptr (LucidaNetwork) network = NULL;
  GError *error = NULL;
  const char *path;

  if (size == 0 || size > FUZZ_MAX_SIZE)
    return 0;
  memset (head, 0, sizeof head);
  memcpy (head, data, length);
  path = fuzz_file (data, size);
  if (!FUZZ_READER.recognise (path, head, length))
    return 0;
  network = FUZZ_READER.read (path, NULL, &error);
  fuzz_check_outcome (network != NULL, &error);
  if (network)
    fuzz_run_network (network);
  return 0;
}
