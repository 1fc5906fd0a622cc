#include "readers/keras/saved-model-private.h"

#include "base/error.h"
#include "readers/parse/object-graph.h"

#include <string.h>

#define MAX_PATH 1024 /* bytes of "root.layer-0.layer_with_weights-3" */

void
_lucida_saved_objects_init (LucidaSavedObjects *self)
{
  *self = (LucidaSavedObjects){ 0 };
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->frozen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
_lucida_saved_objects_clear (LucidaSavedObjects *self)
{
  g_clear_pointer (&self->root, lucida_keras_json_free);
  g_clear_pointer (&self->paths, g_hash_table_unref);
  g_clear_pointer (&self->frozen, g_hash_table_unref);
}

static gboolean
span_is (LucidaSpan span, const char *text)
{
  return span.size == strlen (text) && memcmp (span.data, text, span.size) == 0;
}

static gboolean
is_layer_name (const char *name)
{
  return g_str_has_prefix (name, "layer-") || g_str_has_prefix (name, "layer_with_weights-");
}

/* One object of Keras: @path says where it stands, @json what it is. */
static gboolean
add_object (LucidaSavedObjects *self, const char *path, LucidaSpan identifier, LucidaSpan json,
            GError **error)
{
  g_autoptr (LucidaKerasJson) object = NULL;
  const char *last = strrchr (path, '.'), *name;
  gboolean root = g_str_equal (path, "root");

  if (!root && (!last || !is_layer_name (last + 1)))
    return TRUE;
  object = lucida_keras_json_parse ((const char *) json.data, json.size, error);
  if (!object)
    return FALSE;
  if (!lucida_keras_json_get_boolean (object, "trainable", TRUE))
    g_hash_table_add (self->frozen, g_strdup (path));
  if (root)
    {
      self->subclassed = span_is (identifier, "_tf_keras_model");
      g_clear_pointer (&self->root, lucida_keras_json_free);
      self->root = g_steal_pointer (&object);
      return TRUE;
    }
  name = lucida_keras_json_get_text (object, "name", NULL);
  if (name)
    {
      g_autofree char *model = g_strndup (path, (gsize) (last - path));

      g_hash_table_insert (self->paths, g_strconcat (model, "\n", name, NULL), g_strdup (path));
    }
  return TRUE;
}

/* SavedObject {node_id 2, node_path 3, identifier 4, metadata 5} */
static gboolean
read_object (LucidaSavedObjects *self, LucidaSpan span, GError **error)
{
  LucidaSpan path = { 0 }, identifier = { 0 }, json = { 0 };
  g_autofree char *text = NULL;
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, span);
  while (lucida_proto_next (&proto, &field))
    if (field.wire != LUCIDA_WIRE_BYTES)
      continue;
    else if (field.number == 3)
      path = field.span;
    else if (field.number == 4)
      identifier = field.span;
    else if (field.number == 5)
      json = field.span;
  if (!lucida_proto_end (&proto, "the description of the network", error))
    return FALSE;
  if (path.size == 0 || path.size > MAX_PATH || json.size == 0)
    return TRUE;
  text = g_strndup ((const char *) path.data, path.size);
  return add_object (self, text, identifier, json, error);
}

gboolean
_lucida_saved_objects_read (LucidaSavedObjects *self, LucidaSpan metadata, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, metadata);
  while (lucida_proto_next (&proto, &field))
    if (field.number == 1 && field.wire == LUCIDA_WIRE_BYTES
        && !read_object (self, field.span, error))
      return FALSE;
  return lucida_proto_end (&proto, "the description of the network", error);
}

typedef struct
{
  int node;
  char *path;
} Place;

/* Every layer below the root, by the names under which it is its model's child. */
static gboolean
walk_graph (LucidaSavedObjects *self, const LucidaObjectGraph *graph, GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, TRUE, sizeof (Place));
  g_autofree guint8 *seen = g_new0 (guint8, MAX (lucida_object_graph_get_n_nodes (graph), 1));
  Place root = { 0, g_strdup ("root") };
  gboolean good = TRUE;

  seen[0] = 1;
  g_array_append_val (places, root);
  for (guint i = 0; good && i < places->len; i++)
    {
      Place place = g_array_index (places, Place, i);
      LucidaSpan identifier, json;

      lucida_object_graph_get_user (graph, place.node, &identifier, &json);
      if (json.size > 0 && identifier.size > 9 && memcmp (identifier.data, "_tf_keras", 9) == 0)
        good = add_object (self, place.path, identifier, json, error);
      for (int k = 0; good && k < lucida_object_graph_get_n_children (graph, place.node); k++)
        {
          LucidaSpan span;
          int child = lucida_object_graph_get_child (graph, place.node, k, &span);
          g_autofree char *name = g_strndup ((const char *) span.data, span.size);
          Place next;

          if (!name || seen[child] || !is_layer_name (name) || strlen (place.path) > MAX_PATH)
            continue;
          seen[child] = 1;
          next = (Place){ child, g_strconcat (place.path, ".", name, NULL) };
          g_array_append_val (places, next);
        }
    }
  for (guint i = 0; i < places->len; i++)
    g_free (g_array_index (places, Place, i).path);
  return good;
}

/* SavedModel {meta_graphs 2 → MetaGraphDef {object_graph_def 7}} */
gboolean
_lucida_saved_objects_read_graph (LucidaSavedObjects *self, LucidaSpan saved_model, GError **error)
{
  LucidaProto proto, inner;
  LucidaProtoField field, member;

  lucida_proto_init (&proto, saved_model);
  while (lucida_proto_next (&proto, &field))
    {
      if (field.number != 2 || field.wire != LUCIDA_WIRE_BYTES || self->root)
        continue;
      lucida_proto_init (&inner, field.span);
      while (lucida_proto_next (&inner, &member))
        {
          g_autoptr (LucidaObjectGraph) graph = NULL;

          if (member.number != 7 || member.wire != LUCIDA_WIRE_BYTES)
            continue;
          graph = lucida_object_graph_new (member.span, error);
          if (!graph
              || (lucida_object_graph_get_n_nodes (graph) > 0 && !walk_graph (self, graph, error)))
            return FALSE;
        }
      if (!lucida_proto_end (&inner, "saved_model.pb", error))
        return FALSE;
    }
  return lucida_proto_end (&proto, "saved_model.pb", error);
}
