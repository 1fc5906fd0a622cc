#include "base/checked-size.h"
#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/op.h"

#include <string.h>

/* Pad: every axis of the output has a table that says which place of the input it reads, or that it
 * reads none (mode "constant"). The tables lie in the workspace, one behind the other. */

typedef struct
{
  const LucidaOpCall *call;
  int rank; /* at least 1 */
  int64_t in[LUCIDA_MAX_RANK];
  int64_t out[LUCIDA_MAX_RANK];
  const int64_t *table[LUCIDA_MAX_RANK]; /* [out[i]] */
  int64_t value_int;
  float value;
} Pad;

/* @begin, @end: [rank] elements before and behind, negative ones cut off. Attribute "pads" (or
 * "paddings") in old operator sets, an input in newer ones, for all axes or for those in input 3.
 */
static gboolean
read_pads (const LucidaOpCall *call, int64_t *begin, int64_t *end, GError **error)
{
  int rank = call->in[0]->shape.rank, n, n_axes, axis;
  const int64_t *pads, *axes;

  if (!lucida_op_ints (call, lucida_node_has (call->node, "paddings") ? "paddings" : "pads", 1,
                       &pads, &n, error)
      || !lucida_op_ints (call, "axes", 3, &axes, &n_axes, error))
    return FALSE;
  if (n != 2 * (axes ? n_axes : rank))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "%d sizes of padding do not fit %d dimensions", n, rank);
      return FALSE;
    }
  for (int i = 0; i < rank; i++)
    begin[i] = end[i] = 0;
  for (int i = 0; i < n / 2; i++)
    {
      if (!lucida_op_axis (axes ? axes[i] : i, rank, &axis, error))
        return FALSE;
      begin[axis] = pads[i];
      end[axis] = pads[n / 2 + i];
    }
  return TRUE;
}

static const char *
pad_mode (const LucidaOpCall *call)
{
  return lucida_node_get_string (call->node, "mode", "constant");
}

static gboolean
pad_infer (LucidaOpCall *call, GError **error)
{
  static const char *const modes[] = { "constant", "reflect", "edge", "wrap", NULL };
  int64_t begin[LUCIDA_MAX_RANK], end[LUCIDA_MAX_RANK];
  const char *mode = pad_mode (call);
  LucidaShape shape;
  double value;

  if (!lucida_op_check_inputs (call, 1, 4, error) || !read_pads (call, begin, end, error)
      || !lucida_op_scalar (call, "value", 2, 0, &value, error))
    return FALSE;
  if (!g_strv_contains (modes, mode))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "padding of mode \"%s\" is not known", mode);
      return FALSE;
    }
  shape = call->in[0]->shape;
  for (int i = 0; i < shape.rank; i++)
    {
      int64_t size = shape.dim[i];

      if (!lucida_int64_add (size, begin[i], &size) || size < 0
          || !lucida_int64_add (size, end[i], &size) || size < 0
          || (shape.dim[i] == 0 && size > 0 && *mode != 'c'))
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "a size of %" G_GINT64_FORMAT " cannot be padded by %" G_GINT64_FORMAT
                       " and %" G_GINT64_FORMAT,
                       shape.dim[i], begin[i], end[i]);
          return FALSE;
        }
      shape.dim[i] = size;
    }
  if (!lucida_shape_check (&shape, error))
    return FALSE;
  lucida_op_set_output (call, 0, call->in[0]->element, &shape);
  return TRUE;
}

static gsize
pad_workspace (const LucidaOpCall *call, gboolean backward)
{
  gsize count = 1;

  for (int i = 0; i < call->out[0]->shape.rank; i++)
    count += (gsize) call->out[0]->shape.dim[i];
  return count * sizeof (int64_t);
}

static int64_t
wrapped (int64_t place, int64_t period)
{
  place %= period;
  return place < 0 ? place + period : place;
}

/* The place in an axis of @size that the place @i beside or inside it stands for; -1: none. */
static int64_t
source_place (int64_t i, int64_t size, const char *mode)
{
  int64_t turned;

  if (i >= 0 && i < size)
    return i;
  switch (*mode)
    {
    case 'e':
      return CLAMP (i, 0, size - 1);
    case 'w':
      return wrapped (i, size);
    case 'r': /* without repeating the border; there and back is one period */
      if (size == 1)
        return 0;
      turned = wrapped (i, 2 * size - 2);
      return MIN (turned, 2 * size - 2 - turned);
    default:
      return -1;
    }
}

