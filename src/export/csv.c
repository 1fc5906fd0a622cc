#include "export/csv.h"

#include <math.h>

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
