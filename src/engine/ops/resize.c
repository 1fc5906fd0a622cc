#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <math.h>
#include <string.h>

/* Resize, one axis after the other: each place of an axis of the output is a weighted sum of at
 * most four places of the input. Gradients go through the same axes in the opposite order. */

#define TAPS 4

typedef struct
{
  int n_axes; /* that change */
  int axis[LUCIDA_MAX_RANK];
  double scale[LUCIDA_MAX_RANK]; /* [rank] */
  LucidaShape out;
  const char *coordinates;
  const char *nearest; /* (nullable) how to round; NULL: not nearest */
  int taps;            /* 1 nearest, 2 linear, 4 cubic */
  double cubic_a;
  gboolean exclude_outside;
  gboolean extrapolate;
  double begin[LUCIDA_MAX_RANK]; /* tf_crop_and_resize: the region, 0 … 1 */
  double end[LUCIDA_MAX_RANK];
} Resize;

typedef struct
{
  int64_t place[TAPS];
  float weight[TAPS];
  gboolean outside; /* extrapolated */
} Sample;

/* One axis: [outer][n_in][inner] → [outer][n_out][inner] */
typedef struct
{
  const Sample *samples; /* [n_out] */
  int taps;
  int64_t outer;
  int64_t n_in;
  int64_t n_out;
  int64_t inner;
  float extrapolation;
  const float *from;
  float *to;
} Pass;

static const char *
choice (const LucidaOpCall *call, const char *attribute, const char *fallback,
        const char *const *known, GError **error)
{
  const char *value = lucida_node_get_string (call->node, attribute, fallback);

  if (g_strv_contains (known, value))
    return value;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "resizing with %s \"%s\" is not known", attribute, value);
  return NULL;
}

static gboolean
read_mode (const LucidaOpCall *call, Resize *resize, GError **error)
{
  static const char *const modes[] = { "nearest", "linear", "bilinear", "cubic", NULL };
  static const char *const coordinates[]
      = { "half_pixel",           "pytorch_half_pixel", "align_corners",        "asymmetric",
          "tf_half_pixel_for_nn", "tf_crop_and_resize", "half_pixel_symmetric", NULL };
  static const char *const rounding[]
      = { "round_prefer_floor", "round_prefer_ceil", "floor", "ceil", NULL };
  /* With two inputs it is the form of operator set 10, which knows no other coordinates. */
  gboolean old = call->n_in == 2;
  const char *mode = choice (call, "mode", "nearest", modes, error);

  resize->coordinates = choice (call, "coordinate_transformation_mode",
                                old ? "asymmetric" : "half_pixel", coordinates, error);
  if (!mode || !resize->coordinates)
    return FALSE;
  resize->nearest = choice (call, "nearest_mode", old ? "floor" : rounding[0], rounding, error);
  if (!resize->nearest)
    return FALSE;
  resize->taps = *mode == 'n' ? 1 : *mode == 'c' ? 4 : 2;
  resize->cubic_a = lucida_node_get_float (call->node, "cubic_coeff_a", -0.75);
  resize->exclude_outside = lucida_node_get_int (call->node, "exclude_outside", 0) != 0;
  resize->extrapolate = strcmp (resize->coordinates, "tf_crop_and_resize") == 0;
  if (lucida_node_get_int (call->node, "antialias", 0)
      || strcmp (lucida_node_get_string (call->node, "keep_aspect_ratio_policy", "stretch"),
                 "stretch")
             != 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "resizing with antialias or a kept aspect ratio cannot be done");
      return FALSE;
    }
  return TRUE;
}

/* A constant list of floats. */
static gboolean
read_floats (const LucidaOpCall *call, const char *name, int i, const float **values, int *n,
             GError **error)
{
  const LucidaOpValue *value = lucida_op_input (call, i);

  *values = NULL;
  *n = 0;
  if (!value || lucida_shape_count (&value->shape) == 0)
    return TRUE;
  if (!value->constant || value->element != LUCIDA_FLOAT32
      || lucida_shape_count (&value->shape) > 2 * LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "input %d (%s) is not a constant list of fractions", i + 1, name);
      return FALSE;
    }
  *values = value->data;
  *n = (int) lucida_shape_count (&value->shape);
  return TRUE;
}

