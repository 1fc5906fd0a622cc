#include "config.h"

#include "app/choosing/layer-list.h"

#include "app/choosing/choice-model.h"
#include "app/choosing/layer-item.h"
#include "app/choosing/layer-row.h"
#include "app/parts/list-focus.h"
#include "app/parts/template.h"

#define STALE_TIME 250 /* ms that the former picture's maps may be seen */

struct _LucidaLayerList
{
  GtkWidget parent_instance;

  GtkToggleButton *all;
  GtkListView *view;

  LucidaSession *session;
  GListStore *items;
  LucidaChoiceModel *choice;
  const LucidaColormap *colours; /* (nullable) */
  gboolean choosing;             /* what changes was chosen here */
  guint scroll_id;
  guint stale_id;
};

G_DEFINE_FINAL_TYPE (LucidaLayerList, lucida_layer_list, GTK_TYPE_WIDGET)

/* Names of the layers that are explained, or will be. (transfer full) (element-type utf8) */
static GPtrArray *
dup_picked (LucidaLayerList *self, LucidaPlan *plan)
{
  GPtrArray *picked = g_ptr_array_new_with_free_func (g_free);
  char **names = lucida_session_get_question (self->session)->layers;
  int i = lucida_plan_get_default_layer (plan);
  int n_layers;

  for (int n = 0; names && names[n]; n++)
    g_ptr_array_add (picked, g_strdup (names[n]));
  if (picked->len == 0 && i >= 0)
    g_ptr_array_add (picked, g_strdup (lucida_plan_get_layers (plan, &n_layers)[i].tensor));
  return picked;
}

/* Their tensors, as keys; none without @plan. (transfer full) */
static GHashTable *
find_picked (LucidaLayerList *self, LucidaPlan *plan)
{
  g_autoptr (GPtrArray) picked = plan ? dup_picked (self, plan) : NULL;
  GHashTable *values = g_hash_table_new (NULL, NULL);

  for (guint i = 0; picked && i < picked->len; i++)
    g_hash_table_add (values, GINT_TO_POINTER (lucida_plan_find_layer (
                                  plan, g_ptr_array_index (picked, i), NULL, NULL)));
  return values;
}

static gboolean
is_picked (gpointer item, gpointer data)
{
  return lucida_layer_item_get_state (item)->picked;
}

static gboolean
scroll_cb (gpointer data)
{
  LucidaLayerList *self = data;
  guint position = lucida_choice_model_find (self->choice);

  self->scroll_id = 0;
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
  return G_SOURCE_REMOVE;
}

/* The share of the layer in the map that is shown; negative where that is of one layer alone. */
static double
get_share (const LucidaExplanation *explanation, int value)
{
  for (int i = 0; explanation && explanation->n_values > 1 && i < explanation->n_values; i++)
    if (explanation->values[i] == value)
      return explanation->shares[i];
  return -1.0;
}

static gboolean stale_cb (gpointer data);

/* Tells every item what is known of it by now. Between two pictures there are no maps; what is seen
 * stays, but with @drop no longer. */
static void
tell_items (LucidaLayerList *self, gboolean drop)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaPlan *plan = model ? lucida_model_get_plan (model) : NULL;
  LucidaExplanation *explanation = lucida_session_get_explanation (self->session);
  g_autoptr (GHashTable) values = find_picked (self, plan);
  gboolean stale = FALSE;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (LucidaLayerItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);
      int value = lucida_layer_item_get_value (item);
      LucidaLayerState state = { .picked = g_hash_table_contains (values, GINT_TO_POINTER (value)),
                                 .share = -1.0,
                                 .map = lucida_session_get_layer_map (self->session, value),
                                 .colours = self->colours };

      if (!state.map && !drop && lucida_layer_item_get_state (item)->map)
        {
          state.map = lucida_layer_item_get_state (item)->map;
          stale = TRUE;
        }
      if (state.picked && g_hash_table_size (values) > 1)
        state.share = get_share (explanation, value);
      lucida_layer_item_set_state (item, &state);
    }
  if (stale && self->stale_id == 0)
    self->stale_id = g_timeout_add (STALE_TIME, stale_cb, self);
}

static gboolean
stale_cb (gpointer data)
{
  LucidaLayerList *self = data;

  self->stale_id = 0;
  tell_items (self, TRUE);
  return G_SOURCE_REMOVE;
}

static void
update (LucidaLayerList *self)
{
  tell_items (self, FALSE);
}

/* Others are explained: their rows are chosen, without asking again. */
static void
follow_question (LucidaLayerList *self)
{
  update (self);
  lucida_choice_model_update (self->choice);
  /* not before the rows have been given their places; where a person chooses, nothing moves */
  if (self->scroll_id == 0 && !self->choosing)
    self->scroll_id = g_idle_add_full (G_PRIORITY_LOW, scroll_cb, self, NULL);
}

/* Asks for @names, to which the end is added. */
static void
set_layers (LucidaLayerList *self, GPtrArray *names)
{
  g_ptr_array_add (names, NULL);
  self->choosing = TRUE;
  lucida_session_set_layers (self->session, (const char *const *) names->pdata);
  self->choosing = FALSE;
}

/* Puts the layer among those that are explained, or takes it out; one is left. */
static void
toggle_item (LucidaLayerList *self, LucidaLayerItem *toggled)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaPlan *plan = model ? lucida_model_get_plan (model) : NULL;
  g_autoptr (GPtrArray) names = plan ? dup_picked (self, plan) : NULL;
  int value = lucida_layer_item_get_value (toggled);
  gboolean removed = FALSE;

  if (!names)
    return;
  for (guint i = names->len; i-- > 0;)
    if (lucida_plan_find_layer (plan, g_ptr_array_index (names, i), NULL, NULL) == value)
      {
        g_ptr_array_remove_index (names, i);
        removed = TRUE;
      }
  if (!removed || names->len == 0)
    g_ptr_array_add (names, g_strdup (lucida_layer_item_get_tensor (toggled)));
  set_layers (self, names);
}

