#include "explorer/choices.h"

#include "base/atomic-file.h"

#include <pthread.h>

#define MAX_MODELS 200
#define MAX_FILE_SIZE (4 << 20) /* bytes; a larger one is not ours */

#define USED "used" /* seconds since 1970 */
#define METHOD "method"
#define LAYERS "layers" /* tensors; not there: the default layer */
#define CLASS "class"   /* not there: the predicted one */
#define CLASSES "classes"

struct _LucidaChoices
{
  char *path;

  pthread_mutex_t lock; /* of what follows */
  GKeyFile *file;       /* a group for each model */
  gboolean changed;     /* since the file was read or written */
};

LucidaChoices *
lucida_choices_new (const char *path)
{
  LucidaChoices *self = g_new0 (LucidaChoices, 1);
  g_autofree char *text = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, NULL);
  gsize size;

  self->path = g_strdup (path);
  pthread_mutex_init (&self->lock, NULL);
  self->file = g_key_file_new ();
  if (!info || g_file_info_get_size (info) > MAX_FILE_SIZE
      || !g_file_get_contents (path, &text, &size, NULL)
      || !g_key_file_load_from_data (self->file, text, size, G_KEY_FILE_NONE, NULL))
    {
      g_key_file_unref (self->file);
      self->file = g_key_file_new ();
    }
  return self;
}

void
lucida_choices_free (LucidaChoices *self)
{
  if (!self)
    return;
  g_free (self->path);
  pthread_mutex_destroy (&self->lock);
  g_key_file_unref (self->file);
  g_free (self);
}

/* A name for the model's file that may stand between brackets, whatever its path. (transfer full)
 */
static char *
dup_group (const LucidaModel *model)
{
  g_autofree char *full = g_canonicalize_filename (lucida_model_get_path (model), NULL);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, full, -1);
}

static gboolean
has_layers (const LucidaModel *model, char *const *names)
{
  LucidaPlan *plan = lucida_model_get_plan (model);

  for (int i = 0; names[i]; i++)
    if (lucida_plan_find_layer (plan, names[i], NULL, NULL) < 0)
      return FALSE;
  return names[0] != NULL;
}

static void
apply (const LucidaChoices *self, LucidaModel *model, LucidaQuestion *question)
{
  g_autofree char *group = dup_group (model);
  g_autofree char *method = g_key_file_get_string (self->file, group, METHOD, NULL);
  g_auto (GStrv) layers = g_key_file_get_string_list (self->file, group, LAYERS, NULL, NULL);
  int n = lucida_model_get_n_classes (model);
  g_autoptr (GError) error = NULL;
  int index = g_key_file_get_integer (self->file, group, CLASS, &error);

  if (method && lucida_method_find (method))
    question->method = lucida_method_find (method);
  if (layers && has_layers (model, layers))
    {
      g_strfreev (question->layers);
      question->layers = g_steal_pointer (&layers);
    }
  if (!error && index >= 0 && index < n
      && g_key_file_get_integer (self->file, group, CLASSES, NULL) == n)
    question->class_index = index;
}

void
lucida_choices_apply (LucidaChoices *self, LucidaModel *model, LucidaQuestion *question)
{
  pthread_mutex_lock (&self->lock);
  apply (self, model, question);
  pthread_mutex_unlock (&self->lock);
}

/* Leaves out the model that was not looked at for longest. */
static void
drop_oldest (LucidaChoices *self)
{
  g_auto (GStrv) groups = g_key_file_get_groups (self->file, NULL);
  const char *oldest = NULL;
  gint64 oldest_used = 0;

  for (int i = 0; groups[i]; i++)
    {
      gint64 used = g_key_file_get_int64 (self->file, groups[i], USED, NULL);

      if (!oldest || used < oldest_used)
        {
          oldest = groups[i];
          oldest_used = used;
        }
    }
  g_key_file_remove_group (self->file, oldest, NULL);
}

/* The file is UTF-8 throughout. */
static gboolean
are_text (char *const *names)
{
  for (int i = 0; names[i]; i++)
    if (!g_utf8_validate (names[i], -1, NULL))
      return FALSE;
  return TRUE;
}

static void
note (LucidaChoices *self, LucidaModel *model, const LucidaQuestion *question)
{
  g_autofree char *group = dup_group (model);
  gsize n_groups;

  g_key_file_remove_group (self->file, group, NULL);
  g_strfreev (g_key_file_get_groups (self->file, &n_groups));
  for (; n_groups >= MAX_MODELS; n_groups--)
    drop_oldest (self);
  g_key_file_set_int64 (self->file, group, USED, g_get_real_time () / G_USEC_PER_SEC);
  g_key_file_set_string (self->file, group, METHOD, question->method->name);
  if (question->layers && question->layers[0] && are_text (question->layers))
    g_key_file_set_string_list (self->file, group, LAYERS, (const char *const *) question->layers,
                                g_strv_length (question->layers));
  if (question->class_index != LUCIDA_PREDICTED_CLASS)
    {
      g_key_file_set_integer (self->file, group, CLASS, question->class_index);
      g_key_file_set_integer (self->file, group, CLASSES, lucida_model_get_n_classes (model));
    }
  self->changed = TRUE;
}

void
lucida_choices_note (LucidaChoices *self, LucidaModel *model, const LucidaQuestion *question)
{
  pthread_mutex_lock (&self->lock);
  note (self, model, question);
  pthread_mutex_unlock (&self->lock);
}

gboolean
lucida_choices_save (LucidaChoices *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *text = NULL;
  gsize size;

  pthread_mutex_lock (&self->lock);
  if (self->changed)
    text = g_key_file_to_data (self->file, &size, NULL);
  self->changed = FALSE;
  pthread_mutex_unlock (&self->lock);
  if (!text)
    return TRUE;
  g_mkdir_with_parents (folder, 0700); /* if it cannot be, the file cannot either */
  return lucida_atomic_file_write (self->path, text, size, error);
}