static gboolean
bad_sizes (GError **error)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "the scales or sizes to resize to do not fit the input");
  return FALSE;
}

/* Scales are in input 2, in operator set 10 and in Upsample 9 in input 1, in Upsample 7 an
 * attribute; sizes in input 3; both for all axes or for those of attribute "axes". */
static gboolean
read_sizes (const LucidaOpCall *call, Resize *resize, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  const int64_t *sizes, *axes;
  const float *scales, *roi;
  LucidaShape between;
  int n_sizes, n_scales, n_axes, n_roi, n;

  axes = lucida_node_get_ints (call->node, "axes", &n_axes);
  n = axes ? n_axes : x->rank;
  if (!read_floats (call, "scales", call->n_in == 2 ? 1 : 2, &scales, &n_scales, error)
      || !read_floats (call, "roi", call->n_in == 2 ? -1 : 1, &roi, &n_roi, error)
      || !lucida_op_ints (call, "sizes", 3, &sizes, &n_sizes, error))
    return FALSE;
  if (!scales && n_sizes == 0)
    scales = lucida_node_get_floats (call->node, "scales", &n_scales);
  if ((n_sizes > 0 ? n_sizes : n_scales) != n || n > x->rank
      || (resize->extrapolate && n_roi != 2 * n))
    return bad_sizes (error);
  resize->out = *x;
  for (int i = 0; i < x->rank; i++)
    {
      resize->scale[i] = resize->end[i] = 1;
      resize->begin[i] = 0;
    }
  for (int i = 0; i < n; i++)
    {
      float size;
      int axis;

      if (!lucida_op_axis (axes ? axes[i] : i, x->rank, &axis, error))
        return FALSE;
      if (n_sizes > 0)
        size = (float) sizes[i];
      else
        size = floorf (scales[i] * (float) x->dim[axis]);
      if (!(size >= 1 && size < 2147483648.0f) || x->dim[axis] == 0)
        return bad_sizes (error);
      resize->out.dim[axis] = n_sizes > 0 ? sizes[i] : (int64_t) size;
      resize->scale[axis]
          = n_sizes > 0 ? (double) sizes[i] / (double) x->dim[axis] : (double) scales[i];
      if (resize->extrapolate)
        {
          resize->begin[axis] = (double) roi[i];
          resize->end[axis] = (double) roi[n + i];
        }
    }
  resize->n_axes = 0;
  for (int i = 0; i < x->rank; i++)
    if (resize->out.dim[i] != x->dim[i] || resize->scale[i] != 1 || resize->begin[i] != 0
        || resize->end[i] != 1)
      resize->axis[resize->n_axes++] = i;
  /* Between two axes the array may be larger than before and after. */
  between = resize->out;
  for (int i = 0; i < x->rank; i++)
    between.dim[i] = MAX (x->dim[i], resize->out.dim[i]);
  return lucida_shape_check (&resize->out, error) && lucida_shape_check (&between, error);
}

static gboolean
read_resize (const LucidaOpCall *call, Resize *resize, GError **error)
{
  return read_mode (call, resize, error) && read_sizes (call, resize, error);
}

/* The place in the input, in its elements, that place @i of the output shows. */
static double
coordinate (const Resize *resize, int axis, int64_t i, int64_t n_in, int64_t n_out)
{
  double x = (double) i, scale = resize->scale[axis], in = (double) n_in;
  double out = scale * in; /* by the formula, not rounded to whole places */
  const char *mode = resize->coordinates;

  if (strcmp (mode, "asymmetric") == 0)
    return x / scale;
  if (strcmp (mode, "align_corners") == 0)
    return n_out > 1 && out != 1 ? x * (in - 1) / (out - 1) : 0;
  if (strcmp (mode, "pytorch_half_pixel") == 0 && n_out == 1)
    return 0;
  if (strcmp (mode, "tf_half_pixel_for_nn") == 0)
    return (x + 0.5) / scale;
  if (strcmp (mode, "half_pixel_symmetric") == 0)
    return in / 2 * (1 - (double) n_out / out) + (x + 0.5) / scale - 0.5;
  if (resize->extrapolate && n_out > 1)
    return resize->begin[axis] * (in - 1)
           + x * (resize->end[axis] - resize->begin[axis]) * (in - 1) / (double) (n_out - 1);
  if (resize->extrapolate)
    return 0.5 * (resize->begin[axis] + resize->end[axis]) * (in - 1);
  return (x + 0.5) / scale - 0.5;
}

