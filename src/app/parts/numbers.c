#include "config.h"

#include "app/parts/numbers.h"

#include <math.h>

#define MOST_NUMBERS 16
#define SEPARATORS ",; \t\n[]()"

char *
lucida_number_format (double value)
{
  static const char *const formats[] = { "%.6g", "%.9g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  /* halves, too: 1/127.5 */
  double inverse = value != 0.0 ? round (2.0 / value) / 2.0 : 0.0;

  if (inverse > 1.0 && inverse < 1e6 && value == 1.0 / inverse)
    return g_strdup_printf ("1/%s", g_ascii_formatd (text, sizeof text, "%.8g", inverse));
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  return g_strdup (text);
}

gboolean
lucida_number_parse (const char *text, double *value)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  char *end = stripped;
  double number = g_ascii_strtod (stripped, &end);

  if (end != stripped && *end == '/')
    {
      const char *below = end + 1;
      double divisor = g_ascii_strtod (below, &end);

      if (end == below || divisor == 0.0)
        return FALSE;
      number /= divisor;
    }
  if (end == stripped || *end != '\0' || !isfinite (number))
    return FALSE;
  *value = number;
  return TRUE;
}

char *
lucida_numbers_format (const double *values, int n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean same = TRUE;

  for (int i = 1; i < n; i++)
    same = same && values[i] == values[0];
  for (int i = 0; i < (same ? 1 : n); i++)
    {
      g_autofree char *number = lucida_number_format (values[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", number);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
lucida_numbers_parse (const char *text, double *values, int n)
{
  g_auto (GStrv) parts = g_strsplit_set (text, SEPARATORS, -1);
  double numbers[MOST_NUMBERS];
  int found = 0;

  for (int i = 0; parts[i]; i++)
    {
      if (!parts[i][0])
        continue;
      if (found == MOST_NUMBERS || !lucida_number_parse (parts[i], &numbers[found]))
        return FALSE;
      found++;
    }
  if (n > MOST_NUMBERS || (found != n && found != 1))
    return FALSE;
  for (int i = 0; i < n; i++)
    values[i] = numbers[found == 1 ? 0 : i];
  return TRUE;
}
