#include "publish/predictions.h"

#include "export/csv.h"

#include <math.h>
#include <string.h>

struct _LucidaPredictions
{
  char **pictures; /* as the table names them */
  int n_top;       /* columns of classes */
  GPtrArray *rows; /* of LucidaPrediction */
};

LucidaPrediction *
lucida_prediction_new (guint picture)
{
  LucidaPrediction *self = g_new0 (LucidaPrediction, 1);

  self->picture = picture;
  return self;
}

void
lucida_prediction_free (LucidaPrediction *self)
{
  if (!self)
    return;
  for (int i = 0; i < self->n_top; i++)
    g_free (self->top[i].name);
  g_free (self->explained);
  g_free (self->file);
  g_free (self->error);
  g_free (self);
}

void
lucida_prediction_take_scores (LucidaPrediction *self, const LucidaModel *model,
                               const LucidaAnalysis *analysis)
{
  const float *logits = lucida_analysis_get_logits (analysis);
  const float *probabilities = lucida_analysis_get_probabilities (analysis);
  int n_classes = lucida_model_get_n_classes (model);
  int n = MIN (n_classes, LUCIDA_PREDICTION_TOP);
  g_autofree int *best = lucida_classes_rank (logits, n_classes);

  for (int i = 0; i < n; i++)
    {
      self->top[i].index = best[i];
      self->top[i].name = g_strdup (lucida_model_get_class_name (model, best[i]));
      self->top[i].logit = logits[best[i]];
      self->top[i].probability = probabilities ? probabilities[best[i]] : NAN;
    }
  self->n_top = n;
}

static gboolean
share_a_folder (const char *const *paths)
{
  g_autofree char *first = paths[0] ? g_path_get_dirname (paths[0]) : NULL;

  for (int i = 1; paths[0] && paths[i]; i++)
    {
      g_autofree char *other = g_path_get_dirname (paths[i]);

      if (strcmp (first, other) != 0)
        return FALSE;
    }
  return TRUE;
}

LucidaPredictions *
lucida_predictions_new (const LucidaModel *model, const char *const *pictures)
{
  LucidaPredictions *self = g_new0 (LucidaPredictions, 1);
  gboolean short_names = share_a_folder (pictures);

  self->pictures = g_strdupv ((char **) pictures);
  for (int i = 0; self->pictures[i]; i++)
    {
      g_free (self->pictures[i]);
      self->pictures[i] = short_names ? g_filename_display_basename (pictures[i])
                                      : g_filename_display_name (pictures[i]);
    }
  self->n_top = MIN (lucida_model_get_n_classes (model), LUCIDA_PREDICTION_TOP);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_prediction_free);
  return self;
}

void
lucida_predictions_free (LucidaPredictions *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->rows);
  g_strfreev (self->pictures);
  g_free (self);
}

void
lucida_predictions_add (LucidaPredictions *self, LucidaPrediction *prediction)
{
  g_ptr_array_add (self->rows, prediction);
}

guint
lucida_predictions_get_n_rows (const LucidaPredictions *self)
{
  return self->rows->len;
}

static void
add_heading (const LucidaPredictions *self, GString *table)
{
  static const char *const names[] = { "class", "index", "probability", "logit" };
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (fields, g_strdup ("picture"));
  for (int i = 0; i < self->n_top; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
      g_ptr_array_add (fields,
                       i ? g_strdup_printf ("%s_%d", names[j], i + 1) : g_strdup (names[j]));
  g_ptr_array_add (fields, g_strdup ("explained"));
  g_ptr_array_add (fields, g_strdup ("file"));
  g_ptr_array_add (fields, g_strdup ("error"));
  lucida_csv_add_row (table, fields);
}

static void
add_row (const LucidaPredictions *self, const LucidaPrediction *row, GString *table)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (fields, g_strdup (self->pictures[row->picture]));
  for (int i = 0; i < self->n_top; i++)
    {
      gboolean there = i < row->n_top;

      g_ptr_array_add (fields, there ? g_strdup (row->top[i].name) : NULL);
      g_ptr_array_add (fields, there ? g_strdup_printf ("%d", row->top[i].index) : NULL);
      g_ptr_array_add (fields, there ? lucida_csv_number (row->top[i].probability) : NULL);
      g_ptr_array_add (fields, there ? lucida_csv_number (row->top[i].logit) : NULL);
    }
  g_ptr_array_add (fields, g_strdup (row->explained));
  g_ptr_array_add (fields, g_strdup (row->file));
  g_ptr_array_add (fields, g_strdup (row->error));
  lucida_csv_add_row (table, fields);
}

char *
lucida_predictions_format (const LucidaPredictions *self)
{
  GString *table = g_string_new (NULL);

  add_heading (self, table);
  for (guint i = 0; i < self->rows->len; i++)
    add_row (self, g_ptr_array_index (self->rows, i), table);
  return g_string_free (table, FALSE);
}
