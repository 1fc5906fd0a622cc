#include "readers/parse/zip-entry.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>
#include <zlib.h>

#define END_SIZE 22 /* bytes of the fixed part of each record */
#define LOCATOR_SIZE 20
#define END64_SIZE 56
#define CENTRAL_SIZE 46
#define LOCAL_SIZE 30
#define MAX_COMMENT 65535
#define MAX_ENTRIES (2 << 20)
#define MAX_RATIO 1032 /* deflate cannot do better */

#define FLAG_ENCRYPTED (1 << 0)
#define FLAG_SIZES_FOLLOW (1 << 3) /* the local header may have zeros for sizes */
#define FLAG_STRONG (1 << 6)
#define FLAG_MASKED (1 << 13)
#define METHOD_STORED 0
#define METHOD_DEFLATED 8
#define EXTRA_ZIP64 1

typedef struct
{
  char *name;
  guint64 header; /* offset of the local header */
  guint64 data;   /* offset of the bytes */
  guint64 packed; /* bytes in the archive */
  guint64 size;   /* bytes unpacked */
  guint32 crc;
  guint16 method;
} Entry;

struct _LucidaZip
{
  GBytes *bytes;
  GArray *entries;   /* Entry */
  GHashTable *names; /* name → index + 1 */
};

/* The central directory, as the end of the archive states it. */
typedef struct
{
  guint64 n;
  guint64 offset;
  guint64 size; /* bytes */
} Directory;

static guint16
get16 (const guint8 *at)
{
  return (guint16) (at[0] | at[1] << 8);
}

static guint32
get32 (const guint8 *at)
{
  return (guint32) get16 (at) | (guint32) get16 (at + 2) << 16;
}

static guint64
get64 (const guint8 *at)
{
  return get32 (at) | (guint64) get32 (at + 4) << 32;
}

static gboolean
has_signature (const guint8 *at, char a, char b)
{
  return at[0] == 'P' && at[1] == 'K' && at[2] == (guint8) a && at[3] == (guint8) b;
}

static gboolean
corrupt (GError **error, const char *what)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the zip archive is damaged: %s", what);
  return FALSE;
}

static gboolean
corrupt_entry (GError **error, const char *name, const char *what)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "the zip archive is damaged: its entry “%s” %s", name, what);
  return FALSE;
}

static gboolean
unsupported (GError **error, const char *what)
{
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED, "the zip archive %s", what);
  return FALSE;
}

/* The offset of the record that ends the archive; its comment reaches exactly to the end. */
static gboolean
find_end (const guint8 *data, gsize size, gsize *end)
{
  for (gsize back = END_SIZE; back <= size && back <= END_SIZE + MAX_COMMENT; back++)
    {
      const guint8 *at = data + size - back;

      if (has_signature (at, 5, 6) && get16 (at + 20) == back - END_SIZE)
        {
          *end = size - back;
          return TRUE;
        }
    }
  return FALSE;
}

/* Large archives have a second end record, and a locator of it right before the first. */
static gboolean
read_end64 (const guint8 *data, gsize end, Directory *directory, gsize *limit, GError **error)
{
  const guint8 *locator = data + end - LOCATOR_SIZE;
  const guint8 *record;
  guint64 offset = get64 (locator + 8);

  if (get32 (locator + 4) != 0 || get32 (locator + 16) > 1)
    return unsupported (error, "is one part of several: put them together first");
  if (!lucida_size_inside (offset, END64_SIZE, end - LOCATOR_SIZE))
    return corrupt (error, "its directory's place lies outside of it");
  record = data + offset;
  if (!has_signature (record, 6, 6))
    return corrupt (error, "its directory is not where it should be");
  directory->n = get64 (record + 32);
  directory->size = get64 (record + 40);
  directory->offset = get64 (record + 48);
  *limit = (gsize) offset;
  return TRUE;
}

