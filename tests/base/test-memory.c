#include "base/memory.h"

#include <string.h>

static void
test_blocks_are_aligned_and_apart (void)
{
  gsize sizes[] = { 0, 1, 100, 128 << 10, (128 << 10) + 1, 3 << 20, 5 << 20 };
  guint8 *blocks[G_N_ELEMENTS (sizes)];

  for (int round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          blocks[i] = lucida_memory_take (sizes[i]);
          g_assert_nonnull (blocks[i]);
          g_assert_cmpuint ((guintptr) blocks[i] % 64, ==, 0);
          memset (blocks[i], (int) i + 1, sizes[i]);
        }
      /* nobody wrote over anybody */
      for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          for (gsize k = 0; k < sizes[i]; k++)
            if (blocks[i][k] != i + 1)
              g_error ("block %d overlaps another", (int) i);
          lucida_memory_give (blocks[i], sizes[i]);
        }
    }
}

/* Many more bytes and blocks than are ever kept: nothing is lost (the leak checker watches). */
static void
test_more_than_is_kept (void)
{
  static void *blocks[600];

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = lucida_memory_take ((gsize) 700 << 10);
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    lucida_memory_give (blocks[i], (gsize) 700 << 10);
  lucida_memory_give (NULL, 0);
  lucida_memory_give (lucida_memory_take ((gsize) 200 << 20), (gsize) 200 << 20);
}

static void
test_what_is_kept_can_be_given_up (void)
{
  const gsize size = 3 << 20;
  void *block = lucida_memory_take (size);
  gsize given;

  lucida_memory_trim ();
  lucida_memory_give (block, size);
  given = lucida_memory_trim ();
  /* nothing is kept where memory errors are looked for */
  g_assert_true (given == 0 || given >= size);
  g_assert_cmpuint (lucida_memory_trim (), ==, 0);
}

static void
test_no_memory_is_said (void)
{
  g_assert_null (lucida_memory_take (G_MAXSIZE / 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/blocks-are-aligned-and-apart", test_blocks_are_aligned_and_apart);
  g_test_add_func ("/memory/more-than-is-kept", test_more_than_is_kept);
  g_test_add_func ("/memory/what-is-kept-can-be-given-up", test_what_is_kept_can_be_given_up);
  g_test_add_func ("/memory/no-memory-is-said", test_no_memory_is_said);
  return g_test_run ();
}
