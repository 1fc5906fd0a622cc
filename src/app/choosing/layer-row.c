#include "config.h"

#include "app/choosing/layer-row.h"

#include "app/choosing/layer-thumb.h"
#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>

struct _LucidaLayerRow
{
  GtkWidget parent_instance;

  GtkLabel *heading;
  LucidaLayerThumb *thumb;
  GtkLabel *name;
  GtkLabel *mark;
  GtkLabel *shape;
  GtkLabel *op;
  GtkLabel *share;
  GtkCheckButton *tick;

  LucidaLayerItem *item; /* (nullable) */
  gboolean updating;     /* the tick follows the item, not the user */
};

G_DEFINE_FINAL_TYPE (LucidaLayerRow, lucida_layer_row, GTK_TYPE_WIDGET)

/* What a person who cannot see the row is told. */
static void
describe (LucidaLayerRow *self, const LucidaLayerState *state, const char *share)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));
  const char *note = state->map ? lucida_evidence_get_note (state->map->evidence) : NULL;
  g_autoptr (GString) text = g_string_new (lucida_layer_item_get_shape (self->item));

  if (lucida_layer_item_get_default (self->item))
    /* Translators: said after the size of the layer that is chosen by itself. */
    g_string_append (text, _ (", default"));
  if (share)
    /* Translators: said after the size of a layer; %s is how much of a fused map comes from it. */
    g_string_append_printf (text, _ (", share %s"), share);
  if (note)
    g_string_append_printf (text, " · %s", _ (note));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  lucida_layer_item_get_name (self->item),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

static void
show_state (LucidaLayerRow *self)
{
  const LucidaLayerState *state = lucida_layer_item_get_state (self->item);
  g_autofree char *share = state->share >= 0.0 ? lucida_text_percent (state->share) : NULL;

  self->updating = TRUE;
  gtk_check_button_set_active (self->tick, state->picked);
  self->updating = FALSE;
  gtk_label_set_text (self->share, share ? share : "");
  gtk_widget_set_visible (GTK_WIDGET (self->share), share != NULL);
  lucida_layer_thumb_set_map (self->thumb, state->map, state->colours);
  describe (self, state, share);
}

void
lucida_layer_row_tick (LucidaLayerRow *self)
{
  g_autoptr (LucidaLayerItem) item = self->item ? g_object_ref (self->item) : NULL;

  if (!item)
    return;
  lucida_layer_item_toggle (item);
  /* the item says whether it is picked: a tick that changes nothing springs back */
  if (self->item == item)
    show_state (self);
}

static void
tick_toggled_cb (LucidaLayerRow *self)
{
  if (!self->updating)
    lucida_layer_row_tick (self);
}

/* With Ctrl the row is ticked as a whole, and not selected. */
static void
pressed_cb (LucidaLayerRow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  if (!(state & GDK_CONTROL_MASK))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  lucida_layer_row_tick (self);
}

static void
lucida_layer_row_dispose (GObject *object)
{
  lucida_layer_row_set_item (LUCIDA_LAYER_ROW (object), NULL);
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_layer_row_parent_class)->dispose (object);
}

/* Asked when it is needed: to set one for each of many rows takes long. */
static gboolean
lucida_layer_row_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                GtkTooltip *tooltip)
{
  LucidaLayerRow *self = LUCIDA_LAYER_ROW (widget);

  if (!self->item)
    return FALSE;
  gtk_tooltip_set_text (tooltip, lucida_layer_item_get_name (self->item));
  return TRUE;
}

static void
lucida_layer_row_class_init (LucidaLayerRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_layer_row_dispose;
  widget_class->query_tooltip = lucida_layer_row_query_tooltip;
  g_type_ensure (LUCIDA_TYPE_LAYER_THUMB);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/layer-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, heading);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, thumb);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, name);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, mark);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, shape);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, op);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, share);
  gtk_widget_class_bind_template_child (widget_class, LucidaLayerRow, tick);
  gtk_widget_class_bind_template_callback (widget_class, tick_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
}

static void
lucida_layer_row_init (LucidaLayerRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* C × H × W stays in this order where text runs from the right */
  gtk_widget_set_direction (GTK_WIDGET (self->shape), GTK_TEXT_DIR_LTR);
}

GtkWidget *
lucida_layer_row_new (void)
{
  return g_object_new (LUCIDA_TYPE_LAYER_ROW, NULL);
}

void
lucida_layer_row_set_item (LucidaLayerRow *self, LucidaLayerItem *item)
{
  const char *heading = item ? lucida_layer_item_get_heading (item) : NULL;
  g_autofree char *tick = NULL;

  if (self->item)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (!item)
    return;
  gtk_label_set_text (self->heading, heading ? heading : "");
  gtk_widget_set_visible (GTK_WIDGET (self->heading), heading != NULL);
  gtk_label_set_text (self->name, lucida_layer_item_get_name (item));
  gtk_label_set_text (self->shape, lucida_layer_item_get_shape (item));
  gtk_label_set_text (self->op, lucida_layer_item_get_op (item));
  gtk_widget_set_visible (GTK_WIDGET (self->mark), lucida_layer_item_get_default (item));
  /* Translators: a tick box; %s is a layer whose map is fused with those of the others. */
  tick = g_strdup_printf (_ ("Fuse %s"), lucida_layer_item_get_name (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->tick), GTK_ACCESSIBLE_PROPERTY_LABEL, tick,
                                  -1);
  g_signal_connect_swapped (item, "changed", G_CALLBACK (show_state), self);
  show_state (self);
}
