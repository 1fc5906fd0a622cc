#include "explorer/session.h"

#include <glib/gstdio.h>
#include <string.h>

/* What lies beside the answer: maps of all layers, what is kept, and how models were looked at. */

#define MAP_SIZE 64 /* a larger map is shown by means */

typedef struct
{
  LucidaSession *session;
  char *folder;
  char *choices;
  GArray *values; /* of int: the layers whose maps are wanted */
} Fixture;

static void
settle (Fixture *self)
{
  while (lucida_session_get_busy (self->session, NULL, NULL)
         || lucida_worker_is_busy (lucida_session_get_worker (self->session)))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
open_picture (Fixture *self, const char *name)
{
  g_autofree char *path = lucida_data_dup_path ("pictures", name);

  lucida_session_open_picture (self->session, path);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("lucida-choosing-XXXXXX", NULL);
  self->choices = g_build_filename (self->folder, "state", "models.ini", NULL);
  self->session = lucida_session_new ();
  self->values = g_array_new (FALSE, FALSE, sizeof (int));
  lucida_session_keep_choices (self->session, self->choices);
  lucida_session_open_model (self->session, "demo");
  open_picture (self, "cat-and-dog.jpg");
  settle (self);
}

/* As if the program were started again. */
static void
start_again (Fixture *self)
{
  lucida_session_close (self->session);
  g_assert_finalize_object (self->session);
  self->session = lucida_session_new ();
  lucida_session_keep_choices (self->session, self->choices);
  lucida_session_open_model (self->session, "demo");
  open_picture (self, "cat-and-dog.jpg");
  settle (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *state = g_path_get_dirname (self->choices);

  lucida_session_close (self->session);
  g_assert_finalize_object (self->session);
  g_array_unref (self->values);
  g_remove (self->choices);
  g_rmdir (state);
  g_rmdir (self->folder);
  g_free (self->choices);
  g_free (self->folder);
}

static const LucidaQuestion *
question (Fixture *self)
{
  return lucida_session_get_question (self->session);
}

static LucidaExplanation *
answer (Fixture *self)
{
  return lucida_session_get_explanation (self->session);
}

static LucidaPlan *
get_plan (Fixture *self)
{
  return lucida_model_get_plan (lucida_session_get_model (self->session));
}

static void
show_all_layers (Fixture *self)
{
  const LucidaLayer *layers;
  int n;

  layers = lucida_plan_get_layers (get_plan (self), &n);
  g_array_set_size (self->values, 0);
  for (int i = 0; i < n; i++)
    if (layers[i].explainable)
      g_array_append_val (self->values, layers[i].value);
  g_assert_cmpuint (self->values->len, >, 5);
  lucida_session_show_layer_maps (self->session, (int *) self->values->data,
                                  (int) self->values->len);
}

/* @shown is @whole, or the means of its blocks. */
static void
assert_same_map (const LucidaHeatmap *shown, const LucidaHeatmap *whole)
{
  int height = MIN (whole->height, MAP_SIZE), width = MIN (whole->width, MAP_SIZE);

  g_assert_cmpint (shown->height, ==, height);
  g_assert_cmpint (shown->width, ==, width);
  g_assert_cmpint (shown->evidence, ==, whole->evidence);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        double sum = 0, count = 0;

        for (int v = 0; v < whole->height; v++)
          for (int u = 0; u < whole->width; u++)
            if (v >= y * whole->height / height && v < (y + 1) * whole->height / height
                && u >= x * whole->width / width && u < (x + 1) * whole->width / width)
              {
                sum += whole->map[v * whole->width + u];
                count += 1;
              }
        g_assert_cmpfloat_with_epsilon (shown->map[y * width + x], sum / count, 1e-6 * whole->max);
      }
}

static void
test_each_as_if_asked_alone (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) shown
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_heatmap_unref);
  LucidaNetwork *network = lucida_model_get_network (lucida_session_get_model (self->session));

  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  lucida_session_set_class (self->session, 1);
  settle (self);
  show_all_layers (self);
  settle (self);
  for (guint i = 0; i < self->values->len; i++)
    {
      LucidaHeatmap *map
          = lucida_session_get_layer_map (self->session, g_array_index (self->values, int, i));

      g_assert_nonnull (map);
      g_ptr_array_add (shown, lucida_heatmap_ref (map));
    }
  for (guint i = 0; i < self->values->len; i++)
    {
      int value = g_array_index (self->values, int, i);
      const char *names[] = { lucida_network_get_value_name (network, value), NULL };

      lucida_session_set_layers (self->session, names);
      settle (self);
      assert_same_map (g_ptr_array_index (shown, i), answer (self)->heatmap);
      /* another layer is no reason to compute them again */
      g_assert_true (lucida_session_get_layer_map (self->session, value)
                     == g_ptr_array_index (shown, i));
    }
}

