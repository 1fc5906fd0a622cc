#include "target.h"

#include "readers/keras/keras-private.h"

/* A description without weights: the target makes those up. The description may say which shape
 * each has, {"kernel": [3, 3, 3, 4]}, in a layer's "weights". The input's first byte is the version
 * of Keras. */

static LucidaTensor *
make_weight (LucidaKerasWeights *self, const LucidaKerasLayer *layer, const char *role, int index,
             GError **error)
{
  const LucidaKerasJson *sizes
      = lucida_keras_json_get (lucida_keras_json_get (layer->config, "weights"), role);
  LucidaShape shape = { .rank = (int) MIN (lucida_keras_json_length (sizes), LUCIDA_MAX_RANK) };
  int64_t count = 1;

  (void) self;
  (void) index;
  for (int i = 0; i < shape.rank; i++)
    {
      double size = lucida_keras_json_number (lucida_keras_json_at (sizes, (guint) i), 0);

      shape.dim[i] = size >= 0 && (double) count * size <= FUZZ_MAX_COUNT ? (int64_t) size : 1;
      count *= shape.dim[i];
    }
  return lucida_tensor_new (LUCIDA_FLOAT32, &shape, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  LucidaKerasWeights weights = { .load = make_weight };
  LucidaKerasSource source = { .format = "Keras", .name = "input", .weights = &weights };
  g_autoptr (LucidaKerasJson) description = NULL;
  g_autoptr (LucidaNetwork) network = NULL;
  GError *error = NULL;

  if (size < 1 || size > FUZZ_MAX_SIZE)
    return 0;
  description = lucida_keras_json_parse ((const char *) data + 1, size - 1, &error);
  fuzz_check_outcome (description != NULL, &error);
  if (!description)
    return 0;
  source.architecture = description;
  source.training = lucida_keras_json_get (description, "compile_config");
  source.version = MAX (1, data[0] % 4);
  source.theano = data[0] >= 128;
  network = _lucida_keras_read (&source, NULL, &error);
  fuzz_check_outcome (network != NULL, &error);
  if (network)
    fuzz_run_network (network);
  return 0;
}
