#include "config.h"

#include "publish/sheet-maker.h"

#include "base/bidi.h"
#include "base/escape.h"
#include "export/figure-file.h"
#include "publish/provenance.h"

#include <glib/gi18n.h>
#include <math.h>

/* A column of maps. */
typedef struct
{
  int class_index;
  char *layer[2]; /* borrowed, NULL-terminated; NULL: the default layer */
  const LucidaMethod *method;
} Column;

struct _LucidaSheetMaker
{
  LucidaModel *model;
  char **layers; /* (nullable) */
  gboolean several_layers;
  GArray *columns;   /* of Column */
  GPtrArray *names;  /* char *: the classes, layers, methods of the columns, each once, … */
  GPtrArray *labels; /* … as a PNG says them */
  GPtrArray *methods;
  LucidaSheet *sheet;
  guint n_rows;
};

/* Every combination, the method changing fastest. */
static void
make_columns (LucidaSheetMaker *self, const int *classes, int n_classes,
              const LucidaMethod *const *methods)
{
  int n_layers = self->layers ? (int) g_strv_length (self->layers) : 0;

  self->several_layers = n_layers > 1;
  for (int i = 0; i < MAX (n_classes, 1); i++)
    for (int j = 0; j < MAX (n_layers, 1); j++)
      for (int k = 0; methods[k]; k++)
        {
          Column column = { n_classes ? classes[i] : LUCIDA_PREDICTED_CLASS,
                            { n_layers ? self->layers[j] : NULL, NULL },
                            methods[k] };

          g_array_append_val (self->columns, column);
        }
}

/* The layer's name, as it stands above a column. (transfer full) (nullable) */
static char *
find_layer_label (const LucidaModel *model, const Column *column, GError **error)
{
  LucidaPlan *plan = lucida_model_get_plan (model);
  g_autofree char *label = NULL;
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);
  int usual = lucida_plan_get_default_layer (plan);

  if (!column->layer[0])
    return usual < 0 ? g_strdup ("–") : lucida_escape (layers[usual].name);
  if (lucida_plan_find_layer (plan, column->layer[0], &label, error) < 0)
    return NULL;
  return lucida_escape (label);
}

static void
add_once (GPtrArray *list, const char *text)
{
  if (!g_ptr_array_find_with_equal_func (list, text, g_str_equal, NULL))
    g_ptr_array_add (list, g_strdup (text));
}

/* What stands above the columns: class, layer, method. (transfer full) (nullable) */
static char **
make_headings (LucidaSheetMaker *self, GError **error)
{
  g_autoptr (GPtrArray) headings = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->columns->len; i++)
    {
      const Column *column = &g_array_index (self->columns, Column, i);
      g_autofree char *layer = find_layer_label (self->model, column, error);
      g_autofree char *name
          = column->class_index == LUCIDA_PREDICTED_CLASS
                ? g_strdup (_ ("most probable class"))
                : lucida_escape (lucida_model_get_class_name (self->model, column->class_index));

      if (!layer)
        return NULL;
      g_ptr_array_add (headings,
                       g_strdup_printf ("%s\n%s\n%s", name, layer, column->method->title));
      add_once (self->names, name);
      add_once (self->labels, layer);
      add_once (self->methods, column->method->title);
    }
  g_ptr_array_add (headings, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&headings), FALSE);
}

LucidaSheetMaker *
lucida_sheet_maker_new (LucidaModel *model, const int *classes, int n_classes,
                        const char *const *layers, const LucidaMethod *const *methods,
                        const LucidaOverlayStyle *style, GError **error)
{
  g_autoptr (LucidaSheetMaker) self = g_new0 (LucidaSheetMaker, 1);
  g_auto (GStrv) headings = NULL;

  self->model = lucida_model_ref (model);
  self->layers = g_strdupv ((char **) layers);
  self->columns = g_array_new (FALSE, FALSE, sizeof (Column));
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->labels = g_ptr_array_new_with_free_func (g_free);
  self->methods = g_ptr_array_new_with_free_func (g_free);
  make_columns (self, classes, n_classes, methods);
  headings = make_headings (self, error);
  if (!headings)
    return NULL;
  self->sheet = lucida_sheet_new ((const char *const *) headings, style);
  return g_steal_pointer (&self);
}

