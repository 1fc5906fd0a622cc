#include "readers/sidecar.h"

#include "base/atomic-file.h"
#include "base/error.h"
#include "network/source.h"
#include "readers/file.h"
#include "readers/labels.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define SUFFIX ".camlucida.json"
#define USER_FOLDER "camlucida" G_DIR_SEPARATOR_S "models" /* below the user's data folder */
#define MAX_SIZE ((gsize) 64 << 20)                        /* bytes */
#define MAX_DEPTH 32 /* of brackets in each other; the parser recurses */
#define SPACE " \t\r\n"
#define MAX_SIDE 65535 /* pixels */

/* Escapes such as "\200" make bytes that are no text. */
static gboolean
corrupt (GError **error, const char *format, const char *what)
{
  g_autofree char *text = g_strdup_printf (format, what);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, valid);
  return FALSE;
}

/* Whether brackets are nested no deeper than the parser may recurse, and make one value: of several
 * the parser loses the memory, and of what begins a comment wrongly. JSON has no comments. */
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
      {
        if (--depth == 0 && c[1 + strspn (c + 1, SPACE)])
          return corrupt (error, "it goes on behind its last bracket%s", "");
      }
    else if (*c == '/')
      return corrupt (error, "it is no JSON: “%s” stands outside of quotes", "/");
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
  if (json[strspn (json, SPACE)] != '{')
    corrupt (error, "it holds no JSON object%s", "");
  else if (!json_parser_load_from_data (parser, json, -1, &problem))
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
  for (guint i = 0; i < MIN ((guint) channels, LUCIDA_MAX_CHANNELS); i++)
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
  if (preprocessing)
    lucida_network_set_preprocessing_source (network, source);
  return TRUE;
}

/* Where descriptions lie. */

/* (transfer full) */
static char *
get_path_beside (const char *model_path)
{
  g_autofree char *stem = g_strdup (model_path);

  while (strlen (stem) > 1 && g_str_has_suffix (stem, G_DIR_SEPARATOR_S))
    stem[strlen (stem) - 1] = '\0';
  return g_strconcat (stem, SUFFIX, NULL);
}

/* (transfer full) */
static char *
get_users_path (const char *model_path)
{
  g_autofree char *full = g_canonicalize_filename (model_path, NULL);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, full, -1);
  g_autofree char *name = g_strconcat (sum, ".json", NULL);

  return g_build_filename (g_get_user_data_dir (), USER_FOLDER, name, NULL);
}

/* (transfer full) The text of the description that counts, NULL without an error if there is none.
 * @source (out): what it is called in sentences. */
static char *
load_text (const char *model_path, char **source, GError **error)
{
  g_autofree char *users = get_users_path (model_path);
  g_autofree char *beside = get_path_beside (model_path);
  g_autoptr (GError) problem = NULL;
  gsize size;
  char *text = lucida_file_read (users, MAX_SIZE, &size, NULL);

  if (text)
    {
      *source = g_strdup (LUCIDA_SOURCE_SETTINGS);
      return text;
    }
  *source = g_filename_display_basename (beside);
  text = lucida_file_read (beside, MAX_SIZE, &size, &problem);
  if (!text && !g_error_matches (problem, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&problem));
  return text;
}

static gboolean
name_source (const char *model_path, const char *source, GError **error)
{
  if (g_str_equal (source, LUCIDA_SOURCE_SETTINGS))
    {
      g_autofree char *path = get_users_path (model_path);
      g_autofree char *name = g_filename_display_name (path);

      g_prefix_error (error, "your settings for it, “%s”, cannot be used: ", name);
    }
  else
    g_prefix_error (error, "the description beside it, “%s”, cannot be used: ", source);
  return FALSE;
}

gboolean
lucida_sidecar_apply (LucidaNetwork *network, const char *model_path, GError **error)
{
  g_autofree char *source = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = load_text (model_path, &source, &problem);
  g_autoptr (JsonParser) parser = text ? parse_object (text, &problem) : NULL;

  if (!problem && parser)
    apply_object (network, json_node_get_object (json_parser_get_root (parser)), source, &problem);
  if (!problem)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return name_source (model_path, source, error);
}

