#include "readers/parse/hdf5-file.h"

#include "base/error.h"

#include <hdf5.h>
#include <string.h>

/* Format: docs.hdfgroup.org/hdf5/develop/_f_m_t3.html. What libhdf5 is not asked to do is what a
 * hostile file would want of it: follow links, open other files, load filters. */

#define MAX_TEXT ((gsize) 64 << 20) /* bytes of one attribute */
#define MAX_TEXTS 100000            /* texts in one attribute */
#define MAX_SPLIT 10000             /* attributes that together hold one list */
#define MAX_FOUND 50000             /* groups and data sets */
#define MAX_RATIO 1100              /* of numbers to what is stored; deflate reaches 1032 */
#define FLOOR ((guint64) 1 << 20)   /* bytes below which the ratio does not matter */
#define BFLOAT16_SIZE 2             /* bytes */

struct _LucidaHdf5
{
  hid_t file;
};

static gboolean
fail (GError **error, LucidaError code, const char *text, const char *what)
{
  g_autofree char *name = what ? g_utf8_make_valid (what, -1) : NULL;

  g_set_error (error, LUCIDA_ERROR, (int) code, "%s%s%s%s", name ? "“" : "", name ? name : "",
               name ? "” " : "", text);
  return FALSE;
}

/* libhdf5 reports through errors here, not on the terminal. */
static void
quieten (void)
{
  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
}

static LucidaHdf5 *
open_with (const char *name, hid_t access, GError **error)
{
  LucidaHdf5 *self;
  hid_t file = H5Fopen (name, H5F_ACC_RDONLY, access);

  H5Pclose (access);
  if (file < 0)
    {
      fail (error, LUCIDA_ERROR_CORRUPT, "the HDF5 file is damaged or cut off", NULL);
      return NULL;
    }
  self = g_new0 (LucidaHdf5, 1);
  self->file = file;
  return self;
}

LucidaHdf5 *
lucida_hdf5_open (const char *path, GError **error)
{
  hid_t access;

  quieten ();
  access = H5Pcreate (H5P_FILE_ACCESS);
  H5Pset_fclose_degree (access, H5F_CLOSE_STRONG);
  H5Pset_file_locking (access, 0, 1);
  return open_with (path, access, error);
}

LucidaHdf5 *
lucida_hdf5_open_image (const guint8 *data, gsize size, GError **error)
{
  hid_t access;

  quieten ();
  access = H5Pcreate (H5P_FILE_ACCESS);
  H5Pset_fclose_degree (access, H5F_CLOSE_STRONG);
  if (size == 0 || H5Pset_fapl_core (access, 1 << 16, 0) < 0
      || H5Pset_file_image (access, (void *) data, size) < 0)
    {
      H5Pclose (access);
      fail (error, LUCIDA_ERROR_NO_MEMORY, "there is not enough memory for the weights", NULL);
      return NULL;
    }
  return open_with ("weights", access, error);
}

void
lucida_hdf5_close (LucidaHdf5 *self)
{
  if (!self)
    return;
  H5Fclose (self->file);
  g_free (self);
}

/* Whether every part of @path is a real member of the one before. @link: whether one is a link. */
static gboolean
is_inside (LucidaHdf5 *self, const char *path, gboolean *link)
{
  g_autofree char *prefix = g_strdup (path);

  *link = FALSE;
  for (char *c = prefix; *c;)
    {
      char *end = c + strcspn (c, "/");
      char kept = *end;
      H5L_info_t info;

      *end = '\0';
      if (end > c)
        {
          if (H5Lexists (self->file, prefix, H5P_DEFAULT) <= 0
              || H5Lget_info (self->file, prefix, &info, H5P_DEFAULT) < 0)
            return FALSE;
          if (info.type != H5L_TYPE_HARD)
            {
              *link = TRUE;
              return FALSE;
            }
        }
      *end = kept;
      c = kept ? end + 1 : end;
    }
  return TRUE;
}

