#include "readers/keras/keras-private.h"

#include "base/error.h"

/* Dense layers and normalisations. */

/* in×out as out×in×1×1: a dense layer along the channels of a picture is a convolution. */
static void
add_space (LucidaShape *shape)
{
  *shape = lucida_shape (4, shape->dim[0], shape->dim[1], (int64_t) 1, (int64_t) 1);
}

static gboolean
finish (LucidaKerasCall *call, GError **error)
{
  return _lucida_keras_activate (call, lucida_keras_json_get (call->layer->config, "activation"),
                                 TRUE, &call->output, error);
}

static gboolean
dense (LucidaKerasCall *call, GError **error)
{
  static const LucidaKerasTurn as_convolution = { .rank = 2, .order = { 1, 0 } };
  gboolean bias = lucida_keras_json_get_boolean (call->layer->config, "use_bias", TRUE);
  LucidaKerasTensor x = call->inputs[0];
  gboolean picture = x.turned && x.shape.rank == 4;
  int inputs[3], n = bias ? 3 : 2;
  LucidaShape kernel;

  if (!picture)
    x = _lucida_keras_straighten (call, x);
  if (x.shape.rank < 2)
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error, "is given a single number");
  inputs[0] = x.value;
  inputs[1] = picture ? _lucida_keras_weight_reshaped (call, "kernel", 0, &as_convolution,
                                                       add_space, &kernel, error)
                      : _lucida_keras_weight (call, "kernel", 0, NULL, &kernel, error);
  if (inputs[1] < 0)
    return FALSE;
  if (kernel.rank != (picture ? 4 : 2))
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error, "has a kernel of %d dimensions",
                               kernel.rank);
  if (bias && (inputs[2] = _lucida_keras_weight (call, "bias", 1, NULL, NULL, error)) < 0)
    return FALSE;
  call->output = x;
  call->output.shape.dim[x.shape.rank - 1] = kernel.dim[picture ? 0 : 1];
  if (picture)
    call->output.value = _lucida_keras_emit (call, "Conv", NULL, inputs, n, NULL);
  else if (x.shape.rank == 2)
    call->output.value = _lucida_keras_emit (call, "Gemm", NULL, inputs, n, NULL);
  else
    {
      call->output.value
          = _lucida_keras_emit (call, "MatMul", bias ? "product" : NULL, inputs, 2, NULL);
      if (bias)
        call->output.value = _lucida_keras_emit (call, "Add", NULL,
                                                 (int[]){ call->output.value, inputs[2] }, 2, NULL);
    }
  return finish (call, error);
}

/* The one axis that a normalisation goes along, as Keras counts; @first (out): the first of several
 * that end with the last. */
static gboolean
read_axis (const LucidaKerasCall *call, int rank, int *first, int *last, GError **error)
{
  const LucidaKerasJson *axis = lucida_keras_json_get (call->layer->config, "axis");
  guint n = lucida_keras_json_is_list (axis) ? lucida_keras_json_length (axis) : 1;

  *first = *last = rank - 1;
  for (guint i = 0; i < n; i++)
    {
      const LucidaKerasJson *item
          = lucida_keras_json_is_list (axis) ? lucida_keras_json_at (axis, i) : axis;
      double number = lucida_keras_json_number (item, -1);
      int value = number >= -rank && number < rank ? (int) number : rank;

      value += value < 0 ? rank : 0;
      if (value < 1 || value >= rank || (i > 0 && value != *last + 1))
        return _lucida_keras_fail (
            call, LUCIDA_ERROR_UNSUPPORTED, error,
            "normalises along axes that are not supported: export the network "
            "as ONNX (python -m tf2onnx.convert)");
      if (i == 0)
        *first = value;
      *last = value;
    }
  return TRUE;
}

/* gamma, beta, moving_mean and moving_variance; the first two may be left out. */
static gboolean
batch_normalization (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *config = call->layer->config;
  gboolean scale = lucida_keras_json_get_boolean (config, "scale", TRUE);
  gboolean center = lucida_keras_json_get_boolean (config, "center", TRUE);
  LucidaKerasTensor x = call->inputs[0];
  int inputs[5] = { 0 }, first, axis, index = (scale ? 1 : 0) + (center ? 1 : 0);
  LucidaShape shape;
  LucidaNode *node;

  if (lucida_keras_json_get_int (config, "mode", 0) == 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "normalises each sample by itself, which is not supported");
  if (!read_axis (call, x.shape.rank, &first, &axis, error))
    return FALSE;
  x = axis == 1 ? _lucida_keras_straighten (call, x) : _lucida_keras_turn (call, x);
  if (first != axis || (axis != 1 && axis != x.shape.rank - 1))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "normalises along an axis that is not the channels'");
  inputs[0] = x.value;
  inputs[3] = _lucida_keras_weight (call, "moving_mean", index, NULL, &shape, error);
  inputs[4] = inputs[3] < 0
                  ? -1
                  : _lucida_keras_weight (call, "moving_variance", index + 1, NULL, NULL, error);
  if (inputs[4] < 0)
    return FALSE;
  if (shape.rank != 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error, "has a mean of %d dimensions",
                               shape.rank);
  inputs[1] = scale ? _lucida_keras_weight (call, "gamma", 0, NULL, NULL, error)
                    : _lucida_keras_filled (call, "scale", shape.dim[0], 1);
  if (inputs[1] < 0)
    return FALSE;
  if (center)
    inputs[2] = _lucida_keras_weight (call, "beta", scale ? 1 : 0, NULL, NULL, error);
  else
    inputs[2] = _lucida_keras_filled (call, "offset", shape.dim[0], 0);
  if (inputs[2] < 0)
    return FALSE;
  call->output = x;
  call->output.value = _lucida_keras_emit (call, "BatchNormalization", NULL, inputs, 5, &node);
  lucida_node_set_float (node, "epsilon", lucida_keras_json_get_number (config, "epsilon", 1e-3));
  return TRUE;
}

