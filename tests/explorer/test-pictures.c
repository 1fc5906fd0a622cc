#include "explorer/session.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define N_LINKS 3000

/* The open pictures of a session: what is beside the one that is shown. */

typedef struct
{
  char *folder;
  LucidaSession *session;
  GPtrArray *failures;
} Fixture;

static void
failed_cb (LucidaSession *session, const char *sentence, Fixture *self)
{
  g_ptr_array_add (self->failures, g_strdup (sentence));
}

static void
put (Fixture *self, const char *demo, const char *name)
{
  g_autofree char *from = lucida_data_dup_path ("pictures", demo);
  g_autofree char *to = g_build_filename (self->folder, name, NULL);
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &data, &size, NULL));
  g_assert_true (g_file_set_contents (to, data, (gssize) size, NULL));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static const char *const demos[] = { "cat.jpg", "dog.jpg", "kitten.jpg" };

  self->folder = g_dir_make_tmp ("lucida-pictures-XXXXXX", NULL);
  for (int i = 1; i <= 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("img%d.jpg", i);

      put (self, demos[i % 3], name);
    }
  self->session = lucida_session_new ();
  self->failures = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (self->session, "failed", G_CALLBACK (failed_cb), self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  GDir *dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  lucida_session_close (self->session);
  g_assert_finalize_object (self->session);
  g_ptr_array_unref (self->failures);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }
  g_dir_close (dir);
  g_rmdir (self->folder);
  g_free (self->folder);
}

/* Until nothing is asked for and nothing is done ahead either. */
static void
settle (Fixture *self)
{
  while (lucida_session_get_busy (self->session, NULL, NULL)
         || lucida_worker_is_busy (lucida_session_get_worker (self->session)))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static guint
get_length (Fixture *self)
{
  return lucida_picture_list_get_length (lucida_session_get_pictures (self->session));
}

static LucidaPictureItem *
get_item (Fixture *self, guint i)
{
  return lucida_picture_list_get (lucida_session_get_pictures (self->session), i);
}

static void
wait_for_length (Fixture *self, guint length)
{
  while (get_length (self) != length)
    g_main_context_iteration (NULL, TRUE);
  settle (self);
}

static void
assert_shown (Fixture *self, const char *name)
{
  g_autofree char *base = g_path_get_basename (lucida_session_get_picture_path (self->session));

  g_assert_cmpstr (base, ==, name);
}

static void
open_folder (Fixture *self)
{
  const char *paths[] = { self->folder, NULL };

  lucida_session_open_model (self->session, "demo");
  lucida_session_open_pictures (self->session, paths);
  wait_for_length (self, 12);
}

static void
test_folder (Fixture *self, gconstpointer data)
{
  open_folder (self);
  assert_shown (self, "img1.jpg");
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 0);
  g_assert_cmpstr (lucida_picture_item_get_name (get_item (self, 1)), ==, "img2.jpg");
  g_assert_cmpstr (lucida_picture_item_get_name (get_item (self, 11)), ==, "img12.jpg");
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
test_going (Fixture *self, gconstpointer data)
{
  open_folder (self);
  g_assert_false (lucida_session_go (self->session, -1));
  g_assert_true (lucida_session_go (self->session, 3));
  g_assert_true (lucida_session_go (self->session, 1));
  settle (self);
  assert_shown (self, "img5.jpg");
  g_assert_true (lucida_session_go (self->session, 1000));
  g_assert_false (lucida_session_go (self->session, 1));
  settle (self);
  assert_shown (self, "img12.jpg");
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 11);
}

static void
test_one_picture_brings_its_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "img7.jpg", NULL);
  const char *paths[] = { path, NULL };

  lucida_session_open_pictures (self->session, paths);
  wait_for_length (self, 12);
  assert_shown (self, "img7.jpg");
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 6);
}

