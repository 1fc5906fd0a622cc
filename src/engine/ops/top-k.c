#include "base/error.h"
#include "engine/ops/op.h"

#include <stdlib.h>

/* TopK: the k largest (or smallest) elements along an axis, in order, of equal ones the first
 * first; output 1 is where they lay. The gradient goes back there. */

typedef struct
{
  int64_t outer, size, inner, k; /* elements before, along and after the axis; how many are taken */
  gboolean largest;
} TopK;

typedef struct
{
  double value;
  int64_t place;
} Entry;

static int
compare_descending (const void *a, const void *b)
{
  const Entry *p = a, *q = b;

  if (p->value != q->value)
    return p->value > q->value ? -1 : 1;
  return p->place < q->place ? -1 : p->place > q->place;
}

static gboolean
top_read (const LucidaOpCall *call, TopK *self, int *axis, GError **error)
{
  const LucidaShape *x = &call->in[0]->shape;
  double k;

  if (!lucida_op_axis (lucida_node_get_int (call->node, "axis", -1), x->rank, axis, error)
      || !lucida_op_scalar (call, "k", 1, -1, &k, error))
    return FALSE;
  *self = (TopK){ 1, x->dim[*axis], 1, 0, lucida_node_get_int (call->node, "largest", 1) != 0 };
  for (int i = 0; i < x->rank; i++)
    if (i != *axis)
      *(i < *axis ? &self->outer : &self->inner) *= x->dim[i];
  if (!(k >= 0 && k <= (double) self->size))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "%.0f elements cannot be taken out of %" G_GINT64_FORMAT, k, self->size);
      return FALSE;
    }
  self->k = (int64_t) k;
  return TRUE;
}

static gboolean
top_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape shape;
  TopK self;
  int axis;

  if (!lucida_op_check_inputs (call, 1, 2, error) || !top_read (call, &self, &axis, error))
    return FALSE;
  shape = call->in[0]->shape;
  shape.dim[axis] = self.k;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  if (call->n_out > 1)
    lucida_op_set_output (call, 1, LUCIDA_INT64, &shape);
  return TRUE;
}

/* Calls @take for each element that is taken: where it lies in the input and in the output. */
static gboolean
walk (LucidaOpCall *call,
      void (*take) (LucidaOpCall *call, int64_t from, int64_t to, int64_t place), GError **error)
{
  const LucidaOpValue *x = call->in[0];
  g_autofree Entry *entries = NULL;
  TopK self;
  int axis;

  if (!top_read (call, &self, &axis, error))
    return FALSE;
  entries = g_try_new (Entry, (gsize) MAX (self.size, 1));
  if (!entries)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                           "there is not enough memory to run this network");
      return FALSE;
    }
  for (int64_t row = 0; row < self.outer * self.inner; row++)
    {
      int64_t o = row / self.inner, i = row % self.inner;

      for (int64_t s = 0; s < self.size; s++)
        {
          int64_t at = (o * self.size + s) * self.inner + i;
          double value = x->element == LUCIDA_INT64 ? (double) ((const int64_t *) x->data)[at]
                                                    : (double) ((const float *) x->data)[at];

          /* what is no number comes last */
          entries[s] = (Entry){ value != value ? -G_MAXDOUBLE : self.largest ? value : -value, s };
        }
      qsort (entries, (gsize) self.size, sizeof *entries, compare_descending);
      for (int64_t k = 0; k < self.k; k++)
        take (call, (o * self.size + entries[k].place) * self.inner + i,
              (o * self.k + k) * self.inner + i, entries[k].place);
    }
  return TRUE;
}

static void
take_value (LucidaOpCall *call, int64_t from, int64_t to, int64_t place)
{
  if (call->in[0]->element == LUCIDA_INT64)
    ((int64_t *) call->out[0]->data)[to] = ((const int64_t *) call->in[0]->data)[from];
  else
    ((float *) call->out[0]->data)[to] = ((const float *) call->in[0]->data)[from];
  if (call->n_out > 1)
    ((int64_t *) call->out[1]->data)[to] = place;
}

static void
give_gradient (LucidaOpCall *call, int64_t from, int64_t to, int64_t place)
{
  call->in[0]->grad[from] += call->out[0]->grad[to];
}

static gboolean
top_forward (LucidaOpCall *call, GError **error)
{
  return walk (call, take_value, error);
}

static void
top_backward (LucidaOpCall *call)
{
  if (call->in[0]->grad && call->out[0]->grad)
    walk (call, give_gradient, NULL);
}

const LucidaOp lucida_op_TopK = {
  "TopK", LUCIDA_OP_DEFAULT, top_infer, top_forward, top_backward, NULL,
};
