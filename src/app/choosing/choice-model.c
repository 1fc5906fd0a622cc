#include "config.h"

#include "app/choosing/choice-model.h"

struct _LucidaChoiceModel
{
  GObject parent_instance;

  GListModel *model;
  LucidaChoiceTest is_chosen; /* NULL once closed */
  gpointer data;
};

enum
{
  CHOSEN,
  UNCHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static GType
choice_get_item_type (GListModel *model)
{
  return g_list_model_get_item_type (LUCIDA_CHOICE_MODEL (model)->model);
}

static guint
choice_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (LUCIDA_CHOICE_MODEL (model)->model);
}

static gpointer
choice_get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (LUCIDA_CHOICE_MODEL (model)->model, position);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = choice_get_item_type;
  iface->get_n_items = choice_get_n_items;
  iface->get_item = choice_get_item;
}

static gboolean
choice_is_selected (GtkSelectionModel *model, guint position)
{
  LucidaChoiceModel *self = LUCIDA_CHOICE_MODEL (model);
  g_autoptr (GObject) item = g_list_model_get_object (self->model, position);

  return item && self->is_chosen && self->is_chosen (item, self->data);
}

static gboolean
choose (LucidaChoiceModel *self, guint position, guint n)
{
  guint n_items = g_list_model_get_n_items (self->model);

  if (position >= n_items || n == 0 || !self->is_chosen)
    return FALSE;
  g_signal_emit (self, signals[CHOSEN], 0, position, MIN (n, n_items - position));
  return TRUE;
}

static gboolean
choice_select_item (GtkSelectionModel *model, guint position, gboolean unselect_rest)
{
  return choose (LUCIDA_CHOICE_MODEL (model), position, 1);
}

static gboolean
choice_unselect_item (GtkSelectionModel *model, guint position)
{
  LucidaChoiceModel *self = LUCIDA_CHOICE_MODEL (model);

  if (!choice_is_selected (model, position))
    return FALSE;
  g_signal_emit (self, signals[UNCHOSEN], 0, position);
  return TRUE;
}

static gboolean
choice_select_range (GtkSelectionModel *model, guint position, guint n, gboolean unselect_rest)
{
  return choose (LUCIDA_CHOICE_MODEL (model), position, n);
}

static void
selection_model_init (GtkSelectionModelInterface *iface)
{
  iface->is_selected = choice_is_selected;
  iface->select_item = choice_select_item;
  iface->unselect_item = choice_unselect_item;
  iface->select_range = choice_select_range;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (LucidaChoiceModel, lucida_choice_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init)
                                   G_IMPLEMENT_INTERFACE (GTK_TYPE_SELECTION_MODEL,
                                                          selection_model_init))

static void
lucida_choice_model_dispose (GObject *object)
{
  LucidaChoiceModel *self = LUCIDA_CHOICE_MODEL (object);

  if (self->model)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);
  self->is_chosen = NULL;
  G_OBJECT_CLASS (lucida_choice_model_parent_class)->dispose (object);
}

static void
lucida_choice_model_class_init (LucidaChoiceModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lucida_choice_model_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", LUCIDA_TYPE_CHOICE_MODEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[UNCHOSEN] = g_signal_new ("unchosen", LUCIDA_TYPE_CHOICE_MODEL, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
lucida_choice_model_init (LucidaChoiceModel *self)
{
}

LucidaChoiceModel *
lucida_choice_model_new (GListModel *model, LucidaChoiceTest is_chosen, gpointer data)
{
  LucidaChoiceModel *self = g_object_new (LUCIDA_TYPE_CHOICE_MODEL, NULL);

  self->model = g_object_ref (model);
  self->is_chosen = is_chosen;
  self->data = data;
  g_signal_connect_swapped (model, "items-changed", G_CALLBACK (g_list_model_items_changed), self);
  return self;
}

void
lucida_choice_model_close (LucidaChoiceModel *self)
{
  g_return_if_fail (LUCIDA_IS_CHOICE_MODEL (self));

  self->is_chosen = NULL;
}

void
lucida_choice_model_update (LucidaChoiceModel *self)
{
  guint n = g_list_model_get_n_items (self->model);

  if (n > 0)
    gtk_selection_model_selection_changed (GTK_SELECTION_MODEL (self), 0, n);
}

guint
lucida_choice_model_find (LucidaChoiceModel *self)
{
  guint n = g_list_model_get_n_items (self->model);

  for (guint i = 0; i < n; i++)
    if (choice_is_selected (GTK_SELECTION_MODEL (self), i))
      return i;
  return GTK_INVALID_LIST_POSITION;
}
