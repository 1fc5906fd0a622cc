#include "base/error.h"
#include "engine/engine.h"
#include "engine/kernels/gemm.h"
#include "engine/plan-private.h"

#include <stdlib.h>

/* How often each value is still to be read, so that it can be freed where nothing is kept. */
static int *
count_readers (const LucidaPlan *self)
{
  int *readers = g_new0 (int, lucida_network_get_n_values (self->network));

  for (guint s = 0; s < self->steps->len; s++)
    {
      const LucidaNode *node
          = lucida_network_get_node (self->network, g_array_index (self->steps, PlanStep, s).node);

      for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
        if (lucida_node_get_input (node, i) != LUCIDA_NO_VALUE)
          readers[lucida_node_get_input (node, i)]++;
    }
  readers[self->logits]++;
  return readers;
}

static void
release_inputs (LucidaActivations *made, const LucidaNode *node, int *readers)
{
  for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
    {
      int value = lucida_node_get_input (node, i);

      if (value != LUCIDA_NO_VALUE && --readers[value] == 0)
        g_clear_pointer (&made->values[value], lucida_tensor_unref);
    }
}

static gboolean
run_step (LucidaPlan *self, const PlanStep *step, LucidaActivations *made, LucidaPool *pool,
          void *workspace, GError **error)
{
  const LucidaNode *node = lucida_network_get_node (self->network, step->node);
  gboolean ok = TRUE;
  PlanCall call;

  _lucida_plan_call_init (&call, self, node, pool);
  call.call.workspace = workspace;
  for (int i = 0; i < call.call.n_in; i++)
    {
      int value = lucida_node_get_input (node, i);

      if (value != LUCIDA_NO_VALUE && made->values[value])
        call.call.in[i]->data = lucida_tensor_get_data (made->values[value]);
    }
  for (int o = 0; o < call.call.n_out && ok; o++)
    {
      int value = lucida_node_get_output (node, o);
      LucidaTensor *tensor;

      if (value != LUCIDA_NO_VALUE && !self->values[value].known)
        continue;
      /* an output nobody asked for is computed into a tensor of its own and dropped */
      tensor = lucida_tensor_new_uninitialised (call.call.out[o]->element, &call.call.out[o]->shape,
                                                error);
      ok = tensor != NULL;
      if (!ok)
        break;
      call.call.out[o]->data = lucida_tensor_get_data (tensor);
      if (value == LUCIDA_NO_VALUE)
        lucida_tensor_unref (tensor);
      else
        made->values[value] = tensor;
    }
  ok = ok && step->op->forward (&call.call, error);
  _lucida_plan_call_clear (&call);
  return ok;
}

LucidaActivations *
lucida_plan_forward (LucidaPlan *self, LucidaTensor *input, gboolean keep, LucidaPool *pool,
                     GCancellable *cancellable, LucidaProgressFunc progress, gpointer data,
                     GError **error)
{
  g_autoptr (LucidaActivations) made = NULL;
  g_autofree int *readers = NULL;
  void *workspace = NULL;
  gsize bytes = 64;
  gboolean ok;

  if (lucida_tensor_get_element (input) != LUCIDA_FLOAT32
      || !lucida_shape_equal (lucida_tensor_get_shape (input), &self->input))
    {
      g_autofree char *got = lucida_shape_to_string (lucida_tensor_get_shape (input));
      g_autofree char *wanted = lucida_shape_to_string (&self->input);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "the network takes an input of %s, not of %s", wanted, got);
      return NULL;
    }
  g_return_val_if_fail (lucida_pool_get_threads (pool) <= self->threads, NULL);
  made = g_new0 (LucidaActivations, 1);
  g_atomic_ref_count_init (&made->references);
  made->plan = lucida_plan_ref (self);
  made->values = g_new0 (LucidaTensor *, lucida_network_get_n_values (self->network));
  made->values[lucida_network_get_input (self->network)] = lucida_tensor_ref (input);
  readers = count_readers (self);
  for (guint s = 0; s < self->steps->len; s++)
    bytes = MAX (bytes, g_array_index (self->steps, PlanStep, s).forward_bytes);
  ok = posix_memalign (&workspace, 64, bytes) == 0;
  if (!ok)
    g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                         "there is not enough memory to run this network");
  for (guint s = 0; s < self->steps->len && ok; s++)
    {
      const PlanStep *step = &g_array_index (self->steps, PlanStep, s);

      if (progress)
        progress (s, self->steps->len, data);
      ok = !lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable))
           && run_step (self, step, made, pool, workspace, error);
      if (ok && !keep)
        release_inputs (made, lucida_network_get_node (self->network, step->node), readers);
    }
  free (workspace);
  if (!ok || !lucida_network_check_files (self->network, error))
    return NULL;
  if (progress)
    progress (self->steps->len, self->steps->len, data);
  made->logits = g_new (float, self->n_classes);
  if (self->ending != LUCIDA_ENDING_SCORE)
    made->probabilities = g_new (float, self->n_classes);
  _lucida_plan_read_scores (self, lucida_tensor_get_floats (made->values[self->logits]),
                            made->logits, made->probabilities);
  return g_steal_pointer (&made);
}

const char *
lucida_engine_get_fallback (void)
{
  return lucida_gemm_get_fallback ();
}
