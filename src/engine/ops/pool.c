#include "base/error.h"
#include "engine/ops/op.h"
#include "engine/ops/window.h"

#include <math.h>

/* MaxPool, AveragePool and their global forms, plane by plane. */

typedef struct
{
  LucidaWindow window;
  const float *x;  /* [planes][h][w] */
  const float *gy; /* backward: [planes][oh][ow] */
  float *y;        /* forward: [planes][oh][ow]; backward: the gradient at x, added to */
  gboolean count_padding;
} Pool;

typedef void (*PlaneFunc) (const Pool *pool, const float *x, const float *gy, float *y);

typedef struct
{
  const Pool *pool;
  PlaneFunc function;
  gboolean backward;
} Job;

/* The rectangle of input cells [y0, y1) × [x0, x1), in steps of the dilation, under output (oy,
 * ox). */
typedef struct
{
  int64_t y0, y1, x0, x1;
} Cells;

static void
clip (int64_t start, int64_t kernel, int64_t dilation, int64_t size, int64_t *from, int64_t *to)
{
  int64_t skipped = start < 0 ? (-start + dilation - 1) / dilation : 0;

  *from = start + skipped * dilation;
  *to = MIN (start + (kernel - 1) * dilation + 1, size);
}

static Cells
cells_under (const LucidaWindow *w, int64_t oy, int64_t ox)
{
  Cells cells;

  clip (oy * w->sh - w->top, w->kh, w->dh, w->h, &cells.y0, &cells.y1);
  clip (ox * w->sw - w->left, w->kw, w->dw, w->w, &cells.x0, &cells.x1);
  return cells;
}

/* The first maximum in row-major order; -1 where the window lies in the padding altogether. */
static int64_t
largest (const LucidaWindow *w, const float *x, Cells cells)
{
  int64_t best = -1;
  float value = -INFINITY;

  for (int64_t i = cells.y0; i < cells.y1; i += w->dh)
    for (int64_t j = cells.x0; j < cells.x1; j += w->dw)
      {
        float here = x[i * w->w + j];

        if (here > value || best < 0 || (isnan (here) && !isnan (value)))
          {
            value = here;
            best = i * w->w + j;
          }
      }
  return best;
}

static void
max_plane (const Pool *pool, const float *x, const float *gy, float *y)
{
  const LucidaWindow *w = &pool->window;

  (void) gy;
  for (int64_t oy = 0; oy < w->oh; oy++)
    for (int64_t ox = 0; ox < w->ow; ox++)
      {
        int64_t best = largest (w, x, cells_under (w, oy, ox));

        *y++ = best < 0 ? -INFINITY : x[best];
      }
}

static void
max_plane_backward (const Pool *pool, const float *x, const float *gy, float *gx)
{
  const LucidaWindow *w = &pool->window;

  for (int64_t oy = 0; oy < w->oh; oy++)
    for (int64_t ox = 0; ox < w->ow; ox++, gy++)
      {
        int64_t best;

        if (*gy == 0)
          continue;
        best = largest (w, x, cells_under (w, oy, ox));
        if (best >= 0)
          gx[best] += *gy;
      }
}

/* Cells inside the picture, or inside picture and padding; never what hangs over. */
static float
divisor (const Pool *pool, int64_t oy, int64_t ox, Cells cells)
{
  const LucidaWindow *w = &pool->window;
  int64_t rows, columns;

  if (pool->count_padding)
    {
      int64_t y = oy * w->sh - w->top, x = ox * w->sw - w->left;

      cells.y0 = y;
      cells.x0 = x;
      cells.y1 = MIN (y + (w->kh - 1) * w->dh + 1, w->h + w->bottom);
      cells.x1 = MIN (x + (w->kw - 1) * w->dw + 1, w->w + w->right);
    }
  rows = cells.y1 > cells.y0 ? (cells.y1 - cells.y0 + w->dh - 1) / w->dh : 0;
  columns = cells.x1 > cells.x0 ? (cells.x1 - cells.x0 + w->dw - 1) / w->dw : 0;
  return (float) MAX (rows * columns, 1);
}

static void
average_plane (const Pool *pool, const float *x, const float *gy, float *y)
{
  const LucidaWindow *w = &pool->window;

  (void) gy;
  for (int64_t oy = 0; oy < w->oh; oy++)
    for (int64_t ox = 0; ox < w->ow; ox++)
      {
        Cells cells = cells_under (w, oy, ox);
        float sum = 0;

        for (int64_t i = cells.y0; i < cells.y1; i += w->dh)
          for (int64_t j = cells.x0; j < cells.x1; j += w->dw)
            sum += x[i * w->w + j];
        *y++ = sum / divisor (pool, oy, ox, cells);
      }
}

static void
average_plane_backward (const Pool *pool, const float *x, const float *gy, float *gx)
{
  const LucidaWindow *w = &pool->window;

  (void) x;
  for (int64_t oy = 0; oy < w->oh; oy++)
    for (int64_t ox = 0; ox < w->ow; ox++)
      {
        Cells cells = cells_under (w, oy, ox);
        float share = *gy++ / divisor (pool, oy, ox, cells);

        for (int64_t i = cells.y0; i < cells.y1; i += w->dh)
          for (int64_t j = cells.x0; j < cells.x1; j += w->dw)
            gx[i * w->w + j] += share;
      }
}

