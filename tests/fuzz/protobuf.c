#include "target.h"

#include "readers/parse/protobuf-bounds.h"

#define MAX_DEPTH 4

static void
walk_list (LucidaSpan span)
{
  LucidaProto list;
  guint64 wide;
  guint32 narrow;

  lucida_proto_init (&list, span);
  while (lucida_proto_next_varint (&list, &wide))
    continue;
  lucida_proto_init (&list, span);
  while (lucida_proto_next_fixed32 (&list, &narrow))
    continue;
  lucida_proto_init (&list, span);
  while (lucida_proto_next_fixed64 (&list, &wide))
    continue;
}

static void
walk (LucidaSpan message, int depth)
{
  LucidaProto proto;
  LucidaProtoField field;
  GError *error = NULL;
  gboolean good;

  lucida_proto_init (&proto, message);
  while (lucida_proto_next (&proto, &field))
    if (field.wire == LUCIDA_WIRE_BYTES)
      {
        fuzz_touch (field.span.data, field.span.size);
        walk_list (field.span);
        if (depth < MAX_DEPTH)
          walk (field.span, depth + 1);
      }
  good = lucida_proto_end (&proto, "a message", &error);
  fuzz_check_outcome (good, &error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size <= FUZZ_MAX_SIZE)
    walk ((LucidaSpan){ data, size }, 0);
  return 0;
}
