#include "base/error.h"
#include "readers/file.h"
#include "readers/keras/keras-private.h"
#include "readers/keras/saved-model-private.h"
#include "readers/parse/object-graph.h"
#include "readers/parse/tensor-bundle.h"
#include "readers/reader.h"

#include <string.h>

/* TensorFlow SavedModels that Keras 2 wrote: a folder with the description in keras_metadata.pb
 * (or, from TensorFlow 2.0 to 2.4, in saved_model.pb) and the weights in variables/. Which tensor
 * is whose weight only the checkpoint's graph of objects tells. */

#define GRAPH_KEY "_CHECKPOINTABLE_OBJECT_GRAPH"

typedef struct
{
  LucidaKerasWeights base; /* first */
  LucidaSavedObjects objects;
  LucidaBundle *bundle;
  guint64 size; /* bytes of its shards */
  GBytes *graph_bytes;
  LucidaObjectGraph *graph;
} SavedWeights;

static LucidaSpan
span_of (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return (LucidaSpan){ data, size };
}

/* The path of a layer's object, "root.layer-0.layer_with_weights-3". (transfer none) (nullable) */
static const char *
path_of (SavedWeights *self, const LucidaKerasLayer *layer)
{
  g_autofree char *key = NULL;
  const char *model;

  if (!layer->parent)
    return "root";
  model = path_of (self, layer->parent);
  if (!model)
    return NULL;
  key = g_strconcat (model, "\n", layer->name, NULL);
  return g_hash_table_lookup (self->objects.paths, key);
}

static gboolean
saved_is_frozen (LucidaKerasWeights *base, const LucidaKerasLayer *layer)
{
  SavedWeights *self = (SavedWeights *) base;
  const char *path = path_of (self, layer);

  return path && g_hash_table_contains (self->objects.frozen, path);
}

static LucidaTensor *
saved_load (LucidaKerasWeights *base, const LucidaKerasLayer *layer, const char *role, int index,
            GError **error)
{
  SavedWeights *self = (SavedWeights *) base;
  const char *path = path_of (self, layer);
  g_auto (GStrv) parts = path ? g_strsplit (path, ".", -1) : NULL;
  g_autofree char *key = NULL;
  int node = 0;

  (void) index;
  for (guint i = 1; parts && parts[i]; i++)
    node = lucida_object_graph_find_child (self->graph, node, parts[i]);
  if (parts)
    key = lucida_object_graph_dup_key (self->graph,
                                       lucida_object_graph_find_child (self->graph, node, role));
  if (!key)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the weight “%s” of the layer “%s” is not in the folder's variables", role,
                   layer->full_name);
      return NULL;
    }
  return lucida_bundle_read (self->bundle, key, error);
}

/* A file of the folder. A missing one is named. (transfer full) */
static GBytes *
map_part (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GError *problem = NULL;
  GBytes *bytes = lucida_file_map_no_follow (path, &problem);

  if (bytes)
    return bytes;
  if (g_error_matches (problem, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
                   "the file “%s” is missing in the folder: copy the whole folder", name);
      g_error_free (problem);
    }
  else
    g_propagate_prefixed_error (error, problem, "%s: ", name);
  return NULL;
}

static gboolean
open_weights (SavedWeights *self, const char *folder, GError **error)
{
  g_autoptr (GBytes) index = map_part (folder, "variables/variables.index", error);
  int n;

  if (!index || !(self->bundle = lucida_bundle_new (span_of (index), error)))
    return FALSE;
  n = lucida_bundle_get_n_shards (self->bundle);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("variables/variables.data-%05d-of-%05d", i, n);
      g_autoptr (GBytes) shard = map_part (folder, name, error);

      if (!shard)
        return FALSE;
      lucida_bundle_set_shard (self->bundle, i, shard);
      self->size += g_bytes_get_size (shard);
    }
  self->graph_bytes = lucida_bundle_read_text (self->bundle, GRAPH_KEY, error);
  if (!self->graph_bytes)
    return FALSE;
  self->graph = lucida_object_graph_new (span_of (self->graph_bytes), error);
  return self->graph != NULL;
}

