#include "base/escape.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/report.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void
print_text (const LucidaModel *model, const LucidaAnalysis *analysis, const char *path, int top)
{
  const float *logits = lucida_analysis_get_logits (analysis);
  const float *probabilities = lucida_analysis_get_probabilities (analysis);
  int n = lucida_model_get_n_classes (model);
  g_autofree int *ranked = lucida_classes_rank (logits, n);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *name = lucida_escape (shown);

  printf ("%s:", name);
  for (int i = 0; i < MIN (top, n); i++)
    {
      g_autofree char *class_name = lucida_escape (lucida_model_get_class_name (model, ranked[i]));
      g_autofree char *value = probabilities ? cli_format_percent (probabilities[ranked[i]])
                                             : cli_format_number (logits[ranked[i]]);

      printf ("%s %s %s", i ? "," : "", class_name, value);
    }
  printf ("\n");
}

static void
add_json (JsonBuilder *builder, const LucidaModel *model, const LucidaAnalysis *analysis,
          const char *path, int top)
{
  const float *logits = lucida_analysis_get_logits (analysis);
  const float *probabilities = lucida_analysis_get_probabilities (analysis);
  int n = lucida_model_get_n_classes (model);
  g_autofree int *ranked = lucida_classes_rank (logits, n);

  json_builder_begin_object (builder);
  cli_json_add_text (builder, "image", path);
  cli_json_add_floats (builder, "logits", logits, n);
  cli_json_add_floats (builder, "probabilities", probabilities, n);
  json_builder_set_member_name (builder, "top");
  json_builder_begin_array (builder);
  for (int i = 0; i < MIN (top, n); i++)
    {
      json_builder_begin_object (builder);
      cli_json_add_int (builder, "index", ranked[i]);
      cli_json_add_text (builder, "name", lucida_model_get_class_name (model, ranked[i]));
      cli_json_add_number (builder, "probability", probabilities ? probabilities[ranked[i]] : NAN);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* Prints one answer, or adds it to what will be printed. */
static void
tell (const CliOptions *options, JsonBuilder *builder, const LucidaModel *model,
      const LucidaAnalysis *analysis, const char *path)
{
  if (options->json)
    add_json (builder, model, analysis, path, options->top);
  else
    print_text (model, analysis, path, options->top);
}

static int
classify_tensor (const CliOptions *options, LucidaModel *model, LucidaPool *pool,
                 JsonBuilder *builder)
{
  g_autoptr (LucidaTensor) tensor = NULL;
  g_autoptr (LucidaAnalysis) analysis = NULL;
  int code = cli_read_tensor (model, options->tensor, &tensor);

  if (code != CLI_DONE)
    return code;
  analysis = cli_analyse_tensor (model, tensor, options->tensor, FALSE, pool);
  if (!analysis)
    return CLI_FAILED;
  tell (options, builder, model, analysis, options->tensor);
  return CLI_DONE;
}

static int
classify_pictures (const CliOptions *options, LucidaModel *model, LucidaPool *pool,
                   JsonBuilder *builder)
{
  gboolean failed = FALSE;
  g_autoptr (GPtrArray) paths = cli_list_pictures (options, &failed);

  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      g_autoptr (LucidaPicture) picture = cli_open_picture (path);
      g_autoptr (LucidaAnalysis) analysis
          = picture ? cli_analyse_picture (model, picture, path, FALSE, pool) : NULL;

      if (analysis)
        tell (options, builder, model, analysis, path);
      else
        failed = TRUE;
    }
  return failed ? CLI_FAILED : CLI_DONE;
}

static int
run (const CliOptions *options)
{
  g_autoptr (LucidaPool) pool = NULL;
  g_autoptr (LucidaModel) model = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  int code;

  if (options->arguments->len == 0)
    return cli_report_usage (cli_classify.name, "%s", _ ("MODEL is missing"));
  if (!options->tensor && options->arguments->len == 1)
    return cli_report_usage (cli_classify.name, "%s", _ ("IMAGE is missing"));
  if (options->tensor && options->arguments->len > 1)
    return cli_report_usage (cli_classify.name, "%s",
                             _ ("--tensor takes the place of IMAGE; give one of them"));
  pool = lucida_pool_new (0);
  model = cli_open_model (g_ptr_array_index (options->arguments, 0), pool);
  if (!model)
    return CLI_FAILED;
  builder = json_builder_new ();
  json_builder_begin_array (builder);
  code = options->tensor ? classify_tensor (options, model, pool, builder)
                         : classify_pictures (options, model, pool, builder);
  json_builder_end_array (builder);
  if (options->json && code != CLI_USAGE)
    cli_json_print (builder);
  return code;
}

static const CliOption options[] = {
  { "top", CLI_COUNT, G_STRUCT_OFFSET (CliOptions, top), "K", N_ ("how many classes to name (5)") },
  { "tensor", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, tensor), "F.npy",
    N_ ("the network's input itself, in place of IMAGE") },
  { "json", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, json), NULL, N_ ("print JSON") },
  { NULL },
};

const CliCommand cli_classify = {
  "classify",
  "MODEL IMAGE…",
  N_ ("Says what is in pictures, the most probable class first."),
  options,
  run,
};
