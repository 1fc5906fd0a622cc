#include "readers/sidecar.h"

#include "base/error.h"
#include "readers/file.h"
#include "readers/labels.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define SUFFIX ".camlucida.json"
#define MAX_SIZE ((gsize) 64 << 20) /* bytes */
#define MAX_DEPTH 32                /* of brackets in each other; the parser recurses */
#define MAX_SIDE 65535              /* pixels */

static gboolean
corrupt (GError **error, const char *format, const char *what)
{
  g_autofree char *text = g_strdup_printf (format, what);

  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, text);
  return FALSE;
}

static gboolean
check_depth (const char *json, GError **error)
{
  gboolean quoted = FALSE;
  int depth = 0;

  for (const char *c = json; *c; c++)
    if (quoted)
      {
        if (*c == '\\' && c[1])
          c++;
        else if (*c == '"')
          quoted = FALSE;
      }
    else if (*c == '"')
      quoted = TRUE;
    else if (*c == '[' || *c == '{')
      {
        if (++depth > MAX_DEPTH)
          return corrupt (error, "its brackets are nested too deep%s", "");
      }
    else if (*c == ']' || *c == '}')
      depth--;
  return TRUE;
}

/* (transfer full) The parser of a text that holds one object. */
static JsonParser *
parse_object (const char *json, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) problem = NULL;

  if (!check_depth (json, error))
    return NULL;
  if (!json_parser_load_from_data (parser, json, -1, &problem))
    corrupt (error, "it is no JSON: %s", problem->message);
  else if (!json_parser_get_root (parser)
           || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    corrupt (error, "it holds no JSON object%s", "");
  else
    return g_steal_pointer (&parser);
  return NULL;
}

static gboolean
is_number (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node)
         && (json_node_get_value_type (node) == G_TYPE_INT64
             || json_node_get_value_type (node) == G_TYPE_DOUBLE)
         && isfinite (json_node_get_double (node));
}

static gboolean
read_size (JsonNode *node, LucidaPreprocessing *value, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  int side[2];

  if (!array || json_array_get_length (array) != 2)
    return corrupt (error, "“%s” is not a list of height and width", "size");
  for (guint i = 0; i < 2; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      double number = is_number (element) ? json_node_get_double (element) : 0;

      if (!(number >= 1 && number <= MAX_SIDE && number == floor (number)))
        return corrupt (error, "“%s” is not a list of height and width in pixels", "size");
      side[i] = (int) number;
    }
  value->height = side[0];
  value->width = side[1];
  return TRUE;
}

/* A number, a list of one, or a list of @channels numbers. */
static gboolean
read_per_channel (JsonNode *node, const char *name, int channels,
                  double values[LUCIDA_MAX_CHANNELS], GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array ? json_array_get_length (array) : 1;

  if (n != 1 && n != (guint) channels)
    return corrupt (error, "“%s” has not as many numbers as the network has channels", name);
  for (guint i = 0; i < LUCIDA_MAX_CHANNELS; i++)
    {
      JsonNode *element = array ? json_array_get_element (array, MIN (i, n - 1)) : node;

      if (!is_number (element))
        return corrupt (error, "“%s” is not a list of numbers", name);
      values[i] = json_node_get_double (element);
    }
  return TRUE;
}

static gboolean
read_values (JsonObject *object, int channels, LucidaPreprocessing *value, GError **error)
{
  JsonNode *scale = json_object_get_member (object, "scale");
  JsonNode *mean = json_object_get_member (object, "mean");
  JsonNode *std = json_object_get_member (object, "std");

  if (!scale && !mean && !std)
    return TRUE;
  value->scale = 1;
  for (int i = 0; i < LUCIDA_MAX_CHANNELS; i++)
    {
      value->mean[i] = 0;
      value->std[i] = 1;
    }
  if (scale && !is_number (scale))
    return corrupt (error, "“%s” is not a number", "scale");
  if (scale)
    value->scale = json_node_get_double (scale);
  if ((mean && !read_per_channel (mean, "mean", channels, value->mean, error))
      || (std && !read_per_channel (std, "std", channels, value->std, error)))
    return FALSE;
  for (int i = 0; i < LUCIDA_MAX_CHANNELS; i++)
    if (value->std[i] == 0)
      return corrupt (error, "“%s” holds a zero", "std");
  return TRUE;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : "";
}

