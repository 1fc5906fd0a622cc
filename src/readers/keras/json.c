#include "readers/keras/json.h"

#include "base/error.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_SIZE ((gsize) 64 << 20) /* bytes */
#define MAX_DEPTH 128               /* of brackets in each other; the parser recurses */
#define SPACE " \t\r\n"
#define MAX_VALUES 2000000 /* each takes some hundred bytes while it is read */

struct _LucidaKerasJson
{
  LucidaKerasJsonKind kind;
  double number; /* of a boolean, too */
  char *text;
  GPtrArray *items;    /* (nullable) of a list and an object */
  GPtrArray *names;    /* (nullable) of an object, as many as items */
  GHashTable *members; /* (nullable) of an object: name → item; the last of a name */
};

static LucidaKerasJson *
new_node (LucidaKerasJsonKind kind)
{
  LucidaKerasJson *self = g_new0 (LucidaKerasJson, 1);

  self->kind = kind;
  if (kind == LUCIDA_KERAS_JSON_LIST || kind == LUCIDA_KERAS_JSON_OBJECT)
    self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_keras_json_free);
  if (kind == LUCIDA_KERAS_JSON_OBJECT)
    {
      self->names = g_ptr_array_new_with_free_func (g_free);
      self->members = g_hash_table_new (g_str_hash, g_str_equal);
    }
  return self;
}

void
lucida_keras_json_free (LucidaKerasJson *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->members, g_hash_table_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_free (self->text);
  g_free (self);
}

/* Takes over @value. */
static void
add_member (LucidaKerasJson *self, const char *name, LucidaKerasJson *value)
{
  char *copy = g_strdup (name);

  g_ptr_array_add (self->names, copy);
  g_ptr_array_add (self->items, value);
  g_hash_table_replace (self->members, copy, value);
}

/* Takes over @value, in the place of a former member of that name. */
static void
set_member (LucidaKerasJson *self, const char *name, LucidaKerasJson *value)
{
  for (guint i = 0; i < self->names->len; i++)
    if (g_str_equal (g_ptr_array_index (self->names, i), name))
      {
        lucida_keras_json_free (g_ptr_array_index (self->items, i));
        g_ptr_array_index (self->items, i) = value;
        g_hash_table_replace (self->members, g_ptr_array_index (self->names, i), value);
        return;
      }
  add_member (self, name, value);
}

/* What a tagged tuple, shape or NumPy array stands for. (transfer none) (nullable) */
static JsonNode *
untag (JsonObject *object)
{
  static const struct
  {
    const char *member, *tag, *content;
  } tags[] = {
    { "class_name", "__tuple__", "items" },
    { "class_name", "TensorShape", "items" },
    { "type", "ndarray", "value" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    {
      JsonNode *tag = json_object_get_member (object, tags[i].member);
      JsonNode *content = json_object_get_member (object, tags[i].content);

      if (tag && content && JSON_NODE_HOLDS_VALUE (tag)
          && json_node_get_value_type (tag) == G_TYPE_STRING
          && g_str_equal (json_node_get_string (tag), tags[i].tag))
        return content;
    }
  return NULL;
}

static LucidaKerasJson *
convert_value (JsonNode *node)
{
  GType type = json_node_get_value_type (node);
  LucidaKerasJson *self;

  if (type == G_TYPE_STRING)
    {
      self = new_node (LUCIDA_KERAS_JSON_STRING);
      self->text = g_utf8_make_valid (json_node_get_string (node), -1);
      return self;
    }
  self = new_node (type == G_TYPE_BOOLEAN ? LUCIDA_KERAS_JSON_BOOLEAN : LUCIDA_KERAS_JSON_NUMBER);
  self->number
      = type == G_TYPE_BOOLEAN ? json_node_get_boolean (node) : json_node_get_double (node);
  return self;
}

/* Recurses as deep as check_depth() let the text go. */
static LucidaKerasJson *
convert (JsonNode *node)
{
  LucidaKerasJson *self;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      JsonNode *content = untag (object);
      g_autoptr (GList) names = NULL;

      if (content)
        return convert (content);
      self = new_node (LUCIDA_KERAS_JSON_OBJECT);
      names = json_object_get_members (object);
      for (GList *name = names; name; name = name->next)
        add_member (self, name->data, convert (json_object_get_member (object, name->data)));
      return self;
    }
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      self = new_node (LUCIDA_KERAS_JSON_LIST);
      for (guint i = 0; i < json_array_get_length (array); i++)
        g_ptr_array_add (self->items, convert (json_array_get_element (array, i)));
      return self;
    }
  return JSON_NODE_HOLDS_VALUE (node) ? convert_value (node) : new_node (LUCIDA_KERAS_JSON_NULL);
}

