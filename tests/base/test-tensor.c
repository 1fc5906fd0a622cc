#include "base/error.h"
#include "base/tensor.h"

#include <string.h>

static void
test_new_is_zero_and_aligned (void)
{
  LucidaShape shape = lucida_shape (3, (int64_t) 3, (int64_t) 5, (int64_t) 7);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);

  g_assert_cmpint (lucida_tensor_get_count (tensor), ==, 105);
  g_assert_cmpuint (lucida_tensor_get_size (tensor), ==, 420);
  g_assert_cmpuint ((guintptr) lucida_tensor_get_data (tensor) % 64, ==, 0);
  for (int i = 0; i < 105; i++)
    g_assert_cmpfloat (lucida_tensor_get_floats (tensor)[i], ==, 0);
}

static void
test_refuses_impossible_shapes (void)
{
  const struct
  {
    LucidaShape shape;
    LucidaError code;
  } table[] = {
    { { 2, { 3, -1 } }, LUCIDA_ERROR_CORRUPT },
    { { 1, { G_MAXINT64 } }, LUCIDA_ERROR_TOO_LARGE },
    /* 2^64: a product that wraps to 0 */
    { { 2, { (int64_t) 1 << 32, (int64_t) 1 << 32 } }, LUCIDA_ERROR_TOO_LARGE },
    { { 3, { 1 << 16, 1 << 15, 2 } }, LUCIDA_ERROR_TOO_LARGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 3)
        {
          /* exactly the limit passes the check, one more row does not */
          LucidaShape limit = lucida_shape (2, (int64_t) 1 << 16, (int64_t) 1 << 15);

          g_assert_true (lucida_shape_check (&limit, NULL));
        }
      g_assert_false (lucida_shape_check (&table[i].shape, &error));
      g_assert_error (error, LUCIDA_ERROR, (gint) table[i].code);
    }
}

static void
test_an_empty_dimension_is_allowed (void)
{
  LucidaShape shape = lucida_shape (2, (int64_t) 0, (int64_t) 4);
  g_autoptr (LucidaTensor) tensor = lucida_tensor_new (LUCIDA_INT64, &shape, NULL);

  g_assert_cmpint (lucida_tensor_get_count (tensor), ==, 0);
}

static void
test_mapped_reads_any_alignment_and_checks_bounds (void)
{
  guint8 raw[1 + 3 * sizeof (float)];
  const float values[] = { 1, 2, 3 };
  LucidaShape shape = lucida_shape (1, (int64_t) 3);
  LucidaShape more = lucida_shape (1, (int64_t) 4);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (LucidaTensor) mapped = NULL;
  g_autoptr (LucidaTensor) aligned = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (raw + 1, values, sizeof values);
  bytes = g_bytes_new (raw, sizeof raw);
  mapped = lucida_tensor_new_mapped (LUCIDA_FLOAT32, &shape, bytes, 1, &error);
  g_assert_no_error (error);
  aligned = lucida_tensor_align (mapped, &error);
  g_assert_cmpmem (lucida_tensor_get_floats (aligned), sizeof values, values, sizeof values);
  g_assert_null (lucida_tensor_new_mapped (LUCIDA_FLOAT32, &more, bytes, 1, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_null (lucida_tensor_new_mapped (LUCIDA_FLOAT32, &shape, bytes, G_MAXSIZE, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
}

static void
test_reshape_shares_data (void)
{
  LucidaShape shape = lucida_shape (2, (int64_t) 2, (int64_t) 6);
  LucidaShape other = lucida_shape (3, (int64_t) 3, (int64_t) 2, (int64_t) 2);
  LucidaTensor *tensor = lucida_tensor_new (LUCIDA_FLOAT32, &shape, NULL);
  g_autoptr (LucidaTensor) view = lucida_tensor_reshape (tensor, &other);

  g_assert_true (lucida_tensor_get_data (view) == lucida_tensor_get_data (tensor));
  lucida_tensor_unref (tensor);
  /* the view keeps the data */
  g_assert_cmpfloat (lucida_tensor_get_floats (view)[11], ==, 0);
}

static void
test_text (void)
{
  LucidaShape shape = lucida_shape (3, (int64_t) 1, (int64_t) 20, (int64_t) 300);
  LucidaShape scalar = lucida_shape (0);
  g_autofree char *text = lucida_shape_to_string (&shape);
  g_autofree char *none = lucida_shape_to_string (&scalar);

  g_assert_cmpstr (text, ==, "1×20×300");
  g_assert_cmpstr (none, ==, "scalar");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/new-is-zero-and-aligned", test_new_is_zero_and_aligned);
  g_test_add_func ("/tensor/refuses-impossible-shapes", test_refuses_impossible_shapes);
  g_test_add_func ("/tensor/an-empty-dimension-is-allowed", test_an_empty_dimension_is_allowed);
  g_test_add_func ("/tensor/mapped-reads-any-alignment",
                   test_mapped_reads_any_alignment_and_checks_bounds);
  g_test_add_func ("/tensor/reshape-shares-data", test_reshape_shares_data);
  g_test_add_func ("/tensor/text", test_text);
  return g_test_run ();
}
