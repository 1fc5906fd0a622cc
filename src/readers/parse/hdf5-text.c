#include "readers/parse/hdf5-file-private.h"

#include <string.h>

/* Attributes that are texts. */

#define MAX_TEXT ((gsize) 64 << 20) /* bytes of one attribute */
#define MAX_TEXTS 100000            /* texts in one attribute */
#define MAX_SPLIT 10000             /* attributes that together hold one list */
#define MAX_REFERENCE 64            /* bytes that point to a text of variable length */

gboolean
lucida_hdf5_has_attribute (LucidaHdf5 *self, const char *path, const char *name)
{
  hid_t object = _lucida_hdf5_open_object (self, path, NULL);
  gboolean result;

  if (object < 0)
    return FALSE;
  result = H5Aexists (object, name) > 0;
  H5Oclose (object);
  return result;
}

/* One of @n texts of @size bytes each. */
static char *
fixed_text (const char *data, gsize size)
{
  char *text = g_strndup (data, size);

  /* Fortran pads with spaces, C with zeros; no name or JSON text ends in a space. */
  return g_strchomp (text);
}

static gboolean
read_fixed (hid_t attribute, hid_t type, gsize n, GPtrArray *texts, GError **error)
{
  gsize size = H5Tget_size (type);
  g_autofree char *data = NULL;

  if (size == 0 || n > MAX_TEXT / size || !(data = g_try_malloc0 (n * size)))
    return _lucida_hdf5_fail (error, LUCIDA_ERROR_TOO_LARGE, "an attribute of the file is too long",
                              NULL);
  if (H5Aread (attribute, type, data) < 0)
    return _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT,
                              "an attribute of the file cannot be read", NULL);
  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (texts, fixed_text (data + i * size, size));
  return TRUE;
}

/* Stands in for libhdf5's own conversion of texts of variable length: they stay what they are in
 * the file, references to its heap. */
static herr_t
keep_references (hid_t from, hid_t to, H5T_cdata_t *conversion, size_t n, size_t stride,
                 size_t background_stride, void *buffer, void *background, hid_t list)
{
  (void) n;
  (void) stride;
  (void) background_stride;
  (void) buffer;
  (void) background;
  (void) list;
  if (conversion->command != H5T_CONV_INIT)
    return 0;
  conversion->need_bkg = H5T_BKG_NO;
  return H5Tget_size (from) == H5Tget_size (to) ? 0 : -1;
}

static gboolean
read_variable (LucidaHdf5 *self, hid_t attribute, hid_t type, gsize n, GPtrArray *texts,
               GError **error)
{
  hsize_t stored = H5Aget_storage_size (attribute);
  gsize size = (gsize) (stored / n);
  hid_t raw = size > 0 && size <= MAX_REFERENCE ? H5Tcreate (H5T_OPAQUE, size) : -1;
  g_autofree guint8 *data = raw < 0 ? NULL : g_try_malloc0 (n * size);
  gboolean good
      = data && H5Tregister (H5T_PERS_SOFT, "references", type, raw, keep_references) >= 0;

  if (good)
    {
      good = H5Aread (attribute, raw, data) >= 0;
      H5Tunregister (H5T_PERS_SOFT, "references", type, raw, keep_references);
    }
  if (raw >= 0)
    H5Tclose (raw);
  return good ? _lucida_hdf5_read_heap (self, data, size, n, texts, error)
              : _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT,
                                   "an attribute of the file cannot be read", NULL);
}

/* Adds the texts of @attribute; an array of numbers of length 0 is what h5py makes of []. */
static gboolean
read_texts (LucidaHdf5 *self, hid_t attribute, GPtrArray *texts, GError **error)
{
  hid_t type = H5Aget_type (attribute), space = H5Aget_space (attribute);
  hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints (space);
  gboolean good = FALSE;

  if (type < 0 || n < 0)
    _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, "an attribute of the file cannot be read",
                       NULL);
  else if (n == 0)
    good = TRUE;
  else if (n > MAX_TEXTS)
    _lucida_hdf5_fail (error, LUCIDA_ERROR_TOO_LARGE, "an attribute of the file is too long", NULL);
  else if (H5Tget_class (type) == H5T_STRING && H5Tis_variable_str (type) > 0)
    good = read_variable (self, attribute, type, (gsize) n, texts, error);
  else if (H5Tget_class (type) == H5T_STRING || H5Tget_class (type) == H5T_OPAQUE)
    good = read_fixed (attribute, type, (gsize) n, texts, error);
  else
    _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT,
                       "an attribute of the file holds numbers in place of text", NULL);
  if (type >= 0)
    H5Tclose (type);
  if (space >= 0)
    H5Sclose (space);
  return good;
}

static gboolean
read_attribute (LucidaHdf5 *self, hid_t object, const char *name, GPtrArray *texts, GError **error)
{
  hid_t attribute = H5Aopen (object, name, H5P_DEFAULT);
  gboolean good;

  if (attribute < 0)
    return _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT,
                              "an attribute of the file cannot be read", NULL);
  good = read_texts (self, attribute, texts, error);
  H5Aclose (attribute);
  return good;
}

char *
lucida_hdf5_get_text (LucidaHdf5 *self, const char *path, const char *name, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  hid_t object = _lucida_hdf5_open_object (self, path, NULL);
  gboolean good = TRUE;

  if (object < 0)
    return NULL;
  if (H5Aexists (object, name) > 0)
    good = read_attribute (self, object, name, texts, error);
  H5Oclose (object);
  return good && texts->len > 0 ? g_strdup (g_ptr_array_index (texts, 0)) : NULL;
}

char **
lucida_hdf5_get_texts (LucidaHdf5 *self, const char *path, const char *name, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  hid_t object = _lucida_hdf5_open_object (self, path, NULL);
  gboolean good = TRUE;

  if (object >= 0 && H5Aexists (object, name) > 0)
    good = read_attribute (self, object, name, texts, error);
  else if (object >= 0)
    for (int i = 0; good && i < MAX_SPLIT; i++)
      {
        g_autofree char *part = g_strdup_printf ("%s%d", name, i);

        if (H5Aexists (object, part) <= 0)
          break;
        good = read_attribute (self, object, part, texts, error);
        good = good
               && (texts->len <= MAX_TEXTS
                   || _lucida_hdf5_fail (error, LUCIDA_ERROR_TOO_LARGE,
                                         "a list in the file is too long", NULL));
      }
  if (object >= 0)
    H5Oclose (object);
  if (!good)
    return NULL;
  g_ptr_array_add (texts, NULL);
  g_ptr_array_set_free_func (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}
