#include "readers/torch/tensor-private.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>

/* Converted weights may take this many times the file's bytes, and a little. */
#define BUDGET_FACTOR 8
#define BUDGET_FLOOR ((guint64) 16 << 20) /* bytes */
#define BUDGET_MOST ((guint64) 4 << 30)   /* bytes */

static const gsize element_sizes[] = {
  [LUCIDA_TORCH_FLOAT32] = 4,  [LUCIDA_TORCH_FLOAT64] = 8, [LUCIDA_TORCH_FLOAT16] = 2,
  [LUCIDA_TORCH_BFLOAT16] = 2, [LUCIDA_TORCH_INT64] = 8,   [LUCIDA_TORCH_INT32] = 4,
  [LUCIDA_TORCH_INT16] = 2,    [LUCIDA_TORCH_INT8] = 1,    [LUCIDA_TORCH_UINT8] = 1,
  [LUCIDA_TORCH_BOOL] = 1,     [LUCIDA_TORCH_OTHER] = 0,
};

gsize
_lucida_torch_element_size (LucidaTorchElement element)
{
  return element_sizes[element];
}

void
_lucida_torch_budget_init (LucidaTorchBudget *self, guint64 file_size)
{
  self->left = MIN (BUDGET_FLOOR + file_size * BUDGET_FACTOR, BUDGET_MOST);
}

static gboolean
corrupt (GError **error, const char *problem)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, problem);
  return FALSE;
}

/* offset + Σ (size_i - 1) · stride_i lies in the storage, unless there are no elements. */
static gboolean
check_bounds (const LucidaShape *shape, const int64_t *stride, guint64 offset, guint64 elements,
              GError **error)
{
  guint64 last = offset;

  for (int i = 0; i < shape->rank; i++)
    {
      guint64 step;

      if (stride[i] < 0)
        return corrupt (error, "it has a negative stride");
      if (shape->dim[i] == 0)
        return TRUE;
      if (__builtin_mul_overflow ((guint64) shape->dim[i] - 1, (guint64) stride[i], &step)
          || __builtin_add_overflow (last, step, &last))
        return corrupt (error, "it reaches beyond its data");
    }
  return last < elements || corrupt (error, "it reaches beyond its data");
}

LucidaTorchTensor *
_lucida_torch_tensor_new (LucidaTorchElement element, const LucidaShape *shape,
                          const int64_t *stride, guint64 offset, GBytes *bytes,
                          LucidaTorchBudget *budget, GError **error)
{
  LucidaTorchTensor *self;
  gsize size = MAX (_lucida_torch_element_size (element), 1);

  if (!lucida_shape_check (shape, error)
      || (element != LUCIDA_TORCH_OTHER
          && !check_bounds (shape, stride, offset, g_bytes_get_size (bytes) / size, error)))
    return NULL;
  self = g_new0 (LucidaTorchTensor, 1);
  self->element = element;
  self->shape = *shape;
  memcpy (self->stride, stride, sizeof (int64_t) * (gsize) shape->rank);
  self->offset = offset;
  self->bytes = g_bytes_ref (bytes);
  self->budget = budget;
  return self;
}

void
_lucida_torch_tensor_free (LucidaTorchTensor *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static float
float_from_half (guint16 bits)
{
  guint32 sign = (guint32) (bits & 0x8000) << 16;
  guint32 exponent = (bits >> 10) & 0x1f;
  guint32 fraction = bits & 0x3ff;
  guint32 result;
  float value;

  if (exponent == 31)
    result = sign | 0x7f800000u | fraction << 13;
  else if (exponent > 0)
    result = sign | (exponent + 112) << 23 | fraction << 13;
  else
    {
      /* fraction · 2^-24, exact in float32 */
      value = (float) fraction * 0x1p-24f;
      return sign ? -value : value;
    }
  memcpy (&value, &result, sizeof value);
  return value;
}

static float
read_element (LucidaTorchElement element, const guint8 *data)
{
  guint16 half;
  guint32 bits;
  guint64 wide;
  float value;
  double number;

  switch (element)
    {
    case LUCIDA_TORCH_FLOAT64:
      memcpy (&wide, data, sizeof wide);
      wide = GUINT64_FROM_LE (wide);
      memcpy (&number, &wide, sizeof number);
      return (float) number;
    case LUCIDA_TORCH_FLOAT16:
      memcpy (&half, data, sizeof half);
      return float_from_half (GUINT16_FROM_LE (half));
    case LUCIDA_TORCH_BFLOAT16:
      memcpy (&half, data, sizeof half);
      bits = (guint32) GUINT16_FROM_LE (half) << 16;
      break;
    default:
      memcpy (&bits, data, sizeof bits);
      bits = GUINT32_FROM_LE (bits);
      break;
    }
  memcpy (&value, &bits, sizeof value);
  return value;
}

static gboolean
is_row_major (const LucidaTorchTensor *self)
{
  int64_t step = 1;

  for (int i = self->shape.rank; i-- > 0;)
    {
      if (self->shape.dim[i] != 1 && self->stride[i] != step)
        return FALSE;
      step *= self->shape.dim[i]; /* of a checked shape */
    }
  return TRUE;
}

/* Writes all elements in row-major order. */
static void
convert (const LucidaTorchTensor *self, float *out)
{
  gsize size = _lucida_torch_element_size (self->element);
  const guint8 *data = g_bytes_get_data (self->bytes, NULL);
  int64_t count = lucida_shape_count (&self->shape);
  int64_t at[LUCIDA_MAX_RANK] = { 0 };
  guint64 place = self->offset;

  for (int64_t i = 0; i < count; i++)
    {
      out[i] = read_element (self->element, data + place * size);
      for (int axis = self->shape.rank; axis-- > 0;)
        {
          place += (guint64) self->stride[axis];
          if (++at[axis] < self->shape.dim[axis])
            break;
          place -= (guint64) self->stride[axis] * (guint64) at[axis];
          at[axis] = 0;
        }
    }
}

LucidaTensor *
_lucida_torch_tensor_load (const LucidaTorchTensor *self, GError **error)
{
  g_autoptr (LucidaTensor) result = NULL;
  guint64 size = (guint64) lucida_shape_count (&self->shape) * sizeof (float);

  if (self->element > LUCIDA_TORCH_BFLOAT16)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "it holds integers (a quantised network?), where floats are needed: "
                           "export the network as ONNX before it is quantised");
      return NULL;
    }
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN && self->element == LUCIDA_TORCH_FLOAT32
      && is_row_major (self) && size > 0)
    return lucida_tensor_new_mapped (LUCIDA_FLOAT32, &self->shape, self->bytes,
                                     (gsize) self->offset * sizeof (float), error);
  if (size > self->budget->left)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                           "the weights take far more memory than the file's size explains");
      return NULL;
    }
  self->budget->left -= size;
  result = lucida_tensor_new_uninitialised (LUCIDA_FLOAT32, &self->shape, error);
  if (!result)
    return NULL;
  convert (self, lucida_tensor_get_data (result));
  return g_steal_pointer (&result);
}
