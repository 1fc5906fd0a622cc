#include "readers/parse/pickle-private.h"

#include "base/error.h"

#include <string.h>

static gboolean
push_text (PickleMachine *m, LucidaPickleKind kind, gsize size)
{
  LucidaPickleValue *value;
  const guint8 *bytes;

  if (size > PICKLE_MAX_STRING)
    return _lucida_pickle_too_large (m, "has a string of more than 1 MB");
  bytes = _lucida_pickle_take (m, size);
  if (!bytes)
    return FALSE;
  if (kind == LUCIDA_PICKLE_STRING && !g_utf8_validate_len ((const char *) bytes, size, NULL)
      && memchr (bytes, 0, size) == NULL)
    {
      if (m->data[m->opcode_at] == 'X')
        return _lucida_pickle_corrupt (m, "a string is not UTF-8");
      kind = LUCIDA_PICKLE_BYTES; /* Python 2 kept bytes in strings */
    }
  value = _lucida_pickle_new_value (m, kind);
  if (!_lucida_pickle_push (m, value))
    return FALSE;
  value->text = g_try_malloc (size + 1);
  if (!value->text)
    return _lucida_pickle_too_large (m, "does not fit into memory");
  memcpy (value->text, bytes, size);
  value->text[size] = '\0';
  value->n = (guint32) size;
  return TRUE;
}

static gboolean
push_sized_text (PickleMachine *m, LucidaPickleKind kind, guint length_bytes)
{
  guint64 size;

  if (!_lucida_pickle_take_number (m, length_bytes, &size))
    return FALSE;
  if (size > m->size - m->at)
    return _lucida_pickle_corrupt (m, "it is cut off");
  return push_text (m, kind, (gsize) size);
}

static gboolean
push_int (PickleMachine *m, int64_t integer)
{
  LucidaPickleValue *value = _lucida_pickle_new_value (m, LUCIDA_PICKLE_INT);

  if (!_lucida_pickle_push (m, value))
    return FALSE;
  value->integer = integer;
  return TRUE;
}

static gboolean
push_float (PickleMachine *m)
{
  const guint8 *bytes = _lucida_pickle_take (m, 8);
  LucidaPickleValue *value = bytes ? _lucida_pickle_new_value (m, LUCIDA_PICKLE_FLOAT) : NULL;
  guint64 bits = 0;

  if (!bytes || !_lucida_pickle_push (m, value))
    return FALSE;
  for (int i = 0; i < 8; i++)
    bits = bits << 8 | bytes[i];
  memcpy (&value->number, &bits, sizeof bits);
  return TRUE;
}

/* LONG1: two's complement of any length. */
static gboolean
push_long (PickleMachine *m)
{
  guint64 size, number = 0;
  const guint8 *bytes;

  if (!_lucida_pickle_take_number (m, 1, &size))
    return FALSE;
  if (size > 8)
    return push_text (m, LUCIDA_PICKLE_BIG, (gsize) size);
  bytes = _lucida_pickle_take (m, (gsize) size);
  if (!bytes)
    return FALSE;
  for (guint i = 0; i < size; i++)
    number |= (guint64) bytes[i] << (8 * i);
  if (size > 0 && size < 8 && bytes[size - 1] & 0x80)
    number |= ~(guint64) 0 << (8 * size);
  return push_int (m, (int64_t) number);
}

/* What only a pickle that wants to run code names. Other classes are harmless: nothing is called.
 */
