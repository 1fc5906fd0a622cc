#include "readers/keras/model-private.h"

#include "base/error.h"

#include <string.h>

/* Models: which layer is fed by which. Models in models are written out into one graph. */

#define MAX_LAYERS 20000 /* of all models together */

static void member_free (gpointer data);

void
_lucida_keras_model_free (LucidaKerasModel *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->members);
  g_hash_table_unref (self->by_name);
  g_free (self);
}

static void
member_free (gpointer data)
{
  LucidaKerasMember *member = data;

  _lucida_keras_model_free (member->model);
  g_ptr_array_unref (member->outputs);
  g_free (member->layer.full_name);
  g_free (member);
}

void
_lucida_keras_outputs_free (gpointer data)
{
  if (data)
    g_array_unref (data);
}

gboolean
_lucida_keras_model_fail (const LucidaKerasLayer *layer, LucidaError code, GError **error,
                          const char *text)
{
  g_set_error (error, LUCIDA_ERROR, (int) code, "the model “%s” %s",
               *layer->full_name ? layer->full_name : layer->name, text);
  return FALSE;
}

const LucidaKerasJson *
_lucida_keras_layers_of (const LucidaKerasJson *config)
{
  const LucidaKerasJson *layers = lucida_keras_json_get (config, "layers");

  return lucida_keras_json_is_list (layers)   ? layers
         : lucida_keras_json_is_list (config) ? config /* Keras up to 2.2 */
                                              : NULL;
}

/* A reference to one call of a layer, [name, call, output, …], of which there may be one without
 * brackets around it. */
gboolean
_lucida_keras_is_reference (const LucidaKerasJson *json)
{
  return lucida_keras_json_length (json) >= 3
         && lucida_keras_json_text (lucida_keras_json_at (json, 0), NULL)
         && lucida_keras_json_is_number (lucida_keras_json_at (json, 1));
}

/* [[…], …], […] or {name: […]} */
void
_lucida_keras_list_references (const LucidaKerasJson *json, GPtrArray *found)
{
  if (_lucida_keras_is_reference (json))
    g_ptr_array_add (found, (gpointer) json);
  else
    for (guint i = 0; i < lucida_keras_json_length (json); i++)
      _lucida_keras_list_references (lucida_keras_json_at (json, i), found);
}

static gboolean
add_member (LucidaKerasWalk *walk, LucidaKerasModel *self, const LucidaKerasJson *entry,
            int position, GError **error)
{
  const LucidaKerasJson *config = lucida_keras_json_get (entry, "config");
  const char *class_name = lucida_keras_json_get_text (entry, "class_name", NULL);
  LucidaKerasMember *member = g_new0 (LucidaKerasMember, 1);
  LucidaKerasLayer *layer = &member->layer;

  member->outputs = g_ptr_array_new_with_free_func (_lucida_keras_outputs_free);
  g_ptr_array_add (self->members, member);
  if (!class_name || !config)
    return _lucida_keras_model_fail (self->layer, LUCIDA_ERROR_CORRUPT, error,
                                     "lists something that is no layer");
  if (++walk->layers > MAX_LAYERS)
    return _lucida_keras_model_fail (self->layer, LUCIDA_ERROR_TOO_LARGE, error,
                                     "has more than 20 000 layers");
  layer->parent = self->layer;
  layer->entry = entry;
  layer->config = config;
  /* "Custom>Dense" */
  layer->class_name = strrchr (class_name, '>') ? strrchr (class_name, '>') + 1 : class_name;
  layer->name = lucida_keras_json_get_text (entry, "name",
                                            lucida_keras_json_get_text (config, "name", NULL));
  if (!layer->name)
    layer->name = class_name;
  layer->full_name = *self->layer->full_name
                         ? g_strconcat (self->layer->full_name, "/", layer->name, NULL)
                         : g_strdup (layer->name);
  layer->position = position;
  layer->is_model = _lucida_keras_layers_of (config) != NULL;
  layer->trainable = self->layer->trainable
                     && lucida_keras_json_get_boolean (config, "trainable", TRUE)
                     && !(walk->build->weights->is_frozen
                          && walk->build->weights->is_frozen (walk->build->weights, layer));
  g_hash_table_insert (self->by_name, (gpointer) layer->name, member);
  if (layer->is_model && !(member->model = _lucida_keras_model_new (walk, layer, error)))
    return FALSE;
  return TRUE;
}

/* The number of calls of each layer, and where references to them begin: at 1 for a nested model
 * that Keras 2 wrote, whose call 0 was its own making. */
