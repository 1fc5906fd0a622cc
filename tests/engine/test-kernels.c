#include "engine/kernels/gemm.h"
#include "engine/kernels/im2col.h"

#include <math.h>
#include <string.h>

static void
fill (GRand *rand, float *data, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    data[i] = (float) g_rand_double_range (rand, -1, 1);
}

/* C_ij = Σ_k A_ik·B_kj in doubles, for every way of turning A and B, with rows apart, at odd
 * addresses, on one thread and on three. */
static void
test_product_is_its_formula (void)
{
  static const int sizes[][3]
      = { { 1, 1, 1 },      { 1, 700, 65 },  { 300, 1, 70 },   { 7, 5, 3 }, { 33, 257, 64 },
          { 257, 33, 130 }, { 64, 64, 300 }, { 1, 600, 2000 }, { 3, 4, 0 } };
  g_autoptr (LucidaPool) pool = lucida_pool_new (3);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  g_assert_null (lucida_gemm_get_fallback ());
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int turned = 0; turned < 4; turned++)
      for (int accumulate = 0; accumulate < 2; accumulate++)
        {
          gboolean ta = turned & 1, tb = turned >> 1;
          int64_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
          int64_t lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 2, ldc = n + 1;
          int64_t na = (ta ? k : m) * lda, nb = (tb ? n : k) * ldb;
          g_autofree float *a = g_new0 (float, na + 1), *b = g_new0 (float, nb + 1);
          g_autofree float *c = g_new (float, m *ldc), *one = g_new (float, m *ldc);
          g_autofree guint8 *odd = g_malloc ((gsize) nb * sizeof *b + 1);

          fill (rand, a, na);
          fill (rand, b, nb);
          fill (rand, c, m * ldc);
          memcpy (odd + 1, b, (gsize) nb * sizeof *b);
          memcpy (one, c, (gsize) (m * ldc) * sizeof *c);
          g_autofree float *before = g_memdup2 (c, (gsize) (m * ldc) * sizeof *c);

          lucida_gemm_parallel (pool, ta, tb, m, n, k, a, lda, (const float *) (odd + 1), ldb,
                                accumulate, c, ldc);
          lucida_gemm_parallel (NULL, ta, tb, m, n, k, a, lda, (const float *) (odd + 1), ldb,
                                accumulate, one, ldc);
          g_assert_cmpmem (one, (gsize) (m * ldc) * sizeof *c, c, (gsize) (m * ldc) * sizeof *c);
          for (int64_t i = 0; i < m; i++)
            {
              for (int64_t j = 0; j < n; j++)
                {
                  double want = accumulate ? before[i * ldc + j] : 0;

                  for (int64_t p = 0; p < k; p++)
                    want += (double) a[ta ? p * lda + i : i * lda + p]
                            * b[tb ? j * ldb + p : p * ldb + j];
                  g_assert_cmpfloat (fabs (c[i * ldc + j] - want), <=, 1e-4);
                }
              /* what lies between the rows is not touched */
              g_assert_cmpfloat (c[i * ldc + n], ==, before[i * ldc + n]);
            }
        }
}

/* <im2col x, y> = <x, col2im y> for random x, y: the one is the other's transpose. */
static void
test_columns_and_their_transpose (void)
{
  static const LucidaWindow windows[] = {
    { 7, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 7, 9 }, { 7, 9, 3, 2, 2, 3, 1, 1, 0, 1, 1, 0, 3, 3 },
    { 8, 5, 2, 3, 1, 2, 3, 2, 2, 3, 1, 2, 8, 3 }, { 4, 4, 7, 7, 1, 1, 1, 1, 6, 6, 6, 6, 10, 10 },
    { 3, 2, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 2, 1 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (gsize i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      const LucidaWindow *w = &windows[i];
      int64_t channels = 3, nx = channels * w->h * w->w;
      int64_t ny = channels * w->kh * w->kw * w->oh * w->ow;
      g_autofree float *x = g_new (float, nx), *back = g_new0 (float, nx);
      g_autofree float *y = g_new (float, ny), *columns = g_new (float, ny);
      double left = 0, right = 0;

      fill (rand, x, nx);
      fill (rand, y, ny);
      lucida_im2col (w, x, channels, 0, w->oh, columns);
      lucida_col2im (w, y, channels, 0, w->oh, back);
      for (int64_t p = 0; p < ny; p++)
        left += (double) columns[p] * y[p];
      for (int64_t p = 0; p < nx; p++)
        right += (double) x[p] * back[p];
      g_assert_cmpfloat_with_epsilon (left, right, 1e-4);
      for (int64_t c = 0, p = 0; c < channels; c++)
        for (int64_t kernel = 0; kernel < w->kh * w->kw; kernel++)
          for (int64_t cell = 0; cell < w->oh * w->ow; cell++, p++)
            {
              int64_t row = cell / w->ow * w->sh - w->top + kernel / w->kw * w->dh;
              int64_t column = cell % w->ow * w->sw - w->left + kernel % w->kw * w->dw;
              gboolean in = row >= 0 && row < w->h && column >= 0 && column < w->w;

              g_assert_cmpfloat (columns[p], ==, in ? x[(c * w->h + row) * w->w + column] : 0);
            }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/product-is-its-formula", test_product_is_its_formula);
  g_test_add_func ("/kernels/columns-and-their-transpose", test_columns_and_their_transpose);
  return g_test_run ();
}
