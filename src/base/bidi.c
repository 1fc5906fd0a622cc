#include "base/bidi.h"

#define FIRST_STRONG_ISOLATE "\u2068"
#define POP_ISOLATE "\u2069"

static gboolean
is_rtl (gunichar c)
{
  if (!g_unichar_isalpha (c))
    return FALSE;
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HEBREW:
    case G_UNICODE_SCRIPT_ARABIC:
    case G_UNICODE_SCRIPT_SYRIAC:
    case G_UNICODE_SCRIPT_THAANA:
    case G_UNICODE_SCRIPT_NKO:
    case G_UNICODE_SCRIPT_MANDAIC:
    case G_UNICODE_SCRIPT_SAMARITAN:
    case G_UNICODE_SCRIPT_ADLAM:
    case G_UNICODE_SCRIPT_HANIFI_ROHINGYA:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
lucida_bidi_has_rtl (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *p = valid; *p; p = g_utf8_next_char (p))
    if (is_rtl (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

char *
lucida_bidi_isolate (const char *text)
{
  if (!text[0] || g_str_has_prefix (text, FIRST_STRONG_ISOLATE))
    return g_strdup (text);
  return g_strconcat (FIRST_STRONG_ISOLATE, text, POP_ISOLATE, NULL);
}

char *
lucida_bidi_join (const char *name, const char *number)
{
  g_autofree char *isolated
      = lucida_bidi_has_rtl (name) ? lucida_bidi_isolate (number) : g_strdup (number);

  return g_strdup_printf ("%s %s", name, isolated);
}