static gboolean
read_end (const guint8 *data, gsize size, Directory *directory, GError **error)
{
  gsize end;
  gsize limit;
  const guint8 *at;

  if (!find_end (data, size, &end))
    return corrupt (error, "its end is missing, the file is cut off");
  at = data + end;
  limit = end;
  directory->n = get16 (at + 10);
  directory->size = get32 (at + 12);
  directory->offset = get32 (at + 16);
  if (end >= LOCATOR_SIZE && has_signature (at - LOCATOR_SIZE, 6, 7))
    {
      if (!read_end64 (data, end, directory, &limit, error))
        return FALSE;
    }
  else if (get16 (at + 4) != 0 || get16 (at + 6) != 0)
    return unsupported (error, "is one part of several: put them together first");
  if (!lucida_size_inside (directory->offset, directory->size, limit))
    return corrupt (error, "its directory's place lies outside of it");
  if (directory->n > directory->size / CENTRAL_SIZE)
    return corrupt (error, "its directory is too short for its entries");
  if (directory->n > MAX_ENTRIES)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "the zip archive has more than %d entries", MAX_ENTRIES);
      return FALSE;
    }
  return TRUE;
}

/* Takes from the extra fields [@extra, @extra + @size) the 64-bit values, in their fixed order, of
 * those of the @n @values that are all ones. */
static gboolean
read_zip64 (const guint8 *extra, gsize size, guint64 **values, int n)
{
  while (size >= 4)
    {
      gsize length = get16 (extra + 2);

      if (length > size - 4)
        return FALSE;
      if (get16 (extra) == EXTRA_ZIP64)
        {
          const guint8 *at = extra + 4;
          gsize left = length;

          for (int i = 0; i < n; i++)
            if (*values[i] == G_MAXUINT32)
              {
                if (left < 8)
                  return FALSE;
                *values[i] = get64 (at);
                at += 8;
                left -= 8;
              }
          return TRUE;
        }
      extra += 4 + length;
      size -= 4 + length;
    }
  return TRUE;
}

/* Names are never used as paths; one that would lead outside a folder is a sign of malice. */
static gboolean
is_safe (const char *name)
{
  g_auto (GStrv) parts = g_strsplit_set (name, "/\\", -1);

  if (name[0] == '/' || name[0] == '\\' || (g_ascii_isalpha (name[0]) && name[1] == ':'))
    return FALSE;
  for (int i = 0; parts[i]; i++)
    if (g_str_equal (parts[i], ".."))
      return FALSE;
  return TRUE;
}

/* Checks the local header against the directory's and finds where the bytes begin. @limit: where
 * the directory begins; @raw: the name's bytes. */
static gboolean
read_local (const guint8 *data, gsize limit, const guint8 *raw, gsize raw_size, Entry *entry,
            GError **error)
{
  const guint8 *at;
  guint64 size, packed;
  guint64 *values[] = { &size, &packed };
  guint16 flags;
  gsize name_size, extra_size;
  gboolean follow;

  if (!lucida_size_inside (entry->header, LOCAL_SIZE, limit)
      || !has_signature (data + entry->header, 3, 4))
    return corrupt_entry (error, entry->name, "is not where the directory says");
  at = data + entry->header;
  flags = get16 (at + 6);
  name_size = get16 (at + 26);
  extra_size = get16 (at + 28);
  entry->data = entry->header + LOCAL_SIZE;
  if (!lucida_size_inside (entry->data, name_size + extra_size, limit))
    return corrupt_entry (error, entry->name, "is cut off");
  packed = get32 (at + 18);
  size = get32 (at + 22);
  if (!read_zip64 (at + LOCAL_SIZE + name_size, extra_size, values, 2))
    return corrupt_entry (error, entry->name, "has a broken header");
  follow = (flags & FLAG_SIZES_FOLLOW) != 0;
  if (name_size != raw_size || memcmp (at + LOCAL_SIZE, raw, raw_size) != 0
      || get16 (at + 8) != entry->method || (flags & FLAG_ENCRYPTED)
      || (size != entry->size && !(follow && size == 0))
      || (packed != entry->packed && !(follow && packed == 0)))
    return corrupt_entry (error, entry->name, "has two headers that contradict each other");
  entry->data += name_size + extra_size;
  if (!lucida_size_inside (entry->data, entry->packed, limit))
    return corrupt_entry (error, entry->name, "reaches beyond the data");
  return TRUE;
}

