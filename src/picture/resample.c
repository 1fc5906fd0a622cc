#include "picture/resample-private.h"

#include "base/checked-size.h"

#include <math.h>

/* Pillow's fixed point: 8 bits of a value and 2 for overshooting leave 22 for a weight. */
#define WEIGHT_BITS (32 - 8 - 2)

/* The source places and weights that make one output place of one axis. */
typedef struct
{
  int first;
  int count;
} Window;

typedef struct
{
  int length;      /* number of output places */
  int capacity;    /* most weights one place may have */
  Window *windows; /* [length] */
  gint32 *weights; /* [length][capacity], fixed point */
} Axis;

static void
axis_clear (Axis *self)
{
  g_clear_pointer (&self->windows, g_free);
  g_clear_pointer (&self->weights, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Axis, axis_clear)

/* The triangle filter, its support widened by the scale when the picture gets smaller:
 *   c = (i + ½)·s,  w_j = max (0, 1 - |j + ½ - c| / max (s, 1)),  normalised to Σ w = 1.
 * Rounded as Pillow does it (src/libImaging/Resample.c, precompute_coeffs), so that networks get
 * the numbers they were trained with. */
static gboolean
axis_init_triangle (Axis *self, int source, int scaled, int first, int length)
{
  double scale = (double) source / scaled, filter_scale = MAX (scale, 1.0);
  double support = filter_scale;
  g_autofree double *weight = NULL;
  gsize capacity = (gsize) ceil (support) * 2 + 1, size;

  self->length = length;
  self->capacity = (int) capacity;
  self->windows = g_try_new (Window, length);
  weight = g_try_new (double, capacity);
  if (lucida_size_mul (capacity, (gsize) length, &size))
    self->weights = g_try_new (gint32, size);
  if (!self->windows || !weight || !self->weights)
    return FALSE;

  for (int i = 0; i < length; i++)
    {
      double centre = (first + i + 0.5) * scale, sum = 0;
      int begin = MAX ((int) (centre - support + 0.5), 0);
      int count = MIN ((int) (centre + support + 0.5), source) - begin;

      for (int j = 0; j < count; j++)
        {
          weight[j] = MAX (0.0, 1 - fabs ((begin + j - centre + 0.5) / filter_scale));
          sum += weight[j];
        }
      self->windows[i] = (Window){ begin, count };
      for (int j = 0; j < count; j++)
        {
          double normalised = sum != 0 ? weight[j] / sum : weight[j];
          self->weights[(gsize) i * capacity + j]
              = (gint32) (0.5 + normalised * (1 << WEIGHT_BITS));
        }
    }
  return TRUE;
}

static inline guint8
clip8 (gint32 sum)
{
  return (guint8) CLAMP (sum >> WEIGHT_BITS, 0, 255);
}

/* out[x] = Σ_j w_j · in[first_x + j] for one line; three channels are the usual case. */
static void
filter_line (const guint8 *in, int channels, const Axis *axis, guint8 *out)
{
  for (int x = 0; x < axis->length; x++)
    {
      const gint32 *weight = axis->weights + (gsize) x * axis->capacity;
      const guint8 *pixel = in + (gsize) axis->windows[x].first * channels;
      int count = axis->windows[x].count;
      const gint32 half = 1 << (WEIGHT_BITS - 1);

      if (channels == 3)
        {
          gint32 r = half, g = half, b = half;

          for (int j = 0; j < count; j++, pixel += 3)
            {
              r += weight[j] * pixel[0];
              g += weight[j] * pixel[1];
              b += weight[j] * pixel[2];
            }
          out[0] = clip8 (r);
          out[1] = clip8 (g);
          out[2] = clip8 (b);
          out += 3;
          continue;
        }
      for (int c = 0; c < channels; c++)
        {
          gint32 sum = half;

          for (int j = 0; j < count; j++)
            sum += weight[j] * pixel[(gsize) j * channels + c];
          *out++ = clip8 (sum);
        }
    }
}

gboolean
_lucida_resample_triangle (const guint8 *source, gsize stride, int source_width, int source_height,
                           int channels, const LucidaResampling *wanted, guint8 *out)
{
  g_auto (Axis) across = { 0 }, down = { 0 };
  g_autofree guint8 *lines = NULL;
  g_autofree gint32 *sums = NULL;
  const Window *last;
  gsize line = (gsize) wanted->width * channels, size;
  int top, count;

  if (!axis_init_triangle (&across, source_width, wanted->scaled_width, wanted->left, wanted->width)
      || !axis_init_triangle (&down, source_height, wanted->scaled_height, wanted->top,
                              wanted->height))
    return FALSE;
  last = &down.windows[wanted->height - 1];
  top = down.windows[0].first;
  count = last->first + last->count - top;
  sums = g_try_new (gint32, line);
  if (lucida_size_mul (line, (gsize) count, &size))
    lines = g_try_malloc (size);
  if (!lines || !sums)
    return FALSE;

  for (int y = 0; y < count; y++)
    filter_line (source + (gsize) (top + y) * stride, channels, &across, lines + (gsize) y * line);
  for (int y = 0; y < wanted->height; y++)
    {
      const gint32 *weight = down.weights + (gsize) y * down.capacity;
      const guint8 *in = lines + (gsize) (down.windows[y].first - top) * line;

      for (gsize x = 0; x < line; x++)
        sums[x] = 1 << (WEIGHT_BITS - 1);
      for (int j = 0; j < down.windows[y].count; j++, in += line)
        for (gsize x = 0; x < line; x++)
          sums[x] += weight[j] * in[x];
      for (gsize x = 0; x < line; x++)
        *out++ = clip8 (sums[x]);
    }
  return TRUE;
}

/* The place in the source, its neighbour and the neighbour's share, of output place @i:
 *   p = (i + ½)·s - ½, kept inside. */
static void
get_neighbours (int i, int source, int scaled, int *near, int *far, float *share)
{
  double place = (i + 0.5) * ((double) source / scaled) - 0.5;

  place = CLAMP (place, 0.0, (double) (source - 1));
  *near = (int) place;
  *far = MIN (*near + 1, source - 1);
  *share = (float) (place - *near);
}

static void
resample_linear (const guint8 *source, gsize stride, int source_width, int source_height,
                 int channels, const LucidaResampling *wanted, float *out)
{
  for (int y = 0; y < wanted->height; y++)
    {
      const guint8 *upper, *lower;
      int near, far;
      float v;

      get_neighbours (wanted->top + y, source_height, wanted->scaled_height, &near, &far, &v);
      upper = source + (gsize) near * stride;
      lower = source + (gsize) far * stride;
      for (int x = 0; x < wanted->width; x++)
        {
          float u;

          get_neighbours (wanted->left + x, source_width, wanted->scaled_width, &near, &far, &u);
          for (int c = 0; c < channels; c++)
            {
              gsize left = (gsize) near * channels + c, right = (gsize) far * channels + c;
              float above = (float) upper[left] + (float) (upper[right] - upper[left]) * u;
              float below = (float) lower[left] + (float) (lower[right] - lower[left]) * u;

              *out++ = above + (below - above) * v;
            }
        }
    }
}

/* Pillow adds the step up from place to place, and Keras takes what comes out. */
static void
skip_nearest (double *place, double step, int count)
{
  for (int i = 0; i < count; i++)
    *place += step;
}

static void
resample_nearest (const guint8 *source, gsize stride, int source_width, int source_height,
                  int channels, const LucidaResampling *wanted, float *out)
{
  double step_x = (double) source_width / wanted->scaled_width;
  double step_y = (double) source_height / wanted->scaled_height;
  double row = step_y * 0.5;

  skip_nearest (&row, step_y, wanted->top);
  for (int y = 0; y < wanted->height; y++, row += step_y)
    {
      const guint8 *line = source + (gsize) MIN ((int) row, source_height - 1) * stride;
      double column = step_x * 0.5;

      skip_nearest (&column, step_x, wanted->left);
      for (int x = 0; x < wanted->width; x++, column += step_x)
        for (int c = 0; c < channels; c++)
          *out++ = line[(gsize) MIN ((int) column, source_width - 1) * channels + c];
    }
}

gboolean
_lucida_resample (const guint8 *source, gsize stride, int source_width, int source_height,
                  int channels, LucidaResample filter, const LucidaResampling *wanted, float *out)
{
  gsize count = (gsize) wanted->width * (gsize) wanted->height * channels;
  g_autofree guint8 *rounded = NULL;

  switch (filter)
    {
    case LUCIDA_RESAMPLE_LINEAR:
      resample_linear (source, stride, source_width, source_height, channels, wanted, out);
      return TRUE;
    case LUCIDA_RESAMPLE_NEAREST:
      resample_nearest (source, stride, source_width, source_height, channels, wanted, out);
      return TRUE;
    case LUCIDA_RESAMPLE_TRIANGLE:
    default:
      rounded = g_try_malloc (count);
      if (!rounded
          || !_lucida_resample_triangle (source, stride, source_width, source_height, channels,
                                         wanted, rounded))
        return FALSE;
      for (gsize i = 0; i < count; i++)
        out[i] = rounded[i];
      return TRUE;
    }
}
