#include "readers/onnx/onnx-private.h"

#include <string.h>

/* Where a node stands in the modules of the program that wrote it. */
typedef struct
{
  char *scope;      /* (nullable) "layer1.0.conv1"; "" outside of every module */
  const char *tail; /* what follows it: "Conv", "Relu_1", "add_1" */
} Place;

static void
place_clear (gpointer data)
{
  Place *place = data;

  g_free (place->scope);
}

/* "/layer1/layer1.0/conv1/Conv" → "layer1.0.conv1" and "Conv": a part that begins with the part
 * before it and a dot replaces that part, any other is appended. */
static void
read_path (const char *name, Place *place)
{
  g_auto (GStrv) parts = g_strsplit (name + 1, "/", -1);
  guint n = g_strv_length (parts);
  g_autoptr (GString) scope = g_string_new (NULL);
  gsize last = 0; /* where the part before begins */

  for (guint i = 0; i + 1 < n; i++)
    {
      gsize before = scope->len - last;

      if (i > 0 && strncmp (parts[i], scope->str + last, before) == 0 && parts[i][before] == '.')
        g_string_truncate (scope, last);
      else if (i > 0)
        {
          g_string_append_c (scope, '.');
          last = scope->len;
        }
      g_string_append (scope, parts[i]);
    }
  place->scope = g_string_free (g_steal_pointer (&scope), FALSE);
  place->tail = strrchr (name, '/') + 1;
}

/* "['', 'features', 'features.0', 'conv2d']" → "features.0" and "conv2d". */
static void
read_scopes (LucidaOnnxModel *model, const char *text, Place *place)
{
  g_autofree char *before = g_strdup (""), *last = g_strdup ("");

  for (const char *c = text; *c;)
    {
      const char *end;

      if (*c != '\'' && *c != '"')
        {
          c++;
          continue;
        }
      end = strchr (c + 1, *c);
      if (!end)
        break;
      g_free (before);
      before = g_steal_pointer (&last);
      last = g_strndup (c + 1, (gsize) (end - c - 1));
      c = end + 1;
    }
  place->scope = g_steal_pointer (&before);
  place->tail = lucida_onnx_keep (model, last);
}

/* Whether a name is a number, or only the operator and a number, as exporters make them up. */
static gboolean
says_nothing (const LucidaOnnxNode *node)
{
  const char *rest = node->name;
  gsize length = strlen (node->op);

  if (g_str_has_prefix (rest, "node_"))
    return TRUE;
  if (g_str_has_prefix (rest, node->op) && (rest[length] == '_' || rest[length] == '\0'))
    rest += length + (rest[length] == '_');
  while (g_ascii_isdigit (*rest))
    rest++;
  return *rest == '\0';
}

/* The module that the node's weights are named after. (transfer full) (nullable) */
static char *
weight_prefix (const LucidaOnnxNode *node, GHashTable *weights)
{
  static const char *const weighted[] = { "Conv",
                                          "ConvTranspose",
                                          "Gemm",
                                          "MatMul",
                                          "Add",
                                          "PRelu",
                                          "BatchNormalization",
                                          "LayerNormalization",
                                          "InstanceNormalization",
                                          "GroupNormalization",
                                          NULL };
  static const char *const suffixes[] = { ".weight", ".bias", ".running_mean" };

  if (!g_strv_contains (weighted, node->op))
    return NULL;
  for (guint i = 0; i < node->inputs->len; i++)
    {
      const char *input = g_ptr_array_index (node->inputs, i);

      if (!g_hash_table_contains (weights, input))
        continue;
      for (gsize k = 0; k < G_N_ELEMENTS (suffixes); k++)
        if (g_str_has_suffix (input, suffixes[k]) && strlen (input) > strlen (suffixes[k]))
          return g_strndup (input, strlen (input) - strlen (suffixes[k]));
    }
  return NULL;
}

/* Of several nodes in one module the one that stands for it: the first with weights of its own,
 * else the last. */
static gboolean
stands_for_module (const LucidaOnnxNode *node)
{
  static const char *const ops[] = { "Conv",
                                     "ConvTranspose",
                                     "Gemm",
                                     "BatchNormalization",
                                     "LayerNormalization",
                                     "InstanceNormalization",
                                     "GroupNormalization",
                                     NULL };

  return g_strv_contains (ops, node->op);
}

/* Every scope that holds another one. Keys are owned. */
static GHashTable *
find_containers (GArray *places)
{
  GHashTable *containers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < places->len; i++)
    {
      const char *scope = g_array_index (places, Place, i).scope;

      for (const char *dot = scope ? strchr (scope, '.') : NULL; dot; dot = strchr (dot + 1, '.'))
        g_hash_table_add (containers, g_strndup (scope, (gsize) (dot - scope)));
    }
  return containers;
}

/* Scope → index of the node that stands for it, one based. */
static GHashTable *
find_leaders (const LucidaOnnxModel *model, GArray *places)
{
  GHashTable *leaders = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < places->len; i++)
    {
      const char *scope = g_array_index (places, Place, i).scope;
      guint former = scope ? GPOINTER_TO_UINT (g_hash_table_lookup (leaders, scope)) : 0;

      if (scope
          && (former == 0 || !stands_for_module (g_ptr_array_index (model->nodes, former - 1))))
        g_hash_table_insert (leaders, (gpointer) scope, GUINT_TO_POINTER (i + 1));
    }
  return leaders;
}

GPtrArray *
_lucida_onnx_names (const LucidaOnnxModel *model)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) places = g_array_new (FALSE, TRUE, sizeof (Place));
  g_autoptr (GHashTable) weights = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) containers = NULL;
  g_autoptr (GHashTable) leaders = NULL;

  g_array_set_clear_func (places, place_clear);
  for (guint i = 0; i < model->initializers->len; i++)
    g_hash_table_add (
        weights,
        (gpointer) ((LucidaOnnxInitializer *) g_ptr_array_index (model->initializers, i))->name);
  g_array_set_size (places, model->nodes->len);
  for (guint i = 0; i < model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (model->nodes, i);
      Place *place = &g_array_index (places, Place, i);

      if (node->scopes)
        read_scopes ((LucidaOnnxModel *) model, node->scopes, place);
      else if (node->name[0] == '/')
        read_path (node->name, place);
    }
  containers = find_containers (places);
  leaders = find_leaders (model, places);
  for (guint i = 0; i < model->nodes->len; i++)
    {
      const LucidaOnnxNode *node = g_ptr_array_index (model->nodes, i);
      const Place *place = &g_array_index (places, Place, i);
      guint number = GPOINTER_TO_UINT (g_hash_table_lookup (counts, node->op));
      char *name = NULL;

      g_hash_table_insert (counts, (gpointer) node->op, GUINT_TO_POINTER (number + 1));
      if (place->scope && *place->scope)
        name = !g_hash_table_contains (containers, place->scope)
                       && GPOINTER_TO_UINT (g_hash_table_lookup (leaders, place->scope)) == i + 1
                   ? g_strdup (place->scope)
                   : g_strconcat (place->scope, ".", place->tail, NULL);
      else if (place->scope && *place->tail)
        name = g_strdup (place->tail);
      else if (says_nothing (node))
        name = weight_prefix (node, weights);
      if (!name)
        name = *node->name ? g_strdup (node->name) : g_strdup_printf ("%s_%u", node->op, number);
      g_ptr_array_add (names, name);
    }
  return names;
}
