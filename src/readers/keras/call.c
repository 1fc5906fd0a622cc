#include "readers/keras/model-private.h"

#include "base/error.h"

/* Calling the layers of models in their order. Models in models are written out into one graph. */

static gboolean call_model (LucidaKerasWalk *walk, LucidaKerasModel *self, GArray *inputs,
                            GArray *outputs, GError **error);
static gboolean call_member (LucidaKerasWalk *walk, LucidaKerasMember *member, GArray *operands,
                             const LucidaKerasJson *arguments, LucidaKerasModel *around,
                             GArray *outputs, GError **error);

/* One call of one layer; FALSE with @error, or with *@waits where it cannot be made yet. */
static gboolean
make_call (LucidaKerasWalk *walk, LucidaKerasModel *self, LucidaKerasMember *member, guint i,
           gboolean *waits, GError **error)
{
  g_autoptr (GArray) operands = g_array_new (FALSE, FALSE, sizeof (LucidaKerasOperand));
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (LucidaKerasTensor));
  const LucidaKerasJson *arguments;
  LucidaKerasState state = _lucida_keras_read_call (self, member, i, operands, &arguments);

  *waits = state == LUCIDA_KERAS_WAITING;
  if (state == LUCIDA_KERAS_WAITING)
    return FALSE;
  if (state == LUCIDA_KERAS_BROKEN)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the layer “%s” is fed by a layer that is not there", member->layer.full_name);
      return FALSE;
    }
  if (!call_member (walk, member, operands, arguments, self, outputs, error))
    return FALSE;
  g_ptr_array_index (member->outputs, i) = g_steal_pointer (&outputs);
  return TRUE;
}

/* Marks the layers that the outputs need. */
static GHashTable *
find_needed (LucidaKerasModel *self)
{
  GHashTable *needed = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) open = g_ptr_array_new ();

  g_ptr_array_add (open, (gpointer) self->outputs);
  while (open->len > 0)
    {
      const LucidaKerasJson *json = g_ptr_array_remove_index_fast (open, open->len - 1);
      const LucidaKerasJson *history = _lucida_keras_history_of (json);
      LucidaKerasMember *member;

      if (history)
        json = history;
      member = _lucida_keras_is_reference (json) ? g_hash_table_lookup (
                   self->by_name, lucida_keras_json_text (lucida_keras_json_at (json, 0), NULL))
                                                 : NULL;
      if (member && g_hash_table_add (needed, member))
        g_ptr_array_add (open,
                         (gpointer) lucida_keras_json_get (member->layer.entry, "inbound_nodes"));
      for (guint i = 0; i < lucida_keras_json_length (json); i++)
        if (lucida_keras_json_length (lucida_keras_json_at (json, i)) > 0)
          g_ptr_array_add (open, (gpointer) lucida_keras_json_at (json, i));
    }
  return needed;
}

static gboolean
feed_inputs (LucidaKerasModel *self, GArray *inputs, GError **error)
{
  g_autoptr (GPtrArray) references = g_ptr_array_new ();

  _lucida_keras_list_references (self->inputs, references);
  if (references->len != inputs->len)
    return _lucida_keras_model_fail (
        self->layer, LUCIDA_ERROR_UNSUPPORTED, error,
        "has another number of inputs than it is given; only networks with one input, a "
        "picture, can be explained");
  for (guint i = 0; i < references->len; i++)
    {
      const LucidaKerasJson *reference = g_ptr_array_index (references, i);
      LucidaKerasMember *member = g_hash_table_lookup (
          self->by_name, lucida_keras_json_text (lucida_keras_json_at (reference, 0), NULL));
      GArray *made;

      if (!member)
        return _lucida_keras_model_fail (self->layer, LUCIDA_ERROR_CORRUPT, error,
                                         "names an input that is not there");
      made = g_array_new (FALSE, FALSE, sizeof (LucidaKerasTensor));
      g_array_append_val (made, g_array_index (inputs, LucidaKerasTensor, i));
      _lucida_keras_outputs_free (g_ptr_array_index (member->outputs, 0));
      g_ptr_array_index (member->outputs, 0) = made;
    }
  return TRUE;
}

