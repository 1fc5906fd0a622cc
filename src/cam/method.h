#pragma once

#include "base/tensor.h"
#include "cam/heatmap.h"

G_BEGIN_DECLS

/* One way to make a map from a layer's activation A and gradient G (C×H×W each). A method is one
 * file in this room and one line in its meson.build. */
typedef struct
{
  const char *name;  /* "gradcam": on the command line */
  const char *title; /* "Grad-CAM": for people */
  /* S, the sum before the method's ReLU: @s [height·width], zeros at first. */
  void (*signed_sum) (const float *a, const float *g, int channels, int height, int width,
                      float *s);
} LucidaMethod;

/* The table that the build makes from the list in meson.build; ends with NULL. */
extern const LucidaMethod *const lucida_methods[];

/* By name, case and hyphens ignored. (nullable) */
const LucidaMethod *lucida_method_find (const char *name);
/* The first one besides @method; @method itself if there is no other. */
const LucidaMethod *lucida_method_get_other (const LucidaMethod *method);
/* M = ReLU(S) of @a and @g, both C×H×W. (transfer full) */
LucidaHeatmap *lucida_method_compute (const LucidaMethod *method, LucidaTensor *a, LucidaTensor *g);

G_END_DECLS
