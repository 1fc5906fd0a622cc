#include "readers/parse/protobuf-bounds.h"

#include "base/error.h"

#include <string.h>

#define MAX_VARINT_BYTES 10

void
lucida_proto_init (LucidaProto *self, LucidaSpan message)
{
  self->at = message.data;
  self->end = message.size > 0 ? message.data + message.size : message.data;
  self->problem = NULL;
}

static gsize
bytes_left (const LucidaProto *self)
{
  return (gsize) (self->end - self->at);
}

static gboolean
fail (LucidaProto *self, const char *problem)
{
  self->problem = problem;
  return FALSE;
}

gboolean
lucida_proto_next_varint (LucidaProto *self, guint64 *value)
{
  guint64 result = 0;

  if (self->problem || self->at == self->end)
    return FALSE;
  for (int i = 0; i < MAX_VARINT_BYTES; i++)
    {
      guint8 byte;

      if (self->at == self->end)
        return fail (self, "a number is cut off");
      byte = *self->at++;
      if (i == MAX_VARINT_BYTES - 1 && byte > 1)
        break;
      result |= (guint64) (byte & 0x7f) << (7 * i);
      if (byte < 0x80)
        {
          *value = result;
          return TRUE;
        }
    }
  return fail (self, "a number is longer than 64 bits");
}

gboolean
lucida_proto_next_fixed32 (LucidaProto *self, guint32 *value)
{
  guint32 raw;

  if (self->problem || self->at == self->end)
    return FALSE;
  if (bytes_left (self) < sizeof raw)
    return fail (self, "a number is cut off");
  memcpy (&raw, self->at, sizeof raw);
  self->at += sizeof raw;
  *value = GUINT32_FROM_LE (raw);
  return TRUE;
}

gboolean
lucida_proto_next_fixed64 (LucidaProto *self, guint64 *value)
{
  guint64 raw;

  if (self->problem || self->at == self->end)
    return FALSE;
  if (bytes_left (self) < sizeof raw)
    return fail (self, "a number is cut off");
  memcpy (&raw, self->at, sizeof raw);
  self->at += sizeof raw;
  *value = GUINT64_FROM_LE (raw);
  return TRUE;
}

/* As the function of that name, but the number must be there. */
static gboolean
need (LucidaProto *self, gboolean there)
{
  if (!there && !self->problem)
    self->problem = "a field has no value";
  return there;
}

gboolean
lucida_proto_next (LucidaProto *self, LucidaProtoField *field)
{
  guint64 key, length;
  guint32 small = 0;

  if (!lucida_proto_next_varint (self, &key))
    return FALSE;
  if (key > G_MAXUINT32 || key >> 3 == 0)
    return fail (self, "a field has an impossible number");
  *field = (LucidaProtoField){ .number = (guint32) (key >> 3), .wire = (LucidaWire) (key & 7) };
  switch (key & 7)
    {
    case LUCIDA_WIRE_VARINT:
      return need (self, lucida_proto_next_varint (self, &field->value));
    case LUCIDA_WIRE_FIXED64:
      return need (self, lucida_proto_next_fixed64 (self, &field->value));
    case LUCIDA_WIRE_FIXED32:
      if (!need (self, lucida_proto_next_fixed32 (self, &small)))
        return FALSE;
      field->value = small;
      return TRUE;
    case LUCIDA_WIRE_BYTES:
      if (!need (self, lucida_proto_next_varint (self, &length)))
        return FALSE;
      if (length > bytes_left (self))
        return fail (self, "a field reaches beyond what holds it");
      field->span = (LucidaSpan){ .data = self->at, .size = (gsize) length };
      self->at += length;
      return TRUE;
    default:
      return fail (self, "a field is of a kind that does not occur");
    }
}

gboolean
lucida_proto_end (const LucidaProto *self, const char *what, GError **error)
{
  if (!self->problem)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "the file is damaged, cut off or no ONNX file: in %s %s", what, self->problem);
  return FALSE;
}
