#include "config.h"

#include "app/canvas/compare-chooser.h"

#include "app/choosing/choice.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>

#define SEARCH_ABOVE 10 /* rows; fewer are seen at a glance */

/* What the halves differ in. */
typedef enum
{
  BY_CLASS,
  BY_METHOD,
  BY_LAYER,
  N_WAYS,
} Way;

struct _LucidaCompareChooser
{
  GtkPopover parent_instance;

  GtkToggleButton *by_class;
  GtkToggleButton *by_method;
  GtkToggleButton *by_layer;
  GtkSearchEntry *search;
  GtkWidget *scroller;
  GtkListView *view;
  GtkLabel *nothing;

  LucidaSession *session;
  GListStore *items;
  GtkFilterListModel *found;
  GtkFilter *filter;
  GtkSingleSelection *selection;
  char *folded;      /* what is searched; NULL: everything */
  gboolean updating; /* the buttons follow the session, not the user */
};

G_DEFINE_FINAL_TYPE (LucidaCompareChooser, lucida_compare_chooser, GTK_TYPE_POPOVER)

static Way
get_way (LucidaCompareChooser *self)
{
  const LucidaQuestion *other = lucida_session_get_other (self->session);

  return other && other->layers ? BY_LAYER : other && other->method ? BY_METHOD : BY_CLASS;
}

/* Rows. */

static void
add_choice (GPtrArray *items, const char *title, const char *detail, int class_index,
            const LucidaMethod *method, const char *layer)
{
  const char *layers[] = { layer, NULL };
  const LucidaQuestion question
      = { class_index, LUCIDA_NO_CLASS, layer ? (char **) layers : NULL, method };

  g_ptr_array_add (items, lucida_choice_new (title, detail, &question));
}

static void
add_classes (LucidaCompareChooser *self, LucidaModel *model, GPtrArray *items)
{
  const float *logits = lucida_session_get_logits (self->session);
  const float *probabilities = lucida_session_get_probabilities (self->session);
  int n = lucida_model_get_n_classes (model);
  g_autofree int *ranked = lucida_classes_rank (logits, n);

  /* with two classes the other one is just the other one */
  if (n > 2)
    add_choice (items, _ ("Likeliest other class"), "", LUCIDA_RUNNER_UP, NULL, NULL);
  for (int i = 0; i < n; i++)
    {
      int index = ranked[i];
      g_autofree char *percent
          = probabilities ? lucida_text_percent (probabilities[index]) : g_strdup ("");

      add_choice (items, lucida_model_get_class_name (model, index), percent, index, NULL, NULL);
    }
}

static void
add_methods (GPtrArray *items)
{
  for (int i = 0; lucida_methods[i]; i++)
    add_choice (items, lucida_methods[i]->title, "", LUCIDA_SAME_CLASS, lucida_methods[i], NULL);
}

static void
add_layers (LucidaModel *model, GPtrArray *items)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (lucida_model_get_plan (model), &n);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *shape
          = lucida_text_shape (layers[i].channels, layers[i].height, layers[i].width);

      /* a layer and what only follows it up mean the same tensor */
      if (layers[i].explainable && g_hash_table_add (seen, GINT_TO_POINTER (layers[i].value)))
        add_choice (items, layers[i].name, shape, LUCIDA_SAME_CLASS, NULL, layers[i].tensor);
    }
}

/* The tensor that a question of one layer, or of the network's own, is about; -1: none or several.
 */
static int
find_value (LucidaModel *model, char *const *layers)
{
  LucidaPlan *plan = lucida_model_get_plan (model);
  int i = lucida_plan_get_default_layer (plan);
  int n;

  if (!layers || !layers[0])
    return i < 0 ? -1 : lucida_plan_get_layers (plan, &n)[i].value;
  return layers[1] ? -1 : lucida_plan_find_layer (plan, layers[0], NULL, NULL);
}

/* Whether the choice is what the other half shows. */
static gboolean
is_shown (LucidaCompareChooser *self, const LucidaQuestion *choice)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const LucidaQuestion *other = lucida_session_get_other (self->session);
  const LucidaQuestion *meant = lucida_session_get_other_meant (self->session);

  if (!meant)
    return FALSE;
  if (choice->layers)
    return find_value (model, choice->layers) == find_value (model, meant->layers);
  if (choice->method)
    return choice->method == meant->method;
  if (choice->class_index < 0 || other->class_index == choice->class_index)
    return other->class_index == choice->class_index;
  return other->class_index < 0 && lucida_model_get_n_classes (model) <= 2
         && meant->class_index == choice->class_index;
}

static void
select_shown (LucidaCompareChooser *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->found));
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; i < n && position == GTK_INVALID_LIST_POSITION; i++)
    {
      g_autoptr (LucidaChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->found), i);

      if (is_shown (self, lucida_choice_get_question (choice)))
        position = i;
    }
  gtk_single_selection_set_selected (self->selection, position);
  if (position != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", position);
}

static void
refilter (LucidaCompareChooser *self)
{
  gboolean nothing;

  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  nothing = self->folded && g_list_model_get_n_items (G_LIST_MODEL (self->found)) == 0;
  gtk_label_set_text (self->nothing, get_way (self) == BY_LAYER ? _ ("No layer has such a name")
                                                                : _ ("No class has such a name"));
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), nothing);
  gtk_widget_set_visible (self->scroller, !nothing);
}

