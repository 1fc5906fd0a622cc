#include "explorer/picture-order.h"

#include <string.h>

/* Leading zeros do not count, then the longer run of digits is the larger number. */
static int
compare_numbers (const char **a, const char **b)
{
  gsize length_a, length_b;
  int order;

  *a += strspn (*a, "0");
  *b += strspn (*b, "0");
  length_a = strspn (*a, "0123456789");
  length_b = strspn (*b, "0123456789");
  if (length_a != length_b)
    return length_a < length_b ? -1 : 1;
  order = strncmp (*a, *b, length_a);
  *a += length_a;
  *b += length_b;
  return order;
}

char *
lucida_picture_order_fold (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  return g_utf8_casefold (valid, -1);
}

int
lucida_picture_order_compare_folded (const char *a, const char *b)
{
  const char *p = a;
  const char *q = b;

  while (*p && *q)
    {
      if (g_ascii_isdigit (*p) && g_ascii_isdigit (*q))
        {
          int order = compare_numbers (&p, &q);

          if (order != 0)
            return order;
        }
      else if (*p != *q)
        return (guchar) *p < (guchar) *q ? -1 : 1;
      else
        {
          p++;
          q++;
        }
    }
  return *p || *q ? (*p ? 1 : -1) : 0;
}