/* A group's or data set's identifier, or -1. @error is set for links only, and may be NULL. */
static hid_t
open_object (LucidaHdf5 *self, const char *path, GError **error)
{
  gboolean link;

  if (*path == '\0')
    return H5Gopen2 (self->file, "/", H5P_DEFAULT);
  if (is_inside (self, path, &link))
    return H5Oopen (self->file, path, H5P_DEFAULT);
  if (link)
    fail (error, LUCIDA_ERROR_UNSUPPORTED,
          "is a link and not the weights themselves, which is not followed: save the network again",
          path);
  return -1;
}

gboolean
lucida_hdf5_has (LucidaHdf5 *self, const char *path)
{
  gboolean link;

  return *path == '\0' || is_inside (self, path, &link);
}

static herr_t
add_name (hid_t group, const char *name, const H5L_info_t *info, void *data)
{
  GPtrArray *names = data;

  (void) group;
  (void) info;
  g_ptr_array_add (names, g_strdup (name));
  return names->len >= MAX_FOUND;
}

char **
lucida_hdf5_list (LucidaHdf5 *self, const char *path)
{
  hid_t group = open_object (self, path, NULL);
  GPtrArray *names;

  if (group < 0)
    return NULL;
  if (H5Iget_type (group) != H5I_GROUP)
    {
      H5Oclose (group);
      return NULL;
    }
  names = g_ptr_array_new ();
  H5Literate (group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_name, names);
  H5Oclose (group);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

char **
lucida_hdf5_find (LucidaHdf5 *self, int depth, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) depths = g_array_new (FALSE, FALSE, sizeof (int));
  int top = 0;

  g_ptr_array_add (found, g_strdup (""));
  g_array_append_val (depths, top);
  for (guint i = 0; i < found->len; i++)
    {
      const char *path = g_ptr_array_index (found, i);
      int level = g_array_index (depths, int, i) + 1;
      g_auto (GStrv) names = level <= depth ? lucida_hdf5_list (self, path) : NULL;

      for (char **name = names; name && *name; name++)
        {
          if (found->len >= MAX_FOUND)
            {
              fail (error, LUCIDA_ERROR_TOO_LARGE, "the file has too many groups", NULL);
              return NULL;
            }
          g_ptr_array_add (found, g_strconcat (path, *path ? "/" : "", *name, NULL));
          g_array_append_val (depths, level);
        }
    }
  g_ptr_array_add (found, NULL);
  g_ptr_array_set_free_func (found, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&found), FALSE);
}

gboolean
lucida_hdf5_has_attribute (LucidaHdf5 *self, const char *path, const char *name)
{
  hid_t object = open_object (self, path, NULL);
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
    return fail (error, LUCIDA_ERROR_TOO_LARGE, "an attribute of the file is too long", NULL);
  if (H5Aread (attribute, type, data) < 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "an attribute of the file cannot be read", NULL);
  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (texts, fixed_text (data + i * size, size));
  return TRUE;
}

static gboolean
read_variable (hid_t attribute, hid_t type, hid_t space, gsize n, GPtrArray *texts, GError **error)
{
  g_autofree char **data = g_try_new0 (char *, n);
  gsize total = 0;

  if (!data || H5Aread (attribute, type, data) < 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "an attribute of the file cannot be read", NULL);
  for (gsize i = 0; i < n && total <= MAX_TEXT; i++)
    {
      g_ptr_array_add (texts, g_strdup (data[i] ? data[i] : ""));
      total += data[i] ? strlen (data[i]) : 0;
    }
  H5Dvlen_reclaim (type, space, H5P_DEFAULT, data);
  return total <= MAX_TEXT
         || fail (error, LUCIDA_ERROR_TOO_LARGE, "an attribute of the file is too long", NULL);
}