/* The description from either file. */
static gboolean
read_objects (LucidaSavedObjects *objects, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "keras_metadata.pb", NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      bytes = map_part (folder, "keras_metadata.pb", error);
      if (!bytes || !_lucida_saved_objects_read (objects, span_of (bytes), error))
        return FALSE;
    }
  else
    {
      bytes = map_part (folder, "saved_model.pb", error);
      if (!bytes || !_lucida_saved_objects_read_graph (objects, span_of (bytes), error))
        return FALSE;
    }
  if (objects->root && !objects->subclassed)
    return TRUE;
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                       objects->root
                           ? "the network's wiring is Python code of a class of its own, which is "
                             "not in the folder: export it as ONNX (python -m tf2onnx.convert)"
                           : "the SavedModel holds functions only, not Keras' description of the "
                             "layers: export the network as ONNX (python -m tf2onnx.convert)");
  return FALSE;
}

/* The SavedModel's folder that @path is, or is in; NULL: none. (transfer full) */
static char *
find_folder (const char *path)
{
  static const char *const files[] = { "saved_model.pb", "keras_metadata.pb", "fingerprint.pb" };
  g_autofree char *folder = NULL, *name = NULL, *description = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      folder = g_strdup (path);
      name = g_path_get_basename (path);
      if (g_str_equal (name, "variables"))
        {
          g_free (folder);
          folder = g_build_filename (path, "..", NULL);
        }
    }
  else
    {
      name = g_path_get_basename (path);
      folder = g_path_get_dirname (path);
      if (g_str_has_prefix (name, "variables."))
        {
          char *above = g_build_filename (folder, "..", NULL);

          g_free (folder);
          folder = above;
        }
      else if (!g_str_equal (name, files[0]) && !g_str_equal (name, files[1])
               && !g_str_equal (name, files[2]))
        return NULL;
    }
  for (gsize i = 0; i < 2; i++)
    {
      g_free (description);
      description = g_build_filename (folder, files[i], NULL);
      if (g_file_test (description, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&folder);
    }
  return NULL;
}

/* The folder by a name of its own, beside which files can lie. (transfer full) */
static char *
saved_resolve (const char *path)
{
  g_autofree char *folder = find_folder (path);

  return g_canonicalize_filename (folder ? folder : path, NULL);
}

static gboolean
saved_recognise (const char *path, const guint8 *head, gsize size)
{
  g_autofree char *folder = find_folder (path);

  (void) head;
  (void) size;
  return folder != NULL;
}

static LucidaNetwork *
read_folder (SavedWeights *self, const char *folder, const LucidaReading *reading, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  g_autofree char *name = _lucida_keras_name_of (absolute);
  LucidaKerasSource source
      = { .format = "TensorFlow SavedModel", .name = name, .weights = &self->base };

  if (!read_objects (&self->objects, folder, error) || !open_weights (self, folder, error))
    return NULL;
  source.size = self->size;
  source.architecture = self->objects.root;
  source.training = lucida_keras_json_get (self->objects.root, "training_config");
  source.version
      = MAX (2, _lucida_keras_version_of (
                    lucida_keras_json_get_text (self->objects.root, "keras_version", NULL), 2));
  return _lucida_keras_read (&source, reading, error);
}

static LucidaNetwork *
saved_read (const char *path, const LucidaReading *reading, GError **error)
{
  g_autofree char *folder = find_folder (path);
  SavedWeights weights = { .base = { .load = saved_load, .is_frozen = saved_is_frozen } };
  LucidaNetwork *network;

  if (!folder)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
                           "the folder holds no SavedModel any more");
      return NULL;
    }
  _lucida_saved_objects_init (&weights.objects);
  network = read_folder (&weights, folder, reading, error);
  _lucida_saved_objects_clear (&weights.objects);
  g_clear_pointer (&weights.graph, lucida_object_graph_free);
  g_clear_pointer (&weights.graph_bytes, g_bytes_unref);
  g_clear_pointer (&weights.bundle, lucida_bundle_free);
  return network;
}

const LucidaReader lucida_reader_saved_model = {
  .name = "saved-model",
  .recognise = saved_recognise,
  .resolve = saved_resolve,
  .read = saved_read,
};
