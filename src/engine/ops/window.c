#include "engine/ops/window.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>

/* Strides, dilations and pads beyond this are no network's. */
#define MAX_STEP 65536

typedef struct
{
  int64_t size, kernel, stride, dilation, before, after, out;
} Axis;

static gboolean
read_list (const LucidaOpCall *call, const char *attribute, int wanted, int64_t smallest,
           int64_t *values, GError **error)
{
  int n;
  const int64_t *given = lucida_node_get_ints (call->node, attribute, &n);

  if (!given)
    return TRUE;
  if (n != wanted)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "“%s” has %d numbers in place of %d",
                   attribute, n, wanted);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    {
      if (given[i] < smallest || given[i] > MAX_STEP)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "“%s” holds %" G_GINT64_FORMAT ", which makes no sense", attribute,
                       given[i]);
          return FALSE;
        }
      values[i] = given[i];
    }
  return TRUE;
}

/* out = ⌊(n + p₀ + p₁ - d(k-1) - 1)/s⌋ + 1; with ceil_mode ⌈⌉, and a last window that would begin
 * in the end padding is left out (PyTorch's rule). */
static gboolean
axis_resolve (Axis *axis, const char *auto_pad, gboolean ceil_mode, GError **error)
{
  int64_t reach = axis->dilation * (axis->kernel - 1) + 1;

  if (strcmp (auto_pad, "SAME_UPPER") == 0 || strcmp (auto_pad, "SAME_LOWER") == 0)
    {
      int64_t total;

      axis->out = (axis->size + axis->stride - 1) / axis->stride;
      total = MAX ((axis->out - 1) * axis->stride + reach - axis->size, 0);
      axis->before = strcmp (auto_pad, "SAME_UPPER") == 0 ? total / 2 : total - total / 2;
      axis->after = total - axis->before;
    }
  else
    {
      int64_t room = axis->size + axis->before + axis->after - reach;

      if (room < 0)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "a kernel of %" G_GINT64_FORMAT " does not fit into %" G_GINT64_FORMAT
                       " cells; the input may be too small for this network",
                       reach, axis->size + axis->before + axis->after);
          return FALSE;
        }
      axis->out = room / axis->stride + 1;
      if (ceil_mode && room % axis->stride != 0
          && axis->out * axis->stride < axis->size + axis->before)
        axis->out++;
    }
  if (axis->out < 1)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "nothing is left of the input; it may be too small for this network");
      return FALSE;
    }
  return TRUE;
}

gboolean
lucida_window_resolve (const LucidaOpCall *call, const LucidaShape *input, const int64_t *kernel,
                       gboolean ceil_allowed, LucidaWindow *window, GError **error)
{
  int n = input->rank - 2;
  int64_t strides[2] = { 1, 1 }, dilations[2] = { 1, 1 }, pads[4] = { 0 };
  const char *auto_pad = lucida_node_get_string (call->node, "auto_pad", "NOTSET");
  gboolean ceil_mode = ceil_allowed && lucida_node_get_int (call->node, "ceil_mode", 0) != 0;
  Axis axes[2] = { { 1, 1, 1, 1, 0, 0, 1 }, { 1, 1, 1, 1, 0, 0, 1 } };

  if (n < 1 || n > 2)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "an input with %d dimensions (only pictures and lines are handled)",
                   input->rank);
      return FALSE;
    }
  if (!read_list (call, "strides", n, 1, strides, error)
      || !read_list (call, "dilations", n, 1, dilations, error)
      || !read_list (call, "pads", 2 * n, 0, pads, error))
    return FALSE;
  if (strcmp (auto_pad, "VALID") == 0)
    memset (pads, 0, sizeof pads);
  for (int i = 0; i < n; i++)
    {
      Axis *axis = &axes[2 - n + i];

      if (kernel[i] < 1 || kernel[i] > MAX_STEP)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "a kernel of size %" G_GINT64_FORMAT, kernel[i]);
          return FALSE;
        }
      *axis = (Axis){ input->dim[2 + i], kernel[i],   strides[i], dilations[i],
                      pads[i],           pads[n + i], 0 };
      if (!axis_resolve (axis, auto_pad, ceil_mode, error))
        return FALSE;
    }
  *window = (LucidaWindow){
    .h = axes[0].size,
    .w = axes[1].size,
    .kh = axes[0].kernel,
    .kw = axes[1].kernel,
    .sh = axes[0].stride,
    .sw = axes[1].stride,
    .dh = axes[0].dilation,
    .dw = axes[1].dilation,
    .top = axes[0].before,
    .left = axes[1].before,
    .bottom = axes[0].after,
    .right = axes[1].after,
    .oh = axes[0].out,
    .ow = axes[1].out,
  };
  return TRUE;
}

LucidaShape
lucida_window_output (const LucidaShape *input, int64_t channels, const LucidaWindow *window)
{
  LucidaShape shape = *input;

  shape.dim[1] = channels;
  if (shape.rank == 4)
    shape.dim[2] = window->oh;
  shape.dim[shape.rank - 1] = window->ow;
  return shape;
}
