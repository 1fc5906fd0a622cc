#include "readers/labels.h"

#include "base/error.h"

#include <string.h>

#define MAX_NAMES 1000000

/* A literal of JSON or Python, read from left to right. */
typedef struct
{
  const char *at;
  const char *end;
} Literal;

static gboolean
corrupt (GError **error, const char *problem)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, problem);
  return FALSE;
}

static void
skip_space (Literal *self)
{
  while (self->at < self->end && g_ascii_isspace (*self->at))
    self->at++;
}

/* Whether @c is next; it is left there. */
static gboolean
closes (Literal *self, char c)
{
  skip_space (self);
  return self->at < self->end && *self->at == c;
}

static gboolean
accept (Literal *self, char c)
{
  if (!closes (self, c))
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
read_hex (Literal *self, int digits, gunichar *value)
{
  *value = 0;
  for (int i = 0; i < digits; i++)
    {
      int digit = self->at < self->end ? g_ascii_xdigit_value (*self->at) : -1;

      if (digit < 0)
        return FALSE;
      *value = *value << 4 | (gunichar) digit;
      self->at++;
    }
  return TRUE;
}

/* What stands after a backslash. */
static gboolean
read_escape (Literal *self, GString *text)
{
  static const char letters[] = "nrtbf", meanings[] = "\n\r\t\b\f";
  const char *letter;
  gunichar c, low;
  char escape;

  if (self->at == self->end)
    return FALSE;
  escape = *self->at++;
  if (escape == 'u' || escape == 'x' || escape == 'U')
    {
      if (!read_hex (self, escape == 'u' ? 4 : escape == 'x' ? 2 : 8, &c))
        return FALSE;
      if (c >= 0xd800 && c < 0xdc00 && self->end - self->at >= 6 && self->at[0] == '\\'
          && self->at[1] == 'u')
        {
          self->at += 2;
          if (!read_hex (self, 4, &low) || low < 0xdc00 || low > 0xdfff)
            return FALSE;
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
      g_string_append_unichar (text, c > 0 && g_unichar_validate (c) ? c : 0xfffd);
      return TRUE;
    }
  letter = strchr (letters, escape);
  g_string_append_c (text, letter && escape ? meanings[letter - letters] : escape);
  return TRUE;
}

/* A quoted string, or a number or word as it stands. (transfer full) */
static char *
read_scalar (Literal *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char quote;

  skip_space (self);
  if (self->at == self->end)
    return NULL;
  quote = *self->at;
  if (quote != '"' && quote != '\'')
    {
      while (self->at < self->end && (g_ascii_isalnum (*self->at) || strchr ("+-._", *self->at))
             && *self->at)
        g_string_append_c (text, *self->at++);
      return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
    }
  for (self->at++; self->at < self->end && *self->at != quote;)
    if (*self->at != '\\')
      g_string_append_c (text, *self->at++);
    else
      {
        self->at++;
        if (!read_escape (self, text))
          return NULL;
      }
  if (self->at == self->end)
    return NULL;
  self->at++;
  return g_strchug (g_strchomp (g_string_free (g_steal_pointer (&text), FALSE)));
}

static gboolean
at_end (Literal *self)
{
  skip_space (self);
  return self->at == self->end;
}

static gboolean
add_name (GPtrArray *names, char *name, GError **error)
{
  g_ptr_array_add (names, name);
  if (names->len <= MAX_NAMES)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE, "more than %d names", MAX_NAMES);
  return FALSE;
}

static gboolean
parse_list (Literal *self, GPtrArray *names, GError **error)
{
  while (!accept (self, ']'))
    {
      char *name = read_scalar (self);

      if (!name)
        return corrupt (error, "the list of names is broken");
      if (!add_name (names, name, error))
        return FALSE;
      if (accept (self, ',') || closes (self, ']'))
        continue;
      return corrupt (error, "the list of names is broken");
    }
  return at_end (self) || corrupt (error, "something stands behind the list of names");
}

/* Keys are 0 … n-1 in any order. */
static gboolean
parse_dictionary (Literal *self, GPtrArray *names, GError **error)
{
  g_autoptr (GHashTable) by_key
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);

  while (!accept (self, '}'))
    {
      g_autofree char *key = read_scalar (self);
      g_autofree char *name = NULL;
      guint64 index;

      if (!key || !accept (self, ':') || !(name = read_scalar (self)))
        return corrupt (error, "the dictionary of names is broken");
      if (!g_ascii_string_to_unsigned (key, 10, 0, MAX_NAMES - 1, &index, NULL))
        return corrupt (error, "the keys of the dictionary of names are no indices");
      if (!g_hash_table_insert (by_key, g_memdup2 (&index, sizeof index), g_steal_pointer (&name)))
        return corrupt (error, "the dictionary of names has an index twice");
      if (accept (self, ',') || closes (self, '}'))
        continue;
      return corrupt (error, "the dictionary of names is broken");
    }
  for (guint64 i = 0; i < g_hash_table_size (by_key); i++)
    {
      const char *name = g_hash_table_lookup (by_key, &i);

      if (!name)
        return corrupt (error, "the dictionary of names leaves an index out");
      g_ptr_array_add (names, g_strdup (name));
    }
  return at_end (self) || corrupt (error, "something stands behind the dictionary of names");
}

