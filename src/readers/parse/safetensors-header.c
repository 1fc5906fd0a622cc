#include "readers/parse/safetensors-header.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>

#define MAX_HEADER (100 << 20) /* bytes */
#define MAX_TENSORS 1000000
#define MAX_DEPTH 32
#define LENGTH_SIZE 8 /* bytes before the header */

typedef struct
{
  const char *at;
  const char *end;
  GPtrArray *tensors;
  GHashTable *names;
  GError **error;
} Parser;

static void
free_tensor (gpointer data)
{
  LucidaSafetensor *tensor = data;

  g_free (tensor->name);
  g_free (tensor->dtype);
  g_free (tensor);
}

static gboolean
corrupt (Parser *p, const char *what)
{
  g_set_error (p->error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "its header is damaged: %s", what);
  return FALSE;
}

static void
skip_space (Parser *p)
{
  while (p->at < p->end && strchr (" \t\r\n", *p->at) && *p->at)
    p->at++;
}

/* Takes @c if it comes next. */
static gboolean
accept (Parser *p, char c)
{
  skip_space (p);
  if (p->at == p->end || *p->at != c)
    return FALSE;
  p->at++;
  return TRUE;
}

static gboolean
expect (Parser *p, char c)
{
  return accept (p, c) || corrupt (p, "it is no JSON of tensors");
}

static gboolean
read_hex (Parser *p, guint32 *code)
{
  *code = 0;
  if (p->end - p->at < 4)
    return corrupt (p, "a string is cut off");
  for (int i = 0; i < 4; i++, p->at++)
    {
      int digit = g_ascii_xdigit_value (*p->at);

      if (digit < 0)
        return corrupt (p, "a string has an escape that is none");
      *code = *code << 4 | (guint32) digit;
    }
  return TRUE;
}