static gboolean
layer_normalization (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *config = call->layer->config;
  gboolean scale = lucida_keras_json_get_boolean (config, "scale", TRUE);
  gboolean center = lucida_keras_json_get_boolean (config, "center", TRUE);
  LucidaKerasTensor x = _lucida_keras_straighten (call, call->inputs[0]);
  int inputs[3] = { x.value }, n = center ? 3 : 2, first, last;
  LucidaNode *node;

  if (!read_axis (call, x.shape.rank, &first, &last, error))
    return FALSE;
  if (last != x.shape.rank - 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "normalises along an axis that is not the last");
  if (!scale && (first != last || x.shape.dim[last] < 1))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "has no scale, which is not supported here");
  inputs[1] = scale ? _lucida_keras_weight (call, "gamma", 0, NULL, NULL, error)
                    : _lucida_keras_filled (call, "scale", x.shape.dim[last], 1);
  if (inputs[1] < 0
      || (center
          && (inputs[2] = _lucida_keras_weight (call, "beta", scale ? 1 : 0, NULL, NULL, error))
                 < 0))
    return FALSE;
  call->output = x;
  call->output.value = _lucida_keras_emit (call, "LayerNormalization", NULL, inputs, n, &node);
  lucida_node_set_int (node, "axis", first);
  lucida_node_set_float (node, "epsilon", lucida_keras_json_get_number (config, "epsilon", 1e-3));
  return TRUE;
}

/* Keras 2.11 and later; before that, and for the groups of one channel that are
 * InstanceNormalization, TensorFlow Addons. */
static gboolean
group_normalization (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *config = call->layer->config;
  gboolean scale = lucida_keras_json_get_boolean (config, "scale", TRUE);
  gboolean center = lucida_keras_json_get_boolean (config, "center", TRUE);
  gint64 groups = lucida_keras_json_get_int (config, "groups", 0); /* -1: as many as channels */
  LucidaKerasTensor x = call->inputs[0];
  int64_t channels;
  int inputs[3], first, axis;
  LucidaNode *node;

  if (!read_axis (call, x.shape.rank, &first, &axis, error))
    return FALSE;
  channels = axis < x.shape.rank ? x.shape.dim[axis] : 0;
  if (first != axis || (axis != 1 && axis != x.shape.rank - 1) || channels < 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "normalises along an axis that is not the channels'");
  if (groups != -1 && (groups < 1 || channels % groups != 0))
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "normalises its channels in groups that do not divide them");
  x = axis == 1 ? _lucida_keras_straighten (call, x) : _lucida_keras_turn (call, x);
  inputs[0] = x.value;
  inputs[1] = scale ? _lucida_keras_weight (call, "gamma", 0, NULL, NULL, error)
                    : _lucida_keras_filled (call, "scale", channels, 1);
  if (inputs[1] < 0)
    return FALSE;
  inputs[2] = center ? _lucida_keras_weight (call, "beta", scale ? 1 : 0, NULL, NULL, error)
                     : _lucida_keras_filled (call, "offset", channels, 0);
  if (inputs[2] < 0)
    return FALSE;
  call->output = x;
  call->output.value = _lucida_keras_emit (call, "GroupNormalization", NULL, inputs, 3, &node);
  lucida_node_set_int (node, "num_groups", groups == -1 ? channels : groups);
  lucida_node_set_float (node, "epsilon", lucida_keras_json_get_number (config, "epsilon", 1e-3));
  return TRUE;
}

static void
add_space_behind (LucidaShape *shape)
{
  *shape = lucida_shape (3, shape->dim[0], (int64_t) 1, (int64_t) 1);
}

/* ConvNeXt's factor for each channel, a class of its own in Keras' applications. */
static gboolean
layer_scale (LucidaKerasCall *call, GError **error)
{
  static const LucidaKerasTurn as_it_lies = { .rank = 1, .order = { 0 } };
  LucidaKerasTensor x = call->inputs[0];
  int inputs[2] = { x.value };

  if (x.turned && x.shape.rank != 4)
    x = _lucida_keras_straighten (call, x);
  inputs[0] = x.value;
  inputs[1] = _lucida_keras_weight_reshaped (call, "gamma", 0, &as_it_lies,
                                             x.turned ? add_space_behind : NULL, NULL, error);
  if (inputs[1] < 0)
    return FALSE;
  call->output = x;
  call->output.value = _lucida_keras_emit (call, "Mul", NULL, inputs, 2, NULL);
  return TRUE;
}

const LucidaKerasClass _lucida_keras_dense_layers[] = {
  { "Dense", dense },
  { "LayerScale", layer_scale },
  { NULL, NULL },
};

const LucidaKerasClass _lucida_keras_normalizations[] = {
  { "BatchNormalization", batch_normalization },
  { "BatchNormalizationV1", batch_normalization },
  { "BatchNormalizationV2", batch_normalization },
  { "SyncBatchNormalization", batch_normalization },
  { "LayerNormalization", layer_normalization },
  { "GroupNormalization", group_normalization },
  { "InstanceNormalization", group_normalization },
  { NULL, NULL },
};
