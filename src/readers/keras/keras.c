#include "readers/keras/keras-private.h"

#include "base/error.h"

#include <string.h>

/* From a description and its weights to a network, whatever container they came in. */

/* The shape that a layer states for its input. (nullable) */
static const LucidaKerasJson *
stated_shape (const LucidaKerasJson *config)
{
  static const char *const names[] = { "batch_input_shape", "batch_shape" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (lucida_keras_json_is_list (lucida_keras_json_get (config, names[i])))
      return lucida_keras_json_get (config, names[i]);
  return NULL;
}

/* The layer of a model that receives its input. (nullable) *@n counts them. */
static const LucidaKerasJson *
first_layer (const LucidaKerasJson *config, guint *n)
{
  const LucidaKerasJson *layers = _lucida_keras_layers_of (config);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  const char *name;

  *n = 1;
  if (!lucida_keras_json_get (config, "output_layers"))
    return lucida_keras_json_at (layers, 0);
  _lucida_keras_list_references (lucida_keras_json_get (config, "input_layers"), inputs);
  *n = inputs->len;
  name = inputs->len == 0
             ? ""
             : lucida_keras_json_text (lucida_keras_json_at (g_ptr_array_index (inputs, 0), 0), "");
  for (guint i = 0; i < lucida_keras_json_length (layers); i++)
    {
      const LucidaKerasJson *layer = lucida_keras_json_at (layers, i);

      if (g_str_equal (lucida_keras_json_get_text (layer, "name", ""), name))
        return layer;
    }
  return NULL;
}

/* The input's shape as the outermost model states it: only its first layer's counts, or that of the
 * model which is its first layer. (nullable) */
static const LucidaKerasJson *
find_shape (const LucidaKerasJson *entry, guint *n)
{
  const LucidaKerasJson *stated = NULL;

  *n = 1;
  for (gboolean outermost = TRUE; entry && !stated; outermost = FALSE)
    {
      const LucidaKerasJson *config = lucida_keras_json_get (entry, "config");
      const LucidaKerasJson *built
          = lucida_keras_json_get (lucida_keras_json_get (entry, "build_config"), "input_shape");
      guint inputs = 1;

      stated = stated_shape (config);
      entry = _lucida_keras_layers_of (config) ? first_layer (config, &inputs) : NULL;
      if (outermost)
        *n = inputs;
      if (!stated && entry)
        stated = stated_shape (lucida_keras_json_get (entry, "config"));
      if (!stated && !_lucida_keras_layers_of (lucida_keras_json_get (entry, "config")))
        stated = lucida_keras_json_is_list (built)
                     ? built
                     : lucida_keras_json_get (config, "build_input_shape");
    }
  return lucida_keras_json_is_list (stated) ? stated : NULL;
}

/* What the first layer that has a layout says: channels first or last. */
static gboolean
is_channels_first (const LucidaKerasJson *config, gboolean *first)
{
  const LucidaKerasJson *layers = _lucida_keras_layers_of (config);
  const char *format = lucida_keras_json_get_text (config, "data_format", NULL);

  if (format)
    {
      *first = g_str_equal (format, "channels_first");
      return TRUE;
    }
  for (guint i = 0; i < lucida_keras_json_length (layers); i++)
    if (is_channels_first (lucida_keras_json_get (lucida_keras_json_at (layers, i), "config"),
                           first))
      return TRUE;
  return FALSE;
}

static gboolean
read_shape (const LucidaKerasJson *stated, LucidaShape *shape, GError **error)
{
  guint rank = lucida_keras_json_length (stated);

  if (rank < 2 || rank > LUCIDA_MAX_RANK)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the network's input has %u dimensions, so it is no picture", rank);
      return FALSE;
    }
  *shape = (LucidaShape){ .rank = (int) rank };
  shape->dim[0] = 1;
  for (guint i = 1; i < rank; i++)
    {
      double size = lucida_keras_json_number (lucida_keras_json_at (stated, i), -1);

      shape->dim[i] = size >= 1 && size <= 1e6 ? (int64_t) size : LUCIDA_FREE_SIZE;
    }
  return TRUE;
}

