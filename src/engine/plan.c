#include "engine/engine.h"

#include "base/error.h"
#include "engine/plan-private.h"

#include <stdlib.h>
#include <string.h>

/* The rank of an output that an operator does not make. */
#define NOT_MADE (-1)
/* The most float32 that one pass may hold: 16 GiB. */
#define MAX_PASS_ELEMENTS ((int64_t) 1 << 32)

void
_lucida_plan_call_init (PlanCall *self, const LucidaPlan *plan, const LucidaNode *node,
                        LucidaPool *pool)
{
  int n_in = lucida_node_get_n_inputs (node), n_out = lucida_node_get_n_outputs (node);

  self->slots = g_new0 (LucidaOpValue, n_in + n_out + 1);
  self->pointers = g_new0 (LucidaOpValue *, n_in + n_out + 1);
  for (int i = 0; i < n_in + n_out; i++)
    {
      int value
          = i < n_in ? lucida_node_get_input (node, i) : lucida_node_get_output (node, i - n_in);
      const PlanValue *known;

      if (value == LUCIDA_NO_VALUE && i < n_in)
        continue;
      self->pointers[i] = &self->slots[i];
      if (value == LUCIDA_NO_VALUE)
        continue;
      known = &plan->values[value];
      self->slots[i] = (LucidaOpValue){ .element = known->element, .shape = known->shape };
      if (known->constant)
        {
          self->slots[i].constant = TRUE;
          self->slots[i].data = lucida_tensor_get_data (known->constant);
        }
    }
  while (n_in > 0 && !self->pointers[n_in - 1])
    {
      /* trailing inputs that are left out are as good as absent */
      memmove (&self->pointers[n_in - 1], &self->pointers[n_in],
               (gsize) n_out * sizeof *self->pointers);
      n_in--;
    }
  self->call = (LucidaOpCall){ .node = node,
                               .n_in = n_in,
                               .in = self->pointers,
                               .n_out = n_out,
                               .out = self->pointers + n_in,
                               .pool = pool };
}

void
_lucida_plan_call_clear (PlanCall *self)
{
  g_clear_pointer (&self->slots, g_free);
  g_clear_pointer (&self->pointers, g_free);
}

static gboolean
check_operators (LucidaNetwork *network, GError **error)
{
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    {
      const LucidaNode *node = lucida_network_get_node (network, i);

      if (!lucida_op_find (lucida_node_get_op (node)))
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                       "the operator “%s” (layer “%s”) is not one this program can run, so this "
                       "network cannot be explained",
                       lucida_node_get_op (node), lucida_node_get_name (node));
          return FALSE;
        }
    }
  return TRUE;
}

/* Operators that cannot read mapped weights of any alignment get aligned copies. */
static gboolean
align_constants (LucidaPlan *self, const LucidaNode *node, const LucidaOp *op, GError **error)
{
  if (op->flags & LUCIDA_OP_MAPPED_WEIGHTS)
    return TRUE;
  for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
    {
      int value = lucida_node_get_input (node, i);
      LucidaTensor *aligned;

      if (value == LUCIDA_NO_VALUE || !self->values[value].constant)
        continue;
      aligned = lucida_tensor_align (self->values[value].constant, error);
      if (!aligned)
        return FALSE;
      lucida_tensor_unref (self->values[value].constant);
      self->values[value].constant = aligned;
    }
  return TRUE;
}

static void *
workspace_new (gsize bytes, GError **error)
{
  void *data = NULL;

  if (posix_memalign (&data, 64, MAX (bytes, 64)) == 0)
    return data;
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                       "there is not enough memory to run this network");
  return NULL;
}

