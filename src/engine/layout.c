#include "base/error.h"
#include "engine/plan-private.h"

#include <string.h>

/* Which axis of a value holds its channels: 1 in N×C×H×W, the last in N×H×W×C. Operators that work
 * on pictures say so; what is between them carries it along. */

static gboolean
is_spatial (const LucidaShape *shape)
{
  return (shape->rank == 4 || shape->rank == 3) && shape->dim[0] == 1;
}

/* Operators whose input and output are N×C×… by definition. */
static gboolean
wants_channels_first (const char *op)
{
  static const char *const names[]
      = { "Conv",         "ConvTranspose",      "MaxPool",
          "AveragePool",  "GlobalMaxPool",      "GlobalAveragePool",
          "LRN",          "BatchNormalization", "DepthToSpace",
          "SpaceToDepth", "GroupNormalization", "InstanceNormalization",
          "GridSample" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (op, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static int
transposed_axis (const LucidaNode *node, int axis, int rank)
{
  int n;
  const int64_t *perm = lucida_node_get_ints (node, "perm", &n);

  for (int i = 0; i < rank; i++)
    {
      int64_t from = perm && n == rank ? perm[i] : rank - 1 - i;

      if (from == axis)
        return i;
    }
  return -1;
}

/* The channel axis of the first input with space and one known. */
static int
axis_of_inputs (const LucidaPlan *self, const LucidaNode *node, const LucidaShape *output)
{
  for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
    {
      int value = lucida_node_get_input (node, i);
      const PlanValue *known;

      if (value == LUCIDA_NO_VALUE)
        continue;
      known = &self->values[value];
      if (!known->constant && known->channel_axis >= 0 && known->shape.rank == output->rank)
        return known->channel_axis;
    }
  return -1;
}

/* A Reshape keeps the layout where it keeps the channels' size at one of the two places. */
static int
reshaped_axis (const PlanValue *in, const LucidaShape *output)
{
  int64_t channels;

  if (in->channel_axis < 0)
    return -1;
  channels = in->shape.dim[in->channel_axis];
  if (in->channel_axis == 1 && output->dim[1] == channels)
    return 1;
  if (in->channel_axis == in->shape.rank - 1 && output->dim[output->rank - 1] == channels)
    return output->rank - 1;
  if (output->dim[1] == channels)
    return 1;
  if (output->dim[output->rank - 1] == channels)
    return output->rank - 1;
  return -1;
}

static int
input_axis (const LucidaPlan *self)
{
  if (!is_spatial (&self->input))
    return -1;
  return lucida_network_get_input_layout (self->network) == LUCIDA_LAYOUT_NHWC
             ? self->input.rank - 1
             : 1;
}

void
_lucida_plan_find_layout (LucidaPlan *self)
{
  self->values[lucida_network_get_input (self->network)].channel_axis = input_axis (self);
  for (guint s = 0; s < self->steps->len; s++)
    {
      const PlanStep *step = &g_array_index (self->steps, PlanStep, s);
      const LucidaNode *node = lucida_network_get_node (self->network, step->node);
      const char *op = lucida_node_get_op (node);
      int input = lucida_node_get_input (node, 0);

      for (int o = 0; o < lucida_node_get_n_outputs (node); o++)
        {
          int value = lucida_node_get_output (node, o);
          PlanValue *made;

          if (value == LUCIDA_NO_VALUE)
            continue;
          made = &self->values[value];
          if (!is_spatial (&made->shape) || made->element != LUCIDA_FLOAT32)
            continue;
          if (wants_channels_first (op))
            made->channel_axis = 1;
          else if (strcmp (op, "Transpose") == 0)
            made->channel_axis
                = self->values[input].channel_axis < 0
                      ? -1
                      : transposed_axis (node, self->values[input].channel_axis, made->shape.rank);
          else if (step->op->flags & LUCIDA_OP_RESHAPES)
            made->channel_axis = reshaped_axis (&self->values[input], &made->shape);
          else
            made->channel_axis = axis_of_inputs (self, node, &made->shape);
          if (made->channel_axis != 1 && made->channel_axis != made->shape.rank - 1)
            made->channel_axis = -1;
        }
    }
}

gboolean
lucida_plan_get_size (const LucidaPlan *self, int value, int *channels, int *height, int *width)
{
  const PlanValue *known = &self->values[value];
  const int64_t *dim = known->shape.dim;

  if (!known->known || known->channel_axis < 0 || known->constant)
    return FALSE;
  *channels = (int) dim[known->channel_axis];
  if (known->shape.rank == 3)
    {
      *height = 1;
      *width = (int) dim[known->channel_axis == 1 ? 2 : 1];
    }
  else
    {
      *height = (int) dim[known->channel_axis == 1 ? 2 : 1];
      *width = (int) dim[known->channel_axis == 1 ? 3 : 2];
    }
  return TRUE;
}

LucidaTensor *
_lucida_plan_to_chw (const LucidaPlan *self, int value, const float *data, GError **error)
{
  int channels, height, width;
  LucidaShape shape;
  LucidaTensor *tensor;
  float *to;

  if (!lucida_plan_get_size (self, value, &channels, &height, &width))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "the tensor “%s” has no height and width",
                   lucida_network_get_value_name (self->network, value));
      return NULL;
    }
  shape = lucida_shape (3, (int64_t) channels, (int64_t) height, (int64_t) width);
  if (self->values[value].channel_axis == 1)
    return lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, data, error);
  tensor = lucida_tensor_new (LUCIDA_FLOAT32, &shape, error);
  if (!tensor)
    return NULL;
  to = lucida_tensor_get_data (tensor);
  for (gsize p = 0; p < (gsize) height * (gsize) width; p++)
    for (gsize c = 0; c < (gsize) channels; c++)
      to[c * (gsize) height * (gsize) width + p] = *data++;
  return tensor;
}