/* \uXXXX, two of them for what lies beyond the first plane. */
static gboolean
read_unicode (Parser *p, GString *text)
{
  guint32 code, low;

  if (!read_hex (p, &code))
    return FALSE;
  if (code >= 0xd800 && code < 0xdc00)
    {
      if (p->end - p->at < 6 || p->at[0] != '\\' || p->at[1] != 'u')
        return corrupt (p, "a string has half a character");
      p->at += 2;
      if (!read_hex (p, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return corrupt (p, "a string has half a character");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  else if (code == 0 || (code >= 0xdc00 && code <= 0xdfff))
    return corrupt (p, "a string has half a character");
  g_string_append_unichar (text, code);
  return TRUE;
}

static gboolean
read_escape (Parser *p, GString *text)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *found;
  char c;

  if (p->at == p->end)
    return corrupt (p, "a string is cut off");
  c = *p->at++;
  if (c == 'u')
    return read_unicode (p, text);
  found = c ? strchr (from, c) : NULL;
  if (!found)
    return corrupt (p, "a string has an escape that is none");
  g_string_append_c (text, to[found - from]);
  return TRUE;
}

/* (transfer full) (nullable) */
static char *
read_string (Parser *p)
{
  g_autoptr (GString) text = NULL;

  if (!expect (p, '"'))
    return NULL;
  text = g_string_new (NULL);
  while (p->at < p->end && *p->at != '"')
    {
      char c = *p->at++;

      if (c != '\\')
        g_string_append_c (text, c);
      else if (!read_escape (p, text))
        return NULL;
    }
  if (p->at == p->end)
    {
      corrupt (p, "a string is cut off");
      return NULL;
    }
  p->at++;
  if (!g_utf8_validate_len (text->str, text->len, NULL))
    {
      corrupt (p, "a string is not UTF-8");
      return NULL;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
read_number (Parser *p, guint64 *number)
{
  const char *begin;

  skip_space (p);
  begin = p->at;
  *number = 0;
  for (; p->at < p->end && g_ascii_isdigit (*p->at); p->at++)
    if (__builtin_mul_overflow (*number, (guint64) 10, number)
        || __builtin_add_overflow (*number, (guint64) (*p->at - '0'), number))
      return corrupt (p, "a number is too large");
  if (p->at == begin || *number > G_MAXINT64)
    return corrupt (p, "a size or a place is no number");
  return TRUE;
}

/* A list of at most @most numbers. */
static gboolean
read_numbers (Parser *p, guint64 *numbers, int most, int *n)
{
  *n = 0;
  if (!expect (p, '['))
    return FALSE;
  if (accept (p, ']'))
    return TRUE;
  do
    {
      if (*n == most)
        return corrupt (p, "a tensor has too many axes");
      if (!read_number (p, &numbers[(*n)++]))
        return FALSE;
    }
  while (accept (p, ','));
  return expect (p, ']');
}

/* Any value; what it is does not matter. */
static gboolean
skip_value (Parser *p, int depth)
{
  gboolean is_object;

  if (depth > MAX_DEPTH)
    return corrupt (p, "it is nested too deeply");
  skip_space (p);
  if (p->at < p->end && *p->at == '"')
    {
      g_autofree char *text = read_string (p);

      return text != NULL;
    }
  is_object = p->at < p->end && *p->at == '{';
  if (!is_object && !(p->at < p->end && *p->at == '['))
    {
      const char *begin = p->at;

      while (p->at < p->end && (g_ascii_isalnum (*p->at) || strchr ("+-.", *p->at)) && *p->at)
        p->at++;
      return p->at > begin || corrupt (p, "a value is missing");
    }
  p->at++;
  if (accept (p, is_object ? '}' : ']'))
    return TRUE;
  do
    {
      g_autofree char *key = is_object ? read_string (p) : NULL;

      if ((is_object && (!key || !expect (p, ':'))) || !skip_value (p, depth + 1))
        return FALSE;
    }
  while (accept (p, ','));
  return expect (p, is_object ? '}' : ']');
}

/* {string: string} */
static gboolean
read_metadata (Parser *p)
{
  if (!expect (p, '{'))
    return FALSE;
  if (accept (p, '}'))
    return TRUE;
  do
    {
      g_autofree char *key = read_string (p);
      g_autofree char *value = key && expect (p, ':') ? read_string (p) : NULL;

      if (!value)
        return FALSE;
    }
  while (accept (p, ','));
  return expect (p, '}');
}

static gboolean
read_field (Parser *p, LucidaSafetensor *tensor, guint *found)
{
  g_autofree char *key = read_string (p);
  guint64 numbers[LUCIDA_MAX_RANK];
  int n;

  if (!key || !expect (p, ':'))
    return FALSE;
  if (strcmp (key, "dtype") == 0 && !tensor->dtype)
    {
      *found |= 1;
      tensor->dtype = read_string (p);
      return tensor->dtype != NULL;
    }
  if (strcmp (key, "shape") == 0 && !(*found & 2))
    {
      *found |= 2;
      if (!read_numbers (p, numbers, LUCIDA_MAX_RANK, &n))
        return FALSE;
      tensor->shape.rank = n;
      for (int i = 0; i < n; i++)
        tensor->shape.dim[i] = (int64_t) numbers[i];
      return TRUE;
    }
  if (strcmp (key, "data_offsets") == 0 && !(*found & 4))
    {
      *found |= 4;
      if (!read_numbers (p, numbers, 2, &n))
        return FALSE;
      tensor->begin = numbers[0];
      tensor->end = n == 2 ? numbers[1] : 0;
      return n == 2 || corrupt (p, "a tensor has no place");
    }
  return skip_value (p, 0);
}

static gboolean
read_tensor (Parser *p, const char *name)
{
  LucidaSafetensor *tensor = g_new0 (LucidaSafetensor, 1);
  guint found = 0;

  tensor->name = g_strdup (name);
  g_ptr_array_add (p->tensors, tensor);
  if (p->tensors->len > MAX_TENSORS)
    return corrupt (p, "it has too many tensors");
  if (!g_hash_table_add (p->names, tensor->name))
    return corrupt (p, "two tensors have one name");
  if (!expect (p, '{'))
    return FALSE;
  do
    if (!read_field (p, tensor, &found))
      return FALSE;
  while (accept (p, ','));
  return expect (p, '}') && (found == 7 || corrupt (p, "a tensor has no kind, shape or place"));
}

static gboolean
read_header (Parser *p)
{
  if (!expect (p, '{'))
    return FALSE;
  if (!accept (p, '}'))
    {
      do
        {
          g_autofree char *name = read_string (p);
          gboolean good = name && expect (p, ':');

          if (good)
            good = strcmp (name, "__metadata__") == 0 ? read_metadata (p) : read_tensor (p, name);
          if (!good)
            return FALSE;
        }
      while (accept (p, ','));
      if (!expect (p, '}'))
        return FALSE;
    }
  skip_space (p);
  return p->at == p->end || corrupt (p, "something follows it");
}

gsize
lucida_safetensors_element_size (const char *dtype)
{
  static const struct
  {
    const char *dtype;
    gsize size; /* bytes */
  } kinds[] = {
    { "F32", 4 }, { "F16", 2 },     { "BF16", 2 },    { "F64", 8 },  { "I64", 8 }, { "I32", 4 },
    { "I16", 2 }, { "I8", 1 },      { "U8", 1 },      { "BOOL", 1 }, { "U16", 2 }, { "U32", 4 },
    { "U64", 8 }, { "F8_E4M3", 1 }, { "F8_E5M2", 1 }, { "C64", 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (dtype, kinds[i].dtype) == 0)
      return kinds[i].size;
  return 0;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const LucidaSafetensor *x = *(const LucidaSafetensor *const *) a;
  const LucidaSafetensor *y = *(const LucidaSafetensor *const *) b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return (x->end > y->end) - (x->end < y->end);
}

static gboolean
check_size (Parser *p, const LucidaSafetensor *tensor)
{
  gsize item = lucida_safetensors_element_size (tensor->dtype), size;

  if (item == 0)
    return corrupt (p, "a tensor is of a kind that is not known");
  if (!lucida_shape_check (&tensor->shape, p->error))
    return FALSE;
  if (!lucida_size_mul ((gsize) lucida_shape_count (&tensor->shape), item, &size)
      || tensor->begin > tensor->end || tensor->end - tensor->begin != size)
    return corrupt (p, "a tensor's place is not as long as its shape needs");
  return TRUE;
}

/* Ranges follow each other from 0 to @size, the bytes behind the header. */
static gboolean
check_places (Parser *p, guint64 size, guint64 data_begin)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_sized_new (p->tensors->len);
  guint64 at = 0;

  for (guint i = 0; i < p->tensors->len; i++)
    {
      if (!check_size (p, p->tensors->pdata[i]))
        return FALSE;
      g_ptr_array_add (sorted, p->tensors->pdata[i]);
    }
  g_ptr_array_sort (sorted, compare_places);
  for (guint i = 0; i < sorted->len; i++)
    {
      LucidaSafetensor *tensor = sorted->pdata[i];

      if (tensor->end > size)
        return corrupt (p, "a tensor lies beyond the file's end, which seems to be cut off");
      if (tensor->begin != at)
        return corrupt (p, "its tensors overlap, or leave a gap");
      at = tensor->end;
      tensor->begin += data_begin;
      tensor->end += data_begin;
    }
  return at == size || corrupt (p, "the file is longer than its tensors");
}

GPtrArray *
lucida_safetensors_parse (const guint8 *data, gsize size, GError **error)
{
  g_autoptr (GPtrArray) tensors = g_ptr_array_new_with_free_func (free_tensor);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  Parser p = { .tensors = tensors, .names = names, .error = error };
  guint64 length;

  if (size < LENGTH_SIZE)
    {
      corrupt (&p, "it is cut off");
      return NULL;
    }
  memcpy (&length, data, sizeof length);
  length = GUINT64_FROM_LE (length);
  if (length > MAX_HEADER)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE, "its header is larger than %d MB",
                   MAX_HEADER >> 20);
      return NULL;
    }
  if (length > size - LENGTH_SIZE)
    {
      corrupt (&p, "it is cut off");
      return NULL;
    }
  p.at = (const char *) data + LENGTH_SIZE;
  p.end = p.at + length;
  if (!read_header (&p) || !check_places (&p, size - LENGTH_SIZE - length, LENGTH_SIZE + length))
    return NULL;
  return g_steal_pointer (&tensors);
}
