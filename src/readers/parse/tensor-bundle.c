#include "readers/parse/tensor-bundle.h"

#include "base/checked-size.h"
#include "base/error.h"
#include "readers/parse/crc32c.h"
#include "readers/parse/sorted-table.h"

#include <math.h>
#include <string.h>

#define MAX_SHARDS 65536
#define MAX_ENTRIES 1000000

/* TensorFlow's DataType. */
typedef enum
{
  DT_FLOAT = 1,
  DT_DOUBLE = 2,
  DT_INT32 = 3,
  DT_STRING = 7,
  DT_INT64 = 9,
  DT_BFLOAT16 = 14,
  DT_HALF = 19,
} DataType;

typedef struct
{
  guint64 dtype;
  LucidaShape shape;
  gboolean odd; /* of a shape or parts that are not understood: only an error once it is read */
  guint64 shard;
  guint64 offset;
  guint64 size; /* bytes */
  guint32 crc;  /* masked */
} Entry;

struct _LucidaBundle
{
  GHashTable *entries; /* key → Entry */
  GPtrArray *shards;   /* GBytes or NULL */
  gboolean has_header;
};

static gboolean
corrupt (GError **error, const char *key, const char *text)
{
  g_autofree char *name = g_utf8_make_valid (key, -1);

  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the weight “%s” %s", name, text);
  return FALSE;
}

static gboolean
read_header (LucidaBundle *self, LucidaSpan value, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;
  guint64 shards = 0, endianness = 0;

  lucida_proto_init (&proto, value);
  while (lucida_proto_next (&proto, &field))
    if (field.number == 1 && field.wire == LUCIDA_WIRE_VARINT)
      shards = field.value;
    else if (field.number == 2 && field.wire == LUCIDA_WIRE_VARINT)
      endianness = field.value;
  if (!lucida_proto_end (&proto, "the index of the weights", error))
    return FALSE;
  if (shards < 1 || shards > MAX_SHARDS)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the index of the weights names %" G_GUINT64_FORMAT " files of data", shards);
      return FALSE;
    }
  if (endianness != 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "the weights were written by a machine of the other byte order");
      return FALSE;
    }
  g_ptr_array_set_size (self->shards, (int) shards);
  self->has_header = TRUE;
  return TRUE;
}

/* TensorShapeProto {dim 2 {size 1}, unknown_rank 3} */
static gboolean
read_shape (LucidaSpan span, Entry *entry, GError **error)
{
  LucidaProto proto, inner;
  LucidaProtoField field, size;

  entry->shape.rank = 0;
  lucida_proto_init (&proto, span);
  while (lucida_proto_next (&proto, &field))
    {
      gint64 dim = 0;

      entry->odd |= field.number == 3 && field.value != 0;
      if (field.number != 2 || field.wire != LUCIDA_WIRE_BYTES)
        continue;
      lucida_proto_init (&inner, field.span);
      while (lucida_proto_next (&inner, &size))
        if (size.number == 1 && size.wire == LUCIDA_WIRE_VARINT)
          dim = (gint64) size.value;
      if (!lucida_proto_end (&inner, "a weight's shape", error))
        return FALSE;
      if (entry->shape.rank == LUCIDA_MAX_RANK)
        entry->odd = TRUE;
      else
        entry->shape.dim[entry->shape.rank++] = dim;
    }
  return lucida_proto_end (&proto, "a weight's shape", error);
}

static gboolean
read_entry (LucidaSpan value, Entry *entry, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, value);
  while (lucida_proto_next (&proto, &field))
    {
      if (field.number == 2 && field.wire == LUCIDA_WIRE_BYTES)
        {
          if (!read_shape (field.span, entry, error))
            return FALSE;
        }
      else if (field.number == 6 && field.wire == LUCIDA_WIRE_FIXED32)
        entry->crc = (guint32) field.value;
      else if (field.number == 7)
        entry->odd = TRUE;
      else if (field.wire == LUCIDA_WIRE_VARINT && field.number == 1)
        entry->dtype = field.value;
      else if (field.wire == LUCIDA_WIRE_VARINT && field.number == 3)
        entry->shard = field.value;
      else if (field.wire == LUCIDA_WIRE_VARINT && field.number == 4)
        entry->offset = field.value;
      else if (field.wire == LUCIDA_WIRE_VARINT && field.number == 5)
        entry->size = field.value;
    }
  return lucida_proto_end (&proto, "an entry of the index of the weights", error);
}