/* Writing. */

static void
set_numbers (JsonObject *object, const char *name, const double *values, int n)
{
  JsonArray *array = json_array_new ();

  for (int i = 0; i < n; i++)
    json_array_add_double_element (array, values[i]);
  json_object_set_array_member (object, name, array);
}

static JsonObject *
make_preprocessing (const LucidaPreprocessing *value, int channels)
{
  JsonObject *object = json_object_new ();
  int n = CLAMP (channels, 1, LUCIDA_MAX_CHANNELS);

  if (value->height > 0 && value->width > 0)
    {
      JsonArray *size = json_array_new ();

      json_array_add_int_element (size, value->height);
      json_array_add_int_element (size, value->width);
      json_object_set_array_member (object, "size", size);
    }
  json_object_set_string_member (object, "resize", lucida_resize_to_string (value->resize));
  json_object_set_string_member (object, "resample", lucida_resample_to_string (value->resample));
  json_object_set_string_member (object, "channels", lucida_channels_to_string (value->channels));
  json_object_set_double_member (object, "scale", value->scale);
  set_numbers (object, "mean", value->mean, n);
  set_numbers (object, "std", value->std, n);
  return object;
}

static void
copy_member (JsonObject *object, const char *name, JsonNode *node, gpointer copy)
{
  json_object_set_member (copy, name, json_node_copy (node));
}

static gboolean
write_object (const char *path, JsonObject *object, GError **error)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  gsize size;

  json_node_set_object (root, object);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, &size);
  text[size] = '\n'; /* in the place of the final zero */
  return lucida_atomic_file_write (path, text, size + 1, error);
}

/* Into the user's data folder, with the model's path for those who look there. */
static gboolean
write_users (const char *model_path, JsonObject *object, GError **error)
{
  g_autofree char *path = get_users_path (model_path);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *full = g_canonicalize_filename (model_path, NULL);
  g_autofree char *shown = g_filename_display_name (full);

  json_object_set_string_member (object, "model", shown);
  g_mkdir_with_parents (folder, 0700);
  return write_object (path, object, error);
}

gboolean
lucida_sidecar_write (const char *model_path, const LucidaPreprocessing *preprocessing,
                      int channels, const char *const *classes, GError **error)
{
  g_autofree char *beside = get_path_beside (model_path);
  g_autofree char *users = get_users_path (model_path);
  g_autofree char *source = NULL;
  g_autofree char *text = load_text (model_path, &source, NULL);
  g_autoptr (JsonParser) before = text ? parse_object (text, NULL) : NULL;
  g_autoptr (JsonObject) object = json_object_new ();

  if (before)
    json_object_foreach_member (json_node_get_object (json_parser_get_root (before)), copy_member,
                                object);
  if (json_object_has_member (object, "model"))
    json_object_remove_member (object, "model");
  if (preprocessing)
    json_object_set_object_member (object, "preprocessing",
                                   make_preprocessing (preprocessing, channels));
  if (classes)
    {
      JsonArray *names = json_array_new ();

      for (int i = 0; classes[i]; i++)
        json_array_add_string_element (names, classes[i]);
      json_object_set_array_member (object, "classes", names);
    }
  if (!write_object (beside, object, NULL))
    return write_users (model_path, object, error);
  g_unlink (users); /* it would hide the newer one */
  return TRUE;
}

gboolean
lucida_sidecar_forget (const char *model_path, GError **error)
{
  g_autofree char *beside = get_path_beside (model_path);
  g_autofree char *users = get_users_path (model_path);
  g_autoptr (JsonObject) nothing = json_object_new ();

  if (g_unlink (beside) != 0 && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
    return write_users (model_path, nothing, error);
  if (g_unlink (users) != 0 && g_file_test (users, G_FILE_TEST_EXISTS))
    {
      g_autofree char *name = g_filename_display_name (users);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_IO, "%s: cannot be removed: %s", name,
                   g_strerror (EACCES));
      return FALSE;
    }
  return TRUE;
}
