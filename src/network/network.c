#include "network/network.h"

#include "base/error.h"
#include "base/mapping.h"
#include "network/network-private.h"
#include "network/node-private.h"

#include <string.h>

LucidaNetwork *
lucida_network_new (const char *format, const char *name)
{
  LucidaNetwork *self = g_new0 (LucidaNetwork, 1);

  g_atomic_ref_count_init (&self->references);
  self->format = g_strdup (format);
  self->name = g_strdup (name);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) _lucida_node_free);
  self->values = g_array_new (FALSE, TRUE, sizeof (LucidaValue));
  self->value_names = g_hash_table_new (g_str_hash, g_str_equal);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->warnings, NULL);
  self->input = self->output = -1;
  self->output_shape.rank = -1;
  self->preprocessing = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_TORCHVISION, 3);
  self->preprocessing.assumed = TRUE;
  return self;
}

LucidaNetwork *
lucida_network_ref (LucidaNetwork *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_network_unref (LucidaNetwork *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->value_names);
  for (guint i = 0; i < self->values->len; i++)
    {
      LucidaValue *value = &g_array_index (self->values, LucidaValue, i);

      g_free (value->name);
      g_clear_pointer (&value->constant, lucida_tensor_unref);
      g_free (value->consumers);
    }
  g_array_unref (self->values);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->warnings);
  g_strfreev (self->classes);
  g_free (self->classes_source);
  g_free (self->preprocessing_source);
  g_free (self->format);
  g_free (self->name);
  g_free (self->loss);
  g_free (self->optimizer);
  g_free (self);
}

LucidaValue *
_lucida_network_value (const LucidaNetwork *self, int value)
{
  return &g_array_index (self->values, LucidaValue, value);
}

int
lucida_network_add_value (LucidaNetwork *self, const char *name, LucidaTensor *constant)
{
  int index = (int) self->values->len;
  LucidaValue value = { .name = g_strdup (name), .producer = -1 };

  if (constant)
    value.constant = lucida_tensor_ref (constant);
  g_array_append_val (self->values, value);
  if (name && *name && !g_hash_table_contains (self->value_names, name))
    g_hash_table_insert (self->value_names, value.name, GINT_TO_POINTER (index));
  return index;
}

LucidaNode *
lucida_network_add_node (LucidaNetwork *self, const char *op, const char *name, const int *inputs,
                         int n_inputs, const int *outputs, int n_outputs)
{
  LucidaNode *node = _lucida_node_new (op, name, inputs, n_inputs, outputs, n_outputs);

  g_ptr_array_add (self->nodes, node);
  return node;
}

void
lucida_network_set_input (LucidaNetwork *self, int value, const LucidaShape *shape,
                          LucidaLayout layout)
{
  self->input = value;
  self->input_shape = *shape;
  self->input_layout = layout;
}

void
lucida_network_set_output (LucidaNetwork *self, int value, const LucidaShape *shape)
{
  self->output = value;
  self->output_shape = *shape;
}

void
lucida_network_set_classes (LucidaNetwork *self, const char *const *names)
{
  g_strfreev (self->classes);
  self->classes = g_strdupv ((char **) names);
}

void
lucida_network_set_classes_source (LucidaNetwork *self, const char *source)
{
  char *copy = g_strdup (source);

  g_free (self->classes_source);
  self->classes_source = copy;
}

void
lucida_network_set_preprocessing (LucidaNetwork *self, const LucidaPreprocessing *value)
{
  self->preprocessing = *value;
}

void
lucida_network_set_preprocessing_source (LucidaNetwork *self, const char *source)
{
  char *copy = g_strdup (source);

  g_free (self->preprocessing_source);
  self->preprocessing_source = copy;
}

void
lucida_network_set_training (LucidaNetwork *self, const char *loss, const char *optimizer)
{
  g_free (self->loss);
  g_free (self->optimizer);
  self->loss = g_strdup (loss);
  self->optimizer = g_strdup (optimizer);
}

void
lucida_network_add_warning (LucidaNetwork *self, const char *text)
{
  g_ptr_array_insert (self->warnings, (int) self->warnings->len - 1, g_strdup (text));
}

const char *
lucida_network_get_format (const LucidaNetwork *self)
{
  return self->format;
}

const char *
lucida_network_get_name (const LucidaNetwork *self)
{
  return self->name;
}

int
lucida_network_get_n_nodes (const LucidaNetwork *self)
{
  return (int) self->nodes->len;
}

const LucidaNode *
lucida_network_get_node (const LucidaNetwork *self, int i)
{
  return g_ptr_array_index (self->nodes, i);
}

int
lucida_network_get_n_values (const LucidaNetwork *self)
{
  return (int) self->values->len;
}

