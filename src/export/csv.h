#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One line a row, comma, dot, nine significant digits, whatever the locale. (transfer full) */
char *lucida_csv_format (const float *data, int height, int width, gsize *size);

G_END_DECLS
