#include "explorer/explanation.h"

#include "base/error.h"
#include "cam/fusion.h"

#include <math.h>
#include <string.h>

/* Gradients of this many scores are kept; each is about as large as the activations. */
#define MAX_GRADIENTS 6

/* LayerCAM's tanh applies to the stages before this many last ones. */
#define DEEP_STAGES 2

/* What one backward pass left. */
typedef struct
{
  int class_index;
  int against_index;
  LucidaGradients *gradients;
} Pass;

struct _LucidaAnalysis
{
  gatomicrefcount references;
  LucidaModel *model;
  LucidaPlan *plan;
  LucidaActivations *activations;
  gboolean kept; /* whether a backward pass is possible */
  int predicted;
  double forward; /* seconds; 0 once an explanation has told it */
  GArray *passes; /* Pass, the latest last */
};

static void
pass_clear (gpointer data)
{
  Pass *pass = data;

  g_clear_pointer (&pass->gradients, lucida_gradients_unref);
}

static double
seconds_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}

static int
find_predicted (const float *logits, int n)
{
  int best = 0;

  for (int i = 1; i < n; i++)
    if (logits[i] > logits[best] || (isnan (logits[best]) && !isnan (logits[i])))
      best = i;
  return best;
}

/* Whether the network takes @shape, sizes that it leaves open being free. */
static gboolean
check_input (const LucidaNetwork *network, const LucidaShape *shape, GError **error)
{
  const LucidaShape *wanted = lucida_network_get_input_shape (network);
  gboolean fits = shape->rank == wanted->rank;
  g_autofree char *got = lucida_shape_to_string (shape);
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < wanted->rank; i++)
    {
      gboolean open = i == 0 || wanted->dim[i] == LUCIDA_FREE_SIZE;
      int64_t size = i == 0 ? 1 : wanted->dim[i];

      if (i < shape->rank && (open && i > 0 ? shape->dim[i] < 1 : shape->dim[i] != size))
        fits = FALSE;
      if (open && i > 0)
        g_string_append_printf (text, "%s?", i ? "×" : "");
      else
        g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "×" : "", (gint64) size);
    }
  if (!fits)
    g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                 "the network takes an input of %s, not of %s", text->str, got);
  return fits;
}

LucidaAnalysis *
lucida_analysis_new (LucidaModel *model, LucidaTensor *input, gboolean keep, LucidaPool *pool,
                     GCancellable *cancellable, LucidaProgressFunc progress, gpointer data,
                     GError **error)
{
  g_autoptr (LucidaAnalysis) self = NULL;
  LucidaNetwork *network = lucida_model_get_network (model);
  LucidaPlan *usual = lucida_model_get_plan (model);
  const LucidaShape *shape = lucida_tensor_get_shape (input);
  gint64 begin;

  g_return_val_if_fail (lucida_tensor_get_element (input) == LUCIDA_FLOAT32, NULL);

  if (!check_input (network, shape, error))
    return NULL;
  self = g_new0 (LucidaAnalysis, 1);
  g_atomic_ref_count_init (&self->references);
  self->model = lucida_model_ref (model);
  self->passes = g_array_new (FALSE, FALSE, sizeof (Pass));
  g_array_set_clear_func (self->passes, pass_clear);
  self->kept = keep;
  if (lucida_shape_equal (shape, lucida_plan_get_input_shape (usual)))
    self->plan = lucida_plan_ref (usual);
  else
    self->plan = lucida_plan_new (network, shape, pool, cancellable, error);
  if (!self->plan)
    return NULL;
  if (lucida_plan_get_n_classes (self->plan) != lucida_model_get_n_classes (model))
    {
      g_autofree char *size = lucida_shape_to_string (shape);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "with an input of %s the network has %d scores in place of %d", size,
                   lucida_plan_get_n_classes (self->plan), lucida_model_get_n_classes (model));
      return NULL;
    }
  begin = g_get_monotonic_time ();
  self->activations
      = lucida_plan_forward (self->plan, input, keep, pool, cancellable, progress, data, error);
  if (!self->activations)
    return NULL;
  self->forward = seconds_since (begin);
  self->predicted = find_predicted (lucida_activations_get_logits (self->activations),
                                    lucida_plan_get_n_classes (self->plan));
  return g_steal_pointer (&self);
}

LucidaAnalysis *
lucida_analysis_new_for_picture (LucidaModel *model, LucidaPicture *picture, gboolean keep,
                                 LucidaPool *pool, GCancellable *cancellable,
                                 LucidaProgressFunc progress, gpointer data, GError **error)
{
  LucidaNetwork *network = lucida_model_get_network (model);
  g_autoptr (LucidaTensor) input = NULL;
  int channels = lucida_model_get_input_channels (model, error);

  if (channels < 0)
    return NULL;
  input = lucida_picture_to_tensor (picture, lucida_model_get_preprocessing (model), channels,
                                    lucida_network_get_input_layout (network) == LUCIDA_LAYOUT_NHWC,
                                    error);
  if (!input)
    return NULL;
  return lucida_analysis_new (model, input, keep, pool, cancellable, progress, data, error);
}

