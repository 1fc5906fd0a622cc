#include "cli/input.h"

#include "base/error.h"
#include "base/npy.h"
#include "cli/report.h"
#include "explorer/picture-list.h"
#include "export/image-file.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>

LucidaModel *
cli_open_model (const char *path, LucidaPool *pool)
{
  g_autoptr (GError) error = NULL;
  LucidaModel *model = lucida_model_open (path, pool, NULL, &error);

  if (!model)
    cli_report_error (error->message);
  return model;
}

GPtrArray *
cli_list_pictures (const CliOptions *options, gboolean *failed)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1; i < options->arguments->len; i++)
    {
      const char *path = g_ptr_array_index (options->arguments, i);
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) inside = NULL;

      if (!g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_ptr_array_add (paths, g_strdup (path));
          continue;
        }
      inside = lucida_picture_list_folder (path, &error);
      if (!inside)
        {
          cli_report_error (error->message);
          *failed = TRUE;
        }
      for (int j = 0; inside && inside[j]; j++)
        g_ptr_array_add (paths, g_strdup (inside[j]));
    }
  return paths;
}

int
cli_read_tensor (const LucidaModel *model, const char *path, LucidaTensor **tensor)
{
  const LucidaShape *wanted = lucida_network_get_input_shape (lucida_model_get_network (model));
  g_autoptr (GError) error = NULL;
  g_autoptr (LucidaTensor) read = lucida_npy_read (path, &error);
  LucidaShape shape;

  if (!read)
    {
      cli_report_error (error->message);
      return CLI_FAILED;
    }
  shape = *lucida_tensor_get_shape (read);
  if (shape.rank > 0 && shape.rank == wanted->rank - 1)
    {
      memmove (&shape.dim[1], &shape.dim[0], (gsize) shape.rank * sizeof shape.dim[0]);
      shape.dim[0] = 1;
      shape.rank++;
      *tensor = lucida_tensor_reshape (read, &shape);
      return CLI_DONE;
    }
  if (shape.rank > 0 && shape.rank == wanted->rank && shape.dim[0] != 1)
    {
      g_autofree char *text
          = g_strdup_printf (_ ("it holds %ld inputs; give one at a time"), (long) shape.dim[0]);

      cli_report_error_about (path, text);
      return CLI_USAGE;
    }
  *tensor = g_steal_pointer (&read);
  return CLI_DONE;
}

LucidaPicture *
cli_open_picture (const char *path)
{
  g_autoptr (GError) error = NULL;
  LucidaPicture *picture = lucida_picture_open (path, FALSE, NULL, &error);

  if (!picture)
    cli_report_error (error->message);
  return picture;
}

LucidaAnalysis *
cli_analyse_picture (LucidaModel *model, LucidaPicture *picture, const char *path, gboolean keep,
                     LucidaPool *pool)
{
  g_autoptr (GError) error = NULL;
  LucidaAnalysis *analysis
      = lucida_analysis_new_for_picture (model, picture, keep, pool, NULL, NULL, NULL, &error);

  if (!analysis)
    cli_report_error_about (path, error->message);
  return analysis;
}

LucidaAnalysis *
cli_analyse_tensor (LucidaModel *model, LucidaTensor *tensor, const char *path, gboolean keep,
                    LucidaPool *pool)
{
  g_autoptr (GError) error = NULL;
  LucidaAnalysis *analysis
      = lucida_analysis_new (model, tensor, keep, pool, NULL, NULL, NULL, &error);

  if (!analysis)
    cli_report_error_about (path, error->message);
  return analysis;
}

int
cli_find_class (const LucidaModel *model, const char *text)
{
  g_autoptr (GError) error = NULL;
  int index = lucida_model_find_class (model, text, &error);

  if (index < 0)
    cli_report_error_about (lucida_model_get_path (model), error->message);
  return index;
}

const LucidaMethod *
cli_find_method (const char *command, const char *name)
{
  const LucidaMethod *method = lucida_method_find (name);
  g_autoptr (GString) known = NULL;

  if (method)
    return method;
  known = g_string_new (NULL);
  for (int i = 0; lucida_methods[i]; i++)
    g_string_append_printf (known, "%s%s", i ? ", " : "", lucida_methods[i]->name);
  cli_report_usage (command, _ ("there is no method “%s”, but %s"), name, known->str);
  return NULL;
}

gboolean
cli_find_style (const char *command, const CliOptions *options, LucidaOverlayStyle *style)
{
  g_autoptr (GString) known = NULL;

  *style = (LucidaOverlayStyle){ .colormap = lucida_colormap_find (options->colormap),
                                 .opacity = options->opacity };
  if (!style->colormap)
    {
      known = g_string_new (NULL);
      for (int i = 0; lucida_colormaps[i]; i++)
        g_string_append_printf (known, "%s%s", i ? ", " : "", lucida_colormaps[i]->name);
      cli_report_usage (command, _ ("there is no colour map “%s”, but %s"), options->colormap,
                        known->str);
      return FALSE;
    }
  if (g_ascii_strcasecmp (options->blend, "tinted") == 0)
    style->blend = LUCIDA_BLEND_TINTED;
  else if (g_ascii_strcasecmp (options->blend, "clear") == 0)
    style->blend = LUCIDA_BLEND_CLEAR;
  else
    {
      cli_report_usage (command, _ ("--blend is “tinted” or “clear”, not “%s”"), options->blend);
      return FALSE;
    }
  return TRUE;
}

/* Whether writing @output would harm @input: it is the same file, or lies in that folder. */
static gboolean
is_part_of (const char *output, const char *input)
{
  struct stat a, b;

  if (stat (output, &a) != 0 || stat (input, &b) != 0)
    return FALSE;
  if (a.st_dev == b.st_dev && a.st_ino == b.st_ino)
    return TRUE;
  if (S_ISDIR (b.st_mode))
    {
      g_autofree char *folder = g_path_get_dirname (output);

      return stat (folder, &a) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
    }
  return FALSE;
}

gboolean
cli_check_output (const char *command, const char *option, const char *output, const int *kinds,
                  const GPtrArray *inputs)
{
  LucidaFileKind kind;

  if (!output)
    return TRUE;
  kind = lucida_file_kind (output);
  while (*kinds != LUCIDA_FILE_UNKNOWN && *kinds != (int) kind)
    kinds++;
  if (*kinds == LUCIDA_FILE_UNKNOWN)
    {
      cli_report_usage (command, _ ("--%s cannot write “%s”: its suffix is none of those it knows"),
                        option, output);
      return FALSE;
    }
  for (guint i = 0; inputs && i < inputs->len; i++)
    if (is_part_of (output, g_ptr_array_index (inputs, i)))
      {
        cli_report_usage (command, _ ("--%s would overwrite the input “%s”"), option, output);
        return FALSE;
      }
  return TRUE;
}