static void
refill (LucidaCompareChooser *self)
{
  GtkToggleButton *buttons[] = { self->by_class, self->by_method, self->by_layer };
  LucidaModel *model = lucida_session_get_model (self->session);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  Way way = get_way (self);

  if (model && way == BY_CLASS)
    add_classes (self, model, items);
  else if (model && way == BY_METHOD)
    add_methods (items);
  else if (model)
    add_layers (model, items);
  self->updating = TRUE;
  gtk_toggle_button_set_active (buttons[way], TRUE);
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  g_clear_pointer (&self->folded, g_free);
  g_list_store_splice (self->items, 0, g_list_model_get_n_items (G_LIST_MODEL (self->items)),
                       items->pdata, items->len);
  refilter (self);
  self->updating = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (self->search), items->len > SEARCH_ABOVE);
  select_shown (self);
}

/* What is done. */

/* The tensor before the main half's one, or after it if that is the first. (nullable) */
static const char *
find_other_layer (LucidaCompareChooser *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  int value = find_value (model, lucida_session_get_question (self->session)->layers);
  const char *before = NULL;
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (lucida_model_get_plan (model), &n);

  for (int i = 0; i < n; i++)
    {
      if (!layers[i].explainable)
        continue;
      if (layers[i].value != value)
        before = layers[i].tensor;
      else if (before)
        break;
    }
  return before;
}

static void
toggled_cb (LucidaCompareChooser *self, GtkToggleButton *button)
{
  const char *layers[] = { NULL, NULL };
  LucidaQuestion question = { LUCIDA_SAME_CLASS, LUCIDA_NO_CLASS, NULL, NULL };

  if (self->updating || !self->session || !lucida_session_get_model (self->session)
      || !gtk_toggle_button_get_active (button))
    return;
  if (button == self->by_method)
    question.method = lucida_method_get_other (lucida_session_get_question (self->session)->method);
  else if (button == self->by_layer)
    {
      layers[0] = find_other_layer (self);
      question.layers = layers[0] ? (char **) layers : NULL;
    }
  if (!question.method && !question.layers)
    question.class_index = LUCIDA_RUNNER_UP;
  lucida_session_set_other (self->session, &question);
  refill (self);
}

static void
activated_cb (LucidaCompareChooser *self, guint position)
{
  g_autoptr (LucidaChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->found), position);

  if (!choice)
    return;
  gtk_popover_popdown (GTK_POPOVER (self));
  lucida_session_set_other (self->session, lucida_choice_get_question (choice));
}

static void
swap_cb (LucidaCompareChooser *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
  lucida_session_swap (self->session);
}

static void
search_changed_cb (LucidaCompareChooser *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  if (self->updating)
    return;
  g_clear_pointer (&self->folded, g_free);
  if (text[0])
    self->folded = g_utf8_casefold (text, -1);
  refilter (self);
  select_shown (self);
}

/* Enter takes the first one that was found. */
static void
search_activated_cb (LucidaCompareChooser *self)
{
  activated_cb (self, 0);
}

static gboolean
matches_cb (gpointer item, gpointer data)
{
  LucidaCompareChooser *self = data;

  return !self->folded || lucida_choice_matches (item, self->folded);
}

static void
setup_row_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *detail = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (title), 0.0f);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "name");
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_add_css_class (detail, "numeric");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_list_item_set_child (item, box);
}

static void
bind_row_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_list_item_get_child (item);
  LucidaChoice *choice = gtk_list_item_get_item (item);

  gtk_label_set_text (GTK_LABEL (gtk_widget_get_first_child (box)),
                      lucida_choice_get_title (choice));
  gtk_label_set_text (GTK_LABEL (gtk_widget_get_last_child (box)),
                      lucida_choice_get_detail (choice));
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (box)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, lucida_choice_get_title (choice),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  lucida_choice_get_detail (choice), -1);
}

static void
show_cb (LucidaCompareChooser *self)
{
  refill (self);
  gtk_widget_grab_focus (gtk_widget_get_visible (GTK_WIDGET (self->search))
                             ? GTK_WIDGET (self->search)
                             : GTK_WIDGET (self->view));
}

/* Scores, names, layers: what is listed is no longer so. */
static void
changed_cb (LucidaCompareChooser *self)
{
  if (gtk_widget_get_visible (GTK_WIDGET (self)))
    refill (self);
}

static void
lucida_compare_chooser_dispose (GObject *object)
{
  LucidaCompareChooser *self = LUCIDA_COMPARE_CHOOSER (object);

  if (self->session)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->folded, g_free);
  gtk_popover_set_child (GTK_POPOVER (self), NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (lucida_compare_chooser_parent_class)->dispose (object);
}

static void
lucida_compare_chooser_class_init (LucidaCompareChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_compare_chooser_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/compare-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, by_class);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, by_method);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, by_layer);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, search);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, scroller);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, view);
  gtk_widget_class_bind_template_child (widget_class, LucidaCompareChooser, nothing);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, swap_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
lucida_compare_chooser_init (LucidaCompareChooser *self)
{
  self->items = g_list_store_new (LUCIDA_TYPE_CHOICE);
  self->filter = GTK_FILTER (gtk_custom_filter_new (matches_cb, self, NULL));
  self->found = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->items)),
                                           g_object_ref (self->filter));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->found));

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
}

void
lucida_compare_chooser_set_session (LucidaCompareChooser *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_COMPARE_CHOOSER (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "scores-changed", G_CALLBACK (changed_cb), self);
  refill (self);
}
