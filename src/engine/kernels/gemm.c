#include "engine/kernels/gemm.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

/* Products below this many multiplications are not worth a second thread. */
#define SMALL_PRODUCT ((int64_t) 1 << 20)
/* Columns or rows of C in one part of a split product. */
#define PART_COLUMNS 256
#define PART_ROWS 32
#define PART_VECTOR 512

/* Mapped weights lie at any address. */
typedef float unaligned_float __attribute__ ((aligned (1), may_alias));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *fallback;

static inline float
load (const float *data, int64_t i)
{
  return ((const unaligned_float *) data)[i];
}

/* C_ij (+)= Σ_k A_ik · B_kj, as the formula stands */
static void
plain_gemm (gboolean ta, gboolean tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
            const float *b, int64_t ldb, gboolean accumulate, float *c, int64_t ldc)
{
  for (int64_t i = 0; i < m; i++)
    {
      if (!accumulate)
        memset (c + i * ldc, 0, (gsize) n * sizeof *c);
      for (int64_t p = 0; p < k; p++)
        {
          float factor = load (a, ta ? p * lda + i : i * lda + p);

          for (int64_t j = 0; j < n; j++)
            c[i * ldc + j] += factor * load (b, tb ? j * ldb + p : p * ldb + j);
        }
    }
}

static void
blas_gemm (gboolean ta, gboolean tb, int64_t m, int64_t n, int64_t k, const float *a, int64_t lda,
           const float *b, int64_t ldb, gboolean accumulate, float *c, int64_t ldc)
{
  float beta = accumulate ? 1 : 0;

  if (n == 1 && ldc == 1 && (tb || ldb == 1))
    cblas_sgemv (CblasRowMajor, ta ? CblasTrans : CblasNoTrans, (int) (ta ? k : m),
                 (int) (ta ? m : k), 1, a, (int) lda, b, 1, beta, c, 1);
  else if (m == 1 && (!ta || lda == 1))
    cblas_sgemv (CblasRowMajor, tb ? CblasNoTrans : CblasTrans, (int) (tb ? n : k),
                 (int) (tb ? k : n), 1, b, (int) ldb, a, 1, beta, c, 1);
  else
    cblas_sgemm (CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
                 (int) m, (int) n, (int) k, 1, a, (int) lda, b, (int) ldb, beta, c, (int) ldc);
}

/* The library is taken at its word only after it has multiplied 19×23 by 23×17 rightly. */
static void
check_library (void)
{
  enum
  {
    M = 19,
    N = 17,
    K = 23
  };
  float a[M * K], b[K * N], got[M * N], want[M * N];
  guint32 seed = 12345;

  openblas_set_num_threads (1);
  for (int i = 0; i < M * K; i++)
    {
      seed = seed * 1664525 + 1013904223;
      a[i] = (float) (seed >> 8) / (1 << 24) - 0.5f;
    }
  for (int i = 0; i < K * N; i++)
    {
      seed = seed * 1664525 + 1013904223;
      b[i] = (float) (seed >> 8) / (1 << 24) - 0.5f;
    }
  blas_gemm (FALSE, FALSE, M, N, K, a, K, b, N, FALSE, got, N);
  plain_gemm (FALSE, FALSE, M, N, K, a, K, b, N, FALSE, want, N);
  for (int i = 0; i < M * N; i++)
    if (!(fabsf (got[i] - want[i]) <= 1e-5f))
      fallback
          = "the installed OpenBLAS multiplies wrongly on this processor, so the program's own "
            "slower code is used";
}

const char *
lucida_gemm_get_fallback (void)
{
  pthread_once (&once, check_library);
  return fallback;
}

void
lucida_gemm (gboolean transpose_a, gboolean transpose_b, int64_t m, int64_t n, int64_t k,
             const float *a, int64_t lda, const float *b, int64_t ldb, gboolean accumulate,
             float *c, int64_t ldc)
{
  if (m <= 0 || n <= 0)
    return;
  if (k <= 0)
    {
      for (int64_t i = 0; i < m && !accumulate; i++)
        memset (c + i * ldc, 0, (gsize) n * sizeof *c);
      return;
    }
  if (lucida_gemm_get_fallback ()
      || MAX (MAX (m, n), MAX (k, MAX (lda, MAX (ldb, ldc)))) > G_MAXINT)
    plain_gemm (transpose_a, transpose_b, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
  else
    blas_gemm (transpose_a, transpose_b, m, n, k, a, lda, b, ldb, accumulate, c, ldc);
}

typedef struct
{
  gboolean ta, tb;
  int64_t m, n, k;
  const float *a;
  int64_t lda;
  const float *b;
  int64_t ldb;
  gboolean accumulate;
  float *c;
  int64_t ldc;
  gboolean by_rows;
  int64_t size; /* rows or columns in a part */
} Product;

static void
product_part (gsize part, guint thread, gpointer data)
{
  const Product *p = data;
  int64_t from = (int64_t) part * p->size;

  (void) thread;
  if (p->by_rows)
    lucida_gemm (p->ta, p->tb, MIN (p->size, p->m - from), p->n, p->k,
                 p->a + (p->ta ? from : from * p->lda), p->lda, p->b, p->ldb, p->accumulate,
                 p->c + from * p->ldc, p->ldc);
  else
    lucida_gemm (p->ta, p->tb, p->m, MIN (p->size, p->n - from), p->k, p->a, p->lda,
                 p->b + (p->tb ? from * p->ldb : from), p->ldb, p->accumulate, p->c + from, p->ldc);
}

void
lucida_gemm_parallel (LucidaPool *pool, gboolean transpose_a, gboolean transpose_b, int64_t m,
                      int64_t n, int64_t k, const float *a, int64_t lda, const float *b,
                      int64_t ldb, gboolean accumulate, float *c, int64_t ldc)
{
  Product product
      = { transpose_a, transpose_b, m, n, k, a, lda, b, ldb, accumulate, c, ldc, n < m, 0 };
  int64_t whole = product.by_rows ? m : n;

  if (m <= 0 || n <= 0)
    return;
  if ((double) m * (double) n * (double) MAX (k, 1) < (double) SMALL_PRODUCT)
    product.size = whole;
  else if (MIN (m, n) == 1)
    product.size = PART_VECTOR;
  else
    product.size = product.by_rows ? PART_ROWS : PART_COLUMNS;
  lucida_pool_run (pool, (gsize) ((whole + product.size - 1) / product.size), product_part,
                   &product);
}
