#include "cam/fusion.h"

#include <math.h>

/* The factor inside tanh for shallow stages, as the paper's authors chose it. */
#define GAMMA 2.0f

/* @map [height][width] at the centre of cell (y, x) of a grid of @rows × @columns: bilinear,
 * half-pixel centres, edges repeated. */
static float
sample (const float *map, int height, int width, int rows, int columns, int y, int x)
{
  float v = ((float) y + 0.5f) * (float) height / (float) rows - 0.5f;
  float u = ((float) x + 0.5f) * (float) width / (float) columns - 0.5f;
  int y0, x0, y1, x1;

  v = CLAMP (v, 0, (float) (height - 1));
  u = CLAMP (u, 0, (float) (width - 1));
  y0 = (int) v;
  x0 = (int) u;
  y1 = MIN (y0 + 1, height - 1);
  x1 = MIN (x0 + 1, width - 1);
  v -= (float) y0;
  u -= (float) x0;
  return (1 - v) * ((1 - u) * map[y0 * width + x0] + u * map[y0 * width + x1])
         + v * ((1 - u) * map[y1 * width + x0] + u * map[y1 * width + x1]);
}

static float *
scaled_map (const LucidaHeatmap *map, gboolean shallow)
{
  gsize count = (gsize) map->height * (gsize) map->width;
  float *scaled = g_new (float, count);

  for (gsize i = 0; i < count; i++)
    {
      scaled[i] = MAX (map->map[i], 0) / map->max;
      if (shallow)
        scaled[i] = tanhf (GAMMA * scaled[i]);
    }
  return scaled;
}

LucidaHeatmap *
lucida_fusion_compute (LucidaHeatmap *const *maps, const gboolean *shallow, int n, float *shares)
{
  int rows = 0, columns = 0;
  g_autofree float *fused = NULL;
  g_autofree int *winner = NULL;
  LucidaHeatmap *result;
  gsize count;
  gboolean found = FALSE;

  for (int i = 0; i < n; i++)
    if ((gint64) maps[i]->height * maps[i]->width > (gint64) rows * columns)
      {
        rows = maps[i]->height;
        columns = maps[i]->width;
      }
  count = (gsize) rows * (gsize) columns;
  fused = g_new0 (float, count);
  winner = g_new (int, count);
  for (gsize p = 0; p < count; p++)
    winner[p] = -1;
  for (int i = 0; i < n; i++)
    {
      g_autofree float *scaled = NULL;

      if (maps[i]->evidence != LUCIDA_EVIDENCE_FOUND)
        continue;
      found = TRUE;
      scaled = scaled_map (maps[i], shallow[i]);
      for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++)
          {
            gsize p = (gsize) y * (gsize) columns + (gsize) x;
            float here = sample (scaled, maps[i]->height, maps[i]->width, rows, columns, y, x);

            if (here > fused[p])
              {
                fused[p] = here;
                winner[p] = i;
              }
          }
    }
  for (int i = 0; shares && i < n; i++)
    shares[i] = 0;
  for (gsize p = 0; shares && p < count; p++)
    if (winner[p] >= 0)
      shares[winner[p]] += 1 / (float) count;
  result = lucida_heatmap_new (fused, rows, columns, -1);
  if (!found)
    result->evidence = maps[0]->evidence;
  return result;
}
