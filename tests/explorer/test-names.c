#include "explorer/model.h"

#include "base/error.h"
#include "readers/proto-writer.h"

#include <string.h>

/* A classifier of 4×4 pictures with @n scores; @ending (nullable): an operator behind them. */
static void
model_init_classes (Model *self, gint64 n, const char *ending)
{
  const gint64 x[] = { 1, 1, 4, 4, G_MININT64 }, w[] = { n, 1, 1, 1, -1 };
  const gint64 y[] = { -1, -1, G_MININT64 }; /* the file does not say how many scores there are */

  model_init (self);
  put_message (self->graph, 1, node_message ("Conv", "conv", "x,w", "c"));
  put_message (self->graph, 1, node_message ("GlobalAveragePool", "pool", "c", "p"));
  put_message (self->graph, 1, node_message ("Flatten", "flat", "p", ending ? "f" : "y"));
  if (ending)
    put_message (self->graph, 1, node_message (ending, "end", "f", "y"));
  put_message (self->graph, 5, float_tensor ("w", w));
  put_message (self->graph, 11, value_message ("x", x));
  put_message (self->graph, 12, value_message ("y", y));
}

/* (transfer full) The path of the model, which is cleared. */
static char *
write_model (Model *model, const char *folder)
{
  g_autoptr (GBytes) bytes = model_bytes (model);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return write_file (folder, "net.onnx", data, size);
}

static LucidaModel *
open_path (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);
  LucidaModel *model = lucida_model_open (path, pool, NULL, &error);

  g_assert_no_error (error);
  return model;
}

/* Writes, opens and checks one name. */
static void
check (Model *made, const char *labels, int index, const char *name, const char *source)
{
  char *folder = folder_new ();
  g_autofree char *path = write_model (made, folder);
  g_autoptr (LucidaModel) model = NULL;

  if (labels)
    g_free (write_file (folder, "labels.txt", labels, strlen (labels)));
  model = open_path (path);
  g_assert_cmpstr (lucida_model_get_class_name (model, index), ==, name);
  g_assert_cmpstr (lucida_model_get_class_names_source (model), ==, source);
  g_assert_cmpint (lucida_model_has_class_names (model), ==, source != NULL);
  g_assert_cmpint (lucida_model_get_class_names_assumed (model), ==,
                   source && strstr (source, "ImageNet") != NULL);
  folder_remove (folder);
}