static gboolean
add_entry (LucidaSpan key, LucidaSpan value, gpointer data, GError **error)
{
  LucidaBundle *self = data;
  Entry entry = { 0 };

  if (key.size == 0)
    return read_header (self, value, error);
  if (memchr (key.data, 0, key.size)
      || !g_utf8_validate ((const char *) key.data, (gssize) key.size, NULL)
      || g_hash_table_size (self->entries) >= MAX_ENTRIES)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "the index of the weights has keys that make no sense");
      return FALSE;
    }
  if (!read_entry (value, &entry, error))
    return FALSE;
  g_hash_table_insert (self->entries, g_strndup ((const char *) key.data, key.size),
                       g_memdup2 (&entry, sizeof entry));
  return TRUE;
}

static void
shard_free (gpointer shard)
{
  if (shard)
    g_bytes_unref (shard);
}

LucidaBundle *
lucida_bundle_new (LucidaSpan index, GError **error)
{
  g_autoptr (LucidaBundle) self = g_new0 (LucidaBundle, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->shards = g_ptr_array_new_with_free_func (shard_free);
  if (!lucida_sorted_table_read (index, add_entry, self, error))
    return NULL;
  if (!self->has_header)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "the index of the weights has no header");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
lucida_bundle_free (LucidaBundle *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->shards);
  g_free (self);
}

int
lucida_bundle_get_n_shards (const LucidaBundle *self)
{
  return (int) self->shards->len;
}

void
lucida_bundle_set_shard (LucidaBundle *self, int i, GBytes *bytes)
{
  shard_free (g_ptr_array_index (self->shards, (guint) i));
  g_ptr_array_index (self->shards, (guint) i) = g_bytes_ref (bytes);
}

gboolean
lucida_bundle_has (const LucidaBundle *self, const char *key)
{
  return g_hash_table_contains (self->entries, key);
}

/* The bytes of an entry inside its shard. (transfer none) */
static const guint8 *
find_bytes (const LucidaBundle *self, const char *key, const Entry *entry, GBytes **shard,
            GError **error)
{
  gsize size;
  const guint8 *data;

  if (entry->shard >= self->shards->len
      || !(*shard = g_ptr_array_index (self->shards, (guint) entry->shard)))
    {
      corrupt (error, key, "lies in a file of data that is not there");
      return NULL;
    }
  data = g_bytes_get_data (*shard, &size);
  if (!lucida_size_inside (entry->offset, entry->size, size))
    {
      corrupt (error, key, "lies beyond the end of the data: the file is cut off");
      return NULL;
    }
  return data ? data + entry->offset : (const guint8 *) "";
}

static const Entry *
find_entry (const LucidaBundle *self, const char *key, GError **error)
{
  const Entry *entry = g_hash_table_lookup (self->entries, key);

  if (!entry)
    corrupt (error, key, "is not in the index of the weights");
  return entry;
}

static gsize
size_of (guint64 dtype)
{
  switch (dtype)
    {
    case DT_FLOAT:
    case DT_INT32:
      return 4;
    case DT_DOUBLE:
    case DT_INT64:
      return 8;
    case DT_BFLOAT16:
    case DT_HALF:
      return 2;
    default:
      return 0;
    }
}

static float
from_half (guint16 half)
{
  guint32 exponent = half >> 10 & 31, fraction = half & 1023;
  float value;

  if (exponent == 31)
    value = fraction ? NAN : INFINITY;
  else if (exponent == 0)
    value = (float) fraction / 16777216.0f;
  else
    {
      guint32 bits = (exponent + 112) << 23 | fraction << 13;

      memcpy (&value, &bits, sizeof value);
    }
  return half >> 15 ? -value : value;
}