static void
test_wrong_ones_leave_the_list (Fixture *self, gconstpointer data)
{
  g_autofree char *empty = g_dir_make_tmp ("lucida-empty-XXXXXX", NULL);
  const char *wrong[] = { empty, "/no/such/folder", "/no/such/picture.png" };

  open_folder (self);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      const char *paths[] = { wrong[i], NULL };

      lucida_session_open_pictures (self->session, paths);
      while (self->failures->len == i)
        g_main_context_iteration (NULL, TRUE);
      g_assert_nonnull (strstr (g_ptr_array_index (self->failures, i), wrong[i]));
    }
  settle (self);
  g_assert_cmpuint (get_length (self), ==, 12);
  assert_shown (self, "img1.jpg");
  g_rmdir (empty);
}

/* Shows the next picture and tells whether anything had to be computed for it. */
static gboolean
next_is_ready (Fixture *self)
{
  LucidaExplanation *explanation;

  g_assert_true (lucida_session_go (self->session, 1));
  settle (self);
  explanation = lucida_session_get_explanation (self->session);
  g_assert_nonnull (explanation);
  return explanation->seconds.forward == 0.0 && explanation->seconds.backward == 0.0;
}

static void
test_neighbours_are_ready (Fixture *self, gconstpointer data)
{
  open_folder (self);
  g_assert_true (next_is_ready (self));
  assert_shown (self, "img2.jpg");
  /* also for what is asked by now */
  lucida_session_set_class (self->session, 1 - lucida_session_get_predicted (self->session));
  settle (self);
  g_assert_true (next_is_ready (self));
  /* far away nothing has been done */
  lucida_session_select (self->session, 10);
  while (!lucida_session_get_explanation (self->session)
         || lucida_session_get_busy (self->session, NULL, NULL))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (lucida_session_get_explanation (self->session)->seconds.forward, >, 0.0);
}

/* Shows the next picture and tells whether its second map had been computed. */
static gboolean
next_comparison_is_ready (Fixture *self, int class_index)
{
  gboolean ready = next_is_ready (self);
  LucidaExplanation *other = lucida_session_get_other_explanation (self->session);

  g_assert_nonnull (other);
  g_assert_cmpint (other->class_index, ==, class_index);
  return ready && other->seconds.forward == 0.0 && other->seconds.backward == 0.0;
}

static void
test_comparisons_are_ready (Fixture *self, gconstpointer data)
{
  const LucidaQuestion runner_up = { LUCIDA_RUNNER_UP, LUCIDA_NO_CLASS, NULL, NULL };

  open_folder (self);
  /* the neighbours have been looked at for the main question alone */
  lucida_session_set_other (self->session, &runner_up);
  settle (self);
  /* a kitten, a cat, a dog: of two classes the other one */
  g_assert_true (next_comparison_is_ready (self, 1));
  g_assert_true (next_comparison_is_ready (self, 1));
  g_assert_true (next_comparison_is_ready (self, 0));
  /* without any the neighbours are looked at as before */
  lucida_session_set_other (self->session, NULL);
  settle (self);
  g_assert_true (next_is_ready (self));
}

static void
test_what_is_seen_is_predicted (Fixture *self, gconstpointer data)
{
  static const int predicted[] = { 0, 1, 0 }; /* cat, dog, kitten */

  open_folder (self);
  lucida_session_set_seen (self->session, 4, 9, 56, 42);
  for (guint i = 4; i <= 9; i++)
    {
      LucidaPictureItem *item = get_item (self, i);

      while (lucida_picture_item_get_class (item) < 0 || !lucida_picture_item_get_thumbnail (item))
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (lucida_picture_item_get_class (item), ==, predicted[(i + 1) % 3]);
      g_assert_cmpfloat (lucida_picture_item_get_probability (item), >, 0.5);
      g_assert_cmpint (lucida_picture_item_get_thumbnail (item)->width, ==, 56);
      g_assert_cmpint (lucida_picture_item_get_thumbnail (item)->height, ==, 42);
    }
  settle (self);
  g_assert_cmpint (lucida_picture_item_get_class (get_item (self, 11)), ==, -1);
  g_assert_true (isnan (lucida_picture_item_get_probability (get_item (self, 11))));
  /* another network has to be asked once more */
  lucida_session_set_seen (self->session, 1, 0, 56, 42);
  lucida_session_open_model (self->session, "demo");
  settle (self);
  g_assert_cmpint (lucida_picture_item_get_class (get_item (self, 9)), ==, -1);
}

