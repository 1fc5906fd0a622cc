#pragma once

#include "cam/heatmap.h"

G_BEGIN_DECLS

/* Stretches the heat of a map over a rectangle of a grid of pixels, one line at a time. */
typedef struct
{
  const LucidaHeatmap *heatmap;
  double top; /* where the map begins, and how far it goes, in lines of the grid */
  double height;
  int first; /* the pixels of a line whose centres lie on the map: [first, end) */
  int end;
  int *near;    /* [end - first] column of the map left of a pixel's centre */
  float *share; /* [end - first] how much of the next column */
  float *line;  /* [map width + 1] the map's heat along the line */
} LucidaUpsampler;

/* The map covers @left … @left + @extent, @top … @top + @height of a grid @columns wide. @heatmap
 * is not referenced. %FALSE if there is no memory. */
gboolean _lucida_upsampler_init (LucidaUpsampler *self, const LucidaHeatmap *heatmap, double left,
                                 double extent, double top, double height, int columns);
void _lucida_upsampler_clear (LucidaUpsampler *self);
/* The heat at the pixels [first, end) of line @y to @out [end - first]; %FALSE if the line's centre
 * does not lie on the map. */
gboolean _lucida_upsampler_get_line (LucidaUpsampler *self, int y, float *out);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LucidaUpsampler, _lucida_upsampler_clear)

G_END_DECLS
