#pragma once

#include "network/preprocessing.h"
#include "picture/resample-private.h"

G_BEGIN_DECLS

/* To which size a @width × @height picture is scaled, and which part of that is cut out. */
LucidaResampling _lucida_geometry_scale (int width, int height,
                                         const LucidaPreprocessing *preprocessing);

G_END_DECLS
