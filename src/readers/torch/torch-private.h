#pragma once

#include "network/network.h"
#include "readers/torch/state-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The network whose weights @state holds, if it is of a known family. (transfer full) */
LucidaNetwork *_lucida_torch_build_state (LucidaTorchState *state, const char *format,
                                          const char *name, GCancellable *cancellable,
                                          GError **error);

G_END_DECLS
