#pragma once

#include "base/parallel.h"

G_BEGIN_DECLS

/* C += op(A)·op(B), or C = op(A)·op(B) if @accumulate is %FALSE. Row-major; op(A) is m×k, op(B)
 * k×n, C m×n; lda, ldb, ldc are steps between stored rows. A and B may lie at any alignment. One
 * thread: for use inside a part of a loop. */
void lucida_gemm (gboolean transpose_a, gboolean transpose_b, int64_t m, int64_t n, int64_t k,
                  const float *a, int64_t lda, const float *b, int64_t ldb, gboolean accumulate,
                  float *c, int64_t ldc);
/* The same, split over @pool by columns or rows of C. How it is split depends on the sizes alone,
 * so the sums do not depend on the number of threads. */
void lucida_gemm_parallel (LucidaPool *pool, gboolean transpose_a, gboolean transpose_b, int64_t m,
                           int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                           int64_t ldb, gboolean accumulate, float *c, int64_t ldc);
/* NULL, or why the program's own slower product is used in the library's place: at first use one
 * small product is compared with plain C. */
const char *lucida_gemm_get_fallback (void);

G_END_DECLS