LucidaAnalysis *
lucida_analysis_ref (LucidaAnalysis *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_analysis_unref (LucidaAnalysis *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->passes);
  g_clear_pointer (&self->activations, lucida_activations_unref);
  g_clear_pointer (&self->plan, lucida_plan_unref);
  lucida_model_unref (self->model);
  g_free (self);
}

LucidaPlan *
lucida_analysis_get_plan (const LucidaAnalysis *self)
{
  return self->plan;
}

LucidaActivations *
lucida_analysis_get_activations (const LucidaAnalysis *self)
{
  return self->activations;
}

const float *
lucida_analysis_get_logits (const LucidaAnalysis *self)
{
  return lucida_activations_get_logits (self->activations);
}

const float *
lucida_analysis_get_probabilities (const LucidaAnalysis *self)
{
  return lucida_activations_get_probabilities (self->activations);
}

int
lucida_analysis_get_predicted (const LucidaAnalysis *self)
{
  return self->predicted;
}

gsize
lucida_analysis_get_size (const LucidaAnalysis *self)
{
  gsize size = sizeof *self + lucida_activations_get_size (self->activations);

  for (guint i = 0; i < self->passes->len; i++)
    size += lucida_gradients_get_size (g_array_index (self->passes, Pass, i).gradients);
  return size;
}

/* The latest gradients of the score that reach @value. (nullable) */
static LucidaGradients *
find_gradients (const LucidaAnalysis *self, int class_index, int against_index, int value)
{
  for (guint i = self->passes->len; i-- > 0;)
    {
      const Pass *pass = &g_array_index (self->passes, Pass, i);

      if (pass->class_index == class_index && pass->against_index == against_index
          && lucida_gradients_has (pass->gradients, value))
        return pass->gradients;
    }
  return NULL;
}

/* The values to ask a backward pass for: those of @explanation, and every pickable one if so
 * wished; each once. */
static GArray *
collect_wanted (const LucidaAnalysis *self, const LucidaExplanation *explanation,
                gboolean every_layer)
{
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  const LucidaLayer *layers;
  int n;

  for (int i = 0; i < explanation->n_values; i++)
    if (g_hash_table_add (seen, GINT_TO_POINTER (explanation->values[i])))
      g_array_append_val (wanted, explanation->values[i]);
  layers = lucida_plan_get_layers (self->plan, &n);
  for (int i = 0; every_layer && i < n; i++)
    if (layers[i].explainable && g_hash_table_add (seen, GINT_TO_POINTER (layers[i].value)))
      g_array_append_val (wanted, layers[i].value);
  return wanted;
}

/* Makes sure that the gradients of the explanation's score are there at all its values. */
static gboolean
ensure_gradients (LucidaAnalysis *self, LucidaExplanation *explanation, gboolean every_layer,
                  LucidaPool *pool, GCancellable *cancellable, LucidaProgressFunc progress,
                  gpointer data, GError **error)
{
  g_autoptr (GArray) wanted = NULL;
  g_autofree float *weights = NULL;
  Pass pass = { explanation->class_index, explanation->against_index, NULL };
  gint64 begin = g_get_monotonic_time ();
  gboolean complete = TRUE;

  for (int i = 0; i < explanation->n_values; i++)
    if (!find_gradients (self, pass.class_index, pass.against_index, explanation->values[i]))
      complete = FALSE;
  if (complete)
    return TRUE;
  wanted = collect_wanted (self, explanation, every_layer);
  weights = g_new0 (float, lucida_plan_get_n_classes (self->plan));
  weights[pass.class_index] = 1.0f;
  if (pass.against_index != LUCIDA_NO_CLASS)
    weights[pass.against_index] = -1.0f;
  pass.gradients
      = lucida_plan_backward (self->plan, self->activations, weights, (const int *) wanted->data,
                              (int) wanted->len, pool, cancellable, progress, data, error);
  if (!pass.gradients)
    return FALSE;
  if (self->passes->len == MAX_GRADIENTS)
    g_array_remove_index (self->passes, 0);
  g_array_append_val (self->passes, pass);
  explanation->seconds.backward = seconds_since (begin);
  return TRUE;
}

static gboolean
resolve_class (const LucidaAnalysis *self, int index, GError **error)
{
  int n = lucida_plan_get_n_classes (self->plan);

  if (index >= 0 && index < n)
    return TRUE;
  g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
               "there is no class %d: the network has the classes 0 to %d", index, n - 1);
  return FALSE;
}

