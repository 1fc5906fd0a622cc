#include "config.h"

#include "cli/options.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_OPACITY 0.6
#define DEFAULT_TOP 5
#define DEFAULT_REPEAT 5
#define DEFAULT_COLORMAP "turbo"
#define DEFAULT_BLEND "tinted"
#define MAX_COUNT 1000000 /* of what is counted: pixels, threads, runs */
#define HELP_COLUMN 30    /* where the explanations of --help begin */

CliOptions *
cli_options_new (void)
{
  CliOptions *self = g_new0 (CliOptions, 1);

  self->arguments = g_ptr_array_new_with_free_func (g_free);
  self->classes = g_ptr_array_new_with_free_func (g_free);
  self->layers = g_ptr_array_new_with_free_func (g_free);
  self->methods = g_ptr_array_new_with_free_func (g_free);
  self->opacity = DEFAULT_OPACITY;
  self->top = DEFAULT_TOP;
  self->repeat = DEFAULT_REPEAT;
  return self;
}

void
cli_options_free (CliOptions *self)
{
  char **const texts[] = { &self->against,    &self->tensor,   &self->output,   &self->heatmap,
                           &self->activation, &self->gradient, &self->colormap, &self->blend };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  g_ptr_array_unref (self->arguments);
  g_ptr_array_unref (self->classes);
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->methods);
  g_free (self);
}

static const CliOption *
find_option (const CliCommand *command, const char *name, gsize length)
{
  for (const CliOption *option = command->options; option->name; option++)
    if (strlen (option->name) == length && strncmp (option->name, name, length) == 0)
      return option;
  return NULL;
}

/* A whole number from 1 on, or a fraction: written as in C, whatever the locale. */
static gboolean
parse_number (const CliOption *option, const char *text, gpointer field, char **error)
{
  gint64 count;
  double fraction;
  char *end;

  if (option->kind == CLI_COUNT)
    {
      if (g_ascii_string_to_signed (text, 10, 1, MAX_COUNT, &count, NULL))
        {
          *(int *) field = (int) count;
          return TRUE;
        }
      *error = g_strdup_printf (_ ("--%s takes a whole number from 1 to %d, not “%s”"),
                                option->name, MAX_COUNT, text);
      return FALSE;
    }
  fraction = g_ascii_strtod (text, &end);
  if (end != text && *end == '\0' && fraction >= 0.0 && fraction <= 1.0)
    {
      *(double *) field = fraction;
      return TRUE;
    }
  *error = g_strdup_printf (_ ("--%s takes a number from 0 to 1, not “%s”"), option->name, text);
  return FALSE;
}

static gboolean
set_option (CliOptions *self, const CliOption *option, const char *text, char **error)
{
  gpointer field = (char *) self + option->offset;

  switch (option->kind)
    {
    case CLI_FLAG:
      *(gboolean *) field = TRUE;
      return TRUE;
    case CLI_TEXT:
      g_free (*(char **) field);
      *(char **) field = g_strdup (text);
      return TRUE;
    case CLI_LIST:
      g_ptr_array_add (*(GPtrArray **) field, g_strdup (text));
      return TRUE;
    case CLI_COUNT:
    case CLI_FRACTION:
      return parse_number (option, text, field, error);
    }
  g_return_val_if_reached (FALSE);
}

/* Takes the option at argv[*i], and its value where that is the next word. */
static gboolean
parse_option (CliOptions *self, const CliCommand *command, int argc, char *const *argv, int *i,
              GHashTable *given, char **error)
{
  const char *name = argv[*i] + 2;
  const char *equals = strchr (name, '=');
  const char *text = equals ? equals + 1 : NULL;
  const CliOption *option
      = find_option (command, name, equals ? (gsize) (equals - name) : strlen (name));

  if (!option)
    {
      *error = g_strdup_printf (_ ("there is no option “%s”"), argv[*i]);
      return FALSE;
    }
  if (option->kind == CLI_FLAG && text)
    {
      *error = g_strdup_printf (_ ("--%s takes no value"), option->name);
      return FALSE;
    }
  if (option->kind != CLI_FLAG && !text)
    {
      if (*i + 1 == argc)
        {
          *error = g_strdup_printf (_ ("--%s lacks its value, %s"), option->name, option->argument);
          return FALSE;
        }
      text = argv[++*i];
    }
  if (option->kind != CLI_FLAG && option->kind != CLI_LIST
      && !g_hash_table_add (given, (gpointer) option))
    {
      *error = g_strdup_printf (_ ("--%s is given twice"), option->name);
      return FALSE;
    }
  return set_option (self, option, text, error);
}

static gboolean
asks_for_help (const char *word)
{
  return strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0;
}

/* For argv functions that want a final NULL. */
static void
terminate (GPtrArray *list)
{
  g_ptr_array_add (list, NULL);
  list->len--;
}

gboolean
cli_options_parse (CliOptions *self, const CliCommand *command, int argc, char *const *argv,
                   char **error)
{
  g_autoptr (GHashTable) given = g_hash_table_new (NULL, NULL);
  gboolean options_end = FALSE;

  for (int i = 0; i < argc; i++)
    {
      const char *word = argv[i];
      gboolean is_option = !options_end && word[0] == '-' && word[1] != '\0';
      gsize length = strcspn (word, "=");

      if (is_option && strcmp (word, "--") == 0)
        options_end = TRUE;
      else if (is_option && asks_for_help (word))
        self->help = TRUE;
      else if (is_option && g_str_has_prefix (word, "--")
               && find_option (command, word + 2, length - 2))
        {
          if (!parse_option (self, command, argc, argv, &i, given, error))
            return FALSE;
        }
      else if (is_option && !g_file_test (word, G_FILE_TEST_EXISTS))
        {
          *error = g_strdup_printf (_ ("there is no option “%s”"), word);
          return FALSE;
        }
      else
        g_ptr_array_add (self->arguments,
                         g_strdup (word)); /* a file, whatever its name looks like */
    }
  if (!self->colormap)
    self->colormap = g_strdup (DEFAULT_COLORMAP);
  if (!self->blend)
    self->blend = g_strdup (DEFAULT_BLEND);
  terminate (self->classes);
  terminate (self->layers);
  terminate (self->methods);
  return TRUE;
}

char *
cli_command_format_help (const CliCommand *command)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s camlucida-cli %s %s", _ ("Usage:"), command->name,
                          command->arguments);
  if (command->options->name)
    g_string_append_printf (text, " %s", _ ("[OPTION]…"));
  g_string_append_printf (text, "\n\n%s\n\n", _ (command->summary));
  for (const CliOption *option = command->options; option->name; option++)
    {
      g_autofree char *left
          = g_strdup_printf ("  --%s%s%s", option->name, option->argument ? " " : "",
                             option->argument ? option->argument : "");

      g_string_append_printf (text, "%-*s %s\n", HELP_COLUMN - 1, left, _ (option->help));
    }
  g_string_append_printf (text, "%-*s %s\n", HELP_COLUMN - 1, "  --help", _ ("show this"));
  return g_string_free (text, FALSE);
}
