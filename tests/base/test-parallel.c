#include "base/parallel.h"

#include <stdatomic.h>

#define PARTS 10000

typedef struct
{
  atomic_int done[PARTS];
  atomic_int inside[8];
  guint threads;
} Count;

static void
count_part (gsize part, guint thread, gpointer data)
{
  Count *count = data;

  g_assert_cmpuint (thread, <, count->threads);
  /* no two parts at once share a thread number */
  g_assert_cmpint (atomic_fetch_add (&count->inside[thread], 1), ==, 0);
  atomic_fetch_add (&count->done[part], 1);
  atomic_fetch_sub (&count->inside[thread], 1);
}

static void
test_every_part_once (gconstpointer data)
{
  guint threads = GPOINTER_TO_UINT (data);
  g_autoptr (LucidaPool) pool = threads ? lucida_pool_new (threads) : NULL;
  g_autofree Count *count = g_new0 (Count, 1);

  count->threads = lucida_pool_get_threads (pool);
  g_assert_cmpuint (count->threads, ==, MAX (threads, 1));
  for (int round = 1; round <= 20; round++)
    {
      lucida_pool_run (pool, PARTS, count_part, count);
      for (int i = 0; i < PARTS; i++)
        g_assert_cmpint (atomic_load (&count->done[i]), ==, round);
    }
}

static void
test_no_parts_and_one_part (void)
{
  g_autoptr (LucidaPool) pool = lucida_pool_new (3);
  g_autofree Count *count = g_new0 (Count, 1);

  count->threads = 3;
  lucida_pool_run (pool, 0, count_part, count);
  g_assert_cmpint (atomic_load (&count->done[0]), ==, 0);
  lucida_pool_run (pool, 1, count_part, count);
  g_assert_cmpint (atomic_load (&count->done[0]), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/parallel/every-part-once/no-pool", GUINT_TO_POINTER (0),
                        test_every_part_once);
  g_test_add_data_func ("/parallel/every-part-once/1", GUINT_TO_POINTER (1), test_every_part_once);
  g_test_add_data_func ("/parallel/every-part-once/2", GUINT_TO_POINTER (2), test_every_part_once);
  g_test_add_data_func ("/parallel/every-part-once/5", GUINT_TO_POINTER (5), test_every_part_once);
  g_test_add_func ("/parallel/no-parts-and-one-part", test_no_parts_and_one_part);
  return g_test_run ();
}
