#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* Weights as a file of PyTorch describes them. */

typedef enum
{
  LUCIDA_TORCH_FLOAT32,
  LUCIDA_TORCH_FLOAT64,
  LUCIDA_TORCH_FLOAT16,
  LUCIDA_TORCH_BFLOAT16,
  LUCIDA_TORCH_INT64,
  LUCIDA_TORCH_INT32,
  LUCIDA_TORCH_INT16,
  LUCIDA_TORCH_INT8,
  LUCIDA_TORCH_UINT8,
  LUCIDA_TORCH_BOOL,
  LUCIDA_TORCH_OTHER, /* known to exist, not read */
} LucidaTorchElement;

/* Memory that converted weights of one file may still take; shared by its tensors. */
typedef struct
{
  guint64 left; /* bytes */
} LucidaTorchBudget;

typedef struct
{
  LucidaTorchElement element;
  LucidaShape shape;
  int64_t stride[LUCIDA_MAX_RANK]; /* elements, none negative */
  guint64 offset;                  /* elements */
  GBytes *bytes;                   /* the storage */
  gboolean requires_grad;
  gboolean claimed; /* the network uses it, or knows why not */
  LucidaTorchBudget *budget;
} LucidaTorchTensor;

gsize _lucida_torch_element_size (LucidaTorchElement element); /* bytes; 0: not read */
void _lucida_torch_budget_init (LucidaTorchBudget *self, guint64 file_size);
/* Checks shape and strides against the storage. (transfer full) @bytes is referenced.
 * Errors: %LUCIDA_ERROR_CORRUPT, those of lucida_shape_check(). */
LucidaTorchTensor *_lucida_torch_tensor_new (LucidaTorchElement element, const LucidaShape *shape,
                                             const int64_t *stride, guint64 offset, GBytes *bytes,
                                             LucidaTorchBudget *budget, GError **error);
void _lucida_torch_tensor_free (LucidaTorchTensor *self);
/* The floats, row-major; not copied where the file has them so. (transfer full)
 * Errors: %LUCIDA_ERROR_UNSUPPORTED (no floats), %LUCIDA_ERROR_TOO_LARGE, %LUCIDA_ERROR_NO_MEMORY.
 */
LucidaTensor *_lucida_torch_tensor_load (const LucidaTorchTensor *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTorchTensor, _lucida_torch_tensor_free)

G_END_DECLS
