#include "explorer/model.h"

#include "base/error.h"
#include "network/source.h"
#include "readers/labels.h"
#include "readers/reader.h"
#include "readers/sidecar.h"

#include <string.h>

#define DEMO_NAME "demo"
#define DEMO_FILE "pocket-vgg.onnx"
#define DEFAULT_SIZE 224 /* pixels a side, where neither file nor preprocessing says anything */
#define NAMES_IN_ERRORS 5
#define IMAGENET_FILE "imagenet-classes.txt"
#define IMAGENET_CLASSES 1000 /* or one more, the background, in front */

struct _LucidaModel
{
  gatomicrefcount references;
  char *path;
  char *title;
  LucidaNetwork *network;
  LucidaPlan *plan;
  LucidaPreprocessing preprocessing;
  gboolean own_preprocessing; /* set after opening */
  int n_classes;
  char **class_names; /* [n_classes] */
  const char *source; /* of the names; NULL: nobody says them */
  gboolean own_names; /* set after opening */
  LucidaStamp *stamp; /* of the file when it was opened; (nullable) */
  char *checksum;     /* NULL until it is known; atomic, set once */
};

/* The file of names that the network's number of classes suggests. (transfer full) (nullable) */
static char **
read_imagenet (int n_classes)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (n_classes != IMAGENET_CLASSES && n_classes != IMAGENET_CLASSES + 1)
    return NULL;
  path = lucida_data_dup_path ("", IMAGENET_FILE);
  if (!g_file_get_contents (path, &text, &size, NULL))
    return NULL;
  return lucida_labels_parse (text, size, NULL);
}

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

/* The network's own names, made to fit now that the number of classes is certain. Before anybody
 * else has the network. */
static void
settle_names (LucidaNetwork *network, int n_classes)
{
  int n = 0;
  const char *const *known = lucida_network_get_classes (network, &n);

  if (known && n != n_classes)
    {
      g_auto (GStrv) names = g_strdupv ((char **) known);
      g_autofree char *source = g_strdup (lucida_network_get_classes_source (network));

      if (!lucida_labels_apply_to (network, n_classes, (const char *const *) names,
                                   source ? source : LUCIDA_SOURCE_FILE))
        lucida_network_set_classes (network, NULL);
    }
}

/* Names for every class from the best source: the network's own, ImageNet's, "Class 0" … */
static void
choose_names (LucidaModel *self)
{
  int n = 0;
  const char *const *known = lucida_network_get_classes (self->network, &n);
  g_auto (GStrv) imagenet = NULL;
  int offset;

  g_strfreev (self->class_names);
  self->own_names = FALSE;
  if (known && n == self->n_classes)
    {
      const char *source = lucida_network_get_classes_source (self->network);

      self->class_names = g_strdupv ((char **) known);
      self->source = source ? source : LUCIDA_SOURCE_FILE;
      return;
    }
  imagenet = read_imagenet (self->n_classes);
  offset = imagenet ? self->n_classes - (int) g_strv_length (imagenet) : -1;
  self->class_names = g_new0 (char *, (gsize) self->n_classes + 1);
  self->source = offset == 0 || offset == 1 ? LUCIDA_SOURCE_IMAGENET : NULL;
  for (int i = 0; i < self->n_classes; i++)
    if (!self->source)
      self->class_names[i] = g_strdup_printf ("Class %d", i);
    else
      self->class_names[i] = g_strdup (i < offset ? "background" : imagenet[i - offset]);
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
  return g_steal_pointer (&self);
}

/* Of the same file. */
static void
copy_fingerprint (LucidaModel *self, LucidaModel *base)
{
  self->stamp = lucida_stamp_copy (base->stamp);
  self->checksum = g_strdup (g_atomic_pointer_get (&base->checksum));
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

/* Whether a person who writes "demo" may mean what lies there: a file, or a SavedModel's folder,
 * but not any other folder of that name. */
static gboolean
is_model_of_its_own (const char *path)
{
  g_autofree char *graph = g_build_filename (path, "saved_model.pb", NULL);

  return g_file_test (path, G_FILE_TEST_IS_DIR) ? g_file_test (graph, G_FILE_TEST_EXISTS)
                                                : g_file_test (path, G_FILE_TEST_EXISTS);
}

LucidaModel *
lucida_model_open_with_progress (const char *path, LucidaPool *pool, GCancellable *cancellable,
                                 LucidaProgressFunc progress, gpointer data, GError **error)
{
  g_autoptr (LucidaNetwork) network = NULL;
  g_autoptr (LucidaStamp) stamp = NULL;
  const LucidaReading reading = { cancellable, progress, data };
  g_autofree char *file = NULL, *known = NULL, *title = NULL;
  LucidaModel *self;

  g_return_val_if_fail (path != NULL, NULL);

  if (strcmp (path, DEMO_NAME) == 0 && !is_model_of_its_own (path))
    file = lucida_data_dup_path ("models", DEMO_FILE);
  else
    file = g_strdup (path);
  known = lucida_reader_resolve (file);
  stamp = lucida_stamp_new (known);
  network = lucida_reader_open (file, &reading, error);
  if (!network)
    return NULL;
  title = make_title (known);
  self = model_new (known, title, network, NULL, lucida_network_get_preprocessing (network), pool,
                    cancellable, error);
  if (!self)
    return NULL;
  self->stamp = g_steal_pointer (&stamp);
  settle_names (network, self->n_classes);
  choose_names (self);
  return self;
}

LucidaModel *
lucida_model_open (const char *path, LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  return lucida_model_open_with_progress (path, pool, cancellable, NULL, NULL, error);
}

LucidaModel *
lucida_model_new_with_preprocessing (LucidaModel *base, const LucidaPreprocessing *value,
                                     LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaModel) self = NULL;

  g_return_val_if_fail (base != NULL && value != NULL, NULL);

  self = model_new (base->path, base->title, base->network, base->plan, value, pool, cancellable,
                    error);
  if (!self)
    return NULL;
  copy_fingerprint (self, base);
  self->own_preprocessing = TRUE;
  self->preprocessing.assumed = FALSE;
  self->own_names = base->own_names;
  self->source = base->source;
  if (self->n_classes == base->n_classes)
    self->class_names = g_strdupv (base->class_names);
  else
    choose_names (self);
  return g_steal_pointer (&self);
}

