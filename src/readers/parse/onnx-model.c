#include "readers/parse/onnx-model.h"

#include "base/error.h"
#include "readers/parse/onnx-model-private.h"

/* A file of n bytes can name about n/2 empty things; each costs some hundred bytes here. */
#define MAX_THINGS 1000000
#define NODE_COST 8 /* things that a node counts as: itself, its lists and what frees them */

typedef struct
{
  gpointer thing;
  GDestroyNotify destroy;
} Owned;

gboolean
_lucida_onnx_spend (LucidaOnnxModel *self, guint things, GError **error)
{
  if (self->budget >= things)
    {
      self->budget -= things;
      return TRUE;
    }
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
               "it lists more than %d nodes, names and values", MAX_THINGS / NODE_COST);
  return FALSE;
}

gpointer
_lucida_onnx_own (LucidaOnnxModel *self, gpointer thing, GDestroyNotify destroy)
{
  Owned owned = { thing, destroy };

  g_array_append_val (self->owned, owned);
  return thing;
}

GPtrArray *
_lucida_onnx_new_list (LucidaOnnxModel *self)
{
  return _lucida_onnx_own (self, g_ptr_array_new (), (GDestroyNotify) g_ptr_array_unref);
}

LucidaOnnxModel *
_lucida_onnx_model_new (void)
{
  LucidaOnnxModel *self = g_new0 (LucidaOnnxModel, 1);

  self->owned = g_array_new (FALSE, FALSE, sizeof (Owned));
  self->strings = g_string_chunk_new (4096);
  self->budget = MAX_THINGS;
  self->producer = self->graph_name = "";
  self->nodes = _lucida_onnx_new_list (self);
  self->initializers = _lucida_onnx_new_list (self);
  self->inputs = _lucida_onnx_new_list (self);
  self->outputs = _lucida_onnx_new_list (self);
  self->values = _lucida_onnx_new_list (self);
  self->functions = _lucida_onnx_new_list (self);
  self->metadata = _lucida_onnx_new_list (self);
  return self;
}

void
lucida_onnx_model_free (LucidaOnnxModel *self)
{
  for (guint i = self->owned->len; i > 0; i--)
    {
      Owned *owned = &g_array_index (self->owned, Owned, i - 1);
      owned->destroy (owned->thing);
    }
  g_array_unref (self->owned);
  g_string_chunk_free (self->strings);
  g_free (self);
}

const char *
lucida_onnx_keep (LucidaOnnxModel *self, const char *text)
{
  return g_string_chunk_insert (self->strings, text);
}

/* Bytes that are no text are replaced; a field of a number's kind is the empty string. */
const char *
_lucida_onnx_keep_span (LucidaOnnxModel *self, LucidaSpan span)
{
  g_autofree char *valid = NULL;

  if (span.size == 0)
    return "";
  if (span.size > G_MAXSSIZE
      || g_utf8_validate ((const char *) span.data, (gssize) span.size, NULL))
    return g_string_chunk_insert_len (self->strings, (const char *) span.data, (gssize) span.size);
  valid = g_utf8_make_valid ((const char *) span.data, (gssize) span.size);
  return lucida_onnx_keep (self, valid);
}

/* A new zeroed thing of @size bytes at the end of @list. */
gpointer
_lucida_onnx_new_thing (LucidaOnnxModel *self, GPtrArray *list, gsize size, GError **error)
{
  gpointer thing;

  if (!_lucida_onnx_spend (self, 1, error))
    return NULL;
  thing = _lucida_onnx_own (self, g_malloc0 (size), g_free);
  if (list)
    g_ptr_array_add (list, thing);
  return thing;
}

LucidaOnnxNode *
lucida_onnx_node_new (LucidaOnnxModel *self, const LucidaOnnxNode *from, GError **error)
{
  LucidaOnnxNode *node;

  if (!_lucida_onnx_spend (self, NODE_COST - 1, error)
      || !(node = _lucida_onnx_new_thing (self, NULL, sizeof *node, error)))
    return NULL;
  node->name = node->op = node->domain = "";
  if (from)
    *node = *from;
  node->inputs = _lucida_onnx_new_list (self);
  node->outputs = _lucida_onnx_new_list (self);
  node->attributes = _lucida_onnx_new_list (self);
  return node;
}

const LucidaOnnxAttribute *
lucida_onnx_find (const LucidaOnnxNode *node, const char *name)
{
  for (guint i = 0; i < node->attributes->len; i++)
    {
      const LucidaOnnxAttribute *attribute = g_ptr_array_index (node->attributes, i);

      if (g_str_equal (attribute->name, name))
        return attribute;
    }
  return NULL;
}

LucidaOnnxAttribute *
lucida_onnx_attribute_copy (LucidaOnnxModel *self, const LucidaOnnxAttribute *from, GError **error)
{
  LucidaOnnxAttribute *attribute = _lucida_onnx_new_thing (self, NULL, sizeof *attribute, error);

  if (attribute)
    *attribute = *from;
  return attribute;
}
