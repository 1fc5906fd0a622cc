#include "target.h"

#include "readers/parse/onnx-message.h"
#include "readers/parse/onnx-tensor-message.h"

static void
read_tensor (LucidaSpan message)
{
  g_auto (LucidaOnnxTensor) tensor = { 0 };
  g_autofree int64_t *ints = NULL;
  g_autofree float *floats = NULL;
  GError *error = NULL;
  gsize count = 1;
  gboolean good = lucida_onnx_tensor_parse (message, &tensor, &error);

  fuzz_check_outcome (good, &error);
  if (!good || tensor.typed == 0)
    return;
  fuzz_touch (tensor.raw.data, tensor.raw.size);
  for (int i = 0; i < tensor.shape.rank; i++)
    {
      gsize size = (gsize) tensor.shape.dim[i];

      if (size > FUZZ_MAX_COUNT || count * size > FUZZ_MAX_COUNT)
        return;
      count *= size;
    }
  ints = g_new (int64_t, count);
  good = lucida_onnx_tensor_ints (message, tensor.typed, ints, count, &error);
  fuzz_check_outcome (good, &error);
  floats = g_new (float, count);
  good = lucida_onnx_tensor_floats (message, tensor.typed, floats, count, &error);
  fuzz_check_outcome (good, &error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (LucidaOnnxModel) model = NULL;
  LucidaSpan message = { data, size };
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  model = lucida_onnx_model_parse (message, &error);
  fuzz_check_outcome (model != NULL, &error);
  for (guint i = 0; model && i < model->initializers->len; i++)
    read_tensor (((LucidaOnnxInitializer *) model->initializers->pdata[i])->tensor);
  read_tensor (message);
  return 0;
}
