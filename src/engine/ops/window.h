#pragma once

#include "engine/kernels/window.h"
#include "engine/ops/op.h"

G_BEGIN_DECLS

/* Reads strides, dilations, pads, auto_pad and ceil_mode (poolings only: @ceil_allowed) of a node
 * and works out the window over an input of shape N×C×H×W, or N×C×W, which counts as H = 1.
 * @kernel: its sizes, [rank - 2]. Errors: %LUCIDA_ERROR_CORRUPT, _UNSUPPORTED. */
gboolean lucida_window_resolve (const LucidaOpCall *call, const LucidaShape *input,
                                const int64_t *kernel, gboolean ceil_allowed, LucidaWindow *window,
                                GError **error);
/* The shape N×@channels×OH×OW (or N×@channels×OW) of the output. */
LucidaShape lucida_window_output (const LucidaShape *input, int64_t channels,
                                  const LucidaWindow *window);

G_END_DECLS
