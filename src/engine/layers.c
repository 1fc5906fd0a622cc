#include "base/error.h"
#include "engine/plan-private.h"
#include "network/summary.h"

#include <string.h>

/* The layer table, the default layer, and what a layer's name means. */

typedef struct
{
  LucidaPlan *plan;
  gboolean *run;  /* [n_nodes] nodes that are run for a picture */
  int *activated; /* [n_values] the activated output that follows a value, or the value itself */
} Table;

static const LucidaNode *
node_at (const Table *table, int index)
{
  return lucida_network_get_node (table->plan->network, index);
}

static gboolean
is_constant (const Table *table, int value)
{
  return value == LUCIDA_NO_VALUE || table->plan->values[value].constant;
}

static gboolean
is_scalar (const Table *table, int value)
{
  return value == LUCIDA_NO_VALUE
         || (table->plan->values[value].constant
             && lucida_tensor_get_count (table->plan->values[value].constant) == 1);
}

/* The nodes that are run and read @value; at most @most are stored. Returns how many there are. */
static int
readers_of (const Table *table, int value, int *readers, int most)
{
  int n, count = 0;
  const int *consumers = lucida_network_get_consumers (table->plan->network, value, &n);

  for (int i = 0; i < n; i++)
    if (table->run[consumers[i]])
      {
        if (count < most)
          readers[count] = consumers[i];
        count++;
      }
  if (value == table->plan->logits)
    count++;
  return count;
}

static LucidaOpFlags
flags_of (const Table *table, int node)
{
  return lucida_op_find (lucida_node_get_op (node_at (table, node)))->flags;
}

static gboolean
op_is (const Table *table, int node, const char *op)
{
  return node >= 0 && strcmp (lucida_node_get_op (node_at (table, node)), op) == 0;
}

/* Functions that bend: without one of them a group of operators is no activation. */
static gboolean
bends (const Table *table, int node)
{
  return (flags_of (table, node) & LUCIDA_OP_ACTIVATION) || op_is (table, node, "Erf")
         || op_is (table, node, "Tanh") || op_is (table, node, "Exp");
}

/* Nodes of a group that together spell one activation function. */
#define MAX_GROUP 12

typedef struct
{
  int nodes[MAX_GROUP];
  int n;
  int values[MAX_GROUP + 1]; /* the first is the input, the others the nodes' outputs */
} Group;

static gboolean
group_has_value (const Group *group, int value)
{
  for (int i = 0; i <= group->n; i++)
    if (group->values[i] == value)
      return TRUE;
  return FALSE;
}

static gboolean
group_has_node (const Group *group, int node)
{
  for (int i = 0; i < group->n; i++)
    if (group->nodes[i] == node)
      return TRUE;
  return FALSE;
}

/* The first node outside the group that reads only from it (and scalars). -1: none. */
static int
group_next (const Table *table, const Group *group)
{
  int best = -1;

  for (int i = 0; i <= group->n; i++)
    {
      int readers[MAX_GROUP];
      int n = MIN (readers_of (table, group->values[i], readers, MAX_GROUP), MAX_GROUP);

      if (group->values[i] == table->plan->logits)
        continue;
      for (int r = 0; r < n; r++)
        {
          const LucidaNode *node = node_at (table, readers[r]);
          gboolean fits = (flags_of (table, readers[r]) & LUCIDA_OP_POINTWISE) != 0
                          && !group_has_node (group, readers[r]) && (best < 0 || readers[r] < best);

          for (int k = 0; fits && k < lucida_node_get_n_inputs (node); k++)
            fits = is_scalar (table, lucida_node_get_input (node, k))
                   || group_has_value (group, lucida_node_get_input (node, k));
          if (fits)
            best = readers[r];
        }
    }
  return best;
}

/* Whether everything but the last value stays inside. */
static gboolean
group_is_closed (const Table *table, const Group *group)
{
  for (int i = 0; i < group->n; i++)
    {
      int readers[MAX_GROUP];
      int n = readers_of (table, group->values[i], readers, MAX_GROUP);

      if (n > MAX_GROUP || group->values[i] == table->plan->logits)
        return FALSE;
      for (int r = 0; r < n; r++)
        if (!group_has_node (group, readers[r]))
          return FALSE;
    }
  return TRUE;
}

