#include "readers/onnx/onnx-private.h"

#include "base/checked-size.h"
#include "base/error.h"
#include "readers/parse/onnx-tensor-message.h"

#include <string.h>

/* Smaller weights are copied: aligned memory costs them nothing. */
#define MAPPED_FROM ((gsize) 64 << 10) /* bytes */

/* Converted weights may take this many times the bytes of all files, and a little. */
#define BUDGET_FACTOR 8
#define BUDGET_FLOOR ((guint64) 16 << 20) /* bytes */

/* One element of raw_data to a float or an int64. */
typedef float (*FloatFunc) (const guint8 *data);
typedef int64_t (*IntFunc) (const guint8 *data);

/* Of an element type of the format: bytes in raw_data, how to read one, field of typed data. */
typedef struct
{
  gsize size;
  FloatFunc to_float; /* either this … */
  IntFunc to_int;     /* … or this */
  int typed;          /* the field of TensorProto that may hold it */
  gboolean bits;      /* the typed field holds the 16 bits of a short float */
} Kind;

static float
read_float32 (const guint8 *data)
{
  guint32 bits;
  float value;

  memcpy (&bits, data, sizeof bits);
  bits = GUINT32_FROM_LE (bits);
  memcpy (&value, &bits, sizeof value);
  return value;
}

static float
read_double (const guint8 *data)
{
  guint64 bits;
  double value;

  memcpy (&bits, data, sizeof bits);
  bits = GUINT64_FROM_LE (bits);
  memcpy (&value, &bits, sizeof value);
  return (float) value;
}

static guint32
read_uint16 (const guint8 *data)
{
  return (guint32) data[0] | (guint32) data[1] << 8;
}

/* IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
static float
float_from_half (guint32 half)
{
  guint32 sign = (half & 0x8000) << 16, exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  guint32 bits;
  float value;

  if (exponent == 0)
    {
      value = (float) fraction * 0x1p-24f;
      return sign ? -value : value;
    }
  bits = sign | (exponent == 0x1f ? 0xffu : exponent + 112) << 23 | fraction << 13;
  memcpy (&value, &bits, sizeof value);
  return value;
}

/* The upper half of a float32. */
static float
float_from_bfloat16 (guint32 half)
{
  guint32 bits = half << 16;
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static float
read_half (const guint8 *data)
{
  return float_from_half (read_uint16 (data));
}

static float
read_bfloat16 (const guint8 *data)
{
  return float_from_bfloat16 (read_uint16 (data));
}

static int64_t
read_u8 (const guint8 *data)
{
  return *data;
}

static int64_t
read_i8 (const guint8 *data)
{
  return (int8_t) *data;
}

static int64_t
read_bool (const guint8 *data)
{
  return *data != 0;
}

static int64_t
read_u16 (const guint8 *data)
{
  return read_uint16 (data);
}

static int64_t
read_i16 (const guint8 *data)
{
  return (int16_t) read_uint16 (data);
}

static int64_t
read_u32 (const guint8 *data)
{
  guint32 bits;

  memcpy (&bits, data, sizeof bits);
  return GUINT32_FROM_LE (bits);
}

static int64_t
read_i32 (const guint8 *data)
{
  return (int32_t) read_u32 (data);
}

static int64_t
read_i64 (const guint8 *data)
{
  guint64 bits;

  memcpy (&bits, data, sizeof bits);
  return (int64_t) GUINT64_FROM_LE (bits);
}

static int64_t
read_u64 (const guint8 *data)
{
  int64_t value = read_i64 (data);

  return value < 0 ? G_MAXINT64 : value;
}

/* By TensorProto.DataType; typed: float_data 4, int32_data 5, int64_data 7, double_data 10,
 * uint64_data 11. */
static const Kind kinds[] = {
  [1] = { 4, read_float32, NULL, 4, FALSE },  [2] = { 1, NULL, read_u8, 5, FALSE },
  [3] = { 1, NULL, read_i8, 5, FALSE },       [4] = { 2, NULL, read_u16, 5, FALSE },
  [5] = { 2, NULL, read_i16, 5, FALSE },      [6] = { 4, NULL, read_i32, 5, FALSE },
  [7] = { 8, NULL, read_i64, 7, FALSE },      [9] = { 1, NULL, read_bool, 5, FALSE },
  [10] = { 2, read_half, NULL, 5, TRUE },     [11] = { 8, read_double, NULL, 10, FALSE },
  [12] = { 4, NULL, read_u32, 11, FALSE },    [13] = { 8, NULL, read_u64, 11, FALSE },
  [16] = { 2, read_bfloat16, NULL, 5, TRUE },
};

#define BFLOAT16 16

void
_lucida_onnx_store_init (LucidaOnnxStore *self, GBytes *bytes, const char *path)
{
  self->bytes = g_bytes_ref (bytes);
  self->path = path;
  self->external
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->budget = BUDGET_FLOOR + (guint64) g_bytes_get_size (bytes) * BUDGET_FACTOR;
}

void
_lucida_onnx_store_clear (LucidaOnnxStore *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->external, g_hash_table_unref);
}