/* A picture without an axis for its one channel gets one; the network goes on without. */
static LucidaKerasTensor
add_input (LucidaKerasBuild *build, const LucidaShape *shape, gboolean channels_first)
{
  LucidaKerasLayer layer = { .full_name = (char *) "input", .class_name = "", .trainable = TRUE };
  LucidaKerasCall call = { .build = build, .layer = &layer };
  LucidaKerasTensor tensor = { .shape = *shape };
  LucidaShape whole = *shape;

  g_hash_table_add (build->names, g_strdup ("input:0"));
  tensor.value = lucida_network_add_value (build->network, "input:0", NULL);
  if (shape->rank == 3 && !channels_first)
    {
      int64_t channel = 3;
      int inputs[2] = { tensor.value, _lucida_keras_ints (&call, "axes", &channel, 1) };

      whole.rank = 4;
      whole.dim[3] = 1;
      lucida_network_set_input (build->network, tensor.value, &whole, LUCIDA_LAYOUT_NHWC);
      tensor.value = _lucida_keras_emit (&call, "Squeeze", "squeeze", inputs, 2, NULL);
      return tensor;
    }
  lucida_network_set_input (build->network, tensor.value, &whole,
                            channels_first ? LUCIDA_LAYOUT_NCHW : LUCIDA_LAYOUT_NHWC);
  return shape->rank == 4 && !channels_first ? _lucida_keras_turn (&call, tensor) : tensor;
}

static gboolean
build_network (LucidaKerasBuild *build, const LucidaKerasJson *entry, GError **error)
{
  const LucidaKerasJson *config = lucida_keras_json_get (entry, "config");
  const LucidaKerasJson *stated;
  LucidaKerasTensor input, output;
  LucidaShape shape, made;
  gboolean channels_first = FALSE;
  guint n;

  if (!_lucida_keras_layers_of (config))
    {
      g_set_error_literal (
          error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
          "the network's wiring is Python code of a class of its own, which is not "
          "in the file: export it as ONNX (python -m tf2onnx.convert)");
      return FALSE;
    }
  stated = find_shape (entry, &n);
  if (n != 1)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
                   "the network has %u inputs; only networks with one input, a picture, can be "
                   "explained",
                   n);
      return FALSE;
    }
  is_channels_first (config, &channels_first);
  if (!stated)
    shape = channels_first ? lucida_shape (4, (int64_t) 1, (int64_t) 3, (int64_t) LUCIDA_FREE_SIZE,
                                           (int64_t) LUCIDA_FREE_SIZE)
                           : lucida_shape (4, (int64_t) 1, (int64_t) LUCIDA_FREE_SIZE,
                                           (int64_t) LUCIDA_FREE_SIZE, (int64_t) 3);
  else if (!read_shape (stated, &shape, error))
    return FALSE;
  input = add_input (build, &shape, channels_first);
  if (!_lucida_keras_run (build, entry, &input, &output, error))
    return FALSE;
  made = output.shape;
  lucida_network_set_output (build->network, output.value, &made);
  return TRUE;
}

gboolean
_lucida_keras_is_cancelled (const LucidaKerasBuild *build)
{
  return g_cancellable_is_cancelled (lucida_reading_get_cancellable (build->reading));
}

LucidaNetwork *
_lucida_keras_read (const LucidaKerasSource *source, const LucidaReading *reading, GError **error)
{
  g_autoptr (LucidaNetwork) network = lucida_network_new (source->format, source->name);
  LucidaKerasBuild build = { .network = network,
                             .weights = source->weights,
                             .reading = reading,
                             .done = source->done,
                             .size = source->done + source->size,
                             .version = source->version,
                             .theano = source->theano };
  gboolean good;

  if (source->version < 2)
    _lucida_keras_modernise (source->architecture);
  build.loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  build.turned = g_hash_table_new (NULL, NULL);
  build.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  good = build_network (&build, source->architecture, error)
         && lucida_network_finish (network, error);
  g_hash_table_unref (build.loaded);
  g_hash_table_unref (build.turned);
  g_hash_table_unref (build.names);
  if (!good)
    return NULL;
  _lucida_keras_describe_training (network, source->training);
  _lucida_keras_describe_preprocessing (network);
  return g_steal_pointer (&network);
}

char *
_lucida_keras_name_of (const char *path)
{
  static const char *const suffixes[] = { ".h5", ".hdf5", ".keras" };
  char *name = g_filename_display_basename (path);

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      {
        name[strlen (name) - strlen (suffixes[i])] = '\0';
        break;
      }
  return name;
}

int
_lucida_keras_version_of (const char *text, int fallback)
{
  if (!text || *text < '0' || *text > '9')
    return fallback;
  return *text == '0' ? 1 : MIN (*text - '0', 3);
}
