#include "base/error.h"
#include "engine/kernels/gemm.h"
#include "engine/ops/op.h"

#include <string.h>

/* Dense layers: Gemm and MatMul. Weights may lie at any alignment. */

typedef float unaligned_float __attribute__ ((aligned (1), may_alias));

static gboolean
mismatch (const LucidaOpCall *call, GError **error)
{
  g_autofree char *a = lucida_shape_to_string (&call->in[0]->shape);
  g_autofree char *b = lucida_shape_to_string (&call->in[1]->shape);

  g_set_error (
      error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
      "a matrix of %s cannot be multiplied by one of %s; the input may have the wrong size "
      "for this network",
      a, b);
  return FALSE;
}

/* Y[m×n] = alpha·op(A)[m×k]·op(B)[k×n] + beta·C */
typedef struct
{
  gboolean ta, tb;
  int64_t m, n, k;
  float alpha, beta;
} Gemm;

static Gemm
gemm_read (const LucidaOpCall *call)
{
  const LucidaShape *a = &call->in[0]->shape, *b = &call->in[1]->shape;
  gboolean ta = lucida_node_get_int (call->node, "transA", 0) != 0;
  gboolean tb = lucida_node_get_int (call->node, "transB", 0) != 0;

  return (Gemm){ ta,
                 tb,
                 a->dim[ta ? 1 : 0],
                 b->dim[tb ? 0 : 1],
                 a->dim[ta ? 0 : 1],
                 (float) lucida_node_get_float (call->node, "alpha", 1),
                 (float) lucida_node_get_float (call->node, "beta", 1) };
}

static gboolean
gemm_infer (LucidaOpCall *call, GError **error)
{
  LucidaOpValue *c;
  LucidaShape output, joined;
  Gemm gemm;

  if (!lucida_op_check_inputs (call, 2, 3, error) || !lucida_op_check_float (call, 0, 2, 2, error)
      || !lucida_op_check_float (call, 1, 2, 2, error)
      || !lucida_op_check_float (call, 2, 0, 2, error))
    return FALSE;
  gemm = gemm_read (call);
  if (call->in[1]->shape.dim[gemm.tb ? 1 : 0] != gemm.k)
    return mismatch (call, error);
  output = lucida_shape (2, gemm.m, gemm.n);
  c = lucida_op_input (call, 2);
  if (c)
    {
      if (!lucida_op_broadcast (&c->shape, &output, &joined, error))
        return FALSE;
      if (!lucida_shape_equal (&joined, &output))
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                               "a bias larger than the product it is added to");
          return FALSE;
        }
    }
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

static gboolean
gemm_forward (LucidaOpCall *call, GError **error)
{
  Gemm gemm = gemm_read (call);
  LucidaOpValue *c = lucida_op_input (call, 2);
  float *y = call->out[0]->data;

  (void) error;
  lucida_gemm_parallel (call->pool, gemm.ta, gemm.tb, gemm.m, gemm.n, gemm.k, call->in[0]->data,
                        call->in[0]->shape.dim[1], call->in[1]->data, call->in[1]->shape.dim[1],
                        FALSE, y, gemm.n);
  if (gemm.alpha != 1)
    for (int64_t i = 0; i < gemm.m * gemm.n; i++)
      y[i] *= gemm.alpha;
  if (c)
    {
      int64_t steps[2];
      const unaligned_float *bias = c->data;

      lucida_op_broadcast_steps (&c->shape, &call->out[0]->shape, steps);
      for (int64_t i = 0; i < gemm.m; i++)
        for (int64_t j = 0; j < gemm.n; j++)
          y[i * gemm.n + j] += gemm.beta * bias[i * steps[0] + j * steps[1]];
    }
  return TRUE;
}

/* ∂A = alpha·G·op(B)ᵀ (turned where A was), ∂B = alpha·op(A)ᵀ·G likewise */
static void
gemm_backward (LucidaOpCall *call)
{
  Gemm gemm = gemm_read (call);
  LucidaOpValue *a = call->in[0], *b = call->in[1], *c = lucida_op_input (call, 2);
  int64_t lda = a->shape.dim[1], ldb = b->shape.dim[1], count = gemm.m * gemm.n;
  const float *g = call->out[0]->grad;
  float *scaled = call->workspace;

  for (int64_t i = 0; i < count; i++)
    scaled[i] = gemm.alpha * g[i];
  if (a->grad && !gemm.ta)
    lucida_gemm_parallel (call->pool, FALSE, !gemm.tb, gemm.m, gemm.k, gemm.n, scaled, gemm.n,
                          b->data, ldb, TRUE, a->grad, lda);
  else if (a->grad)
    lucida_gemm_parallel (call->pool, gemm.tb, TRUE, gemm.k, gemm.m, gemm.n, b->data, ldb, scaled,
                          gemm.n, TRUE, a->grad, lda);
  if (b->grad && !gemm.tb)
    lucida_gemm_parallel (call->pool, !gemm.ta, FALSE, gemm.k, gemm.n, gemm.m, a->data, lda, scaled,
                          gemm.n, TRUE, b->grad, ldb);
  else if (b->grad)
    lucida_gemm_parallel (call->pool, TRUE, gemm.ta, gemm.n, gemm.k, gemm.m, scaled, gemm.n,
                          a->data, lda, TRUE, b->grad, ldb);
  if (c && c->grad)
    {
      int64_t steps[2];

      lucida_op_broadcast_steps (&c->shape, &call->out[0]->shape, steps);
      for (int64_t i = 0; i < gemm.m; i++)
        for (int64_t j = 0; j < gemm.n; j++)
          c->grad[i * steps[0] + j * steps[1]] += gemm.beta * g[i * gemm.n + j];
    }
}

