#pragma once

#include "engine/ops/op.h"

G_BEGIN_DECLS

/* Runs one operator alone, outside of any plan. */

#define OP_CASE_INPUTS 8

typedef struct _OpRun OpRun;

/* Fills @y, of output 0's shape, from the inputs; written without regard to speed. */
typedef void (*OpReference) (const OpRun *run, double *y);

/* A case in words.
 * @inputs: one word an input:
 *   x[2,3]   random in (-1, 1), differentiated
 *   p[2,3]   random in (0.5, 2), differentiated; q[2,3]: in (1.5, 3)
 *   k[2,3]   all different by at least 0.1 and away from multiples of 0.1, where functions have
 *            their corners; differentiated
 *   c[2,3]   random in (-1, 1), a weight; v[2,3]: in (0.5, 2)
 *   b[2,3]   random 0 or 1; i(3,-1): these integers, f(0.5,2): these numbers; i=3, f=0.5: a
 *            scalar; i[2,1](3,-1): with a shape
 *   -        left out
 * @attributes: name=3, name=0.5 (a float by its point), name=1,2 or 1, (a list), name=text. */
typedef struct
{
  const char *op;
  const char *inputs;
  const char *attributes;
  int n_outputs; /* 0: one */
  OpReference reference;
} OpCase;

struct _OpRun
{
  const OpCase *test;
  const LucidaOp *op;
  gpointer network; /* holds the node */
  LucidaOpValue values[OP_CASE_INPUTS + 8];
  LucidaOpValue *in[OP_CASE_INPUTS];
  LucidaOpValue *out[8];
  gboolean wanted[OP_CASE_INPUTS]; /* differentiated */
  void *forward_space;
  void *backward_space;
  LucidaOpCall call;
};

/* Makes inputs and node and infers the outputs; @pool (nullable). NULL with @error. */
OpRun *op_run_new (const OpCase *test, LucidaPool *pool, GError **error);
void op_run_free (OpRun *self);
gboolean op_run_forward (OpRun *self, GError **error);
/* Gradients of the inputs are cleared to @before first; outputs' gradients are random. */
void op_run_backward (OpRun *self, float before);
/* Σ out·(its gradient), in double. */
double op_run_score (const OpRun *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpRun, op_run_free)

/* The cases; ends with a NULL op. */
extern const OpCase op_cases[];
/* Operators without a gradient, and those whose gradient is not the function's derivative and is
 * tested apart. */
extern const char *const op_without_gradient[];
extern const char *const op_tested_apart[];

/* References. */
void reference_conv (const OpRun *run, double *y);
void reference_conv_transpose (const OpRun *run, double *y);
void reference_max_pool (const OpRun *run, double *y);
void reference_average_pool (const OpRun *run, double *y);
void reference_global_average_pool (const OpRun *run, double *y);
void reference_adaptive_average_pool (const OpRun *run, double *y);
void reference_gemm (const OpRun *run, double *y);
void reference_mat_mul (const OpRun *run, double *y);
void reference_batch_normalization (const OpRun *run, double *y);
void reference_lrn (const OpRun *run, double *y);
void reference_softmax (const OpRun *run, double *y);
void reference_cum_sum (const OpRun *run, double *y);
void reference_trilu (const OpRun *run, double *y);
void reference_grid_sample (const OpRun *run, double *y);

G_END_DECLS
