#include "cam/heatmap.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* Differences and sums below this share of the largest number are rounding, not evidence. */
#define ROUNDING 1e-6f

static LucidaEvidence
judge (const LucidaHeatmap *self, float signed_max)
{
  float largest = MAX (fabsf (self->min), fabsf (self->max));

  if (!isfinite (self->min) || !isfinite (self->max) || !isfinite (signed_max))
    return LUCIDA_EVIDENCE_NAN;
  if (largest == 0)
    return signed_max > 0 ? LUCIDA_EVIDENCE_AGAINST : LUCIDA_EVIDENCE_DEAD;
  if (signed_max > 0 && self->max <= ROUNDING * signed_max)
    return LUCIDA_EVIDENCE_AGAINST;
  if (self->max - self->min <= ROUNDING * largest)
    return LUCIDA_EVIDENCE_CONSTANT;
  return LUCIDA_EVIDENCE_FOUND;
}

LucidaHeatmap *
lucida_heatmap_new (const float *map, int height, int width, float signed_max)
{
  LucidaHeatmap *self = g_new0 (LucidaHeatmap, 1);
  gsize count = (gsize) height * (gsize) width;

  g_atomic_ref_count_init (&self->references);
  self->height = height;
  self->width = width;
  self->map = g_memdup2 (map, count * sizeof *map);
  self->normalised = g_new0 (float, count);
  self->min = INFINITY;
  self->max = -INFINITY;
  for (gsize i = 0; i < count; i++)
    {
      if (isnan (map[i]))
        {
          self->min = self->max = NAN;
          break;
        }
      self->min = MIN (self->min, map[i]);
      self->max = MAX (self->max, map[i]);
    }
  self->evidence = judge (self, signed_max);
  if (self->evidence == LUCIDA_EVIDENCE_FOUND)
    for (gsize i = 0; i < count; i++)
      self->normalised[i] = (map[i] - self->min) / (self->max - self->min);
  return self;
}

LucidaHeatmap *
lucida_heatmap_ref (LucidaHeatmap *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_heatmap_unref (LucidaHeatmap *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->map);
  g_free (self->normalised);
  g_free (self);
}

LucidaHeatmap *
lucida_heatmap_shrink (LucidaHeatmap *self, int most)
{
  int height = MIN (self->height, most);
  int width = MIN (self->width, most);
  g_autofree float *means = NULL;
  LucidaHeatmap *result;

  if (height == self->height && width == self->width)
    return lucida_heatmap_ref (self);
  means = g_new (float, (gsize) height *(gsize) width);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        int top = (int) ((gint64) y * self->height / height);
        int bottom = (int) ((gint64) (y + 1) * self->height / height);
        int left = (int) ((gint64) x * self->width / width);
        int right = (int) ((gint64) (x + 1) * self->width / width);
        double sum = 0;

        for (int v = top; v < bottom; v++)
          for (int u = left; u < right; u++)
            sum += self->map[(gsize) v * (gsize) self->width + (gsize) u];
        means[y * width + x] = (float) (sum / ((double) (bottom - top) * (right - left)));
      }
  result = lucida_heatmap_new (means, height, width, -1);
  result->evidence = self->evidence;
  if (result->evidence != LUCIDA_EVIDENCE_FOUND)
    memset (result->normalised, 0, (gsize) height * (gsize) width * sizeof (float));
  return result;
}

gboolean
lucida_heatmap_find_box (const LucidaHeatmap *self, double least, double box[4])
{
  int left = self->width, top = self->height, right = -1, bottom = -1;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      if (self->normalised[(gsize) y * (gsize) self->width + (gsize) x] >= least)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = MAX (bottom, y);
        }
  /* a cell is seen as far as the middles of those beside it */
  box[0] = MAX (left - 0.5, 0.0) / self->width;
  box[1] = MAX (top - 0.5, 0.0) / self->height;
  box[2] = MIN (right + 1.5, self->width) / self->width;
  box[3] = MIN (bottom + 1.5, self->height) / self->height;
  return right >= 0;
}

const char *
lucida_evidence_get_note (LucidaEvidence evidence)
{
  switch (evidence)
    {
    case LUCIDA_EVIDENCE_AGAINST:
      return N_ ("No evidence for this class here: every position speaks against it.");
    case LUCIDA_EVIDENCE_DEAD:
      return N_ ("No evidence: this layer is silent for this picture (all zeros).");
    case LUCIDA_EVIDENCE_CONSTANT:
      return N_ ("No evidence: the map is the same everywhere.");
    case LUCIDA_EVIDENCE_NAN:
      return N_ ("No map: the numbers at this layer are not finite; try another layer.");
    case LUCIDA_EVIDENCE_FOUND:
    default:
      return NULL;
    }
}
