#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large arrays. Fresh pages from the system cost as much as the arithmetic that fills
 * them, so blocks that are given back are kept for the next array, up to a bound. Thread-safe. */

/* At least @size bytes, aligned to 64, uninitialised; NULL if there is no memory. Given back by
 * lucida_memory_give() with the same @size. */
void *lucida_memory_take (gsize size);
void lucida_memory_give (void *data, gsize size);
/* Lets the system have what is kept; tells how many bytes that was. */
gsize lucida_memory_trim (void);

G_END_DECLS
