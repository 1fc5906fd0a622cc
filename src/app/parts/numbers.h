#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers as people type them into the window: points in every language, "1/255" for a fraction.
 * What is formatted here comes back as exactly the same number. */

/* "1/255", "0.485". (transfer full) */
char *lucida_number_format (double value);
gboolean lucida_number_parse (const char *text, double *value);
/* "0.485, 0.456, 0.406"; one number if all [n] are the same. (transfer full) */
char *lucida_numbers_format (const double *values, int n);
/* Takes @n numbers with commas, semicolons or spaces between them, or one that stands for all;
 * %FALSE, and @values untouched, if @text is neither. */
gboolean lucida_numbers_parse (const char *text, double *values, int n);

G_END_DECLS
