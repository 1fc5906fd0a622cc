#include "engine/ops/loop.h"

#define LANES 8 /* independent partial sums, so that the compiler can use vectors */

typedef struct
{
  int64_t count;
  int64_t grain;
  LucidaRangeFunc function;
  gpointer data;
} Loop;

static void
loop_part (gsize part, guint thread, gpointer data)
{
  const Loop *loop = data;
  int64_t begin = (int64_t) part * loop->grain;

  loop->function (begin, MIN (begin + loop->grain, loop->count), loop->data);
}

void
lucida_loop (LucidaPool *pool, int64_t count, int64_t grain, LucidaRangeFunc function,
             gpointer data)
{
  Loop loop = { count, grain, function, data };

  if (count <= 0)
    return;
  if (count <= grain)
    function (0, count, data);
  else
    lucida_pool_run (pool, (gsize) ((count - 1) / grain + 1), loop_part, &loop);
}

int64_t
lucida_loop_grain (int64_t elements)
{
  return elements >= LUCIDA_LOOP_GRAIN ? 1 : LUCIDA_LOOP_GRAIN / MAX (elements, 1);
}

double
lucida_loop_sum (int64_t n, const float *x)
{
  double lane[LANES] = { 0 }, sum = 0;
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++)
      lane[l] += (double) x[i + l];
  for (; i < n; i++)
    sum += (double) x[i];
  for (int l = 0; l < LANES; l++)
    sum += lane[l];
  return sum;
}

double
lucida_loop_dot (int64_t n, const float *x, const float *y)
{
  double lane[LANES] = { 0 }, sum = 0;
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++)
      lane[l] += (double) x[i + l] * (double) y[i + l];
  for (; i < n; i++)
    sum += (double) x[i] * (double) y[i];
  for (int l = 0; l < LANES; l++)
    sum += lane[l];
  return sum;
}

double
lucida_loop_spread (int64_t n, const float *x, double mean)
{
  double lane[LANES] = { 0 }, sum = 0;
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++)
      lane[l] += ((double) x[i + l] - mean) * ((double) x[i + l] - mean);
  for (; i < n; i++)
    sum += ((double) x[i] - mean) * ((double) x[i] - mean);
  for (int l = 0; l < LANES; l++)
    sum += lane[l];
  return sum;
}
