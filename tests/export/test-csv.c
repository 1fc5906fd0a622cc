#include "export/csv.h"

#include <locale.h>
#include <math.h>
#include <string.h>

static void
test_rows_and_digits (void)
{
  static const float data[6] = { 0, 0.1f, -2.5f, 1e-10f, 16777216, 1.0f / 3 };
  gsize size;
  g_autofree char *text = lucida_csv_format (data, 2, 3, &size);

  /* 0.1 and 1/3 in float32 are 0.100000001490… and 0.333333343267…. */
  g_assert_cmpstr (text, ==, "0,0.100000001,-2.5\n1.00000001e-10,16777216,0.333333343\n");
  g_assert_cmpuint (size, ==, strlen (text));
}

static void
test_numbers_that_are_not_finite (void)
{
  const float data[4] = { NAN, -NAN, INFINITY, -INFINITY };
  g_autofree char *text = lucida_csv_format (data, 1, 4, NULL);

  g_assert_cmpstr (text, ==, "nan,nan,inf,-inf\n");
}

static void
test_every_float_comes_back (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < 2000; i++)
    {
      guint32 bits = g_rand_int (random);
      g_autofree char *text = NULL;
      float value;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      text = lucida_csv_format (&value, 1, 1, NULL);
      g_assert_cmpfloat ((float) g_ascii_strtod (text, NULL), ==, value);
    }
}

static void
test_locale_does_not_matter (void)
{
  static const char *const locales[]
      = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "da_DK.UTF-8", "ru_RU.UTF-8" };
  static const float data[2] = { 1.5f, 1234567.5f };
  g_autofree char *text = NULL;
  gboolean found = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (locales) && !found; i++)
    found = setlocale (LC_NUMERIC, locales[i]) && strcmp (localeconv ()->decimal_point, ",") == 0;
  if (!found)
    {
      g_test_skip ("a locale with a decimal comma is not present");
      return;
    }
  text = lucida_csv_format (data, 1, 2, NULL);
  setlocale (LC_NUMERIC, "C");
  g_assert_cmpstr (text, ==, "1.5,1234567.5\n");
}

static void
test_fields_in_quotes (void)
{
  static const char *const fields[]
      = { "plain", "a,b", "say \"no\"", "two\nlines", " blank", "", NULL, "caf\u00e9", "\xff" };
  g_autoptr (GPtrArray) row = g_ptr_array_new ();
  g_autoptr (GString) table = g_string_new (NULL);
  g_autofree char *third = lucida_csv_number (1.0 / 3.0);
  g_autofree char *nothing = lucida_csv_number (NAN);

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    g_ptr_array_add (row, (gpointer) fields[i]);
  lucida_csv_add_row (table, row);
  g_assert_cmpstr (table->str, ==,
                   "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\" blank\",,,caf\u00e9,"
                   "\uFFFD\n");
  g_assert_cmpstr (third, ==, "0.333333333");
  g_assert_cmpstr (nothing, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/csv/rows-and-digits", test_rows_and_digits);
  g_test_add_func ("/export/csv/numbers-that-are-not-finite", test_numbers_that_are_not_finite);
  g_test_add_func ("/export/csv/every-float-comes-back", test_every_float_comes_back);
  g_test_add_func ("/export/csv/locale-does-not-matter", test_locale_does_not_matter);
  g_test_add_func ("/export/csv/fields-in-quotes", test_fields_in_quotes);
  return g_test_run ();
}
