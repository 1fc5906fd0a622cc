#include "readers/torch/state-private.h"

#include "base/error.h"

#include <string.h>

#define MAX_DEPTH 64 /* of a TorchScript archive's modules */
#define MAX_TENSORS 1000000

/* What wrappers put before every name. */
static const char *const prefixes[] = { "module.", "_orig_mod.", "model.", "net.", "network." };

LucidaTorchState *
_lucida_torch_state_new (void)
{
  LucidaTorchState *self = g_new0 (LucidaTorchState, 1);

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->tensors = g_ptr_array_new_with_free_func ((GDestroyNotify) _lucida_torch_tensor_free);
  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
_lucida_torch_state_free (LucidaTorchState *self)
{
  g_hash_table_unref (self->index);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->tensors);
  g_free (self);
}

gboolean
_lucida_torch_state_add (LucidaTorchState *self, const char *name, LucidaTorchTensor *tensor,
                         GError **error)
{
  char *copy;

  if (g_hash_table_contains (self->index, name) || self->names->len >= MAX_TENSORS)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the weights “%s” are there twice, or there are too many", name);
      _lucida_torch_tensor_free (tensor);
      return FALSE;
    }
  copy = g_strdup (name);
  g_ptr_array_add (self->names, copy);
  g_ptr_array_add (self->tensors, tensor);
  g_hash_table_insert (self->index, copy, GUINT_TO_POINTER (self->names->len));
  return TRUE;
}

LucidaTorchTensor *
_lucida_torch_state_find (const LucidaTorchState *self, const char *name)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->index, name));

  return place ? self->tensors->pdata[place - 1] : NULL;
}

static gboolean
all_begin_with (const LucidaTorchState *self, const char *prefix)
{
  for (guint i = 0; i < self->names->len; i++)
    if (!g_str_has_prefix (self->names->pdata[i], prefix))
      return FALSE;
  return self->names->len > 0;
}

static void
take_off (LucidaTorchState *self, gsize length)
{
  g_hash_table_remove_all (self->index);
  for (guint i = 0; i < self->names->len; i++)
    {
      char *name = self->names->pdata[i];

      memmove (name, name + length, strlen (name + length) + 1);
      g_hash_table_insert (self->index, name, GUINT_TO_POINTER (i + 1));
    }
}

/* Early DenseNets: "denselayer1.norm.1.weight" for "denselayer1.norm1.weight". */
static void
join_dense_name (char *name)
{
  static const char *const parts[] = { ".norm.", ".conv.", ".relu." };
  char *layer = strstr (name, ".denselayer");

  for (gsize i = 0; layer && i < G_N_ELEMENTS (parts); i++)
    {
      char *at = strstr (layer, parts[i]);

      if (at && (at[6] == '1' || at[6] == '2') && at[7] == '.')
        memmove (at + 5, at + 6, strlen (at + 6) + 1);
    }
}

void
_lucida_torch_state_strip (LucidaTorchState *self)
{
  gboolean again;

  do
    {
      again = FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (prefixes) && !again; i++)
        if (all_begin_with (self, prefixes[i]))
          {
            take_off (self, strlen (prefixes[i]));
            again = TRUE;
          }
    }
  while (again);
  for (guint i = 0; i < self->names->len; i++)
    join_dense_name (self->names->pdata[i]);
  take_off (self, 0);
}

LucidaTorchState *
_lucida_torch_state_from_dict (LucidaTorchFile *file, const LucidaPickleValue *value,
                               GError **error)
{
  g_autoptr (LucidaTorchState) self = _lucida_torch_state_new ();
  const LucidaPickleValue *dict = lucida_pickle_dict (value);

  for (guint32 i = 0; dict && i + 1 < dict->n; i += 2)
    {
      const char *name = lucida_pickle_string (dict->items[i]);
      LucidaTorchTensor *tensor;

      if (!name || !_lucida_torch_is_tensor (dict->items[i + 1]))
        continue;
      tensor = _lucida_torch_file_tensor (file, dict->items[i + 1], name, error);
      if (!tensor || !_lucida_torch_state_add (self, name, tensor, error))
        return NULL;
      /* Whatever is in a state_dict was detached when it was made. */
      tensor->requires_grad = TRUE;
    }
  return g_steal_pointer (&self);
}

static gboolean
add_script_object (LucidaTorchState *self, LucidaTorchFile *file, const LucidaPickleValue *object,
                   const char *path, int depth, GError **error)
{
  const LucidaPickleValue *dict = lucida_pickle_dict (object->object->state);

  if (depth > MAX_DEPTH)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                   "its modules are nested more than %d levels deep", MAX_DEPTH);
      return FALSE;
    }
  for (guint32 i = 0; dict && i + 1 < dict->n; i += 2)
    {
      const char *name = lucida_pickle_string (dict->items[i]);
      const LucidaPickleValue *value = dict->items[i + 1];
      g_autofree char *full = name ? g_strconcat (path, *path ? "." : "", name, NULL) : NULL;

      if (!name)
        continue;
      if (_lucida_torch_is_tensor (value))
        {
          LucidaTorchTensor *tensor = _lucida_torch_file_tensor (file, value, full, error);

          if (!tensor || !_lucida_torch_state_add (self, full, tensor, error))
            return FALSE;
          tensor->requires_grad = TRUE;
        }
      else if (value->kind == LUCIDA_PICKLE_OBJECT
               && !add_script_object (self, file, value, full, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

LucidaTorchState *
_lucida_torch_state_from_script (LucidaTorchFile *file, const LucidaPickleValue *root,
                                 GError **error)
{
  g_autoptr (LucidaTorchState) self = _lucida_torch_state_new ();

  if (root->kind == LUCIDA_PICKLE_OBJECT && !add_script_object (self, file, root, "", 0, error))
    return NULL;
  return g_steal_pointer (&self);
}
