#include "base/error.h"
#include "engine/engine.h"
#include "engine/plan-private.h"

#include <stdlib.h>

/* Values on a way from something wanted to the logits: [n_values]. */
static gboolean *
find_way (const LucidaPlan *self, const int *wanted, int n_wanted)
{
  gboolean *way = g_new0 (gboolean, lucida_network_get_n_values (self->network));

  for (int i = 0; i < n_wanted; i++)
    way[wanted[i]] = TRUE;
  for (guint s = 0; s < self->steps->len; s++)
    {
      const LucidaNode *node
          = lucida_network_get_node (self->network, g_array_index (self->steps, PlanStep, s).node);
      gboolean reached = FALSE;

      for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
        {
          int value = lucida_node_get_input (node, i);

          reached |= value != LUCIDA_NO_VALUE && way[value];
        }
      for (int o = 0; reached && o < lucida_node_get_n_outputs (node); o++)
        {
          int value = lucida_node_get_output (node, o);

          if (value != LUCIDA_NO_VALUE && self->values[value].scored
              && self->values[value].element == LUCIDA_FLOAT32)
            way[value] = TRUE;
        }
    }
  return way;
}

/* Gives an output that no gradient reached one of zeros, so that operators need not ask. */
static gboolean
ensure (LucidaPlan *self, LucidaTensor **gradients, int value, GError **error)
{
  if (!gradients[value])
    gradients[value] = lucida_tensor_new (LUCIDA_FLOAT32, &self->values[value].shape, error);
  return gradients[value] != NULL;
}

static gboolean
run_step (LucidaPlan *self, const PlanStep *step, LucidaActivations *activations,
          const gboolean *way, LucidaTensor **gradients, LucidaPool *pool, void *workspace,
          GError **error)
{
  const LucidaNode *node = lucida_network_get_node (self->network, step->node);
  gboolean reached = FALSE, wanted = FALSE, ok = TRUE;
  PlanCall call;

  for (int o = 0; o < lucida_node_get_n_outputs (node); o++)
    {
      int value = lucida_node_get_output (node, o);

      reached |= value != LUCIDA_NO_VALUE && gradients[value];
    }
  for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
    {
      int value = lucida_node_get_input (node, i);

      wanted |= value != LUCIDA_NO_VALUE && way[value];
    }
  if (!reached || !wanted || !step->op->backward)
    return TRUE;
  _lucida_plan_call_init (&call, self, node, pool);
  call.call.workspace = workspace;
  for (int i = 0; i < call.call.n_in && ok; i++)
    {
      int value = lucida_node_get_input (node, i);

      if (value == LUCIDA_NO_VALUE)
        continue;
      if (activations->values[value])
        call.call.in[i]->data = lucida_tensor_get_data (activations->values[value]);
      if (!way[value])
        continue;
      ok = ensure (self, gradients, value, error);
      if (ok)
        call.call.in[i]->grad = lucida_tensor_get_data (gradients[value]);
    }
  for (int o = 0; o < call.call.n_out && ok; o++)
    {
      int value = lucida_node_get_output (node, o);

      if (value == LUCIDA_NO_VALUE || !self->values[value].known)
        continue;
      call.call.out[o]->data = lucida_tensor_get_data (activations->values[value]);
      ok = ensure (self, gradients, value, error);
      if (ok)
        call.call.out[o]->grad = lucida_tensor_get_data (gradients[value]);
    }
  if (ok)
    step->op->backward (&call.call);
  _lucida_plan_call_clear (&call);
  return ok;
}

static gboolean
check_arguments (const LucidaPlan *self, const LucidaActivations *activations, const int *wanted,
                 int n_wanted, GError **error)
{
  for (int i = 0; i < n_wanted; i++)
    if (!self->values[wanted[i]].scored || !activations->values[wanted[i]]
        || self->values[wanted[i]].element != LUCIDA_FLOAT32)
      {
        g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                     "the scores do not depend on the tensor “%s”",
                     lucida_network_get_value_name (self->network, wanted[i]));
        return FALSE;
      }
  return TRUE;
}

LucidaGradients *
lucida_plan_backward (LucidaPlan *self, LucidaActivations *activations, const float *weights,
                      const int *wanted, int n_wanted, LucidaPool *pool, GCancellable *cancellable,
                      LucidaProgressFunc progress, gpointer data, GError **error)
{
  int n_values = lucida_network_get_n_values (self->network);
  g_autoptr (LucidaGradients) made = NULL;
  g_autofree gboolean *way = NULL;
  g_autofree gboolean *kept = g_new0 (gboolean, n_values);
  void *workspace = NULL;
  gsize bytes = 64;
  gboolean ok;

  g_return_val_if_fail (activations->plan == self, NULL);
  g_return_val_if_fail (lucida_pool_get_threads (pool) <= self->threads, NULL);
  if (!check_arguments (self, activations, wanted, n_wanted, error))
    return NULL;
  way = find_way (self, wanted, n_wanted);
  for (int i = 0; i < n_wanted; i++)
    kept[wanted[i]] = TRUE;
  made = g_new0 (LucidaGradients, 1);
  g_atomic_ref_count_init (&made->references);
  made->plan = lucida_plan_ref (self);
  made->values = g_new0 (LucidaTensor *, n_values);
  for (guint s = 0; s < self->steps->len; s++)
    bytes = MAX (bytes, g_array_index (self->steps, PlanStep, s).backward_bytes);
  if (posix_memalign (&workspace, 64, bytes) != 0)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                           "there is not enough memory to run this network");
      return NULL;
    }
  ok = ensure (self, made->values, self->logits, error);
  if (ok)
    _lucida_plan_seed (self, weights, lucida_tensor_get_data (made->values[self->logits]));
  for (guint s = self->steps->len; s-- > 0 && ok;)
    {
      const PlanStep *step = &g_array_index (self->steps, PlanStep, s);
      const LucidaNode *node = lucida_network_get_node (self->network, step->node);

      if (progress)
        progress (self->steps->len - 1 - s, self->steps->len, data);
      ok = !lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable))
           && run_step (self, step, activations, way, made->values, pool, workspace, error);
      /* every reader of these values has run */
      for (int o = 0; o < lucida_node_get_n_outputs (node); o++)
        {
          int value = lucida_node_get_output (node, o);

          if (value != LUCIDA_NO_VALUE && !kept[value])
            g_clear_pointer (&made->values[value], lucida_tensor_unref);
        }
    }
  free (workspace);
  if (!ok || !lucida_network_check_files (self->network, error))
    return NULL;
  for (int i = 0; i < n_wanted; i++)
    if (!ensure (self, made->values, wanted[i], error))
      return NULL;
  for (int v = 0; v < n_values; v++)
    if (!kept[v])
      g_clear_pointer (&made->values[v], lucida_tensor_unref);
  if (progress)
    progress (self->steps->len, self->steps->len, data);
  return g_steal_pointer (&made);
}
