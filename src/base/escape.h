#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text on one line: control characters are escaped ("\n", "\x1b", "\u2028"), bytes that are no
 * UTF-8 replaced. (transfer full) */
char *lucida_escape (const char *text);

G_END_DECLS
