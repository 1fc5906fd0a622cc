#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Natural order of file names: case folded, runs of digits by value ("img2" before "img10"). */

/* A name as it is compared; it need not be valid UTF-8. (transfer full) */
char *lucida_picture_order_fold (const char *name);
/* Names that differ only in case or zeros are alike. */
int lucida_picture_order_compare_folded (const char *a, const char *b);

G_END_DECLS
