#include "target.h"

#include "readers/parse/pickle.h"

static void walk (const LucidaPickleValue *value, int *left);

static void
walk_object (const LucidaPickleObject *object, int *left)
{
  walk (object->callable, left);
  walk (object->arguments, left);
  walk (object->state, left);
  walk (object->list, left);
  walk (object->dict, left);
}

/* Every value that can be reached, as often as it can be, but not more than *@left. Nothing lies
 * deeper than the parser allows but for cycles, which *@left ends. */
static void
walk (const LucidaPickleValue *value, int *left)
{
  int64_t integer;

  if (!value || --*left < 0)
    return;
  lucida_pickle_int (value, &integer);
  lucida_pickle_is_global (value, "torch._utils._rebuild_tensor_v2");
  lucida_pickle_lookup (value, "state_dict");
  lucida_pickle_dict (value);
  lucida_pickle_string (value);
  switch (value->kind)
    {
    case LUCIDA_PICKLE_BIG:
    case LUCIDA_PICKLE_STRING:
    case LUCIDA_PICKLE_BYTES:
    case LUCIDA_PICKLE_GLOBAL:
      fuzz_touch (value->text, value->n);
      break;
    case LUCIDA_PICKLE_TUPLE:
    case LUCIDA_PICKLE_LIST:
    case LUCIDA_PICKLE_SET:
    case LUCIDA_PICKLE_DICT:
    case LUCIDA_PICKLE_PERSISTENT:
      for (guint32 i = 0; i < value->n; i++)
        walk (value->items[i], left);
      break;
    case LUCIDA_PICKLE_OBJECT:
      walk_object (value->object, left);
      break;
    default:
      break;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (LucidaPickle) pickle = NULL;
  GError *error = NULL;
  gsize used = 0;
  int left = 2000;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  pickle = lucida_pickle_parse (data, size, &used, &error);
  fuzz_check_outcome (pickle != NULL, &error);
  if (!pickle)
    return 0;
  g_assert_cmpuint (used, <=, size);
  walk (lucida_pickle_get_result (pickle), &left);
  for (int i = 0; i < lucida_pickle_get_n_persistent (pickle); i++)
    walk (lucida_pickle_get_persistent (pickle, i), &left);
  for (int i = 0; i < lucida_pickle_get_n_globals (pickle); i++)
    g_assert_nonnull (lucida_pickle_get_global (pickle, i));
  return 0;
}
