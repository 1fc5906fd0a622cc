#include "base/error.h"
#include "readers/keras/keras-private.h"
#include "readers/parse/hdf5-file.h"
#include "readers/reader.h"

#include <string.h>

/* Keras' HDF5 files: the description in an attribute of the root, the weights in a group for each
 * layer of the outermost model; that of a nested model holds everything inside it. */

#define WEIGHTS "model_weights"

typedef struct
{
  LucidaKerasWeights base; /* first */
  LucidaHdf5 *file;
  GHashTable *names; /* group → NULL-terminated weight names; the lists are owned */
} Hdf5Weights;

/* The names of the weights in a layer's group, in the order in which Keras wrote them. */
static char **
weight_names (Hdf5Weights *self, const char *group, GError **error)
{
  g_autofree char *path = g_strconcat (WEIGHTS "/", group, NULL);
  char **names = g_hash_table_lookup (self->names, group);

  if (names)
    return names;
  if (!lucida_hdf5_has (self->file, path))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the weights of the layer “%s” are not in the file", group);
      return NULL;
    }
  names = lucida_hdf5_get_texts (self->file, path, "weight_names", error);
  if (names)
    g_hash_table_insert (self->names, g_strdup (group), names);
  return names;
}

/* The role in a weight's name: "kernel" of "conv2d/kernel:0". (transfer full) */
static char *
role_of (const char *name)
{
  const char *last = strrchr (name, '/');

  last = last ? last + 1 : name;
  return g_strndup (last, strcspn (last, ":"));
}

/* How well the weight @name belongs to the layer @layer: 0 not at all. "dense/kernel:0" of the
 * layer dense, perhaps with the names of models in front; Keras 1: "dense_W". */
static int
match (const char *name, const char *layer, const char *role)
{
  static const struct
  {
    const char *role, *suffix;
  } old[] = { { "kernel", "_W" },
              { "bias", "_b" },
              { "gamma", "_gamma" },
              { "beta", "_beta" },
              { "moving_mean", "_running_mean" },
              { "moving_variance", "_running_std" } };
  g_autofree char *written = role_of (name);
  const char *last = strrchr (name, '/');
  gsize n = last ? (gsize) (last - name) : 0, m = strlen (layer);

  if (g_str_equal (written, role) && n >= m && strncmp (name + n - m, layer, m) == 0
      && (n == m || name[n - m - 1] == '/'))
    return n == m ? 3 : 2;
  for (gsize i = 0; i < G_N_ELEMENTS (old); i++)
    if (g_str_equal (role, old[i].role) && g_str_has_prefix (written, layer)
        && g_str_equal (written + m, old[i].suffix))
      return 1;
  return 0;
}

/* Inside nested models the order is of no help: all that are trained come before all others. */
static const char *
find_by_name (char **names, const LucidaKerasLayer *layer, const char *role)
{
  const char *found = NULL;
  int best = 0;

  for (char **name = names; *name; name++)
    {
      int score = match (*name, layer->name, role);
      g_autofree char *path = NULL;

      /* of two layers of that name, the one whose models are named, too */
      if (score == 2 && layer->parent && layer->parent->name)
        {
          path = g_strconcat (layer->parent->name, "/", layer->name, NULL);
          score += match (*name, path, role) > 0 ? 2 : 0;
        }
      if (score > best)
        {
          best = score;
          found = *name;
        }
    }
  return found;
}

static gboolean
has_weights (const LucidaKerasJson *entry)
{
  static const char *const ends[]
      = { "Conv1D",        "Conv2D", "Conv1DTranspose", "Conv2DTranspose", "Dense",
          "Normalization", "PReLU" };
  const char *class_name = lucida_keras_json_get_text (entry, "class_name", "");

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (class_name, ends[i]))
      return TRUE;
  return FALSE;
}

/* The layers with weights inside a model, at any depth, those that are trained apart. */
static void
list_weighted (const LucidaKerasJson *entry, gboolean trained, GPtrArray *lists[2])
{
  const LucidaKerasJson *config = lucida_keras_json_get (entry, "config");
  const LucidaKerasJson *layers = _lucida_keras_layers_of (config);

  trained = trained && lucida_keras_json_get_boolean (config, "trainable", TRUE);
  for (guint i = 0; i < lucida_keras_json_length (layers); i++)
    list_weighted (lucida_keras_json_at (layers, i), trained, lists);
  if (!layers && has_weights (entry))
    g_ptr_array_add (lists[trained ? 0 : 1], (gpointer) entry);
}

/* Where names say nothing, as TensorFlow 1 changed them when several networks were open: as many
 * different beginnings of names as there are layers with weights, in the same order. */
