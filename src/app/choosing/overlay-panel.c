#include "config.h"

#include "app/choosing/overlay-panel.h"

#include "app/parts/swatch.h"
#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>
#include <math.h>

struct _LucidaOverlayPanel
{
  GtkWidget parent_instance;

  GtkAdjustment *opacity;
  GtkLabel *opacity_text;
  GtkAdjustment *threshold;
  GtkLabel *threshold_text;
  GtkDropDown *colours;
  GtkToggleButton *clear;
  GtkToggleButton *tinted;
  GtkSwitch *contours;
};

G_DEFINE_FINAL_TYPE (LucidaOverlayPanel, lucida_overlay_panel, GTK_TYPE_WIDGET)

enum
{
  STYLE_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
set_share (GtkLabel *label, double value)
{
  g_autofree char *text = lucida_text_share (value);

  gtk_label_set_text (label, text);
}

static void
changed_cb (LucidaOverlayPanel *self)
{
  set_share (self->opacity_text, gtk_adjustment_get_value (self->opacity));
  set_share (self->threshold_text, gtk_adjustment_get_value (self->threshold));
  g_signal_emit (self, signals[STYLE_CHANGED], 0);
}

static void
setup_colours_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *swatch = lucida_swatch_new ();

  gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), swatch);
  gtk_box_append (GTK_BOX (box), gtk_label_new (NULL));
  gtk_list_item_set_child (item, box);
}

static void
bind_colours_cb (GtkListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *swatch = gtk_widget_get_first_child (box);
  GtkWidget *label = gtk_widget_get_last_child (box);
  GtkStringObject *name = gtk_list_item_get_item (item);
  const LucidaColormap *colormap = lucida_colormap_find (gtk_string_object_get_string (name));

  lucida_swatch_set_colormap (LUCIDA_SWATCH (swatch), colormap);
  gtk_label_set_text (GTK_LABEL (label), _ (colormap->title));
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (box)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ (colormap->title), -1);
}

/* What a drop-down shows when nothing is chosen would be read out all the same. */
static void
hide_placeholder (GtkWidget *widget)
{
  GtkWidget *empty
      = GTK_IS_STACK (widget) ? gtk_stack_get_child_by_name (GTK_STACK (widget), "empty") : NULL;

  if (empty)
    gtk_widget_set_visible (empty, FALSE);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !empty;
       child = gtk_widget_get_next_sibling (child))
    hide_placeholder (child);
}

static void
lucida_overlay_panel_dispose (GObject *object)
{
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_overlay_panel_parent_class)->dispose (object);
}

static void
lucida_overlay_panel_class_init (LucidaOverlayPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_overlay_panel_dispose;
  signals[STYLE_CHANGED] = g_signal_new ("style-changed", LUCIDA_TYPE_OVERLAY_PANEL,
                                         G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/overlay-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, opacity);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, opacity_text);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, threshold);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, threshold_text);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, colours);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, clear);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, tinted);
  gtk_widget_class_bind_template_child (widget_class, LucidaOverlayPanel, contours);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_colours_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_colours_cb);
}

static void
lucida_overlay_panel_init (LucidaOverlayPanel *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint turbo = 0;

  for (guint i = 0; lucida_colormaps[i]; i++)
    {
      gtk_string_list_append (names, lucida_colormaps[i]->name);
      if (g_str_equal (lucida_colormaps[i]->name, "turbo"))
        turbo = i;
    }
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_down_set_model (self->colours, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->colours, turbo);
  /* the button inside, which takes the focus, has no name of its own */
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (self->colours))),
      GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Colours"), -1);
  hide_placeholder (GTK_WIDGET (self->colours));
  changed_cb (self);
}

static const LucidaColormap *
get_colormap (LucidaOverlayPanel *self)
{
  guint selected = gtk_drop_down_get_selected (self->colours);

  return lucida_colormaps[selected == GTK_INVALID_LIST_POSITION ? 0 : selected];
}

/* The setting holds the colour map's name, the widget its position. */
static gboolean
get_colours_cb (GValue *value, GVariant *variant, gpointer data)
{
  for (guint i = 0; lucida_colormaps[i]; i++)
    if (g_str_equal (lucida_colormaps[i]->name, g_variant_get_string (variant, NULL)))
      {
        g_value_set_uint (value, i);
        return TRUE;
      }
  return FALSE;
}

static GVariant *
set_colours_cb (const GValue *value, const GVariantType *type, gpointer data)
{
  return g_variant_new_string (get_colormap (data)->name);
}

void
lucida_overlay_panel_bind (LucidaOverlayPanel *self, GSettings *settings)
{
  g_return_if_fail (LUCIDA_IS_OVERLAY_PANEL (self));

  if (!settings)
    return;
  g_settings_bind (settings, "opacity", self->opacity, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "threshold", self->threshold, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "tinted", self->tinted, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "contours", self->contours, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind_with_mapping (settings, "colormap", self->colours, "selected",
                                G_SETTINGS_BIND_DEFAULT, get_colours_cb, set_colours_cb, self,
                                NULL);
}

LucidaOverlayStyle
lucida_overlay_panel_get_style (LucidaOverlayPanel *self)
{
  return (LucidaOverlayStyle){
    .colormap = get_colormap (self),
    .blend = gtk_toggle_button_get_active (self->tinted) ? LUCIDA_BLEND_TINTED : LUCIDA_BLEND_CLEAR,
    .opacity = gtk_adjustment_get_value (self->opacity),
    .threshold = gtk_adjustment_get_value (self->threshold),
    .contours = gtk_switch_get_active (self->contours),
  };
}

void
lucida_overlay_panel_toggle_contours (LucidaOverlayPanel *self)
{
  g_return_if_fail (LUCIDA_IS_OVERLAY_PANEL (self));

  gtk_switch_set_active (self->contours, !gtk_switch_get_active (self->contours));
}

void
lucida_overlay_panel_next_colours (LucidaOverlayPanel *self)
{
  guint n = 0;

  g_return_if_fail (LUCIDA_IS_OVERLAY_PANEL (self));

  while (lucida_colormaps[n])
    n++;
  gtk_drop_down_set_selected (self->colours, (gtk_drop_down_get_selected (self->colours) + 1) % n);
}