static void
pad_prepare (const LucidaOpCall *call, Pad *pad)
{
  int64_t begin[LUCIDA_MAX_RANK], end[LUCIDA_MAX_RANK], *table = call->workspace;
  const LucidaShape *x = &call->in[0]->shape, *y = &call->out[0]->shape;
  const LucidaOpValue *given = lucida_op_input (call, 2);
  double value = 0;

  read_pads (call, begin, end, NULL);
  lucida_op_scalar (call, "value", 2, 0, &value, NULL);
  *pad = (Pad){ .call = call, .rank = MAX (x->rank, 1), .in = { 1 }, .out = { 1 } };
  pad->value = (float) value;
  if (given && given->element == LUCIDA_INT64)
    pad->value_int = *(const int64_t *) given->data;
  table[0] = 0;
  pad->table[0] = table;
  for (int i = 0; i < x->rank; i++)
    {
      pad->in[i] = x->dim[i];
      pad->out[i] = y->dim[i];
      pad->table[i] = table;
      for (int64_t k = 0; k < y->dim[i]; k++)
        *table++ = source_place (k - begin[i], x->dim[i], pad_mode (call));
    }
}

/* Where row @row of the output, that is all of its last axis, reads the input; -1: nowhere. */
static int64_t
source_row (const Pad *pad, int64_t row)
{
  int64_t place = 0, step = pad->in[pad->rank - 1];

  for (int i = pad->rank - 2; i >= 0; i--)
    {
      int64_t source = pad->table[i][row % pad->out[i]];

      if (source < 0)
        return -1;
      place += source * step;
      step *= pad->in[i];
      row /= pad->out[i];
    }
  return place;
}

static void
forward_rows (int64_t begin, int64_t end, gpointer data)
{
  const Pad *pad = data;
  const LucidaOpValue *x = pad->call->in[0], *y = pad->call->out[0];
  const int64_t *table = pad->table[pad->rank - 1];
  int64_t n = pad->out[pad->rank - 1];

  for (int64_t row = begin; row < end; row++)
    {
      int64_t place = source_row (pad, row);

      if (y->element == LUCIDA_FLOAT32)
        for (int64_t i = 0; i < n; i++)
          ((float *) y->data)[row * n + i] = place < 0 || table[i] < 0
                                                 ? pad->value
                                                 : ((const float *) x->data)[place + table[i]];
      else
        for (int64_t i = 0; i < n; i++)
          ((int64_t *) y->data)[row * n + i] = place < 0 || table[i] < 0
                                                   ? pad->value_int
                                                   : ((const int64_t *) x->data)[place + table[i]];
    }
}

static int64_t
row_count (const Pad *pad)
{
  int64_t rows = 1;

  for (int i = 0; i < pad->rank - 1; i++)
    rows *= pad->out[i];
  return rows;
}

static gboolean
pad_forward (LucidaOpCall *call, GError **error)
{
  Pad pad;

  pad_prepare (call, &pad);
  lucida_loop (call->pool, row_count (&pad), lucida_loop_grain (pad.out[pad.rank - 1]),
               forward_rows, &pad);
  return TRUE;
}

static void
backward_rows (int64_t begin, int64_t end, gpointer data)
{
  const Pad *pad = data;
  const int64_t *table = pad->table[pad->rank - 1];
  int64_t n = pad->out[pad->rank - 1];

  for (int64_t row = begin; row < end; row++)
    {
      int64_t place = source_row (pad, row);
      const float *g = pad->call->out[0]->grad + row * n;

      for (int64_t i = 0; i < n && place >= 0; i++)
        if (table[i] >= 0)
          pad->call->in[0]->grad[place + table[i]] += g[i];
    }
}

/* Only with constant padding does each row read places of its own. */
static void
pad_backward (LucidaOpCall *call)
{
  gboolean own = *pad_mode (call) == 'c';
  Pad pad;

  if (!call->in[0]->grad || call->in[0]->element != LUCIDA_FLOAT32)
    return;
  pad_prepare (call, &pad);
  lucida_loop (own ? call->pool : NULL, row_count (&pad), lucida_loop_grain (pad.out[pad.rank - 1]),
               backward_rows, &pad);
}

const LucidaOp lucida_op_Pad = {
  .name = "Pad",
  .infer = pad_infer,
  .forward = pad_forward,
  .backward = pad_backward,
  .workspace = pad_workspace,
};
