#include "readers/keras/keras-writer.h"

#include "engine/engine.h"

#include <hdf5.h>
#include <math.h>
#include <string.h>

struct _KerasFile
{
  hid_t file;
  GPtrArray *layers; /* names */
  GPtrArray *names;  /* GPtrArray of each layer's weight names */
};

KerasFile *
keras_file_new (const char *path)
{
  KerasFile *self = g_new0 (KerasFile, 1);

  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  self->file = H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  g_assert_cmpint (self->file, >=, 0);
  self->layers = g_ptr_array_new_with_free_func (g_free);
  self->names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  return self;
}

static void
write_attribute (hid_t object, const char *name, hid_t type, hid_t space, const void *data)
{
  hid_t attribute = H5Acreate2 (object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

  g_assert_cmpint (attribute, >=, 0);
  g_assert_cmpint (H5Awrite (attribute, type, data), >=, 0);
  H5Aclose (attribute);
}

void
keras_file_text (KerasFile *self, const char *name, const char *text)
{
  hid_t type = H5Tcopy (H5T_C_S1), space = H5Screate (H5S_SCALAR);

  H5Tset_size (type, H5T_VARIABLE);
  H5Tset_cset (type, H5T_CSET_UTF8);
  write_attribute (self->file, name, type, space, &text);
  H5Tclose (type);
  H5Sclose (space);
}

static hid_t
open_at (KerasFile *self, const char *path)
{
  return H5Oopen (self->file, *path ? path : "/", H5P_DEFAULT);
}

void
keras_file_fixed_text (KerasFile *self, const char *path, const char *name, const char *text)
{
  hid_t type = H5Tcopy (H5T_C_S1), space = H5Screate (H5S_SCALAR), object = open_at (self, path);

  H5Tset_size (type, strlen (text));
  H5Tset_strpad (type, H5T_STR_NULLPAD);
  write_attribute (object, name, type, space, text);
  H5Oclose (object);
  H5Tclose (type);
  H5Sclose (space);
}

void
keras_file_texts (KerasFile *self, const char *path, const char *name, const char *list)
{
  g_auto (GStrv) texts = g_strsplit (list, ",", -1);
  hsize_t n = g_strv_length (texts), size = 1;
  hid_t type = H5Tcopy (H5T_C_S1), object = open_at (self, path), space;
  g_autofree char *data = NULL;

  if (n == 0)
    {
      /* what h5py makes of an empty list */
      space = H5Screate_simple (1, &n, NULL);
      write_attribute (object, name, H5T_NATIVE_DOUBLE, space, &n);
      H5Tclose (type);
      H5Sclose (space);
      H5Oclose (object);
      return;
    }
  for (hsize_t i = 0; i < n; i++)
    size = MAX (size, strlen (texts[i]));
  data = g_malloc0 (n * size);
  for (hsize_t i = 0; i < n; i++)
    memcpy (data + i * size, texts[i], strlen (texts[i]));
  H5Tset_size (type, size);
  H5Tset_strpad (type, H5T_STR_NULLPAD);
  space = H5Screate_simple (1, &n, NULL);
  write_attribute (object, name, type, space, data);
  H5Tclose (type);
  H5Sclose (space);
  H5Oclose (object);
}

static hid_t
parents_plist (void)
{
  hid_t list = H5Pcreate (H5P_LINK_CREATE);

  H5Pset_create_intermediate_group (list, 1);
  return list;
}

void
keras_file_group (KerasFile *self, const char *path)
{
  hid_t list = parents_plist (), group;

  if (H5Lexists (self->file, path, H5P_DEFAULT) <= 0)
    {
      group = H5Gcreate2 (self->file, path, list, H5P_DEFAULT, H5P_DEFAULT);
      g_assert_cmpint (group, >=, 0);
      H5Gclose (group);
    }
  H5Pclose (list);
}

void
keras_file_array (KerasFile *self, const char *path, const float *values, const int *dims)
{
  hsize_t sizes[8];
  int rank = 0;
  hid_t list = parents_plist (), space, set;

  for (; dims[rank]; rank++)
    sizes[rank] = (hsize_t) dims[rank];
  space = H5Screate_simple (rank, sizes, NULL);
  set = H5Dcreate2 (self->file, path, H5T_IEEE_F32LE, space, list, H5P_DEFAULT, H5P_DEFAULT);
  g_assert_cmpint (set, >=, 0);
  g_assert_cmpint (H5Dwrite (set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), >=, 0);
  H5Dclose (set);
  H5Sclose (space);
  H5Pclose (list);
}

void
keras_file_weight (KerasFile *self, const char *layer, const char *name, const float *values,
                   const int *dims)
{
  g_autofree char *path = g_strconcat ("model_weights/", layer, "/", name, NULL);
  guint i;

  for (i = 0; i < self->layers->len; i++)
    if (g_str_equal (self->layers->pdata[i], layer))
      break;
  if (i == self->layers->len)
    {
      g_ptr_array_add (self->layers, g_strdup (layer));
      g_ptr_array_add (self->names, g_ptr_array_new_with_free_func (g_free));
    }
  g_ptr_array_add (self->names->pdata[i], g_strdup (name));
  keras_file_array (self, path, values, dims);
}

void
keras_file_end (KerasFile *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      GPtrArray *names = self->names->pdata[i];
      g_autofree char *path = g_strconcat ("model_weights/", self->layers->pdata[i], NULL);
      g_autofree char *list = NULL;

      g_ptr_array_add (names, NULL);
      list = g_strjoinv (",", (char **) names->pdata);
      keras_file_texts (self, path, "weight_names", list);
    }
  g_assert_cmpint (H5Fclose (self->file), >=, 0);
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->names);
  g_free (self);
}

