#pragma once

#include "network/network.h"

G_BEGIN_DECLS

/* Parameters are the floats used as weights, biases or parameters of a normalisation, each counted
 * once however many nodes share it. Running means and variances, and everything in a frozen layer,
 * are not trainable. Shapes, bounds and scalar factors are no parameters. */
typedef struct
{
  gint64 trainable;
  gint64 non_trainable;
} LucidaParameters;

/* Of the whole network. */
LucidaParameters lucida_network_count_parameters (const LucidaNetwork *self);
/* Of each node alone: @counts[i] belongs to node i; parameters that an earlier node has already
 * counted are left out, so that the sum is the network's. (transfer full), free with g_free() */
LucidaParameters *lucida_network_count_node_parameters (const LucidaNetwork *self);

G_END_DECLS