/* What follows the number @index and a separator at the beginning of @line, or NULL. */
static const char *
after_index (const char *line, guint index)
{
  char *end;
  guint64 number;

  if (!g_ascii_isdigit (*line))
    return NULL;
  number = g_ascii_strtoull (line, &end, 10);
  if (number != index || (*end != ':' && *end != ',' && *end != ' ' && *end != '\t'))
    return NULL;
  while (*end == ' ' || *end == '\t')
    end++;
  if (*end == ':' || *end == ',')
    end++;
  while (*end == ' ' || *end == '\t')
    end++;
  return *end ? end : NULL;
}

static gboolean
parse_lines (const char *text, GPtrArray *names, GError **error)
{
  gboolean numbered = TRUE;

  while (*text)
    {
      gsize length = strcspn (text, "\n");

      if (!add_name (names, g_strstrip (g_strndup (text, length)), error))
        return FALSE;
      text += length + (text[length] == '\n');
    }
  while (names->len > 0 && *(char *) g_ptr_array_index (names, names->len - 1) == '\0')
    g_ptr_array_set_size (names, (int) names->len - 1);
  for (guint i = 0; i < names->len && numbered; i++)
    numbered = after_index (g_ptr_array_index (names, i), i) != NULL;
  for (guint i = 0; i < names->len && numbered; i++)
    {
      char *name = g_strdup (after_index (g_ptr_array_index (names, i), i));

      g_free (g_ptr_array_index (names, i));
      g_ptr_array_index (names, i) = name;
    }
  return TRUE;
}

char **
lucida_labels_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) size);
  const char *start = g_str_has_prefix (valid, "\xef\xbb\xbf") ? valid + 3 : valid;
  Literal literal = { .at = start, .end = start + strlen (start) };
  gboolean good;

  if (accept (&literal, '['))
    good = parse_list (&literal, names, error);
  else if (accept (&literal, '{'))
    good = parse_dictionary (&literal, names, error);
  else
    good = parse_lines (start, names, error);
  if (!good || (names->len == 0 && !corrupt (error, "there are no names")))
    return NULL;
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* The number of scores that the weights of @node make, or 0. */
static gint64
count_from_weights (const LucidaNetwork *network, const LucidaNode *node)
{
  const char *op = lucida_node_get_op (node);
  LucidaTensor *weights = lucida_network_get_constant (network, lucida_node_get_input (node, 1));
  const LucidaShape *shape = weights ? lucida_tensor_get_shape (weights) : NULL;

  if (!shape || shape->rank < 2)
    return 0;
  if (g_str_equal (op, "Conv"))
    return shape->dim[0];
  if (g_str_equal (op, "MatMul"))
    return shape->dim[shape->rank - 1];
  if (g_str_equal (op, "Gemm"))
    return shape->dim[lucida_node_get_int (node, "transB", 0) ? 0 : 1];
  return 0;
}

