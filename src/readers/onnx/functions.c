#include "readers/onnx/onnx-private.h"

#include "base/error.h"

#define MAX_DEPTH 16 /* of functions that call functions */

/* One call that is being replaced. */
typedef struct
{
  LucidaOnnxModel *model;
  const LucidaOnnxFunction *function;
  const LucidaOnnxNode *caller;
  GHashTable *names;  /* name inside → name outside */
  const char *prefix; /* of the names that have no counterpart outside */
} Call;

static const LucidaOnnxFunction *
find_function (const LucidaOnnxModel *model, const LucidaOnnxNode *node)
{
  if (*node->domain == '\0')
    return NULL;
  for (guint i = 0; i < model->functions->len; i++)
    {
      const LucidaOnnxFunction *function = g_ptr_array_index (model->functions, i);

      if (g_str_equal (function->name, node->op) && g_str_equal (function->domain, node->domain))
        return function;
    }
  return NULL;
}

/* The name outside of the value @name inside. */
static const char *
translate (Call *call, const char *name)
{
  const char *outside = *name ? g_hash_table_lookup (call->names, name) : "";

  if (!outside)
    {
      g_autofree char *text = g_strconcat (call->prefix, "/", name, NULL);

      outside = lucida_onnx_keep (call->model, text);
      g_hash_table_insert (call->names, (gpointer) name, (gpointer) outside);
    }
  return outside;
}

/* The attribute that a reference inside stands for: the caller's, or the function's default. */
static const LucidaOnnxAttribute *
look_up_reference (const Call *call, const char *name)
{
  const LucidaOnnxAttribute *found = lucida_onnx_find (call->caller, name);

  for (guint i = 0; !found && i < call->function->defaults->len; i++)
    {
      const LucidaOnnxAttribute *attribute = g_ptr_array_index (call->function->defaults, i);
      if (g_str_equal (attribute->name, name))
        found = attribute;
    }
  return found;
}

/* @node as it stands outside of the function. */
static LucidaOnnxNode *
copy_node (Call *call, const LucidaOnnxNode *node, GError **error)
{
  LucidaOnnxNode *copy = lucida_onnx_node_new (call->model, node, error);
  g_autofree char *name = g_strconcat (call->prefix, "/", node->name, NULL);

  if (!copy)
    return NULL;
  copy->name = *node->name ? lucida_onnx_keep (call->model, name) : "";
  copy->opset = call->function->opset > 0 ? call->function->opset : call->caller->opset;
  for (guint i = 0; i < node->inputs->len; i++)
    g_ptr_array_add (copy->inputs,
                     (gpointer) translate (call, g_ptr_array_index (node->inputs, i)));
  for (guint i = 0; i < node->outputs->len; i++)
    g_ptr_array_add (copy->outputs,
                     (gpointer) translate (call, g_ptr_array_index (node->outputs, i)));
  for (guint i = 0; i < node->attributes->len; i++)
    {
      LucidaOnnxAttribute *attribute = g_ptr_array_index (node->attributes, i);
      const LucidaOnnxAttribute *meant
          = attribute->reference ? look_up_reference (call, attribute->reference) : attribute;

      if (!meant)
        continue;
      if (attribute->reference)
        {
          LucidaOnnxAttribute *renamed = lucida_onnx_attribute_copy (call->model, meant, error);

          if (!renamed)
            return NULL;
          renamed->name = attribute->name;
          meant = renamed;
        }
      g_ptr_array_add (copy->attributes, (gpointer) meant);
    }
  return copy;
}

static gboolean expand (LucidaOnnxModel *model, const LucidaOnnxNode *node, GPtrArray *nodes,
                        int depth, GError **error);

static gboolean
expand_call (Call *call, GPtrArray *nodes, int depth, GError **error)
{
  const LucidaOnnxFunction *function = call->function;
  const LucidaOnnxNode *caller = call->caller;

  for (guint i = 0; i < function->inputs->len; i++)
    g_hash_table_insert (call->names, g_ptr_array_index (function->inputs, i),
                         i < caller->inputs->len ? g_ptr_array_index (caller->inputs, i)
                                                 : (gpointer) "");
  for (guint i = 0; i < function->outputs->len && i < caller->outputs->len; i++)
    if (*(const char *) g_ptr_array_index (caller->outputs, i))
      g_hash_table_insert (call->names, g_ptr_array_index (function->outputs, i),
                           g_ptr_array_index (caller->outputs, i));
  for (guint i = 0; i < function->nodes->len; i++)
    {
      LucidaOnnxNode *copy = copy_node (call, g_ptr_array_index (function->nodes, i), error);

      if (!copy || !expand (call->model, copy, nodes, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

/* Appends @node to @nodes, or the nodes of the function that it calls. */
static gboolean
expand (LucidaOnnxModel *model, const LucidaOnnxNode *node, GPtrArray *nodes, int depth,
        GError **error)
{
  const LucidaOnnxFunction *function = find_function (model, node);
  g_autoptr (GHashTable) names = NULL;
  g_autofree char *prefix = NULL;
  gboolean good;
  Call call;

  if (!function)
    {
      g_ptr_array_add (nodes, (gpointer) node);
      return TRUE;
    }
  if (depth > MAX_DEPTH)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "its function “%s” calls itself, or functions are nested too deep",
                   function->name);
      return FALSE;
    }
  /* The first output's name is unique in the graph; a call's name need not be. */
  if (node->outputs->len > 0)
    prefix = g_strdup (g_ptr_array_index (node->outputs, 0));
  else
    prefix = g_strdup (node->name);
  names = g_hash_table_new (g_str_hash, g_str_equal);
  call = (Call){ model, function, node, names, prefix };
  good = expand_call (&call, nodes, depth, error);
  return good;
}

gboolean
_lucida_onnx_inline (LucidaOnnxModel *model, GError **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  if (model->functions->len == 0)
    return TRUE;
  for (guint i = 0; i < model->nodes->len; i++)
    if (!expand (model, g_ptr_array_index (model->nodes, i), nodes, 0, error))
      return FALSE;
  g_ptr_array_set_size (model->nodes, 0);
  g_ptr_array_extend (model->nodes, nodes, NULL, NULL);
  return TRUE;
}