static double
rounded (const char *rule, double x)
{
  if (strcmp (rule, "floor") == 0)
    return floor (x);
  if (strcmp (rule, "ceil") == 0)
    return ceil (x);
  return strcmp (rule, "round_prefer_ceil") == 0 ? floor (x + 0.5) : ceil (x - 0.5);
}

/* The weight of a place at distance @d in cubic interpolation. */
static double
cubic_weight (double a, double d)
{
  d = fabs (d);
  if (d <= 1)
    return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
}

static void
make_sample (const Resize *resize, int axis, int64_t i, int64_t n_in, Sample *sample)
{
  double x = coordinate (resize, axis, i, n_in, resize->out.dim[axis]), whole = floor (x), sum = 0;
  double weight[TAPS];

  memset (sample, 0, sizeof *sample);
  sample->outside = resize->extrapolate && (x < 0 || x > (double) (n_in - 1));
  if (resize->taps == 1)
    whole = rounded (resize->nearest, x);
  for (int t = 0; t < resize->taps; t++)
    {
      double place = whole + t - (resize->taps == 4 ? 1 : 0);

      weight[t] = resize->taps == 1   ? 1
                  : resize->taps == 2 ? 1 - fabs (x - place)
                                      : cubic_weight (resize->cubic_a, x - place);
      if (resize->exclude_outside && resize->taps == 4 && (place < 0 || place >= (double) n_in))
        weight[t] = 0;
      sum += weight[t];
      sample->place[t] = (int64_t) CLAMP (place, 0, (double) (n_in - 1));
    }
  for (int t = 0; t < resize->taps; t++)
    sample->weight[t] = sample->outside ? 0 : (float) (weight[t] / sum);
}

