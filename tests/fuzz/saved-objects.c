#include "target.h"

#include "readers/keras/saved-model-private.h"

/* What Keras wrote about a SavedModel's objects: first as keras_metadata.pb, then as
 * saved_model.pb. */

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  LucidaSavedObjects objects;
  GError *error = NULL;
  gboolean good;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  _lucida_saved_objects_init (&objects);
  good = _lucida_saved_objects_read (&objects, (LucidaSpan){ data, size }, &error);
  fuzz_check_outcome (good, &error);
  _lucida_saved_objects_clear (&objects);
  _lucida_saved_objects_init (&objects);
  good = _lucida_saved_objects_read_graph (&objects, (LucidaSpan){ data, size }, &error);
  fuzz_check_outcome (good, &error);
  _lucida_saved_objects_clear (&objects);
  return 0;
}