static void
count_references (LucidaKerasModel *self, const LucidaKerasJson *json)
{
  if (_lucida_keras_is_reference (json))
    {
      LucidaKerasMember *member = g_hash_table_lookup (
          self->by_name, lucida_keras_json_text (lucida_keras_json_at (json, 0), NULL));
      double call = lucida_keras_json_number (lucida_keras_json_at (json, 1), 0);

      if (member && call >= member->calls && call < LUCIDA_KERAS_MAX_CALLS)
        member->offset = MAX (member->offset, (int) call + 1 - (int) MAX (member->calls, 1));
    }
  for (guint i = 0; i < lucida_keras_json_length (json); i++)
    if (lucida_keras_json_length (lucida_keras_json_at (json, i)) > 0)
      count_references (self, lucida_keras_json_at (json, i));
}

/* The call's description: an element of inbound_nodes. */
static const LucidaKerasJson *
call_of (const LucidaKerasMember *member, guint i)
{
  return lucida_keras_json_at (lucida_keras_json_get (member->layer.entry, "inbound_nodes"), i);
}

static void
prepare_functional (LucidaKerasModel *self)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      LucidaKerasMember *member = g_ptr_array_index (self->members, i);
      const LucidaKerasJson *nodes = lucida_keras_json_get (member->layer.entry, "inbound_nodes");

      /* A call of one operation in place of a list of calls: [["x", 0, 0, {…}]] */
      member->calls = lucida_keras_json_length (nodes);
      g_ptr_array_set_size (member->outputs, (int) MAX (member->calls, 1));
    }
  for (guint i = 0; i < self->members->len; i++)
    for (guint k = 0; k < ((LucidaKerasMember *) g_ptr_array_index (self->members, i))->calls; k++)
      count_references (self, call_of (g_ptr_array_index (self->members, i), k));
  count_references (self, self->outputs);
}

