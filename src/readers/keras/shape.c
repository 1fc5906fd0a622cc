#include "readers/keras/keras-private.h"

#include "base/error.h"

/* Layers that move numbers about, join them, or do nothing outside of training. */

static gboolean
identity (LucidaKerasCall *call, GError **error)
{
  (void) error;
  call->output = call->inputs[0];
  return TRUE;
}

/* A layer whose class was lost: nobody knows what it did. */
static gboolean
unknown_identity (LucidaKerasCall *call, GError **error)
{
  g_autofree char *warning
      = g_strdup_printf ("The layer “%s” does not say what it does; it is taken to do nothing.",
                         call->layer->full_name);

  lucida_network_add_warning (call->build->network, warning);
  return identity (call, error);
}

static int64_t
product (const int64_t *dims, int n)
{
  int64_t result = 1;

  for (int i = 0; i < n; i++)
    if (dims[i] < 0 || __builtin_mul_overflow (result, dims[i], &result))
      return LUCIDA_FREE_SIZE;
  return result;
}

/* Over height, width, channels, in this order, whatever the layout. */
static gboolean
flatten (LucidaKerasCall *call, GError **error)
{
  LucidaKerasTensor x = _lucida_keras_straighten (call, call->inputs[0]);
  int rank = x.shape.rank;

  (void) error;
  if (_lucida_keras_is_channels_first (call) && rank > 2)
    {
      int64_t order[LUCIDA_MAX_RANK] = { 0 };
      LucidaNode *node;

      for (int i = 1; i < rank; i++)
        order[i] = i == rank - 1 ? 1 : i + 1;
      x.value = _lucida_keras_emit1 (call, "Transpose", "transpose", x.value, &node);
      lucida_node_set_ints (node, "perm", order, rank);
    }
  call->output = x;
  call->output.shape = lucida_shape (2, (int64_t) 1, product (x.shape.dim + 1, rank - 1));
  if (rank != 2)
    call->output.value = _lucida_keras_emit1 (call, "Flatten", NULL, x.value, NULL);
  return TRUE;
}

gboolean
_lucida_keras_reshape (LucidaKerasCall *call, const LucidaKerasJson *list, guint first,
                       GError **error)
{
  LucidaKerasTensor x = _lucida_keras_straighten (call, call->inputs[0]);
  guint n = lucida_keras_json_length (list);
  int64_t sizes[LUCIDA_MAX_RANK] = { 1 }, whole, known = 1;
  int open = 0;
  int inputs[2];

  if (n < first || n - first > LUCIDA_MAX_RANK - 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                               "reshapes to something with too many dimensions");
  call->output = (LucidaKerasTensor){ .shape = { .rank = (int) (n - first) + 1 } };
  for (guint i = first; i < n; i++)
    {
      double size = lucida_keras_json_number (lucida_keras_json_at (list, i), -1);
      int64_t *to = &sizes[i - first + 1];

      *to = size >= 1 && size <= 1e9 ? (int64_t) size : -1;
      if (*to < 0)
        open = (int) (i - first + 1);
      else
        known = known <= G_MAXINT64 / *to ? known * *to : G_MAXINT64;
    }
  for (int i = 0; i < call->output.shape.rank; i++)
    call->output.shape.dim[i] = sizes[i];
  whole = product (x.shape.dim + 1, x.shape.rank - 1);
  if (open > 0)
    call->output.shape.dim[open]
        = whole > 0 && whole % known == 0 ? whole / known : LUCIDA_FREE_SIZE;
  inputs[0] = x.value;
  inputs[1] = _lucida_keras_ints (call, "shape", sizes, call->output.shape.rank);
  call->output.value = _lucida_keras_emit (call, "Reshape", NULL, inputs, 2, NULL);
  return TRUE;
}

static gboolean
reshape (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *target = lucida_keras_json_get (call->layer->config, "target_shape");

  if (!lucida_keras_json_is_list (target))
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error, "has no shape to go to");
  return _lucida_keras_reshape (call, target, 0, error);
}

