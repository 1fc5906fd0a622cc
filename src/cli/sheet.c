#include "config.h"

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/report.h"
#include "export/figure-file.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>

static const int sheet_kinds[]
    = { LUCIDA_FILE_PNG, LUCIDA_FILE_JPEG, LUCIDA_FILE_PDF, LUCIDA_FILE_SVG, LUCIDA_FILE_UNKNOWN };

/* A column of maps. */
typedef struct
{
  int class_index;
  char *layer[2]; /* borrowed, NULL-terminated; NULL: the default layer */
  const LucidaMethod *method;
} Column;

/* Every combination, the method changing fastest. %NULL if something is not there, which is
 * said. */
static GArray *
make_columns (const CliOptions *options, const LucidaModel *model,
              const LucidaMethod *const *methods, guint n_methods)
{
  g_autoptr (GArray) columns = g_array_new (FALSE, TRUE, sizeof (Column));
  guint n_classes = MAX (options->classes->len, 1);
  guint n_layers = MAX (options->layers->len, 1);

  for (guint i = 0; i < n_classes; i++)
    {
      Column column = { LUCIDA_PREDICTED_CLASS };

      if (options->classes->len)
        {
          column.class_index = cli_find_class (model, g_ptr_array_index (options->classes, i));
          if (column.class_index < 0)
            return NULL;
        }
      for (guint j = 0; j < n_layers; j++)
        {
          column.layer[0] = options->layers->len ? g_ptr_array_index (options->layers, j) : NULL;
          for (guint k = 0; k < n_methods; k++)
            {
              column.method = methods[k];
              g_array_append_val (columns, column);
            }
        }
    }
  return g_steal_pointer (&columns);
}

/* The layer's name, as it stands above a column. (transfer full) (nullable) */
static char *
find_layer_label (const LucidaModel *model, const Column *column)
{
  LucidaPlan *plan = lucida_model_get_plan (model);
  g_autoptr (GError) error = NULL;
  char *label = NULL;
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);
  int usual = lucida_plan_get_default_layer (plan);

  if (!column->layer[0])
    return usual < 0 ? g_strdup ("–") : cli_escape (layers[usual].name);
  if (lucida_plan_find_layer (plan, column->layer[0], &label, &error) < 0)
    {
      cli_report_error_about (lucida_model_get_path (model), error->message);
      return NULL;
    }
  return label;
}

/* What stands above the columns: class, layer, method. (transfer full) (nullable) */
static char **
make_headings (const LucidaModel *model, const GArray *columns)
{
  g_autoptr (GPtrArray) headings = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < columns->len; i++)
    {
      const Column *column = &g_array_index (columns, Column, i);
      g_autofree char *layer = find_layer_label (model, column);
      g_autofree char *name
          = column->class_index == LUCIDA_PREDICTED_CLASS
                ? g_strdup (_ ("most probable class"))
                : cli_escape (lucida_model_get_class_name (model, column->class_index));

      if (!layer)
        return NULL;
      g_ptr_array_add (headings,
                       g_strdup_printf ("%s\n%s\n%s", name, layer, column->method->title));
    }
  g_ptr_array_add (headings, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&headings), FALSE);
}

/* "cat 98 %". (transfer full) */
static char *
format_class (const LucidaModel *model, int index, double probability)
{
  g_autofree char *name = cli_escape (lucida_model_get_class_name (model, index));

  if (isnan (probability))
    return g_steal_pointer (&name);
  return g_strdup_printf ("%s %.0f %%", name, 100.0 * probability);
}

/* Explains one picture for every column and adds its row. */
static gboolean
add_row (LucidaSheet *sheet, LucidaModel *model, const char *path, const GArray *columns,
         gboolean every_layer, LucidaPool *pool)
{
  g_autoptr (LucidaPicture) picture = cli_open_picture (path);
  g_autoptr (LucidaAnalysis) analysis
      = picture ? cli_analyse_picture (model, picture, path, TRUE, pool) : NULL;
  g_autoptr (GPtrArray) maps
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_heatmap_unref);
  g_autoptr (GPtrArray) captions = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;
  LucidaPlacement placement;
  const float *probabilities;
  int predicted;

  if (!analysis)
    return FALSE;
  for (guint i = 0; i < columns->len; i++)
    {
      const Column *column = &g_array_index (columns, Column, i);
      const LucidaQuestion question
          = { column->class_index, LUCIDA_NO_CLASS, (char **) column->layer, column->method };
      g_autoptr (GError) error = NULL;
      g_autoptr (LucidaExplanation) explanation = lucida_analysis_explain (
          analysis, &question, every_layer, pool, NULL, NULL, NULL, &error);

      if (!explanation)
        {
          cli_report_error_about (path, error->message);
          return FALSE;
        }
      g_ptr_array_add (captions,
                       format_class (model, explanation->class_index, explanation->probability));
      g_ptr_array_add (maps, lucida_heatmap_ref (explanation->heatmap));
    }
  probabilities = lucida_analysis_get_probabilities (analysis);
  predicted = lucida_analysis_get_predicted (analysis);
  title = cli_escape (picture->name);
  subtitle = format_class (model, predicted, probabilities ? probabilities[predicted] : NAN);
  placement = lucida_picture_place (picture->width, picture->height,
                                    lucida_model_get_preprocessing (model));
  lucida_sheet_add_row (sheet, picture, &placement, title, subtitle,
                        (LucidaHeatmap *const *) maps->pdata,
                        (const char *const *) captions->pdata);
  return TRUE;
}

