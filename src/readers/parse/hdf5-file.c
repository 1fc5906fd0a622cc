#include "readers/parse/hdf5-file.h"

#include "base/error.h"
#include "readers/parse/hdf5-file-private.h"

#include <hdf5.h>
#include <string.h>

/* Format: docs.hdfgroup.org/hdf5/develop/_f_m_t3.html. What libhdf5 is not asked to do is what a
 * hostile file would want of it: follow links, open other files, load filters. */

#define MAX_FOUND 50000           /* groups and data sets */
#define MAX_RATIO 1100            /* of numbers to what is stored; deflate reaches 1032 */
#define FLOOR ((guint64) 1 << 20) /* bytes below which the ratio does not matter */
#define DAMAGED "the HDF5 file is damaged or cut off"
#define BFLOAT16_SIZE 2 /* bytes */

gboolean
_lucida_hdf5_fail (GError **error, LucidaError code, const char *text, const char *what)
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
      _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, DAMAGED, NULL);
      return NULL;
    }
  self = g_new0 (LucidaHdf5, 1);
  self->file = file;
  return self;
}

static LucidaHdf5 *
open_disk (gconstpointer path, gsize size, GError **error)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS);

  (void) size;
  H5Pset_fclose_degree (access, H5F_CLOSE_STRONG);
  H5Pset_file_locking (access, 0, 1);
  return open_with (path, access, error);
}

static LucidaHdf5 *
open_image (gconstpointer data, gsize size, GError **error)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS);
  LucidaHdf5 *self;

  H5Pset_fclose_degree (access, H5F_CLOSE_STRONG);
  if (size == 0 || H5Pset_fapl_core (access, 1 << 16, 0) < 0
      || H5Pset_file_image (access, (void *) data, size) < 0)
    {
      H5Pclose (access);
      _lucida_hdf5_fail (error, LUCIDA_ERROR_NO_MEMORY,
                         "there is not enough memory for the weights", NULL);
      return NULL;
    }
  self = open_with ("weights", access, error);
  if (self)
    self->image_size = size;
  return self;
}

static LucidaHdf5 *
open_tried (LucidaHdf5Open open_file, gconstpointer data, gsize size, GError **error)
{
  quieten ();
  if (_lucida_hdf5_survives (open_file, data, size))
    return open_file (data, size, error);
  _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, DAMAGED, NULL);
  return NULL;
}

LucidaHdf5 *
lucida_hdf5_open (const char *path, GError **error)
{
  return open_tried (open_disk, path, 0, error);
}

LucidaHdf5 *
lucida_hdf5_open_image (const guint8 *data, gsize size, GError **error)
{
  return open_tried (open_image, data, size, error);
}

void
lucida_hdf5_close (LucidaHdf5 *self)
{
  if (!self)
    return;
  H5Fclose (self->file);
  g_free (self);
}

guint64
lucida_hdf5_get_size (LucidaHdf5 *self)
{
  hsize_t size;

  return H5Fget_filesize (self->file, &size) < 0 ? 0 : size;
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

hid_t
_lucida_hdf5_open_object (LucidaHdf5 *self, const char *path, GError **error)
{
  gboolean link;

  if (*path == '\0')
    return H5Gopen2 (self->file, "/", H5P_DEFAULT);
  if (is_inside (self, path, &link))
    return H5Oopen (self->file, path, H5P_DEFAULT);
  if (link)
    _lucida_hdf5_fail (
        error, LUCIDA_ERROR_UNSUPPORTED,
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
  hid_t group = _lucida_hdf5_open_object (self, path, NULL);
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
              _lucida_hdf5_fail (error, LUCIDA_ERROR_TOO_LARGE, "the file has too many groups",
                                 NULL);
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

/* The data must lie in this file, be undone by filters that libhdf5 itself has, and not be declared
 * out of all proportion to what is stored. */
static gboolean
check_storage (hid_t set, const char *path, guint64 bytes, GError **error)
{
  hid_t list = H5Dget_create_plist (set);
  guint64 stored = H5Dget_storage_size (set);
  gboolean good = FALSE;

  if (list < 0)
    return _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, "cannot be read: the file is damaged",
                              path);
  if (H5Pget_layout (list) == H5D_VIRTUAL || H5Pget_external_count (list) != 0)
    _lucida_hdf5_fail (
        error, LUCIDA_ERROR_UNSUPPORTED,
        "has its numbers in another file, which is not opened: save the network again", path);
  else if (bytes > 0 && (stored == 0 || (bytes > FLOOR && stored < bytes / MAX_RATIO)))
    _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, "declares numbers that the file does not hold",
                       path);
  else
    good = TRUE;
  for (int i = 0; good && i < H5Pget_nfilters (list); i++)
    {
      unsigned flags, config;
      size_t n = 0;
      H5Z_filter_t filter = H5Pget_filter2 (list, (unsigned) i, &flags, &n, NULL, 0, NULL, &config);

      if (filter < 0 || H5Zfilter_avail (filter) <= 0)
        good = _lucida_hdf5_fail (
            error, LUCIDA_ERROR_UNSUPPORTED,
            "is compressed in a way that is not known: save the network again without", path);
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
    return _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, "has no shape that makes sense", path);
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
    _lucida_hdf5_fail (error, LUCIDA_ERROR_UNSUPPORTED, "holds no numbers", path);
  else if (size > sizeof (double) * 2)
    _lucida_hdf5_fail (error, LUCIDA_ERROR_UNSUPPORTED, "holds numbers of a kind that is not known",
                       path);
  else if (check_storage (set, path, (guint64) n * size, error)
           && (tensor = lucida_tensor_new_uninitialised (LUCIDA_FLOAT32, &shape, error)))
    {
      float *values = lucida_tensor_get_data (tensor);

      good
          = n == 0
            || (half ? read_bfloat16 (set, type, values, n)
                     : H5Dread (set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
      if (!good)
        _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT,
                           "cannot be read: the file is damaged or cut off", path);
    }
  if (type >= 0)
    H5Tclose (type);
  return good ? g_steal_pointer (&tensor) : NULL;
}

LucidaTensor *
lucida_hdf5_read (LucidaHdf5 *self, const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  hid_t set = _lucida_hdf5_open_object (self, path, &problem);
  LucidaTensor *tensor = NULL;

  if (problem)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (set < 0 || H5Iget_type (set) != H5I_DATASET)
    _lucida_hdf5_fail (error, LUCIDA_ERROR_CORRUPT, "is named in the file, but it is not there",
                       path);
  else
    tensor = read_dataset (set, path, error);
  if (set >= 0)
    H5Oclose (set);
  return tensor;
}
