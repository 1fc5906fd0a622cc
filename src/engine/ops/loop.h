#pragma once

#include "base/parallel.h"

#include <stdint.h>

G_BEGIN_DECLS

/* How many elements of simple arithmetic one part of a split loop takes. Fixed, so that no result
 * depends on the number of threads. */
#define LUCIDA_LOOP_GRAIN 16384

typedef void (*LucidaRangeFunc) (int64_t begin, int64_t end, gpointer data);

/* Runs @function over [0, count) in ranges of @grain, on the threads of @pool (nullable). */
void lucida_loop (LucidaPool *pool, int64_t count, int64_t grain, LucidaRangeFunc function,
                  gpointer data);
/* The grain for a loop whose every step handles @elements of simple arithmetic. */
int64_t lucida_loop_grain (int64_t elements);

/* Σ x[i]: of float, in double; the order of additions depends on @n alone. */
double lucida_loop_sum (int64_t n, const float *x);
/* Σ x[i]·y[i], likewise. */
double lucida_loop_dot (int64_t n, const float *x, const float *y);

/* Σ (x[i] - mean)², likewise. */
double lucida_loop_spread (int64_t n, const float *x, double mean);

G_END_DECLS
