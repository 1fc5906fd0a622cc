#include "readers/parse/onnx-message.h"

#include "base/error.h"
#include "readers/parse/onnx-model-private.h"

#include <string.h>

/* What a message's fields are put into. %FALSE with @error set stops the parse. */
typedef gboolean (*FieldFunc) (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into,
                               GError **error);

static gboolean
parse_fields (LucidaOnnxModel *model, LucidaSpan message, const char *what, FieldFunc function,
              gpointer into, GError **error)
{
  LucidaProto proto;
  LucidaProtoField field;

  lucida_proto_init (&proto, message);
  while (lucida_proto_next (&proto, &field))
    if (!function (model, &field, into, error))
      return FALSE;
  return lucida_proto_end (&proto, what, error);
}

static gboolean
add_string (LucidaOnnxModel *self, GPtrArray *list, LucidaSpan span, GError **error)
{
  if (!_lucida_onnx_spend (self, 1, error))
    return FALSE;
  g_ptr_array_add (list, (gpointer) _lucida_onnx_keep_span (self, span));
  return TRUE;
}

static const char *
clean_domain (const char *domain)
{
  return g_str_equal (domain, "ai.onnx") ? "" : domain;
}

/* Appends the number of @field to a list of int64_t, or all of them where it is packed. */
static gboolean
add_ints (GArray *list, const LucidaProtoField *field, const char *what, GError **error)
{
  LucidaProto packed;
  guint64 raw;
  int64_t value;

  if (field->wire != LUCIDA_WIRE_BYTES)
    {
      value = (int64_t) field->value;
      g_array_append_val (list, value);
      return TRUE;
    }
  lucida_proto_init (&packed, field->span);
  while (lucida_proto_next_varint (&packed, &raw))
    {
      value = (int64_t) raw;
      g_array_append_val (list, value);
    }
  return lucida_proto_end (&packed, what, error);
}

static float
float_from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static gboolean
add_floats (GArray *list, const LucidaProtoField *field, const char *what, GError **error)
{
  LucidaProto packed;
  guint32 bits;
  float value;

  if (field->wire == LUCIDA_WIRE_FIXED32)
    {
      value = float_from_bits ((guint32) field->value);
      g_array_append_val (list, value);
      return TRUE;
    }
  if (field->wire != LUCIDA_WIRE_BYTES)
    return TRUE;
  lucida_proto_init (&packed, field->span);
  while (lucida_proto_next_fixed32 (&packed, &bits))
    {
      value = float_from_bits (bits);
      g_array_append_val (list, value);
    }
  return lucida_proto_end (&packed, what, error);
}

/* StringStringEntryProto: key 1, value 2. */
static gboolean
entry_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  LucidaOnnxEntry *entry = into;

  if (field->number == 1)
    entry->key = _lucida_onnx_keep_span (model, field->span);
  else if (field->number == 2)
    entry->value = _lucida_onnx_keep_span (model, field->span);
  return TRUE;
}

static gboolean
parse_entry (LucidaOnnxModel *model, LucidaSpan message, LucidaOnnxEntry *entry, GError **error)
{
  *entry = (LucidaOnnxEntry){ .key = "", .value = "" };
  return _lucida_onnx_spend (model, 1, error)
         && parse_fields (model, message, "an entry", entry_field, entry, error);
}

/* AttributeProto */
static gboolean
attribute_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into,
                 GError **error)
{
  LucidaOnnxAttribute *attribute = into;
  int seen = 0;

  switch (field->number)
    {
    case 1:
      attribute->name = _lucida_onnx_keep_span (model, field->span);
      return TRUE;
    case 2:
      attribute->f = float_from_bits ((guint32) field->value);
      seen = LUCIDA_ONNX_FLOAT;
      break;
    case 3:
      attribute->i = (int64_t) field->value;
      seen = LUCIDA_ONNX_INT;
      break;
    case 4:
      attribute->s = _lucida_onnx_keep_span (model, field->span);
      seen = LUCIDA_ONNX_STRING;
      break;
    case 5:
      attribute->tensor = field->span;
      seen = LUCIDA_ONNX_TENSOR;
      break;
    case 6:
    case 11:
      seen = LUCIDA_ONNX_GRAPH;
      break;
    case 7:
      if (!attribute->floats)
        attribute->floats = _lucida_onnx_own (model, g_array_new (FALSE, FALSE, sizeof (float)),
                                              (GDestroyNotify) g_array_unref);
      if (!add_floats (attribute->floats, field, "an attribute", error))
        return FALSE;
      seen = LUCIDA_ONNX_FLOATS;
      break;
    case 8:
      if (!attribute->ints)
        attribute->ints = _lucida_onnx_own (model, g_array_new (FALSE, FALSE, sizeof (int64_t)),
                                            (GDestroyNotify) g_array_unref);
      if (!add_ints (attribute->ints, field, "an attribute", error))
        return FALSE;
      seen = LUCIDA_ONNX_INTS;
      break;
    case 9:
      if (!attribute->strings)
        attribute->strings = _lucida_onnx_new_list (model);
      if (!add_string (model, attribute->strings, field->span, error))
        return FALSE;
      seen = LUCIDA_ONNX_STRINGS;
      break;
    case 20:
      attribute->kind = field->value > 100 ? 100 : (int) field->value;
      return TRUE;
    case 21:
      attribute->reference
          = field->span.size > 0 ? _lucida_onnx_keep_span (model, field->span) : NULL;
      return TRUE;
    default:
      return TRUE;
    }
  /* Very old files leave the kind out: the field that is there tells it. */
  if (attribute->kind == 0)
    attribute->kind = seen;
  return TRUE;
}

