#include "run.h"

#include "explorer/model.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *program;

void
run_set_program (const char *path)
{
  program = g_canonicalize_filename (path, NULL);
}

char *
read_file (const char *path, gsize *size)
{
  g_autoptr (GError) error = NULL;
  char *data;

  g_file_get_contents (path, &data, size, &error);
  g_assert_no_error (error);
  return data;
}

void
copy_file (const char *from, const char *to)
{
  gsize size;
  g_autofree char *data = read_file (from, &size);

  g_assert_true (g_file_set_contents (to, data, (gssize) size, NULL));
}

void
place_set_up (Place *self, gconstpointer data)
{
  static const char *const pictures[] = { "cat.jpg", "dog.jpg", "cat-and-dog.jpg", "kitten.jpg" };

  self->before = g_get_current_dir ();
  self->folder = g_dir_make_tmp ("lucida-cli-XXXXXX", NULL);
  g_assert_cmpint (chdir (self->folder), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *path = lucida_data_dup_path ("pictures", pictures[i]);

      copy_file (path, pictures[i]);
    }
}

static void
remove_tree (const char *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  if (dir)
    g_dir_close (dir);
  g_remove (path);
}

void
place_tear_down (Place *self, gconstpointer data)
{
  g_assert_cmpint (chdir (self->before), ==, 0);
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->before);
}

Run *
run_words (const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GError) error = NULL;
  Run *self = g_new0 (Run, 1);
  int status;

  g_ptr_array_add (argv, program);
  for (int i = 0; words[i]; i++)
    g_ptr_array_add (argv, (gpointer) words[i]);
  g_ptr_array_add (argv, NULL);
  /* what it would keep silent about ends it */
  environment = g_environ_setenv (environment, "G_DEBUG", "fatal-criticals", TRUE);
  environment = g_environ_setenv (environment, "LC_ALL", "C.UTF-8", TRUE);
  environment = g_environ_unsetenv (environment, "LANGUAGE");
  g_spawn_sync (NULL, (char **) argv->pdata, environment, G_SPAWN_DEFAULT, NULL, NULL, &self->out,
                &self->err, &status, &error);
  g_assert_no_error (error);
  if (WIFEXITED (status))
    self->code = WEXITSTATUS (status);
  else
    {
      g_test_message ("ended by signal %d: %s", WTERMSIG (status), self->err);
      self->code = -WTERMSIG (status);
    }
  return self;
}

Run *
run_line (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  return run_words ((const char *const *) words);
}

void
run_free (Run *self)
{
  g_free (self->out);
  g_free (self->err);
  g_free (self);
}

Run *
run_good (const char *line)
{
  Run *self = run_line (line);

  g_test_message ("%s", line);
  g_assert_cmpstr (self->err, ==, "");
  g_assert_cmpint (self->code, ==, 0);
  return self;
}

void
run_check_failure (const Run *self, int code, const char *part)
{
  gsize length = strlen (self->err);

  g_test_message ("%s", self->err);
  g_assert_cmpint (self->code, ==, code);
  g_assert_true (g_str_has_prefix (self->err, "camlucida-cli: "));
  g_assert_true (length > 0 && strchr (self->err, '\n') == self->err + length - 1);
  g_assert_true (g_utf8_validate (self->err, -1, NULL));
  if (!strstr (self->err, part))
    g_error ("“%s” does not say “%s”", self->err, part);
}

void
run_expect_failure (const char *line, int code, const char *part)
{
  g_autoptr (Run) self = run_line (line);

  g_test_message ("%s", line);
  run_check_failure (self, code, part);
  g_assert_cmpstr (self->out, ==, "");
}

JsonNode *
run_parse (const Run *self)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_true (g_utf8_validate (self->out, -1, NULL));
  node = json_from_string (self->out, &error);
  g_assert_no_error (error);
  g_assert_nonnull (node);
  return node;
}

JsonObject *
run_object (JsonNode *node)
{
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_node_get_object (node);
}
