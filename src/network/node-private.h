#pragma once

#include "network/node.h"

G_BEGIN_DECLS

/* (transfer full) Indices are copied. */
LucidaNode *_lucida_node_new (const char *op, const char *name, const int *inputs, int n_inputs,
                              const int *outputs, int n_outputs);
void _lucida_node_free (LucidaNode *self);

G_END_DECLS
