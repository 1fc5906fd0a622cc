#include "base/error.h"
#include "readers/file.h"
#include "readers/keras/keras-private.h"
#include "readers/parse/hdf5-file.h"
#include "readers/parse/zip-entry.h"
#include "readers/reader.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Keras 3's archives, which Keras 2.13 to 2.15 wrote, too: the description as JSON, the weights as
 * an HDF5 file in which each layer has a group named after its class, with a number. */

#define MAX_DESCRIPTION ((gsize) 64 << 20) /* bytes */
#define PIECE ((gsize) 4 << 20)            /* bytes written at a time */
#define MAX_IMAGE ((guint64) 64 << 20)     /* bytes of weights that are opened in memory */
#define MAX_DEPTH 64                       /* of groups in each other */
#define WEIGHTS "model.weights.h5"

typedef struct
{
  LucidaKerasWeights base; /* first */
  LucidaHdf5 *file;
  GHashTable *paths;  /* path with slashes → path as the file has it */
  GPtrArray *sorted;  /* the keys, in alphabetical order */
  GHashTable *named;  /* "model's group\nlayer's name" → group, as Keras 3.6 and later state it */
  GHashTable *groups; /* layer's full name → its group; owned */
} ArchiveWeights;

/* "DepthwiseConv2D" → "depthwise_conv2d", "PReLU" → "p_re_lu": an underscore before each capital
 * that begins a lower-case run, and between lower case and capital. (transfer full) */
static char *
to_snake_case (const char *name)
{
  const char *end = strrchr (name, '>');
  g_autofree char *plain = g_strdup (end ? end + 1 : name);
  g_autoptr (GString) first = g_string_new (NULL), snake = g_string_new (NULL);
  char *to = plain;

  for (const char *c = plain; *c; c++)
    if (g_ascii_isalnum (*c) || *c == '_')
      *to++ = *c;
  *to = '\0';
  for (const char *c = plain; *c; c++)
    {
      if (c > plain && g_ascii_isupper (*c) && g_ascii_islower (c[1]))
        g_string_append_c (first, '_');
      g_string_append_c (first, *c);
    }
  for (const char *c = first->str; *c; c++)
    {
      if (c > first->str && g_ascii_isupper (*c) && g_ascii_islower (c[-1]))
        g_string_append_c (snake, '_');
      g_string_append_c (snake, g_ascii_tolower (*c));
    }
  return g_string_free (g_steal_pointer (&snake), FALSE);
}

/* The number behind a class in a group's name: 0 of "dense", 2 of "dense_2"; -1: another class. */
static gint64
number_of (const char *group, gsize size, const char *snake)
{
  gsize n = strlen (snake);
  gint64 number = 0;

  if (size < n || strncmp (group, snake, n) != 0)
    return -1;
  if (size == n)
    return 0;
  if (group[n] != '_' || size == n + 1 || size > n + 10)
    return -1;
  for (gsize i = n + 1; i < size; i++)
    {
      if (!g_ascii_isdigit (group[i]))
        return -1;
      number = 10 * number + (group[i] - '0');
    }
  return number;
}

typedef struct
{
  char *path;
  gint64 number;
} Group;

static void
group_clear (gpointer data)
{
  g_free (((Group *) data)->path);
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const Group *x = a, *y = b;

  return x->number < y->number ? -1 : x->number > y->number;
}

