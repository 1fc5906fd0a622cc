#include "engine/kernels/convolution.h"

#include "engine/kernels/depthwise.h"
#include "engine/kernels/gemm.h"
#include "engine/kernels/im2col.h"

/* By im2col and matrix products: Y[M×P] = W[M×K]·X̂[K×P] for each group, K = C/g·kh·kw, P = OH·OW.
 * How the work is split depends on the sizes alone, so the sums do not depend on the threads. */

/* Elements of one block of columns: half a second-level cache. */
#define BLOCK_ELEMENTS (128 * 1024)
/* With fewer output cells than this the product is split by output channels. */
#define FEW_CELLS 1024
/* Input channels in one part of the backward pass. */
#define MAX_BLOCK_CHANNELS 16

void
lucida_convolution_finish (LucidaConvolution *conv)
{
  const LucidaWindow *w = &conv->window;

  conv->k = conv->cin / conv->groups * w->kh * w->kw;
  conv->p = w->oh * w->ow;
  conv->pointwise = w->kh == 1 && w->kw == 1 && w->sh == 1 && w->sw == 1 && w->h == w->oh
                    && w->w == w->ow && w->top == 0 && w->left == 0;
  conv->depthwise = conv->cin == conv->groups && conv->cout == conv->groups;
  conv->rows = CLAMP (BLOCK_ELEMENTS / MAX (conv->k * w->ow, 1), 1, w->oh);
  if (conv->p <= FEW_CELLS)
    conv->rows = w->oh;
  conv->block_channels = CLAMP (BLOCK_ELEMENTS / MAX (w->kh * w->kw * MIN (conv->p, FEW_CELLS), 1),
                                1, MIN (conv->cin / conv->groups, MAX_BLOCK_CHANNELS));
}

/* Rows of output that the transposed product handles at once, so that its scratch stays small. */
static int64_t
backward_rows (const LucidaConvolution *conv)
{
  return CLAMP (
      BLOCK_ELEMENTS
          / MAX (conv->block_channels * conv->window.kh * conv->window.kw * conv->window.ow, 1),
      1, conv->window.oh);
}

/* Whether the columns of the whole input are made once and the product is split by channels. */
static gboolean
is_small (const LucidaConvolution *conv)
{
  return conv->groups == 1 && conv->p <= FEW_CELLS && !conv->depthwise;
}

static int64_t
scratch_floats (const LucidaConvolution *conv, gboolean transposed)
{
  const LucidaWindow *w = &conv->window;

  if (conv->depthwise || conv->pointwise)
    return 0;
  if (transposed)
    return conv->block_channels * w->kh * w->kw * backward_rows (conv) * w->ow;
  return conv->k * conv->rows * w->ow;
}

/* What the parts of a pass share. x is the plane the window slides over, y the one it makes. */
typedef struct
{
  const LucidaConvolution *conv;
  const float *w; /* [cout][cin/groups][kh][kw] */
  const float *x;
  const float *y;
  float *to;            /* y forward, x transposed */
  const float *bias;    /* (nullable) of y */
  float *scratch;       /* thread's block of columns at thread·scratch_size */
  int64_t scratch_size; /* floats */
} Pass;

typedef float unaligned_float __attribute__ ((aligned (1), may_alias));

static inline float
bias_at (const Pass *pass, int64_t channel)
{
  return pass->bias ? ((const unaligned_float *) pass->bias)[channel] : 0;
}

/* y [cout][oh][ow], one block of rows of one group */
static void
forward_block (gsize part, guint thread, gpointer data)
{
  const Pass *pass = data;
  const LucidaConvolution *conv = pass->conv;
  const LucidaWindow *w = &conv->window;
  int64_t blocks = (w->oh + conv->rows - 1) / conv->rows;
  int64_t g = (int64_t) part / blocks, from = (int64_t) part % blocks * conv->rows;
  int64_t to = MIN (from + conv->rows, w->oh), cells = (to - from) * w->ow;
  int64_t m = conv->cout / conv->groups, channels = conv->cin / conv->groups;
  const float *x = pass->x + g * channels * w->h * w->w, *columns;
  float *y = pass->to + g * m * conv->p + from * w->ow;
  int64_t step;

  if (conv->pointwise)
    {
      columns = x + from * w->ow;
      step = conv->p;
    }
  else
    {
      float *block = pass->scratch + (int64_t) thread * pass->scratch_size;

      lucida_im2col (w, x, channels, from, to, block);
      columns = block;
      step = cells;
    }
  for (int64_t i = 0; i < m; i++)
    for (int64_t q = 0; q < cells; q++)
      y[i * conv->p + q] = bias_at (pass, g * m + i);
  lucida_gemm (FALSE, FALSE, m, cells, conv->k, pass->w + g * m * conv->k, conv->k, columns, step,
               TRUE, y, conv->p);
}

