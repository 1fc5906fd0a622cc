#include "readers/parse/pickle-private.h"

#include "base/error.h"

#include <string.h>

#define BLOCK 1024

LucidaPickleValue *
_lucida_pickle_value_new (LucidaPickle *self, LucidaPickleKind kind)
{
  guint place = self->n_values % BLOCK;
  LucidaPickleValue *value;

  if (self->n_values >= PICKLE_MAX_VALUES)
    return NULL;
  if (place == 0)
    {
      LucidaPickleValue *block = g_try_new0 (LucidaPickleValue, BLOCK);

      if (!block)
        return NULL;
      g_ptr_array_add (self->blocks, block);
    }
  value = (LucidaPickleValue *) self->blocks->pdata[self->blocks->len - 1] + place;
  value->kind = kind;
  self->n_values++;
  return value;
}

gboolean
_lucida_pickle_value_append (LucidaPickleValue *value, LucidaPickleValue *item)
{
  if (value->n == value->room)
    {
      guint32 room = value->room ? value->room * 2 : 4;
      LucidaPickleValue **items = g_try_renew (LucidaPickleValue *, value->items, room);

      if (!items)
        return FALSE;
      value->items = items;
      value->room = room;
    }
  value->items[value->n++] = item;
  return TRUE;
}

static void
clear_value (LucidaPickleValue *value)
{
  switch (value->kind)
    {
    case LUCIDA_PICKLE_BIG:
    case LUCIDA_PICKLE_STRING:
    case LUCIDA_PICKLE_BYTES:
    case LUCIDA_PICKLE_GLOBAL:
      g_free (value->text);
      break;
    case LUCIDA_PICKLE_TUPLE:
    case LUCIDA_PICKLE_LIST:
    case LUCIDA_PICKLE_SET:
    case LUCIDA_PICKLE_DICT:
    case LUCIDA_PICKLE_PERSISTENT:
      g_free (value->items);
      break;
    case LUCIDA_PICKLE_OBJECT:
      g_free (value->object);
      break;
    case LUCIDA_PICKLE_NONE:
    case LUCIDA_PICKLE_BOOL:
    case LUCIDA_PICKLE_INT:
    case LUCIDA_PICKLE_FLOAT:
      break;
    }
}

void
lucida_pickle_free (LucidaPickle *self)
{
  for (guint i = 0; i < self->n_values; i++)
    clear_value ((LucidaPickleValue *) self->blocks->pdata[i / BLOCK] + i % BLOCK);
  for (guint i = 0; i < self->blocks->len; i++)
    g_free (self->blocks->pdata[i]);
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->globals);
  g_ptr_array_unref (self->persistent);
  g_free (self);
}

/* The value's part number @i, NULL for one that is left out; *@end: there are no more. */
static LucidaPickleValue *
get_part (const LucidaPickleValue *value, guint i, gboolean *end)
{
  *end = FALSE;
  switch (value->kind)
    {
    case LUCIDA_PICKLE_TUPLE:
    case LUCIDA_PICKLE_LIST:
    case LUCIDA_PICKLE_SET:
    case LUCIDA_PICKLE_DICT:
    case LUCIDA_PICKLE_PERSISTENT:
      if (i < value->n)
        return value->items[i];
      break;
    case LUCIDA_PICKLE_OBJECT:
      {
        LucidaPickleObject *o = value->object;
        LucidaPickleValue *parts[] = { o->callable, o->arguments, o->state, o->list, o->dict };

        if (i < G_N_ELEMENTS (parts))
          return parts[i];
        break;
      }
    default:
      break;
    }
  *end = TRUE;
  return NULL;
}

/* A value whose parts are being looked at. */
typedef struct
{
  LucidaPickleValue *value;
  guint next;     /* part */
  guint32 height; /* of the highest part so far */
} Visit;

#define OPEN G_MAXUINT32

gboolean
_lucida_pickle_check_depth (LucidaPickle *self, GError **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Visit));
  Visit first = { self->result, 0, 0 };

  self->result->height = OPEN;
  g_array_append_val (stack, first);
  while (stack->len > 0)
    {
      Visit *top = &g_array_index (stack, Visit, stack->len - 1);
      gboolean end;
      LucidaPickleValue *part = get_part (top->value, top->next++, &end);

      if (end)
        {
          guint32 height = top->height + 1;

          top->value->height = height;
          g_array_set_size (stack, stack->len - 1);
          if (stack->len > 0)
            {
              top = &g_array_index (stack, Visit, stack->len - 1);
              top->height = MAX (top->height, height);
            }
          if (height + stack->len > LUCIDA_PICKLE_MAX_DEPTH)
            break;
        }
      else if (part && part->height == 0)
        {
          Visit visit = { part, 0, 0 };

          part->height = OPEN;
          g_array_append_val (stack, visit);
          if (stack->len > LUCIDA_PICKLE_MAX_DEPTH)
            break;
        }
      else if (part && part->height != OPEN)
        {
          top->height = MAX (top->height, part->height);
          if (top->height + stack->len > LUCIDA_PICKLE_MAX_DEPTH)
            break;
        }
    }
  if (stack->len == 0)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
               "the pickle in it is nested more than %d levels deep", LUCIDA_PICKLE_MAX_DEPTH);
  return FALSE;
}

const LucidaPickleValue *
lucida_pickle_get_result (const LucidaPickle *self)
{
  return self->result;
}

int
lucida_pickle_get_n_globals (const LucidaPickle *self)
{
  return (int) self->globals->len;
}

const char *
lucida_pickle_get_global (const LucidaPickle *self, int i)
{
  return self->globals->pdata[i];
}

int
lucida_pickle_get_n_persistent (const LucidaPickle *self)
{
  return (int) self->persistent->len;
}

const LucidaPickleValue *
lucida_pickle_get_persistent (const LucidaPickle *self, int i)
{
  return self->persistent->pdata[i];
}

const char *
lucida_pickle_string (const LucidaPickleValue *value)
{
  if (!value || value->kind != LUCIDA_PICKLE_STRING || strlen (value->text) != value->n)
    return NULL;
  return value->text;
}

gboolean
lucida_pickle_is_global (const LucidaPickleValue *value, const char *name)
{
  return value && value->kind == LUCIDA_PICKLE_GLOBAL && strcmp (value->text, name) == 0;
}

gboolean
lucida_pickle_int (const LucidaPickleValue *value, int64_t *result)
{
  if (!value || (value->kind != LUCIDA_PICKLE_INT && value->kind != LUCIDA_PICKLE_BOOL))
    return FALSE;
  *result = value->integer;
  return TRUE;
}

const LucidaPickleValue *
lucida_pickle_dict (const LucidaPickleValue *value)
{
  if (value && value->kind == LUCIDA_PICKLE_OBJECT)
    value = value->object->dict;
  return value && value->kind == LUCIDA_PICKLE_DICT ? value : NULL;
}

const LucidaPickleValue *
lucida_pickle_lookup (const LucidaPickleValue *value, const char *key)
{
  const LucidaPickleValue *dict = lucida_pickle_dict (value);

  for (guint32 i = dict ? dict->n : 0; i >= 2; i -= 2)
    if (g_strcmp0 (lucida_pickle_string (dict->items[i - 2]), key) == 0)
      return dict->items[i - 1];
  return NULL;
}