static gboolean
window_of (const LucidaOpCall *call, LucidaWindow *window, GError **error)
{
  int n;
  const int64_t *kernel = lucida_node_get_ints (call->node, "kernel_shape", &n);

  if (!kernel || n != call->in[0]->shape.rank - 2)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "“kernel_shape” does not fit the input");
      return FALSE;
    }
  return lucida_window_resolve (call, &call->in[0]->shape, kernel, TRUE, window, error);
}

static gboolean
pool_infer (LucidaOpCall *call, GError **error)
{
  LucidaWindow window;
  LucidaShape output;

  if (!lucida_op_check_inputs (call, 1, 1, error) || !lucida_op_check_float (call, 0, 3, 4, error)
      || !window_of (call, &window, error))
    return FALSE;
  output = lucida_window_output (&call->in[0]->shape, call->in[0]->shape.dim[1], &window);
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

static void
plane_part (gsize part, guint thread, gpointer data)
{
  const Job *job = data;
  const Pool *pool = job->pool;
  const LucidaWindow *w = &pool->window;
  int64_t in = (int64_t) part * w->h * w->w, out = (int64_t) part * w->oh * w->ow;

  (void) thread;
  job->function (pool, pool->x + in, pool->gy ? pool->gy + out : NULL,
                 pool->y + (job->backward ? in : out));
}

static void
run_planes (LucidaOpCall *call, Pool *pool, PlaneFunc function, gboolean backward)
{
  Job job = { pool, function, backward };

  pool->x = call->in[0]->data;
  pool->gy = backward ? call->out[0]->grad : NULL;
  pool->y = backward ? call->in[0]->grad : call->out[0]->data;
  pool->count_padding = lucida_node_get_int (call->node, "count_include_pad", 0) != 0;
  lucida_pool_run (call->pool, (gsize) (call->in[0]->shape.dim[0] * call->in[0]->shape.dim[1]),
                   plane_part, &job);
}

static gboolean
forward (LucidaOpCall *call, PlaneFunc function, GError **error)
{
  Pool pool = { 0 };

  if (!window_of (call, &pool.window, error))
    return FALSE;
  run_planes (call, &pool, function, FALSE);
  return TRUE;
}

static void
backward (LucidaOpCall *call, PlaneFunc function)
{
  Pool pool = { 0 };

  if (call->in[0]->grad && window_of (call, &pool.window, NULL))
    run_planes (call, &pool, function, TRUE);
}

static gboolean
max_forward (LucidaOpCall *call, GError **error)
{
  return forward (call, max_plane, error);
}

static void
max_backward (LucidaOpCall *call)
{
  backward (call, max_plane_backward);
}

static gboolean
average_forward (LucidaOpCall *call, GError **error)
{
  return forward (call, average_plane, error);
}

static void
average_backward (LucidaOpCall *call)
{
  backward (call, average_plane_backward);
}

/* A global pooling is one window over the whole plane, whatever its rank. */
static gboolean
global_infer (LucidaOpCall *call, GError **error)
{
  LucidaShape output;

  if (!lucida_op_check_inputs (call, 1, 1, error)
      || !lucida_op_check_float (call, 0, 3, LUCIDA_MAX_RANK, error))
    return FALSE;
  output = call->in[0]->shape;
  for (int i = 2; i < output.rank; i++)
    {
      if (output.dim[i] < 1)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "an empty input");
          return FALSE;
        }
      output.dim[i] = 1;
    }
  lucida_op_set_output (call, 0, LUCIDA_FLOAT32, &output);
  return TRUE;
}

static LucidaWindow
global_window (const LucidaOpCall *call)
{
  const LucidaShape *x = &call->in[0]->shape;
  int64_t cells = 1;

  for (int i = 2; i < x->rank; i++)
    cells *= x->dim[i];
  return (LucidaWindow){ 1, cells, 1, cells, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1 };
}

static gboolean
global_average_forward (LucidaOpCall *call, GError **error)
{
  Pool pool = { .window = global_window (call) };

  (void) error;
  run_planes (call, &pool, average_plane, FALSE);
  return TRUE;
}

static void
global_average_backward (LucidaOpCall *call)
{
  Pool pool = { .window = global_window (call) };

  if (call->in[0]->grad)
    run_planes (call, &pool, average_plane_backward, TRUE);
}

static gboolean
global_max_forward (LucidaOpCall *call, GError **error)
{
  Pool pool = { .window = global_window (call) };

  (void) error;
  run_planes (call, &pool, max_plane, FALSE);
  return TRUE;
}

static void
global_max_backward (LucidaOpCall *call)
{
  Pool pool = { .window = global_window (call) };

  if (call->in[0]->grad)
    run_planes (call, &pool, max_plane_backward, TRUE);
}

const LucidaOp lucida_op_MaxPool = {
  "MaxPool", LUCIDA_OP_DEFAULT, pool_infer, max_forward, max_backward, NULL,
};

const LucidaOp lucida_op_AveragePool = {
  "AveragePool", LUCIDA_OP_DEFAULT, pool_infer, average_forward, average_backward, NULL,
};

const LucidaOp lucida_op_GlobalAveragePool = {
  "GlobalAveragePool",    LUCIDA_OP_DEFAULT,       global_infer,
  global_average_forward, global_average_backward, NULL,
};

const LucidaOp lucida_op_GlobalMaxPool = {
  "GlobalMaxPool", LUCIDA_OP_DEFAULT, global_infer, global_max_forward, global_max_backward, NULL,
};