/* Runs a node whose inputs are all known, so that its outputs are constants. */
static gboolean
fold (LucidaPlan *self, const LucidaNode *node, const LucidaOp *op, PlanCall *call, GError **error)
{
  int n_out = lucida_node_get_n_outputs (node);
  g_autofree LucidaTensor **made = g_new0 (LucidaTensor *, n_out);
  gsize bytes = op->workspace ? op->workspace (&call->call, FALSE) : 0;
  gboolean ok = TRUE;

  for (int o = 0; o < n_out && ok; o++)
    {
      LucidaOpValue *out = call->call.out[o];

      if (out->shape.rank == NOT_MADE)
        continue;
      made[o] = lucida_tensor_new (out->element, &out->shape, error);
      ok = made[o] != NULL;
      if (ok)
        out->data = lucida_tensor_get_data (made[o]);
    }
  if (ok && bytes > 0)
    ok = (call->call.workspace = workspace_new (bytes, error)) != NULL;
  ok = ok && op->forward (&call->call, error);
  free (call->call.workspace);
  call->call.workspace = NULL;
  for (int o = 0; o < n_out; o++)
    {
      int value = lucida_node_get_output (node, o);

      if (ok && made[o] && value != LUCIDA_NO_VALUE)
        self->values[value].constant = g_steal_pointer (&made[o]);
      g_clear_pointer (&made[o], lucida_tensor_unref);
    }
  return ok;
}

/* Second outputs (indices, masks, statistics) are not made; that is right as long as nobody reads
 * them. */
static gboolean
check_unread (const LucidaPlan *self, int value, GError **error)
{
  int n = 0;

  if (value == LUCIDA_NO_VALUE)
    return TRUE;
  lucida_network_get_consumers (self->network, value, &n);
  if (n == 0 && value != lucida_network_get_output (self->network))
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the network uses its further output “%s”, which this program does not compute",
               lucida_network_get_value_name (self->network, value));
  return FALSE;
}

static gboolean
plan_node (LucidaPlan *self, int index, LucidaPool *pool, int64_t *elements, GError **error)
{
  const LucidaNode *node = lucida_network_get_node (self->network, index);
  const LucidaOp *op = lucida_op_find (lucida_node_get_op (node));
  gboolean constant = TRUE, ok;
  PlanCall call;

  for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
    {
      int value = lucida_node_get_input (node, i);

      if (value == LUCIDA_NO_VALUE || self->values[value].constant)
        continue;
      constant = FALSE;
      if (i > 0 && (op->flags & LUCIDA_OP_MAPPED_WEIGHTS) && g_str_has_prefix (op->name, "Conv"))
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                               "its weights are computed from the picture");
          return FALSE;
        }
    }
  if (!align_constants (self, node, op, error))
    return FALSE;
  _lucida_plan_call_init (&call, self, node, pool);
  for (int o = 0; o < call.call.n_out; o++)
    call.call.out[o]->shape.rank = NOT_MADE;
  ok = op->infer (&call.call, error);
  for (int o = 0; ok && o < lucida_node_get_n_outputs (node); o++)
    {
      int value = lucida_node_get_output (node, o);
      const LucidaOpValue *out = call.call.out[o];

      if (out->shape.rank == NOT_MADE)
        {
          ok = check_unread (self, value, error);
          continue;
        }
      ok = lucida_shape_check (&out->shape, error);
      if (!ok || value == LUCIDA_NO_VALUE)
        continue;
      self->values[value].known = TRUE;
      self->values[value].element = out->element;
      self->values[value].shape = out->shape;
      *elements += lucida_shape_count (&out->shape);
      if (*elements > MAX_PASS_ELEMENTS)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                               "the network would need more than 16 GB for one picture");
          ok = FALSE;
        }
    }
  if (ok && (constant || (op->flags & LUCIDA_OP_SHAPE_ONLY)))
    ok = fold (self, node, op, &call, error);
  else if (ok)
    {
      PlanStep step = { index, op, 0, 0 };

      if (op->workspace)
        {
          step.forward_bytes = op->workspace (&call.call, FALSE);
          step.backward_bytes = op->workspace (&call.call, TRUE);
        }
      g_array_append_val (self->steps, step);
    }
  _lucida_plan_call_clear (&call);
  return ok;
}