char *
keras_layer (const char *class_name, const char *name, const char *config)
{
  return g_strdup_printf ("{\"class_name\": \"%s\", \"config\": {\"name\": \"%s\"%s%s}}",
                          class_name, name, *config ? ", " : "", config);
}

char *
keras_sequential (const char *shape, const char *layers)
{
  return g_strdup_printf ("{\"class_name\": \"Sequential\", \"config\": {\"name\": \"sequential\", "
                          "\"layers\": [{\"class_name\": \"InputLayer\", \"config\": {\"name\": "
                          "\"input_1\", \"batch_input_shape\": [null, %s]}}%s%s]}}",
                          shape, *layers ? ", " : "", layers);
}

float *
random_floats (guint32 seed, int n)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  float *values = g_new (float, n);

  for (int i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -1, 1);
  return values;
}

float *
run_network (LucidaNetwork *network, const float *input, int height, int width, int *n)
{
  LucidaShape shape = lucida_network_get_shape_for (network, height, width);
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaPlan) plan = lucida_plan_new (network, &shape, NULL, NULL, &error);
  g_autoptr (LucidaTensor) tensor = NULL;
  LucidaActivations *activations;
  float *scores;

  g_assert_no_error (error);
  tensor = lucida_tensor_new_copy (LUCIDA_FLOAT32, &shape, input, &error);
  g_assert_no_error (error);
  activations = lucida_plan_forward (plan, tensor, FALSE, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  *n = lucida_plan_get_n_classes (plan);
  scores = g_memdup2 (lucida_activations_get_logits (activations), (gsize) *n * sizeof *scores);
  lucida_activations_unref (activations);
  return scores;
}

float *
run_file (const char *path, const float *input, int height, int width, int *n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_reader_open (path, NULL, &error);

  g_assert_no_error (error);
  return run_network (network, input, height, width, n);
}

void
assert_file_refused (const char *path, int code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaNetwork) network = lucida_reader_open (path, NULL, &error);

  if (network)
    g_error ("%s was read, but should say “%s”", path, part);
  if (!strstr (error->message, part) || error->code != code)
    g_error ("error %d “%s” is not %d with “%s”", error->code, error->message, code, part);
}

void
assert_close (const char *what, const float *a, const float *b, int n)
{
  double worst = 0, largest = 1;

  for (int i = 0; i < n; i++)
    {
      largest = MAX (largest, fabs ((double) b[i]));
      worst = isfinite (a[i]) ? MAX (worst, fabs ((double) a[i] - (double) b[i])) : INFINITY;
    }
  if (!(worst / largest <= 1e-5))
    g_error ("%s: error %g, first values %g and %g", what, worst / largest, (double) a[0],
             (double) b[0]);
}
