#include "config.h"

#include "base/atomic-file.h"
#include "base/escape.h"
#include "base/npy.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/report.h"
#include "publish/overlay-file.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const int picture_kinds[]
    = { LUCIDA_FILE_PNG, LUCIDA_FILE_JPEG, LUCIDA_FILE_PDF, LUCIDA_FILE_SVG, LUCIDA_FILE_UNKNOWN };
static const int map_kinds[] = { LUCIDA_FILE_NPY, LUCIDA_FILE_CSV, LUCIDA_FILE_UNKNOWN };
static const int array_kinds[] = { LUCIDA_FILE_NPY, LUCIDA_FILE_UNKNOWN };

/* What one call of the command works on. */
typedef struct
{
  const CliOptions *options;
  const LucidaMethod *method;
  LucidaOverlayStyle style;
  LucidaPool *pool;
  LucidaModel *model;
  LucidaPicture *picture; /* NULL with --tensor */
  LucidaAnalysis *analysis;
  LucidaExplanation *explanation;
  double load; /* seconds, model and picture */
} Work;

static void
work_clear (Work *self)
{
  g_clear_pointer (&self->explanation, lucida_explanation_unref);
  g_clear_pointer (&self->analysis, lucida_analysis_unref);
  g_clear_pointer (&self->picture, lucida_picture_unref);
  g_clear_pointer (&self->model, lucida_model_unref);
  g_clear_pointer (&self->pool, lucida_pool_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static const char *
input_path (const CliOptions *options)
{
  return options->tensor ? options->tensor : g_ptr_array_index (options->arguments, 1);
}

/* No two of the outputs are the same file. */
static gboolean
check_outputs_differ (const CliOptions *options)
{
  const char *const paths[]
      = { options->output, options->heatmap, options->activation, options->gradient };

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    for (gsize j = 0; j < i; j++)
      if (paths[i] && paths[j])
        {
          g_autofree char *a = g_canonicalize_filename (paths[i], NULL);
          g_autofree char *b = g_canonicalize_filename (paths[j], NULL);

          if (strcmp (a, b) == 0)
            {
              cli_report_usage (cli_explain.name, _ ("“%s” is to be written twice"), paths[i]);
              return FALSE;
            }
        }
  return TRUE;
}

static gboolean
check_usage (Work *self)
{
  const CliOptions *options = self->options;
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  const char *problem = NULL;
  const char *method = options->methods->len ? g_ptr_array_index (options->methods, 0) : NULL;

  if (options->arguments->len == 0)
    problem = _ ("MODEL is missing");
  else if (options->tensor && options->arguments->len > 1)
    problem = _ ("--tensor takes the place of IMAGE; give one of them");
  else if (!options->tensor && options->arguments->len == 1)
    problem = _ ("IMAGE is missing");
  else if (options->arguments->len > 2)
    problem = _ ("give one IMAGE only; “sheet” takes several");
  else if (options->classes->len > 1)
    problem = _ ("--class is given twice; “sheet” takes several");
  else if (options->methods->len > 1)
    problem = _ ("--method is given twice; “sheet” takes several");
  else if (options->layers->len > 1 && (options->activation || options->gradient))
    problem = _ ("--activation and --gradient go with one --layer only");
  if (problem)
    {
      cli_report_usage (cli_explain.name, "%s", problem);
      return FALSE;
    }
  self->method = method ? cli_find_method (cli_explain.name, method) : lucida_methods[0];
  if (!self->method || !cli_find_style (cli_explain.name, options, &self->style))
    return FALSE;
  g_ptr_array_add (inputs, g_ptr_array_index (options->arguments, 0));
  g_ptr_array_add (inputs, (gpointer) input_path (options));
  return cli_check_output (cli_explain.name, "output", options->output, picture_kinds, inputs)
         && cli_check_output (cli_explain.name, "heatmap", options->heatmap, map_kinds, inputs)
         && cli_check_output (cli_explain.name, "activation", options->activation, array_kinds,
                              inputs)
         && cli_check_output (cli_explain.name, "gradient", options->gradient, array_kinds, inputs)
         && check_outputs_differ (options);
}

/* Opens what is asked about. */
static int
open_inputs (Work *self, LucidaQuestion *question)
{
  const CliOptions *options = self->options;
  const char *path = input_path (options);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (LucidaTensor) tensor = NULL;
  int code;

  self->pool = lucida_pool_new (0);
  self->model = cli_open_model (g_ptr_array_index (options->arguments, 0), self->pool);
  if (!self->model)
    return CLI_FAILED;
  question->class_index = LUCIDA_PREDICTED_CLASS;
  question->against_index = LUCIDA_NO_CLASS;
  if (options->classes->len)
    {
      question->class_index = cli_find_class (self->model, g_ptr_array_index (options->classes, 0));
      if (question->class_index < 0)
        return CLI_FAILED;
    }
  if (options->against)
    {
      question->against_index = cli_find_class (self->model, options->against);
      if (question->against_index < 0)
        return CLI_FAILED;
    }
  if (options->tensor)
    {
      code = cli_read_tensor (self->model, path, &tensor);
      if (code != CLI_DONE)
        return code;
      self->load = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
      self->analysis = cli_analyse_tensor (self->model, tensor, path, TRUE, self->pool);
    }
  else
    {
      self->picture = cli_open_picture (path);
      if (!self->picture)
        return CLI_FAILED;
      self->load = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
      self->analysis = cli_analyse_picture (self->model, self->picture, path, TRUE, self->pool);
    }
  return self->analysis ? CLI_DONE : CLI_FAILED;
}

static gboolean
write_tensor (const char *path, LucidaTensor *tensor, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!tensor)
    return FALSE;
  bytes = lucida_npy_format (lucida_tensor_get_floats (tensor), lucida_tensor_get_shape (tensor));
  return lucida_atomic_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   error);
}

