#include "readers/onnx/onnx-private.h"

#include "base/error.h"
#include "network/source.h"
#include "readers/labels.h"
#include "readers/sidecar.h"

#include <math.h>
#include <string.h>

static const char *
find_entry (const LucidaOnnxModel *model, const char *key)
{
  for (guint i = 0; i < model->metadata->len; i++)
    {
      const LucidaOnnxEntry *entry = g_ptr_array_index (model->metadata, i);

      if (g_str_equal (entry->key, key))
        return entry->value;
    }
  return NULL;
}

gboolean
_lucida_onnx_check_task (const LucidaOnnxModel *model, GError **error)
{
  static const char *const others[] = { "detect", "segment", "pose", "obb", NULL };
  const char *task = find_entry (model, "task");

  if (!task || !g_strv_contains (others, task))
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_UNSUPPORTED,
               "this network finds or outlines objects (task “%s”); only networks that classify "
               "whole pictures are explained",
               task);
  return FALSE;
}

static void
read_classes (const LucidaOnnxModel *model, LucidaNetwork *network)
{
  static const struct
  {
    const char *key, *source;
  } entries[] = { { "classes", N_ ("its metadata (“classes”)") },
                  { "names", N_ ("its metadata (“names”)") },
                  { "labels", N_ ("its metadata (“labels”)") } };

  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      const char *text = find_entry (model, entries[i].key);
      const char *source = entries[i].source;
      g_autoptr (GError) problem = NULL;
      g_auto (GStrv) names = NULL;

      if (!text)
        continue;
      names = lucida_labels_parse (text, strlen (text), &problem);
      if (!names)
        {
          g_autofree char *warning = g_strdup_printf ("The class names in %s are not used: %s.",
                                                      source, problem->message);
          lucida_network_add_warning (network, warning);
        }
      else if (lucida_labels_apply (network, (const char *const *) names, source))
        return;
    }
}

/* Windows ML: the order of the channels and the range of the pixels. */
static void
read_windows_ml (const LucidaOnnxModel *model, LucidaNetwork *network, int channels,
                 LucidaPreprocessing *value)
{
  const char *format = find_entry (model, "Image.BitmapPixelFormat");
  const char *range = find_entry (model, "Image.NominalPixelRange");
  gboolean centred = range && g_str_equal (range, "Normalized_1_1");
  LucidaPreprocessingPreset preset = LUCIDA_PREPROCESSING_RAW;
  LucidaResample resample;

  if (!format && !range)
    return;
  *value = lucida_preprocessing_preset (LUCIDA_PREPROCESSING_RAW, channels);
  resample = value->resample;
  if (range && g_str_equal (range, "Normalized_0_1"))
    preset = LUCIDA_PREPROCESSING_UNIT;
  else if (centred)
    preset = LUCIDA_PREPROCESSING_TF;
  *value = lucida_preprocessing_preset (preset, channels);
  value->resample = resample;
  if (format && g_str_has_prefix (format, "Gray"))
    value->channels = LUCIDA_CHANNELS_L;
  else if (format && g_str_has_prefix (format, "Bgr"))
    value->channels = LUCIDA_CHANNELS_BGR;
  value->assumed = FALSE;
  lucida_network_set_preprocessing_source (network, LUCIDA_SOURCE_METADATA);
}

/* The node that alone reads @value, or NULL. */
static const LucidaNode *
only_consumer (const LucidaNetwork *network, int value)
{
  int n;
  const int *consumers = lucida_network_get_consumers (network, value, &n);

  return n == 1 ? lucida_network_get_node (network, consumers[0]) : NULL;
}

/* The mean of a constant's elements; %FALSE if it is none of floats. */
static gboolean
constant_mean (const LucidaNetwork *network, int value, double *mean)
{
  g_autoptr (LucidaTensor) tensor = NULL;
  LucidaTensor *constant = lucida_network_get_constant (network, value);
  int64_t n;
  double sum = 0;

  if (!constant || lucida_tensor_get_element (constant) != LUCIDA_FLOAT32)
    return FALSE;
  tensor = lucida_tensor_align (constant, NULL);
  n = tensor ? lucida_tensor_get_count (tensor) : 0;
  for (int64_t i = 0; i < n; i++)
    sum += lucida_tensor_get_floats (tensor)[i];
  *mean = n > 0 ? sum / (double) n : 0;
  return n > 0;
}

