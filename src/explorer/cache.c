#include "explorer/cache.h"

#include <unistd.h>

#define SHARE_OF_MEMORY 4                 /* the default budget is one part in so many */
#define FALLBACK_BUDGET ((gsize) 1 << 30) /* bytes, where the system does not say */

typedef struct
{
  char *key;
  gpointer value;
  gsize size;
  GDestroyNotify free_value;
  GList link; /* in the order of use; its data is the entry */
} Entry;

struct _LucidaCache
{
  gsize budget;        /* set by the thread that uses the cache, … */
  gsize size;          /* … read by any: atomic */
  GHashTable *entries; /* key → Entry, which owns the key */
  GQueue order;        /* the most recently used first */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (entry->free_value)
    entry->free_value (entry->value);
  g_free (entry->key);
  g_free (entry);
}

static gsize
default_budget (void)
{
  long pages = sysconf (_SC_PHYS_PAGES);
  long page_size = sysconf (_SC_PAGESIZE);

  if (pages <= 0 || page_size <= 0)
    return FALLBACK_BUDGET;
  return (gsize) pages / SHARE_OF_MEMORY * (gsize) page_size;
}

LucidaCache *
lucida_cache_new (gsize budget)
{
  LucidaCache *self = g_new0 (LucidaCache, 1);

  self->budget = budget ? budget : default_budget ();
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&self->order);
  return self;
}

void
lucida_cache_free (LucidaCache *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

/* The thread that uses the cache is the only one that writes. */
static void
cache_set_size (LucidaCache *self, gsize size)
{
  g_atomic_pointer_set (&self->size, size);
}

static void
cache_remove (LucidaCache *self, Entry *entry)
{
  cache_set_size (self, self->size - entry->size);
  g_queue_unlink (&self->order, &entry->link);
  g_hash_table_remove (self->entries, entry->key);
}

static void
cache_shrink (LucidaCache *self)
{
  while (self->size > self->budget && self->order.tail)
    cache_remove (self, self->order.tail->data);
}

static void
cache_touch (LucidaCache *self, Entry *entry)
{
  g_queue_unlink (&self->order, &entry->link);
  g_queue_push_head_link (&self->order, &entry->link);
}

void
lucida_cache_put (LucidaCache *self, const char *key, gpointer value, gsize size,
                  GDestroyNotify free_value)
{
  Entry *former = g_hash_table_lookup (self->entries, key);
  Entry *entry;

  if (former)
    cache_remove (self, former);
  entry = g_new0 (Entry, 1);
  entry->key = g_strdup (key);
  entry->value = value;
  entry->size = size;
  entry->free_value = free_value;
  entry->link.data = entry;
  g_hash_table_insert (self->entries, entry->key, entry);
  g_queue_push_head_link (&self->order, &entry->link);
  cache_set_size (self, self->size + size);
  if (size > self->budget)
    cache_remove (self, entry); /* it would only push the others out and then go itself */
  cache_shrink (self);
}

gboolean
lucida_cache_fits (LucidaCache *self, gsize size, const char *const *kept)
{
  for (int i = 0; kept[i]; i++)
    {
      const Entry *entry = g_hash_table_lookup (self->entries, kept[i]);

      size += entry ? entry->size : 0;
    }
  return size <= self->budget;
}

gboolean
lucida_cache_put_beside (LucidaCache *self, const char *key, gpointer value, gsize size,
                         GDestroyNotify free_value, const char *const *kept)
{
  Entry *former = g_hash_table_lookup (self->entries, key);

  if (former)
    cache_remove (self, former);
  if (!lucida_cache_fits (self, size, kept))
    {
      free_value (value);
      return FALSE;
    }
  /* used just now, they are the last to go */
  for (int i = 0; kept[i]; i++)
    lucida_cache_get (self, kept[i]);
  lucida_cache_put (self, key, value, size, free_value);
  return TRUE;
}

gpointer
lucida_cache_get (LucidaCache *self, const char *key)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (!entry)
    return NULL;
  cache_touch (self, entry);
  return entry->value;
}

void
lucida_cache_resize (LucidaCache *self, const char *key, gsize size)
{
  Entry *entry = g_hash_table_lookup (self->entries, key);

  if (!entry)
    return;
  cache_set_size (self, self->size - entry->size + size);
  entry->size = size;
  cache_touch (self, entry);
  if (size > self->budget)
    cache_remove (self, entry);
  cache_shrink (self);
}

void
lucida_cache_drop (LucidaCache *self, const char *prefix)
{
  for (GList *link = self->order.head, *next; link; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      if (g_str_has_prefix (entry->key, prefix))
        cache_remove (self, entry);
    }
}

void
lucida_cache_set_budget (LucidaCache *self, gsize budget)
{
  g_atomic_pointer_set (&self->budget, budget ? budget : default_budget ());
  cache_shrink (self);
}

gsize
lucida_cache_get_size (LucidaCache *self)
{
  return g_atomic_pointer_get (&self->size);
}

gsize
lucida_cache_get_budget (LucidaCache *self)
{
  return g_atomic_pointer_get (&self->budget);
}

guint
lucida_cache_get_count (const LucidaCache *self)
{
  return g_hash_table_size (self->entries);
}
