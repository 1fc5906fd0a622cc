#include "evaluate.h"

#include "base/error.h"
#include "engine/ops/op.h"

#include <stdlib.h>

#define ALIGNMENT 64

typedef struct
{
  LucidaOpValue *values; /* [n_values] */
  GPtrArray *tensors;    /* that hold their data */
} Evaluation;

static gboolean
add_constants (Evaluation *self, LucidaNetwork *network, GError **error)
{
  for (int v = 0; v < lucida_network_get_n_values (network); v++)
    {
      LucidaTensor *constant = lucida_network_get_constant (network, v);
      LucidaTensor *aligned;

      if (!constant)
        continue;
      aligned = lucida_tensor_align (constant, error);
      if (!aligned)
        return FALSE;
      g_ptr_array_add (self->tensors, aligned);
      self->values[v] = (LucidaOpValue){
        .element = lucida_tensor_get_element (aligned),
        .shape = *lucida_tensor_get_shape (aligned),
        .data = lucida_tensor_get_data (aligned),
        .constant = TRUE,
      };
    }
  return TRUE;
}

static gboolean
run_call (Evaluation *self, const LucidaOp *op, LucidaOpCall *call, GError **error)
{
  void *workspace = NULL;
  gboolean ok;

  if (!op->infer (call, error))
    return FALSE;
  for (int i = 0; i < call->n_out; i++)
    {
      LucidaTensor *tensor;

      if (call->out[i]->shape.rank < 0)
        continue;
      tensor = lucida_tensor_new (call->out[i]->element, &call->out[i]->shape, error);
      if (!tensor)
        return FALSE;
      g_ptr_array_add (self->tensors, tensor);
      call->out[i]->data = lucida_tensor_get_data (tensor);
      call->out[i]->constant = TRUE;
    }
  if (op->workspace && posix_memalign (&workspace, ALIGNMENT, op->workspace (call, FALSE) + 1) != 0)
    g_error ("out of memory");
  call->workspace = workspace;
  ok = op->forward (call, error);
  free (workspace);
  return ok;
}

static gboolean
run_node (Evaluation *self, const LucidaNode *node, GError **error)
{
  const LucidaOp *op = lucida_op_find (lucida_node_get_op (node));
  int n_in = lucida_node_get_n_inputs (node), n_out = lucida_node_get_n_outputs (node);
  g_autofree LucidaOpValue **in = g_new0 (LucidaOpValue *, n_in + 1);
  g_autofree LucidaOpValue **out = g_new0 (LucidaOpValue *, n_out + 1);
  g_autofree LucidaOpValue *unnamed = g_new0 (LucidaOpValue, n_out + 1);
  LucidaOpCall call = { .node = node, .n_in = n_in, .in = in, .n_out = n_out, .out = out };

  if (!op)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED, "no operator %s",
                   lucida_node_get_op (node));
      return FALSE;
    }
  for (int i = 0; i < n_in; i++)
    if (lucida_node_get_input (node, i) != LUCIDA_NO_VALUE)
      in[i] = &self->values[lucida_node_get_input (node, i)];
  for (int i = 0; i < n_out; i++)
    {
      int value = lucida_node_get_output (node, i);

      out[i] = value == LUCIDA_NO_VALUE ? &unnamed[i] : &self->values[value];
      out[i]->shape.rank = -1; /* until the operator says that it makes this output */
    }
  return run_call (self, op, &call, error);
}

gboolean
evaluate_network (LucidaNetwork *network, LucidaTensor **result, GError **error)
{
  g_autofree LucidaOpValue *values = g_new0 (LucidaOpValue, lucida_network_get_n_values (network));
  g_autoptr (GPtrArray) tensors
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_tensor_unref);
  Evaluation self = { values, tensors };
  const LucidaOpValue *output = &values[lucida_network_get_output (network)];

  *result = NULL;
  if (!add_constants (&self, network, error))
    return FALSE;
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    if (!run_node (&self, lucida_network_get_node (network, i), error))
      return FALSE;
  if (output->shape.rank < 0)
    return TRUE;
  *result = lucida_tensor_new_copy (output->element, &output->shape, output->data, error);
  return *result != NULL;
}