/* x·sigmoid(x), x·relu6(x + 3)/6, 0.5·x·(1 + erf(x/√2)) …: the value at the end, or -1. */
static int
spelled_activation (const Table *table, int value)
{
  Group group = { .values = { value } };
  gboolean bent = FALSE;
  int next;

  while (group.n < MAX_GROUP && (next = group_next (table, &group)) >= 0)
    {
      if (lucida_node_get_n_outputs (node_at (table, next)) != 1)
        return -1;
      bent |= bends (table, next);
      group.nodes[group.n++] = next;
      group.values[group.n] = lucida_node_get_output (node_at (table, next), 0);
      if (bent && group_is_closed (table, &group))
        {
          int last = group.values[group.n], reader = -1;

          /* a factor at the end (÷ 6, × 0.5) belongs to it */
          if (readers_of (table, last, &reader, 1) == 1 && last != table->plan->logits
              && (op_is (table, reader, "Mul") || op_is (table, reader, "Div"))
              && is_scalar (
                  table, lucida_node_get_input (
                             node_at (table, reader),
                             lucida_node_get_input (node_at (table, reader), 0) == last ? 1 : 0)))
            last = lucida_node_get_output (node_at (table, reader), 0);
          return last;
        }
    }
  return -1;
}

/* The activated output that follows @value: past batch norm, bias and changes of layout to the
 * activation, as long as nothing branches off; @value itself where there is none. */
static int
find_activated (const Table *table, int value)
{
  int at = value;

  for (int hop = 0; hop < 8; hop++)
    {
      int reader = -1, n = readers_of (table, at, &reader, 1), spelled;
      const LucidaNode *node;

      if (n == 0 || at == table->plan->logits)
        return value;
      if (n > 1)
        {
          spelled = spelled_activation (table, at);
          return spelled < 0 ? value : spelled;
        }
      node = node_at (table, reader);
      if (lucida_node_get_n_outputs (node) < 1)
        return value;
      if (flags_of (table, reader) & LUCIDA_OP_ACTIVATION)
        return lucida_node_get_output (node, 0);
      if ((flags_of (table, reader) & LUCIDA_OP_NORMALIZATION) || op_is (table, reader, "Identity")
          || op_is (table, reader, "Transpose") || op_is (table, reader, "Dropout"))
        {
          if (lucida_node_get_input (node, 0) != at)
            return value;
        }
      else if (op_is (table, reader, "Add") || op_is (table, reader, "Sub")
               || op_is (table, reader, "Mul") || op_is (table, reader, "Div"))
        {
          /* a bias or a folded scale, not a branch */
          if (!is_constant (table, lucida_node_get_input (node, 0))
              && !is_constant (table, lucida_node_get_input (node, 1)))
            return value;
        }
      else
        return value;
      at = lucida_node_get_output (node, 0);
    }
  return value;
}

static gboolean
has_space (const Table *table, int value)
{
  int channels, height, width;

  return lucida_plan_get_size (table->plan, value, &channels, &height, &width)
         && height * (gint64) width > 1;
}

/* Whether @value comes from a convolution through its normalisation, bias and layout alone. */
static gboolean
comes_from_convolution (const Table *table, int value)
{
  for (int hop = 0; hop < 16; hop++)
    {
      int producer = lucida_network_get_producer (table->plan->network, value), from = -1;
      const LucidaNode *node;

      if (producer < 0)
        return FALSE;
      if (op_is (table, producer, "Conv") || op_is (table, producer, "ConvTranspose"))
        return TRUE;
      node = node_at (table, producer);
      if (!(flags_of (table, producer) & (LUCIDA_OP_POINTWISE | LUCIDA_OP_NORMALIZATION))
          && !op_is (table, producer, "Identity") && !op_is (table, producer, "Transpose"))
        return FALSE;
      for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
        if (!is_constant (table, lucida_node_get_input (node, i)))
          {
            if (from >= 0)
              return FALSE;
            from = lucida_node_get_input (node, i);
          }
      if (from < 0)
        return FALSE;
      value = from;
    }
  return FALSE;
}