static gboolean
starts_with (const char *at, const char *end, const char *word)
{
  gsize n = strlen (word);

  return (gsize) (end - at) >= n && memcmp (at, word, n) == 0;
}

static gboolean
no_json (GError **error, const char *reason)
{
  g_autofree char *valid = g_utf8_make_valid (reason, -1); /* it may quote the text */

  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
               "the description of the network is no JSON: %s", valid);
  return FALSE;
}

/* Whether brackets are nested no deeper than the parser may recurse, values not too many, and no
 * more than one: of several the parser loses the memory, and of what begins a comment wrongly.
 * Python writes NaN and Infinity, which JSON does not have: they become 0 and a large number in the
 * same place. */
static gboolean
prepare (char *text, gsize size, GError **error)
{
  static const char *const words[] = { "NaN", "-Infinity", "Infinity" };
  gboolean quoted = FALSE;
  int depth = 0, values = 0;
  char *end = text + size;

  for (char *c = text; c < end; c++)
    if (quoted)
      {
        if (*c == '\\')
          c++;
        else if (*c == '"')
          quoted = FALSE;
      }
    else if (*c == '"')
      quoted = TRUE;
    else if (*c == '[' || *c == '{')
      {
        values++;
        if (++depth > MAX_DEPTH)
          {
            g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                                 "the description of the network nests its brackets too deep");
            return FALSE;
          }
      }
    else if (*c == ']' || *c == '}')
      {
        if (--depth == 0 && c[1 + strspn (c + 1, SPACE)])
          return no_json (error, "it goes on behind its last bracket");
      }
    else if (*c == '/')
      return no_json (error, "“/” stands outside of quotes");
    else if (*c == ',')
      values++;
    else if (*c == 'N' || *c == 'I' || *c == '-')
      for (gsize w = 0; w < G_N_ELEMENTS (words); w++)
        if (starts_with (c, end, words[w]))
          {
            gsize n = strlen (words[w]);

            memset (c, ' ', n);
            memcpy (c, n == 3 ? "0" : "1e9", n == 3 ? 1 : 3);
            c += n - 1;
            break;
          }
  if (values <= MAX_VALUES)
    return TRUE;
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                       "the description of the network consists of more than two million values");
  return FALSE;
}

LucidaKerasJson *
lucida_keras_json_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) problem = NULL;
  g_autofree char *copy = NULL;
  char first;

  if (size > MAX_SIZE)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                           "the description of the network is longer than 64 MB");
      return NULL;
    }
  copy = g_strndup (text, size);
  size = strlen (copy);
  if (!prepare (copy, size, error))
    return NULL;
  first = copy[strspn (copy, SPACE)];
  if (first != '{' && first != '[')
    no_json (error, "it does not begin with a bracket");
  else if (!json_parser_load_from_data (parser, copy, (gssize) size, &problem))
    no_json (error, problem->message);
  else
    return convert (json_parser_get_root (parser));
  return NULL;
}

LucidaKerasJsonKind
lucida_keras_json_kind (const LucidaKerasJson *self)
{
  return self ? self->kind : LUCIDA_KERAS_JSON_NULL;
}

gboolean
lucida_keras_json_is_list (const LucidaKerasJson *self)
{
  return lucida_keras_json_kind (self) == LUCIDA_KERAS_JSON_LIST;
}

gboolean
lucida_keras_json_is_object (const LucidaKerasJson *self)
{
  return lucida_keras_json_kind (self) == LUCIDA_KERAS_JSON_OBJECT;
}

gboolean
lucida_keras_json_is_number (const LucidaKerasJson *self)
{
  return lucida_keras_json_kind (self) == LUCIDA_KERAS_JSON_NUMBER;
}

