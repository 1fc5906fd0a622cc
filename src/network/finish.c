#include "network/network.h"

#include "base/error.h"
#include "network/network-private.h"
#include "network/node-private.h"

/* lucida_network_finish(): from what a reader added to a graph that can be relied on. */

static gboolean
corrupt (GError **error, const char *format, const char *a)
{
  g_autofree char *text = g_strdup_printf (format, a && *a ? a : "(no name)");

  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, text);
  return FALSE;
}

static gboolean
find_producers (LucidaNetwork *self, GError **error)
{
  for (guint i = 0; i < self->values->len; i++)
    _lucida_network_value (self, (int) i)->producer = -1;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const LucidaNode *node = lucida_network_get_node (self, (int) i);

      for (int o = 0; o < lucida_node_get_n_outputs (node); o++)
        {
          int index = lucida_node_get_output (node, o);
          LucidaValue *value;

          if (index == LUCIDA_NO_VALUE)
            continue;
          value = _lucida_network_value (self, index);
          if (value->producer >= 0 || value->constant || index == self->input)
            return corrupt (error, "the network makes the tensor “%s” twice", value->name);
          value->producer = (int) i;
        }
    }
  return TRUE;
}

/* Depth-first from the output without recursion: a node is emitted after all it reads. What is
 * never reached is not needed. Among the nodes a node reads, earlier inputs come first, so that the
 * order of the file is kept where the graph leaves a choice. */
static gboolean
sort_nodes (LucidaNetwork *self, GError **error)
{
  enum
  {
    UNSEEN,
    OPEN,
    DONE
  };
  guint n = self->nodes->len;
  g_autofree guint8 *state = g_new0 (guint8, n);
  g_autofree int *next = g_new0 (int, n);
  g_autofree int *order = g_new (int, n);
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));
  guint n_sorted = 0;
  int producer = lucida_network_get_producer (self, self->output);

  if (producer < 0)
    {
      if (self->output == self->input)
        return corrupt (error, "the network has no operators%s", " ");
      return corrupt (error, "the network's output “%s” is made by no operator",
                      lucida_network_get_value_name (self, self->output));
    }
  g_array_append_val (stack, producer);
  state[producer] = OPEN;
  while (stack->len > 0)
    {
      int top = g_array_index (stack, int, stack->len - 1);
      const LucidaNode *node = lucida_network_get_node (self, top);

      if (next[top] < lucida_node_get_n_inputs (node))
        {
          int input = lucida_node_get_input (node, next[top]++);
          int maker = lucida_network_get_producer (self, input);

          if (input == LUCIDA_NO_VALUE)
            continue;
          if (maker < 0)
            {
              if (input != self->input && !lucida_network_get_constant (self, input))
                return corrupt (error, "the tensor “%s” is used but made by no operator",
                                lucida_network_get_value_name (self, input));
            }
          else if (state[maker] == OPEN)
            return corrupt (error, "the network's graph runs in a circle at “%s”",
                            lucida_node_get_name (node));
          else if (state[maker] == UNSEEN)
            {
              state[maker] = OPEN;
              g_array_append_val (stack, maker);
            }
          continue;
        }
      state[top] = DONE;
      order[n_sorted++] = top;
      g_array_set_size (stack, stack->len - 1);
    }

  {
    /* keep the file's order where it already is topological: it is the one people know */
    g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
    gboolean in_order = TRUE;

    for (guint i = 0; i < n; i++)
      {
        const LucidaNode *node = lucida_network_get_node (self, (int) i);

        for (int k = 0; state[i] == DONE && k < lucida_node_get_n_inputs (node); k++)
          if (lucida_network_get_producer (self, lucida_node_get_input (node, k)) > (int) i)
            in_order = FALSE;
      }
    for (guint i = 0; i < n; i++)
      {
        guint from = in_order ? i : i < n_sorted ? (guint) order[i] : n;

        if (from < n && state[from] == DONE)
          g_ptr_array_add (sorted, g_ptr_array_index (self->nodes, from));
      }
    for (guint i = 0; i < n; i++)
      if (state[i] != DONE)
        _lucida_node_free (g_ptr_array_index (self->nodes, i));
    g_ptr_array_set_free_func (self->nodes, NULL);
    g_ptr_array_set_size (self->nodes, 0);
    g_ptr_array_set_free_func (self->nodes, (GDestroyNotify) _lucida_node_free);
    for (guint i = 0; i < sorted->len; i++)
      g_ptr_array_add (self->nodes, g_ptr_array_index (sorted, i));
  }
  return TRUE;
}

static void
find_consumers (LucidaNetwork *self)
{
  g_autofree int *last = g_new (int, self->values->len);
  int pass;

  for (guint v = 0; v < self->values->len; v++)
    {
      g_clear_pointer (&_lucida_network_value (self, (int) v)->consumers, g_free);
      _lucida_network_value (self, (int) v)->n_consumers = 0;
    }
  /* first count, then fill; a node that reads a value twice is listed once */
  for (pass = 0; pass < 2; pass++)
    {
      for (guint v = 0; v < self->values->len; v++)
        {
          LucidaValue *value = _lucida_network_value (self, (int) v);

          last[v] = -1;
          if (pass == 1)
            {
              value->consumers = g_new (int, MAX (value->n_consumers, 1));
              value->n_consumers = 0;
            }
        }
      for (guint i = 0; i < self->nodes->len; i++)
        {
          const LucidaNode *node = lucida_network_get_node (self, (int) i);

          for (int k = 0; k < lucida_node_get_n_inputs (node); k++)
            {
              int input = lucida_node_get_input (node, k);
              LucidaValue *value;

              if (input == LUCIDA_NO_VALUE || last[input] == (int) i)
                continue;
              last[input] = (int) i;
              value = _lucida_network_value (self, input);
              if (pass == 1)
                value->consumers[value->n_consumers] = (int) i;
              value->n_consumers++;
            }
        }
    }
}

/* Two layers of one name get "_1", "_2"… from the second on, as PyTorch and Keras do, but never a
 * name that another layer has by itself. */
static void
make_names_unique (LucidaNetwork *self)
{
  g_autoptr (GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) uses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->nodes->len; i++)
    g_hash_table_add (given, g_strdup (lucida_node_get_name (self->nodes->pdata[i])));
  for (guint i = 0; i < self->nodes->len; i++)
    {
      LucidaNode *node = self->nodes->pdata[i];
      g_autofree char *name = g_strdup (lucida_node_get_name (node));
      guint use = GPOINTER_TO_UINT (g_hash_table_lookup (uses, name));

      if (use > 0)
        {
          g_autofree char *unique = g_strdup_printf ("%s_%u", name, use);

          while (!g_hash_table_add (given, g_strdup (unique)))
            {
              g_free (unique);
              unique = g_strdup_printf ("%s_%u", name, ++use);
            }
          lucida_node_set_name (node, unique);
        }
      g_hash_table_replace (uses, g_steal_pointer (&name), GUINT_TO_POINTER (use + 1));
    }
}

gboolean
lucida_network_finish (LucidaNetwork *self, GError **error)
{
  if (self->input < 0)
    return corrupt (error, "the network has no input%s", " ");
  if (self->output < 0)
    return corrupt (error, "the network has no output%s", " ");
  if (!find_producers (self, error) || !sort_nodes (self, error) || !find_producers (self, error))
    return FALSE;
  find_consumers (self);
  make_names_unique (self);
  return TRUE;
}
