#include "explorer/model.h"

#include "base/error.h"
#include "readers/reader.h"

#include <string.h>

#define DEMO_NAME "demo"
#define DEMO_FILE "pocket-vgg.onnx"
#define DEFAULT_SIZE 224 /* pixels a side, where neither file nor preprocessing says anything */
#define NAMES_IN_ERRORS 5

struct _LucidaModel
{
  gatomicrefcount references;
  char *path;
  char *title;
  LucidaNetwork *network;
  LucidaPlan *plan;
  LucidaPreprocessing preprocessing;
  int n_classes;
  char **class_names; /* [n_classes] */
};

/* The size the network is run at: its own where it is fixed, else the preprocessing's. */
static void
choose_size (const LucidaNetwork *network, LucidaPreprocessing *preprocessing)
{
  int channels, height, width;

  if (!lucida_network_get_input_size (network, &channels, &height, &width))
    height = width = LUCIDA_FREE_SIZE;
  if (height == LUCIDA_FREE_SIZE)
    height = preprocessing->height > 0 ? preprocessing->height : DEFAULT_SIZE;
  if (width == LUCIDA_FREE_SIZE)
    width = preprocessing->width > 0 ? preprocessing->width : DEFAULT_SIZE;
  preprocessing->height = height;
  preprocessing->width = width;
}

static char **
make_class_names (const LucidaNetwork *network, int n_classes)
{
  int n = 0;
  const char *const *known = lucida_network_get_classes (network, &n);
  GStrvBuilder *builder = g_strv_builder_new ();
  char **names;

  for (int i = 0; i < n_classes; i++)
    {
      g_autofree char *name = NULL;

      if (known && n == n_classes)
        name = g_strdup (known[i]);
      else
        name = g_strdup_printf ("Class %d", i);
      g_strv_builder_add (builder, name);
    }
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return names;
}

/* A model of @network (transfer none); @plan (nullable) (transfer none) is used if it fits. */
static LucidaModel *
model_new (const char *path, const char *title, LucidaNetwork *network, LucidaPlan *plan,
           const LucidaPreprocessing *preprocessing, LucidaPool *pool, GCancellable *cancellable,
           GError **error)
{
  g_autoptr (LucidaModel) self = g_new0 (LucidaModel, 1);
  LucidaShape shape;

  g_atomic_ref_count_init (&self->references);
  self->path = g_strdup (path);
  self->title = g_strdup (title);
  self->network = lucida_network_ref (network);
  self->preprocessing = *preprocessing;
  choose_size (network, &self->preprocessing);
  shape = lucida_network_get_shape_for (network, self->preprocessing.height,
                                        self->preprocessing.width);
  if (plan && lucida_shape_equal (lucida_plan_get_input_shape (plan), &shape))
    self->plan = lucida_plan_ref (plan);
  else
    self->plan = lucida_plan_new (network, &shape, pool, cancellable, error);
  if (!self->plan)
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_prefix_error (error, "%s: ", shown);
      return NULL;
    }
  self->n_classes = lucida_plan_get_n_classes (self->plan);
  self->class_names = make_class_names (network, self->n_classes);
  return g_steal_pointer (&self);
}

static char *
make_title (const char *path)
{
  char *title = g_filename_display_basename (path);
  char *dot = strrchr (title, '.');

  if (dot && dot != title)
    *dot = '\0';
  return title;
}

LucidaModel *
lucida_model_open (const char *path, LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaNetwork) network = NULL;
  g_autofree char *file = NULL;
  g_autofree char *title = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  if (strcmp (path, DEMO_NAME) == 0 && !g_file_test (path, G_FILE_TEST_EXISTS))
    file = lucida_data_dup_path ("models", DEMO_FILE);
  else
    file = g_strdup (path);
  network = lucida_reader_open (file, cancellable, error);
  if (!network)
    return NULL;
  title = make_title (file);
  return model_new (file, title, network, NULL, lucida_network_get_preprocessing (network), pool,
                    cancellable, error);
}

LucidaModel *
lucida_model_new_with_preprocessing (LucidaModel *base, const LucidaPreprocessing *value,
                                     LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (base != NULL && value != NULL, NULL);

  return model_new (base->path, base->title, base->network, base->plan, value, pool, cancellable,
                    error);
}

LucidaModel *
lucida_model_ref (LucidaModel *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_model_unref (LucidaModel *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_clear_pointer (&self->plan, lucida_plan_unref);
  g_clear_pointer (&self->network, lucida_network_unref);
  g_strfreev (self->class_names);
  g_free (self->title);
  g_free (self->path);
  g_free (self);
}

const char *
lucida_model_get_path (const LucidaModel *self)
{
  return self->path;
}

const char *
lucida_model_get_title (const LucidaModel *self)
{
  return self->title;
}

LucidaNetwork *
lucida_model_get_network (const LucidaModel *self)
{
  return self->network;
}

LucidaPlan *
lucida_model_get_plan (const LucidaModel *self)
{
  return self->plan;
}

const LucidaPreprocessing *
lucida_model_get_preprocessing (const LucidaModel *self)
{
  return &self->preprocessing;
}

int
lucida_model_get_n_classes (const LucidaModel *self)
{
  return self->n_classes;
}

const char *
lucida_model_get_class_name (const LucidaModel *self, int index)
{
  g_return_val_if_fail (index >= 0 && index < self->n_classes, NULL);
  return self->class_names[index];
}

gboolean
lucida_model_has_probabilities (const LucidaModel *self)
{
  return lucida_plan_get_ending (self->plan) != LUCIDA_ENDING_SCORE;
}

/* "0 (cat), 1 (dog)": the first classes, or those called @text. (transfer full) */
static char *
list_classes (const LucidaModel *self, const char *text)
{
  GString *list = g_string_new (NULL);
  int listed = 0;

  for (int i = 0; i < self->n_classes; i++)
    {
      if (text && strcmp (text, self->class_names[i]) != 0)
        continue;
      if (listed == NAMES_IN_ERRORS)
        {
          g_string_append (list, ", …");
          break;
        }
      g_string_append_printf (list, "%s%d (%s)", listed ? ", " : "", i, self->class_names[i]);
      listed++;
    }
  return g_string_free (list, FALSE);
}

int
lucida_model_find_class (const LucidaModel *self, const char *text, GError **error)
{
  g_autofree char *list = NULL;
  guint64 index;
  int found = -1;
  int n = 0;

  for (int i = 0; i < self->n_classes; i++)
    if (strcmp (text, self->class_names[i]) == 0)
      {
        found = i;
        n++;
      }
  if (n == 1)
    return found;
  if (n > 1)
    {
      list = list_classes (self, text);
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "%d classes are called “%s”: give one's index: %s", n, text, list);
      return -1;
    }
  if (g_ascii_string_to_unsigned (text, 10, 0, (guint64) self->n_classes - 1, &index, NULL))
    return (int) index;
  list = list_classes (self, NULL);
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
               "there is no class “%s” among its %d: %s", text, self->n_classes, list);
  return -1;
}
