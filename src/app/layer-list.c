#include "config.h"

#include "app/layer-list.h"

#include "app/layer-item.h"
#include "app/layer-row.h"
#include "app/template.h"

struct _LucidaLayerList
{
  GtkWidget parent_instance;

  GtkToggleButton *all;
  GtkListView *view;

  LucidaSession *session;
  GListStore *items;
  GtkSingleSelection *selection;
  gboolean updating; /* the selection follows the session, not the user */
  guint scroll_id;
};

G_DEFINE_FINAL_TYPE (LucidaLayerList, lucida_layer_list, GTK_TYPE_WIDGET)

/* The operators that people mean by "layer"; others are shown on demand. */
static const char *const main_ops[] = { "Conv", "ConvTranspose", "Add", "Sum", "Concat", NULL };

/* The tensor that is explained, or will be; -1: none. */
static int
get_explained (LucidaLayerList *self, LucidaPlan *plan)
{
  char **names = lucida_session_get_question (self->session)->layers;
  int i = lucida_plan_get_default_layer (plan);
  int n_layers;

  if (names && names[0])
    return lucida_plan_find_layer (plan, names[0], NULL, NULL);
  return i < 0 ? -1 : lucida_plan_get_layers (plan, &n_layers)[i].value;
}

static gboolean
scroll_cb (gpointer data)
{
  LucidaLayerList *self = data;
  guint position = gtk_single_selection_get_selected (self->selection);

  self->scroll_id = 0;
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
  return G_SOURCE_REMOVE;
}

/* Lets the selected row be that of the explained layer, without asking again. */
static void
follow_session (LucidaLayerList *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint position = GTK_INVALID_LIST_POSITION;
  int explained = model ? get_explained (self, lucida_model_get_plan (model)) : -1;

  for (guint i = 0; i < n && position == GTK_INVALID_LIST_POSITION; i++)
    {
      g_autoptr (LucidaLayerItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), i);

      if (lucida_layer_item_get_value (item) == explained)
        position = i;
    }
  self->updating = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->updating = FALSE;
  /* not before the rows have been given their places */
  if (self->scroll_id == 0)
    self->scroll_id = g_idle_add_full (G_PRIORITY_LOW, scroll_cb, self, NULL);
}

static void
refill (LucidaLayerList *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaPlan *plan = model ? lucida_model_get_plan (model) : NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gboolean all = gtk_toggle_button_get_active (self->all);
  const LucidaLayer *layers = NULL;
  int n_layers = 0;
  int default_value = -1;

  if (plan)
    {
      int i = lucida_plan_get_default_layer (plan);

      layers = lucida_plan_get_layers (plan, &n_layers);
      default_value = i < 0 ? -1 : layers[i].value;
    }
  for (int i = 0; i < n_layers; i++)
    if (layers[i].explainable
        && (all || layers[i].value == default_value || g_strv_contains (main_ops, layers[i].op))
        /* a normalisation after a convolution means the same tensor */
        && g_hash_table_add (seen, GINT_TO_POINTER (layers[i].value)))
      g_ptr_array_add (items, lucida_layer_item_new (&layers[i], layers[i].value == default_value));
  self->updating = TRUE;
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       items->pdata, items->len);
  self->updating = FALSE;
  follow_session (self);
}

static void
selected_cb (LucidaLayerList *self)
{
  LucidaLayerItem *item = gtk_single_selection_get_selected_item (self->selection);
  const char *names[] = { NULL, NULL };

  if (self->updating || !item)
    return;
  /* the tensor's name is never ambiguous */
  names[0] = lucida_layer_item_get_tensor (item);
  lucida_session_set_layers (self->session, names);
}

static void
all_toggled_cb (LucidaLayerList *self)
{
  if (self->session)
    refill (self);
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
lucida_layer_list_dispose (GObject *object)
{
  LucidaLayerList *self = LUCIDA_LAYER_LIST (object);

  self->updating = TRUE;
  g_clear_handle_id (&self->scroll_id, g_source_remove);
  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  lucida_template_dispose (GTK_WIDGET (self));
  g_clear_object (&self->selection);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (lucida_layer_list_parent_class)->dispose (object);
}

static void
lucida_layer_list_class_init (LucidaLayerListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_layer_list_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/layer-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerList, all);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerList, view);
  gtk_widget_class_bind_template_callback (widget_class, all_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
}

static void
lucida_layer_list_init (LucidaLayerList *self)
{
  self->items = g_list_store_new (LUCIDA_TYPE_LAYER_ITEM);
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->items));

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (selected_cb),
                            self);
}

void
lucida_layer_list_set_session (LucidaLayerList *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_LAYER_LIST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (refill), self);
  g_signal_connect_swapped (session, "question-changed", G_CALLBACK (follow_session), self);
  refill (self);
}
