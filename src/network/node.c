#include "network/node.h"

#include "network/node-private.h"

#include <string.h>

typedef enum
{
  ATTRIBUTE_INT,
  ATTRIBUTE_FLOAT,
  ATTRIBUTE_STRING,
  ATTRIBUTE_INTS,
  ATTRIBUTE_FLOATS,
  ATTRIBUTE_TENSOR,
} AttributeKind;

typedef struct
{
  AttributeKind kind;
  int n; /* of ints or floats */
  int64_t one;
  double number;
  char *text;
  int64_t *ints; /* [n] */
  float *floats; /* [n] */
  LucidaTensor *tensor;
} Attribute;

struct _LucidaNode
{
  char *op;
  char *name;
  gboolean trainable;
  gboolean internal;
  int *inputs; /* [n_inputs] */
  int n_inputs;
  int *outputs; /* [n_outputs] */
  int n_outputs;
  GHashTable *attributes; /* name → Attribute */
};

static void
attribute_free (gpointer data)
{
  Attribute *self = data;

  g_free (self->text);
  g_free (self->ints);
  g_free (self->floats);
  g_clear_pointer (&self->tensor, lucida_tensor_unref);
  g_free (self);
}

LucidaNode *
_lucida_node_new (const char *op, const char *name, const int *inputs, int n_inputs,
                  const int *outputs, int n_outputs)
{
  LucidaNode *self = g_new0 (LucidaNode, 1);

  self->op = g_strdup (op);
  self->name = g_strdup (name);
  self->trainable = TRUE;
  self->outputs = g_memdup2 (outputs, (gsize) n_outputs * sizeof *outputs);
  self->n_outputs = n_outputs;
  self->attributes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, attribute_free);
  lucida_node_set_inputs (self, inputs, n_inputs);
  return self;
}

void
_lucida_node_free (LucidaNode *self)
{
  g_free (self->op);
  g_free (self->name);
  g_free (self->inputs);
  g_free (self->outputs);
  g_hash_table_unref (self->attributes);
  g_free (self);
}

const char *
lucida_node_get_op (const LucidaNode *self)
{
  return self->op;
}

const char *
lucida_node_get_name (const LucidaNode *self)
{
  return self->name;
}

int
lucida_node_get_n_inputs (const LucidaNode *self)
{
  return self->n_inputs;
}

int
lucida_node_get_input (const LucidaNode *self, int i)
{
  return i < self->n_inputs ? self->inputs[i] : LUCIDA_NO_VALUE;
}

int
lucida_node_get_n_outputs (const LucidaNode *self)
{
  return self->n_outputs;
}

int
lucida_node_get_output (const LucidaNode *self, int i)
{
  return self->outputs[i];
}

gboolean
lucida_node_get_trainable (const LucidaNode *self)
{
  return self->trainable;
}

gboolean
lucida_node_get_internal (const LucidaNode *self)
{
  return self->internal;
}

static const Attribute *
find (const LucidaNode *self, const char *attribute)
{
  return g_hash_table_lookup (self->attributes, attribute);
}

gboolean
lucida_node_has (const LucidaNode *self, const char *attribute)
{
  return find (self, attribute) != NULL;
}

int64_t
lucida_node_get_int (const LucidaNode *self, const char *attribute, int64_t fallback)
{
  const Attribute *found = find (self, attribute);

  return found && found->kind == ATTRIBUTE_INT ? found->one : fallback;
}

double
lucida_node_get_float (const LucidaNode *self, const char *attribute, double fallback)
{
  const Attribute *found = find (self, attribute);

  return found && found->kind == ATTRIBUTE_FLOAT ? found->number : fallback;
}

const char *
lucida_node_get_string (const LucidaNode *self, const char *attribute, const char *fallback)
{
  const Attribute *found = find (self, attribute);

  return found && found->kind == ATTRIBUTE_STRING ? found->text : fallback;
}

const int64_t *
lucida_node_get_ints (const LucidaNode *self, const char *attribute, int *n)
{
  const Attribute *found = find (self, attribute);

  *n = 0;
  if (found && found->kind == ATTRIBUTE_INT)
    {
      *n = 1;
      return &found->one;
    }
  if (!found || found->kind != ATTRIBUTE_INTS)
    return NULL;
  *n = found->n;
  return found->ints;
}

const float *
lucida_node_get_floats (const LucidaNode *self, const char *attribute, int *n)
{
  const Attribute *found = find (self, attribute);

  *n = 0;
  if (!found || found->kind != ATTRIBUTE_FLOATS)
    return NULL;
  *n = found->n;
  return found->floats;
}

LucidaTensor *
lucida_node_get_tensor (const LucidaNode *self, const char *attribute)
{
  const Attribute *found = find (self, attribute);

  return found ? found->tensor : NULL;
}

void
lucida_node_set_op (LucidaNode *self, const char *op)
{
  char *copy = g_strdup (op);

  g_free (self->op);
  self->op = copy;
}

void
lucida_node_set_name (LucidaNode *self, const char *name)
{
  char *copy = g_strdup (name);

  g_free (self->name);
  self->name = copy;
}

void
lucida_node_set_trainable (LucidaNode *self, gboolean trainable)
{
  self->trainable = trainable;
}

void
lucida_node_set_internal (LucidaNode *self, gboolean internal)
{
  self->internal = internal;
}

void
lucida_node_set_inputs (LucidaNode *self, const int *inputs, int n)
{
  int *copy = g_memdup2 (inputs, (gsize) n * sizeof *inputs);

  g_free (self->inputs);
  self->inputs = copy;
  self->n_inputs = n;
}

static Attribute *
set (LucidaNode *self, const char *attribute, AttributeKind kind)
{
  Attribute *value = g_new0 (Attribute, 1);

  value->kind = kind;
  g_hash_table_replace (self->attributes, g_strdup (attribute), value);
  return value;
}

void
lucida_node_set_int (LucidaNode *self, const char *attribute, int64_t value)
{
  set (self, attribute, ATTRIBUTE_INT)->one = value;
}

void
lucida_node_set_float (LucidaNode *self, const char *attribute, double value)
{
  set (self, attribute, ATTRIBUTE_FLOAT)->number = value;
}

void
lucida_node_set_string (LucidaNode *self, const char *attribute, const char *value)
{
  set (self, attribute, ATTRIBUTE_STRING)->text = g_strdup (value);
}

void
lucida_node_set_ints (LucidaNode *self, const char *attribute, const int64_t *values, int n)
{
  Attribute *made = set (self, attribute, ATTRIBUTE_INTS);

  made->n = n;
  made->ints = g_memdup2 (values, (gsize) n * sizeof *values);
}

void
lucida_node_set_floats (LucidaNode *self, const char *attribute, const float *values, int n)
{
  Attribute *made = set (self, attribute, ATTRIBUTE_FLOATS);

  made->n = n;
  made->floats = g_memdup2 (values, (gsize) n * sizeof *values);
}

void
lucida_node_set_tensor (LucidaNode *self, const char *attribute, LucidaTensor *value)
{
  set (self, attribute, ATTRIBUTE_TENSOR)->tensor = lucida_tensor_ref (value);
}

void
lucida_node_remove (LucidaNode *self, const char *attribute)
{
  g_hash_table_remove (self->attributes, attribute);
}