static gsize
gemm_workspace (const LucidaOpCall *call, gboolean backward)
{
  return backward ? (gsize) lucida_shape_count (&call->out[0]->shape) * sizeof (float) : 0;
}

/* NumPy's matmul as a row of products Y[m×n] = A[m×k]·B[k×n] over broadcast leading dimensions. */
typedef struct
{
  int64_t m, n, k;
  LucidaShape lead;                 /* the broadcast leading dimensions */
  int64_t a_steps[LUCIDA_MAX_RANK]; /* [lead.rank] in matrices */
  int64_t b_steps[LUCIDA_MAX_RANK]; /* [lead.rank] in matrices */
  gboolean a_vector, b_vector;      /* rank 1: a row, a column */
} MatMul;

static LucidaShape
leading (const LucidaShape *shape)
{
  LucidaShape lead = *shape;

  lead.rank = MAX (shape->rank - 2, 0);
  return lead;
}

static gboolean
matmul_read (const LucidaOpCall *call, MatMul *mm, LucidaShape *output, GError **error)
{
  const LucidaShape *a = &call->in[0]->shape, *b = &call->in[1]->shape;
  LucidaShape a_lead = leading (a), b_lead = leading (b);

  mm->a_vector = a->rank == 1;
  mm->b_vector = b->rank == 1;
  mm->m = mm->a_vector ? 1 : a->dim[a->rank - 2];
  mm->k = a->dim[a->rank - 1];
  mm->n = mm->b_vector ? 1 : b->dim[b->rank - 1];
  if (b->dim[mm->b_vector ? 0 : b->rank - 2] != mm->k)
    return mismatch (call, error);
  if (!lucida_op_broadcast (&a_lead, &b_lead, &mm->lead, error))
    return FALSE;
  lucida_op_broadcast_steps (&a_lead, &mm->lead, mm->a_steps);
  lucida_op_broadcast_steps (&b_lead, &mm->lead, mm->b_steps);
  /* a shared matrix on the right: all rows of A are one product */
  if (b->rank <= 2 && a->rank > 2)
    {
      mm->m = 1;
      for (int i = 0; i + 1 < a->rank; i++)
        mm->m *= a->dim[i];
      mm->lead.rank = 0;
    }
  if (output)
    {
      LucidaShape lead;

      lucida_op_broadcast (&a_lead, &b_lead, &lead, NULL);
      *output = lead;
      if (!mm->a_vector)
        output->dim[output->rank++] = a->dim[a->rank - 2];
      if (!mm->b_vector)
        output->dim[output->rank++] = mm->n;
    }
  return TRUE;
}

static gboolean
matmul_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape output;
  MatMul mm;

  if (!lucida_op_check_inputs (call, 2, 2, error)
      || !lucida_op_check_float (call, 0, 1, LUCIDA_MAX_RANK, error)
      || !lucida_op_check_float (call, 1, 1, LUCIDA_MAX_RANK, error)
      || !matmul_read (call, &mm, &output, error) || !lucida_shape_check (&output, error))
    return FALSE;
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

static void
matmul_place (const MatMul *mm, int64_t index, int64_t *a, int64_t *b)
{
  *a = *b = 0;
  for (int i = mm->lead.rank - 1; i >= 0; i--)
    {
      int64_t at = index % mm->lead.dim[i];

      index /= mm->lead.dim[i];
      *a += at * mm->a_steps[i];
      *b += at * mm->b_steps[i];
    }
}

static gboolean
matmul_forward (LucidaOpCall *call, GError **error)
{
  const float *a = call->in[0]->data, *b = call->in[1]->data;
  float *y = call->out[0]->data;
  MatMul mm;

  if (!matmul_read (call, &mm, NULL, error))
    return FALSE;
  for (int64_t i = 0; i < lucida_shape_count (&mm.lead); i++)
    {
      int64_t at_a, at_b;

      matmul_place (&mm, i, &at_a, &at_b);
      lucida_gemm_parallel (call->pool, FALSE, FALSE, mm.m, mm.n, mm.k, a + at_a * mm.m * mm.k,
                            mm.k, b + at_b * mm.k * mm.n, mm.n, FALSE, y + i * mm.m * mm.n, mm.n);
    }
  return TRUE;
}

static void
matmul_backward (LucidaOpCall *call)
{
  const float *a = call->in[0]->data, *b = call->in[1]->data, *g = call->out[0]->grad;
  MatMul mm;

  if (!matmul_read (call, &mm, NULL, NULL))
    return;
  for (int64_t i = 0; i < lucida_shape_count (&mm.lead); i++)
    {
      int64_t at_a, at_b;

      matmul_place (&mm, i, &at_a, &at_b);
      if (call->in[0]->grad)
        lucida_gemm_parallel (call->pool, FALSE, TRUE, mm.m, mm.k, mm.n, g + i * mm.m * mm.n, mm.n,
                              b + at_b * mm.k * mm.n, mm.n, TRUE,
                              call->in[0]->grad + at_a * mm.m * mm.k, mm.k);
      if (call->in[1]->grad)
        lucida_gemm_parallel (call->pool, TRUE, FALSE, mm.k, mm.n, mm.m, a + at_a * mm.m * mm.k,
                              mm.k, g + i * mm.m * mm.n, mm.n, TRUE,
                              call->in[1]->grad + at_b * mm.k * mm.n, mm.n);
    }
}

const LucidaOp lucida_op_Gemm = {
  "Gemm", LUCIDA_OP_MAPPED_WEIGHTS, gemm_infer, gemm_forward, gemm_backward, gemm_workspace,
};

const LucidaOp lucida_op_MatMul = {
  "MatMul", LUCIDA_OP_MAPPED_WEIGHTS, matmul_infer, matmul_forward, matmul_backward, NULL,
};
