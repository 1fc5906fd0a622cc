#include "config.h"

#include "cli/report.h"

#include "base/escape.h"
#include "cli/options.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

void
cli_report_error (const char *message)
{
  g_autofree char *line = lucida_escape (message);

  fflush (stdout);
  fprintf (stderr, "camlucida-cli: %s\n", line);
}

void
cli_report_error_about (const char *path, const char *message)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *line = g_strdup_printf ("%s: %s", shown, message);

  cli_report_error (line);
}

int
cli_report_usage (const char *command, const char *format, ...)
{
  g_autofree char *what = NULL;
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (command)
    message = g_strdup_printf (_ ("%s: %s; see “camlucida-cli %s --help”"), command, what, command);
  else
    message = g_strdup_printf (_ ("%s; see “camlucida-cli --help”"), what);
  cli_report_error (message);
  return CLI_USAGE;
}

char *
cli_format_percent (double probability)
{
  if (isnan (probability))
    return g_strdup ("–");
  return g_strdup_printf ("%.1f %%", 100.0 * probability);
}

char *
cli_format_number (double value)
{
  if (isnan (value))
    return g_strdup ("–");
  return g_strdup_printf ("%.4g", value);
}

static void
add_member (JsonBuilder *builder, const char *member)
{
  if (member)
    json_builder_set_member_name (builder, member);
}

void
cli_json_add_text (JsonBuilder *builder, const char *member, const char *text)
{
  add_member (builder, member);
  if (text)
    {
      g_autofree char *valid = g_utf8_make_valid (text, -1);

      json_builder_add_string_value (builder, valid);
    }
  else
    json_builder_add_null_value (builder);
}

void
cli_json_add_number (JsonBuilder *builder, const char *member, double value)
{
  add_member (builder, member);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
cli_json_add_int (JsonBuilder *builder, const char *member, gint64 value)
{
  add_member (builder, member);
  json_builder_add_int_value (builder, value);
}

void
cli_json_add_floats (JsonBuilder *builder, const char *member, const float *values, int n)
{
  add_member (builder, member);
  if (!values)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    cli_json_add_number (builder, NULL, values[i]);
  json_builder_end_array (builder);
}

void
cli_json_print (JsonBuilder *builder)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  fputs (text, stdout);
  fputc ('\n', stdout);
}
