#include "explorer/cache.h"

static int freed;

static void
count_free (gpointer value)
{
  freed++;
}

static void
put (LucidaCache *cache, const char *key, gsize size)
{
  lucida_cache_put (cache, key, (gpointer) key, size, count_free);
}

static void
test_least_recently_used_goes_first (void)
{
  g_autoptr (LucidaCache) cache = lucida_cache_new (100);

  freed = 0;
  put (cache, "a", 40);
  put (cache, "b", 40);
  g_assert_cmpstr (lucida_cache_get (cache, "a"), ==, "a");
  put (cache, "c", 40);
  g_assert_null (lucida_cache_get (cache, "b"));
  g_assert_nonnull (lucida_cache_get (cache, "a"));
  g_assert_nonnull (lucida_cache_get (cache, "c"));
  g_assert_cmpint (freed, ==, 1);
  g_assert_cmpuint (lucida_cache_get_size (cache), ==, 80);
  g_assert_cmpuint (lucida_cache_get_count (cache), ==, 2);
}

static void
test_growth_counts (void)
{
  g_autoptr (LucidaCache) cache = lucida_cache_new (100);

  freed = 0;
  put (cache, "a", 40);
  put (cache, "b", 40);
  lucida_cache_resize (cache, "a", 90);
  g_assert_null (lucida_cache_get (cache, "b"));
  g_assert_nonnull (lucida_cache_get (cache, "a"));
  lucida_cache_resize (cache, "b", 10); /* gone: nothing happens */
  g_assert_cmpuint (lucida_cache_get_size (cache), ==, 90);
  lucida_cache_resize (cache, "a", 101);
  g_assert_null (lucida_cache_get (cache, "a"));
  g_assert_cmpuint (lucida_cache_get_size (cache), ==, 0);
  g_assert_cmpint (freed, ==, 2);
}

static void
test_too_large_drops_nothing_else (void)
{
  g_autoptr (LucidaCache) cache = lucida_cache_new (100);

  freed = 0;
  put (cache, "a", 40);
  put (cache, "huge", 101);
  g_assert_cmpint (freed, ==, 1);
  g_assert_nonnull (lucida_cache_get (cache, "a"));
  g_assert_null (lucida_cache_get (cache, "huge"));
}

static void
test_same_name_replaces (void)
{
  LucidaCache *cache = lucida_cache_new (100);

  freed = 0;
  put (cache, "a", 40);
  put (cache, "a", 30);
  g_assert_cmpint (freed, ==, 1);
  g_assert_cmpuint (lucida_cache_get_size (cache), ==, 30);
  lucida_cache_free (cache);
  g_assert_cmpint (freed, ==, 2);
}

static void
test_drop_by_prefix (void)
{
  g_autoptr (LucidaCache) cache = lucida_cache_new (0);

  freed = 0;
  put (cache, "picture a", 1);
  put (cache, "analysis a", 1);
  put (cache, "analysis b", 1);
  lucida_cache_drop (cache, "analysis ");
  g_assert_cmpint (freed, ==, 2);
  g_assert_nonnull (lucida_cache_get (cache, "picture a"));
  lucida_cache_drop (cache, "");
  g_assert_cmpuint (lucida_cache_get_count (cache), ==, 0);
}

static void
test_nothing_kept_goes_for_what_is_beside (void)
{
  static const char *const kept[] = { "shown", "not there", NULL };
  g_autoptr (LucidaCache) cache = lucida_cache_new (100);

  freed = 0;
  put (cache, "shown", 50);
  put (cache, "old", 20);
  put (cache, "new", 20);
  g_assert_false (lucida_cache_fits (cache, 51, kept));
  g_assert_false (
      lucida_cache_put_beside (cache, "large", (gpointer) "large", 51, count_free, kept));
  g_assert_cmpint (freed, ==, 1);
  g_assert_cmpuint (lucida_cache_get_count (cache), ==, 3);
  g_assert_true (lucida_cache_fits (cache, 30, kept));
  g_assert_true (lucida_cache_put_beside (cache, "next", (gpointer) "next", 30, count_free, kept));
  /* used longest ago, but kept */
  g_assert_nonnull (lucida_cache_get (cache, "shown"));
  g_assert_null (lucida_cache_get (cache, "old"));
  g_assert_nonnull (lucida_cache_get (cache, "new"));
  g_assert_cmpuint (lucida_cache_get_size (cache), ==, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cache/least-recently-used-goes-first", test_least_recently_used_goes_first);
  g_test_add_func ("/cache/growth-counts", test_growth_counts);
  g_test_add_func ("/cache/too-large-drops-nothing-else", test_too_large_drops_nothing_else);
  g_test_add_func ("/cache/same-name-replaces", test_same_name_replaces);
  g_test_add_func ("/cache/drop-by-prefix", test_drop_by_prefix);
  g_test_add_func ("/cache/nothing-kept-goes-for-what-is-beside",
                   test_nothing_kept_goes_for_what_is_beside);
  return g_test_run ();
}