/* Keeps the steps that the logits need; the rest (a final Softmax, …) is never run. */
static void
drop_steps (LucidaPlan *self)
{
  GArray *kept = g_array_new (FALSE, FALSE, sizeof (PlanStep));
  g_autofree gboolean *needed = g_new0 (gboolean, self->steps->len);

  self->values[self->logits].scored = TRUE;
  for (guint s = self->steps->len; s-- > 0;)
    {
      const LucidaNode *node
          = lucida_network_get_node (self->network, g_array_index (self->steps, PlanStep, s).node);

      for (int o = 0; o < lucida_node_get_n_outputs (node); o++)
        {
          int value = lucida_node_get_output (node, o);

          if (value != LUCIDA_NO_VALUE && self->values[value].scored)
            needed[s] = TRUE;
        }
      for (int i = 0; needed[s] && i < lucida_node_get_n_inputs (node); i++)
        {
          int value = lucida_node_get_input (node, i);

          if (value != LUCIDA_NO_VALUE && !self->values[value].constant)
            self->values[value].scored = TRUE;
        }
    }
  for (guint s = 0; s < self->steps->len; s++)
    if (needed[s])
      g_array_append_val (kept, g_array_index (self->steps, PlanStep, s));
  g_array_unref (self->steps);
  self->steps = kept;
}

LucidaPlan *
lucida_plan_new (LucidaNetwork *network, const LucidaShape *input, LucidaPool *pool,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaPlan) self = NULL;
  int64_t elements = 0;
  int input_value = lucida_network_get_input (network);

  if (!lucida_shape_check (input, error) || !check_operators (network, error))
    return NULL;
  self = g_new0 (LucidaPlan, 1);
  g_atomic_ref_count_init (&self->references);
  self->network = lucida_network_ref (network);
  self->input = *input;
  self->values = g_new0 (PlanValue, lucida_network_get_n_values (network));
  self->steps = g_array_new (FALSE, FALSE, sizeof (PlanStep));
  self->layers = g_array_new (FALSE, TRUE, sizeof (LucidaLayer));
  self->stages = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->threads = lucida_pool_get_threads (pool);
  for (int v = 0; v < lucida_network_get_n_values (network); v++)
    {
      LucidaTensor *constant = lucida_network_get_constant (network, v);

      self->values[v].channel_axis = -1;
      self->values[v].stage = -1;
      if (!constant)
        continue;
      self->values[v].known = TRUE;
      self->values[v].constant = lucida_tensor_ref (constant);
      self->values[v].element = lucida_tensor_get_element (constant);
      self->values[v].shape = *lucida_tensor_get_shape (constant);
    }
  self->values[input_value].known = TRUE;
  self->values[input_value].element = LUCIDA_FLOAT32;
  self->values[input_value].shape = *input;
  for (int i = 0; i < lucida_network_get_n_nodes (network); i++)
    {
      const LucidaNode *node = lucida_network_get_node (network, i);

      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return NULL;
      if (!plan_node (self, i, pool, &elements, error))
        {
          g_prefix_error (error, "%s (layer “%s”): ", lucida_node_get_op (node),
                          lucida_node_get_name (node));
          return NULL;
        }
    }
  if (!_lucida_plan_find_scores (self, error) || !lucida_network_check_files (network, error))
    return NULL;
  drop_steps (self);
  _lucida_plan_find_layout (self);
  _lucida_plan_find_layers (self);
  return g_steal_pointer (&self);
}

LucidaPlan *
lucida_plan_ref (LucidaPlan *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_plan_unref (LucidaPlan *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (int v = 0; v < lucida_network_get_n_values (self->network); v++)
    g_clear_pointer (&self->values[v].constant, lucida_tensor_unref);
  g_free (self->values);
  g_array_unref (self->steps);
  g_array_unref (self->layers);
  g_array_unref (self->stages);
  lucida_network_unref (self->network);
  g_free (self);
}

LucidaNetwork *
lucida_plan_get_network (const LucidaPlan *self)
{
  return self->network;
}

const LucidaShape *
lucida_plan_get_input_shape (const LucidaPlan *self)
{
  return &self->input;
}

LucidaEnding
lucida_plan_get_ending (const LucidaPlan *self)
{
  return self->ending;
}

int
lucida_plan_get_n_classes (const LucidaPlan *self)
{
  return self->n_classes;
}