static gboolean
is_code (const char *name)
{
  static const char *const modules[]
      = { "os.",     "posix.",     "nt.",     "subprocess.", "commands.", "pty.",    "runpy.",
          "shutil.", "importlib.", "socket.", "ctypes.",     "code.",     "marshal." };
  static const char *const functions[]
      = { "eval", "exec", "execfile", "compile", "open", "__import__", "apply", "input" };

  for (gsize i = 0; i < G_N_ELEMENTS (modules); i++)
    if (g_str_has_prefix (name, modules[i]))
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if ((g_str_has_prefix (name, "builtins.") || g_str_has_prefix (name, "__builtin__."))
        && strcmp (strchr (name, '.') + 1, functions[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
push_global (PickleMachine *m, const char *module, gsize module_size, const char *name,
             gsize name_size)
{
  LucidaPickleValue *value;

  if (module_size > PICKLE_MAX_NAME || name_size > PICKLE_MAX_NAME)
    return _lucida_pickle_too_large (m, "has a name that is too long");
  if (module_size == 0 || name_size == 0 || !g_utf8_validate_len (module, module_size, NULL)
      || !g_utf8_validate_len (name, name_size, NULL))
    return _lucida_pickle_corrupt (m, "a name is not text");
  value = _lucida_pickle_new_value (m, LUCIDA_PICKLE_GLOBAL);
  if (!_lucida_pickle_push (m, value))
    return FALSE;
  value->text = g_strdup_printf ("%.*s.%.*s", (int) module_size, module, (int) name_size, name);
  value->n = (guint32) strlen (value->text);
  if (is_code (value->text))
    {
      g_set_error (m->error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the file tries to run code (%s): it was not run, and the file should not be "
                   "trusted",
                   value->text);
      return FALSE;
    }
  if (g_hash_table_add (m->globals, value->text))
    g_ptr_array_add (m->pickle->globals, value->text);
  return TRUE;
}

/* GLOBAL: two lines. */
static gboolean
read_global (PickleMachine *m)
{
  const char *begin = (const char *) m->data + m->at;
  gsize left = m->size - m->at;
  const char *line = memchr (begin, '\n', left);
  const char *name = line ? line + 1 : NULL;
  const char *end = name ? memchr (name, '\n', left - (gsize) (name - begin)) : NULL;

  if (!end)
    return _lucida_pickle_corrupt (m, "it is cut off");
  m->at += (gsize) (end + 1 - begin);
  return push_global (m, begin, (gsize) (line - begin), name, (gsize) (end - name));
}

static gboolean
stack_global (PickleMachine *m)
{
  LucidaPickleValue *name = _lucida_pickle_pop (m);
  LucidaPickleValue *module = name ? _lucida_pickle_pop (m) : NULL;

  if (!module)
    return FALSE;
  if (!lucida_pickle_string (name) || !lucida_pickle_string (module))
    return _lucida_pickle_corrupt (m, "a name is not text");
  return push_global (m, module->text, module->n, name->text, name->n);
}

static gboolean
put (PickleMachine *m, guint64 index)
{
  LucidaPickleValue *value = _lucida_pickle_top (m);

  if (!value)
    return FALSE;
  if (index >= PICKLE_MAX_MEMO)
    return _lucida_pickle_too_large (m, "remembers too many values");
  if (index >= m->memo->len)
    g_ptr_array_set_size (m->memo, (gint) index + 1);
  m->memo->pdata[index] = value;
  return TRUE;
}

static gboolean
get (PickleMachine *m, guint64 index)
{
  if (index >= m->memo->len || !m->memo->pdata[index])
    return _lucida_pickle_corrupt (m, "it recalls a value that it has not stored");
  return _lucida_pickle_push (m, m->memo->pdata[index]);
}

static gboolean
collect_marked (PickleMachine *m, LucidaPickleKind kind)
{
  guint from;

  if (!_lucida_pickle_pop_mark (m, &from))
    return FALSE;
  if (kind == LUCIDA_PICKLE_DICT && (m->stack->len - from) % 2)
    return _lucida_pickle_corrupt (m, "a key has no value");
  return _lucida_pickle_collect (m, kind, from);
}

static gboolean
collect_tuple (PickleMachine *m, guint n)
{
  if (m->stack->len - _lucida_pickle_floor_of (m) < n)
    return _lucida_pickle_corrupt (m, "a value is missing");
  return _lucida_pickle_collect (m, LUCIDA_PICKLE_TUPLE, m->stack->len - n);
}

static gboolean
add_marked (PickleMachine *m, LucidaPickleKind kind)
{
  guint from;

  return _lucida_pickle_pop_mark (m, &from) && _lucida_pickle_add_items (m, kind, from);
}

static gboolean
add_single (PickleMachine *m, LucidaPickleKind kind, guint n)
{
  if (m->stack->len - _lucida_pickle_floor_of (m) < n)
    return _lucida_pickle_corrupt (m, "a value is missing");
  return _lucida_pickle_add_items (m, kind, m->stack->len - n);
}

static gboolean
make_persistent (PickleMachine *m)
{
  if (m->stack->len <= _lucida_pickle_floor_of (m))
    return _lucida_pickle_corrupt (m, "a value is missing");
  if (!_lucida_pickle_collect (m, LUCIDA_PICKLE_PERSISTENT, m->stack->len - 1))
    return FALSE;
  g_ptr_array_add (m->pickle->persistent, _lucida_pickle_top (m));
  return TRUE;
}

static gboolean
push_mark (PickleMachine *m)
{
  if (m->marks->len >= PICKLE_MAX_STACK)
    return _lucida_pickle_too_large (m, "needs too large a stack");
  g_array_append_val (m->marks, m->stack->len);
  return TRUE;
}

/* POP takes a mark if nothing lies above it. */
static gboolean
drop (PickleMachine *m)
{
  guint from;

  if (m->marks->len > 0 && m->stack->len == _lucida_pickle_floor_of (m))
    return _lucida_pickle_pop_mark (m, &from);
  return _lucida_pickle_pop (m) != NULL;
}

static gboolean
drop_marked (PickleMachine *m)
{
  guint from;

  if (!_lucida_pickle_pop_mark (m, &from))
    return FALSE;
  g_ptr_array_set_size (m->stack, (gint) from);
  return TRUE;
}

static gboolean
check_protocol (PickleMachine *m)
{
  guint64 protocol;

  if (!_lucida_pickle_take_number (m, 1, &protocol))
    return FALSE;
  if (protocol >= 2 && protocol <= 5)
    return TRUE;
  g_set_error (m->error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the pickle in it is of protocol %d, where 2 to 5 are read", (int) protocol);
  return FALSE;
}

/* Instructions that are not carried out, for the message. */
static const char *
opcode_name (guint8 opcode)
{
  static const struct
  {
    guint8 opcode;
    const char *name;
  } names[] = {
    { 'i', "INST" },         { 'o', "OBJ" },
    { 'P', "PERSID" },       { 'p', "PUT" },
    { 'g', "GET" },          { 'I', "INT" },
    { 'L', "LONG" },         { 'S', "STRING" },
    { 'V', "UNICODE" },      { 'F', "FLOAT" },
    { 0x82, "EXT1" },        { 0x83, "EXT2" },
    { 0x84, "EXT4" },        { 0x8b, "LONG4" },
    { 0x8e, "BINBYTES8" },   { 0x91, "FROZENSET" },
    { 0x92, "NEWOBJ_EX" },   { 0x96, "BYTEARRAY8" },
    { 0x97, "NEXT_BUFFER" }, { 0x98, "READONLY_BUFFER" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].opcode == opcode)
      return names[i].name;
  return NULL;
}

static gboolean
refuse (PickleMachine *m, guint8 opcode)
{
  const char *name = opcode_name (opcode);

  if (name)
    g_set_error (m->error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                 "the pickle in it has the instruction %s (at byte %" G_GSIZE_FORMAT
                 "), which is not read",
                 name, m->opcode_at);
  else
    g_set_error (m->error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                 "the pickle in it is damaged: there is no instruction 0x%02x (at byte "
                 "%" G_GSIZE_FORMAT ")",
                 opcode, m->opcode_at);
  return FALSE;
}

static gboolean
step (PickleMachine *m, guint8 opcode)
{
  guint64 number;

  switch (opcode)
    {
    case 0x80: /* PROTO */
      return check_protocol (m);
    case 0x95: /* FRAME */
      return _lucida_pickle_take_number (m, 8, &number);
    case '(': /* MARK */
      return push_mark (m);
    case '0': /* POP */
      return drop (m);
    case '1': /* POP_MARK */
      return drop_marked (m);
    case '2': /* DUP */
      return _lucida_pickle_top (m) && _lucida_pickle_push (m, _lucida_pickle_top (m));
    case 'N': /* NONE */
      return _lucida_pickle_push (m, m->none);
    case 0x88: /* NEWTRUE */
    case 0x89: /* NEWFALSE */
      return _lucida_pickle_push (m, m->booleans[opcode == 0x88]);
    case 'J': /* BININT */
      return _lucida_pickle_take_number (m, 4, &number) && push_int (m, (int32_t) (guint32) number);
    case 'K': /* BININT1 */
      return _lucida_pickle_take_number (m, 1, &number) && push_int (m, (int64_t) number);
    case 'M': /* BININT2 */
      return _lucida_pickle_take_number (m, 2, &number) && push_int (m, (int64_t) number);
    case 0x8a: /* LONG1 */
      return push_long (m);
    case 'G': /* BINFLOAT */
      return push_float (m);
    case 'X': /* BINUNICODE */
      return push_sized_text (m, LUCIDA_PICKLE_STRING, 4);
    case 0x8c: /* SHORT_BINUNICODE */
      return push_sized_text (m, LUCIDA_PICKLE_STRING, 1);
    case 0x8d: /* BINUNICODE8 */
      return push_sized_text (m, LUCIDA_PICKLE_STRING, 8);
    case 'U': /* SHORT_BINSTRING */
      return push_sized_text (m, LUCIDA_PICKLE_STRING, 1);
    case 'T': /* BINSTRING */
      return push_sized_text (m, LUCIDA_PICKLE_STRING, 4);
    case 'B': /* BINBYTES */
      return push_sized_text (m, LUCIDA_PICKLE_BYTES, 4);
    case 'C': /* SHORT_BINBYTES */
      return push_sized_text (m, LUCIDA_PICKLE_BYTES, 1);
    case 'c': /* GLOBAL */
      return read_global (m);
    case 0x93: /* STACK_GLOBAL */
      return stack_global (m);
    case 'q': /* BINPUT */
      return _lucida_pickle_take_number (m, 1, &number) && put (m, number);
    case 'r': /* LONG_BINPUT */
      return _lucida_pickle_take_number (m, 4, &number) && put (m, number);
    case 0x94: /* MEMOIZE */
      return put (m, m->next_memo++);
    case 'h': /* BINGET */
      return _lucida_pickle_take_number (m, 1, &number) && get (m, number);
    case 'j': /* LONG_BINGET */
      return _lucida_pickle_take_number (m, 4, &number) && get (m, number);
    case ')': /* EMPTY_TUPLE */
      return collect_tuple (m, 0);
    case 0x85: /* TUPLE1 */
    case 0x86: /* TUPLE2 */
    case 0x87: /* TUPLE3 */
      return collect_tuple (m, opcode - 0x84u);
    case 't': /* TUPLE */
      return collect_marked (m, LUCIDA_PICKLE_TUPLE);
    case ']': /* EMPTY_LIST */
      return _lucida_pickle_collect (m, LUCIDA_PICKLE_LIST, m->stack->len);
    case 'l': /* LIST */
      return collect_marked (m, LUCIDA_PICKLE_LIST);
    case 'a': /* APPEND */
      return add_single (m, LUCIDA_PICKLE_LIST, 1);
    case 'e': /* APPENDS */
      return add_marked (m, LUCIDA_PICKLE_LIST);
    case '}': /* EMPTY_DICT */
      return _lucida_pickle_collect (m, LUCIDA_PICKLE_DICT, m->stack->len);
    case 'd': /* DICT */
      return collect_marked (m, LUCIDA_PICKLE_DICT);
    case 's': /* SETITEM */
      return add_single (m, LUCIDA_PICKLE_DICT, 2);
    case 'u': /* SETITEMS */
      return add_marked (m, LUCIDA_PICKLE_DICT);
    case 0x8f: /* EMPTY_SET */
      return _lucida_pickle_collect (m, LUCIDA_PICKLE_SET, m->stack->len);
    case 0x90: /* ADDITEMS */
      return add_marked (m, LUCIDA_PICKLE_SET);
    case 'Q': /* BINPERSID */
      return make_persistent (m);
    case 'R':  /* REDUCE */
    case 0x81: /* NEWOBJ */
      return _lucida_pickle_make_object (m);
    case 'b': /* BUILD */
      return _lucida_pickle_build (m);
    default:
      return refuse (m, opcode);
    }
}

/* Runs to STOP, which leaves one value. */
static gboolean
run (PickleMachine *m)
{
  for (;;)
    {
      const guint8 *opcode;

      m->opcode_at = m->at;
      opcode = _lucida_pickle_take (m, 1);
      if (!opcode)
        return FALSE;
      if (*opcode == '.')
        break;
      if (!step (m, *opcode))
        return FALSE;
    }
  if (m->marks->len > 0)
    return _lucida_pickle_corrupt (m, "a mark is left over at the end");
  if (m->stack->len != 1)
    return _lucida_pickle_corrupt (m, "it does not end with one value");
  m->pickle->result = m->stack->pdata[0];
  return TRUE;
}

LucidaPickle *
lucida_pickle_parse (const guint8 *data, gsize size, gsize *used, GError **error)
{
  g_autoptr (LucidaPickle) self = g_new0 (LucidaPickle, 1);
  PickleMachine m = { .pickle = self, .data = data, .error = error };
  gboolean good;

  self->blocks = g_ptr_array_new ();
  self->globals = g_ptr_array_new ();
  self->persistent = g_ptr_array_new ();
  /* Only the first part is looked at, so that a file with storages behind the pickle is no reason
   * to refuse it. */
  m.size = MIN (size, LUCIDA_PICKLE_MAX_SIZE);
  m.stack = g_ptr_array_new ();
  m.marks = g_array_new (FALSE, FALSE, sizeof (guint));
  m.memo = g_ptr_array_new ();
  m.globals = g_hash_table_new (g_str_hash, g_str_equal);
  m.none = _lucida_pickle_new_value (&m, LUCIDA_PICKLE_NONE);
  for (int i = 0; i < 2; i++)
    {
      m.booleans[i] = _lucida_pickle_new_value (&m, LUCIDA_PICKLE_BOOL);
      if (m.booleans[i])
        m.booleans[i]->integer = i;
    }
  good = run (&m);
  if (used)
    *used = m.at;
  g_ptr_array_unref (m.stack);
  g_array_unref (m.marks);
  g_ptr_array_unref (m.memo);
  g_hash_table_unref (m.globals);
  if (!good || !_lucida_pickle_check_depth (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
