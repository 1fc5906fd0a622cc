#include "base/error.h"
#include "engine/plan-private.h"

#include <math.h>
#include <string.h>

/* Where the logits are, and from logits to probabilities. */

#define MAX_CLASSES 1000000

/* The node that makes @value if it is worth looking through: it changes no number and no order. */
static const LucidaNode *
maker (const LucidaPlan *self, int value)
{
  int producer = lucida_network_get_producer (self->network, value);

  return producer < 0 ? NULL : lucida_network_get_node (self->network, producer);
}

static gboolean
passes_through (const LucidaPlan *self, const LucidaNode *node)
{
  static const char *const names[] = { "Identity", "Cast", "Dropout" };
  const char *op = lucida_node_get_op (node);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (op, names[i]) == 0)
      return TRUE;
  return (lucida_op_find (op)->flags & LUCIDA_OP_RESHAPES) != 0;
}

/* Whether a Softmax or Hardmax over @node's axis runs over all numbers there are. */
static gboolean
softmax_is_whole (const LucidaPlan *self, const LucidaNode *node)
{
  const LucidaShape *shape = &self->values[lucida_node_get_input (node, 0)].shape;
  gboolean flatten = lucida_node_get_int (node, "flatten", 0) != 0;
  int64_t axis = lucida_node_get_int (node, "axis", flatten ? 1 : -1);
  int64_t over = 1;

  if (axis < 0)
    axis += shape->rank;
  for (int64_t i = axis; i < shape->rank && (flatten || i == axis); i++)
    over *= shape->dim[i];
  return over == lucida_shape_count (shape);
}

/* The node that makes @value apart from those that pass it through. (nullable) */
static const LucidaNode *
find_maker (const LucidaPlan *self, int value)
{
  const LucidaNode *node;

  while ((node = maker (self, value)) && passes_through (self, node))
    value = lucida_node_get_input (node, 0);
  return node;
}

/* Whether @value is the best scores in order, whatever classes they are of. */
static gboolean
is_ranking (const LucidaPlan *self, int value)
{
  const LucidaShape *shape;
  const LucidaNode *node;
  int64_t axis;

  while ((node = maker (self, value)) && passes_through (self, node))
    value = lucida_node_get_input (node, 0);
  if (!node || strcmp (lucida_node_get_op (node), "TopK") != 0)
    return FALSE;
  shape = &self->values[value].shape;
  axis = lucida_node_get_int (node, "axis", -1);
  return shape->dim[axis < 0 ? axis + shape->rank : axis] == lucida_shape_count (shape);
}

gboolean
_lucida_plan_find_scores (LucidaPlan *self, GError **error)
{
  int value = lucida_network_get_output (self->network), wide = 0;
  int64_t count = lucida_shape_count (&self->values[value].shape);
  const LucidaShape *shape = &self->values[value].shape;
  const LucidaNode *node;

  for (int i = 0; i < shape->rank; i++)
    wide += shape->dim[i] > 1;
  if (wide > 1 || count < 1 || count > MAX_CLASSES || self->values[value].element != LUCIDA_FLOAT32)
    {
      g_autofree char *text = lucida_shape_to_string (shape);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the network's output is %s%s, not one score for each class, so it is no "
                   "classifier this program can explain",
                   self->values[value].element == LUCIDA_FLOAT32 ? "" : "made of whole numbers, ",
                   text);
      return FALSE;
    }
  if (self->values[value].constant)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "the network's output does not depend on the picture");
      return FALSE;
    }
  self->ending = count == 1 ? LUCIDA_ENDING_SCORE : LUCIDA_ENDING_LOGITS;
  self->logits = value;
  node = find_maker (self, value);
  if (node && strcmp (lucida_node_get_op (node), "Hardmax") == 0 && softmax_is_whole (self, node))
    {
      self->logits = lucida_node_get_input (node, 0);
      node = find_maker (self, self->logits);
    }
  if (node)
    {
      const char *op = lucida_node_get_op (node);
      int input = lucida_node_get_input (node, 0);

      if (strcmp (op, "Log") == 0)
        {
          const LucidaNode *before = find_maker (self, input);

          if (before && strcmp (lucida_node_get_op (before), "Softmax") == 0)
            {
              node = before;
              op = "Softmax";
              input = lucida_node_get_input (before, 0);
            }
        }
      if ((strcmp (op, "Softmax") == 0 || strcmp (op, "LogSoftmax") == 0)
          && softmax_is_whole (self, node))
        {
          self->ending = LUCIDA_ENDING_SOFTMAX;
          self->logits = input;
        }
      else if (strcmp (op, "Sigmoid") == 0)
        {
          self->ending = count == 1 ? LUCIDA_ENDING_SIGMOID : LUCIDA_ENDING_SIGMOIDS;
          self->logits = input;
        }
    }
  if (is_ranking (self, self->logits))
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "the network's output is its best scores in order, not one score for "
                           "each class: export it without its last step (TopK)");
      return FALSE;
    }
  if (self->values[self->logits].constant)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "the network's output does not depend on the picture");
      return FALSE;
    }
  self->n_classes = self->ending == LUCIDA_ENDING_SIGMOID ? 2 : (int) count;
  return TRUE;
}

void
_lucida_plan_read_scores (const LucidaPlan *self, const float *z, float *logits,
                          float *probabilities)
{
  int n = self->n_classes;

  if (self->ending == LUCIDA_ENDING_SIGMOID)
    {
      logits[0] = -z[0];
      logits[1] = z[0];
    }
  else
    memcpy (logits, z, (gsize) n * sizeof *z);
  if (!probabilities)
    return;
  if (self->ending == LUCIDA_ENDING_SIGMOID || self->ending == LUCIDA_ENDING_SIGMOIDS)
    for (int i = 0; i < n; i++)
      probabilities[i] = (float) (1 / (1 + exp (-(double) logits[i])));
  else
    {
      double sum = 0, largest = -INFINITY;

      for (int i = 0; i < n; i++)
        largest = MAX (largest, (double) logits[i]);
      for (int i = 0; i < n; i++)
        sum += exp (logits[i] - largest);
      for (int i = 0; i < n; i++)
        probabilities[i] = (float) (exp (logits[i] - largest) / sum);
    }
}

void
_lucida_plan_seed (const LucidaPlan *self, const float *weights, float *seed)
{
  if (self->ending == LUCIDA_ENDING_SIGMOID)
    seed[0] = weights[1] - weights[0];
  else
    memcpy (seed, weights, (gsize) self->n_classes * sizeof *seed);
}