gint64
lucida_labels_count_outputs (const LucidaNetwork *network)
{
  static const char *const same[]
      = { "Softmax",           "LogSoftmax", "Sigmoid",     "Identity", "Flatten",
          "Reshape",           "Squeeze",    "Cast",        "Dropout",  "Relu",
          "GlobalAveragePool", "ReduceMean", "AveragePool", "Log",      "Add",
          "Hardmax",           NULL };
  const LucidaShape *shape = lucida_network_get_output_shape (network);
  int value = lucida_network_get_output (network);
  gint64 count = 1;

  for (int i = shape->rank == 1 ? 0 : 1; i < shape->rank; i++)
    count = count > 0 && shape->dim[i] > 0 && shape->dim[i] <= MAX_NAMES && count <= MAX_NAMES
                ? count * shape->dim[i]
                : 0;
  if (shape->rank > 0 && count > 0)
    return count;
  for (int steps = 0; steps < 16; steps++)
    {
      int producer = lucida_network_get_producer (network, value);
      const LucidaNode *node;
      int next;

      if (producer < 0)
        return 0;
      node = lucida_network_get_node (network, producer);
      count = count_from_weights (network, node);
      if (count > 0 || !g_strv_contains (same, lucida_node_get_op (node)))
        return count;
      next = lucida_node_get_input (node, 0);
      if (lucida_network_get_constant (network, next))
        next = lucida_node_get_input (node, 1);
      value = next;
    }
  return 0;
}

static void
set_names (LucidaNetwork *network, const char *const *names, const char *source)
{
  lucida_network_set_classes (network, names);
  lucida_network_set_classes_source (network, source);
}

gboolean
lucida_labels_apply (LucidaNetwork *network, const char *const *names, const char *source)
{
  gint64 outputs = lucida_labels_count_outputs (network);
  gint64 n = g_strv_length ((char **) names);

  if (outputs == 0 || (outputs == 1 && n == 2))
    {
      set_names (network, names, source);
      return TRUE;
    }
  return lucida_labels_apply_to (network, outputs, names, source);
}

gboolean
lucida_labels_apply_to (LucidaNetwork *network, gint64 outputs, const char *const *names,
                        const char *source)
{
  gint64 n = g_strv_length ((char **) names);
  g_autofree char *warning = NULL;
  g_autoptr (GPtrArray) shifted = NULL;

  if (n == outputs)
    {
      set_names (network, names, source);
      return TRUE;
    }
  if ((outputs == 1000 && n == 1001) || (outputs == 1001 && n == 1000))
    {
      shifted = g_ptr_array_new ();
      if (n < outputs)
        g_ptr_array_add (shifted, (gpointer) "background");
      for (gint64 i = n < outputs ? 0 : 1; i < n; i++)
        g_ptr_array_add (shifted, (gpointer) names[i]);
      g_ptr_array_add (shifted, NULL);
      set_names (network, (const char *const *) shifted->pdata, source);
      warning = g_strdup_printf ("The %" G_GINT64_FORMAT " names from %s are shifted by one to fit "
                                 "the network's %" G_GINT64_FORMAT " outputs.",
                                 n, source, outputs);
      lucida_network_add_warning (network, warning);
      return TRUE;
    }
  warning = g_strdup_printf ("The names from %s are not used: there are %" G_GINT64_FORMAT
                             ", but the network tells %" G_GINT64_FORMAT " classes apart.",
                             source, n, outputs);
  lucida_network_add_warning (network, warning);
  return FALSE;
}