static void
test_they_follow_what_is_asked (Fixture *self, gconstpointer data)
{
  int value;
  g_autoptr (LucidaHeatmap) cat = NULL;

  show_all_layers (self);
  settle (self);
  value = answer (self)->values[0];
  cat = lucida_heatmap_ref (lucida_session_get_layer_map (self->session, value));
  assert_same_map (cat, answer (self)->heatmap);
  lucida_session_set_class (self->session, 1);
  /* what was there stays until the new ones are */
  g_assert_true (lucida_session_get_layer_map (self->session, value) == cat);
  settle (self);
  g_assert_true (lucida_session_get_layer_map (self->session, value) != cat);
  assert_same_map (lucida_session_get_layer_map (self->session, value), answer (self)->heatmap);
  lucida_session_set_against (self->session, 0);
  settle (self);
  assert_same_map (lucida_session_get_layer_map (self->session, value), answer (self)->heatmap);

  open_picture (self, "dog.jpg");
  while (lucida_session_get_busy (self->session, NULL, NULL) && answer (self))
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (lucida_session_get_layer_map (self->session, value));
  settle (self);
  assert_same_map (lucida_session_get_layer_map (self->session, value), answer (self)->heatmap);

  lucida_session_open_model (self->session, "demo");
  settle (self);
  g_assert_null (lucida_session_get_layer_map (self->session, value));
}

static void
test_the_same_again_after_a_stop (Fixture *self, gconstpointer data)
{
  const char *layers[] = { "block4_conv1", NULL };

  lucida_session_set_class (self->session, 1);
  lucida_session_stop (self->session);
  settle (self);
  g_assert_cmpint (answer (self)->class_index, ==, 0);
  lucida_session_set_class (self->session, 1);
  settle (self);
  g_assert_cmpint (answer (self)->class_index, ==, 1);

  lucida_session_set_layers (self->session, layers);
  lucida_session_stop (self->session);
  lucida_session_set_layers (self->session, layers);
  settle (self);
  g_assert_cmpstr (answer (self)->layer, ==, "block4_conv1");

  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  lucida_session_stop (self->session);
  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  settle (self);
  g_assert_cmpstr (answer (self)->method->name, ==, "layercam");

  /* where it has its answer, nothing is done */
  lucida_session_set_class (self->session, 1);
  g_assert_false (lucida_session_get_busy (self->session, NULL, NULL));
}

static void
test_a_contrast_with_itself_is_left_out (Fixture *self, gconstpointer data)
{
  lucida_session_set_against (self->session, 1);
  settle (self);
  g_assert_cmpint (answer (self)->class_index, ==, 0);
  g_assert_cmpint (answer (self)->against_index, ==, 1);
  open_picture (self, "dog.jpg");
  settle (self);
  g_assert_cmpint (answer (self)->class_index, ==, 1);
  g_assert_cmpint (answer (self)->against_index, ==, LUCIDA_NO_CLASS);
  open_picture (self, "cat.jpg");
  settle (self);
  g_assert_cmpint (answer (self)->class_index, ==, 0);
  g_assert_cmpint (answer (self)->against_index, ==, 1);
}

static void
test_memory_stays_within_the_budget (Fixture *self, gconstpointer data)
{
  gsize one, two, budget;

  one = lucida_session_get_memory (self->session, &budget);
  g_assert_cmpuint (one, >, 0);
  g_assert_cmpuint (budget, >, one);
  open_picture (self, "dog.jpg");
  settle (self);
  two = lucida_session_get_memory (self->session, NULL);
  g_assert_cmpuint (two, >, one);

  /* the picture that was seen first has no room any more */
  lucida_session_set_memory_budget (self->session, two - 1);
  settle (self);
  g_assert_cmpuint (lucida_session_get_memory (self->session, &budget), <, two);
  g_assert_cmpuint (budget, ==, two - 1);
  open_picture (self, "cat-and-dog.jpg");
  settle (self);
  g_assert_cmpuint (lucida_session_get_memory (self->session, NULL), <, two);

  lucida_session_empty_memory (self->session);
  settle (self);
  g_assert_cmpuint (lucida_session_get_memory (self->session, NULL), ==, 0);
  g_assert_nonnull (answer (self));
  open_picture (self, "dog.jpg");
  settle (self);
  g_assert_cmpfloat (answer (self)->seconds.forward, >, 0.0);
  lucida_session_set_memory_budget (self->session, 0);
  settle (self);
  lucida_session_get_memory (self->session, &budget);
  g_assert_cmpuint (budget, >, two);
}