static void
test_imagenet (void)
{
  static const struct
  {
    int n;
    int index;
    const char *name;
  } cases[] = {
    { 1000, 0, "tench" },      { 1000, 281, "tabby" }, { 1000, 999, "toilet tissue" },
    { 1001, 0, "background" }, { 1001, 1, "tench" },   { 1001, 1000, "toilet tissue" },
    { 999, 0, NULL },          { 1002, 0, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *name = cases[i].name;
      Model model;

      model_init_classes (&model, cases[i].n, NULL);
      check (&model, NULL, cases[i].index, name ? name : "Class 0",
             name ? "ImageNet's names" : NULL);
    }
}

/* Whatever says names is better than the guess. */
static void
test_order (void)
{
  g_autoptr (GString) labels = g_string_new (NULL);
  Model model;

  for (int i = 0; i < 1000; i++)
    g_string_append_printf (labels, "label %d\n", i);
  model_init_classes (&model, 1000, NULL);
  check (&model, labels->str, 7, "label 7", "labels.txt");
  model_init_classes (&model, 1001, NULL);
  check (&model, labels->str, 8, "label 7", "labels.txt");
  model_init_classes (&model, 1000, NULL);
  check (&model, "one\ntwo\n", 0, "tench", "ImageNet's names");
  model_init_classes (&model, 2, NULL);
  add_metadata (&model, "names", "{0: 'cat', 1: 'dog'}");
  check (&model, "one\ntwo\n", 1, "dog", "its metadata (“names”)");
  model_init_classes (&model, 2, NULL);
  add_metadata (&model, "names", "{0: 'cat'}");
  check (&model, "one\ntwo\n", 1, "two", "labels.txt");
}

/* One output with a sigmoid tells two classes apart. */
static void
test_sigmoid (void)
{
  Model model;

  model_init_classes (&model, 1, "Sigmoid");
  check (&model, "no\nyes\n", 1, "yes", "labels.txt");
  model_init_classes (&model, 1, "Sigmoid");
  check (&model, NULL, 1, "Class 1", NULL);
}

/* Where only running the network tells how many classes there are, names of another number are
 * said not to be used. */
static void
test_wrong_number_found_late (void)
{
  static const gint64 shape[] = { 1, 2, 2, 2, G_MININT64 }, y[] = { -1, -1, G_MININT64 };
  char *folder = folder_new ();
  g_autofree char *path = NULL;
  g_autoptr (LucidaModel) model = NULL;
  const char *const *warnings;
  Model made;

  model_init (&made);
  put_message (made.graph, 1, node_message ("Tanh", "tanh", "x", "t"));
  put_message (made.graph, 1, node_message ("GlobalMaxPool", "pool", "t", "p"));
  put_message (made.graph, 1, node_message ("Flatten", "flat", "p", "y"));
  put_message (made.graph, 11, value_message ("x", shape));
  put_message (made.graph, 12, value_message ("y", y));
  add_metadata (&made, "classes", "[\"a\", \"b\", \"c\"]");
  path = write_model (&made, folder);
  model = open_path (path);
  g_assert_cmpstr (lucida_model_get_class_name (model, 1), ==, "Class 1");
  g_assert_false (lucida_model_has_class_names (model));
  warnings = lucida_network_get_warnings (lucida_model_get_network (model));
  g_assert_nonnull (warnings[0]);
  g_assert_nonnull (strstr (warnings[0], "not used"));
  folder_remove (folder);
}

static void
test_set (void)
{
  static const char *const names[] = { "hot", "not", NULL }, *const three[]
                                                             = { "a", "b", "c", NULL };
  char *folder = folder_new ();
  g_autofree char *path = NULL;
  g_autoptr (LucidaModel) model = NULL;
  g_autoptr (LucidaModel) renamed = NULL;
  g_autoptr (LucidaModel) adjusted = NULL;
  g_autoptr (LucidaModel) back = NULL;
  g_autoptr (LucidaModel) again = NULL;
  g_autoptr (LucidaPool) pool = lucida_pool_new (1);
  g_autoptr (GError) error = NULL;
  LucidaPreprocessing raw = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_RAW, 1);
  Model made;

  model_init_small (&made);
  add_metadata (&made, "classes", "cat\ndog");
  path = write_model (&made, folder);
  model = open_path (path);
  g_assert_null (lucida_model_new_with_class_names (model, three, &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID);
  g_clear_error (&error);
  renamed = lucida_model_new_with_class_names (model, names, &error);
  g_assert_no_error (error);
  g_assert_true (lucida_model_get_plan (renamed) == lucida_model_get_plan (model));
  g_assert_true (lucida_model_has_own_class_names (renamed));
  g_assert_cmpint (lucida_model_find_class (renamed, "not", NULL), ==, 1);
  g_assert_true (lucida_model_get_preprocessing (renamed)->assumed);
  /* names survive other preprocessing, and the reverse; what is set is not assumed */
  adjusted = lucida_model_new_with_preprocessing (renamed, &raw, pool, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lucida_model_get_class_name (adjusted, 0), ==, "hot");
  g_assert_false (lucida_model_get_preprocessing (adjusted)->assumed);
  back = lucida_model_new_with_class_names (adjusted, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lucida_model_get_class_name (back, 0), ==, "cat");
  g_assert_cmpfloat (lucida_model_get_preprocessing (back)->scale, ==, 1);
  /* only what was set is remembered */
  g_assert_true (lucida_model_remember (renamed, &error));
  again = open_path (path);
  g_assert_cmpstr (lucida_model_get_class_name (again, 1), ==, "not");
  g_assert_true (lucida_model_get_preprocessing (again)->assumed);
  g_assert_true (lucida_model_remember (adjusted, &error));
  lucida_model_unref (again);
  again = open_path (path);
  g_assert_true (lucida_preprocessing_equal (lucida_model_get_preprocessing (again),
                                             lucida_model_get_preprocessing (adjusted)));
  g_assert_true (lucida_model_forget (again, &error));
  lucida_model_unref (again);
  again = open_path (path);
  g_assert_cmpstr (lucida_model_get_class_name (again, 1), ==, "dog");
  g_assert_true (lucida_model_get_preprocessing (again)->assumed);
  folder_remove (folder);
}

static void
test_parse (void)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = lucida_class_names_parse ("0 cat\r\n1 dog\r\n", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (names[1], ==, "dog");
  g_assert_null (lucida_class_names_parse (" \n", &error));
  g_assert_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/imagenet-for-1000-and-1001-classes", test_imagenet);
  g_test_add_func ("/names/the-best-source-is-taken", test_order);
  g_test_add_func ("/names/one-sigmoid-is-two-classes", test_sigmoid);
  g_test_add_func ("/names/a-wrong-number-is-said-however-late", test_wrong_number_found_late);
  g_test_add_func ("/names/set-remembered-and-forgotten", test_set);
  g_test_add_func ("/names/written-down-in-any-way", test_parse);
  return g_test_run ();
}