/* Fills in class, scores and layers of @explanation. */
static gboolean
resolve_question (const LucidaAnalysis *self, const LucidaQuestion *question,
                  LucidaExplanation *explanation, GError **error)
{
  const float *logits = lucida_analysis_get_logits (self);
  const float *probabilities = lucida_analysis_get_probabilities (self);
  int n_layers = question->layers ? (int) g_strv_length (question->layers) : 0;
  int class_index = question->class_index;
  g_autoptr (GString) label = g_string_new (NULL);

  if (class_index == LUCIDA_PREDICTED_CLASS)
    class_index = self->predicted;
  if (!resolve_class (self, class_index, error))
    return FALSE;
  explanation->class_index = class_index;
  explanation->against_index = question->against_index;
  explanation->logit = explanation->score = logits[class_index];
  explanation->probability = probabilities ? probabilities[class_index] : NAN;
  if (question->against_index != LUCIDA_NO_CLASS)
    {
      if (!resolve_class (self, question->against_index, error))
        return FALSE;
      if (question->against_index == class_index)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                       "a class cannot be set against itself: choose another one than “%s”",
                       lucida_model_get_class_name (self->model, class_index));
          return FALSE;
        }
      explanation->score -= logits[question->against_index];
    }

  explanation->n_values = MAX (n_layers, 1);
  explanation->values = g_new0 (int, explanation->n_values);
  explanation->shares = g_new0 (float, explanation->n_values);
  explanation->shares[0] = 1.0f;
  if (n_layers == 0)
    {
      int i = lucida_plan_get_default_layer (self->plan);
      int n;
      const LucidaLayer *layers = lucida_plan_get_layers (self->plan, &n);

      if (i < 0)
        {
          g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                               "no layer of the network has both height and width and a part in "
                               "its scores, so there is nothing to explain");
          return FALSE;
        }
      explanation->values[0] = layers[i].value;
      g_string_assign (label, layers[i].name);
    }
  for (int i = 0; i < n_layers; i++)
    {
      g_autofree char *name = NULL;

      explanation->values[i]
          = lucida_plan_find_layer (self->plan, question->layers[i], &name, error);
      if (explanation->values[i] < 0)
        return FALSE;
      g_string_append_printf (label, "%s%s", i ? " + " : "", name);
    }
  explanation->layer = g_strdup (label->str);
  return TRUE;
}

static LucidaHeatmap *
make_map (LucidaAnalysis *self, const LucidaExplanation *explanation, int i, GError **error)
{
  g_autoptr (LucidaTensor) a = NULL;
  g_autoptr (LucidaTensor) g = NULL;

  a = lucida_analysis_dup_activation (self, explanation->values[i], error);
  if (!a)
    return NULL;
  g = lucida_analysis_dup_gradient (self, explanation, explanation->values[i], error);
  if (!g)
    return NULL;
  return lucida_method_compute (explanation->method, a, g);
}

static LucidaHeatmap *
make_fused_map (LucidaAnalysis *self, LucidaExplanation *explanation, GCancellable *cancellable,
                GError **error)
{
  int n = explanation->n_values;
  int n_stages = lucida_plan_get_n_stages (self->plan);
  g_autoptr (GPtrArray) maps
      = g_ptr_array_new_with_free_func ((GDestroyNotify) lucida_heatmap_unref);
  g_autofree gboolean *shallow = g_new0 (gboolean, n);

  for (int i = 0; i < n; i++)
    {
      int stage = lucida_plan_get_stage (self->plan, explanation->values[i]);
      LucidaHeatmap *map;

      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return NULL;
      map = make_map (self, explanation, i, error);
      if (!map)
        return NULL;
      g_ptr_array_add (maps, map);
      shallow[i] = stage >= 0 && stage < n_stages - DEEP_STAGES;
    }
  return lucida_fusion_compute ((LucidaHeatmap *const *) maps->pdata, shallow, n,
                                explanation->shares);
}

LucidaExplanation *
lucida_analysis_explain (LucidaAnalysis *self, const LucidaQuestion *question, gboolean every_layer,
                         LucidaPool *pool, GCancellable *cancellable, LucidaProgressFunc progress,
                         gpointer data, GError **error)
{
  g_autoptr (LucidaExplanation) explanation = g_new0 (LucidaExplanation, 1);
  gint64 begin;

  g_atomic_ref_count_init (&explanation->references);
  g_return_val_if_fail (self->kept && question->method != NULL, NULL);

  explanation->method = question->method;
  explanation->seconds.forward = self->forward;
  if (!resolve_question (self, question, explanation, error)
      || !ensure_gradients (self, explanation, every_layer, pool, cancellable, progress, data,
                            error))
    return NULL;
  begin = g_get_monotonic_time ();
  if (explanation->n_values == 1)
    explanation->heatmap = make_map (self, explanation, 0, error);
  else
    explanation->heatmap = make_fused_map (self, explanation, cancellable, error);
  if (!explanation->heatmap)
    return NULL;
  explanation->seconds.cam = seconds_since (begin);
  self->forward = 0.0;
  return g_steal_pointer (&explanation);
}

LucidaTensor *
lucida_analysis_dup_activation (LucidaAnalysis *self, int value, GError **error)
{
  return lucida_activations_dup (self->activations, value, error);
}

LucidaTensor *
lucida_analysis_dup_gradient (LucidaAnalysis *self, const LucidaExplanation *explanation, int value,
                              GError **error)
{
  LucidaGradients *gradients
      = find_gradients (self, explanation->class_index, explanation->against_index, value);

  if (!gradients)
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                           "the gradient there is not kept any more; explain it again");
      return NULL;
    }
  return lucida_gradients_dup (gradients, value, error);
}