static gboolean
read_preprocessing (JsonObject *object, int channels, LucidaPreprocessing *value, GError **error)
{
  LucidaPreprocessing result = *value;

  if (json_object_has_member (object, "size")
      && !read_size (json_object_get_member (object, "size"), &result, error))
    return FALSE;
  if (json_object_has_member (object, "resize")
      && !lucida_resize_from_string (get_text (object, "resize"), &result.resize))
    return corrupt (error, "“%s” is neither squash nor crop", "resize");
  if (json_object_has_member (object, "resample")
      && !lucida_resample_from_string (get_text (object, "resample"), &result.resample))
    return corrupt (error, "“%s” is none of triangle, linear and nearest", "resample");
  if (json_object_has_member (object, "channels")
      && !lucida_channels_from_string (get_text (object, "channels"), &result.channels))
    return corrupt (error, "“%s” is none of RGB, BGR and L", "channels");
  if (!read_values (object, channels, &result, error))
    return FALSE;
  result.assumed = FALSE;
  *value = result;
  return TRUE;
}

gboolean
lucida_sidecar_parse_preprocessing (const char *json, int channels, LucidaPreprocessing *value,
                                    GError **error)
{
  g_autoptr (JsonParser) parser = parse_object (json, error);

  return parser
         && read_preprocessing (json_node_get_object (json_parser_get_root (parser)), channels,
                                value, error);
}

/* (transfer full) (nullable) */
static char **
read_classes (JsonNode *node, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array ? json_array_get_length (array) : 0;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return lucida_labels_parse (json_node_get_string (node), strlen (json_node_get_string (node)),
                                error);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING)
        n = 0;
      else
        g_ptr_array_add (names, g_strstrip (json_node_dup_string (element)));
    }
  if (n == 0)
    {
      corrupt (error, "“%s” is not a list of names", "classes");
      return NULL;
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static gboolean
apply_object (LucidaNetwork *network, JsonObject *object, const char *source, GError **error)
{
  LucidaPreprocessing value = *lucida_network_get_preprocessing (network);
  JsonNode *preprocessing = json_object_get_member (object, "preprocessing");
  JsonNode *classes = json_object_get_member (object, "classes");
  int channels = 3, height, width;

  if (!lucida_network_get_input_size (network, &channels, &height, &width)
      || channels == LUCIDA_FREE_SIZE)
    channels = 3;
  if (preprocessing && !JSON_NODE_HOLDS_OBJECT (preprocessing))
    return corrupt (error, "“%s” is no object", "preprocessing");
  if (preprocessing
      && !read_preprocessing (json_node_get_object (preprocessing), channels, &value, error))
    return FALSE;
  if (classes)
    {
      g_auto (GStrv) names = read_classes (classes, error);

      if (!names)
        return FALSE;
      lucida_labels_apply (network, (const char *const *) names, source);
    }
  lucida_network_set_preprocessing (network, &value);
  return TRUE;
}

gboolean
lucida_sidecar_apply (LucidaNetwork *network, const char *model_path, GError **error)
{
  g_autofree char *stem = g_strdup (model_path);
  g_autofree char *path = NULL, *name = NULL, *text = NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonParser) parser = NULL;
  gsize size;

  while (strlen (stem) > 1 && g_str_has_suffix (stem, G_DIR_SEPARATOR_S))
    stem[strlen (stem) - 1] = '\0';
  path = g_strconcat (stem, SUFFIX, NULL);
  name = g_filename_display_basename (path);
  text = lucida_file_read (path, MAX_SIZE, &size, &problem);
  if (!text && g_error_matches (problem, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND))
    return TRUE;
  if (text && (parser = parse_object (text, &problem))
      && apply_object (network, json_node_get_object (json_parser_get_root (parser)), name,
                       &problem))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&problem),
                              "the description beside it, “%s”, cannot be used: ", name);
  return FALSE;
}
