#include "engine/ops/walk.h"

#include "engine/ops/loop.h"

#include <string.h>

#define TILE 16 /* elements a side: two tiles of floats fit into the first cache */

typedef struct
{
  LucidaWalk walk;
  LucidaElement element;
  char *to;
  const char *from;
} Copy;

typedef struct
{
  LucidaWalk walk;
  float *to;
  const float *from;
} Add;

void
lucida_shape_steps (const LucidaShape *shape, int64_t *steps)
{
  int64_t step = 1;

  for (int i = shape->rank - 1; i >= 0; i--)
    {
      steps[i] = step;
      step *= shape->dim[i];
    }
}

void
lucida_walk_append (LucidaWalk *self, int64_t size, int64_t to, int64_t from)
{
  g_assert (self->rank < LUCIDA_WALK_RANK);
  self->size[self->rank] = size;
  self->to[self->rank] = to;
  self->from[self->rank] = from;
  self->rank++;
}

LucidaWalk
lucida_walk_reversed (const LucidaWalk *self)
{
  LucidaWalk reversed = *self;

  memcpy (reversed.to, self->from, sizeof reversed.to);
  memcpy (reversed.from, self->to, sizeof reversed.from);
  return reversed;
}

void
lucida_walk_simplify (LucidaWalk *self)
{
  LucidaWalk simple = { 0 };

  for (int i = 0; i < self->rank; i++)
    {
      int last = simple.rank - 1;

      if (self->size[i] == 1)
        continue;
      if (last >= 0 && simple.to[last] == self->to[i] * self->size[i]
          && simple.from[last] == self->from[i] * self->size[i])
        {
          simple.size[last] *= self->size[i];
          simple.to[last] = self->to[i];
          simple.from[last] = self->from[i];
        }
      else
        lucida_walk_append (&simple, self->size[i], self->to[i], self->from[i]);
    }
  if (simple.rank == 0)
    lucida_walk_append (&simple, 1, 1, 1);
  *self = simple;
}

static int64_t
walk_count (const LucidaWalk *self, int first)
{
  int64_t count = 1;

  for (int i = first; i < self->rank; i++)
    count *= self->size[i];
  return count;
}

static void
walk_move (LucidaWalk *self, int axis, int place)
{
  int64_t size = self->size[axis], to = self->to[axis], from = self->from[axis];
  int step = place > axis ? 1 : -1;

  for (int i = axis; i != place; i += step)
    {
      self->size[i] = self->size[i + step];
      self->to[i] = self->to[i + step];
      self->from[i] = self->from[i + step];
    }
  self->size[place] = size;
  self->to[place] = to;
  self->from[place] = from;
}

/* Where neighbours inside the innermost loop are far apart in one of the arrays, brings the axis
 * along which they are close next to it, so that tiles of the two use whole cache lines. */
static void
walk_pair_axes (LucidaWalk *self)
{
  int last = self->rank - 1;
  const int64_t *steps = self->from[last] > 1 || self->from[last] < 0 ? self->from : self->to;

  if (steps[last] == 1 || steps[last] == 0)
    return;
  for (int i = 0; i < last; i++)
    if (steps[i] == 1)
      {
        walk_move (self, i, last - 1);
        return;
      }
}

/* A plane of size[axis] × size[axis + 1] in tiles. */
#define COPY_PLANE(type)                                                                           \
  for (int64_t row = 0; row < rows; row += TILE)                                                   \
    for (int64_t column = 0; column < columns; column += TILE)                                     \
      for (int64_t r = row; r < MIN (row + TILE, rows); r++)                                       \
        {                                                                                          \
          type *target = (type *) to + r * w->to[axis];                                            \
          const type *source = (const type *) from + r * w->from[axis];                            \
          for (int64_t c = column; c < MIN (column + TILE, columns); c++)                          \
            target[c * to_step] = source[c * from_step];                                           \
        }

static void
copy_plane (const LucidaWalk *w, LucidaElement element, int axis, int64_t rows, char *to,
            const char *from)
{
  int64_t columns = w->size[axis + 1], to_step = w->to[axis + 1], from_step = w->from[axis + 1];
  gsize bytes = lucida_element_size (element);

  if (to_step == 1 && from_step == 1)
    for (int64_t r = 0; r < rows; r++)
      memcpy (to + r * w->to[axis] * (int64_t) bytes, from + r * w->from[axis] * (int64_t) bytes,
              (gsize) columns * bytes);
  else if (element == LUCIDA_FLOAT32)
    {
      COPY_PLANE (float)
    }
  else
    {
      COPY_PLANE (int64_t)
    }
}

static void
copy_axis (const LucidaWalk *w, LucidaElement element, int axis, int64_t size, char *to,
           const char *from)
{
  int64_t bytes = (int64_t) lucida_element_size (element);

  if (axis == w->rank - 2)
    copy_plane (w, element, axis, size, to, from);
  else
    for (int64_t i = 0; i < size; i++)
      copy_axis (w, element, axis + 1, w->size[axis + 1], to + i * w->to[axis] * bytes,
                 from + i * w->from[axis] * bytes);
}