static void
test_choices_come_back (Fixture *self, gconstpointer data)
{
  static const char *const layers[] = { "block4_conv2", "block5_conv2", NULL };

  lucida_session_set_method (self->session, lucida_method_find ("layercam"));
  lucida_session_set_layers (self->session, layers);
  lucida_session_set_class (self->session, 1);
  start_again (self);
  g_assert_cmpstr (question (self)->method->name, ==, "layercam");
  g_assert_cmpint (question (self)->class_index, ==, 1);
  g_assert_cmpstr (answer (self)->layer, ==, "block4_conv2 + block5_conv2");
  g_assert_cmpint (answer (self)->class_index, ==, 1);

  lucida_session_set_class (self->session, LUCIDA_PREDICTED_CLASS);
  lucida_session_set_layers (self->session, NULL);
  start_again (self);
  g_assert_cmpint (question (self)->class_index, ==, LUCIDA_PREDICTED_CLASS);
  g_assert_null (question (self)->layers);
  g_assert_cmpstr (question (self)->method->name, ==, "layercam");
}

/* Replaces @old by @new in the file of choices. */
static void
change_file (Fixture *self, const char *old, const char *new)
{
  g_autofree char *text = NULL;
  g_autoptr (GString) changed = NULL;

  g_assert_true (g_file_get_contents (self->choices, &text, NULL, NULL));
  changed = g_string_new (text);
  g_assert_cmpuint (g_string_replace (changed, old, new, 0), >, 0);
  g_assert_true (g_file_set_contents (self->choices, changed->str, -1, NULL));
}

static void
test_broken_choices_are_left_out (Fixture *self, gconstpointer data)
{
  static const char *const layers[] = { "block4_conv2", NULL };

  lucida_session_set_layers (self->session, layers);
  lucida_session_set_class (self->session, 1);
  settle (self);
  change_file (self, "block4_conv2", "no_such_layer");
  change_file (self, "class=1", "class=7");
  change_file (self, "gradcam", "nomethod");
  /* the end of this session writes the file only if it has something new to say */
  start_again (self);
  g_assert_null (question (self)->layers);
  g_assert_cmpint (question (self)->class_index, ==, LUCIDA_PREDICTED_CLASS);
  g_assert_nonnull (answer (self));

  g_assert_true (g_file_set_contents (self->choices, "[\xff\n=", -1, NULL));
  start_again (self);
  g_assert_nonnull (answer (self));
  lucida_session_set_class (self->session, 1);
  start_again (self);
  g_assert_cmpint (question (self)->class_index, ==, 1);
}

static void
test_choices_are_bounded (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *written = NULL;

  lucida_session_set_class (self->session, 1);
  settle (self);
  for (int i = 0; i < 1000; i++)
    g_string_append_printf (text, "[model%d]\nused=%d\nmethod=gradcam\n", i, 1000 + i);
  g_assert_true (g_file_set_contents (self->choices, text->str, -1, NULL));
  start_again (self);
  g_assert_cmpint (question (self)->class_index, ==, LUCIDA_PREDICTED_CLASS);
  lucida_session_set_class (self->session, 1);
  settle (self);
  g_assert_true (g_file_get_contents (self->choices, &written, NULL, NULL));
  g_assert_cmpuint (strlen (written), <, 20000);
  g_assert_nonnull (strstr (written, "[model999]"));
  g_assert_null (strstr (written, "[model700]"));
  start_again (self);
  g_assert_cmpint (question (self)->class_index, ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/layer-maps/each-as-if-asked-alone", test_each_as_if_asked_alone },
    { "/layer-maps/follow-what-is-asked", test_they_follow_what_is_asked },
    { "/question/the-same-again-after-a-stop", test_the_same_again_after_a_stop },
    { "/question/a-contrast-with-itself-is-left-out", test_a_contrast_with_itself_is_left_out },
    { "/memory/stays-within-the-budget", test_memory_stays_within_the_budget },
    { "/choices/come-back", test_choices_come_back },
    { "/choices/broken-ones-are-left-out", test_broken_choices_are_left_out },
    { "/choices/are-bounded", test_choices_are_bounded },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
