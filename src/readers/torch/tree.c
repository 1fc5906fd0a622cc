#include "readers/torch/tree-private.h"

#include "base/error.h"

#include <string.h>

#define MAX_DEPTH 64 /* of modules */
#define MAX_MODULES 100000
#define MAX_NUMBER 65535 /* a size, stride or the like */
#define MAX_NUMBERS 4    /* in an attribute that a family gives */

typedef struct
{
  double numbers[2];
} Attribute;

LucidaTorchModule *
_lucida_torch_module_new (LucidaTorchModule *parent, const char *name, const char *type)
{
  LucidaTorchModule *self = g_new0 (LucidaTorchModule, 1);

  self->name = g_strdup (name);
  self->path
      = parent && *parent->path ? g_strconcat (parent->path, ".", name, NULL) : g_strdup (name);
  self->type = g_strdup (type);
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) _lucida_torch_module_free);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->tensors = g_ptr_array_new ();
  if (parent)
    g_ptr_array_add (parent->children, self);
  return self;
}

void
_lucida_torch_module_free (LucidaTorchModule *self)
{
  g_ptr_array_unref (self->children);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->tensors);
  g_clear_pointer (&self->attributes, g_hash_table_unref);
  g_free (self->path);
  g_free (self->name);
  g_free (self->type);
  g_free (self);
}

LucidaTorchModule *
_lucida_torch_module_child (const LucidaTorchModule *self, const char *name)
{
  for (guint i = 0; i < self->children->len; i++)
    {
      LucidaTorchModule *child = self->children->pdata[i];

      if (strcmp (child->name, name) == 0)
        return child;
    }
  return NULL;
}

LucidaTorchTensor *
_lucida_torch_module_tensor (const LucidaTorchModule *self, const char *name)
{
  for (guint i = 0; i < self->names->len; i++)
    if (strcmp (self->names->pdata[i], name) == 0)
      return self->tensors->pdata[i];
  return NULL;
}

static void
add_tensor (LucidaTorchModule *self, const char *name, LucidaTorchTensor *tensor)
{
  g_ptr_array_add (self->names, g_strdup (name));
  g_ptr_array_add (self->tensors, tensor);
}

/* From a saved object. */

const char *
_lucida_torch_class_of (const LucidaPickleValue *value)
{
  const LucidaPickleValue *type;

  if (!value || value->kind != LUCIDA_PICKLE_OBJECT)
    return NULL;
  type = value->object->callable;
  /* Python 2 made objects with copy_reg._reconstructor (class, object, None). */
  if ((lucida_pickle_is_global (type, "copy_reg._reconstructor")
       || lucida_pickle_is_global (type, "copyreg._reconstructor"))
      && value->object->arguments->kind == LUCIDA_PICKLE_TUPLE && value->object->arguments->n > 0)
    type = value->object->arguments->items[0];
  /* Older files keep the source beside the class: ('module', class, file, source). */
  if (type->kind == LUCIDA_PICKLE_PERSISTENT && type->items[0]->kind == LUCIDA_PICKLE_TUPLE
      && type->items[0]->n >= 2
      && g_strcmp0 (lucida_pickle_string (type->items[0]->items[0]), "module") == 0)
    type = type->items[0]->items[1];
  return type->kind == LUCIDA_PICKLE_GLOBAL ? type->text : NULL;
}

gboolean
_lucida_torch_is_module (const LucidaPickleValue *value)
{
  return _lucida_torch_class_of (value) && value->object->state
         && lucida_pickle_lookup (value->object->state, "_modules")
         && lucida_pickle_lookup (value->object->state, "_parameters");
}

typedef struct
{
  LucidaTorchFile *file;
  GPtrArray *owner;    /* LucidaTorchTensor */
  GHashTable *tensors; /* pickle value → its tensor: parameters may be shared */
  GHashTable *open;    /* pickle values whose modules are being made */
  int n;
} TreeMaker;

