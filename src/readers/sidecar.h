#pragma once

#include "network/network.h"

G_BEGIN_DECLS

/* The description beside a model: MODEL.camlucida.json,
 * {"preprocessing": {…}, "classes": […]}, each part optional. Where the model's folder cannot be
 * written to it lies in the user's data folder, named by the model's absolute path; the one there
 * is taken in the place of the one beside the model. */

/* Reads a preprocessing object, {"size": [H, W], "resize": …, "resample": …, "channels": …,
 * "scale": s, "mean": […], "std": […]}, over @value: what the text leaves out stays as it is in
 * @value, but where it says one of scale, mean and std the others are 1, 0 and 1. @channels: the
 * network's, for lists of one number. Errors: %LUCIDA_ERROR_CORRUPT; @value is untouched then. */
gboolean lucida_sidecar_parse_preprocessing (const char *json, int channels,
                                             LucidaPreprocessing *value, GError **error);
/* Applies the description of @model_path to a finished network, if there is one; it has the last
 * word. Errors: %LUCIDA_ERROR_CORRUPT and others; the sentence names the description. */
gboolean lucida_sidecar_apply (LucidaNetwork *network, const char *model_path, GError **error);
/* Writes a description, beside the model if possible. @preprocessing (nullable), for a network of
 * @channels, and @classes (nullable) take the place of what a description said before; NULL, and
 * what is not known here, stays as it was there. Errors: %LUCIDA_ERROR_IO. */
gboolean lucida_sidecar_write (const char *model_path, const LucidaPreprocessing *preprocessing,
                               int channels, const char *const *classes, GError **error);
/* Removes the description, or lets one that cannot be removed count no more.
 * Errors: %LUCIDA_ERROR_IO. */
gboolean lucida_sidecar_forget (const char *model_path, GError **error);

G_END_DECLS