/* Reads one record of the directory, of which @left bytes are left; *@used is its size. */
static gboolean
read_entry (LucidaZip *self, const guint8 *data, gsize limit, const guint8 *at, gsize left,
            gsize *used, GError **error)
{
  Entry entry = { 0 };
  guint64 *values[] = { &entry.size, &entry.packed, &entry.header };
  gsize name_size, extra_size;
  guint16 flags;
  gboolean good;

  if (left < CENTRAL_SIZE || !has_signature (at, 1, 2))
    return corrupt (error, "its directory is broken");
  name_size = get16 (at + 28);
  extra_size = get16 (at + 30);
  *used = CENTRAL_SIZE + name_size + extra_size + get16 (at + 32);
  if (*used > left || memchr (at + CENTRAL_SIZE, '\0', name_size))
    return corrupt (error, "its directory is broken");
  flags = get16 (at + 8);
  entry.method = get16 (at + 10);
  entry.crc = get32 (at + 16);
  entry.packed = get32 (at + 20);
  entry.size = get32 (at + 24);
  entry.header = get32 (at + 42);
  if (flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
    return unsupported (error, "is encrypted: unpack it with its password and pack it anew");
  entry.name = g_utf8_make_valid ((const char *) at + CENTRAL_SIZE, (gssize) name_size);
  if (!read_zip64 (at + CENTRAL_SIZE + name_size, extra_size, values, G_N_ELEMENTS (values)))
    good = corrupt_entry (error, entry.name, "has a broken header");
  else if (!is_safe (entry.name))
    good = corrupt_entry (error, entry.name, "has a name that leads out of it");
  else if (entry.method == METHOD_STORED && entry.packed != entry.size)
    good = corrupt_entry (error, entry.name, "has two sizes");
  else if (g_hash_table_contains (self->names, entry.name))
    good = corrupt_entry (error, entry.name, "is there twice");
  else
    good = read_local (data, limit, at + CENTRAL_SIZE, name_size, &entry, error);
  if (!good)
    {
      g_free (entry.name);
      return FALSE;
    }
  g_array_append_val (self->entries, entry);
  g_hash_table_insert (self->names, entry.name, GUINT_TO_POINTER (self->entries->len));
  return TRUE;
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const Entry *x = *(const Entry *const *) a;
  const Entry *y = *(const Entry *const *) b;

  return (x->header > y->header) - (x->header < y->header);
}

static gboolean
check_overlap (LucidaZip *self, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_sized_new (self->entries->len);

  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (sorted, &g_array_index (self->entries, Entry, i));
  g_ptr_array_sort (sorted, compare_offsets);
  for (guint i = 1; i < sorted->len; i++)
    {
      const Entry *before = sorted->pdata[i - 1];
      const Entry *entry = sorted->pdata[i];

      if (before->data + before->packed > entry->header)
        return corrupt_entry (error, entry->name, "overlaps another one");
    }
  return TRUE;
}

static void
clear_entry (gpointer data)
{
  g_free (((Entry *) data)->name);
}

LucidaZip *
lucida_zip_open (GBytes *bytes, GError **error)
{
  g_autoptr (LucidaZip) self = g_new0 (LucidaZip, 1);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Directory directory = { 0 };
  gsize at;

  self->bytes = g_bytes_ref (bytes);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, clear_entry);
  if (!read_end (data, size, &directory, error))
    return NULL;
  at = (gsize) directory.offset;
  for (guint64 i = 0; i < directory.n; i++)
    {
      gsize left = (gsize) (directory.offset + directory.size) - at;
      gsize used;

      if (!read_entry (self, data, (gsize) directory.offset, data + at, left, &used, error))
        return NULL;
      at += used;
    }
  if (!check_overlap (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
lucida_zip_free (LucidaZip *self)
{
  g_bytes_unref (self->bytes);
  g_hash_table_unref (self->names);
  g_array_unref (self->entries);
  g_free (self);
}

static const Entry *
get_entry (const LucidaZip *self, int entry)
{
  return &g_array_index (self->entries, Entry, entry);
}

int
lucida_zip_get_n_entries (const LucidaZip *self)
{
  return (int) self->entries->len;
}

const char *
lucida_zip_get_name (const LucidaZip *self, int entry)
{
  return get_entry (self, entry)->name;
}

guint64
lucida_zip_get_size (const LucidaZip *self, int entry)
{
  return get_entry (self, entry)->size;
}

gboolean
lucida_zip_is_stored (const LucidaZip *self, int entry)
{
  return get_entry (self, entry)->method == METHOD_STORED;
}

int
lucida_zip_find (const LucidaZip *self, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (self->names, name)) - 1;
}

int
lucida_zip_find_end (const LucidaZip *self, const char *end)
{
  gsize length = strlen (end);

  for (int i = 0; i < (int) self->entries->len; i++)
    {
      const char *name = get_entry (self, i)->name;
      gsize size = strlen (name);

      if (g_str_has_suffix (name, end) && (size == length || name[size - length - 1] == '/'))
        return i;
    }
  return -1;
}

GBytes *
lucida_zip_map (const LucidaZip *self, int entry, GError **error)
{
  const Entry *e = get_entry (self, entry);

  if (e->method != METHOD_STORED)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the zip archive's entry “%s” is compressed: pack it anew without compression",
                   e->name);
      return NULL;
    }
  return g_bytes_new_from_bytes (self->bytes, (gsize) e->data, (gsize) e->size);
}

