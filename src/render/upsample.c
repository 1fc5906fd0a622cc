#include "render/upsample.h"

#include "render/upsample-private.h"

#include <math.h>

/* The cell left of @place and the share of the one right of it; @place counts cells from the first
 * one's edge. Half-pixel centres: a cell's value belongs to its middle. Edges are repeated. */
static void
get_cell (double place, int cells, int *near, float *share)
{
  double centre = CLAMP (place - 0.5, 0.0, (double) (cells - 1));

  *near = (int) centre;
  *share = (float) (centre - *near);
}

gboolean
_lucida_upsampler_init (LucidaUpsampler *self, const LucidaHeatmap *heatmap, double left,
                        double extent, double top, double height, int columns)
{
  gsize count;

  *self = (LucidaUpsampler){ .heatmap = heatmap, .top = top, .height = height };
  /* Pixel x is on the map if left ≤ x + ½ < left + extent. */
  self->first = (int) CLAMP (ceil (left - 0.5), 0, columns);
  self->end = (int) CLAMP (ceil (left + extent - 0.5), self->first, columns);
  count = (gsize) (self->end - self->first);
  self->near = g_try_new (int, MAX (count, 1));
  self->share = g_try_new (float, MAX (count, 1));
  self->line = g_try_new (float, (gsize) heatmap->width + 1);
  if (!self->near || !self->share || !self->line)
    {
      _lucida_upsampler_clear (self);
      return FALSE;
    }
  for (gsize i = 0; i < count; i++)
    get_cell ((self->first + (int) i + 0.5 - left) / extent * heatmap->width, heatmap->width,
              &self->near[i], &self->share[i]);
  return TRUE;
}

void
_lucida_upsampler_clear (LucidaUpsampler *self)
{
  g_clear_pointer (&self->near, g_free);
  g_clear_pointer (&self->share, g_free);
  g_clear_pointer (&self->line, g_free);
}

gboolean
_lucida_upsampler_get_line (LucidaUpsampler *self, int y, float *out)
{
  const LucidaHeatmap *heatmap = self->heatmap;
  double place = (y + 0.5 - self->top) / self->height;
  const float *upper, *lower;
  float share;
  int near;

  if (!(place >= 0 && place < 1))
    return FALSE;
  get_cell (place * heatmap->height, heatmap->height, &near, &share);
  upper = heatmap->normalised + (gsize) near * heatmap->width;
  lower = near + 1 < heatmap->height ? upper + heatmap->width : upper;
  for (int x = 0; x < heatmap->width; x++)
    self->line[x] = upper[x] + (lower[x] - upper[x]) * share;
  self->line[heatmap->width] = self->line[heatmap->width - 1];
  for (int i = 0; i < self->end - self->first; i++)
    {
      const float *cell = self->line + self->near[i];
      out[i] = cell[0] + (cell[1] - cell[0]) * self->share[i];
    }
  return TRUE;
}

float
lucida_overlay_sample (const LucidaHeatmap *heatmap, double u, double v)
{
  const float *upper, *lower;
  float across, down, above, below;
  int column, row, next;

  get_cell (u * heatmap->width, heatmap->width, &column, &across);
  get_cell (v * heatmap->height, heatmap->height, &row, &down);
  upper = heatmap->normalised + (gsize) row * heatmap->width;
  lower = row + 1 < heatmap->height ? upper + heatmap->width : upper;
  next = MIN (column + 1, heatmap->width - 1);
  above = upper[column] + (upper[next] - upper[column]) * across;
  below = lower[column] + (lower[next] - lower[column]) * across;
  return above + (below - above) * down;
}

void
lucida_overlay_upsample (const LucidaHeatmap *heatmap, int width, int height, float *out)
{
  g_auto (LucidaUpsampler) upsampler = { 0 };

  g_return_if_fail (width > 0 && height > 0);
  if (!_lucida_upsampler_init (&upsampler, heatmap, 0, width, 0, height, width))
    {
      /* Slower, but without memory of its own. */
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          out[(gsize) y * width + x]
              = lucida_overlay_sample (heatmap, (x + 0.5) / width, (y + 0.5) / height);
      return;
    }
  for (int y = 0; y < height; y++)
    _lucida_upsampler_get_line (&upsampler, y, out + (gsize) y * width);
}