/* Adds the texts of @attribute; an array of numbers of length 0 is what h5py makes of []. */
static gboolean
read_texts (hid_t attribute, GPtrArray *texts, GError **error)
{
  hid_t type = H5Aget_type (attribute), space = H5Aget_space (attribute);
  hssize_t n = space < 0 ? -1 : H5Sget_simple_extent_npoints (space);
  gboolean good = FALSE;

  if (type < 0 || n < 0)
    fail (error, LUCIDA_ERROR_CORRUPT, "an attribute of the file cannot be read", NULL);
  else if (n == 0)
    good = TRUE;
  else if (n > MAX_TEXTS)
    fail (error, LUCIDA_ERROR_TOO_LARGE, "an attribute of the file is too long", NULL);
  else if (H5Tget_class (type) == H5T_STRING && H5Tis_variable_str (type) > 0)
    good = read_variable (attribute, type, space, (gsize) n, texts, error);
  else if (H5Tget_class (type) == H5T_STRING || H5Tget_class (type) == H5T_OPAQUE)
    good = read_fixed (attribute, type, (gsize) n, texts, error);
  else
    fail (error, LUCIDA_ERROR_CORRUPT, "an attribute of the file holds numbers in place of text",
          NULL);
  if (type >= 0)
    H5Tclose (type);
  if (space >= 0)
    H5Sclose (space);
  return good;
}

static gboolean
read_attribute (hid_t object, const char *name, GPtrArray *texts, GError **error)
{
  hid_t attribute = H5Aopen (object, name, H5P_DEFAULT);
  gboolean good;

  if (attribute < 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "an attribute of the file cannot be read", NULL);
  good = read_texts (attribute, texts, error);
  H5Aclose (attribute);
  return good;
}

char *
lucida_hdf5_get_text (LucidaHdf5 *self, const char *path, const char *name, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  hid_t object = open_object (self, path, NULL);
  gboolean good = TRUE;

  if (object < 0)
    return NULL;
  if (H5Aexists (object, name) > 0)
    good = read_attribute (object, name, texts, error);
  H5Oclose (object);
  return good && texts->len > 0 ? g_strdup (g_ptr_array_index (texts, 0)) : NULL;
}

char **
lucida_hdf5_get_texts (LucidaHdf5 *self, const char *path, const char *name, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  hid_t object = open_object (self, path, NULL);
  gboolean good = TRUE;

  if (object >= 0 && H5Aexists (object, name) > 0)
    good = read_attribute (object, name, texts, error);
  else if (object >= 0)
    for (int i = 0; good && i < MAX_SPLIT; i++)
      {
        g_autofree char *part = g_strdup_printf ("%s%d", name, i);

        if (H5Aexists (object, part) <= 0)
          break;
        good = read_attribute (object, part, texts, error);
        good = good
               && (texts->len <= MAX_TEXTS
                   || fail (error, LUCIDA_ERROR_TOO_LARGE, "a list in the file is too long", NULL));
      }
  if (object >= 0)
    H5Oclose (object);
  if (!good)
    return NULL;
  g_ptr_array_add (texts, NULL);
  g_ptr_array_set_free_func (texts, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
}

/* The data must lie in this file, be undone by filters that libhdf5 itself has, and not be declared
 * out of all proportion to what is stored. */
static gboolean
check_storage (hid_t set, const char *path, guint64 bytes, GError **error)
{
  hid_t list = H5Dget_create_plist (set);
  guint64 stored = H5Dget_storage_size (set);
  gboolean good = FALSE;

  if (list < 0)
    return fail (error, LUCIDA_ERROR_CORRUPT, "cannot be read: the file is damaged", path);
  if (H5Pget_layout (list) == H5D_VIRTUAL || H5Pget_external_count (list) != 0)
    fail (error, LUCIDA_ERROR_UNSUPPORTED,
          "has its numbers in another file, which is not opened: save the network again", path);
  else if (bytes > 0 && (stored == 0 || (bytes > FLOOR && stored < bytes / MAX_RATIO)))
    fail (error, LUCIDA_ERROR_CORRUPT, "declares numbers that the file does not hold", path);
  else
    good = TRUE;
  for (int i = 0; good && i < H5Pget_nfilters (list); i++)
    {
      unsigned flags, config;
      size_t n = 0;
      H5Z_filter_t filter = H5Pget_filter2 (list, (unsigned) i, &flags, &n, NULL, 0, NULL, &config);

      if (filter < 0 || H5Zfilter_avail (filter) <= 0)
        good = fail (error, LUCIDA_ERROR_UNSUPPORTED,
                     "is compressed in a way that is not known: save the network again without",
                     path);
    }
  H5Pclose (list);
  return good;
}

static gboolean
get_shape (hid_t set, const char *path, LucidaShape *shape, GError **error)
{
  hsize_t dims[LUCIDA_MAX_RANK];
  hid_t space = H5Dget_space (set);
  int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims (space);
  gboolean good = rank >= 0 && rank <= LUCIDA_MAX_RANK
                  && H5Sget_simple_extent_type (space) != H5S_NULL
                  && H5Sget_simple_extent_dims (space, dims, NULL) >= 0;

  if (space >= 0)
    H5Sclose (space);
  *shape = (LucidaShape){ .rank = good ? rank : 0 };
  for (int i = 0; good && i < rank; i++)
    {
      good = dims[i] <= (hsize_t) G_MAXINT64;
      shape->dim[i] = good ? (int64_t) dims[i] : 0;
    }
  if (!good)
    return fail (error, LUCIDA_ERROR_CORRUPT, "has no shape that makes sense", path);
  return lucida_shape_check (shape, error);
}

/* bfloat16 lies as two bytes that HDF5 knows nothing about: the upper half of a float32. */
static gboolean
read_bfloat16 (hid_t set, hid_t type, float *values, gsize n)
{
  g_autofree guint16 *halves = g_try_new (guint16, MAX (n, 1));

  if (!halves || H5Dread (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, halves) < 0)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits = (guint32) GUINT16_FROM_LE (halves[i]) << 16;

      memcpy (&values[i], &bits, sizeof bits);
    }
  return TRUE;
}