static gboolean
resize_infer (LucidaOpCall *call, GError **error)
{
  Resize resize;

  if (!lucida_op_check_inputs (call, 1, 4, error)
      || !lucida_op_check_float (call, 0, 1, LUCIDA_MAX_RANK, error)
      || !read_resize (call, &resize, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &resize.out);
  return TRUE;
}

/* Elements of the largest array between two axes. */
static gsize
between_count (const LucidaShape *x, const LucidaShape *y)
{
  gsize count = 1;

  for (int i = 0; i < x->rank; i++)
    count *= (gsize) MAX (x->dim[i], y->dim[i]);
  return count;
}

static gsize
samples_size (const LucidaShape *y)
{
  gsize count = 0;

  for (int i = 0; i < y->rank; i++)
    count = MAX (count, (gsize) y->dim[i]);
  return count * sizeof (Sample);
}

static gsize
resize_workspace (const LucidaOpCall *call, gboolean backward)
{
  const LucidaShape *x = &call->in[0]->shape, *y = &call->out[0]->shape;

  return samples_size (y) + 2 * sizeof (float) * between_count (x, y);
}

/* Σ w_t·from[place_t] of one sample for @n neighbours. */
static void
sample_row (const Sample *s, int taps, int64_t n, const float *from, float extrapolation,
            float *restrict to)
{
  const float *a = from + s->place[0] * n, *b = from + s->place[1] * n;
  float offset = s->outside ? extrapolation : 0.0f;

  if (taps == 1)
    for (int64_t i = 0; i < n; i++)
      to[i] = offset + s->weight[0] * a[i];
  else if (taps == 2)
    for (int64_t i = 0; i < n; i++)
      to[i] = offset + s->weight[0] * a[i] + s->weight[1] * b[i];
  else
    for (int64_t i = 0; i < n; i++)
      {
        float sum = offset;

        for (int t = 0; t < taps; t++)
          sum += s->weight[t] * from[s->place[t] * n + i];
        to[i] = sum;
      }
}

static void
forward_range (int64_t begin, int64_t end, gpointer data)
{
  const Pass *pass = data;

  for (int64_t row = begin; row < end; row++)
    sample_row (pass->samples + row % pass->n_out, pass->taps, pass->inner,
                pass->from + row / pass->n_out * pass->n_in * pass->inner, pass->extrapolation,
                pass->to + row * pass->inner);
}

/* @to is the gradient of the pass's input, @from that of its output. */
static void
backward_range (int64_t begin, int64_t end, gpointer data)
{
  const Pass *pass = data;

  memset (pass->to + begin * pass->n_in * pass->inner, 0,
          (gsize) ((end - begin) * pass->n_in * pass->inner) * sizeof (float));
  for (int64_t o = begin; o < end; o++)
    for (int64_t k = 0; k < pass->n_out; k++)
      for (int t = 0; t < pass->taps; t++)
        {
          float weight = pass->samples[k].weight[t];
          const float *from = pass->from + (o * pass->n_out + k) * pass->inner;
          float *to = pass->to + (o * pass->n_in + pass->samples[k].place[t]) * pass->inner;

          for (int64_t i = 0; i < pass->inner; i++)
            to[i] += weight * from[i];
        }
}

/* The shape after the first @done axes, and the pass over the next. */
static Pass
pass_of (const LucidaOpCall *call, const Resize *resize, int done, Sample *samples)
{
  LucidaShape shape = call->in[0]->shape;
  int axis = resize->axis[done];
  Pass pass = { .samples = samples, .taps = resize->taps, .outer = 1, .inner = 1 };

  for (int k = 0; k < done; k++)
    shape.dim[resize->axis[k]] = resize->out.dim[resize->axis[k]];
  for (int i = 0; i < shape.rank; i++)
    if (i != axis)
      *(i < axis ? &pass.outer : &pass.inner) *= shape.dim[i];
  pass.n_in = shape.dim[axis];
  pass.n_out = resize->out.dim[axis];
  pass.extrapolation = (float) lucida_node_get_float (call->node, "extrapolation_value", 0);
  for (int64_t i = 0; i < pass.n_out; i++)
    make_sample (resize, axis, i, pass.n_in, samples + i);
  return pass;
}

static gboolean
resize_forward (LucidaOpCall *call, GError **error)
{
  const LucidaOpValue *x = call->in[0], *y = call->out[0];
  float *buffer = (float *) (void *) ((char *) call->workspace + samples_size (&y->shape));
  const float *from = x->data;
  Resize resize;

  if (!read_resize (call, &resize, error))
    return FALSE;
  if (lucida_shape_count (&y->shape) == 0)
    return TRUE;
  if (resize.n_axes == 0)
    memcpy (y->data, x->data, (gsize) lucida_shape_count (&y->shape) * sizeof (float));
  for (int k = 0; k < resize.n_axes; k++)
    {
      Pass pass = pass_of (call, &resize, k, call->workspace);

      pass.from = from;
      pass.to = k == resize.n_axes - 1
                    ? y->data
                    : buffer + (k % 2) * (int64_t) between_count (&x->shape, &y->shape);
      lucida_loop (call->pool, pass.outer * pass.n_out, lucida_loop_grain (pass.inner),
                   forward_range, &pass);
      from = pass.to;
    }
  return TRUE;
}

static void
resize_backward (LucidaOpCall *call)
{
  const LucidaOpValue *x = call->in[0], *y = call->out[0];
  float *buffer = (float *) (void *) ((char *) call->workspace + samples_size (&y->shape));
  const float *from = y->grad;
  Resize resize;

  if (!x->grad || lucida_shape_count (&y->shape) == 0 || !read_resize (call, &resize, NULL))
    return;
  for (int k = resize.n_axes - 1; k >= 0; k--)
    {
      Pass pass = pass_of (call, &resize, k, call->workspace);

      pass.from = from;
      pass.to = buffer + (k % 2) * (int64_t) between_count (&x->shape, &y->shape);
      lucida_loop (call->pool, pass.outer, lucida_loop_grain (pass.n_in * pass.inner),
                   backward_range, &pass);
      from = pass.to;
    }
  for (int64_t i = 0; i < lucida_shape_count (&x->shape); i++)
    x->grad[i] += from[i];
}

const LucidaOp lucida_op_Resize = {
  .name = "Resize",
  .infer = resize_infer,
  .forward = resize_forward,
  .backward = resize_backward,
  .workspace = resize_workspace,
};