/* Where the raw bytes of a tensor lie: in one of the store's files. */
typedef struct
{
  GBytes *bytes; /* (transfer none) (nullable): the tensor has typed data or none */
  gsize offset;
  gsize size;
} Place;

static gboolean
corrupt (GError **error, const char *problem)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, problem);
  return FALSE;
}

static gboolean
find_external (LucidaOnnxStore *self, const LucidaOnnxTensor *tensor, gsize need, Place *place,
               GError **error)
{
  guint64 offset = 0, length = need;

  if (!tensor->location || !*tensor->location)
    return corrupt (error, "the file that holds its data is not named");
  if ((tensor->offset
       && !g_ascii_string_to_unsigned (tensor->offset, 10, 0, G_MAXINT64, &offset, NULL))
      || (tensor->length
          && !g_ascii_string_to_unsigned (tensor->length, 10, 0, G_MAXINT64, &length, NULL)))
    return corrupt (error, "the place of its data in another file is no number");
  if (length != need)
    return corrupt (error, "its data in another file is not as long as its shape needs");
  place->bytes = _lucida_onnx_store_open (self, tensor->location, error);
  if (!place->bytes)
    return FALSE;
  if (!lucida_size_inside (offset, need, g_bytes_get_size (place->bytes)))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "its data reaches beyond the end of “%s”, which seems to be cut off",
                   tensor->location);
      return FALSE;
    }
  place->offset = (gsize) offset;
  place->size = need;
  return TRUE;
}

static gboolean
find_place (LucidaOnnxStore *self, const LucidaOnnxTensor *tensor, gsize need, Place *place,
            GError **error)
{
  *place = (Place){ NULL, 0, 0 };
  if (tensor->is_external)
    return find_external (self, tensor, need, place, error);
  if (tensor->raw.size == 0)
    return TRUE;
  if (tensor->raw.size != need)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "it holds %" G_GSIZE_FORMAT " bytes where its shape needs %" G_GSIZE_FORMAT,
                   tensor->raw.size, need);
      return FALSE;
    }
  place->bytes = self->bytes;
  place->offset
      = (gsize) (tensor->raw.data - (const guint8 *) g_bytes_get_data (self->bytes, NULL));
  place->size = need;
  return TRUE;
}

/* float16 and bfloat16 lie in int32_data as bits. */
static gboolean
short_floats (LucidaSpan message, int element, float *values, gsize count, GError **error)
{
  g_autofree int64_t *bits = g_try_new (int64_t, MAX (count, 1));

  if (!bits)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                           "there is not enough memory for it");
      return FALSE;
    }
  if (!lucida_onnx_tensor_ints (message, kinds[element].typed, bits, count, error))
    return FALSE;
  for (gsize i = 0; i < count; i++)
    values[i] = element == BFLOAT16 ? float_from_bfloat16 ((guint32) bits[i] & 0xffff)
                                    : float_from_half ((guint32) bits[i] & 0xffff);
  return TRUE;
}

