#include "cli/info.h"

#include "cli/report.h"
#include "network/summary.h"

LucidaShape
cli_info_get_output_shape (const LucidaModel *model)
{
  LucidaShape shape = *lucida_network_get_output_shape (lucida_model_get_network (model));
  LucidaEnding ending = lucida_plan_get_ending (lucida_model_get_plan (model));

  if (shape.rank >= 0)
    return shape;
  /* one sigmoid stands for two classes */
  return lucida_shape (
      2, (int64_t) LUCIDA_FREE_SIZE,
      ending == LUCIDA_ENDING_SIGMOID ? (int64_t) 1 : (int64_t) lucida_model_get_n_classes (model));
}

static void
add_shape (JsonBuilder *builder, const LucidaShape *shape)
{
  json_builder_set_member_name (builder, "shape");
  json_builder_begin_array (builder);
  for (int i = 0; i < shape->rank; i++)
    if (shape->dim[i] == LUCIDA_FREE_SIZE)
      json_builder_add_null_value (builder);
    else
      json_builder_add_int_value (builder, shape->dim[i]);
  json_builder_end_array (builder);
}

static void
add_ends (JsonBuilder *builder, const LucidaModel *model)
{
  LucidaNetwork *network = lucida_model_get_network (model);
  const LucidaShape *input = lucida_network_get_input_shape (network);
  LucidaShape output = cli_info_get_output_shape (model);
  const char *layout
      = lucida_network_get_input_layout (network) == LUCIDA_LAYOUT_NHWC ? "NHWC" : "NCHW";

  json_builder_set_member_name (builder, "inputs");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  cli_json_add_text (builder, "name",
                     lucida_network_get_value_name (network, lucida_network_get_input (network)));
  add_shape (builder, input);
  cli_json_add_text (builder, "layout", input->rank == 4 ? layout : NULL);
  json_builder_end_object (builder);
  json_builder_end_array (builder);

  json_builder_set_member_name (builder, "outputs");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  cli_json_add_text (builder, "name",
                     lucida_network_get_value_name (network, lucida_network_get_output (network)));
  add_shape (builder, &output);
  json_builder_end_object (builder);
  json_builder_end_array (builder);
}

static void
add_classes (JsonBuilder *builder, const LucidaModel *model)
{
  int n = lucida_model_get_n_classes (model);

  json_builder_set_member_name (builder, "classes");
  if (!lucida_model_has_class_names (model))
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    cli_json_add_text (builder, NULL, lucida_model_get_class_name (model, i));
  json_builder_end_array (builder);
}

static void
add_parameters (JsonBuilder *builder, const LucidaNetwork *network)
{
  LucidaParameters parameters = lucida_network_count_parameters (network);
  gint64 total = parameters.trainable + parameters.non_trainable;

  json_builder_set_member_name (builder, "parameters");
  json_builder_begin_object (builder);
  cli_json_add_int (builder, "total", total);
  cli_json_add_int (builder, "trainable", parameters.trainable);
  cli_json_add_int (builder, "non_trainable", parameters.non_trainable);
  cli_json_add_int (builder, "bytes", total * CLI_BYTES_PER_PARAMETER);
  json_builder_end_object (builder);
}

static void
add_doubles (JsonBuilder *builder, const char *member, const double *values, int n)
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    cli_json_add_number (builder, NULL, values[i]);
  json_builder_end_array (builder);
}

/* The same object as in a sidecar file, and whether it was assumed. */
static void
add_preprocessing (JsonBuilder *builder, const LucidaModel *model)
{
  const LucidaPreprocessing *p = lucida_model_get_preprocessing (model);
  int channels = 0, height, width;

  if (!lucida_network_get_input_size (lucida_model_get_network (model), &channels, &height, &width)
      || channels < 1)
    channels = 3;
  json_builder_set_member_name (builder, "preprocessing");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "size");
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, p->height);
  json_builder_add_int_value (builder, p->width);
  json_builder_end_array (builder);
  cli_json_add_text (builder, "resize", lucida_resize_to_string (p->resize));
  cli_json_add_text (builder, "resample", lucida_resample_to_string (p->resample));
  cli_json_add_text (builder, "channels", lucida_channels_to_string (p->channels));
  cli_json_add_number (builder, "scale", p->scale);
  add_doubles (builder, "mean", p->mean, MIN (channels, LUCIDA_MAX_CHANNELS));
  add_doubles (builder, "std", p->std, MIN (channels, LUCIDA_MAX_CHANNELS));
  json_builder_set_member_name (builder, "assumed");
  json_builder_add_boolean_value (builder, p->assumed);
  json_builder_end_object (builder);
}

static void
add_training (JsonBuilder *builder, const LucidaNetwork *network)
{
  const char *loss = lucida_network_get_loss (network);
  const char *optimizer = lucida_network_get_optimizer (network);

  json_builder_set_member_name (builder, "training");
  if (!loss && !optimizer)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  cli_json_add_text (builder, "loss", loss);
  cli_json_add_text (builder, "optimizer", optimizer);
  json_builder_end_object (builder);
}

static void
add_layers (JsonBuilder *builder, LucidaPlan *plan)
{
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);
  int usual = lucida_plan_get_default_layer (plan);

  cli_json_add_text (builder, "default_layer", usual < 0 ? NULL : layers[usual].name);
  json_builder_set_member_name (builder, "layers");
  json_builder_begin_array (builder);
  for (int i = 0; i < n; i++)
    {
      gboolean space = layers[i].height > 0 && layers[i].width > 0;
      LucidaShape shape = lucida_shape (space ? 3 : 1, (int64_t) layers[i].channels,
                                        (int64_t) layers[i].height, (int64_t) layers[i].width);

      json_builder_begin_object (builder);
      cli_json_add_text (builder, "name", layers[i].name);
      cli_json_add_text (builder, "tensor", layers[i].tensor);
      cli_json_add_text (builder, "op", layers[i].op);
      add_shape (builder, &shape);
      cli_json_add_int (builder, "parameters", layers[i].parameters);
      json_builder_set_member_name (builder, "explainable");
      json_builder_add_boolean_value (builder, layers[i].explainable);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
cli_info_add_json (JsonBuilder *builder, const LucidaModel *model)
{
  LucidaNetwork *network = lucida_model_get_network (model);
  const char *const *warnings = lucida_network_get_warnings (network);

  json_builder_begin_object (builder);
  cli_json_add_text (builder, "format", lucida_network_get_format (network));
  cli_json_add_text (builder, "name", lucida_network_get_name (network));
  add_ends (builder, model);
  add_classes (builder, model);
  add_parameters (builder, network);
  add_preprocessing (builder, model);
  add_training (builder, network);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (int i = 0; warnings && warnings[i]; i++)
    cli_json_add_text (builder, NULL, warnings[i]);
  json_builder_end_array (builder);
  add_layers (builder, lucida_model_get_plan (model));
  json_builder_end_object (builder);
}