static guint
first_not_before (const GPtrArray *sorted, const char *text)
{
  guint low = 0, high = sorted->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (strcmp (g_ptr_array_index (sorted, middle), text) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The groups of one class inside a model's, by their numbers. (transfer full) */
static GArray *
list_groups (const ArchiveWeights *self, const char *model, const char *snake)
{
  static const char *const folders[] = { "layers/", "_layer_checkpoint_dependencies/" };
  GArray *groups = g_array_new (FALSE, FALSE, sizeof (Group));

  g_array_set_clear_func (groups, group_clear);
  for (gsize f = 0; f < G_N_ELEMENTS (folders) && groups->len == 0; f++)
    {
      g_autofree char *start = g_strconcat (model, *model ? "/" : "", folders[f], NULL);
      gsize n = strlen (start);
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      for (guint i = first_not_before (self->sorted, start); i < self->sorted->len; i++)
        {
          const char *path = g_ptr_array_index (self->sorted, i);
          gsize size;
          Group group;

          if (strncmp (path, start, n) != 0)
            break;
          size = strcspn (path + n, "/");
          group.number = number_of (path + n, size, snake);
          if (group.number < 0)
            continue;
          group.path = g_strndup (path, n + size);
          if (g_hash_table_add (seen, g_strdup (group.path)))
            g_array_append_val (groups, group);
          else
            g_free (group.path);
        }
    }
  g_array_sort (groups, compare_groups);
  return groups;
}

/* Which of the layers of its class in its model the layer is; @n (out): how many there are. */
static guint
ordinal_of (const LucidaKerasLayer *layer, const char *snake, guint *n)
{
  const LucidaKerasJson *layers = _lucida_keras_layers_of (layer->parent->config);
  guint ordinal = 0;

  *n = 0;
  for (guint i = 0; i < lucida_keras_json_length (layers); i++)
    {
      g_autofree char *other = to_snake_case (
          lucida_keras_json_get_text (lucida_keras_json_at (layers, i), "class_name", ""));

      if ((int) i == layer->position)
        ordinal = *n;
      *n += g_str_equal (other, snake);
    }
  return ordinal;
}

/* The group that is the layer's by its number. (transfer full) (nullable) */
static char *
find_by_number (const ArchiveWeights *self, const LucidaKerasLayer *layer, const char *model)
{
  g_autofree char *snake = to_snake_case (layer->class_name);
  g_autoptr (GArray) groups = list_groups (self, model, snake);
  guint n, ordinal = ordinal_of (layer, snake, &n);

  for (guint i = 0; i < groups->len; i++)
    {
      const Group *group = &g_array_index (groups, Group, i);

      /* Keras 2.13 counted dense, dense_2, dense_4 */
      if (groups->len == n ? i == ordinal : group->number == ordinal)
        return g_strdup (group->path);
    }
  return NULL;
}

/* The group of a layer or model; "" of the outermost. (transfer none) (nullable) */
static const char *
group_of (ArchiveWeights *self, const LucidaKerasLayer *layer)
{
  const char *model;
  char *path = NULL;

  if (!layer->parent)
    return "";
  if (g_hash_table_lookup_extended (self->groups, layer->full_name, NULL, (gpointer *) &path))
    return path;
  model = group_of (self, layer->parent);
  if (model)
    {
      g_autofree char *key = g_strconcat (model, "\n", layer->name, NULL);

      path = g_strdup (g_hash_table_lookup (self->named, key));
      if (!path)
        path = find_by_number (self, layer, model);
    }
  g_hash_table_insert (self->groups, g_strdup (layer->full_name), path);
  return path;
}

static LucidaTensor *
archive_load (LucidaKerasWeights *base, const LucidaKerasLayer *layer, const char *role, int index,
              GError **error)
{
  ArchiveWeights *self = (ArchiveWeights *) base;
  const char *group = group_of (self, layer), *path = NULL;

  if (group)
    {
      g_autofree char *key = g_strdup_printf ("%s/vars/%d", group, index);

      path = g_hash_table_lookup (self->paths, key);
    }
  if (!path)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the weight “%s” of the layer “%s” is not in the file", role, layer->full_name);
      return NULL;
    }
  return lucida_hdf5_read (self->file, path, error);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Notes the layer's name that "…/layers/dense/vars" states. */
static void
note_name (ArchiveWeights *self, const char *path)
{
  g_autofree char *group = NULL, *model = NULL, *name = NULL;
  char *last;

  if (!g_str_has_suffix (path, "/vars"))
    return;
  group = g_strndup (path, strlen (path) - strlen ("/vars"));
  model = g_strdup (group);
  /* two parts less */
  for (int i = 0; i < 2; i++)
    {
      last = strrchr (model, '/');
      *(last ? last : model) = '\0';
    }
  name = lucida_hdf5_get_text (self->file, g_hash_table_lookup (self->paths, path), "name", NULL);
  if (name)
    g_hash_table_insert (self->named, g_strconcat (model, "\n", name, NULL),
                         g_steal_pointer (&group));
}

/* Windows' separators were written as they are. */
static gboolean
list_paths (ArchiveWeights *self, GError **error)
{
  g_auto (GStrv) found = lucida_hdf5_find (self->file, MAX_DEPTH, error);

  if (!found)
    return FALSE;
  for (char **path = found; *path; path++)
    {
      char *plain = g_strdelimit (g_strdup (*path), "\\", '/');

      if (g_hash_table_insert (self->paths, plain, g_strdup (*path)))
        g_ptr_array_add (self->sorted, plain);
    }
  g_ptr_array_sort (self->sorted, compare_names);
  for (guint i = 0; i < self->sorted->len; i++)
    note_name (self, g_ptr_array_index (self->sorted, i));
  return TRUE;
}

/* Half of the way, what is read of the file being the other half. */
static gboolean
write_all (int fd, const guint8 *data, gsize size, const LucidaReading *reading)
{
  for (gsize at = 0; at < size;)
    {
      ssize_t done = write (fd, data + at, MIN (size - at, PIECE));

      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0 || g_cancellable_is_cancelled (lucida_reading_get_cancellable (reading)))
        return FALSE;
      at += (gsize) done;
      lucida_reading_report (reading, at, 2 * size);
    }
  return TRUE;
}

/* Weights too large for memory twice: through a file that has no name any more once it is open. */
static LucidaHdf5 *
open_through_file (GBytes *bytes, const LucidaReading *reading, GError **error)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("camlucida-XXXXXX", &path, NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  LucidaHdf5 *file = NULL;

  if (fd >= 0 && write_all (fd, data, size, reading))
    file = lucida_hdf5_open (path, error);
  else if (!lucida_error_set_cancelled (
               error, g_cancellable_is_cancelled (lucida_reading_get_cancellable (reading))))
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO,
                 "its weights do not fit into the folder for temporary files, %s: set TMPDIR to a "
                 "larger one",
                 g_get_tmp_dir ());
  if (fd >= 0)
    {
      g_unlink (path);
      close (fd);
    }
  return file;
}

