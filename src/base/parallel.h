#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A pool of threads that share the parts of one loop. Built on pthread mutexes and conditions. */
typedef struct _LucidaPool LucidaPool;

/* Does part @part of a loop; @thread is below lucida_pool_get_threads(), no two at once share it.
 */
typedef void (*LucidaPartFunc) (gsize part, guint thread, gpointer data);

/* @threads counts the caller's own; 0: as many as the process may use. (transfer full) */
LucidaPool *lucida_pool_new (guint threads);
void lucida_pool_free (LucidaPool *self);
guint lucida_pool_get_threads (const LucidaPool *self);
/* Calls @function for every part 0 … @parts - 1, in any order, and returns when all are done. One
 * caller at a time; @function must not call it again. @self may be %NULL: all on the caller. */
void lucida_pool_run (LucidaPool *self, gsize parts, LucidaPartFunc function, gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPool, lucida_pool_free)

G_END_DECLS