static void
refill (LucidaLayerList *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaPlan *plan = model ? lucida_model_get_plan (model) : NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) picked = find_picked (self, plan);
  gboolean all = gtk_toggle_button_get_active (self->all);
  const LucidaLayer *layers = NULL;
  int n_layers = 0;
  int default_value = -1;
  int stage = -1;

  if (plan)
    {
      int i = lucida_plan_get_default_layer (plan);

      layers = lucida_plan_get_layers (plan, &n_layers);
      default_value = i < 0 ? -1 : layers[i].value;
    }
  for (int i = 0; i < n_layers; i++)
    if (layers[i].explainable
        && (all || layers[i].value == default_value || lucida_layer_is_main (&layers[i])
            || g_hash_table_contains (picked, GINT_TO_POINTER (layers[i].value)))
        /* a normalisation after a convolution means the same tensor */
        && g_hash_table_add (seen, GINT_TO_POINTER (layers[i].value)))
      {
        LucidaLayerItem *item = lucida_layer_item_new (&layers[i], layers[i].value == default_value,
                                                       layers[i].stage != stage);

        g_signal_connect_object (item, "toggled", G_CALLBACK (toggle_item), self,
                                 G_CONNECT_SWAPPED);
        g_ptr_array_add (items, item);
        g_array_append_val (values, layers[i].value);
        stage = layers[i].stage;
      }
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       items->pdata, items->len);
  lucida_session_show_layer_maps (self->session, (const int *) values->data, (int) values->len);
  follow_question (self);
}

/* The tensors' names are never ambiguous. */
static void
chosen_cb (LucidaLayerList *self, guint position, guint n)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = position; i < position + n; i++)
    {
      g_autoptr (LucidaLayerItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      g_ptr_array_add (names, g_strdup (lucida_layer_item_get_tensor (item)));
    }
  set_layers (self, names);
}

static void
unchosen_cb (LucidaLayerList *self, guint position)
{
  g_autoptr (LucidaLayerItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), position);

  toggle_item (self, item);
}

static void
all_toggled_cb (LucidaLayerList *self)
{
  if (self->session)
    refill (self);
}

/* Space ticks the row that has the focus. */
static gboolean
tick_focused_cb (GtkWidget *view, GVariant *arguments, gpointer data)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (view));
  GtkWidget *row = focus ? gtk_widget_get_first_child (focus) : NULL;

  if (!row || !LUCIDA_IS_LAYER_ROW (row))
    return FALSE;
  lucida_layer_row_tick (LUCIDA_LAYER_ROW (row));
  return TRUE;
}

static void
add_keys (LucidaLayerList *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();

  /* before the list takes them for a selection */
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (controller),
      gtk_shortcut_new (
          gtk_shortcut_trigger_parse_string ("space|<Control>space|KP_Space|<Control>KP_Space"),
          gtk_callback_action_new (tick_focused_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->view), controller);
}

static void
setup_row_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_child (item, lucida_layer_row_new ());
}

static void
bind_row_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  lucida_layer_row_set_item (LUCIDA_LAYER_ROW (gtk_list_item_get_child (item)),
                             gtk_list_item_get_item (item));
}

static void
unbind_row_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  lucida_layer_row_set_item (LUCIDA_LAYER_ROW (gtk_list_item_get_child (item)), NULL);
}

static gboolean
lucida_layer_list_focus (GtkWidget *widget, GtkDirectionType direction)
{
  return lucida_list_focus (widget, GTK_WIDGET (LUCIDA_LAYER_LIST (widget)->view), direction,
                            GTK_WIDGET_CLASS (lucida_layer_list_parent_class)->focus);
}

static void
lucida_layer_list_dispose (GObject *object)
{
  LucidaLayerList *self = LUCIDA_LAYER_LIST (object);

  if (self->choice)
    lucida_choice_model_close (self->choice);
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  g_clear_handle_id (&self->stale_id, g_source_remove);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  lucida_template_dispose (GTK_WIDGET (self));
  g_clear_object (&self->choice);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (lucida_layer_list_parent_class)->dispose (object);
}

static void
lucida_layer_list_class_init (LucidaLayerListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_layer_list_dispose;
  widget_class->focus = lucida_layer_list_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/layer-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerList, all);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerList, view);
  gtk_widget_class_bind_template_callback (widget_class, all_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_row_cb);
}

static void
lucida_layer_list_init (LucidaLayerList *self)
{
  self->items = g_list_store_new (LUCIDA_TYPE_LAYER_ITEM);
  self->choice = lucida_choice_model_new (G_LIST_MODEL (self->items), is_picked, NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->choice));
  g_signal_connect_swapped (self->choice, "chosen", G_CALLBACK (chosen_cb), self);
  g_signal_connect_swapped (self->choice, "unchosen", G_CALLBACK (unchosen_cb), self);
  add_keys (self);
}

void
lucida_layer_list_set_session (LucidaLayerList *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_LAYER_LIST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (refill), self);
  g_signal_connect_swapped (session, "question-changed", G_CALLBACK (follow_question), self);
  g_signal_connect_swapped (session, "explanation-changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (session, "layer-maps-changed", G_CALLBACK (update), self);
  refill (self);
}

void
lucida_layer_list_set_colours (LucidaLayerList *self, const LucidaColormap *colours)
{
  g_return_if_fail (LUCIDA_IS_LAYER_LIST (self));

  self->colours = colours;
  if (self->session)
    update (self);
}
