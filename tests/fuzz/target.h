#pragma once

#include "network/network.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What the fuzz targets share. A target may abort for what must never happen; whatever the bytes
 * are, nothing else may. */

/* libFuzzer's, and of the driver that stands in for it. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

#define FUZZ_MAX_SIZE ((gsize) 1 << 20) /* bytes: longer inputs are of no interest */
#define FUZZ_MAX_COUNT 65536            /* numbers that a target looks at one by one */

/* Aborts unless there is either a result or one sentence of ours. Clears @error. */
void fuzz_check_outcome (gboolean good, GError **error);
/* Goes on as the programs do with a network that was read: a plan for the size it is made for (or a
 * small one), and, where that costs little, a forward and a backward pass. */
void fuzz_run_network (LucidaNetwork *network);
/* A path under which @data can be opened as a file, until the next call. */
const char *fuzz_file (const guint8 *data, gsize size);
/* Splits an input at the marks "\n--\n" into @n parts; those that are missing are empty. */
void fuzz_split (const guint8 *data, gsize size, GBytes **parts, int n);
/* A copy of a sorted table with right checksums, as far as its blocks can be found: otherwise no
 * change that is tried would come further than the first of them. (transfer full) */
guint8 *fuzz_repair_table (const guint8 *data, gsize size);
/* Looks at every byte, so that the sanitizer sees them. */
void fuzz_touch (gconstpointer data, gsize size);

G_END_DECLS
