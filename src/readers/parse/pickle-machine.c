#include "readers/parse/pickle-private.h"

#include "base/error.h"

#include <string.h>

gboolean
_lucida_pickle_corrupt (PickleMachine *m, const char *what)
{
  g_set_error (m->error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "the pickle in it is damaged: %s (at byte %" G_GSIZE_FORMAT ")", what, m->opcode_at);
  return FALSE;
}

gboolean
_lucida_pickle_too_large (PickleMachine *m, const char *what)
{
  g_set_error (m->error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE, "the pickle in it %s", what);
  return FALSE;
}

const guint8 *
_lucida_pickle_take (PickleMachine *m, gsize n)
{
  if (n > m->size - m->at)
    {
      if (m->size == LUCIDA_PICKLE_MAX_SIZE)
        _lucida_pickle_too_large (m, "is larger than 64 MB");
      else
        _lucida_pickle_corrupt (m, "it is cut off");
      return NULL;
    }
  m->at += n;
  return m->data + (m->at - n);
}

gboolean
_lucida_pickle_take_number (PickleMachine *m, guint n, guint64 *number)
{
  const guint8 *bytes = _lucida_pickle_take (m, n);

  *number = 0;
  for (guint i = 0; bytes && i < n; i++)
    *number |= (guint64) bytes[i] << (8 * i);
  return bytes != NULL;
}

gboolean
_lucida_pickle_push (PickleMachine *m, LucidaPickleValue *value)
{
  if (!value)
    return _lucida_pickle_too_large (m, "has too many values");
  if (m->stack->len >= PICKLE_MAX_STACK)
    return _lucida_pickle_too_large (m, "needs too large a stack");
  g_ptr_array_add (m->stack, value);
  return TRUE;
}

LucidaPickleValue *
_lucida_pickle_new_value (PickleMachine *m, LucidaPickleKind kind)
{
  return _lucida_pickle_value_new (m->pickle, kind);
}

guint
_lucida_pickle_floor_of (const PickleMachine *m)
{
  return m->marks->len ? g_array_index (m->marks, guint, m->marks->len - 1) : 0;
}

LucidaPickleValue *
_lucida_pickle_pop (PickleMachine *m)
{
  if (m->stack->len <= _lucida_pickle_floor_of (m))
    {
      _lucida_pickle_corrupt (m, "a value is missing");
      return NULL;
    }
  return g_ptr_array_steal_index (m->stack, m->stack->len - 1);
}

LucidaPickleValue *
_lucida_pickle_top (PickleMachine *m)
{
  if (m->stack->len <= _lucida_pickle_floor_of (m))
    {
      _lucida_pickle_corrupt (m, "a value is missing");
      return NULL;
    }
  return m->stack->pdata[m->stack->len - 1];
}

gboolean
_lucida_pickle_pop_mark (PickleMachine *m, guint *from)
{
  if (m->marks->len == 0)
    return _lucida_pickle_corrupt (m, "a mark is missing");
  *from = _lucida_pickle_floor_of (m);
  g_array_set_size (m->marks, m->marks->len - 1);
  return TRUE;
}

gboolean
_lucida_pickle_collect (PickleMachine *m, LucidaPickleKind kind, guint from)
{
  LucidaPickleValue *value = _lucida_pickle_new_value (m, kind);

  for (guint i = from; value && i < m->stack->len; i++)
    if (!_lucida_pickle_value_append (value, m->stack->pdata[i]))
      return _lucida_pickle_too_large (m, "does not fit into memory");
  g_ptr_array_set_size (m->stack, (gint) from);
  return _lucida_pickle_push (m, value);
}

/* What the values from @from on are added to: @kind itself, or an object's part of that kind. */
static LucidaPickleValue *
find_target (PickleMachine *m, LucidaPickleKind kind, guint from)
{
  LucidaPickleValue *value;
  LucidaPickleValue **part;

  if (from <= _lucida_pickle_floor_of (m))
    {
      _lucida_pickle_corrupt (m, "a value is missing");
      return NULL;
    }
  value = m->stack->pdata[from - 1];
  if (value->kind == kind)
    return value;
  if (value->kind != LUCIDA_PICKLE_OBJECT || kind == LUCIDA_PICKLE_SET)
    {
      _lucida_pickle_corrupt (m, "items are added to what has none");
      return NULL;
    }
  part = kind == LUCIDA_PICKLE_DICT ? &value->object->dict : &value->object->list;
  if (!*part)
    *part = _lucida_pickle_new_value (m, kind);
  if (!*part)
    _lucida_pickle_too_large (m, "has too many values");
  return *part;
}

gboolean
_lucida_pickle_add_items (PickleMachine *m, LucidaPickleKind kind, guint from)
{
  LucidaPickleValue *target = find_target (m, kind, from);

  if (!target)
    return FALSE;
  if (kind == LUCIDA_PICKLE_DICT && (m->stack->len - from) % 2)
    return _lucida_pickle_corrupt (m, "a key has no value");
  for (guint i = from; i < m->stack->len; i++)
    if (target->n >= PICKLE_MAX_VALUES || !_lucida_pickle_value_append (target, m->stack->pdata[i]))
      return _lucida_pickle_too_large (m, "does not fit into memory");
  g_ptr_array_set_size (m->stack, (gint) from);
  return TRUE;
}

gboolean
_lucida_pickle_make_object (PickleMachine *m)
{
  LucidaPickleValue *arguments = _lucida_pickle_pop (m);
  LucidaPickleValue *callable = arguments ? _lucida_pickle_pop (m) : NULL;
  LucidaPickleValue *value = callable ? _lucida_pickle_new_value (m, LUCIDA_PICKLE_OBJECT) : NULL;

  if (!callable)
    return FALSE;
  if (value && !(value->object = g_try_new0 (LucidaPickleObject, 1)))
    return _lucida_pickle_too_large (m, "does not fit into memory");
  if (!_lucida_pickle_push (m, value))
    return FALSE;
  value->object->callable = callable;
  value->object->arguments = arguments;
  return TRUE;
}

gboolean
_lucida_pickle_build (PickleMachine *m)
{
  LucidaPickleValue *state = _lucida_pickle_pop (m);
  LucidaPickleValue *value = state ? _lucida_pickle_top (m) : NULL;

  if (!value)
    return FALSE;
  if (value->kind != LUCIDA_PICKLE_OBJECT)
    return _lucida_pickle_corrupt (m, "a state is given to what is no object");
  value->object->state = state;
  return TRUE;
}
