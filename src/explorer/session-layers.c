#include "explorer/session-private.h"

#define KIND "session-layers"
#define PRIORITY 4 /* after everything that a person waits for */

struct _LucidaLayerMaps
{
  GArray *wanted;   /* of int, in the order in which they are computed */
  GHashTable *maps; /* value → LucidaHeatmap */
  guint next;       /* in wanted: the first that is not there yet, … */
  gboolean running; /* … if the question is still this one: */
  LucidaAnalysis *analysis;
  int class_index;
  int against_index;
  const LucidaMethod *method;
};

LucidaLayerMaps *
_lucida_layer_maps_new (void)
{
  LucidaLayerMaps *self = g_new0 (LucidaLayerMaps, 1);

  self->wanted = g_array_new (FALSE, FALSE, sizeof (int));
  self->maps = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) lucida_heatmap_unref);
  return self;
}

void
_lucida_layer_maps_free (LucidaLayerMaps *self)
{
  g_array_unref (self->wanted);
  g_hash_table_unref (self->maps);
  g_clear_pointer (&self->analysis, lucida_analysis_unref);
  g_free (self);
}

static void
emit_changed (LucidaSession *self)
{
  g_signal_emit_by_name (self, "layer-maps-changed");
}

void
_lucida_session_stop_layer_maps (LucidaSession *self)
{
  if (self->worker && self->layer_maps->running)
    lucida_worker_cancel (self->worker, KIND);
  self->layer_maps->running = FALSE;
}

void
_lucida_session_forget_layer_maps (LucidaSession *self, gboolean same_network)
{
  LucidaLayerMaps *maps = self->layer_maps;

  _lucida_session_stop_layer_maps (self);
  g_clear_pointer (&maps->analysis, lucida_analysis_unref);
  if (!same_network)
    {
      g_array_unref (maps->wanted);
      maps->wanted = g_array_new (FALSE, FALSE, sizeof (int));
    }
  if (g_hash_table_size (maps->maps) == 0)
    return;
  g_hash_table_remove_all (maps->maps);
  emit_changed (self);
}

/* Begins again where what is computed is not what is explained. */
static void
follow_explanation (LucidaSession *self)
{
  LucidaLayerMaps *maps = self->layer_maps;
  const LucidaExplanation *explanation = self->explanation;

  if (maps->analysis == self->analysis && maps->class_index == explanation->class_index
      && maps->against_index == explanation->against_index && maps->method == explanation->method)
    return;
  g_clear_pointer (&maps->analysis, lucida_analysis_unref);
  maps->analysis = lucida_analysis_ref (self->analysis);
  maps->class_index = explanation->class_index;
  maps->against_index = explanation->against_index;
  maps->method = explanation->method;
  maps->next = 0;
}

static void
maps_done_cb (gpointer result, const GError *error, gpointer data)
{
  LucidaRequest *request = data;
  g_autoptr (LucidaSession) self = g_object_ref (request->owner);
  LucidaLayerMaps *maps = self->layer_maps;
  g_autoptr (GPtrArray) computed = result;

  maps->running = FALSE;
  if (error)
    {
      /* nobody asked for them by hand; what is asked for tells what is wrong */
      maps->next = maps->wanted->len;
      return;
    }
  for (guint i = 0; i < computed->len; i++)
    g_hash_table_insert (maps->maps,
                         GINT_TO_POINTER (g_array_index (request->values, int, request->next + i)),
                         lucida_heatmap_ref (g_ptr_array_index (computed, i)));
  maps->next = request->next + computed->len;
  emit_changed (self);
  _lucida_session_continue_layer_maps (self);
}

void
_lucida_session_continue_layer_maps (LucidaSession *self)
{
  LucidaLayerMaps *maps = self->layer_maps;
  LucidaRequest *request;

  if (!self->worker || !self->analysis || !self->explanation || !self->asked || maps->running
      || lucida_session_get_busy (self, NULL, NULL))
    return;
  follow_explanation (self);
  if (maps->next >= maps->wanted->len)
    return;
  request = _lucida_session_new_request (self, LUCIDA_PHASE_ANSWER);
  request->model = lucida_model_ref (self->model);
  request->picture_key = g_strdup (self->picture_key);
  request->analysis = lucida_analysis_ref (maps->analysis);
  request->question = lucida_question_copy (self->question);
  request->question->class_index = maps->class_index;
  request->question->against_index = maps->against_index;
  request->values = g_array_ref (maps->wanted);
  request->next = maps->next;
  maps->running = TRUE;
  lucida_worker_push (self->worker, KIND, PRIORITY, lucida_request_run_layer_maps, request,
                      (GDestroyNotify) lucida_request_free, (GDestroyNotify) g_ptr_array_unref,
                      NULL, maps_done_cb);
}

static gboolean
is_unwanted (gpointer value, gpointer map, gpointer seen)
{
  return !g_hash_table_contains (seen, value);
}

void
lucida_session_show_layer_maps (LucidaSession *self, const int *values, int n)
{
  LucidaLayerMaps *maps;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_return_if_fail (LUCIDA_IS_SESSION (self));

  maps = self->layer_maps;
  _lucida_session_stop_layer_maps (self);
  g_array_unref (maps->wanted); /* a job may still read it */
  maps->wanted = g_array_new (FALSE, FALSE, sizeof (int));
  for (int i = n; i-- > 0;)
    if (g_hash_table_add (seen, GINT_TO_POINTER (values[i])))
      g_array_append_val (maps->wanted, values[i]);
  g_hash_table_foreach_remove (maps->maps, is_unwanted, seen);
  maps->next = 0;
  _lucida_session_continue_layer_maps (self);
}

LucidaHeatmap *
lucida_session_get_layer_map (LucidaSession *self, int value)
{
  g_return_val_if_fail (LUCIDA_IS_SESSION (self), NULL);

  return g_hash_table_lookup (self->layer_maps->maps, GINT_TO_POINTER (value));
}