static LucidaHdf5 *
open_weights (const LucidaZip *zip, const LucidaReading *reading, guint64 *done, GError **error)
{
  int entry = lucida_zip_find (zip, WEIGHTS);
  g_autoptr (GBytes) bytes = NULL;
  gboolean large;

  if (entry < 0)
    {
      g_set_error_literal (
          error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
          lucida_zip_find (zip, "model.weights.npz") >= 0
              ? "its weights are NumPy arrays, not HDF5: install h5py and save the "
                "network again"
              : "the archive has no weights (“" WEIGHTS "”)");
      return NULL;
    }
  large = lucida_zip_get_size (zip, entry) > MAX_IMAGE;
  bytes = lucida_zip_read (zip, entry, G_MAXSSIZE, error);
  if (!bytes)
    return NULL;
  *done = large ? g_bytes_get_size (bytes) : 0;
  return large ? open_through_file (bytes, reading, error)
               : lucida_hdf5_open_image (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                         error);
}

/* (transfer full) */
static LucidaKerasJson *
read_json (const LucidaZip *zip, const char *name, GError **error)
{
  int entry = lucida_zip_find (zip, name);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const char *text;

  if (entry < 0)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the archive has no “%s”", name);
      return NULL;
    }
  bytes = lucida_zip_read (zip, entry, MAX_DESCRIPTION, error);
  if (!bytes)
    return NULL;
  text = g_bytes_get_data (bytes, &size);
  return lucida_keras_json_parse (text ? text : "", size, error);
}

/* What is needed of the archive, which is not held any longer: its mapped pages would count beside
 * the weights. */
static gboolean
read_parts (const char *path, LucidaKerasJson **description, LucidaKerasJson **metadata,
            LucidaHdf5 **file, const LucidaReading *reading, guint64 *done, GError **error)
{
  g_autoptr (GBytes) bytes = lucida_file_map (path, error);
  g_autoptr (LucidaZip) zip = bytes ? lucida_zip_open (bytes, error) : NULL;

  if (!zip || !(*description = read_json (zip, "config.json", error))
      || !(*file = open_weights (zip, reading, done, error)))
    return FALSE;
  *metadata = read_json (zip, "metadata.json", NULL);
  return TRUE;
}

static LucidaNetwork *
archive_read (const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (LucidaKerasJson) description = NULL, metadata = NULL;
  g_autoptr (LucidaHdf5) file = NULL;
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autofree char *name = _lucida_keras_name_of (path);
  ArchiveWeights weights = { .base = { .load = archive_load },
                             .paths = paths,
                             .sorted = sorted,
                             .named = named,
                             .groups = groups };
  LucidaKerasSource source = { .format = "Keras", .name = name, .weights = &weights.base };

  if (!read_parts (path, &description, &metadata, &file, reading, &source.done, error))
    return NULL;
  weights.file = file;
  if (!list_paths (&weights, error))
    return NULL;
  source.size = lucida_hdf5_get_size (file);
  source.architecture = description;
  source.training = lucida_keras_json_get (description, "compile_config");
  source.version = MAX (2, _lucida_keras_version_of (
                               lucida_keras_json_get_text (metadata, "keras_version", NULL), 3));
  return _lucida_keras_read (&source, reading, error);
}

static gboolean
holds (const guint8 *head, gsize size, const char *text)
{
  return memmem (head, size, text, strlen (text)) != NULL;
}

/* A whole archive is told by what it holds, one that is cut off by how it begins. */
static gboolean
archive_recognise (const char *path, const guint8 *head, gsize size)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (LucidaZip) zip = NULL;

  if (size < 4 || memcmp (head, "PK\3\4", 4) != 0)
    return FALSE;
  bytes = lucida_file_map (path, NULL);
  zip = bytes ? lucida_zip_open (bytes, NULL) : NULL;
  if (zip)
    return lucida_zip_find (zip, "config.json") >= 0
           && (lucida_zip_find (zip, "metadata.json") >= 0 || lucida_zip_find (zip, WEIGHTS) >= 0);
  return holds (head, size, "metadata.json") || holds (head, size, WEIGHTS);
}

const LucidaReader lucida_reader_keras_archive = {
  .name = "keras-archive",
  .recognise = archive_recognise,
  .read = archive_read,
};