static gboolean
parse_attribute (LucidaOnnxModel *model, LucidaSpan message, GPtrArray *list, GError **error)
{
  LucidaOnnxAttribute *attribute = _lucida_onnx_new_thing (model, list, sizeof *attribute, error);

  if (!attribute)
    return FALSE;
  attribute->name = attribute->s = "";
  return parse_fields (model, message, "an attribute", attribute_field, attribute, error);
}

/* NodeProto */
static gboolean
node_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  LucidaOnnxNode *node = into;
  LucidaOnnxEntry entry;

  switch (field->number)
    {
    case 1:
      return add_string (model, node->inputs, field->span, error);
    case 2:
      return add_string (model, node->outputs, field->span, error);
    case 3:
      node->name = _lucida_onnx_keep_span (model, field->span);
      return TRUE;
    case 4:
      node->op = _lucida_onnx_keep_span (model, field->span);
      return TRUE;
    case 5:
      return parse_attribute (model, field->span, node->attributes, error);
    case 7:
      node->domain = clean_domain (_lucida_onnx_keep_span (model, field->span));
      return TRUE;
    case 9:
      if (!parse_entry (model, field->span, &entry, error))
        return FALSE;
      if (g_str_equal (entry.key, "pkg.torch.onnx.name_scopes"))
        node->scopes = entry.value;
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
parse_node (LucidaOnnxModel *model, LucidaSpan message, GPtrArray *list, GError **error)
{
  LucidaOnnxNode *node = lucida_onnx_node_new (model, NULL, error);

  if (!node)
    return FALSE;
  g_ptr_array_add (list, node);
  return parse_fields (model, message, "a node", node_field, node, error);
}

/* TensorShapeProto.Dimension: dim_value 1, dim_param 2. */
static gboolean
dimension_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into,
                 GError **error)
{
  int64_t *size = into;

  if (field->number == 1 && field->wire == LUCIDA_WIRE_VARINT)
    *size = (int64_t) field->value > 0 ? (int64_t) field->value : -1;
  return TRUE;
}

/* TensorShapeProto: dim 1. */
static gboolean
shape_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  LucidaShape *shape = into;

  if (field->number != 1)
    return TRUE;
  if (shape->rank == LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "it holds an array of more than %d dimensions", LUCIDA_MAX_RANK);
      return FALSE;
    }
  shape->dim[shape->rank] = -1;
  return parse_fields (model, field->span, "a shape", dimension_field, &shape->dim[shape->rank++],
                       error);
}

/* TypeProto.Tensor: elem_type 1, shape 2. */
static gboolean
tensor_type_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into,
                   GError **error)
{
  LucidaOnnxValue *value = into;

  if (field->number == 1)
    value->element = field->value > 1000 ? 1000 : (int) field->value;
  if (field->number != 2)
    return TRUE;
  value->shape.rank = 0;
  return parse_fields (model, field->span, "a shape", shape_field, &value->shape, error);
}

/* TypeProto: tensor_type 1. */
static gboolean
type_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  LucidaOnnxValue *value = into;

  value->is_tensor = field->number == 1;
  return field->number != 1
         || parse_fields (model, field->span, "a type", tensor_type_field, value, error);
}

/* ValueInfoProto: name 1, type 2. */
static gboolean
value_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  LucidaOnnxValue *value = into;

  if (field->number == 1)
    value->name = _lucida_onnx_keep_span (model, field->span);
  return field->number != 2
         || parse_fields (model, field->span, "a type", type_field, value, error);
}

static gboolean
parse_value (LucidaOnnxModel *model, LucidaSpan message, GPtrArray *list, GError **error)
{
  LucidaOnnxValue *value = _lucida_onnx_new_thing (model, list, sizeof *value, error);

  if (!value)
    return FALSE;
  value->name = "";
  value->is_tensor = TRUE;
  value->shape.rank = -1;
  return parse_fields (model, message, "a value", value_field, value, error);
}

