#include "engine/ops/binary.h"

#include "base/error.h"
#include "engine/ops/loop.h"
#include "engine/ops/rows.h"

#define BUFFER 1024 /* gradients computed before they are added */

typedef struct
{
  LucidaBinaryFunc function;
  LucidaBinaryGradient gradient;
  const char *a;
  const char *b;
  char *y;
  gsize in_size; /* bytes an element */
  gsize out_size;
  const float *g;
  float *target; /* gradient of input which */
  int which;
} Binary;

static gboolean
infer (LucidaOpCall *call, gboolean logical, GError **error)
{
  LucidaShape shape;

  if (!lucida_op_check_inputs (call, 2, 2, error)
      || !lucida_op_broadcast (&call->in[0]->shape, &call->in[1]->shape, &shape, error))
    return FALSE;
  if (call->in[0]->element != call->in[1]->element)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                           "one input holds integers, the other fractions");
      return FALSE;
    }
  lucida_op_set_output (call, 0, logical ? LUCIDA_INT64 : call->in[0]->element, &shape);
  return TRUE;
}

gboolean
lucida_binary_infer (LucidaOpCall *call, GError **error)
{
  return infer (call, FALSE, error);
}

gboolean
lucida_binary_infer_logical (LucidaOpCall *call, GError **error)
{
  return infer (call, TRUE, error);
}

static void
forward_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Binary *binary = data;

  binary->function (n, binary->a + offset[1] * (int64_t) binary->in_size, step[1],
                    binary->b + offset[2] * (int64_t) binary->in_size, step[2],
                    binary->y + offset[0] * (int64_t) binary->out_size);
}

void
lucida_binary_run (const LucidaOpValue *a, const LucidaOpValue *b, const LucidaShape *y,
                   gsize y_size, void *result, LucidaBinaryFunc function, LucidaPool *pool)
{
  Binary binary = {
    .function = function,
    .a = a->data,
    .b = b->data,
    .y = result,
    .in_size = lucida_element_size (a->element),
    .out_size = y_size,
  };
  const LucidaShape *others[2] = { &a->shape, &b->shape };
  LucidaRows rows;

  if (lucida_shape_count (y) == 0)
    return;
  lucida_rows_init (&rows, y, 2, others);
  lucida_rows_run (&rows, 0, pool, forward_row, &binary);
}

void
lucida_binary_forward (LucidaOpCall *call, LucidaBinaryFunc floats, LucidaBinaryFunc ints)
{
  const LucidaOpValue *y = call->out[0];

  lucida_binary_run (call->in[0], call->in[1], &y->shape, lucida_element_size (y->element), y->data,
                     call->in[0]->element == LUCIDA_FLOAT32 ? floats : ints, call->pool);
}

static void
backward_row (int64_t n, const int64_t *offset, const int64_t *step, gpointer data)
{
  const Binary *binary = data;
  const float *a = (const float *) (const void *) binary->a + offset[1];
  const float *b = (const float *) (const void *) binary->b + offset[2];
  const float *g = binary->g + offset[0];
  int64_t target_step = step[1 + binary->which];
  float *target = binary->target + offset[1 + binary->which];
  float buffer[BUFFER], gathered[BUFFER];

  for (int64_t begin = 0; begin < n; begin += BUFFER)
    {
      int64_t count = MIN (BUFFER, n - begin);
      const float *row = g + begin;

      if (step[0] != 1)
        {
          for (int64_t i = 0; i < count; i++)
            gathered[i] = g[(begin + i) * step[0]];
          row = gathered;
        }
      binary->gradient (count, a + begin * step[1], step[1], b + begin * step[2], step[2], row,
                        buffer);
      if (target_step == 0)
        *target += (float) lucida_loop_sum (count, buffer);
      else
        for (int64_t i = 0; i < count; i++)
          target[(begin + i) * target_step] += buffer[i];
    }
}

void
lucida_binary_backward (LucidaOpCall *call, int which, LucidaBinaryGradient function)
{
  Binary binary = {
    .gradient = function,
    .a = call->in[0]->data,
    .b = call->in[1]->data,
    .g = call->out[0]->grad,
    .target = call->in[which]->grad,
    .which = which,
  };
  const LucidaShape *others[2] = { &call->in[0]->shape, &call->in[1]->shape };
  const LucidaShape *shape = &call->out[0]->shape;
  LucidaRows rows;

  if (!binary.target || call->in[which]->element != LUCIDA_FLOAT32
      || lucida_shape_count (shape) == 0)
    return;
  lucida_rows_init (&rows, shape, 2, others);
  lucida_rows_run (&rows, 1 + which, call->pool, backward_row, &binary);
}