/* Draws a row for each picture that can be explained, and writes the sheet if there is any. */
static int
draw (const CliOptions *options, LucidaModel *model, const GPtrArray *paths, const GArray *columns,
      const LucidaOverlayStyle *style, LucidaPool *pool)
{
  g_auto (GStrv) headings = make_headings (model, columns);
  const char *const keys[] = { "Software", NULL };
  const char *const values[] = { "CAM Lucida " LUCIDA_VERSION, NULL };
  g_autoptr (LucidaSheet) sheet = NULL;
  g_autoptr (GError) error = NULL;
  guint n_rows = 0;

  if (!headings)
    return CLI_FAILED;
  sheet = lucida_sheet_new ((const char *const *) headings, style);
  for (guint i = 0; i < paths->len; i++)
    n_rows += add_row (sheet, model, g_ptr_array_index (paths, i), columns,
                       options->layers->len > 1, pool);
  if (n_rows == 0)
    return CLI_FAILED;
  if (!lucida_figure_file_write_sheet (options->output, sheet, keys, values, &error))
    {
      cli_report_error (error->message);
      return CLI_FAILED;
    }
  return n_rows == paths->len ? CLI_DONE : CLI_FAILED;
}

/* The methods that were asked for. %FALSE: wrong usage. */
static gboolean
find_methods (const CliOptions *options, GPtrArray *methods)
{
  for (guint i = 0; i < options->methods->len; i++)
    {
      const LucidaMethod *method
          = cli_find_method (cli_sheet.name, g_ptr_array_index (options->methods, i));

      if (!method)
        return FALSE;
      g_ptr_array_add (methods, (gpointer) method);
    }
  if (methods->len == 0)
    g_ptr_array_add (methods, (gpointer) lucida_methods[0]);
  return TRUE;
}

static int
run (const CliOptions *options)
{
  g_autoptr (GPtrArray) methods = g_ptr_array_new ();
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  g_autoptr (GArray) columns = NULL;
  g_autoptr (LucidaPool) pool = NULL;
  g_autoptr (LucidaModel) model = NULL;
  LucidaOverlayStyle style;
  gboolean failed = FALSE;
  int code;

  if (options->arguments->len < 2)
    return cli_report_usage (cli_sheet.name, "%s",
                             options->arguments->len ? _ ("IMAGE is missing")
                                                     : _ ("MODEL is missing"));
  if (!options->output)
    return cli_report_usage (cli_sheet.name, "%s", _ ("--output is missing"));
  if (!find_methods (options, methods) || !cli_find_style (cli_sheet.name, options, &style))
    return CLI_USAGE;
  paths = cli_list_pictures (options, &failed);
  g_ptr_array_add (inputs, g_ptr_array_index (options->arguments, 0));
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (inputs, g_ptr_array_index (paths, i));
  if (!cli_check_output (cli_sheet.name, "output", options->output, sheet_kinds, inputs))
    return CLI_USAGE;
  if (paths->len == 0)
    return CLI_FAILED;

  pool = lucida_pool_new (0);
  model = cli_open_model (g_ptr_array_index (options->arguments, 0), pool);
  if (!model)
    return CLI_FAILED;
  columns
      = make_columns (options, model, (const LucidaMethod *const *) methods->pdata, methods->len);
  if (!columns)
    return CLI_FAILED;
  code = draw (options, model, paths, columns, &style, pool);
  return failed ? CLI_FAILED : code;
}

static const CliOption options[] = {
  { "class", CLI_LIST, G_STRUCT_OFFSET (CliOptions, classes), "NAME|INDEX",
    N_ ("a class to explain (each picture's most probable)") },
  { "layer", CLI_LIST, G_STRUCT_OFFSET (CliOptions, layers), "NAME",
    N_ ("a layer (the default layer)") },
  { "method", CLI_LIST, G_STRUCT_OFFSET (CliOptions, methods), "NAME",
    N_ ("gradcam or layercam (gradcam)") },
  { "output", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, output), "F.png|jpg|pdf|svg",
    N_ ("where to write the sheet") },
  { "opacity", CLI_FRACTION, G_STRUCT_OFFSET (CliOptions, opacity), "0…1",
    N_ ("how much of the map (0.6)") },
  { "colormap", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, colormap), "NAME",
    N_ ("jet, turbo, viridis, inferno or grey (turbo)") },
  { "blend", CLI_TEXT, G_STRUCT_OFFSET (CliOptions, blend), "tinted|clear",
    N_ ("clear: cold places stay the picture (tinted)") },
  { NULL },
};

const CliCommand cli_sheet = {
  "sheet",
  "MODEL IMAGE… --output F",
  N_ ("Draws pictures with their maps as one figure; each --class, --layer, --method is a column."),
  options,
  run,
};