static gboolean
write_picture (const Work *self, GError **error)
{
  const LucidaExplanation *explanation = self->explanation;
  const char *path = self->options->output;
  const LucidaOverlayOptions how = { .style = self->style,
                                     .legend = self->options->legend,
                                     .caption = self->options->caption,
                                     .any_size = self->options->checksum };
  int channels, height, width;

  if (self->picture)
    return lucida_overlay_file_write (path, self->model, self->picture, explanation, &how, NULL,
                                      error);
  /* the network's input has a size where it is a picture, else the map's own serves */
  if (!lucida_plan_get_size (lucida_analysis_get_plan (self->analysis),
                             lucida_network_get_input (lucida_model_get_network (self->model)),
                             &channels, &height, &width))
    {
      height = explanation->heatmap->height;
      width = explanation->heatmap->width;
    }
  return lucida_overlay_file_write_map (path, self->model, explanation, width, height, &how, NULL,
                                        error);
}

static gboolean
write_outputs (const Work *self)
{
  const CliOptions *options = self->options;
  const LucidaExplanation *explanation = self->explanation;
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaTensor) activation = NULL;
  g_autoptr (LucidaTensor) gradient = NULL;
  gboolean written = TRUE;

  if (options->activation)
    {
      activation = lucida_analysis_dup_activation (self->analysis, explanation->values[0], &error);
      written = write_tensor (options->activation, activation, &error);
    }
  if (written && options->gradient)
    {
      gradient = lucida_analysis_dup_gradient (self->analysis, explanation, explanation->values[0],
                                               &error);
      written = write_tensor (options->gradient, gradient, &error);
    }
  if (written && options->heatmap)
    written = lucida_map_file_write (options->heatmap, explanation->heatmap, &error);
  if (written && options->output)
    written = write_picture (self, &error);
  if (!written)
    cli_report_error (error->message);
  return written;
}

