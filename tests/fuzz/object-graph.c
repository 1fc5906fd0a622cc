#include "target.h"

#include "readers/parse/object-graph.h"

#include <string.h>

static void
read_node (const LucidaObjectGraph *graph, int node)
{
  g_autofree char *key = lucida_object_graph_dup_key (graph, node);
  LucidaSpan identifier, metadata, name;

  lucida_object_graph_get_user (graph, node, &identifier, &metadata);
  fuzz_touch (identifier.data, identifier.size);
  fuzz_touch (metadata.data, metadata.size);
  if (key)
    fuzz_touch (key, strlen (key));
  lucida_object_graph_find_child (graph, node, "kernel");
  for (int i = 0; i < lucida_object_graph_get_n_children (graph, node); i++)
    {
      int child = lucida_object_graph_get_child (graph, node, i, &name);

      fuzz_touch (name.data, name.size);
      g_assert_cmpint (child, <, lucida_object_graph_get_n_nodes (graph));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (LucidaObjectGraph) graph = NULL;
  GError *error = NULL;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  graph = lucida_object_graph_new ((LucidaSpan){ data, size }, &error);
  fuzz_check_outcome (graph != NULL, &error);
  for (int i = 0; graph && i < lucida_object_graph_get_n_nodes (graph); i++)
    read_node (graph, i);
  return 0;
}