static void
copy_range (int64_t begin, int64_t end, gpointer data)
{
  const Copy *copy = data;
  int64_t bytes = (int64_t) lucida_element_size (copy->element);

  copy_axis (&copy->walk, copy->element, 0, end - begin,
             copy->to + begin * copy->walk.to[0] * bytes,
             copy->from + begin * copy->walk.from[0] * bytes);
}

void
lucida_walk_copy (const LucidaWalk *self, LucidaElement element, void *to, const void *from,
                  LucidaPool *pool)
{
  Copy copy = { .walk = *self, .element = element, .to = to, .from = from };
  LucidaWalk *w = &copy.walk;

  if (walk_count (w, 0) == 0)
    return;
  lucida_walk_simplify (w);
  walk_pair_axes (w);
  if (w->rank == 1)
    lucida_walk_append (w, 1, 1, 1);
  if (w->rank == 2 && w->size[1] == 1 && w->to[0] == 1 && w->from[0] == 1)
    {
      /* One run of elements: rows of a few cache lines each rather than of one element. */
      int64_t run = LUCIDA_LOOP_GRAIN, rest = w->size[0] % run, whole = w->size[0] - rest;
      gsize bytes = lucida_element_size (element);

      memcpy ((char *) to + (gsize) whole * bytes, (const char *) from + (gsize) whole * bytes,
              (gsize) rest * bytes);
      if (whole == 0)
        return;
      *w = (LucidaWalk){ .rank = 2, { whole / run, run }, { run, 1 }, { run, 1 } };
    }
  lucida_loop (pool, w->size[0], lucida_loop_grain (walk_count (w, 1)), copy_range, &copy);
}

static void
add_row (int64_t n, float *to, int64_t to_step, const float *from, int64_t from_step)
{
  if (to_step == 0 && from_step == 1)
    *to += (float) lucida_loop_sum (n, from);
  else if (to_step == 0)
    {
      double sum = 0;
      for (int64_t i = 0; i < n; i++)
        sum += (double) from[i * from_step];
      *to += (float) sum;
    }
  else if (to_step == 1 && from_step == 1)
    for (int64_t i = 0; i < n; i++)
      to[i] += from[i];
  else if (to_step == 1 && from_step == 0)
    for (int64_t i = 0; i < n; i++)
      to[i] += *from;
  else
    for (int64_t i = 0; i < n; i++)
      to[i * to_step] += from[i * from_step];
}

static void
add_plane (const LucidaWalk *w, int axis, int64_t rows, float *to, const float *from)
{
  int64_t columns = w->size[axis + 1], to_step = w->to[axis + 1], from_step = w->from[axis + 1];

  if ((from_step == 1 && to_step == 1) || from_step == 0 || to_step == 0)
    for (int64_t r = 0; r < rows; r++)
      add_row (columns, to + r * w->to[axis], to_step, from + r * w->from[axis], from_step);
  else
    for (int64_t row = 0; row < rows; row += TILE)
      for (int64_t column = 0; column < columns; column += TILE)
        for (int64_t r = row; r < MIN (row + TILE, rows); r++)
          add_row (MIN (TILE, columns - column), to + r * w->to[axis] + column * to_step, to_step,
                   from + r * w->from[axis] + column * from_step, from_step);
}

static void
add_axis (const LucidaWalk *w, int axis, int64_t size, float *to, const float *from)
{
  if (axis == w->rank - 1)
    add_row (size, to, w->to[axis], from, w->from[axis]);
  else if (axis == w->rank - 2)
    add_plane (w, axis, size, to, from);
  else
    for (int64_t i = 0; i < size; i++)
      add_axis (w, axis + 1, w->size[axis + 1], to + i * w->to[axis], from + i * w->from[axis]);
}

static void
add_range (int64_t begin, int64_t end, gpointer data)
{
  const Add *add = data;

  add_axis (&add->walk, 0, end - begin, add->to + begin * add->walk.to[0],
            add->from + begin * add->walk.from[0]);
}

void
lucida_walk_add (const LucidaWalk *self, float *to, const float *from, LucidaPool *pool)
{
  Add add = { .walk = *self, .to = to, .from = from };
  LucidaWalk *w = &add.walk;

  if (walk_count (w, 0) == 0)
    return;
  lucida_walk_simplify (w);
  /* Threads share the outermost axis: it must be one along which each writes its own places. */
  for (int i = 0; i < w->rank; i++)
    if (w->to[i] != 0)
      {
        walk_move (w, i, 0);
        break;
      }
  if (w->rank > 2)
    walk_pair_axes (w);
  lucida_loop (w->to[0] ? pool : NULL, w->size[0], lucida_loop_grain (walk_count (w, 1)), add_range,
               &add);
}