/* Element @i of little-endian data of any alignment. */
static float
element (const guint8 *data, guint64 dtype, gsize i)
{
  guint64 bits = 0;
  gsize size = size_of (dtype);
  guint32 low;
  double wide;
  float value;

  for (gsize b = 0; b < size; b++)
    bits |= (guint64) data[i * size + b] << 8 * b;
  low = (guint32) bits;
  switch (dtype)
    {
    case DT_DOUBLE:
      memcpy (&wide, &bits, sizeof wide);
      return (float) wide;
    case DT_INT32:
      return (float) (gint32) low;
    case DT_INT64:
      return (float) (gint64) bits;
    case DT_HALF:
      return from_half ((guint16) bits);
    case DT_BFLOAT16:
      low <<= 16;
      break;
    default:
      break;
    }
  memcpy (&value, &low, sizeof value);
  return value;
}

LucidaTensor *
lucida_bundle_read (const LucidaBundle *self, const char *key, GError **error)
{
  const Entry *entry = find_entry (self, key, error);
  LucidaTensor *tensor;
  const guint8 *data;
  gsize item;
  GBytes *shard;
  float *values;

  if (!entry || !lucida_shape_check (&entry->shape, error))
    return NULL;
  item = size_of (entry->dtype);
  if (item == 0 || entry->odd)
    {
      g_set_error (
          error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
          "the weight “%s” is stored in a way that is not supported (type %" G_GUINT64_FORMAT "%s)",
          key, entry->dtype, entry->odd ? ", in parts" : "");
      return NULL;
    }
  if (entry->size != (guint64) lucida_shape_count (&entry->shape) * item)
    {
      corrupt (error, key, "has another size than its shape needs");
      return NULL;
    }
  data = find_bytes (self, key, entry, &shard, error);
  if (!data)
    return NULL;
  if (lucida_crc32c_mask (lucida_crc32c (0, data, (gsize) entry->size)) != entry->crc)
    {
      corrupt (error, key, "is damaged: its checksum does not match");
      return NULL;
    }
  if (entry->dtype == DT_FLOAT && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return lucida_tensor_new_mapped (LUCIDA_FLOAT32, &entry->shape, shard, (gsize) entry->offset,
                                     error);
  tensor = lucida_tensor_new_uninitialised (LUCIDA_FLOAT32, &entry->shape, error);
  if (!tensor)
    return NULL;
  values = lucida_tensor_get_data (tensor);
  for (gsize i = 0; i < (gsize) lucida_shape_count (&entry->shape); i++)
    values[i] = element (data, entry->dtype, i);
  return tensor;
}

/* A varint length, the masked checksum of that length as 32 bits, the text. The entry's checksum
 * runs over the length as 32 bits (64 above 2³²), the checksum and the text. */
GBytes *
lucida_bundle_read_text (const LucidaBundle *self, const char *key, GError **error)
{
  const Entry *entry = find_entry (self, key, error);
  const guint8 *data;
  LucidaProto proto;
  guint8 plain[4];
  guint64 length;
  guint32 crc;
  GBytes *shard;

  if (!entry)
    return NULL;
  data = find_bytes (self, key, entry, &shard, error);
  if (!data)
    return NULL;
  lucida_proto_init (&proto, (LucidaSpan){ data, (gsize) entry->size });
  if (entry->dtype != DT_STRING || entry->shape.rank != 0
      || !lucida_proto_next_varint (&proto, &length) || length > G_MAXUINT32
      || proto.end - proto.at < 4 || (guint64) (proto.end - proto.at - 4) != length)
    {
      corrupt (error, key, "is not one text");
      return NULL;
    }
  for (int b = 0; b < 4; b++)
    plain[b] = (guint8) (length >> 8 * b);
  crc = lucida_crc32c (0, plain, sizeof plain);
  for (int b = 0; b < 4; b++)
    if (proto.at[b] != (guint8) (lucida_crc32c_mask (crc) >> 8 * b))
      {
        corrupt (error, key, "is damaged: its checksum does not match");
        return NULL;
      }
  crc = lucida_crc32c (crc, proto.at, 4 + (gsize) length);
  if (lucida_crc32c_mask (crc) != entry->crc)
    {
      corrupt (error, key, "is damaged: its checksum does not match");
      return NULL;
    }
  return g_bytes_new_from_bytes (
      shard, (gsize) (proto.at + 4 - (const guint8 *) g_bytes_get_data (shard, NULL)),
      (gsize) length);
}
