#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Walks the fields of one protobuf message that somebody else holds in memory. Nothing is copied,
 * nothing is read beyond the message, nothing recurses: a message inside is a span of bytes that
 * the caller walks in its turn. Encoding: protobuf.dev/programming-guides/encoding. */

typedef struct
{
  const guint8 *data; /* (nullable) where size is 0 */
  gsize size;         /* bytes */
} LucidaSpan;

typedef enum
{
  LUCIDA_WIRE_VARINT = 0,
  LUCIDA_WIRE_FIXED64 = 1,
  LUCIDA_WIRE_BYTES = 2, /* strings, messages, packed lists */
  LUCIDA_WIRE_FIXED32 = 5,
} LucidaWire;

typedef struct
{
  guint32 number;
  LucidaWire wire;
  guint64 value;   /* of the numeric wire types */
  LucidaSpan span; /* of LUCIDA_WIRE_BYTES */
} LucidaProtoField;

typedef struct
{
  const guint8 *at;
  const guint8 *end;
  const char *problem; /* (nullable) what is wrong; nothing is read any more then */
} LucidaProto;

void lucida_proto_init (LucidaProto *self, LucidaSpan message);
/* The next field; %FALSE at the end of the message and where it is broken. */
gboolean lucida_proto_next (LucidaProto *self, LucidaProtoField *field);
/* After the last field: whether the message was whole. @what names it ("a node").
 * Errors: %LUCIDA_ERROR_CORRUPT. */
gboolean lucida_proto_end (const LucidaProto *self, const char *what, GError **error);

/* The next number of a packed list, for which lucida_proto_init() was called with its span. */
gboolean lucida_proto_next_varint (LucidaProto *self, guint64 *value);
gboolean lucida_proto_next_fixed32 (LucidaProto *self, guint32 *value);
gboolean lucida_proto_next_fixed64 (LucidaProto *self, guint64 *value);

G_END_DECLS
