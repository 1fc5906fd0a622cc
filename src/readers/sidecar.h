#pragma once

#include "network/network.h"

G_BEGIN_DECLS

/* The description beside a model: MODEL.camlucida.json,
 * {"preprocessing": {…}, "classes": […]}, each part optional. */

/* Reads a preprocessing object, {"size": [H, W], "resize": …, "resample": …, "channels": …,
 * "scale": s, "mean": […], "std": […]}, over @value: what the text leaves out stays as it is in
 * @value, but where it says one of scale, mean and std the others are 1, 0 and 1. @channels: the
 * network's, for lists of one number. Errors: %LUCIDA_ERROR_CORRUPT; @value is untouched then. */
gboolean lucida_sidecar_parse_preprocessing (const char *json, int channels,
                                             LucidaPreprocessing *value, GError **error);
/* Applies the description beside @model_path to a finished network, if there is one; it has the
 * last word. Errors: %LUCIDA_ERROR_CORRUPT and others; the sentence names the description. */
gboolean lucida_sidecar_apply (LucidaNetwork *network, const char *model_path, GError **error);

G_END_DECLS
