#include "readers/torch/safetensors.h"

#include "base/error.h"
#include "readers/file.h"
#include "readers/parse/safetensors-header.h"
#include "readers/torch/torch-private.h"

#include <string.h>

/* safetensors: a state_dict by another name. */

#define MAX_HEADER (100 << 20) /* bytes */

/* The length of a JSON header, then that header. */
static gboolean
safetensors_recognise (const char *path, const guint8 *head, gsize size)
{
  guint64 length;

  if (size < 10 || head[8] != '{')
    return FALSE;
  memcpy (&length, head, sizeof length);
  return GUINT64_FROM_LE (length) <= MAX_HEADER;
}

static LucidaTorchElement
element_of (const char *dtype)
{
  static const struct
  {
    const char *dtype;
    LucidaTorchElement element;
  } kinds[] = {
    { "F32", LUCIDA_TORCH_FLOAT32 }, { "F64", LUCIDA_TORCH_FLOAT64 },
    { "F16", LUCIDA_TORCH_FLOAT16 }, { "BF16", LUCIDA_TORCH_BFLOAT16 },
    { "I64", LUCIDA_TORCH_INT64 },   { "I32", LUCIDA_TORCH_INT32 },
    { "I16", LUCIDA_TORCH_INT16 },   { "I8", LUCIDA_TORCH_INT8 },
    { "U8", LUCIDA_TORCH_UINT8 },    { "BOOL", LUCIDA_TORCH_BOOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (dtype, kinds[i].dtype) == 0)
      return kinds[i].element;
  return LUCIDA_TORCH_OTHER;
}

static gboolean
add_tensor (LucidaTorchState *state, const LucidaSafetensor *entry, GBytes *bytes,
            LucidaTorchBudget *budget, GError **error)
{
  g_autoptr (GBytes) part
      = g_bytes_new_from_bytes (bytes, (gsize) entry->begin, (gsize) (entry->end - entry->begin));
  int64_t stride[LUCIDA_MAX_RANK] = { 0 };
  int64_t step = 1;
  LucidaTorchTensor *tensor;

  for (int i = entry->shape.rank; i-- > 0;)
    {
      stride[i] = step;
      step *= entry->shape.dim[i]; /* of a checked shape */
    }
  tensor = _lucida_torch_tensor_new (element_of (entry->dtype), &entry->shape, stride, 0, part,
                                     budget, error);
  if (!tensor)
    return FALSE;
  tensor->requires_grad = TRUE;
  return _lucida_torch_state_add (state, entry->name, tensor, error);
}

static LucidaNetwork *
safetensors_read (const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (GBytes) bytes = lucida_file_map (path, error);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (LucidaTorchState) state = NULL;
  g_autofree char *name = g_filename_display_basename (path);
  LucidaTorchBudget budget;
  gsize size;
  const guint8 *data;

  if (!bytes)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  entries = lucida_safetensors_parse (data, size, error);
  if (!entries)
    return NULL;
  _lucida_torch_budget_init (&budget, size);
  state = _lucida_torch_state_new ();
  for (guint i = 0; i < entries->len; i++)
    if (!add_tensor (state, entries->pdata[i], bytes, &budget, error))
      return NULL;
  if (g_str_has_suffix (name, ".safetensors"))
    name[strlen (name) - strlen (".safetensors")] = '\0';
  return _lucida_torch_build_state (state, "safetensors", name,
                                    lucida_reading_get_cancellable (reading), error);
}

const LucidaReader lucida_reader_safetensors = {
  .name = "safetensors",
  .recognise = safetensors_recognise,
  .read = safetensors_read,
};