static void
print_json (const Work *self)
{
  const LucidaExplanation *explanation = self->explanation;
  const LucidaHeatmap *heatmap = explanation->heatmap;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_json_add_text (builder, "class",
                     lucida_model_get_class_name (self->model, explanation->class_index));
  cli_json_add_int (builder, "index", explanation->class_index);
  cli_json_add_number (builder, "probability", explanation->probability);
  cli_json_add_number (builder, "logit", explanation->logit);
  if (explanation->against_index != LUCIDA_NO_CLASS)
    {
      cli_json_add_text (builder, "against",
                         lucida_model_get_class_name (self->model, explanation->against_index));
      cli_json_add_number (builder, "score", explanation->score);
    }
  cli_json_add_text (builder, "layer", explanation->layer);
  cli_json_add_text (builder, "method", explanation->method->name);
  json_builder_set_member_name (builder, "map");
  json_builder_begin_object (builder);
  cli_json_add_int (builder, "height", heatmap->height);
  cli_json_add_int (builder, "width", heatmap->width);
  cli_json_add_number (builder, "min", heatmap->min);
  cli_json_add_number (builder, "max", heatmap->max);
  json_builder_end_object (builder);
  cli_json_add_text (builder, "note", lucida_evidence_get_note (heatmap->evidence));
  json_builder_set_member_name (builder, "seconds");
  json_builder_begin_object (builder);
  cli_json_add_number (builder, "load", self->load);
  cli_json_add_number (builder, "forward", explanation->seconds.forward);
  cli_json_add_number (builder, "backward", explanation->seconds.backward);
  cli_json_add_number (builder, "cam", explanation->seconds.cam);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static void
print_text (const Work *self)
{
  const LucidaExplanation *explanation = self->explanation;
  const LucidaHeatmap *heatmap = explanation->heatmap;
  const char *note = lucida_evidence_get_note (heatmap->evidence);
  g_autofree char *shown = g_filename_display_name (input_path (self->options));
  g_autofree char *path = lucida_escape (shown);
  g_autofree char *name
      = lucida_escape (lucida_model_get_class_name (self->model, explanation->class_index));
  g_autofree char *layer = lucida_escape (explanation->layer);
  g_autofree char *percent = cli_format_percent (explanation->probability);
  g_autofree char *logit = cli_format_number (explanation->logit);
  g_autofree char *min = cli_format_number (heatmap->min);
  g_autofree char *max = cli_format_number (heatmap->max);

  printf ("%s: %s %s (%s %s)\n", path, name, percent, _ ("logit"), logit);
  if (explanation->against_index != LUCIDA_NO_CLASS)
    {
      g_autofree char *against
          = lucida_escape (lucida_model_get_class_name (self->model, explanation->against_index));
      g_autofree char *score = cli_format_number (explanation->score);

      printf ("%s %s (%s %s)\n", _ ("Against:"), against, _ ("difference"), score);
    }
  printf ("%s %s\n", _ ("Layer:"), layer);
  printf ("%s %s\n", _ ("Method:"), explanation->method->title);
  printf ("%s %d×%d, %s … %s\n", _ ("Map:"), heatmap->height, heatmap->width, min, max);
  if (note)
    printf ("%s %s\n", _ ("Note:"), _ (note));
}

static int
run (const CliOptions *options)
{
  g_auto (Work) work = { .options = options };
  LucidaQuestion question = { .layers = (char **) options->layers->pdata };
  g_autoptr (GError) error = NULL;
  int code;

  if (!check_usage (&work))
    return CLI_USAGE;
  question.method = work.method;
  code = open_inputs (&work, &question);
  if (code != CLI_DONE)
    return code;
  work.explanation = lucida_analysis_explain (work.analysis, &question, FALSE, work.pool, NULL,
                                              NULL, NULL, &error);
  if (!work.explanation)
    {
      cli_report_error_about (lucida_model_get_path (work.model), error->message);
      return CLI_FAILED;
    }
  if (!write_outputs (&work))
    return CLI_FAILED;
  if (options->json)
    print_json (&work);
  else
    print_text (&work);
  return CLI_DONE;
}

static const CliOption options[] = {
  { "class", CLI_LIST, G_STRUCT_OFFSET (CliOptions, classes), "NAME|INDEX",
    N_ ("the class to explain (the most probable)") },
  { "against", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, against), "NAME|INDEX",
    N_ ("why the class rather than this one") },
  { "layer", CLI_LIST, G_STRUCT_OFFSET (CliOptions, layers), "NAME",
    N_ ("the layer; several are fused (the default layer)") },
  { "method", CLI_LIST, G_STRUCT_OFFSET (CliOptions, methods), "NAME",
    N_ ("gradcam or layercam (gradcam)") },
  { "tensor", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, tensor), "F.npy",
    N_ ("the network's input itself, in place of IMAGE") },
  { "output", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, output), "F.png|jpg|pdf|svg",
    N_ ("write the picture with the map over it") },
  { "heatmap", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, heatmap), "F.npy|csv",
    N_ ("write the raw map") },
  { "activation", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, activation), "F.npy",
    N_ ("write the layer's activation") },
  { "gradient", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, gradient), "F.npy",
    N_ ("write the gradient there") },
  { "opacity", CLI_FRACTION, G_STRUCT_OFFSET (CliOptions, opacity), "0…1",
    N_ ("how much of the map (0.6)") },
  { "colormap", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, colormap), "NAME",
    N_ ("jet, turbo, viridis, inferno or grey (turbo)") },
  { "blend", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, blend), "tinted|clear",
    N_ ("clear: cold places stay the picture (tinted)") },
  { "legend", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, legend), NULL,
    N_ ("explain the colours below the picture") },
  { "caption", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, caption), NULL,
    N_ ("name class, layer and method below the picture") },
  { "checksum", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, checksum), NULL,
    N_ ("note the model's SHA-256 in a PNG whatever its size") },
  { "json", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, json), NULL, N_ ("print JSON") },
  { NULL },
};

const CliCommand cli_explain = {
  "explain", "MODEL IMAGE", N_ ("Shows where the network looked for one class."), options, run,
};
