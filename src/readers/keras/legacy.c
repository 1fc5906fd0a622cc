#include "readers/keras/keras-private.h"

#include <string.h>

/* Keras 1's names for what Keras 2 calls otherwise. */

static const struct
{
  const char *old, *now;
} classes[] = {
  { "Convolution1D", "Conv1D" },
  { "Convolution2D", "Conv2D" },
  { "AtrousConvolution2D", "Conv2D" },
  { "SeparableConvolution2D", "SeparableConv2D" },
  { "Deconvolution2D", "Conv2DTranspose" },
};

static const struct
{
  const char *old, *now;
} members[] = {
  { "nb_filter", "filters" },
  { "subsample", "strides" },
  { "border_mode", "padding" },
  { "bias", "use_bias" },
  { "atrous_rate", "dilation_rate" },
  { "output_dim", "units" },
  { "pool_length", "pool_size" },
  { "stride", "strides" },
  { "filter_length", "kernel_size" },
  { "subsample_length", "strides" },
  { "p", "rate" },
};

static void
modernise_layer (LucidaKerasJson *entry)
{
  LucidaKerasJson *config = lucida_keras_json_edit (entry, "config");
  const char *class_name = lucida_keras_json_get_text (entry, "class_name", "");
  const char *ordering = lucida_keras_json_get_text (config, "dim_ordering", NULL);
  gboolean th = ordering && g_str_equal (ordering, "th");

  if (!config)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    lucida_keras_json_rename (config, members[i].old, members[i].now);
  if (lucida_keras_json_get (config, "nb_row") && lucida_keras_json_get (config, "nb_col"))
    lucida_keras_json_set_pair (config, "kernel_size",
                                lucida_keras_json_get_number (config, "nb_row", 1),
                                lucida_keras_json_get_number (config, "nb_col", 1));
  if (ordering)
    lucida_keras_json_set_text (config, "data_format", th ? "channels_first" : "channels_last");
  /* Kernels of the Theano ordering lie as the network wants them. */
  if (th && strstr (class_name, "onvolution2D"))
    lucida_keras_json_set_text (config, "kernel_order", "OIHW");
  if (g_str_equal (class_name, "Merge"))
    lucida_keras_json_rename (config, "concat_axis", "axis");
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (class_name, classes[i].old))
      {
        lucida_keras_json_set_text (entry, "class_name", classes[i].now);
        return;
      }
}

void
_lucida_keras_modernise (LucidaKerasJson *entry)
{
  LucidaKerasJson *config = lucida_keras_json_edit (entry, "config");
  LucidaKerasJson *layers = (LucidaKerasJson *) _lucida_keras_layers_of (config);

  if (!layers)
    modernise_layer (entry);
  for (guint i = 0; i < lucida_keras_json_length (layers); i++)
    _lucida_keras_modernise (lucida_keras_json_edit_at (layers, i));
}
