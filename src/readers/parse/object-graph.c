#include "readers/parse/object-graph.h"

#include "base/error.h"

#include <string.h>

#define MAX_NODES 2000000
#define MAX_CHILDREN 8000000

typedef struct
{
  int node;
  LucidaSpan name;
} Child;

typedef struct
{
  int first; /* in children */
  int n;
  LucidaSpan key;        /* of a variable */
  LucidaSpan identifier; /* of a Keras object */
  LucidaSpan metadata;
} Node;

struct _LucidaObjectGraph
{
  GArray *nodes;    /* Node */
  GArray *children; /* Child */
};

/* ObjectReference {node_id 1, local_name 2} */
static gboolean
read_child (LucidaObjectGraph *self, LucidaSpan span, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;
  Child child = { 0 };

  lucida_proto_init (&proto, span);
  while (lucida_proto_next (&proto, &field))
    if (field.number == 1 && field.wire == LUCIDA_WIRE_VARINT)
      child.node = field.value < MAX_NODES ? (int) field.value : -1;
    else if (field.number == 2 && field.wire == LUCIDA_WIRE_BYTES)
      child.name = field.span;
  if (!lucida_proto_end (&proto, "an object of the weights", error))
    return FALSE;
  g_array_append_val (self->children, child);
  return TRUE;
}

/* SerializedTensor {name 1, full_name 2, checkpoint_key 3} */
static gboolean
read_attribute (Node *node, LucidaSpan span, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;
  LucidaSpan name = { 0 }, key = { 0 };

  lucida_proto_init (&proto, span);
  while (lucida_proto_next (&proto, &field))
    if (field.wire == LUCIDA_WIRE_BYTES && field.number == 1)
      name = field.span;
    else if (field.wire == LUCIDA_WIRE_BYTES && field.number == 3)
      key = field.span;
  if (name.size == strlen ("VARIABLE_VALUE")
      && memcmp (name.data, "VARIABLE_VALUE", name.size) == 0)
    node->key = key;
  return lucida_proto_end (&proto, "an object of the weights", error);
}

/* SavedUserObject {identifier 1, version 2, metadata 3} */
static gboolean
read_user (Node *node, LucidaSpan span, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, span);
  while (lucida_proto_next (&proto, &field))
    if (field.wire == LUCIDA_WIRE_BYTES && field.number == 1)
      node->identifier = field.span;
    else if (field.wire == LUCIDA_WIRE_BYTES && field.number == 3)
      node->metadata = field.span;
  return lucida_proto_end (&proto, "an object of the network", error);
}

static gboolean
read_node (LucidaObjectGraph *self, LucidaSpan span, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;
  Node node = { .first = (int) self->children->len };

  lucida_proto_init (&proto, span);
  while (lucida_proto_next (&proto, &field))
    {
      gboolean good = TRUE;

      if (field.wire != LUCIDA_WIRE_BYTES)
        continue;
      if (field.number == 1)
        good = read_child (self, field.span, error);
      else if (field.number == 2)
        good = read_attribute (&node, field.span, error);
      else if (field.number == 4)
        good = read_user (&node, field.span, error);
      if (!good)
        return FALSE;
    }
  if (!lucida_proto_end (&proto, "an object of the network", error))
    return FALSE;
  node.n = (int) self->children->len - node.first;
  g_array_append_val (self->nodes, node);
  if (self->nodes->len <= MAX_NODES && self->children->len <= MAX_CHILDREN)
    return TRUE;
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                       "the network consists of more than two million objects");
  return FALSE;
}

LucidaObjectGraph *
lucida_object_graph_new (LucidaSpan graph, GError **error)
{
  g_autoptr (LucidaObjectGraph) self = g_new0 (LucidaObjectGraph, 1);
  LucidaProto proto;
  LucidaProtoField field;

  self->nodes = g_array_new (FALSE, TRUE, sizeof (Node));
  self->children = g_array_new (FALSE, TRUE, sizeof (Child));
  lucida_proto_init (&proto, graph);
  while (lucida_proto_next (&proto, &field))
    if (field.number == 1 && field.wire == LUCIDA_WIRE_BYTES
        && !read_node (self, field.span, error))
      return NULL;
  if (!lucida_proto_end (&proto, "the graph of objects", error))
    return NULL;
  for (guint i = 0; i < self->children->len; i++)
    {
      int node = g_array_index (self->children, Child, i).node;

      if (node < 0 || node >= (int) self->nodes->len)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "the graph of objects names one that is not there");
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

void
lucida_object_graph_free (LucidaObjectGraph *self)
{
  if (!self)
    return;
  g_array_unref (self->nodes);
  g_array_unref (self->children);
  g_free (self);
}

int
lucida_object_graph_get_n_nodes (const LucidaObjectGraph *self)
{
  return (int) self->nodes->len;
}

static const Node *
node_at (const LucidaObjectGraph *self, int node)
{
  return &g_array_index (self->nodes, Node, (guint) node);
}

int
lucida_object_graph_get_n_children (const LucidaObjectGraph *self, int node)
{
  return node_at (self, node)->n;
}

int
lucida_object_graph_get_child (const LucidaObjectGraph *self, int node, int i, LucidaSpan *name)
{
  const Child *child
      = &g_array_index (self->children, Child, (guint) (node_at (self, node)->first + i));

  *name = child->name;
  return child->node;
}

int
lucida_object_graph_find_child (const LucidaObjectGraph *self, int node, const char *name)
{
  gsize size = strlen (name);

  if (node < 0 || node >= (int) self->nodes->len)
    return -1;
  for (int i = 0; i < node_at (self, node)->n; i++)
    {
      LucidaSpan found;
      int child = lucida_object_graph_get_child (self, node, i, &found);

      if (found.size == size && memcmp (found.data, name, size) == 0)
        return child;
    }
  return -1;
}

char *
lucida_object_graph_dup_key (const LucidaObjectGraph *self, int node)
{
  LucidaSpan key;

  if (node < 0 || node >= (int) self->nodes->len)
    return NULL;
  key = node_at (self, node)->key;
  return key.size > 0 ? g_strndup ((const char *) key.data, key.size) : NULL;
}

void
lucida_object_graph_get_user (const LucidaObjectGraph *self, int node, LucidaSpan *identifier,
                              LucidaSpan *metadata)
{
  *identifier = node_at (self, node)->identifier;
  *metadata = node_at (self, node)->metadata;
}