static const char *
find_by_order (char **names, const LucidaKerasLayer *outer, const LucidaKerasLayer *layer,
               const char *role)
{
  g_autoptr (GPtrArray) trained = g_ptr_array_new (), frozen = g_ptr_array_new ();
  g_autoptr (GPtrArray) beginnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *lists[2] = { trained, frozen };
  guint index = G_MAXUINT;

  list_weighted (outer->entry, TRUE, lists);
  for (guint i = 0; i < frozen->len; i++)
    g_ptr_array_add (trained, g_ptr_array_index (frozen, i));
  for (char **name = names; *name; name++)
    {
      const char *last = strrchr (*name, '/');
      g_autofree char *beginning = g_strndup (*name, last ? (gsize) (last - *name) : 0);

      if (g_hash_table_contains (seen, beginning))
        continue;
      g_hash_table_add (seen, beginning);
      g_ptr_array_add (beginnings, g_steal_pointer (&beginning));
    }
  if (beginnings->len != trained->len || !g_ptr_array_find (trained, layer->entry, &index))
    return NULL;
  for (char **name = names; *name; name++)
    if (match (*name, g_ptr_array_index (beginnings, index), role) == 3)
      return *name;
  return NULL;
}

static LucidaTensor *
hdf5_load (LucidaKerasWeights *base, const LucidaKerasLayer *layer, const char *role, int index,
           GError **error)
{
  Hdf5Weights *self = (Hdf5Weights *) base;
  const LucidaKerasLayer *outer = layer;
  const char *name = NULL;
  g_autofree char *path = NULL;
  char **names;

  while (outer->parent && outer->parent->parent)
    outer = outer->parent;
  names = weight_names (self, outer->name, error);
  if (!names)
    return NULL;
  if (outer != layer)
    {
      name = find_by_name (names, layer, role);
      if (!name)
        name = find_by_order (names, outer, layer, role);
    }
  else if ((guint) index < g_strv_length (names))
    name = names[index];
  if (!name)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the weight “%s” of the layer “%s” is not in the file", role, layer->full_name);
      return NULL;
    }
  path = g_strconcat (WEIGHTS "/", outer->name, "/", name, NULL);
  return lucida_hdf5_read (self->file, path, error);
}

static gboolean
hdf5_recognise (const char *path, const guint8 *head, gsize size)
{
  (void) path;
  /* behind a user block, too, of which the head shows 512, 1024 and 2048 bytes */
  for (gsize at = 0; at + 8 <= size; at = at ? 2 * at : 512)
    if (memcmp (head + at, "\x89HDF\r\n\x1a\n", 8) == 0)
      return TRUE;
  return FALSE;
}

/* The description, or a sentence about the file that has none. (transfer full) */
static LucidaKerasJson *
read_description (LucidaHdf5 *file, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = lucida_hdf5_get_text (file, "", "model_config", &problem);

  if (text)
    return lucida_keras_json_parse (text, strlen (text), error);
  if (problem)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (lucida_hdf5_has_attribute (file, "", "layer_names") || lucida_hdf5_has (file, "layers")
           || lucida_hdf5_has (file, "_layer_checkpoint_dependencies")
           || lucida_hdf5_has (file, WEIGHTS))
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                         "the file holds weights only, not how the layers are connected: save the "
                         "whole network with model.save()");
  else
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED,
                         "this is an HDF5 file, but not one in which Keras has saved a network");
  return NULL;
}

static LucidaNetwork *
read_file (LucidaHdf5 *file, const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (LucidaKerasJson) description = read_description (file, error);
  g_autoptr (LucidaKerasJson) training = NULL;
  g_autofree char *training_text = NULL, *version = NULL, *backend = NULL, *name = NULL;
  g_autoptr (GHashTable) names
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
  Hdf5Weights weights = { .base = { .load = hdf5_load }, .file = file, .names = names };
  LucidaKerasSource source = { .format = "Keras HDF5", .weights = &weights.base };

  if (!description)
    return NULL;
  training_text = lucida_hdf5_get_text (file, "", "training_config", NULL);
  if (training_text)
    training = lucida_keras_json_parse (training_text, strlen (training_text), NULL);
  version = lucida_hdf5_get_text (file, "", "keras_version", NULL);
  if (!version)
    version = lucida_hdf5_get_text (file, WEIGHTS, "keras_version", NULL);
  backend = lucida_hdf5_get_text (file, "", "backend", NULL);
  if (!backend)
    backend = lucida_hdf5_get_text (file, WEIGHTS, "backend", NULL);
  name = _lucida_keras_name_of (path);
  source.name = name;
  source.size = lucida_hdf5_get_size (file);
  source.architecture = description;
  source.training = training;
  /* Keras 1 wrote no version at first */
  source.version = _lucida_keras_version_of (version, version ? 2 : 1);
  source.theano = source.version >= 2 && backend && g_str_equal (backend, "theano");
  return _lucida_keras_read (&source, reading, error);
}

static LucidaNetwork *
hdf5_read (const char *path, const LucidaReading *reading, GError **error)
{
  g_autoptr (LucidaHdf5) file = lucida_hdf5_open (path, error);

  return file ? read_file (file, path, reading, error) : NULL;
}

const LucidaReader lucida_reader_keras_hdf5 = {
  .name = "keras-hdf5",
  .recognise = hdf5_recognise,
  .read = hdf5_read,
};
