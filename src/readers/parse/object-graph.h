#pragma once

#include "readers/parse/protobuf-bounds.h"

G_BEGIN_DECLS

/* TensorFlow's graph of objects, as checkpoints and SavedModels hold it: which object is which
 * other one's child, under what name. Cycles are usual. Format: trackable_object_graph.proto and
 * saved_object_graph.proto in github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf
 */
typedef struct _LucidaObjectGraph LucidaObjectGraph;

/* @graph must outlive the result. (transfer full) Errors: %LUCIDA_ERROR_CORRUPT, _TOO_LARGE. */
LucidaObjectGraph *lucida_object_graph_new (LucidaSpan graph, GError **error);
void lucida_object_graph_free (LucidaObjectGraph *self);

int lucida_object_graph_get_n_nodes (const LucidaObjectGraph *self);
int lucida_object_graph_get_n_children (const LucidaObjectGraph *self, int node);
/* Child number @i of @node, and the name under which it is one. */
int lucida_object_graph_get_child (const LucidaObjectGraph *self, int node, int i,
                                   LucidaSpan *name);
/* The child of @node called @name; -1: none. */
int lucida_object_graph_find_child (const LucidaObjectGraph *self, int node, const char *name);
/* The checkpoint's key of the variable that @node is. (transfer full) (nullable) */
char *lucida_object_graph_dup_key (const LucidaObjectGraph *self, int node);
/* What Keras says about @node: kind ("_tf_keras_layer") and JSON; empty where nothing is said. */
void lucida_object_graph_get_user (const LucidaObjectGraph *self, int node, LucidaSpan *identifier,
                                   LucidaSpan *metadata);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaObjectGraph, lucida_object_graph_free)

G_END_DECLS