static gboolean
call_functional (LucidaKerasWalk *walk, LucidaKerasModel *self, GArray *inputs, GArray *outputs,
                 GError **error)
{
  g_autoptr (GHashTable) needed = find_needed (self);
  g_autoptr (GPtrArray) references = g_ptr_array_new ();
  gboolean moved = TRUE;
  const char *stuck = NULL;

  for (guint i = 0; i < self->members->len; i++)
    {
      GPtrArray *calls = ((LucidaKerasMember *) g_ptr_array_index (self->members, i))->outputs;

      for (guint k = 0; k < calls->len; k++)
        g_clear_pointer (&g_ptr_array_index (calls, k), _lucida_keras_outputs_free);
    }
  if (!feed_inputs (self, inputs, error))
    return FALSE;
  while (moved)
    {
      moved = FALSE;
      stuck = NULL;
      for (guint i = 0; i < self->members->len; i++)
        {
          LucidaKerasMember *member = g_ptr_array_index (self->members, i);

          for (guint k = 0; k < member->calls; k++)
            {
              gboolean waits;

              if (g_ptr_array_index (member->outputs, k) || !g_hash_table_contains (needed, member))
                continue;
              if (make_call (walk, self, member, k, &waits, error))
                moved = TRUE;
              else if (!waits)
                return FALSE;
              else
                stuck = member->layer.full_name;
            }
        }
    }
  _lucida_keras_list_references (self->outputs, references);
  for (guint i = 0; i < references->len; i++)
    {
      LucidaKerasTensor tensor;

      if (!_lucida_keras_find_tensor (self, g_ptr_array_index (references, i), &tensor))
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "the layers of the model “%s” are not connected%s%s%s", self->layer->name,
                       stuck ? ": nothing feeds “" : "", stuck ? stuck : "", stuck ? "”" : "");
          return FALSE;
        }
      g_array_append_val (outputs, tensor);
    }
  return outputs->len > 0
         || _lucida_keras_model_fail (self->layer, LUCIDA_ERROR_CORRUPT, error, "names no output");
}

