#pragma once

#include "network/network.h"

G_BEGIN_DECLS

/* Runs a network all of whose inputs are constants, node by node on the operators alone. *@result
 * is its output, NULL if the operator does not make it. (transfer full) */
gboolean evaluate_network (LucidaNetwork *network, LucidaTensor **result, GError **error);

G_END_DECLS