static gboolean
add_tensors (TreeMaker *maker, LucidaTorchModule *module, const LucidaPickleValue *dict,
             GError **error)
{
  for (guint32 i = 0; dict && i + 1 < dict->n; i += 2)
    {
      const char *name = lucida_pickle_string (dict->items[i]);
      const LucidaPickleValue *value = dict->items[i + 1];
      LucidaTorchTensor *tensor = g_hash_table_lookup (maker->tensors, value);
      g_autofree char *full = NULL;

      if (!name || !_lucida_torch_is_tensor (value))
        continue;
      full = g_strconcat (module->path, ".", name, NULL);
      if (!tensor)
        {
          tensor = _lucida_torch_file_tensor (maker->file, value, full, error);
          if (!tensor)
            return FALSE;
          g_ptr_array_add (maker->owner, tensor);
          g_hash_table_insert (maker->tensors, (gpointer) value, tensor);
        }
      add_tensor (module, name, tensor);
    }
  return TRUE;
}

static gboolean
fill_module (TreeMaker *maker, LucidaTorchModule *module, const LucidaPickleValue *value, int depth,
             GError **error)
{
  const LucidaPickleValue *state = value->object->state;
  const LucidaPickleValue *modules = lucida_pickle_dict (lucida_pickle_lookup (state, "_modules"));

  if (depth > MAX_DEPTH || ++maker->n > MAX_MODULES
      || !g_hash_table_add (maker->open, (gpointer) value))
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                   "the module “%s” contains itself, or too many others", module->path);
      return FALSE;
    }
  module->state = state;
  if (!add_tensors (maker, module, lucida_pickle_dict (lucida_pickle_lookup (state, "_parameters")),
                    error)
      || !add_tensors (maker, module, lucida_pickle_dict (lucida_pickle_lookup (state, "_buffers")),
                       error))
    return FALSE;
  for (guint32 i = 0; modules && i + 1 < modules->n; i += 2)
    {
      const char *name = lucida_pickle_string (modules->items[i]);
      const LucidaPickleValue *child = modules->items[i + 1];
      LucidaTorchModule *made;

      if (!name || child->kind == LUCIDA_PICKLE_NONE)
        continue;
      if (_lucida_torch_module_child (module, name) || !_lucida_torch_is_module (child))
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "the module “%s.%s” is damaged or there twice", module->path, name);
          return FALSE;
        }
      made = _lucida_torch_module_new (module, name, _lucida_torch_class_of (child));
      if (!fill_module (maker, made, child, depth + 1, error))
        return FALSE;
    }
  g_hash_table_remove (maker->open, value);
  return TRUE;
}

LucidaTorchModule *
_lucida_torch_module_from_value (LucidaTorchFile *file, const LucidaPickleValue *value,
                                 GPtrArray *owner, GError **error)
{
  g_autoptr (LucidaTorchModule) root
      = _lucida_torch_module_new (NULL, "", _lucida_torch_class_of (value));
  g_autoptr (GHashTable) tensors = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) open = g_hash_table_new (NULL, NULL);
  TreeMaker maker = { file, owner, tensors, open, 0 };

  return fill_module (&maker, root, value, 0, error) ? g_steal_pointer (&root) : NULL;
}

/* From the names of a state_dict. */

/* By number where both are numbers, else as they were. */
static int
compare_names (gconstpointer a, gconstpointer b)
{
  const LucidaTorchModule *x = *(const LucidaTorchModule *const *) a;
  const LucidaTorchModule *y = *(const LucidaTorchModule *const *) b;
  guint64 i, j;

  if (g_ascii_string_to_unsigned (x->name, 10, 0, G_MAXUINT32, &i, NULL)
      && g_ascii_string_to_unsigned (y->name, 10, 0, G_MAXUINT32, &j, NULL))
    return (i > j) - (i < j);
  return strcmp (x->name, y->name);
}

static void
sort_children (LucidaTorchModule *self)
{
  g_ptr_array_sort (self->children, compare_names);
  for (guint i = 0; i < self->children->len; i++)
    sort_children (self->children->pdata[i]);
}