static void
test_stopping (Fixture *self, gconstpointer data)
{
  open_folder (self);
  lucida_session_set_seen (self->session, 0, 11, 56, 42);
  lucida_session_stop (self->session);
  settle (self);
  g_assert_cmpint (lucida_picture_item_get_class (get_item (self, 11)), ==, -1);
  /* the same picture once more answers what was stopped */
  lucida_session_set_class (self->session, 1 - lucida_session_get_predicted (self->session));
  lucida_session_stop (self->session);
  settle (self);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==,
                   lucida_session_get_predicted (self->session));
  lucida_session_select (self->session, 0);
  settle (self);
  g_assert_cmpint (lucida_session_get_explanation (self->session)->class_index, ==,
                   1 - lucida_session_get_predicted (self->session));
}

static void
test_files_come_and_go (Fixture *self, gconstpointer data)
{
  g_autofree char *second = g_build_filename (self->folder, "img2.jpg", NULL);
  g_autofree char *third = g_build_filename (self->folder, "img3.jpg", NULL);
  g_autofree char *renamed = g_build_filename (self->folder, "img11a.jpg", NULL);

  open_folder (self);
  lucida_session_select (self->session, 2);
  settle (self);
  put (self, "cat.jpg", "img1b.jpg");
  wait_for_length (self, 13);
  g_assert_cmpstr (lucida_picture_item_get_name (get_item (self, 1)), ==, "img1b.jpg");
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 3);

  g_unlink (second);
  wait_for_length (self, 12);
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 2);

  /* under another name it is still selected */
  g_assert_cmpint (g_rename (third, renamed), ==, 0);
  while (strcmp (lucida_picture_item_get_name (get_item (self, 10)), "img11a.jpg") != 0)
    g_main_context_iteration (NULL, TRUE);
  settle (self);
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 10);

  /* where it has gone the next one is the next */
  g_unlink (renamed);
  wait_for_length (self, 11);
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, LUCIDA_NO_POSITION);
  g_assert_true (lucida_session_go (self->session, 1));
  settle (self);
  assert_shown (self, "img12.jpg");
  g_assert_cmpuint (self->failures->len, ==, 0);
}

static void
test_unreadable_ones_are_marked (Fixture *self, gconstpointer data)
{
  g_autofree char *broken = g_build_filename (self->folder, "img2.jpg", NULL);

  g_assert_true (g_file_set_contents (broken, "\xff\xd8\xff\xe0 and no more", -1, NULL));
  open_folder (self);
  lucida_session_go (self->session, 1);
  settle (self);
  g_assert_cmpuint (self->failures->len, ==, 1);
  g_assert_nonnull (strstr (lucida_picture_item_get_error (get_item (self, 1)), broken));
  /* no other is shown in its place */
  g_assert_null (lucida_session_get_picture (self->session));
  g_assert_null (lucida_session_get_picture_path (self->session));
  g_assert_null (lucida_session_get_explanation (self->session));
  /* once it is whole it is shown */
  put (self, "cat.jpg", "img2.jpg");
  while (!lucida_session_get_picture (self->session))
    g_main_context_iteration (NULL, TRUE);
  settle (self);
  assert_shown (self, "img2.jpg");
  lucida_session_go (self->session, 1);
  settle (self);
  assert_shown (self, "img3.jpg");
}

/* Even if its thumbnail has been read before its folder is looked at again. */
static void
test_a_thumbnail_knows_first (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "img2.jpg", NULL);
  LucidaFileStamp broken;

  g_assert_true (g_file_set_contents (path, "\xff\xd8\xff\xe0 and no more", -1, NULL));
  open_folder (self);
  lucida_session_go (self->session, 1);
  settle (self);
  g_assert_null (lucida_session_get_picture (self->session));
  broken = *lucida_picture_item_get_stamp (get_item (self, 1));
  put (self, "cat.jpg", "img2.jpg");
  lucida_session_set_seen (self->session, 1, 1, 56, 42);
  while (lucida_file_stamp_equal (lucida_picture_item_get_stamp (get_item (self, 1)), &broken))
    g_main_context_iteration (NULL, TRUE);
  settle (self);
  g_assert_nonnull (lucida_session_get_picture (self->session));
  assert_shown (self, "img2.jpg");
}

