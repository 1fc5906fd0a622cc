#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* Layers that change a picture's size, and those with which a network prepares its input. */

/* Borders of one picture: n, (h, w) or ((top, bottom), (left, right)). One dimension: n or
 * (left, right). */
static gboolean
read_borders (const LucidaKerasCall *call, const char *name, int n, int64_t borders[2][2],
              GError **error)
{
  const LucidaKerasJson *json = lucida_keras_json_get (call->layer->config, name);

  for (int i = 0; i < n; i++)
    for (int side = 0; side < 2; side++)
      {
        const LucidaKerasJson *item = json;
        double value;

        if (lucida_keras_json_is_list (item))
          item = lucida_keras_json_at (item, (guint) (n == 1 ? side : i));
        if (lucida_keras_json_is_list (item))
          item = lucida_keras_json_at (item, (guint) side);
        value = lucida_keras_json_number (
            item, lucida_keras_json_get (call->layer->config, name) ? -1 : 1);
        if (!(value >= 0 && value <= 1e6))
          return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                                     "has a “%s” that makes no sense", name);
        borders[i][side] = (int64_t) value;
      }
  return TRUE;
}

static int
dimensions_of (const LucidaKerasCall *call)
{
  return strstr (call->layer->class_name, "1D") ? 1 : 2;
}

static gboolean
check_rank (const LucidaKerasCall *call, int n, GError **error)
{
  if (call->inputs[0].shape.rank == n + 2)
    return TRUE;
  return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                             "is given something with %d dimensions, not %d",
                             call->inputs[0].shape.rank, n + 2);
}

/* The size of axis @i of the picture. (transfer none) */
static int64_t *
side_of (const LucidaKerasCall *call, LucidaShape *shape, int i)
{
  return &shape->dim[(_lucida_keras_is_channels_first (call) ? 2 : 1) + i];
}

static gboolean
zero_padding (LucidaKerasCall *call, GError **error)
{
  int n = dimensions_of (call);
  int64_t borders[2][2], pads[8] = { 0 };
  int inputs[2];

  if (!check_rank (call, n, error) || !read_borders (call, "padding", n, borders, error))
    return FALSE;
  call->output = _lucida_keras_channels_first (call, call->inputs[0]);
  for (int i = 0; i < n; i++)
    {
      int64_t *side = side_of (call, &call->output.shape, i);

      pads[2 + i] = borders[i][0];
      pads[n + 4 + i] = borders[i][1];
      if (*side != LUCIDA_FREE_SIZE)
        *side += borders[i][0] + borders[i][1];
    }
  inputs[0] = call->output.value;
  inputs[1] = _lucida_keras_ints (call, "pads", pads, 2 * (n + 2));
  call->output.value = _lucida_keras_emit (call, "Pad", NULL, inputs, 2, NULL);
  return TRUE;
}

/* Cuts axes 2 and following of the value. */
static void
emit_slice (LucidaKerasCall *call, int n, const int64_t *starts, const int64_t *ends)
{
  static const int64_t axes[] = { 2, 3 };
  int inputs[4]
      = { call->output.value, _lucida_keras_ints (call, "starts", starts, n),
          _lucida_keras_ints (call, "ends", ends, n), _lucida_keras_ints (call, "axes", axes, n) };

  call->output.value = _lucida_keras_emit (call, "Slice", NULL, inputs, 4, NULL);
}

static gboolean
cropping (LucidaKerasCall *call, GError **error)
{
  int n = dimensions_of (call);
  int64_t borders[2][2], starts[2], ends[2];

  if (!check_rank (call, n, error) || !read_borders (call, "cropping", n, borders, error))
    return FALSE;
  call->output = _lucida_keras_channels_first (call, call->inputs[0]);
  for (int i = 0; i < n; i++)
    {
      int64_t *side = side_of (call, &call->output.shape, i);

      starts[i] = borders[i][0];
      ends[i] = borders[i][1] > 0 ? -borders[i][1] : G_MAXINT64;
      if (*side != LUCIDA_FREE_SIZE)
        *side = MAX (0, *side - borders[i][0] - borders[i][1]);
    }
  emit_slice (call, n, starts, ends);
  return TRUE;
}

/* "nearest" or "linear" by Keras' name of the interpolation. (nullable) */
static const char *
resize_mode (const LucidaKerasCall *call, const char *fallback, GError **error)
{
  const char *name = lucida_keras_json_get_text (call->layer->config, "interpolation", fallback);

  if (g_ascii_strcasecmp (name, "bilinear") == 0)
    return "linear";
  if (g_ascii_strcasecmp (name, "nearest") == 0)
    return "nearest";
  _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                      "scales pictures by an interpolation that is not supported (“%s”)", name);
  return NULL;
}

/* Pixel i of the output lies at (i + ½)·in/out - ½ of the input; nearest: the pixel that holds it.
 */
static void
set_resize (LucidaNode *node, const char *mode)
{
  lucida_node_set_string (node, "mode", mode);
  lucida_node_set_string (node, "coordinate_transformation_mode", "half_pixel");
  lucida_node_set_string (node, "nearest_mode", "round_prefer_ceil");
}