static gboolean
fill (LucidaTensor *result, const LucidaOnnxTensor *tensor, const Place *place, LucidaSpan message,
      GError **error)
{
  const Kind *kind = &kinds[tensor->element];
  gsize count = (gsize) lucida_tensor_get_count (result);
  float *floats = kind->to_float ? lucida_tensor_get_data (result) : NULL;
  int64_t *ints = kind->to_float ? NULL : lucida_tensor_get_data (result);

  if (place->bytes)
    {
      const guint8 *data = g_bytes_get_data (place->bytes, NULL);

      for (gsize i = 0; i < count; i++)
        if (floats)
          floats[i] = kind->to_float (data + place->offset + i * kind->size);
        else
          ints[i] = kind->to_int (data + place->offset + i * kind->size);
      return TRUE;
    }
  if (tensor->typed && tensor->typed != kind->typed)
    return corrupt (error, "its data is of another kind than it says");
  if (kind->bits)
    return short_floats (message, tensor->element, floats, count, error);
  if (floats)
    return lucida_onnx_tensor_floats (message, kind->typed, floats, count, error);
  return lucida_onnx_tensor_ints (message, kind->typed, ints, count, error);
}

/* Counts typed data against the message's own size before memory is taken: no number of it takes
 * less than a byte. */
static gboolean
check_room (LucidaOnnxStore *self, const Place *place, LucidaSpan message, guint64 count,
            gsize element, GError **error)
{
  guint64 size = count * element; /* count is at most LUCIDA_MAX_ELEMENTS */

  if (!place->bytes && count > message.size)
    return corrupt (error, "it holds less data than its shape needs");
  if (size > self->budget)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                           "the weights take far more memory than the file's size explains");
      return FALSE;
    }
  self->budget -= size;
  return TRUE;
}

static LucidaTensor *
load (LucidaOnnxStore *self, LucidaSpan message, GError **error)
{
  g_auto (LucidaOnnxTensor) tensor = { 0 };
  g_autoptr (LucidaTensor) result = NULL;
  const Kind *kind;
  LucidaElement element;
  Place place;
  gsize need;
  guint64 count;

  if (!lucida_onnx_tensor_parse (message, &tensor, error))
    return NULL;
  if (tensor.element < 0 || tensor.element >= (int) G_N_ELEMENTS (kinds)
      || kinds[tensor.element].size == 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "it holds elements of a kind that is not read (%s%d)",
                   tensor.element == 8 ? "text, " : "number ", tensor.element);
      return NULL;
    }
  kind = &kinds[tensor.element];
  element = kind->to_float ? LUCIDA_FLOAT32 : LUCIDA_INT64;
  if (!lucida_shape_check (&tensor.shape, error))
    return NULL;
  count = (guint64) lucida_shape_count (&tensor.shape);
  if (!lucida_size_mul ((gsize) count, kind->size, &need)
      || !find_place (self, &tensor, need, &place, error))
    return NULL;
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN && kind->to_float == read_float32 && place.bytes
      && need >= MAPPED_FROM)
    return lucida_tensor_new_mapped (element, &tensor.shape, place.bytes, place.offset, error);
  if (!check_room (self, &place, message, count, lucida_element_size (element), error))
    return NULL;
  result = lucida_tensor_new (element, &tensor.shape, error);
  if (!result || !fill (result, &tensor, &place, message, error))
    return NULL;
  return g_steal_pointer (&result);
}

LucidaTensor *
_lucida_onnx_store_load (LucidaOnnxStore *self, LucidaSpan message, const char *name,
                         GError **error)
{
  LucidaTensor *result = load (self, message, error);

  if (!result)
    g_prefix_error (error, "the weights “%s”: ", name);
  return result;
}