static gboolean
permute (LucidaKerasCall *call, GError **error)
{
  const LucidaKerasJson *dims = lucida_keras_json_get (call->layer->config, "dims");
  LucidaKerasTensor x = _lucida_keras_straighten (call, call->inputs[0]);
  int64_t order[LUCIDA_MAX_RANK] = { 0 };
  guint seen = 1;
  LucidaNode *node;

  if (lucida_keras_json_length (dims) != (guint) (x.shape.rank - 1))
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                               "has an order of axes that makes no sense");
  call->output = x;
  for (int i = 1; i < x.shape.rank; i++)
    {
      double axis = lucida_keras_json_number (lucida_keras_json_at (dims, (guint) i - 1), 0);

      if (!(axis >= 1 && axis < x.shape.rank) || (seen >> (int) axis & 1))
        return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                                   "has an order of axes that makes no sense");
      seen |= 1u << (int) axis;
      order[i] = (int64_t) axis;
      call->output.shape.dim[i] = x.shape.dim[order[i]];
    }
  call->output.value = _lucida_keras_emit1 (call, "Transpose", NULL, x.value, &node);
  lucida_node_set_ints (node, "perm", order, x.shape.rank);
  return TRUE;
}

/* Brings the inputs to one layout and one rank; missing axes come after the batch. */
static gboolean
align (const LucidaKerasCall *call, LucidaKerasTensor *tensors, GError **error)
{
  gboolean turned = FALSE;
  int rank = 0;

  for (guint i = 0; i < call->n_inputs; i++)
    {
      tensors[i] = call->inputs[i];
      rank = MAX (rank, tensors[i].shape.rank);
      turned |= tensors[i].turned;
    }
  for (guint i = 0; i < call->n_inputs; i++)
    {
      int missing = rank - tensors[i].shape.rank;
      int64_t axes[LUCIDA_MAX_RANK];
      LucidaShape shape = { .rank = rank };

      if (missing > 0)
        {
          tensors[i] = _lucida_keras_straighten (call, tensors[i]);
          shape.dim[0] = 1;
          for (int k = 1; k < rank; k++)
            {
              if (k <= missing)
                axes[k - 1] = k;
              shape.dim[k] = k <= missing ? 1 : tensors[i].shape.dim[k - missing];
            }
          tensors[i].value = _lucida_keras_emit (
              call, "Unsqueeze", "unsqueeze",
              (int[]){ tensors[i].value, _lucida_keras_ints (call, "axes", axes, missing) }, 2,
              NULL);
          tensors[i].shape = shape;
        }
      if (turned)
        tensors[i] = _lucida_keras_turn (call, tensors[i]);
    }
  return rank > 0
         || _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error, "has nothing to work on");
}

/* The shape of an elementwise operation over all of them. */
static LucidaShape
broadcast (const LucidaKerasTensor *tensors, guint n)
{
  LucidaShape shape = tensors[0].shape;

  for (guint i = 1; i < n; i++)
    for (int k = 0; k < shape.rank; k++)
      if (shape.dim[k] == 1 || (shape.dim[k] == LUCIDA_FREE_SIZE && tensors[i].shape.dim[k] > 1))
        shape.dim[k] = tensors[i].shape.dim[k];
  return shape;
}

static gboolean
merge (LucidaKerasCall *call, const char *op, GError **error)
{
  g_autofree LucidaKerasTensor *tensors = g_new0 (LucidaKerasTensor, call->n_inputs);
  g_autofree int *values = g_new0 (int, call->n_inputs);
  gboolean pairs = g_str_equal (op, "Mul") || g_str_equal (op, "Sub") || g_str_equal (op, "Add");

  if (_lucida_keras_has_constants (call))
    return _lucida_keras_binary (call, op, error);
  if (!align (call, tensors, error))
    return FALSE;
  for (guint i = 0; i < call->n_inputs; i++)
    values[i] = tensors[i].value;
  call->output = tensors[0];
  call->output.shape = broadcast (tensors, call->n_inputs);
  if (call->n_inputs == 1)
    return TRUE;
  if (g_str_equal (op, "Add") && call->n_inputs > 2)
    {
      op = "Sum";
      pairs = FALSE;
    }
  if (!pairs)
    {
      call->output.value = _lucida_keras_emit (call, op, NULL, values, (int) call->n_inputs, NULL);
      return TRUE;
    }
  for (guint i = 1; i < call->n_inputs; i++)
    {
      int two[2] = { call->output.value, values[i] };

      call->output.value
          = _lucida_keras_emit (call, op, i + 1 < call->n_inputs ? "part" : NULL, two, 2, NULL);
    }
  return TRUE;
}

