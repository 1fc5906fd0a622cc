#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <string.h>

/* Weights on their way from the file into the network: axes turned, each loaded once. */

#define BLOCK 16 /* elements of the innermost axis read at a time */

/* to[…] = from[…] with axes in another order. The innermost axis of @from is read in short runs, so
 * that neither side jumps about in memory more than the other. @flip: axes that run backwards. */
static LucidaTensor *
turn_axes (LucidaTensor *from, const LucidaKerasTurn *turn, GError **error)
{
  const LucidaShape *shape = lucida_tensor_get_shape (from);
  int rank = shape->rank, last = rank - 1;
  int64_t steps[LUCIDA_MAX_RANK]; /* [rank] of @to, along the axes of @from */
  int64_t at[LUCIDA_MAX_RANK] = { 0 };
  LucidaShape result = { .rank = rank };
  g_autoptr (LucidaTensor) aligned = lucida_tensor_align (from, error);
  LucidaTensor *to;
  const float *x;
  float *y;
  int64_t step = 1, rows;

  if (!aligned)
    return NULL;
  for (int i = 0; i < rank; i++)
    result.dim[i] = shape->dim[turn->order[i]];
  to = lucida_tensor_new_uninitialised (LUCIDA_FLOAT32, &result, error);
  if (!to || lucida_tensor_get_count (from) == 0)
    return to;
  for (int i = rank; i-- > 0;)
    {
      steps[turn->order[i]] = step;
      step *= result.dim[i];
    }
  rows = lucida_tensor_get_count (from) / shape->dim[last];
  x = lucida_tensor_get_floats (aligned);
  y = lucida_tensor_get_data (to);
  for (int64_t start = 0; start < shape->dim[last]; start += BLOCK)
    {
      int64_t end = MIN (start + BLOCK, shape->dim[last]);

      memset (at, 0, sizeof at);
      for (int64_t row = 0; row < rows; row++)
        {
          int64_t offset = 0;

          for (int i = 0; i < last; i++)
            {
              gboolean back = turn->flip && i < rank - 2;

              offset += steps[i] * (back ? shape->dim[i] - 1 - at[i] : at[i]);
            }
          for (int64_t k = start; k < end; k++)
            y[offset + k * steps[last]] = x[row * shape->dim[last] + k];
          for (int i = last; i-- > 0;)
            {
              if (++at[i] < shape->dim[i])
                break;
              at[i] = 0;
            }
        }
    }
  return to;
}

static gboolean
check_rank (const LucidaKerasCall *call, const char *role, LucidaTensor *tensor, int rank,
            GError **error)
{
  g_autofree char *text = NULL;

  if (rank < 0 || lucida_tensor_get_shape (tensor)->rank == rank)
    return TRUE;
  text = lucida_shape_to_string (lucida_tensor_get_shape (tensor));
  return _lucida_keras_fail (call, LUCIDA_ERROR_CORRUPT, error,
                             "has a weight “%s” of shape %s, which does not fit it", role, text);
}

int
_lucida_keras_weight_reshaped (const LucidaKerasCall *call, const char *role, int index,
                               const LucidaKerasTurn *turn, LucidaKerasReshape reshape,
                               LucidaShape *shape, GError **error)
{
  LucidaKerasBuild *build = call->build;
  g_autofree char *key = g_strconcat (call->layer->full_name, "/", role, NULL);
  int value = GPOINTER_TO_INT (g_hash_table_lookup (build->loaded, key)) - 1;
  g_autoptr (LucidaTensor) tensor = NULL;

  if (value < 0)
    {
      if (lucida_error_set_cancelled (error, _lucida_keras_is_cancelled (build)))
        return -1;
      tensor = build->weights->load (build->weights, call->layer, role, index, error);
      if (tensor)
        lucida_reading_report (build->reading, build->done += lucida_tensor_get_size (tensor),
                               build->size);
      if (!tensor || (turn && !check_rank (call, role, tensor, turn->rank, error)))
        return -1;
      if (turn)
        {
          LucidaTensor *turned = turn_axes (tensor, turn, error);

          lucida_tensor_unref (tensor);
          tensor = turned;
        }
      if (tensor && reshape)
        {
          LucidaShape wanted = *lucida_tensor_get_shape (tensor);
          LucidaTensor *reshaped;

          reshape (&wanted);
          reshaped = lucida_tensor_reshape (tensor, &wanted);
          lucida_tensor_unref (tensor);
          tensor = reshaped;
        }
      if (!tensor)
        return -1;
      value = lucida_network_add_value (build->network, key, tensor);
      g_hash_table_insert (build->loaded, g_steal_pointer (&key), GINT_TO_POINTER (value + 1));
    }
  if (shape)
    *shape = *lucida_tensor_get_shape (lucida_network_get_constant (build->network, value));
  return value;
}

int
_lucida_keras_weight (const LucidaKerasCall *call, const char *role, int index,
                      const LucidaKerasTurn *turn, LucidaShape *shape, GError **error)
{
  return _lucida_keras_weight_reshaped (call, role, index, turn, NULL, shape, error);
}
