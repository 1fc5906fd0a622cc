#include "base/bidi.h"

/* "cat" in Hebrew and in Arabic. */
#define HEBREW "חתול"
#define ARABIC "قطة"

static void
test_letters (void)
{
  g_assert_true (lucida_bidi_has_rtl (HEBREW));
  g_assert_true (lucida_bidi_has_rtl ("ein " ARABIC " auf dem Dach"));
  g_assert_false (lucida_bidi_has_rtl (""));
  g_assert_false (lucida_bidi_has_rtl ("98 %, Größe, 猫, кот"));
  /* the digits of Arabic are written from left to right */
  g_assert_false (lucida_bidi_has_rtl ("٦٩"));
  g_assert_false (lucida_bidi_has_rtl ("\xff\xfe"));
}

static void
test_isolate (void)
{
  g_autofree char *once = lucida_bidi_isolate ("69 %");
  g_autofree char *twice = lucida_bidi_isolate (once);
  g_autofree char *nothing = lucida_bidi_isolate ("");

  g_assert_cmpstr (once, ==,
                   "\xe2\x81\xa8"
                   "69 %"
                   "\xe2\x81\xa9");
  g_assert_cmpstr (twice, ==, once);
  g_assert_cmpstr (nothing, ==, "");
}

/* What needs no marks gets none: it may be read by programs. */
static void
test_join (void)
{
  g_autofree char *plain = lucida_bidi_join ("cat", "69 %");
  g_autofree char *marked = lucida_bidi_join (HEBREW, "69 %");

  g_assert_cmpstr (plain, ==, "cat 69 %");
  g_assert_cmpstr (marked, ==,
                   HEBREW " \xe2\x81\xa8"
                          "69 %"
                          "\xe2\x81\xa9");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/bidi/letters", test_letters);
  g_test_add_func ("/base/bidi/isolate", test_isolate);
  g_test_add_func ("/base/bidi/join", test_join);
  return g_test_run ();
}
