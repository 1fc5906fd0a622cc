#pragma once

#include "base/parallel.h"
#include "base/tensor.h"

G_BEGIN_DECLS

/* Loops over one shape in rows, with several arrays that are broadcast to it. */

#define LUCIDA_ROWS_ARRAYS 4

typedef struct
{
  int rank;     /* at least 1 */
  int n_arrays; /* array 0 has the whole shape, unless its steps are changed */
  int64_t size[LUCIDA_MAX_RANK];
  int64_t step[LUCIDA_ROWS_ARRAYS][LUCIDA_MAX_RANK]; /* in elements; 0 where broadcast */
} LucidaRows;

/* One row: @n elements, of array k those at @offset[k] + i·@step[k]. */
typedef void (*LucidaRowFunc) (int64_t n, const int64_t *offset, const int64_t *step,
                               gpointer data);

/* Array 0 is of @shape, the @n others are broadcast to it. @shape must not be empty. */
void lucida_rows_init (LucidaRows *self, const LucidaShape *shape, int n,
                       const LucidaShape *const *others);
/* Calls @function for every row. Threads share the work so that no two meet at the same element of
 * array @own, which may be broadcast; each element of it is visited in row-major order. */
void lucida_rows_run (const LucidaRows *self, int own, LucidaPool *pool, LucidaRowFunc function,
                      gpointer data);

G_END_DECLS
