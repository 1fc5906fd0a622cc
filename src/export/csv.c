#include "export/csv.h"

#include <math.h>
#include <string.h>

#define FORMAT "%.9g"

char *
lucida_csv_format (const float *data, int height, int width, gsize *size)
{
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (int y = 0; y < height; y++)
    {
      for (int x = 0; x < width; x++)
        {
          double value = data[(gsize) y * width + x];

          if (x > 0)
            g_string_append_c (text, ',');
          /* The C library may give a NaN a sign. */
          g_string_append (
              text, isnan (value) ? "nan" : g_ascii_formatd (number, sizeof number, FORMAT, value));
        }
      g_string_append_c (text, '\n');
    }
  if (size)
    *size = text->len;
  return g_string_free (text, FALSE);
}

char *
lucida_csv_number (double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (isnan (value) ? "" : g_ascii_formatd (number, sizeof number, FORMAT, value));
}

static void
add_field (GString *table, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);
  g_auto (GStrv) parts = NULL;
  g_autofree char *doubled = NULL;

  if (!strpbrk (valid, ",\"\r\n") && !g_str_has_prefix (valid, " ")
      && !g_str_has_suffix (valid, " "))
    {
      g_string_append (table, valid);
      return;
    }
  parts = g_strsplit (valid, "\"", -1);
  doubled = g_strjoinv ("\"\"", parts);
  g_string_append_printf (table, "\"%s\"", doubled);
}

void
lucida_csv_add_row (GString *table, const GPtrArray *fields)
{
  for (guint i = 0; i < fields->len; i++)
    {
      if (i > 0)
        g_string_append_c (table, ',');
      add_field (table, g_ptr_array_index (fields, i));
    }
  g_string_append_c (table, '\n');
}