static gboolean
up_sampling (LucidaKerasCall *call, GError **error)
{
  int n = dimensions_of (call);
  const char *mode = resize_mode (call, "nearest", error);
  LucidaShape shape = lucida_shape (1, (int64_t) n + 2);
  float scales[4] = { 1, 1, 1, 1 };
  int64_t sizes[2];
  int inputs[3] = { 0, LUCIDA_NO_VALUE, 0 };
  LucidaNode *node;

  if (!mode || !check_rank (call, n, error)
      || !_lucida_keras_sizes (
          call, lucida_keras_json_get (call->layer->config, "length") ? "length" : "size", n, 2, 1,
          sizes, error))
    return FALSE;
  call->output = _lucida_keras_channels_first (call, call->inputs[0]);
  for (int i = 0; i < n; i++)
    {
      int64_t *side = side_of (call, &call->output.shape, i);

      scales[2 + i] = (float) sizes[i];
      if (*side != LUCIDA_FREE_SIZE)
        *side *= sizes[i];
    }
  inputs[0] = call->output.value;
  inputs[2] = _lucida_keras_floats (call, "scales", &shape, scales);
  call->output.value = _lucida_keras_emit (call, "Resize", NULL, inputs, 3, &node);
  set_resize (node, mode);
  return TRUE;
}

static gboolean
read_size (const LucidaKerasCall *call, int64_t size[2], GError **error)
{
  size[0] = lucida_keras_json_get_int (call->layer->config, "height", 0);
  size[1] = lucida_keras_json_get_int (call->layer->config, "width", 0);
  return (size[0] >= 1 && size[1] >= 1 && size[0] <= 100000 && size[1] <= 100000)
         || _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                                "has a size that makes no sense");
}

/* To the size it has already: nothing. */
static gboolean
resizing (LucidaKerasCall *call, GError **error)
{
  const char *mode = resize_mode (call, "bilinear", error);
  int64_t size[4];
  int inputs[4] = { 0, LUCIDA_NO_VALUE, LUCIDA_NO_VALUE, 0 };
  LucidaShape *shape = &call->output.shape;
  LucidaNode *node;

  if (!mode || !check_rank (call, 2, error) || !read_size (call, size + 2, error))
    return FALSE;
  call->output = call->inputs[0];
  if (*side_of (call, shape, 0) == size[2] && *side_of (call, shape, 1) == size[3])
    return TRUE;
  if (lucida_keras_json_get_boolean (call->layer->config, "crop_to_aspect_ratio", FALSE)
      || lucida_keras_json_get_boolean (call->layer->config, "pad_to_aspect_ratio", FALSE)
      || lucida_keras_json_get_boolean (call->layer->config, "antialias", FALSE))
    return _lucida_keras_fail (
        call, LUCIDA_ERROR_UNSUPPORTED, error,
        "cuts, pads or smooths the picture it scales, which is not supported");
  call->output = _lucida_keras_channels_first (call, call->output);
  size[0] = 1;
  size[1] = shape->dim[_lucida_keras_is_channels_first (call) ? 1 : 3];
  if (size[1] < 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "has an unknown number of channels to work on");
  *side_of (call, shape, 0) = size[2];
  *side_of (call, shape, 1) = size[3];
  inputs[0] = call->output.value;
  inputs[3] = _lucida_keras_ints (call, "sizes", size, 4);
  call->output.value = _lucida_keras_emit (call, "Resize", NULL, inputs, 4, &node);
  set_resize (node, mode);
  return TRUE;
}

static gboolean
center_crop (LucidaKerasCall *call, GError **error)
{
  int64_t size[2], starts[2], ends[2];
  LucidaShape *shape = &call->output.shape;

  if (!check_rank (call, 2, error) || !read_size (call, size, error))
    return FALSE;
  call->output = _lucida_keras_channels_first (call, call->inputs[0]);
  for (int i = 0; i < 2; i++)
    {
      int64_t *side = side_of (call, shape, i);

      if (*side < size[i])
        return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                                   "cuts the middle out of pictures of unknown or smaller size, "
                                   "which is not supported");
      starts[i] = (*side - size[i]) / 2;
      ends[i] = starts[i] + size[i];
      *side = size[i];
    }
  emit_slice (call, 2, starts, ends);
  return TRUE;
}

int
_lucida_keras_per_channel (const LucidaKerasCall *call, const LucidaKerasTensor *tensor,
                           const char *suffix, const LucidaKerasJson *json, GError **error)
{
  g_autofree float *values = NULL;
  LucidaShape shape = { .rank = 1 };
  guint n;

  while (lucida_keras_json_length (json) == 1)
    json = lucida_keras_json_at (json, 0);
  n = lucida_keras_json_length (json);
  if (lucida_keras_json_is_number (json))
    return _lucida_keras_scalar (call, suffix, lucida_keras_json_number (json, 0));
  if (n == 0 || n > 65536)
    {
      _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error, "has a “%s” that makes no sense",
                          suffix);
      return -1;
    }
  values = g_new0 (float, n);
  for (guint i = 0; i < n; i++)
    values[i] = (float) lucida_keras_json_number (lucida_keras_json_at (json, i), 0);
  shape.dim[0] = n;
  /* [C] against N×C×H×W is C×1×1 */
  for (int i = 2; tensor->turned && i < tensor->shape.rank; i++)
    shape.dim[shape.rank++] = 1;
  return _lucida_keras_floats (call, suffix, &shape, values);
}