const char *
lucida_network_get_value_name (const LucidaNetwork *self, int value)
{
  return _lucida_network_value (self, value)->name;
}

LucidaTensor *
lucida_network_get_constant (const LucidaNetwork *self, int value)
{
  return value < 0 ? NULL : _lucida_network_value (self, value)->constant;
}

int
lucida_network_get_producer (const LucidaNetwork *self, int value)
{
  return value < 0 ? -1 : _lucida_network_value (self, value)->producer;
}

const int *
lucida_network_get_consumers (const LucidaNetwork *self, int value, int *n)
{
  *n = _lucida_network_value (self, value)->n_consumers;
  return _lucida_network_value (self, value)->consumers;
}

int
lucida_network_find_value (const LucidaNetwork *self, const char *name)
{
  gpointer index;

  if (!g_hash_table_lookup_extended (self->value_names, name, NULL, &index))
    return -1;
  return GPOINTER_TO_INT (index);
}

int
lucida_network_get_input (const LucidaNetwork *self)
{
  return self->input;
}

const LucidaShape *
lucida_network_get_input_shape (const LucidaNetwork *self)
{
  return &self->input_shape;
}

LucidaLayout
lucida_network_get_input_layout (const LucidaNetwork *self)
{
  return self->input_layout;
}

int
lucida_network_get_output (const LucidaNetwork *self)
{
  return self->output;
}

const LucidaShape *
lucida_network_get_output_shape (const LucidaNetwork *self)
{
  return &self->output_shape;
}

const char *const *
lucida_network_get_classes (const LucidaNetwork *self, int *n)
{
  *n = self->classes ? (int) g_strv_length (self->classes) : 0;
  return (const char *const *) self->classes;
}

const char *
lucida_network_get_classes_source (const LucidaNetwork *self)
{
  return self->classes_source;
}

const LucidaPreprocessing *
lucida_network_get_preprocessing (const LucidaNetwork *self)
{
  return &self->preprocessing;
}

const char *
lucida_network_get_preprocessing_source (const LucidaNetwork *self)
{
  return self->preprocessing_source;
}

const char *
lucida_network_get_loss (const LucidaNetwork *self)
{
  return self->loss;
}

const char *
lucida_network_get_optimizer (const LucidaNetwork *self)
{
  return self->optimizer;
}

const char *const *
lucida_network_get_warnings (const LucidaNetwork *self)
{
  return (const char *const *) self->warnings->pdata;
}

gboolean
lucida_network_check_files (const LucidaNetwork *self, GError **error)
{
  int last = -1;

  for (guint v = 0; v < self->values->len; v++)
    {
      const LucidaTensor *constant = g_array_index (self->values, LucidaValue, v).constant;
      g_autofree char *changed = NULL;
      int mapping;

      if (!constant)
        continue;
      mapping = lucida_mapping_find (lucida_tensor_get_element (constant) == LUCIDA_FLOAT32
                                         ? (const void *) lucida_tensor_get_floats (constant)
                                         : (const void *) lucida_tensor_get_ints (constant));
      /* most weights lie in one file */
      if (mapping < 0 || mapping == last)
        continue;
      last = mapping;
      changed = lucida_mapping_dup_changed (mapping);
      if (changed)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO,
                       "%s: the file has changed while it was open: open it again", changed);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
lucida_network_get_input_size (const LucidaNetwork *self, int *channels, int *height, int *width)
{
  gboolean last = self->input_layout == LUCIDA_LAYOUT_NHWC;
  const int64_t *dim = self->input_shape.dim;

  if (self->input_shape.rank != 4)
    return FALSE;
  for (int i = 1; i < 4; i++)
    if (dim[i] != LUCIDA_FREE_SIZE && (dim[i] < 1 || dim[i] > G_MAXINT))
      return FALSE;
  *channels = (int) dim[last ? 3 : 1];
  *height = (int) dim[last ? 1 : 2];
  *width = (int) dim[last ? 2 : 3];
  return TRUE;
}

LucidaShape
lucida_network_get_shape_for (const LucidaNetwork *self, int height, int width)
{
  gboolean last = self->input_layout == LUCIDA_LAYOUT_NHWC;
  LucidaShape shape = self->input_shape;

  if (shape.rank > 0)
    shape.dim[0] = 1;
  if (shape.rank == 4)
    {
      int64_t *channels = &shape.dim[last ? 3 : 1];

      if (*channels == LUCIDA_FREE_SIZE)
        *channels = 3;
      shape.dim[last ? 1 : 2] = height;
      shape.dim[last ? 2 : 3] = width;
    }
  for (int i = 1; i < shape.rank; i++)
    if (shape.dim[i] == LUCIDA_FREE_SIZE)
      shape.dim[i] = 1;
  return shape;
}
