#include "network/summary.h"

#include <string.h>

/* Which constant inputs of an operator are parameters: trainable ones, and running statistics. */
typedef struct
{
  const char *op;
  guint trainable;  /* bit i: input i */
  guint statistics; /* bit i: input i, never trained */
} Role;

static const Role roles[] = {
  { "Conv", 1 << 1 | 1 << 2, 0 },
  { "ConvTranspose", 1 << 1 | 1 << 2, 0 },
  { "Gemm", 1 << 0 | 1 << 1 | 1 << 2, 0 },
  { "MatMul", 1 << 0 | 1 << 1, 0 },
  { "BatchNormalization", 1 << 1 | 1 << 2, 1 << 3 | 1 << 4 },
  { "LayerNormalization", 1 << 1 | 1 << 2, 0 },
  { "InstanceNormalization", 1 << 1 | 1 << 2, 0 },
  { "GroupNormalization", 1 << 1 | 1 << 2, 0 },
  { "PRelu", 1 << 1, 0 },
};

/* Biases and scales that are spelled as arithmetic: only where they hold more than one number. */
static const char *const arithmetic[] = { "Add", "Sub", "Mul", "Div" };

typedef struct
{
  const LucidaNetwork *network;
  guint8 *seen; /* [n_values] counted already */
} Count;

static const Role *
find_role (const char *op)
{
  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (strcmp (roles[i].op, op) == 0)
      return &roles[i];
  return NULL;
}

static gboolean
is_arithmetic (const char *op)
{
  for (gsize i = 0; i < G_N_ELEMENTS (arithmetic); i++)
    if (strcmp (arithmetic[i], op) == 0)
      return TRUE;
  return FALSE;
}

/* Counts the float constants behind @value once; through nodes that only turn, rename or dequantise
 * constants. 0 where it depends on the picture. */
static gint64
count_value (Count *count, int value, gint64 smallest)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GHashTable) visited = g_hash_table_new (NULL, NULL);
  gint64 total = 0;

  g_array_append_val (stack, value);
  while (stack->len > 0)
    {
      int v = g_array_index (stack, int, stack->len - 1);
      LucidaTensor *constant = lucida_network_get_constant (count->network, v);
      int producer = lucida_network_get_producer (count->network, v);

      g_array_set_size (stack, stack->len - 1);
      if (!g_hash_table_add (visited, GINT_TO_POINTER (v)))
        continue;
      if (constant)
        {
          if (lucida_tensor_get_element (constant) == LUCIDA_FLOAT32
              && lucida_tensor_get_count (constant) >= smallest)
            g_array_append_val (found, v);
        }
      else if (producer < 0)
        return 0;
      else
        {
          const LucidaNode *node = lucida_network_get_node (count->network, producer);

          for (int i = 0; i < lucida_node_get_n_inputs (node); i++)
            {
              int input = lucida_node_get_input (node, i);

              if (input != LUCIDA_NO_VALUE)
                g_array_append_val (stack, input);
            }
        }
    }
  for (guint i = 0; i < found->len; i++)
    {
      int v = g_array_index (found, int, i);

      if (!count->seen[v])
        total += lucida_tensor_get_count (lucida_network_get_constant (count->network, v));
      count->seen[v] = 1;
    }
  return total;
}

LucidaParameters *
lucida_network_count_node_parameters (const LucidaNetwork *self)
{
  int n = lucida_network_get_n_nodes (self);
  LucidaParameters *counts = g_new0 (LucidaParameters, n);
  g_autofree guint8 *seen = g_new0 (guint8, lucida_network_get_n_values (self));
  Count count = { self, seen };

  for (int i = 0; i < n; i++)
    {
      const LucidaNode *node = lucida_network_get_node (self, i);
      const char *op = lucida_node_get_op (node);
      const Role *role = find_role (op);
      gboolean scales = is_arithmetic (op);

      for (int k = 0; k < lucida_node_get_n_inputs (node); k++)
        {
          int input = lucida_node_get_input (node, k);
          gboolean statistic = role && (role->statistics >> k & 1);
          gint64 found;

          if (input == LUCIDA_NO_VALUE
              || !(scales || statistic || (role && (role->trainable >> k & 1))))
            continue;
          found = count_value (&count, input, scales ? 2 : 1);
          if (statistic || !lucida_node_get_trainable (node))
            counts[i].non_trainable += found;
          else
            counts[i].trainable += found;
        }
    }
  return counts;
}

LucidaParameters
lucida_network_count_parameters (const LucidaNetwork *self)
{
  g_autofree LucidaParameters *counts = lucida_network_count_node_parameters (self);
  LucidaParameters sum = { 0 };

  for (int i = 0; i < lucida_network_get_n_nodes (self); i++)
    {
      sum.trainable += counts[i].trainable;
      sum.non_trainable += counts[i].non_trainable;
    }
  return sum;
}