const LucidaKerasJson *
lucida_keras_json_get (const LucidaKerasJson *self, const char *name)
{
  return self && self->members ? g_hash_table_lookup (self->members, name) : NULL;
}

guint
lucida_keras_json_length (const LucidaKerasJson *self)
{
  return self && self->items ? self->items->len : 0;
}

const LucidaKerasJson *
lucida_keras_json_at (const LucidaKerasJson *self, guint i)
{
  return i < lucida_keras_json_length (self) ? g_ptr_array_index (self->items, i) : NULL;
}

const char *
lucida_keras_json_name_at (const LucidaKerasJson *self, guint i)
{
  return self && self->names && i < self->names->len ? g_ptr_array_index (self->names, i) : NULL;
}

const char *
lucida_keras_json_text (const LucidaKerasJson *self, const char *fallback)
{
  return self && self->text ? self->text : fallback;
}

double
lucida_keras_json_number (const LucidaKerasJson *self, double fallback)
{
  LucidaKerasJsonKind kind = lucida_keras_json_kind (self);

  return kind == LUCIDA_KERAS_JSON_NUMBER || kind == LUCIDA_KERAS_JSON_BOOLEAN ? self->number
                                                                               : fallback;
}

const char *
lucida_keras_json_get_text (const LucidaKerasJson *self, const char *name, const char *fallback)
{
  return lucida_keras_json_text (lucida_keras_json_get (self, name), fallback);
}

double
lucida_keras_json_get_number (const LucidaKerasJson *self, const char *name, double fallback)
{
  return lucida_keras_json_number (lucida_keras_json_get (self, name), fallback);
}

int
lucida_keras_json_get_int (const LucidaKerasJson *self, const char *name, int fallback)
{
  double number = lucida_keras_json_get_number (self, name, fallback);

  return (int) CLAMP (number, G_MININT, G_MAXINT);
}

gboolean
lucida_keras_json_get_boolean (const LucidaKerasJson *self, const char *name, gboolean fallback)
{
  return lucida_keras_json_get_number (self, name, fallback) != 0;
}

LucidaKerasJson *
lucida_keras_json_edit (LucidaKerasJson *self, const char *name)
{
  return (LucidaKerasJson *) lucida_keras_json_get (self, name);
}

LucidaKerasJson *
lucida_keras_json_edit_at (LucidaKerasJson *self, guint i)
{
  return (LucidaKerasJson *) lucida_keras_json_at (self, i);
}

void
lucida_keras_json_set_text (LucidaKerasJson *self, const char *name, const char *value)
{
  LucidaKerasJson *node;

  if (!lucida_keras_json_is_object (self))
    return;
  node = new_node (LUCIDA_KERAS_JSON_STRING);
  node->text = g_strdup (value);
  set_member (self, name, node);
}

static LucidaKerasJson *
new_number (double value)
{
  LucidaKerasJson *node = new_node (LUCIDA_KERAS_JSON_NUMBER);

  node->number = value;
  return node;
}

void
lucida_keras_json_set_number (LucidaKerasJson *self, const char *name, double value)
{
  if (lucida_keras_json_is_object (self))
    set_member (self, name, new_number (value));
}

void
lucida_keras_json_set_pair (LucidaKerasJson *self, const char *name, double a, double b)
{
  LucidaKerasJson *node;

  if (!lucida_keras_json_is_object (self))
    return;
  node = new_node (LUCIDA_KERAS_JSON_LIST);
  g_ptr_array_add (node->items, new_number (a));
  g_ptr_array_add (node->items, new_number (b));
  set_member (self, name, node);
}

void
lucida_keras_json_rename (LucidaKerasJson *self, const char *from, const char *to)
{
  LucidaKerasJson *value = lucida_keras_json_edit (self, from);

  if (!value || lucida_keras_json_get (self, to))
    return;
  for (guint i = 0; i < self->names->len; i++)
    if (g_ptr_array_index (self->items, i) == value)
      {
        g_hash_table_remove (self->members, from);
        g_free (g_ptr_array_index (self->names, i));
        g_ptr_array_index (self->names, i) = g_strdup (to);
        g_hash_table_replace (self->members, g_ptr_array_index (self->names, i), value);
        return;
      }
}