static gboolean
call_sequential (LucidaKerasWalk *walk, LucidaKerasModel *self, GArray *inputs, GArray *outputs,
                 GError **error)
{
  g_autoptr (GArray) operands = g_array_new (FALSE, FALSE, sizeof (LucidaKerasOperand));

  g_array_append_vals (outputs, inputs->data, inputs->len);
  for (guint i = 0; i < self->members->len; i++)
    {
      g_array_set_size (operands, 0);
      for (guint k = 0; k < outputs->len; k++)
        {
          LucidaKerasOperand operand = { .tensor = g_array_index (outputs, LucidaKerasTensor, k) };
          g_array_append_val (operands, operand);
        }
      g_array_set_size (outputs, 0);
      if (!call_member (walk, g_ptr_array_index (self->members, i), operands, NULL, self, outputs,
                        error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
call_model (LucidaKerasWalk *walk, LucidaKerasModel *self, GArray *inputs, GArray *outputs,
            GError **error)
{
  return self->sequential ? call_sequential (walk, self, inputs, outputs, error)
                          : call_functional (walk, self, inputs, outputs, error);
}

static gboolean
refuse (const LucidaKerasLayer *layer, GError **error)
{
  if (g_str_equal (layer->class_name, "Lambda"))
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "the layer “%s” is a Lambda, Python code, which is not run: export the network as "
                 "ONNX (python -m tf2onnx.convert)",
                 layer->full_name);
  else
    g_set_error (
        error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
        "the layer “%s” is of a kind that is not supported (%s): export the network as ONNX "
        "(python -m tf2onnx.convert)",
        layer->full_name, layer->class_name);
  return FALSE;
}

/* What no picture has is taken as unknown, so that the sizes worked out from it cannot overflow. */
static void
limit_sizes (LucidaShape *shape)
{
  for (int i = 0; i < shape->rank; i++)
    if (shape->dim[i] < 0 || shape->dim[i] > LUCIDA_MAX_ELEMENTS)
      shape->dim[i] = LUCIDA_FREE_SIZE;
}

/* Adds the tensors among named arguments: {"inputs": …}. */
static void
find_arguments (LucidaKerasModel *self, const LucidaKerasJson *json, GArray *tensors)
{
  LucidaKerasTensor tensor;

  if (_lucida_keras_find_tensor (self, json, &tensor))
    g_array_append_val (tensors, tensor);
  else
    for (guint i = 0; i < lucida_keras_json_length (json); i++)
      find_arguments (self, lucida_keras_json_at (json, i), tensors);
}

static gboolean
call_member (LucidaKerasWalk *walk, LucidaKerasMember *member, GArray *operands,
             const LucidaKerasJson *arguments, LucidaKerasModel *around, GArray *outputs,
             GError **error)
{
  g_autoptr (GArray) tensors = g_array_new (FALSE, FALSE, sizeof (LucidaKerasTensor));
  LucidaKerasFunc func;
  LucidaKerasCall call = { .build = walk->build, .layer = &member->layer };

  if (lucida_error_set_cancelled (error, _lucida_keras_is_cancelled (walk->build)))
    return FALSE;
  if (++walk->calls > LUCIDA_KERAS_MAX_CALLS)
    return _lucida_keras_model_fail (around->layer, LUCIDA_ERROR_TOO_LARGE, error,
                                     "calls its layers too often");
  for (guint i = 0; i < operands->len; i++)
    {
      const LucidaKerasOperand *operand = &g_array_index (operands, LucidaKerasOperand, i);

      if (operand->tensor.value >= 0)
        g_array_append_val (tensors, operand->tensor);
    }
  if (tensors->len == 0)
    find_arguments (around, arguments, tensors);
  if (member->model)
    return call_model (walk, member->model, tensors, outputs, error);
  func = _lucida_keras_find_layer (member->layer.class_name);
  if (!func)
    return refuse (&member->layer, error);
  call.inputs = (LucidaKerasTensor *) (void *) tensors->data;
  call.n_inputs = tensors->len;
  call.operands = (LucidaKerasOperand *) (void *) operands->data;
  call.n_operands = operands->len;
  call.arguments = arguments;
  call.find_tensor = _lucida_keras_find_tensor;
  call.find_data = around;
  if (tensors->len == 0)
    return _lucida_keras_fail (&call, LUCIDA_ERROR_CORRUPT, error, "is fed by nothing");
  if (!func (&call, error))
    return FALSE;
  limit_sizes (&call.output.shape);
  g_array_append_val (outputs, call.output);
  return TRUE;
}

gboolean
_lucida_keras_run (LucidaKerasBuild *build, const LucidaKerasJson *entry,
                   const LucidaKerasTensor *input, LucidaKerasTensor *output, GError **error)
{
  const LucidaKerasJson *config = lucida_keras_json_get (entry, "config");
  LucidaKerasLayer layer = { .entry = entry,
                             .config = config,
                             .class_name = lucida_keras_json_get_text (entry, "class_name", ""),
                             .name = lucida_keras_json_get_text (config, "name", "model"),
                             .full_name = (char *) "",
                             .is_model = TRUE,
                             .trainable = TRUE };
  LucidaKerasWalk walk = { .build = build };
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (LucidaKerasTensor));
  g_autoptr (GArray) outputs = g_array_new (FALSE, FALSE, sizeof (LucidaKerasTensor));
  LucidaKerasModel *model;
  gboolean good;

  layer.trainable
      = lucida_keras_json_get_boolean (config, "trainable", TRUE)
        && !(build->weights->is_frozen && build->weights->is_frozen (build->weights, &layer));
  model = _lucida_keras_model_new (&walk, &layer, error);
  if (!model)
    return FALSE;
  g_array_append_val (inputs, *input);
  good = call_model (&walk, model, inputs, outputs, error);
  if (good)
    *output = g_array_index (outputs, LucidaKerasTensor, 0);
  _lucida_keras_model_free (model);
  return good;
}
