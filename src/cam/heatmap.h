#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  LUCIDA_EVIDENCE_FOUND,
  LUCIDA_EVIDENCE_AGAINST,  /* every position speaks against the class */
  LUCIDA_EVIDENCE_DEAD,     /* the layer is silent: activations or gradients are all zero */
  LUCIDA_EVIDENCE_CONSTANT, /* the same everywhere up to rounding */
  LUCIDA_EVIDENCE_NAN,      /* numbers that are not finite */
} LucidaEvidence;

/* A class activation map: what every later stage draws, saves or reads values from. Immutable once
 * made, reference-counted. */
typedef struct
{
  gatomicrefcount references;
  int height;
  int width;
  float *map;        /* [height][width] M, unnormalised; not finite numbers are kept */
  float *normalised; /* [height][width] 0 … 1; all 0 unless evidence is FOUND */
  float min;         /* of M; NaN if any is */
  float max;
  LucidaEvidence evidence;
} LucidaHeatmap;

/* Normalises a raw map M [height][width], which is copied. @signed_max: the largest absolute value
 * of the sum before the ReLU, -1 where there is none; it tells "against" from "dead" and rounding
 * from evidence. (transfer full) */
LucidaHeatmap *lucida_heatmap_new (const float *map, int height, int width, float signed_max);
LucidaHeatmap *lucida_heatmap_ref (LucidaHeatmap *self);
void lucida_heatmap_unref (LucidaHeatmap *self);
/* The map with at most @most cells a side, each the mean of those that it stands for, and the
 * evidence of the whole; the map itself if it is as small. (transfer full) */
LucidaHeatmap *lucida_heatmap_shrink (LucidaHeatmap *self, int most);
/* The box (left, top, right, bottom, in shares of the width and height) outside of which the
 * stretched map is everywhere colder than @least, a share of the maximum; %FALSE if all of it is.
 */
gboolean lucida_heatmap_find_box (const LucidaHeatmap *self, double least, double box[4]);
/* One English sentence (a gettext key) for a map without evidence; NULL if there is some. */
const char *lucida_evidence_get_note (LucidaEvidence evidence);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaHeatmap, lucida_heatmap_unref)

G_END_DECLS