/* TensorProto: only its name 8, the rest is left for lucida_onnx_tensor_parse(). */
static gboolean
initializer_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into,
                   GError **error)
{
  LucidaOnnxInitializer *initializer = into;

  if (field->number == 8)
    initializer->name = _lucida_onnx_keep_span (model, field->span);
  return TRUE;
}

static gboolean
parse_initializer (LucidaOnnxModel *model, LucidaSpan message, GError **error)
{
  LucidaOnnxInitializer *initializer
      = _lucida_onnx_new_thing (model, model->initializers, sizeof *initializer, error);

  if (!initializer)
    return FALSE;
  initializer->name = "";
  initializer->tensor = message;
  return parse_fields (model, message, "a weight", initializer_field, initializer, error);
}

/* GraphProto */
static gboolean
graph_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  switch (field->number)
    {
    case 1:
      return parse_node (model, field->span, model->nodes, error);
    case 2:
      model->graph_name = _lucida_onnx_keep_span (model, field->span);
      return TRUE;
    case 5:
      return parse_initializer (model, field->span, error);
    case 11:
      return parse_value (model, field->span, model->inputs, error);
    case 12:
      return parse_value (model, field->span, model->outputs, error);
    case 13:
      return parse_value (model, field->span, model->values, error);
    case 15:
      model->has_sparse = TRUE;
      return TRUE;
    default:
      return TRUE;
    }
}

typedef struct
{
  const char *domain;
  int64_t version;
} Opset;

/* OperatorSetIdProto: domain 1, version 2. */
static gboolean
opset_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  Opset *opset = into;

  if (field->number == 1)
    opset->domain = clean_domain (_lucida_onnx_keep_span (model, field->span));
  else if (field->number == 2)
    opset->version = (int64_t) field->value;
  return TRUE;
}

static gboolean
parse_opset (LucidaOnnxModel *model, LucidaSpan message, int64_t *version, GError **error)
{
  Opset opset = { "", 0 };

  if (!_lucida_onnx_spend (model, 1, error)
      || !parse_fields (model, message, "an operator set", opset_field, &opset, error))
    return FALSE;
  if (*opset.domain == '\0')
    *version = opset.version;
  return TRUE;
}

/* FunctionProto */
static gboolean
function_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into,
                GError **error)
{
  LucidaOnnxFunction *function = into;

  switch (field->number)
    {
    case 1:
      function->name = _lucida_onnx_keep_span (model, field->span);
      return TRUE;
    case 4:
      return add_string (model, function->inputs, field->span, error);
    case 5:
      return add_string (model, function->outputs, field->span, error);
    case 7:
      return parse_node (model, field->span, function->nodes, error);
    case 9:
      return parse_opset (model, field->span, &function->opset, error);
    case 10:
      function->domain = clean_domain (_lucida_onnx_keep_span (model, field->span));
      return TRUE;
    case 11:
      return parse_attribute (model, field->span, function->defaults, error);
    default:
      return TRUE;
    }
}

static gboolean
parse_function (LucidaOnnxModel *model, LucidaSpan message, GError **error)
{
  LucidaOnnxFunction *function
      = _lucida_onnx_new_thing (model, model->functions, sizeof *function, error);

  if (!function)
    return FALSE;
  function->name = function->domain = "";
  function->inputs = _lucida_onnx_new_list (model);
  function->outputs = _lucida_onnx_new_list (model);
  function->nodes = _lucida_onnx_new_list (model);
  function->defaults = _lucida_onnx_new_list (model);
  return parse_fields (model, message, "a function", function_field, function, error);
}

/* ModelProto */
static gboolean
model_field (LucidaOnnxModel *model, const LucidaProtoField *field, gpointer into, GError **error)
{
  LucidaOnnxEntry *entry;

  switch (field->number)
    {
    case 1:
      model->ir_version = (int64_t) field->value;
      return TRUE;
    case 2:
      model->producer = _lucida_onnx_keep_span (model, field->span);
      return TRUE;
    case 7:
      model->has_graph = TRUE;
      return parse_fields (model, field->span, "the graph", graph_field, NULL, error);
    case 8:
      return parse_opset (model, field->span, &model->opset, error);
    case 14:
      entry = _lucida_onnx_new_thing (model, model->metadata, sizeof *entry, error);
      return entry && parse_entry (model, field->span, entry, error);
    case 25:
      return parse_function (model, field->span, error);
    default:
      return TRUE;
    }
}

LucidaOnnxModel *
lucida_onnx_model_parse (LucidaSpan message, GError **error)
{
  g_autoptr (LucidaOnnxModel) model = _lucida_onnx_model_new ();

  if (!parse_fields (model, message, "the file", model_field, NULL, error))
    return NULL;
  return g_steal_pointer (&model);
}