/* Inflates all of @e into @out, which has exactly its size. */
static gboolean
inflate_entry (const LucidaZip *self, const Entry *e, guint8 *out)
{
  const guint8 *data = g_bytes_get_data (self->bytes, NULL);
  z_stream stream = { 0 };
  int state;

  if (inflateInit2 (&stream, -MAX_WBITS) != Z_OK)
    return FALSE;
  /* zlib does not write through next_in; older headers lack the const. */
  stream.next_in = (Bytef *) (gpointer) (data + e->data);
  stream.avail_in = (uInt) e->packed;
  stream.next_out = out;
  stream.avail_out = (uInt) e->size;
  state = inflate (&stream, Z_FINISH);
  inflateEnd (&stream);
  return state == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0
         && crc32 (crc32 (0, NULL, 0), out, (uInt) e->size) == e->crc;
}

GBytes *
lucida_zip_read (const LucidaZip *self, int entry, gsize limit, GError **error)
{
  const Entry *e = get_entry (self, entry);
  guint8 *out;

  if (e->size > limit || (e->method != METHOD_STORED && e->size > G_MAXINT32))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "the zip archive's entry “%s” is larger than %" G_GSIZE_FORMAT " MB", e->name,
                   MIN (limit, G_MAXINT32) >> 20);
      return NULL;
    }
  if (e->method == METHOD_STORED)
    return lucida_zip_map (self, entry, error);
  if (e->method != METHOD_DEFLATED)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the zip archive's entry “%s” is compressed in a way that is not read", e->name);
      return NULL;
    }
  if (e->packed > G_MAXINT32 || e->size / MAX_RATIO > e->packed)
    {
      corrupt_entry (error, e->name, "states a size that cannot be");
      return NULL;
    }
  out = g_try_malloc ((gsize) e->size + 1);
  if (!out)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                           "there is not enough memory to unpack the zip archive");
      return NULL;
    }
  if (!inflate_entry (self, e, out))
    {
      corrupt_entry (error, e->name, "cannot be unpacked");
      g_free (out);
      return NULL;
    }
  return g_bytes_new_take (out, (gsize) e->size);
}