/* x·scale + offset */
static gboolean
rescaling (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *offset = lucida_keras_json_get (call->layer->config, "offset");
  const LucidaKerasJson *scale = lucida_keras_json_get (call->layer->config, "scale");
  gboolean shifts = lucida_keras_json_is_list (offset) || lucida_keras_json_number (offset, 0) != 0;
  int inputs[2];

  call->output = call->inputs[0];
  inputs[0] = call->output.value;
  inputs[1] = _lucida_keras_per_channel (call, &call->output, "scale", scale, error);
  if (inputs[1] < 0)
    return FALSE;
  call->output.value = _lucida_keras_emit (call, "Mul", shifts ? "scaled" : NULL, inputs, 2, NULL);
  if (!shifts)
    return TRUE;
  inputs[0] = call->output.value;
  inputs[1] = _lucida_keras_per_channel (call, &call->output, "offset", offset, error);
  if (inputs[1] < 0)
    return FALSE;
  call->output.value = _lucida_keras_emit (call, "Add", NULL, inputs, 2, NULL);
  return TRUE;
}

/* The statistics' axes of length 1 say nothing: one list, or one number. */
static void
squeeze (LucidaShape *shape)
{
  LucidaShape result = { .rank = 0 };

  for (int i = 0; i < shape->rank; i++)
    if (shape->dim[i] != 1)
      result.dim[result.rank++] = shape->dim[i];
  *shape = result;
}

static void
squeeze_for_channels (LucidaShape *shape)
{
  squeeze (shape);
  if (shape->rank == 1)
    *shape = lucida_shape (3, shape->dim[0], (int64_t) 1, (int64_t) 1);
}

static void
squeeze_for_sequence (LucidaShape *shape)
{
  squeeze (shape);
  if (shape->rank == 1)
    *shape = lucida_shape (2, shape->dim[0], (int64_t) 1);
}

/* (x - mean) / max(√variance, 1e-7) with statistics from the file or the configuration. */
static gboolean
normalization (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *config = call->layer->config;
  gboolean stated
      = lucida_keras_json_kind (lucida_keras_json_get (config, "mean")) != LUCIDA_KERAS_JSON_NULL;
  LucidaKerasReshape reshape = squeeze;
  int mean, variance, deviation, centred;
  LucidaNode *node;

  if (lucida_keras_json_get_boolean (config, "invert", FALSE))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "undoes a normalisation, which is not supported");
  call->output = call->inputs[0];
  if (call->output.turned)
    reshape = call->output.shape.rank == 4 ? squeeze_for_channels : squeeze_for_sequence;
  if (stated)
    {
      mean = _lucida_keras_per_channel (call, &call->output, "mean",
                                        lucida_keras_json_get (config, "mean"), error);
      variance = mean < 0 ? -1
                          : _lucida_keras_per_channel (call, &call->output, "variance",
                                                       lucida_keras_json_get (config, "variance"),
                                                       error);
    }
  else
    {
      mean = _lucida_keras_weight_reshaped (call, "mean", 0, NULL, reshape, NULL, error);
      variance = mean < 0 ? -1
                          : _lucida_keras_weight_reshaped (call, "variance", 1, NULL, reshape, NULL,
                                                           error);
    }
  if (variance < 0)
    return FALSE;
  deviation = _lucida_keras_emit1 (call, "Sqrt", "root", variance, NULL);
  deviation = _lucida_keras_emit (
      call, "Max", "deviation", (int[]){ deviation, _lucida_keras_scalar (call, "smallest", 1e-7) },
      2, NULL);
  centred
      = _lucida_keras_emit (call, "Sub", "centred", (int[]){ call->output.value, mean }, 2, &node);
  lucida_node_set_trainable (node, FALSE);
  call->output.value
      = _lucida_keras_emit (call, "Div", NULL, (int[]){ centred, deviation }, 2, &node);
  lucida_node_set_trainable (node, FALSE);
  return TRUE;
}

const LucidaKerasClass _lucida_keras_pictures[] = {
  { "ZeroPadding1D", zero_padding },
  { "ZeroPadding2D", zero_padding },
  { "Cropping1D", cropping },
  { "Cropping2D", cropping },
  { "UpSampling1D", up_sampling },
  { "UpSampling2D", up_sampling },
  { "Resizing", resizing },
  { "CenterCrop", center_crop },
  { "Rescaling", rescaling },
  { "Normalization", normalization },
  { NULL, NULL },
};