LucidaKerasModel *
_lucida_keras_model_new (LucidaKerasWalk *walk, const LucidaKerasLayer *layer, GError **error)
{
  const LucidaKerasJson *layers = _lucida_keras_layers_of (layer->config);
  LucidaKerasModel *self = g_new0 (LucidaKerasModel, 1);
  gboolean good = TRUE;

  self->layer = layer;
  self->members = g_ptr_array_new_with_free_func (member_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->inputs = lucida_keras_json_get (layer->config, "input_layers");
  self->outputs = lucida_keras_json_get (layer->config, "output_layers");
  self->sequential = self->outputs == NULL;
  for (guint i = 0; good && i < lucida_keras_json_length (layers); i++)
    good = add_member (walk, self, lucida_keras_json_at (layers, i), (int) i, error);
  if (good && self->members->len == 0)
    good = _lucida_keras_model_fail (layer, LUCIDA_ERROR_CORRUPT, error, "has no layers");
  if (!good)
    {
      _lucida_keras_model_free (self);
      return NULL;
    }
  if (!self->sequential)
    prepare_functional (self);
  return self;
}

/* The tensor that a reference means; FALSE while it is not made. */
gboolean
_lucida_keras_find_tensor (gpointer data, const LucidaKerasJson *json, LucidaKerasTensor *tensor)
{
  const LucidaKerasModel *self = data;
  LucidaKerasMember *member;
  double call, output;
  GArray *made;

  if (!_lucida_keras_is_reference (json))
    return FALSE;
  member = g_hash_table_lookup (self->by_name,
                                lucida_keras_json_text (lucida_keras_json_at (json, 0), NULL));
  call = lucida_keras_json_number (lucida_keras_json_at (json, 1), 0);
  output = lucida_keras_json_number (lucida_keras_json_at (json, 2), 0);
  if (!member)
    return FALSE;
  call -= member->offset;
  if (!(call >= 0 && call < member->outputs->len && output >= 0))
    return FALSE;
  made = g_ptr_array_index (member->outputs, (guint) call);
  if (!made || output >= made->len)
    return FALSE;
  *tensor = g_array_index (made, LucidaKerasTensor, (guint) output);
  return TRUE;
}

/* Keras 3's tensors: {"class_name": "__keras_tensor__", "config": {"keras_history": […]}}. */
const LucidaKerasJson *
_lucida_keras_history_of (const LucidaKerasJson *json)
{
  return g_str_equal (lucida_keras_json_get_text (json, "class_name", ""), "__keras_tensor__")
             ? lucida_keras_json_get (lucida_keras_json_get (json, "config"), "keras_history")
             : NULL;
}

static LucidaKerasState
add_tensor (LucidaKerasModel *self, const LucidaKerasJson *reference, GArray *operands)
{
  LucidaKerasOperand operand = { .tensor = { .value = -1 } };
  const char *name = lucida_keras_json_text (lucida_keras_json_at (reference, 0), "");

  if (g_str_equal (name, "_CONSTANT_VALUE"))
    operand.constant = lucida_keras_json_at (reference, 2);
  else if (!g_hash_table_contains (self->by_name, name))
    return LUCIDA_KERAS_BROKEN;
  else if (!_lucida_keras_find_tensor (self, reference, &operand.tensor))
    return LUCIDA_KERAS_WAITING;
  g_array_append_val (operands, operand);
  return LUCIDA_KERAS_READY;
}

/* Arguments of Keras 3, lists of tensors flattened. */
static LucidaKerasState
add_arguments (LucidaKerasModel *self, const LucidaKerasJson *json, GArray *operands)
{
  const LucidaKerasJson *history = _lucida_keras_history_of (json);
  LucidaKerasState state = LUCIDA_KERAS_READY;

  if (history)
    return add_tensor (self, history, operands);
  if (lucida_keras_json_is_list (json))
    {
      gboolean tensors = FALSE;

      for (guint i = 0; i < lucida_keras_json_length (json); i++)
        tensors |= _lucida_keras_history_of (lucida_keras_json_at (json, i)) != NULL
                   || lucida_keras_json_is_list (lucida_keras_json_at (json, i));
      if (tensors)
        {
          for (guint i = 0; state == LUCIDA_KERAS_READY && i < lucida_keras_json_length (json); i++)
            state = add_arguments (self, lucida_keras_json_at (json, i), operands);
          return state;
        }
    }
  {
    LucidaKerasOperand operand = { .tensor = { .value = -1 }, .constant = json };
    g_array_append_val (operands, operand);
  }
  return LUCIDA_KERAS_READY;
}

/* Whether every tensor among the named arguments is made. */
static LucidaKerasState
check_arguments (LucidaKerasModel *self, const LucidaKerasJson *json)
{
  LucidaKerasTensor tensor;
  LucidaKerasState state = LUCIDA_KERAS_READY;

  if (_lucida_keras_is_reference (json)
      && g_hash_table_contains (self->by_name,
                                lucida_keras_json_text (lucida_keras_json_at (json, 0), NULL)))
    return _lucida_keras_find_tensor (self, json, &tensor) ? LUCIDA_KERAS_READY
                                                           : LUCIDA_KERAS_WAITING;
  for (guint i = 0; state == LUCIDA_KERAS_READY && i < lucida_keras_json_length (json); i++)
    state = check_arguments (self, lucida_keras_json_at (json, i));
  return state;
}

/* What call @i of @member is called with: Keras 2's [[name, call, output, {…}], …], one bracket
 * less for operations, or Keras 3's {args, kwargs}. */
LucidaKerasState
_lucida_keras_read_call (LucidaKerasModel *self, LucidaKerasMember *member, guint i,
                         GArray *operands, const LucidaKerasJson **arguments)
{
  const LucidaKerasJson *call = call_of (member, i);
  LucidaKerasState state = LUCIDA_KERAS_READY;

  *arguments = NULL;
  if (lucida_keras_json_is_object (call))
    {
      const LucidaKerasJson *list = lucida_keras_json_get (call, "args");

      *arguments = lucida_keras_json_get (call, "kwargs");
      for (guint k = 0; state == LUCIDA_KERAS_READY && k < lucida_keras_json_length (list); k++)
        state = add_arguments (self, lucida_keras_json_at (list, k), operands);
    }
  else if (_lucida_keras_is_reference (call))
    {
      *arguments = lucida_keras_json_at (call, 3);
      state = add_tensor (self, call, operands);
    }
  else
    for (guint k = 0; state == LUCIDA_KERAS_READY && k < lucida_keras_json_length (call); k++)
      {
        const LucidaKerasJson *reference = lucida_keras_json_at (call, k);

        if (!_lucida_keras_is_reference (reference))
          return LUCIDA_KERAS_BROKEN;
        if (!*arguments)
          *arguments = lucida_keras_json_at (reference, 3);
        state = add_tensor (self, reference, operands);
      }
  return state == LUCIDA_KERAS_READY ? check_arguments (self, *arguments) : state;
}