static LucidaTensor *
read_dataset (hid_t set, const char *path, GError **error)
{
  g_autoptr (LucidaTensor) tensor = NULL;
  LucidaShape shape;
  hid_t type;
  H5T_class_t kind;
  gsize size, n;
  gboolean half, good = FALSE;

  if (!get_shape (set, path, &shape, error))
    return NULL;
  type = H5Dget_type (set);
  kind = type < 0 ? H5T_NO_CLASS : H5Tget_class (type);
  size = type < 0 ? 0 : H5Tget_size (type);
  n = (gsize) lucida_shape_count (&shape);
  half = size == BFLOAT16_SIZE
         && (kind == H5T_OPAQUE || (kind == H5T_INTEGER && H5Aexists (set, "dtype") > 0));
  if (!half && kind != H5T_FLOAT && kind != H5T_INTEGER)
    fail (error, LUCIDA_ERROR_UNSUPPORTED, "holds no numbers", path);
  else if (size > sizeof (double) * 2)
    fail (error, LUCIDA_ERROR_UNSUPPORTED, "holds numbers of a kind that is not known", path);
  else if (check_storage (set, path, (guint64) n * size, error)
           && (tensor = lucida_tensor_new_uninitialised (LUCIDA_FLOAT32, &shape, error)))
    {
      float *values = lucida_tensor_get_data (tensor);

      good
          = n == 0
            || (half ? read_bfloat16 (set, type, values, n)
                     : H5Dread (set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
      if (!good)
        fail (error, LUCIDA_ERROR_CORRUPT, "cannot be read: the file is damaged or cut off", path);
    }
  if (type >= 0)
    H5Tclose (type);
  return good ? g_steal_pointer (&tensor) : NULL;
}

LucidaTensor *
lucida_hdf5_read (LucidaHdf5 *self, const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  hid_t set = open_object (self, path, &problem);
  LucidaTensor *tensor = NULL;

  if (problem)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (set < 0 || H5Iget_type (set) != H5I_DATASET)
    fail (error, LUCIDA_ERROR_CORRUPT, "is named in the file, but it is not there", path);
  else
    tensor = read_dataset (set, path, error);
  if (set >= 0)
    H5Oclose (set);
  return tensor;
}
