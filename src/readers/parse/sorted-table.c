#include "readers/parse/sorted-table.h"

#include "base/checked-size.h"
#include "base/error.h"
#include "readers/parse/crc32c.h"

#include <string.h>

#define FOOTER_SIZE 48 /* bytes */
#define TRAILER_SIZE 5 /* bytes behind a block: compression, checksum */
#define MAX_KEY 65536  /* bytes */
#define MAGIC 0xdb4775248b80fb57u

typedef struct
{
  guint64 offset;
  guint64 size;
} Handle;

static gboolean
corrupt (GError **error, const char *text)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the index of the weights %s", text);
  return FALSE;
}

static guint32
get32 (const guint8 *at)
{
  return (guint32) at[0] | (guint32) at[1] << 8 | (guint32) at[2] << 16 | (guint32) at[3] << 24;
}

static guint64
get64 (const guint8 *at)
{
  return get32 (at) | (guint64) get32 (at + 4) << 32;
}

static gboolean
read_handle (LucidaSpan span, Handle *handle)
{
  LucidaProto proto;

  lucida_proto_init (&proto, span);
  return lucida_proto_next_varint (&proto, &handle->offset)
         && lucida_proto_next_varint (&proto, &handle->size);
}

/* The entries of the block at @handle, without its restart points. */
static gboolean
read_block (LucidaSpan table, const Handle *handle, LucidaSpan *entries, GError **error)
{
  const guint8 *block;
  guint64 restarts;

  if (!lucida_size_inside (handle->offset, handle->size, table.size)
      || !lucida_size_inside (handle->offset + handle->size, TRAILER_SIZE, table.size)
      || handle->size < 4)
    return corrupt (error, "is cut off or damaged");
  block = table.data + handle->offset;
  if (get32 (block + handle->size + 1)
      != lucida_crc32c_mask (lucida_crc32c (0, block, handle->size + 1)))
    return corrupt (error, "is damaged: a checksum does not match");
  if (block[handle->size] != 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "the index of the weights is compressed, which TensorFlow does not do: "
                           "save the network again");
      return FALSE;
    }
  restarts = get32 (block + handle->size - 4);
  if (restarts > (handle->size - 4) / 4)
    return corrupt (error, "is damaged: its blocks do not fit");
  *entries = (LucidaSpan){ block, handle->size - 4 - 4 * restarts };
  return TRUE;
}

/* The entries of one block: each key shares its beginning with the one before. @key is the last of
 * the block before, and the last of this one afterwards. */
static gboolean
walk_block (LucidaSpan entries, GByteArray *key, gboolean *first, LucidaSortedTableFunc func,
            gpointer data, GError **error)
{
  LucidaProto proto;
  g_autoptr (GByteArray) before = g_byte_array_new ();
  gboolean begins = TRUE;

  lucida_proto_init (&proto, entries);
  while (proto.at < proto.end)
    {
      guint64 shared, more, size;
      LucidaSpan value;
      int order;

      if (!lucida_proto_next_varint (&proto, &shared) || !lucida_proto_next_varint (&proto, &more)
          || !lucida_proto_next_varint (&proto, &size)
          || !lucida_size_inside (more, size, (guint64) (proto.end - proto.at))
          || shared > (begins ? 0 : key->len) || shared + more > MAX_KEY)
        return corrupt (error, "is damaged: an entry does not fit");
      g_byte_array_set_size (before, 0);
      g_byte_array_append (before, key->data, key->len);
      g_byte_array_set_size (key, (guint) shared);
      g_byte_array_append (key, proto.at, (guint) more);
      value = (LucidaSpan){ proto.at + more, (gsize) size };
      proto.at += more + size;
      order = memcmp (before->data ? before->data : (const guint8 *) "",
                      key->data ? key->data : (const guint8 *) "", MIN (before->len, key->len));
      if (!*first && (order > 0 || (order == 0 && before->len >= key->len)))
        return corrupt (error, "is damaged: its keys are not in order");
      *first = begins = FALSE;
      if (!func ((LucidaSpan){ key->data, key->len }, value, data, error))
        return FALSE;
    }
  return TRUE;
}

typedef struct
{
  LucidaSpan table;
  GByteArray *key;
  gboolean first;
  LucidaSortedTableFunc func;
  gpointer data;
} Walk;

/* An entry of the index block: where a block of entries lies. */
static gboolean
walk_index (LucidaSpan key, LucidaSpan value, gpointer data, GError **error)
{
  Walk *walk = data;
  LucidaSpan entries;
  Handle handle;

  (void) key;
  if (!read_handle (value, &handle))
    return corrupt (error, "is damaged: a block is not to be found");
  return read_block (walk->table, &handle, &entries, error)
         && walk_block (entries, walk->key, &walk->first, walk->func, walk->data, error);
}

gboolean
lucida_sorted_table_read (LucidaSpan table, LucidaSortedTableFunc func, gpointer data,
                          GError **error)
{
  g_autoptr (GByteArray) key = g_byte_array_new (), index_key = g_byte_array_new ();
  Walk walk = { table, key, TRUE, func, data };
  gboolean first = TRUE;
  const guint8 *footer;
  LucidaSpan entries;
  LucidaProto proto;
  Handle handle;
  guint64 skipped;

  if (table.size < FOOTER_SIZE)
    return corrupt (error, "is cut off");
  footer = table.data + table.size - FOOTER_SIZE;
  if (get64 (footer + FOOTER_SIZE - 8) != MAGIC)
    return corrupt (error, "is cut off, or none");
  lucida_proto_init (&proto, (LucidaSpan){ footer, FOOTER_SIZE - 8 });
  if (!lucida_proto_next_varint (&proto, &skipped) || !lucida_proto_next_varint (&proto, &skipped)
      || !read_handle ((LucidaSpan){ proto.at, (gsize) (proto.end - proto.at) }, &handle))
    return corrupt (error, "is damaged: its footer makes no sense");
  return read_block (table, &handle, &entries, error)
         && walk_block (entries, index_key, &first, walk_index, &walk, error);
}
