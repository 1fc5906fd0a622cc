#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line a row, comma, dot, nine significant digits, whatever the locale. (transfer full) */
char *lucida_csv_format (const float *data, int height, int width, gsize *size);
/* A number as above; "" for NaN. (transfer full) */
char *lucida_csv_number (double value);
/* Adds a line of @fields (char *, nullable each), made valid UTF-8 and put in quotes where they
 * have to be (RFC 4180). */
void lucida_csv_add_row (GString *table, const GPtrArray *fields);

G_END_DECLS
