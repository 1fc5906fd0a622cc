#pragma once

#include "base/parallel.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/* A nest of loops over two arrays at once, each with its own step per axis: what transposing,
 * slicing, repeating and reducing have in common. */

#define LUCIDA_WALK_RANK (3 * LUCIDA_MAX_RANK)

typedef struct
{
  int rank;
  int64_t size[LUCIDA_WALK_RANK];
  int64_t to[LUCIDA_WALK_RANK];   /* steps in elements of the array that is written */
  int64_t from[LUCIDA_WALK_RANK]; /* steps in elements of the array that is read */
} LucidaWalk;

/* The row-major steps of @shape. @steps: [shape->rank] */
void lucida_shape_steps (const LucidaShape *shape, int64_t *steps);
/* Appends an axis, inside those there are. */
void lucida_walk_append (LucidaWalk *self, int64_t size, int64_t to, int64_t from);
/* The same loops with reading and writing exchanged: the way gradients take. */
LucidaWalk lucida_walk_reversed (const LucidaWalk *self);
/* Leaves out axes of size 1 and joins axes that one loop can do, in the same order of elements. */
void lucida_walk_simplify (LucidaWalk *self);
/* to[…] = from[…]; no place may be written twice. */
void lucida_walk_copy (const LucidaWalk *self, LucidaElement element, void *to, const void *from,
                       LucidaPool *pool);
/* to[…] += from[…]; an axis with a step of 0 in @to sums. */
void lucida_walk_add (const LucidaWalk *self, float *to, const float *from, LucidaPool *pool);

G_END_DECLS