void
lucida_sheet_maker_free (LucidaSheetMaker *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->sheet, lucida_sheet_free);
  g_array_unref (self->columns);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->labels);
  g_ptr_array_unref (self->methods);
  g_strfreev (self->layers);
  lucida_model_unref (self->model);
  g_free (self);
}

/* "cat 98 %". (transfer full) */
static char *
format_class (const LucidaModel *model, int index, double probability)
{
  g_autofree char *name = lucida_escape (lucida_model_get_class_name (model, index));
  g_autofree char *percent = NULL;

  if (isnan (probability))
    return g_steal_pointer (&name);
  percent = g_strdup_printf ("%.0f %%", 100.0 * probability);
  return lucida_bidi_join (name, percent);
}

static gboolean
explain_columns (const LucidaSheetMaker *self, LucidaAnalysis *analysis, GPtrArray *maps,
                 GPtrArray *captions, LucidaPool *pool, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < self->columns->len; i++)
    {
      const Column *column = &g_array_index (self->columns, Column, i);
      const LucidaQuestion question
          = { column->class_index, LUCIDA_NO_CLASS, (char **) column->layer, column->method };
      g_autoptr (LucidaExplanation) explanation = lucida_analysis_explain (
          analysis, &question, self->several_layers, pool, cancellable, NULL, NULL, error);

      if (!explanation)
        return FALSE;
      g_ptr_array_add (
          captions, format_class (self->model, explanation->class_index, explanation->probability));
      g_ptr_array_add (maps, lucida_heatmap_ref (explanation->heatmap));
    }
  return TRUE;
}

gboolean
lucida_sheet_maker_add (LucidaSheetMaker *self, const char *path, LucidaPool *pool,
                        GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaPicture) picture = lucida_picture_open (path, FALSE, cancellable, error);
  g_autoptr (LucidaAnalysis) analysis = NULL;
  g_autoptr (GPtrArray) maps
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_heatmap_unref);
  g_autoptr (GPtrArray) captions = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *title = NULL;
  g_autofree char *subtitle = NULL;
  LucidaPlacement placement;
  const float *probabilities;
  int predicted;

  if (!picture)
    return FALSE;
  analysis = lucida_analysis_new_for_picture (self->model, picture, TRUE, pool, cancellable, NULL,
                                              NULL, error);
  if (!analysis || !explain_columns (self, analysis, maps, captions, pool, cancellable, error))
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_prefix_error (error, "%s: ", shown);
      return FALSE;
    }
  probabilities = lucida_analysis_get_probabilities (analysis);
  predicted = lucida_analysis_get_predicted (analysis);
  title = lucida_escape (picture->name);
  subtitle = format_class (self->model, predicted, probabilities ? probabilities[predicted] : NAN);
  placement = lucida_picture_place (picture->width, picture->height,
                                    lucida_model_get_preprocessing (self->model));
  lucida_sheet_add_row (self->sheet, picture, &placement, title, subtitle,
                        (LucidaHeatmap *const *) maps->pdata,
                        (const char *const *) captions->pdata);
  self->n_rows++;
  return TRUE;
}

guint
lucida_sheet_maker_get_n_rows (const LucidaSheetMaker *self)
{
  return self->n_rows;
}

guint
lucida_sheet_maker_get_n_columns (const LucidaSheetMaker *self)
{
  return self->columns->len;
}

LucidaSheet *
lucida_sheet_maker_get_sheet (LucidaSheetMaker *self)
{
  return self->sheet;
}

static void
add_list (LucidaProvenance *provenance, const char *key, const GPtrArray *list)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (text, "%s%s", i ? ", " : "", (char *) g_ptr_array_index (list, i));
  lucida_provenance_add (provenance, key, text->str);
}

gboolean
lucida_sheet_maker_write (LucidaSheetMaker *self, const char *path, gboolean any_size,
                          GCancellable *cancellable, GError **error)
{
  g_autoptr (LucidaProvenance) provenance = NULL;

  if (lucida_file_kind (path) != LUCIDA_FILE_PNG)
    return lucida_figure_file_write_sheet (path, self->sheet, NULL, NULL, error);
  provenance = lucida_provenance_new (self->model, NULL, any_size, cancellable);
  add_list (provenance, "Class", self->names);
  add_list (provenance, "Layer", self->labels);
  add_list (provenance, "Method", self->methods);
  return lucida_figure_file_write_sheet (path, self->sheet, lucida_provenance_get_keys (provenance),
                                         lucida_provenance_get_values (provenance), error);
}