static void
open_another_cb (LucidaPictureItem *item, Fixture *self)
{
  g_autofree char *path = lucida_data_dup_path ("pictures", "dog.jpg");

  g_signal_handlers_disconnect_by_func (item, open_another_cb, self);
  lucida_session_open_picture (self->session, path);
}

static void
test_what_is_asked_for_meanwhile_counts (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "img2.jpg", NULL);

  g_assert_true (g_file_set_contents (path, "\xff\xd8\xff\xe0 and no more", -1, NULL));
  open_folder (self);
  lucida_session_go (self->session, 1);
  settle (self);
  g_assert_null (lucida_session_get_picture (self->session));
  g_signal_connect (get_item (self, 1), "changed", G_CALLBACK (open_another_cb), self);
  put (self, "cat.jpg", "img2.jpg");
  while (!lucida_session_get_picture (self->session))
    g_main_context_iteration (NULL, TRUE);
  assert_shown (self, "dog.jpg");
}

/* Enough files to look for that the first is known to be unreadable before they are found. */
static void
test_an_unreadable_one_among_several (Fixture *self, gconstpointer data)
{
  g_autofree char *other = g_dir_make_tmp ("lucida-others-XXXXXX", NULL);
  g_autofree char *broken = g_build_filename (other, "a.jpg", NULL);
  g_autofree char *whole = g_build_filename (self->folder, "img5.jpg", NULL);
  const char *paths[] = { broken, other, NULL };

  open_folder (self);
  assert_shown (self, "img1.jpg");
  for (int i = 0; i < N_LINKS; i++)
    {
      g_autofree char *name = g_strdup_printf ("b%d.jpg", i);
      g_autofree char *path = g_build_filename (other, name, NULL);

      g_assert_cmpint (link (whole, path), ==, 0);
    }
  g_assert_true (g_file_set_contents (broken, "\xff\xd8\xff\xe0 and no more", -1, NULL));
  /* nor what was still to be computed of the former one */
  lucida_session_set_class (self->session, 1 - lucida_session_get_predicted (self->session));
  lucida_session_open_pictures (self->session, paths);
  wait_for_length (self, N_LINKS + 1);
  g_assert_cmpuint (self->failures->len, ==, 1);
  g_assert_cmpuint (lucida_session_get_position (self->session), ==, 0);
  g_assert_null (lucida_session_get_picture (self->session));
  g_assert_null (lucida_session_get_explanation (self->session));
  g_assert_cmpstr (lucida_picture_item_get_error (get_item (self, 0)), ==,
                   g_ptr_array_index (self->failures, 0));
  g_unlink (broken);
  for (int i = 0; i < N_LINKS; i++)
    {
      g_autofree char *name = g_strdup_printf ("b%d.jpg", i);
      g_autofree char *path = g_build_filename (other, name, NULL);

      g_unlink (path);
    }
  g_rmdir (other);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/pictures/a-folder-in-natural-order", test_folder },
    { "/pictures/going-from-one-to-the-next", test_going },
    { "/pictures/one-picture-brings-its-folder", test_one_picture_brings_its_folder },
    { "/pictures/wrong-ones-leave-the-list", test_wrong_ones_leave_the_list },
    { "/pictures/neighbours-are-ready", test_neighbours_are_ready },
    { "/pictures/comparisons-are-ready", test_comparisons_are_ready },
    { "/pictures/what-is-seen-is-predicted", test_what_is_seen_is_predicted },
    { "/pictures/stopping-and-asking-again", test_stopping },
    { "/pictures/files-come-and-go", test_files_come_and_go },
    { "/pictures/unreadable-ones-are-marked", test_unreadable_ones_are_marked },
    { "/pictures/a-thumbnail-may-know-first", test_a_thumbnail_knows_first },
    { "/pictures/what-is-asked-for-meanwhile-counts", test_what_is_asked_for_meanwhile_counts },
    { "/pictures/an-unreadable-one-among-several", test_an_unreadable_one_among_several },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