LucidaTorchModule *
_lucida_torch_module_from_state (LucidaTorchState *state, GError **error)
{
  g_autoptr (LucidaTorchModule) root = _lucida_torch_module_new (NULL, "", NULL);
  g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (paths, root->path, root);
  for (guint i = 0; i < state->names->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (state->names->pdata[i], ".", -1);
      guint n = g_strv_length (parts);
      LucidaTorchModule *at = root;

      if (n == 0 || n > MAX_DEPTH)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "the weights “%s” have a name "
                       "that is empty or too deep",
                       (const char *) state->names->pdata[i]);
          return NULL;
        }
      for (guint k = 0; k + 1 < n; k++)
        {
          g_autofree char *path
              = *at->path ? g_strconcat (at->path, ".", parts[k], NULL) : g_strdup (parts[k]);
          LucidaTorchModule *child = g_hash_table_lookup (paths, path);

          if (!child)
            {
              child = _lucida_torch_module_new (at, parts[k], NULL);
              g_hash_table_insert (paths, child->path, child);
            }
          at = child;
        }
      add_tensor (at, parts[n - 1], state->tensors->pdata[i]);
    }
  sort_children (root);
  return g_steal_pointer (&root);
}

/* Attributes. */

void
_lucida_torch_module_set (LucidaTorchModule *self, const char *name, double a, double b)
{
  Attribute *attribute = g_new (Attribute, 1);

  attribute->numbers[0] = a;
  attribute->numbers[1] = b;
  if (!self->attributes)
    self->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (self->attributes, g_strdup (name), attribute);
}

const LucidaPickleValue *
_lucida_torch_module_attribute (const LucidaTorchModule *self, const char *name)
{
  return lucida_pickle_lookup (self->state, name);
}

gboolean
_lucida_torch_module_is_none (const LucidaTorchModule *self, const char *name)
{
  const LucidaPickleValue *value = _lucida_torch_module_attribute (self, name);

  if (self->attributes && g_hash_table_contains (self->attributes, name))
    return FALSE;
  return !value || value->kind == LUCIDA_PICKLE_NONE;
}

static gboolean
read_numbers (const LucidaPickleValue *value, int n, int64_t *values)
{
  gboolean many
      = value && (value->kind == LUCIDA_PICKLE_TUPLE || value->kind == LUCIDA_PICKLE_LIST);

  if (!value || (many && value->n != (guint32) n))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      const LucidaPickleValue *item = many ? value->items[i] : value;

      /* None inside a size means: keep it. */
      if (many && item->kind == LUCIDA_PICKLE_NONE)
        values[i] = 0;
      else if (!lucida_pickle_int (item, &values[i]) || values[i] > MAX_NUMBER
               || values[i] < -MAX_NUMBER)
        return FALSE;
    }
  return TRUE;
}

gboolean
_lucida_torch_module_ints (const LucidaTorchModule *self, const char *name, int n, int64_t *values,
                           GError **error)
{
  const Attribute *attribute
      = self->attributes ? g_hash_table_lookup (self->attributes, name) : NULL;

  if (attribute)
    for (int i = 0; i < n; i++)
      values[i] = (int64_t) attribute->numbers[i % 2];
  if (attribute || read_numbers (_lucida_torch_module_attribute (self, name), n, values))
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "the layer “%s” has no “%s” that makes sense", self->path, name);
  return FALSE;
}

double
_lucida_torch_module_number (const LucidaTorchModule *self, const char *name, double fallback)
{
  const Attribute *attribute
      = self->attributes ? g_hash_table_lookup (self->attributes, name) : NULL;
  const LucidaPickleValue *value = _lucida_torch_module_attribute (self, name);
  int64_t integer;

  if (attribute)
    return attribute->numbers[0];
  if (lucida_pickle_int (value, &integer))
    return (double) integer;
  return value && value->kind == LUCIDA_PICKLE_FLOAT ? value->number : fallback;
}

const char *
_lucida_torch_module_string (const LucidaTorchModule *self, const char *name)
{
  return lucida_pickle_string (_lucida_torch_module_attribute (self, name));
}
