#include "readers/parse/hdf5-file-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Texts of variable length lie in the file's global heap, in collections of numbered objects.
 * Format: docs.hdfgroup.org/hdf5/develop/_f_m_t3.html, III.E. libhdf5 trusts what a damaged
 * collection says about an object's number and size, and writes beyond its buffers; so the heap is
 * read here. */

#define MAX_COLLECTION ((guint64) 256 << 20) /* bytes */
#define MAX_HEAP ((gsize) 64 << 20)          /* bytes of all texts of an attribute */
#define HEADER 16                            /* bytes, of a collection and of an object in it */
#define SIGNATURE "GCOL\1"

typedef struct
{
  LucidaHdf5 *file;
  guint64 base;                     /* byte of the file at which its addresses begin */
  size_t address_size, length_size; /* bytes */
  guint64 address;                  /* of the collection that is loaded; 0 for none */
  guint8 *bytes;                    /* [size] */
  gsize size;
} Heap;

static guint64
get_number (const guint8 *bytes, size_t size)
{
  guint64 value = 0;

  while (size-- > 0)
    value = value << 8 | bytes[size];
  return value;
}

static gboolean
read_disk (int descriptor, guint64 at, guint8 *bytes, gsize size)
{
  while (size > 0)
    {
      ssize_t n = pread (descriptor, bytes, size, (off_t) at);

      if (n <= 0 && (n == 0 || errno != EINTR))
        return FALSE;
      if (n < 0)
        continue;
      at += (guint64) n;
      bytes += n;
      size -= (gsize) n;
    }
  return TRUE;
}

/* The @size bytes at @address. */
static gboolean
read_bytes (Heap *self, guint64 address, guint8 *bytes, gsize size)
{
  void *handle = NULL;
  guint64 at;

  if (!g_uint64_checked_add (&at, self->base, address) || at > (guint64) G_MAXINT64 - size
      || H5Fget_vfd_handle (self->file->file, H5P_DEFAULT, &handle) < 0 || !handle)
    return FALSE;
  if (self->file->image_size == 0)
    return read_disk (*(int *) handle, at, bytes, size);
  if (size > self->file->image_size || at > self->file->image_size - size)
    return FALSE;
  memcpy (bytes, *(const guint8 **) handle + at, size);
  return TRUE;
}

static gboolean
load_collection (Heap *self, guint64 address)
{
  guint8 header[HEADER];
  guint64 size;

  if (address == self->address && self->bytes)
    return TRUE;
  g_clear_pointer (&self->bytes, g_free);
  if (!read_bytes (self, address, header, HEADER)
      || memcmp (header, SIGNATURE, strlen (SIGNATURE)) != 0)
    return FALSE;
  size = get_number (header + 8, self->length_size);
  if (size < HEADER || size > MAX_COLLECTION || !(self->bytes = g_try_malloc ((gsize) size)))
    return FALSE;
  self->address = address;
  self->size = (gsize) size;
  if (read_bytes (self, address, self->bytes, self->size))
    return TRUE;
  g_clear_pointer (&self->bytes, g_free);
  return FALSE;
}

/* The object's first byte, if there are @length of them. */
static const guint8 *
find_object (const Heap *self, guint64 number, guint64 length)
{
  gsize at = HEADER;

  while (self->size - at >= HEADER)
    {
      guint64 found = get_number (self->bytes + at, 2);
      guint64 size = get_number (self->bytes + at + 8, self->length_size);

      at += HEADER;
      /* number 0 is the free space at the end */
      if (found == 0 || size > self->size - at)
        return NULL;
      if (found == number)
        return length <= size ? self->bytes + at : NULL;
      at += (gsize) MIN ((size + 7) & ~(guint64) 7, self->size - at);
    }
  return NULL;
}

/* A reference is the text's length (4 bytes), the collection's address and the object's number (4
 * bytes). (transfer full) */
static char *
read_text (Heap *self, const guint8 *reference)
{
  guint64 length = get_number (reference, 4);
  guint64 address = get_number (reference + 4, self->address_size);
  guint64 number = get_number (reference + 4 + self->address_size, 4);
  const guint8 *object;

  if (length == 0 || address == 0)
    return g_strdup ("");
  if (number == 0 || !load_collection (self, address))
    return NULL;
  object = find_object (self, number, length);
  return object ? g_strndup ((const char *) object, (gsize) length) : NULL;
}

static gboolean
prepare (Heap *self)
{
  hid_t list = H5Fget_create_plist (self->file->file);
  hsize_t base = 0;
  gboolean good = list >= 0 && H5Pget_sizes (list, &self->address_size, &self->length_size) >= 0
                  && H5Pget_userblock (list, &base) >= 0;

  if (list >= 0)
    H5Pclose (list);
  self->base = base;
  return good && self->address_size <= 8 && self->length_size <= 8;
}

gboolean
_lucida_hdf5_read_heap (LucidaHdf5 *file, const guint8 *references, gsize size, gsize n,
                        GPtrArray *texts, GError **error)
{
  Heap self = { .file = file };
  gsize total = 0;
  gboolean good = prepare (&self) && size == self.address_size + 8;

  for (gsize i = 0; good && i < n && total <= MAX_HEAP; i++)
    {
      char *text = read_text (&self, references + i * size);

      good = text != NULL;
      if (!good)
        break;
      total += strlen (text) + 1;
      g_ptr_array_add (texts, text);
    }
  g_free (self.bytes);
  if (!good)
    return _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT,
                              "an attribute of the file cannot be read: the file is damaged", NULL);
  return total <= MAX_HEAP
         || _lucida_hdf5_fail (error, LUCIDA_ERROR_TOO_LARGE,
                               "an attribute of the file is too long", NULL);
}
