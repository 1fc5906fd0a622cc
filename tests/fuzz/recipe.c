#include "recipe.h"

#include "readers/parse/hdf5-file-private.h"

#include <hdf5.h>
#include <string.h>

#define MAX_LINES 200
#define MAX_NUMBERS 4096 /* in one data set */
#define MAX_RANK 10

/* "3,3,4" as sizes; their number, or -1 if there would be too many numbers. */
static int
read_sizes (const char *text, hsize_t *sizes)
{
  hsize_t count = 1;
  int rank = 0;

  while (text && g_ascii_isdigit (*text) && rank < MAX_RANK)
    {
      char *end;

      sizes[rank] = g_ascii_strtoull (text, &end, 10);
      if (sizes[rank] > MAX_NUMBERS || (count *= sizes[rank]) > MAX_NUMBERS)
        return -1;
      rank++;
      text = *end == ',' ? end + 1 : end;
    }
  return rank;
}

static hid_t
text_type (gsize size)
{
  hid_t type = H5Tcopy (H5T_C_S1);

  H5Tset_size (type, size);
  return type;
}

static hid_t
find_type (const char *kind)
{
  static const char *const names[] = { "f4", "f8", "i1", "i4", "i8", "z4" };
  const hid_t types[] = { H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_STD_U8LE,
                          H5T_STD_I32LE,  H5T_STD_I64BE,  H5T_IEEE_F32LE };
  hid_t type;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (kind, names[i]) == 0)
      return H5Tcopy (types[i]);
  if (strcmp (kind, "s5") == 0)
    return text_type (5);
  if (strcmp (kind, "v") == 0)
    return text_type (H5T_VARIABLE);
  type = H5Tcopy (H5T_IEEE_F32LE);
  H5Tset_fields (type, 15, 10, 5, 0, 10);
  H5Tset_size (type, 2);
  H5Tset_ebias (type, 15);
  return type;
}

/* Numbers are written as what lies in a buffer of zeros and ones; texts are left unwritten. */
static void
make_data_set (hid_t file, const char *path, const char *kind, const char *sizes)
{
  static guint8 data[MAX_NUMBERS * 8];
  hsize_t dims[MAX_RANK];
  int rank = read_sizes (sizes, dims);
  hid_t space, type, set, links, creation;

  if (rank < 0)
    return;
  memset (data, 0x3f, sizeof data);
  space = rank ? H5Screate_simple (rank, dims, NULL) : H5Screate (H5S_SCALAR);
  type = find_type (kind);
  links = H5Pcreate (H5P_LINK_CREATE);
  creation = H5Pcreate (H5P_DATASET_CREATE);
  H5Pset_create_intermediate_group (links, 1);
  H5Pset_obj_track_times (creation, 0);
  if (*kind == 'z' && rank > 0)
    {
      H5Pset_chunk (creation, rank, dims);
      H5Pset_deflate (creation, 1);
    }
  set = H5Dcreate2 (file, path, type, space, links, creation, H5P_DEFAULT);
  if (set >= 0 && *kind != 's' && *kind != 'v')
    H5Dwrite (set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
  if (set >= 0)
    H5Dclose (set);
  H5Pclose (creation);
  H5Pclose (links);
  H5Tclose (type);
  H5Sclose (space);
}

/* What an attribute belongs to: a group that is made if nothing is there. */
static hid_t
open_owner (hid_t file, const char *path)
{
  hid_t links, group;

  if (strcmp (path, ".") == 0 || H5Lexists (file, path, H5P_DEFAULT) > 0)
    return H5Oopen (file, path, H5P_DEFAULT);
  links = H5Pcreate (H5P_LINK_CREATE);
  H5Pset_create_intermediate_group (links, 1);
  group = H5Gcreate2 (file, path, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Pclose (links);
  return group;
}

static void
write_attribute (hid_t owner, const char *name, hid_t type, hid_t space, const void *data)
{
  hid_t attribute = H5Acreate2 (owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

  if (attribute >= 0)
    {
      H5Awrite (attribute, type, data);
      H5Aclose (attribute);
    }
  H5Tclose (type);
  H5Sclose (space);
}

static void
write_list (hid_t owner, const char *name, const char *text, gboolean variable)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  hsize_t n = g_strv_length (parts);
  gsize longest = 1;
  g_autofree char *data = NULL;

  for (gsize i = 0; i < n; i++)
    longest = MAX (longest, strlen (parts[i]));
  data = g_malloc0 (n * longest + 1);
  for (gsize i = 0; i < n; i++)
    memcpy (data + i * longest, parts[i], strlen (parts[i]));
  write_attribute (owner, name, text_type (variable ? H5T_VARIABLE : longest),
                   H5Screate_simple (1, &n, NULL), variable ? (void *) parts : data);
}

static void
make_attribute (hid_t file, char kind, const char *path, const char *name, const char *text)
{
  static const double numbers[MAX_NUMBERS] = { 1, 2, 3 };
  hid_t owner = open_owner (file, path);
  hsize_t dims[MAX_RANK];
  int rank = read_sizes (text, dims);

  if (owner < 0)
    return;
  if (kind == 'S')
    write_attribute (owner, name, text_type (H5T_VARIABLE), H5Screate (H5S_SCALAR), &text);
  else if (kind == 'F')
    write_attribute (owner, name, text_type (MAX (strlen (text), 1)), H5Screate (H5S_SCALAR), text);
  else if (kind == 'T' || kind == 'V')
    write_list (owner, name, text, kind == 'V');
  else if (rank >= 0)
    write_attribute (owner, name, H5Tcopy (H5T_NATIVE_DOUBLE),
                     rank ? H5Screate_simple (rank, dims, NULL) : H5Screate (H5S_SCALAR), numbers);
  H5Oclose (owner);
}

static void
follow (hid_t file, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);
  guint n = g_strv_length (words);

  if (n < 3 || words[0][0] == '\0' || words[0][1] != '\0')
    return;
  switch (*words[0])
    {
    case 'D':
      make_data_set (file, words[1], words[2], words[3]);
      break;
    case 'L':
      H5Lcreate_soft (words[2], file, words[1], H5P_DEFAULT, H5P_DEFAULT);
      break;
    case 'X':
      H5Lcreate_external ("other.h5", words[2], file, words[1], H5P_DEFAULT, H5P_DEFAULT);
      break;
    default:
      make_attribute (file, *words[0], words[1], words[2], n > 3 ? words[3] : "");
    }
}

GByteArray *
fuzz_make_hdf5 (const guint8 *recipe, gsize size)
{
  g_autofree char *text = g_strndup (size ? (const char *) recipe : "", size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAX_LINES);
  GByteArray *bytes = g_byte_array_new ();
  hid_t access, file;
  ssize_t length;

  _lucida_hdf5_skip_trials ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  access = H5Pcreate (H5P_FILE_ACCESS);
  H5Pset_fapl_core (access, 4096, 0);
  file = H5Fcreate ("recipe", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  g_assert_true (file >= 0);
  for (char **line = lines; *line; line++)
    follow (file, *line);
  H5Fflush (file, H5F_SCOPE_GLOBAL);
  length = H5Fget_file_image (file, NULL, 0);
  g_assert_true (length > 0);
  g_byte_array_set_size (bytes, (guint) length);
  H5Fget_file_image (file, bytes->data, bytes->len);
  H5Fclose (file);
  H5Pclose (access);
  return bytes;
}
