#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ALIGNMENT 64
/* Smaller blocks are malloc's own matter. */
#define SMALLEST_KEPT ((gsize) 128 << 10)
/* What is kept at the most, in bytes and in blocks. */
#define MOST_KEPT ((gsize) 128 << 20)
#define MOST_BLOCKS 256
/* No array is larger; what asks for more has gone wrong. */
#define LARGEST ((gsize) 1 << 40)
/* Blocks from this size on ask for huge pages. */
#define HUGE_PAGE ((gsize) 2 << 20)

/* Where memory errors are looked for, every block must be malloc's. */
#if defined __SANITIZE_ADDRESS__
#define KEEP_NOTHING 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define KEEP_NOTHING 1
#endif
#endif
#ifndef KEEP_NOTHING
#define KEEP_NOTHING 0
#endif

typedef struct
{
  void *data;
  gsize size;
} Block;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Block blocks[MOST_BLOCKS]; /* [n_blocks] the latest last */
static guint n_blocks;
static gsize kept; /* bytes in blocks */

/* Sizes are rounded so that arrays of nearly one size share blocks. */
static gsize
round_size (gsize size)
{
  gsize step = SMALLEST_KEPT / 2;

  if (size < SMALLEST_KEPT || size > G_MAXSIZE - step)
    return MAX (size, 1);
  return (size + step - 1) / step * step;
}

/* The latest kept block of that size; the caches know it best. */
static void *
find_block (gsize size)
{
  void *data = NULL;

  pthread_mutex_lock (&lock);
  for (guint i = n_blocks; i-- > 0 && !data;)
    if (blocks[i].size == size)
      {
        data = blocks[i].data;
        kept -= size;
        n_blocks--;
        for (guint k = i; k < n_blocks; k++)
          blocks[k] = blocks[k + 1];
      }
  pthread_mutex_unlock (&lock);
  return data;
}

void *
lucida_memory_take (gsize size)
{
  gsize rounded = round_size (size);
  void *data = rounded >= SMALLEST_KEPT ? find_block (rounded) : NULL;

  if (data)
    return data;
  if (rounded > LARGEST)
    return NULL;
  if (posix_memalign (&data, rounded >= 2 * HUGE_PAGE ? HUGE_PAGE : ALIGNMENT, rounded) != 0)
    return NULL;
#ifdef MADV_HUGEPAGE
  if (rounded >= 2 * HUGE_PAGE)
    madvise (data, rounded / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
  return data;
}

void
lucida_memory_give (void *data, gsize size)
{
  gsize rounded = round_size (size);
  Block dropped[MOST_BLOCKS];
  guint n_dropped = 0;

  if (!data)
    return;
  if (KEEP_NOTHING || rounded < SMALLEST_KEPT || rounded > MOST_KEPT)
    {
      free (data);
      return;
    }
  pthread_mutex_lock (&lock);
  /* the oldest make room */
  while (n_dropped < n_blocks
         && (kept + rounded > MOST_KEPT || n_blocks - n_dropped == MOST_BLOCKS))
    {
      kept -= blocks[n_dropped].size;
      dropped[n_dropped] = blocks[n_dropped];
      n_dropped++;
    }
  n_blocks -= n_dropped;
  for (guint i = 0; n_dropped > 0 && i < n_blocks; i++)
    blocks[i] = blocks[i + n_dropped];
  blocks[n_blocks++] = (Block){ data, rounded };
  kept += rounded;
  pthread_mutex_unlock (&lock);
  for (guint i = 0; i < n_dropped; i++)
    free (dropped[i].data);
}

gsize
lucida_memory_trim (void)
{
  Block dropped[MOST_BLOCKS];
  guint n_dropped;
  gsize size;

  pthread_mutex_lock (&lock);
  n_dropped = n_blocks;
  for (guint i = 0; i < n_dropped; i++)
    dropped[i] = blocks[i];
  size = kept;
  n_blocks = 0;
  kept = 0;
  pthread_mutex_unlock (&lock);
  for (guint i = 0; i < n_dropped; i++)
    free (dropped[i].data);
  return size;
}