/* Follows the arithmetic with constants right behind the input, value = a · x + b, on average over
 * the channels. %FALSE if there is none. */
static gboolean
find_own_scaling (const LucidaNetwork *network, double *a, double *b)
{
  static const char *const passing[] = { "Transpose", "Cast", "Identity", "Reshape", NULL };
  int value = lucida_network_get_input (network);
  gboolean found = FALSE;

  *a = 1;
  *b = 0;
  for (int step = 0; step < 16; step++)
    {
      const LucidaNode *node = only_consumer (network, value);
      const char *op = node ? lucida_node_get_op (node) : "";
      int other = node ? lucida_node_get_input (node, lucida_node_get_input (node, 0) == value) : 0;
      double c = 0;

      if (!node)
        break;
      if (!g_strv_contains (passing, op))
        {
          gboolean first = lucida_node_get_input (node, 0) == value;

          if (!constant_mean (network, other, &c))
            break;
          if (g_str_equal (op, "Add"))
            *b += c;
          else if (g_str_equal (op, "Sub") && first)
            *b -= c;
          else if (g_str_equal (op, "Mul") || (g_str_equal (op, "Div") && first && c != 0))
            {
              double factor = *op == 'M' ? c : 1 / c;

              *a *= factor;
              *b *= factor;
            }
          else
            break;
          found = TRUE;
        }
      value = lucida_node_get_output (node, 0);
    }
  return found && isfinite (*a) && isfinite (*b) && *a != 0 && !(*a == 1 && *b == 0);
}

/* A network that scales its input itself expects pixels: 0 … 255 if it takes away a mean above 1.5
 * or the whole range comes out no wider than 16 (a standard deviation of 0.229 makes 4.4 of 1),
 * else 0 … 1. */
static void
assume_from_scaling (LucidaNetwork *network, int channels, LucidaPreprocessing *value)
{
  double a, b;

  if (!find_own_scaling (network, &a, &b))
    return;
  *value = lucida_preprocessing_preset (fabs (b / a) > 1.5 || fabs (a) * 255 <= 16
                                            ? LUCIDA_PREPROCESSING_RAW
                                            : LUCIDA_PREPROCESSING_UNIT,
                                        channels);
  lucida_network_set_preprocessing_source (network, LUCIDA_SOURCE_ARITHMETIC);
}

static void
read_preprocessing (const LucidaOnnxModel *model, LucidaNetwork *network)
{
  const char *text = find_entry (model, "preprocessing");
  LucidaPreprocessing value;
  g_autoptr (GError) problem = NULL;
  int channels = 3, height, width;

  if (!lucida_network_get_input_size (network, &channels, &height, &width)
      || channels == LUCIDA_FREE_SIZE)
    channels = 3;
  value
      = lucida_preprocessing_preset (lucida_network_get_input_layout (network) == LUCIDA_LAYOUT_NHWC
                                         ? LUCIDA_PREPROCESSING_UNIT
                                         : LUCIDA_PREPROCESSING_TORCHVISION,
                                     channels);
  assume_from_scaling (network, channels, &value);
  value.assumed = TRUE;
  read_windows_ml (model, network, channels, &value);
  if (text && lucida_sidecar_parse_preprocessing (text, channels, &value, &problem))
    lucida_network_set_preprocessing_source (network, LUCIDA_SOURCE_METADATA);
  else if (text)
    {
      g_autofree char *warning = g_strdup_printf (
          "The preprocessing in its metadata is not used: %s.", problem->message);
      lucida_network_add_warning (network, warning);
    }
  lucida_network_set_preprocessing (network, &value);
}

void
_lucida_onnx_describe (const LucidaOnnxModel *model, LucidaNetwork *network)
{
  read_classes (model, network);
  read_preprocessing (model, network);
}