static gboolean
add (LucidaKerasCall *call, GError **error)
{
  return merge (call, "Add", error);
}

static gboolean
subtract (LucidaKerasCall *call, GError **error)
{
  return merge (call, "Sub", error);
}

static gboolean
multiply (LucidaKerasCall *call, GError **error)
{
  return merge (call, "Mul", error);
}

static gboolean
average (LucidaKerasCall *call, GError **error)
{
  return merge (call, "Mean", error);
}

static gboolean
maximum (LucidaKerasCall *call, GError **error)
{
  return merge (call, "Max", error);
}

static gboolean
minimum (LucidaKerasCall *call, GError **error)
{
  return merge (call, "Min", error);
}

gboolean
_lucida_keras_concatenate (LucidaKerasCall *call, int keras, GError **error)
{
  g_autofree LucidaKerasTensor *tensors = g_new0 (LucidaKerasTensor, call->n_inputs);
  g_autofree int *values = g_new0 (int, call->n_inputs);
  int axis;
  LucidaNode *node;

  if (!align (call, tensors, error))
    return FALSE;
  keras = CLAMP (keras, -100, 100);
  axis = _lucida_keras_axis (&tensors[0], keras);
  if (axis < 1)
    return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                               "joins along an axis that is not there");
  call->output = tensors[0];
  keras += keras < 0 ? tensors[0].shape.rank : 0;
  for (guint i = 0; i < call->n_inputs; i++)
    {
      int64_t *size = &call->output.shape.dim[keras], more = tensors[i].shape.dim[keras];

      values[i] = tensors[i].value;
      if (i > 0)
        *size = *size == LUCIDA_FREE_SIZE || more == LUCIDA_FREE_SIZE ? LUCIDA_FREE_SIZE
                                                                      : *size + more;
    }
  call->output.value
      = _lucida_keras_emit (call, "Concat", NULL, values, (int) call->n_inputs, &node);
  lucida_node_set_int (node, "axis", axis);
  return TRUE;
}

static gboolean
concatenate (LucidaKerasCall *call, GError **error)
{
  return _lucida_keras_concatenate (
      call, lucida_keras_json_get_int (call->layer->config, "axis", -1), error);
}

/* Keras 1's one layer for all of these. */
static gboolean
merge_by_mode (LucidaKerasCall *call, GError **error)
{
  static const LucidaKerasClass modes[] = { { "sum", add },
                                            { "mul", multiply },
                                            { "concat", concatenate },
                                            { "ave", average },
                                            { "max", maximum } };
  const char *mode = lucida_keras_json_get_text (call->layer->config, "mode", "sum");

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    if (g_str_equal (mode, modes[i].class_name))
      return modes[i].func (call, error);
  return _lucida_keras_fail (call, LUCIDA_ERROR_UNSUPPORTED, error,
                             "joins its inputs in a way that is not known (“%s”)", mode);
}

const LucidaKerasClass _lucida_keras_shapes[] = {
  { "Flatten", flatten },
  { "Reshape", reshape },
  { "Permute", permute },
  { "Dropout", identity },
  { "SpatialDropout1D", identity },
  { "SpatialDropout2D", identity },
  { "AlphaDropout", identity },
  { "GaussianDropout", identity },
  { "GaussianNoise", identity },
  { "ActivityRegularization", identity },
  { "Identity", identity },
  { "InputLayer", identity },
  { "Cast", identity },
  { "StochasticDepth", identity },
  { "Layer", unknown_identity },
  { NULL, NULL },
};

const LucidaKerasClass _lucida_keras_merges[] = {
  { "Add", add },
  { "Subtract", subtract },
  { "Multiply", multiply },
  { "Average", average },
  { "Maximum", maximum },
  { "Minimum", minimum },
  { "Merge", merge_by_mode },
  { "Concatenate", concatenate },
  { NULL, NULL },
};
