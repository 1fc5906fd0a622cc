#include "readers/parse/onnx-tensor-message.h"

#include "base/error.h"

#include <string.h>

/* Field numbers of TensorProto. */
enum
{
  DIMS = 1,
  DATA_TYPE = 2,
  FLOAT_DATA = 4,
  INT32_DATA = 5,
  STRING_DATA = 6,
  INT64_DATA = 7,
  RAW_DATA = 9,
  DOUBLE_DATA = 10,
  UINT64_DATA = 11,
  EXTERNAL_DATA = 13,
  DATA_LOCATION = 14,
};

static gboolean
add_dimension (LucidaShape *shape, int64_t size, GError **error)
{
  if (shape->rank == LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED, "more than %d dimensions",
                   LUCIDA_MAX_RANK);
      return FALSE;
    }
  if (size < 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "a size of %" G_GINT64_FORMAT, size);
      return FALSE;
    }
  shape->dim[shape->rank++] = size;
  return TRUE;
}

static gboolean
add_dimensions (LucidaShape *shape, const LucidaProtoField *field, GError **error)
{
  LucidaProto packed;
  guint64 size;

  if (field->wire != LUCIDA_WIRE_BYTES)
    return add_dimension (shape, (int64_t) field->value, error);
  lucida_proto_init (&packed, field->span);
  while (lucida_proto_next_varint (&packed, &size))
    if (!add_dimension (shape, (int64_t) size, error))
      return FALSE;
  return lucida_proto_end (&packed, "a shape", error);
}

static char *
span_to_string (LucidaSpan span)
{
  /* g_strndup() makes NULL of NULL, which is the data of a span that is empty */
  return span.size == 0 || span.size > G_MAXINT ? g_strdup ("")
                                                : g_strndup ((const char *) span.data, span.size);
}

/* StringStringEntryProto of external_data. */
static gboolean
add_external (LucidaOnnxTensor *tensor, LucidaSpan message, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;
  LucidaSpan key = { NULL, 0 }, value = { NULL, 0 };
  g_autofree char *name = NULL;
  char **place = NULL;

  lucida_proto_init (&proto, message);
  while (lucida_proto_next (&proto, &field))
    if (field.number == 1)
      key = field.span;
    else if (field.number == 2)
      value = field.span;
  if (!lucida_proto_end (&proto, "a weight", error))
    return FALSE;
  name = span_to_string (key);
  if (g_str_equal (name, "location"))
    place = &tensor->location;
  else if (g_str_equal (name, "offset"))
    place = &tensor->offset;
  else if (g_str_equal (name, "length"))
    place = &tensor->length;
  if (place)
    {
      g_free (*place);
      *place = span_to_string (value);
    }
  return TRUE;
}

static gboolean
tensor_field (LucidaOnnxTensor *tensor, const LucidaProtoField *field, GError **error)
{
  switch (field->number)
    {
    case DIMS:
      return add_dimensions (&tensor->shape, field, error);
    case DATA_TYPE:
      tensor->element = field->value > 1000 ? 1000 : (int) field->value;
      return TRUE;
    case FLOAT_DATA:
    case INT32_DATA:
    case STRING_DATA:
    case INT64_DATA:
    case DOUBLE_DATA:
    case UINT64_DATA:
      if (field->wire == LUCIDA_WIRE_BYTES && field->span.size == 0 && field->number != STRING_DATA)
        return TRUE;
      tensor->typed = (int) field->number;
      return TRUE;
    case RAW_DATA:
      tensor->raw = field->span;
      return TRUE;
    case EXTERNAL_DATA:
      return add_external (tensor, field->span, error);
    case DATA_LOCATION:
      tensor->is_external = field->value == 1;
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
parse (LucidaSpan message, LucidaOnnxTensor *tensor, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, message);
  while (lucida_proto_next (&proto, &field))
    if (!tensor_field (tensor, &field, error))
      return FALSE;
  if (!lucida_proto_end (&proto, "a weight", error))
    return FALSE;
  if (tensor->raw.size > 0 && tensor->typed)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "its data is there twice");
      return FALSE;
    }
  return TRUE;
}

gboolean
lucida_onnx_tensor_parse (LucidaSpan message, LucidaOnnxTensor *tensor, GError **error)
{
  memset (tensor, 0, sizeof *tensor);
  if (parse (message, tensor, error))
    return TRUE;
  lucida_onnx_tensor_clear (tensor);
  return FALSE;
}

void
lucida_onnx_tensor_clear (LucidaOnnxTensor *self)
{
  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->offset, g_free);
  g_clear_pointer (&self->length, g_free);
}

/* Takes one number, as the bits that the wire holds. */
typedef void (*StoreFunc) (gpointer values, gsize i, int typed, guint64 bits);

static void
store_int (gpointer values, gsize i, int typed, guint64 bits)
{
  int64_t *ints = values;

  if (typed == UINT64_DATA && bits > G_MAXINT64)
    bits = G_MAXINT64;
  ints[i] = (int64_t) bits;
}

static void
store_float (gpointer values, gsize i, int typed, guint64 bits)
{
  float *floats = values;

  if (typed == DOUBLE_DATA)
    {
      double value;

      memcpy (&value, &bits, sizeof value);
      floats[i] = (float) value;
    }
  else
    {
      guint32 low = (guint32) bits;

      memcpy (&floats[i], &low, sizeof low);
    }
}

/* The next number of a packed list, whichever its field is. */
static gboolean
next_packed (LucidaProto *packed, int typed, guint64 *bits)
{
  guint32 low;

  if (typed == DOUBLE_DATA)
    return lucida_proto_next_fixed64 (packed, bits);
  if (typed != FLOAT_DATA)
    return lucida_proto_next_varint (packed, bits);
  if (!lucida_proto_next_fixed32 (packed, &low))
    return FALSE;
  *bits = low;
  return TRUE;
}

static gboolean
walk_typed (LucidaSpan message, int typed, StoreFunc store, gpointer values, gsize count,
            GError **error)
{
  LucidaProto proto, packed;
  LucidaProtoField field;
  guint64 bits;
  gsize n = 0;

  lucida_proto_init (&proto, message);
  while (lucida_proto_next (&proto, &field))
    {
      if ((int) field.number != typed)
        continue;
      if (field.wire != LUCIDA_WIRE_BYTES)
        {
          if (n < count)
            store (values, n, typed, field.value);
          n++;
          continue;
        }
      lucida_proto_init (&packed, field.span);
      for (; next_packed (&packed, typed, &bits); n++)
        if (n < count)
          store (values, n, typed, bits);
      if (!lucida_proto_end (&packed, "a weight", error))
        return FALSE;
    }
  if (!lucida_proto_end (&proto, "a weight", error))
    return FALSE;
  if (n == count)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "it holds %" G_GSIZE_FORMAT " numbers where its shape needs %" G_GSIZE_FORMAT, n,
               count);
  return FALSE;
}

gboolean
lucida_onnx_tensor_ints (LucidaSpan message, int typed, int64_t *values, gsize count,
                         GError **error)
{
  return walk_typed (message, typed, store_int, values, count, error);
}

gboolean
lucida_onnx_tensor_floats (LucidaSpan message, int typed, float *values, gsize count,
                           GError **error)
{
  return walk_typed (message, typed, store_float, values, count, error);
}
