#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Things that cost time to make, kept under a name until their sizes add up to more than a budget;
 * then the least recently used go first. Used by one thread at a time. */
typedef struct _LucidaCache LucidaCache;

/* @budget in bytes; 0: a quarter of the computer's memory. (transfer full) */
LucidaCache *lucida_cache_new (gsize budget);
void lucida_cache_free (LucidaCache *self);
/* Keeps @value (transfer full), which is freed with @free_value, in place of what had that name.
 * It is dropped at once if it alone is above the budget: hold a reference of your own. */
void lucida_cache_put (LucidaCache *self, const char *key, gpointer value, gsize size,
                       GDestroyNotify free_value);
/* Whether @size more bytes fit beside the values named @kept [NULL-terminated], whatever else goes.
 */
gboolean lucida_cache_fits (LucidaCache *self, gsize size, const char *const *kept);
/* Like lucida_cache_put(), but never at the cost of those named @kept: @value is dropped if there
 * is no room beside them. %FALSE: it was. */
gboolean lucida_cache_put_beside (LucidaCache *self, const char *key, gpointer value, gsize size,
                                  GDestroyNotify free_value, const char *const *kept);
/* (transfer none) (nullable); counts as a use. */
gpointer lucida_cache_get (LucidaCache *self, const char *key);
/* The value has grown or shrunk. Nothing happens if it is not there any more. */
void lucida_cache_resize (LucidaCache *self, const char *key, gsize size);
/* Drops every value whose name begins with @prefix; "" drops all. */
void lucida_cache_drop (LucidaCache *self, const char *prefix);
/* Another budget, at once; 0 as above. */
void lucida_cache_set_budget (LucidaCache *self, gsize budget);
/* In bytes; these two may be asked by any thread. */
gsize lucida_cache_get_size (LucidaCache *self);
gsize lucida_cache_get_budget (LucidaCache *self);
guint lucida_cache_get_count (const LucidaCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaCache, lucida_cache_free)

G_END_DECLS