/* docs/maps.md: made by a convolution, its normalisation or activation, an addition or a
 * concatenation, not by pooling, gating, reshaping or padding. */
static gboolean
is_default_candidate (const Table *table, int node, int value)
{
  int varying = 0;

  if (!has_space (table, value))
    return FALSE;
  for (int v = 0; v < lucida_network_get_n_values (table->plan->network); v++)
    if (table->activated[v] == value && v != value)
      return TRUE;
  for (int i = 0; i < lucida_node_get_n_inputs (node_at (table, node)); i++)
    varying += !is_constant (table, lucida_node_get_input (node_at (table, node), i));
  if (op_is (table, node, "Conv") || op_is (table, node, "ConvTranspose"))
    return TRUE;
  if (op_is (table, node, "Add") || op_is (table, node, "Sum"))
    return varying > 1 || comes_from_convolution (table, value);
  if (op_is (table, node, "Concat"))
    return varying > 1;
  return (flags_of (table, node) & LUCIDA_OP_NORMALIZATION) != 0
         || ((flags_of (table, node) & LUCIDA_OP_ACTIVATION)
             && comes_from_convolution (table, value));
}

static void
find_stages (Table *table)
{
  LucidaPlan *plan = table->plan;

  for (guint s = 0; s < plan->steps->len; s++)
    {
      const LucidaNode *node = node_at (table, g_array_index (plan->steps, PlanStep, s).node);

      for (int o = 0; o < lucida_node_get_n_outputs (node); o++)
        {
          int value = lucida_node_get_output (node, o), c, h, w;
          gint64 key;
          guint stage;

          if (value == LUCIDA_NO_VALUE || !lucida_plan_get_size (plan, value, &c, &h, &w)
              || h * (gint64) w <= 1)
            continue;
          key = (gint64) h << 32 | w;
          for (stage = 0; stage < plan->stages->len; stage++)
            if (g_array_index (plan->stages, gint64, stage) == key)
              break;
          if (stage == plan->stages->len)
            g_array_append_val (plan->stages, key);
          plan->values[value].stage = (int) stage;
        }
    }
}

/* The parameters of a layer's inner part count as the layer's. */
static void
add_to_owner (LucidaPlan *plan, const char *name, gint64 parameters)
{
  LucidaLayer *owner = NULL;
  gsize longest = 0;

  for (guint i = 0; parameters > 0 && i < plan->layers->len; i++)
    {
      LucidaLayer *layer = &g_array_index (plan->layers, LucidaLayer, i);
      gsize n = strlen (layer->name);

      if (n > longest && strncmp (name, layer->name, n) == 0 && name[n] == '/')
        {
          owner = layer;
          longest = n;
        }
    }
  if (owner)
    owner->parameters += parameters;
}

static void
list_layers (Table *table)
{
  static const char *const silent[] = { "Identity", "Cast", "Dropout", "Constant" };
  LucidaPlan *plan = table->plan;
  g_autofree LucidaParameters *parameters = lucida_network_count_node_parameters (plan->network);

  for (guint s = 0; s < plan->steps->len; s++)
    {
      int index = g_array_index (plan->steps, PlanStep, s).node;
      const LucidaNode *node = node_at (table, index);
      int raw = lucida_node_get_output (node, 0);
      gboolean quiet = FALSE;
      LucidaLayer layer
          = { .name = lucida_node_get_name (node),
              .op = lucida_node_get_op (node),
              .raw_value = raw,
              .value = raw,
              .parameters = parameters[index].trainable + parameters[index].non_trainable };

      for (gsize i = 0; i < G_N_ELEMENTS (silent); i++)
        quiet |= op_is (table, index, silent[i]);
      if (quiet || raw == LUCIDA_NO_VALUE || lucida_node_get_internal (node))
        continue;
      if (op_is (table, index, "Conv") || op_is (table, index, "ConvTranspose"))
        layer.value = table->activated[raw];
      layer.tensor = lucida_network_get_value_name (plan->network, layer.value);
      if (!lucida_plan_get_size (plan, layer.value, &layer.channels, &layer.height, &layer.width)
          || layer.height * (gint64) layer.width <= 1)
        {
          const LucidaShape *shape = &plan->values[layer.value].shape;
          gint64 count = lucida_shape_count (shape);

          layer.height = layer.width = 0;
          layer.channels = (int) MIN (count, G_MAXINT);
        }
      layer.explainable = layer.height > 0 && lucida_plan_is_explainable (plan, layer.value);
      layer.stage = plan->values[layer.value].stage;
      g_array_append_val (plan->layers, layer);
    }
  for (guint s = 0; s < plan->steps->len; s++)
    {
      int index = g_array_index (plan->steps, PlanStep, s).node;

      if (lucida_node_get_internal (node_at (table, index)))
        add_to_owner (plan, lucida_node_get_name (node_at (table, index)),
                      parameters[index].trainable + parameters[index].non_trainable);
    }
}

