#include "engine/ops/rows.h"

#include "engine/ops/loop.h"
#include "engine/ops/op.h"

typedef struct
{
  LucidaRows rows;
  LucidaRowFunc function;
  gpointer data;
} Run;

/* Leaves out axes of size 1 and joins axes that one loop can do. */
static void
rows_simplify (LucidaRows *self)
{
  int rank = 0;

  for (int i = 0; i < self->rank; i++)
    {
      gboolean joined = rank > 0;

      if (self->size[i] == 1)
        continue;
      for (int k = 0; k < self->n_arrays && joined; k++)
        joined = self->step[k][rank - 1] == self->step[k][i] * self->size[i];
      rank += !joined;
      self->size[rank - 1] = joined ? self->size[rank - 1] * self->size[i] : self->size[i];
      for (int k = 0; k < self->n_arrays; k++)
        self->step[k][rank - 1] = self->step[k][i];
    }
  if (rank == 0)
    {
      self->size[0] = 1;
      for (int k = 0; k < self->n_arrays; k++)
        self->step[k][0] = 0;
      rank = 1;
    }
  self->rank = rank;
}

void
lucida_rows_init (LucidaRows *self, const LucidaShape *shape, int n,
                  const LucidaShape *const *others)
{
  g_assert (n < LUCIDA_ROWS_ARRAYS);
  *self = (LucidaRows){ .rank = shape->rank, .n_arrays = n + 1 };
  for (int i = 0; i < shape->rank; i++)
    self->size[i] = shape->dim[i];
  lucida_op_broadcast_steps (shape, shape, self->step[0]);
  for (int k = 0; k < n; k++)
    lucida_op_broadcast_steps (others[k], shape, self->step[k + 1]);
  rows_simplify (self);
}

static void
rows_axis (const LucidaRows *self, int axis, int64_t begin, int64_t end, const int64_t *offset,
           const Run *run)
{
  int64_t place[LUCIDA_ROWS_ARRAYS], step[LUCIDA_ROWS_ARRAYS];

  for (int k = 0; k < self->n_arrays; k++)
    {
      step[k] = self->step[k][axis];
      place[k] = offset[k] + begin * step[k];
    }
  if (axis == self->rank - 1)
    {
      run->function (end - begin, place, step, run->data);
      return;
    }
  for (int64_t i = begin; i < end; i++)
    {
      rows_axis (self, axis + 1, 0, self->size[axis + 1], place, run);
      for (int k = 0; k < self->n_arrays; k++)
        place[k] += step[k];
    }
}

static void
run_range (int64_t begin, int64_t end, gpointer data)
{
  const Run *run = data;
  const int64_t offset[LUCIDA_ROWS_ARRAYS] = { 0 };

  rows_axis (&run->rows, 0, begin, end, offset, run);
}

/* Brings the axis @axis to the front, the others keep their order. */
static void
rows_to_front (LucidaRows *self, int axis)
{
  for (int i = axis; i > 0; i--)
    {
      int64_t size = self->size[i];

      self->size[i] = self->size[i - 1];
      self->size[i - 1] = size;
      for (int k = 0; k < self->n_arrays; k++)
        {
          int64_t step = self->step[k][i];

          self->step[k][i] = self->step[k][i - 1];
          self->step[k][i - 1] = step;
        }
    }
}

void
lucida_rows_run (const LucidaRows *self, int own, LucidaPool *pool, LucidaRowFunc function,
                 gpointer data)
{
  Run run = { .rows = *self, .function = function, .data = data };
  LucidaRows *rows = &run.rows;
  int64_t inner = 1;

  rows_simplify (rows);
  for (int i = 0; i < rows->rank; i++)
    if (rows->step[own][i] != 0)
      {
        rows_to_front (rows, i);
        break;
      }
  for (int i = 1; i < rows->rank; i++)
    inner *= rows->size[i];
  if (rows->step[own][0] != 0)
    lucida_loop (pool, rows->size[0], lucida_loop_grain (inner), run_range, &run);
  else
    run_range (0, rows->size[0], &run);
}
