#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text in which both directions meet: without marks the sign of "69 %" goes to the wrong side of
 * the number between words that are written from right to left (Unicode Standard Annex #9). */

/* Whether any letter of @text is written from right to left. */
gboolean lucida_bidi_has_rtl (const char *text);
/* @text between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, once: it keeps its own order
 * wherever it is put. (transfer full) */
char *lucida_bidi_isolate (const char *text);
/* "cat 98 %": a name, and a number that stays whole behind a name of either direction.
 * (transfer full) */
char *lucida_bidi_join (const char *name, const char *number);

G_END_DECLS