/* The table's row for a tensor: the one of that name, else the node that makes it, else a
 * convolution that is activated into it. */
static int
row_of_value (const LucidaPlan *plan, int value)
{
  const char *name = lucida_network_get_value_name (plan->network, value);
  int best = -1, rank = 0;

  for (guint i = 0; i < plan->layers->len; i++)
    {
      const LucidaLayer *layer = &g_array_index (plan->layers, LucidaLayer, i);
      int here = 0;

      if (layer->value != value)
        continue;
      here = g_strcmp0 (layer->name, name) == 0 ? 3 : layer->raw_value == value ? 2 : 1;
      /* the convolution that makes the class maps stands for its activation */
      if (layer->raw_value != value && layer->channels == plan->n_classes)
        here = 4;
      if (here > rank)
        {
          best = (int) i;
          rank = here;
        }
    }
  return best;
}

static int
find_default (const Table *table)
{
  LucidaPlan *plan = table->plan;

  for (guint s = plan->steps->len; s-- > 0;)
    {
      int index = g_array_index (plan->steps, PlanStep, s).node;
      int value = lucida_node_get_output (node_at (table, index), 0);

      if (value != LUCIDA_NO_VALUE && lucida_plan_is_explainable (plan, value)
          && is_default_candidate (table, index, value))
        {
          int row = row_of_value (plan, table->activated[value]);

          if (row >= 0)
            return row;
        }
    }
  /* no layer of that kind: the last one there is */
  for (guint i = plan->layers->len; i-- > 0;)
    if (g_array_index (plan->layers, LucidaLayer, i).explainable)
      return (int) i;
  return -1;
}

void
_lucida_plan_find_layers (LucidaPlan *self)
{
  int n_values = lucida_network_get_n_values (self->network);
  g_autofree gboolean *run = g_new0 (gboolean, lucida_network_get_n_nodes (self->network));
  g_autofree int *activated = g_new (int, n_values);
  Table table = { self, run, activated };

  for (guint s = 0; s < self->steps->len; s++)
    run[g_array_index (self->steps, PlanStep, s).node] = TRUE;
  for (int v = 0; v < n_values; v++)
    activated[v] = v;
  for (int v = 0; v < n_values; v++)
    if (self->values[v].scored && has_space (&table, v)
        && lucida_network_get_producer (self->network, v) >= 0)
      activated[v] = find_activated (&table, v);
  find_stages (&table);
  list_layers (&table);
  self->default_layer = find_default (&table);
}

const LucidaLayer *
lucida_plan_get_layers (const LucidaPlan *self, int *n)
{
  *n = (int) self->layers->len;
  return (const LucidaLayer *) (void *) self->layers->data;
}

int
lucida_plan_get_default_layer (const LucidaPlan *self)
{
  return self->default_layer;
}

gboolean
lucida_plan_is_explainable (const LucidaPlan *self, int value)
{
  int channels, height, width;

  return self->values[value].scored && self->values[value].element == LUCIDA_FLOAT32
         && value != lucida_network_get_input (self->network)
         && lucida_plan_get_size (self, value, &channels, &height, &width)
         && height * (gint64) width > 1;
}

int
lucida_plan_get_stage (const LucidaPlan *self, int value)
{
  return self->values[value].stage;
}

int
lucida_plan_get_n_stages (const LucidaPlan *self)
{
  return (int) self->stages->len;
}
