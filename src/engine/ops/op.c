#include "engine/ops/op.h"

#include "base/error.h"

#include <string.h>

const LucidaOp *
lucida_op_find (const char *name)
{
  for (int i = 0; lucida_ops[i]; i++)
    if (strcmp (lucida_ops[i]->name, name) == 0)
      return lucida_ops[i];
  return NULL;
}

LucidaOpValue *
lucida_op_input (const LucidaOpCall *call, int i)
{
  return i >= 0 && i < call->n_in ? call->in[i] : NULL;
}

gboolean
lucida_op_check_inputs (const LucidaOpCall *call, int required, int most, GError **error)
{
  for (int i = 0; i < required; i++)
    if (!lucida_op_input (call, i))
      {
        g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "input %d is missing", i + 1);
        return FALSE;
      }
  for (int i = most; i < call->n_in; i++)
    if (call->in[i])
      {
        g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                     "%d inputs where at most %d are possible", i + 1, most);
        return FALSE;
      }
  if (call->n_out < 1)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "the output is missing");
      return FALSE;
    }
  return TRUE;
}

gboolean
lucida_op_check_float (const LucidaOpCall *call, int i, int low, int high, GError **error)
{
  const LucidaOpValue *value = lucida_op_input (call, i);

  if (!value)
    return TRUE;
  if (value->element != LUCIDA_FLOAT32)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "input %d holds integers where fractions are expected", i + 1);
      return FALSE;
    }
  if (value->shape.rank < low || value->shape.rank > high)
    {
      g_autofree char *text = lucida_shape_to_string (&value->shape);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "input %d is %s, of %d dimensions; this program runs it with %d to %d", i + 1,
                   text, value->shape.rank, low, high);
      return FALSE;
    }
  return TRUE;
}

void
lucida_op_set_output (LucidaOpCall *call, int i, LucidaElement element, const LucidaShape *shape)
{
  if (i >= call->n_out || !call->out[i])
    return;
  call->out[i]->element = element;
  call->out[i]->shape = *shape;
}

/* Input @i if it is there; then it must be constant. */
static gboolean
constant_input (const LucidaOpCall *call, const char *attribute, int i, LucidaOpValue **value,
                GError **error)
{
  *value = i >= 0 ? lucida_op_input (call, i) : NULL;
  if (!*value || (*value)->constant)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "input %d (%s) is computed from the picture, which this program cannot do", i + 1,
               attribute);
  return FALSE;
}

gboolean
lucida_op_ints (const LucidaOpCall *call, const char *attribute, int i, const int64_t **values,
                int *n, GError **error)
{
  LucidaOpValue *value;

  *values = NULL;
  *n = 0;
  if (!constant_input (call, attribute, i, &value, error))
    return FALSE;
  if (!value)
    {
      *values = lucida_node_get_ints (call->node, attribute, n);
      return TRUE;
    }
  if (value->element != LUCIDA_INT64 || value->shape.rank > 1
      || lucida_shape_count (&value->shape) > G_MAXINT)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "input %d (%s) must be a list of integers", i + 1, attribute);
      return FALSE;
    }
  *values = value->data;
  *n = (int) lucida_shape_count (&value->shape);
  return TRUE;
}

gboolean
lucida_op_scalar (const LucidaOpCall *call, const char *attribute, int i, double fallback,
                  double *result, GError **error)
{
  LucidaOpValue *value;

  *result = fallback;
  if (!constant_input (call, attribute, i, &value, error))
    return FALSE;
  if (!value)
    {
      *result = lucida_node_get_float (call->node, attribute,
                                       (double) lucida_node_get_int (call->node, attribute, 0));
      if (!lucida_node_has (call->node, attribute))
        *result = fallback;
      return TRUE;
    }
  if (lucida_shape_count (&value->shape) != 1)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "input %d (%s) must be one number",
                   i + 1, attribute);
      return FALSE;
    }
  *result = value->element == LUCIDA_INT64 ? (double) *(const int64_t *) value->data
                                           : (double) *(const float *) value->data;
  return TRUE;
}

gboolean
lucida_op_axis (int64_t axis, int rank, int *result, GError **error)
{
  if (axis < -rank || axis >= rank)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "axis %" G_GINT64_FORMAT " does not exist in %d dimensions", axis, rank);
      return FALSE;
    }
  *result = (int) (axis < 0 ? axis + rank : axis);
  return TRUE;
}

gboolean
lucida_op_broadcast (const LucidaShape *a, const LucidaShape *b, LucidaShape *result,
                     GError **error)
{
  LucidaShape shape = { .rank = MAX (a->rank, b->rank) };

  for (int i = 0; i < shape.rank; i++)
    {
      int ia = i - (shape.rank - a->rank), ib = i - (shape.rank - b->rank);
      int64_t da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];

      if (da != db && da != 1 && db != 1)
        {
          g_autofree char *left = lucida_shape_to_string (a);
          g_autofree char *right = lucida_shape_to_string (b);
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "shapes %s and %s do not fit together", left, right);
          return FALSE;
        }
      shape.dim[i] = da == 1 ? db : da;
    }
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  *result = shape;
  return TRUE;
}

void
lucida_op_broadcast_steps (const LucidaShape *in, const LucidaShape *out, int64_t *steps)
{
  int64_t step = 1;

  for (int i = out->rank - 1; i >= 0; i--)
    {
      int inner = i - (out->rank - in->rank);
      int64_t size = inner < 0 ? 1 : in->dim[inner];

      steps[i] = size == 1 ? 0 : step;
      step *= size;
    }
}
