#include "config.h"

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/report.h"
#include "export/image-file.h"
#include "publish/sheet-maker.h"

#include <glib/gi18n.h>

static const int sheet_kinds[]
    = { LUCIDA_FILE_PNG, LUCIDA_FILE_JPEG, LUCIDA_FILE_PDF, LUCIDA_FILE_SVG, LUCIDA_FILE_UNKNOWN };

/* The indices of the classes; %FALSE if one is not there, which is said. */
static gboolean
find_classes (const CliOptions *options, const LucidaModel *model, GArray *classes)
{
  for (guint i = 0; i < options->classes->len; i++)
    {
      int index = cli_find_class (model, g_ptr_array_index (options->classes, i));

      if (index < 0)
        return FALSE;
      g_array_append_val (classes, index);
    }
  return TRUE;
}

/* Draws a row for each picture that can be explained, and writes the sheet if there is any. */
static int
draw (const CliOptions *options, LucidaModel *model, const GPtrArray *paths,
      const LucidaMethod *const *methods, const LucidaOverlayStyle *style, LucidaPool *pool)
{
  g_autoptr (GArray) classes = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (LucidaSheetMaker) maker = NULL;
  g_autoptr (GError) error = NULL;

  if (!find_classes (options, model, classes))
    return CLI_FAILED;
  maker = lucida_sheet_maker_new (model, (const int *) classes->data, (int) classes->len,
                                  (const char *const *) options->layers->pdata, methods, style,
                                  &error);
  if (!maker)
    {
      cli_report_error_about (lucida_model_get_path (model), error->message);
      return CLI_FAILED;
    }
  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (GError) failure = NULL;

      if (!lucida_sheet_maker_add (maker, g_ptr_array_index (paths, i), pool, NULL, &failure))
        cli_report_error (failure->message);
    }
  if (lucida_sheet_maker_get_n_rows (maker) == 0)
    return CLI_FAILED;
  if (!lucida_sheet_maker_write (maker, options->output, options->checksum, NULL, &error))
    {
      cli_report_error (error->message);
      return CLI_FAILED;
    }
  return lucida_sheet_maker_get_n_rows (maker) == paths->len ? CLI_DONE : CLI_FAILED;
}

/* The methods that were asked for, ending with NULL. %FALSE: wrong usage. */
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
  g_ptr_array_add (methods, NULL);
  return TRUE;
}

static int
run (const CliOptions *options)
{
  g_autoptr (GPtrArray) methods = g_ptr_array_new ();
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
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
  code = draw (options, model, paths, (const LucidaMethod *const *) methods->pdata, &style, pool);
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
  { "checksum", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, checksum), NULL,
    N_ ("note the model's SHA-256 in a PNG whatever its size") },
  { NULL },
};

const CliCommand cli_sheet = {
  "sheet",
  "MODEL IMAGE… --output F",
  N_ ("Draws pictures with their maps as one figure; each --class, --layer, --method is a column."),
  options,
  run,
};