static void
forward_columns (gsize part, guint thread, gpointer data)
{
  const Pass *pass = data;
  const LucidaWindow *w = &pass->conv->window;
  int64_t cells = w->kh * w->kw * pass->conv->p;

  (void) thread;
  lucida_im2col (w, pass->x + (int64_t) part * w->h * w->w, 1, 0, w->oh,
                 pass->scratch + (int64_t) part * cells);
}

static void
forward_plane (gsize part, guint thread, gpointer data)
{
  const Pass *pass = data;
  const LucidaWindow *w = &pass->conv->window;
  int64_t c = (int64_t) part;

  (void) thread;
  lucida_depthwise_forward (w, pass->x + c * w->h * w->w, pass->w + c * w->kh * w->kw,
                            bias_at (pass, c), pass->to + c * pass->conv->p);
}

void
lucida_convolution_forward (const LucidaConvolution *conv, LucidaPool *pool, const float *x,
                            const float *w, const float *bias, float *y, float *scratch)
{
  Pass pass = { .conv = conv,
                .w = w,
                .x = x,
                .to = y,
                .bias = bias,
                .scratch = scratch,
                .scratch_size = scratch_floats (conv, FALSE) };
  int64_t rows = conv->window.oh;

  if (conv->depthwise)
    lucida_pool_run (pool, (gsize) conv->cout, forward_plane, &pass);
  else if (is_small (conv))
    {
      if (!conv->pointwise)
        lucida_pool_run (pool, (gsize) conv->cin, forward_columns, &pass);
      for (int64_t i = 0; i < conv->cout; i++)
        for (int64_t q = 0; q < conv->p; q++)
          y[i * conv->p + q] = bias_at (&pass, i);
      lucida_gemm_parallel (pool, FALSE, FALSE, conv->cout, conv->p, conv->k, w, conv->k,
                            conv->pointwise ? x : scratch, conv->p, TRUE, y, conv->p);
    }
  else
    lucida_pool_run (pool, (gsize) (conv->groups * ((rows + conv->rows - 1) / conv->rows)),
                     forward_block, &pass);
}

/* Adds to x [cin][h][w] what y sends back: X̂ = Wᵀ·Y for a block of input channels, scattered.
 * Blocks own their channels, so no two parts write one place. */
static void
transposed_block (gsize part, guint thread, gpointer data)
{
  const Pass *pass = data;
  const LucidaConvolution *conv = pass->conv;
  const LucidaWindow *w = &conv->window;
  int64_t per_group = conv->cin / conv->groups, m = conv->cout / conv->groups;
  int64_t blocks = (per_group + conv->block_channels - 1) / conv->block_channels;
  int64_t g = (int64_t) part / blocks, c = (int64_t) part % blocks * conv->block_channels;
  int64_t channels = MIN (conv->block_channels, per_group - c), taps = w->kh * w->kw;
  const float *weights = pass->w + g * m * conv->k + c * taps;
  const float *y = pass->y + g * m * conv->p;
  float *x = pass->to + (g * per_group + c) * w->h * w->w;
  float *block = pass->scratch + (int64_t) thread * pass->scratch_size;
  int64_t rows = backward_rows (conv);

  if (conv->pointwise)
    {
      lucida_gemm (TRUE, FALSE, channels, conv->p, m, weights, conv->k, y, conv->p, TRUE, x,
                   conv->p);
      return;
    }
  for (int64_t from = 0; from < w->oh; from += rows)
    {
      int64_t to = MIN (from + rows, w->oh), cells = (to - from) * w->ow;

      lucida_gemm (TRUE, FALSE, channels * taps, cells, m, weights, conv->k, y + from * w->ow,
                   conv->p, FALSE, block, cells);
      lucida_col2im (w, block, channels, from, to, x);
    }
}

static void
transposed_plane (gsize part, guint thread, gpointer data)
{
  const Pass *pass = data;
  const LucidaWindow *w = &pass->conv->window;
  int64_t c = (int64_t) part;

  (void) thread;
  lucida_depthwise_backward (w, pass->y + c * pass->conv->p, pass->w + c * w->kh * w->kw,
                             pass->to + c * w->h * w->w);
}

void
lucida_convolution_backward (const LucidaConvolution *conv, LucidaPool *pool, const float *y,
                             const float *w, float *x, float *scratch)
{
  Pass pass = { .conv = conv,
                .w = w,
                .y = y,
                .to = x,
                .scratch = scratch,
                .scratch_size = scratch_floats (conv, TRUE) };
  int64_t per_group = conv->cin / conv->groups;
  int64_t blocks = (per_group + conv->block_channels - 1) / conv->block_channels;

  if (conv->depthwise)
    lucida_pool_run (pool, (gsize) conv->cin, transposed_plane, &pass);
  else
    lucida_pool_run (pool, (gsize) (conv->groups * blocks), transposed_block, &pass);
}

gsize
lucida_convolution_get_scratch (const LucidaConvolution *conv, gboolean backward, guint threads)
{
  gsize one = (gsize) scratch_floats (conv, backward) * sizeof (float);

  return !backward && is_small (conv) ? one : one * threads;
}