LucidaModel *
lucida_model_new_with_class_names (LucidaModel *base, const char *const *names, GError **error)
{
  LucidaModel *self;
  int n = names ? (int) g_strv_length ((char **) names) : 0;

  g_return_val_if_fail (base != NULL, NULL);

  if (names && n != base->n_classes)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "there are %d names, but the network tells %d classes apart: give one for each",
                   n, base->n_classes);
      return NULL;
    }
  self = model_new (base->path, base->title, base->network, base->plan, &base->preprocessing, NULL,
                    NULL, error);
  if (!self)
    return NULL;
  copy_fingerprint (self, base);
  self->own_preprocessing = base->own_preprocessing;
  if (!names)
    {
      choose_names (self);
      return self;
    }
  self->own_names = TRUE;
  self->source = LUCIDA_SOURCE_SETTINGS;
  self->class_names = g_strdupv ((char **) names);
  return self;
}

char **
lucida_class_names_parse (const char *text, GError **error)
{
  return lucida_labels_parse (text, strlen (text), error);
}

gboolean
lucida_model_remember (const LucidaModel *self, GError **error)
{
  int channels = lucida_model_get_input_channels (self, NULL);

  return lucida_sidecar_write (self->path, self->own_preprocessing ? &self->preprocessing : NULL,
                               channels < 0 ? LUCIDA_MAX_CHANNELS : channels,
                               self->own_names ? (const char *const *) self->class_names : NULL,
                               error);
}

gboolean
lucida_model_forget (const LucidaModel *self, GError **error)
{
  return lucida_sidecar_forget (self->path, error);
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
  lucida_stamp_free (self->stamp);
  g_free (self->checksum);
  g_free (self->title);
  g_free (self->path);
  g_free (self);
}

const char *
lucida_model_get_path (const LucidaModel *self)
{
  return self->path;
}

const LucidaStamp *
lucida_model_get_stamp (const LucidaModel *self)
{
  return self->stamp;
}

gboolean
lucida_model_is_stale (const LucidaModel *self)
{
  return self->stamp && !lucida_stamp_is_current (self->stamp, self->path);
}

const char *
lucida_model_get_checksum (LucidaModel *self, gboolean any_size, GCancellable *cancellable)
{
  char *found;

  if (!g_atomic_pointer_get (&self->checksum) && self->stamp)
    {
      found = lucida_checksum_find (self->path, self->stamp, any_size, cancellable);
      if (!g_atomic_pointer_compare_and_exchange (&self->checksum, NULL, found))
        g_free (found);
    }
  return g_atomic_pointer_get (&self->checksum);
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

const char *
lucida_model_get_preprocessing_source (const LucidaModel *self)
{
  return self->own_preprocessing ? LUCIDA_SOURCE_SETTINGS
                                 : lucida_network_get_preprocessing_source (self->network);
}

int
lucida_model_get_input_channels (const LucidaModel *self, GError **error)
{
  g_autofree char *shape = NULL;
  int channels, height, width;

  if (!lucida_network_get_input_size (self->network, &channels, &height, &width))
    channels = 0;
  else if (channels == LUCIDA_FREE_SIZE)
    channels = 3;
  if (channels == 1 || channels == 3 || channels == 4)
    return channels;
  shape = lucida_shape_to_string (lucida_plan_get_input_shape (self->plan));
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "the network's input, %s, is no picture of 1, 3 or 4 channels; the command line "
               "takes a .npy file for it (--tensor)",
               shape);
  return -1;
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
lucida_model_has_class_names (const LucidaModel *self)
{
  return self->source != NULL;
}

const char *
lucida_model_get_class_names_source (const LucidaModel *self)
{
  return self->source;
}

gboolean
lucida_model_has_own_class_names (const LucidaModel *self)
{
  return self->own_names;
}

gboolean
lucida_model_get_class_names_assumed (const LucidaModel *self)
{
  return self->source && strcmp (self->source, LUCIDA_SOURCE_IMAGENET) == 0;
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
