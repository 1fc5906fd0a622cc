#include "config.h"

#include "app/canvas/legend-bar.h"

#include "app/parts/swatch.h"
#include "app/parts/template.h"
#include "app/parts/text.h"
#include "render/legend.h"

#include <glib/gi18n.h>

#define WIDTH 240
#define LEAST_WIDTH 100
#define BAR_HEIGHT 12
#define TICK_HEIGHT 4 /* below the bar */
#define N_TICKS 5     /* at equal shares of the maximum */
#define GAP 12        /* between two labels, at least */

struct _LucidaLegendBar
{
  GtkWidget parent_instance;

  GtkWidget *swatch;
  GtkWidget *min;
  GtkWidget *middle;
  GtkWidget *max;
};

G_DEFINE_FINAL_TYPE (LucidaLegendBar, lucida_legend_bar, GTK_TYPE_WIDGET)

static int
get_natural (GtkWidget *widget, GtkOrientation orientation)
{
  int natural;

  gtk_widget_measure (widget, orientation, -1, NULL, &natural, NULL, NULL);
  return natural;
}

/* The width of all labels: the middle one stands in the middle, @end is the wider one of the
 * others.
 */
static int
measure_labels (LucidaLegendBar *self, int end)
{
  return 2 * (end + GAP) + get_natural (self->middle, GTK_ORIENTATION_HORIZONTAL);
}

static void
lucida_legend_bar_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                           int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  LucidaLegendBar *self = LUCIDA_LEGEND_BAR (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      int min = get_natural (self->min, orientation);
      int max = get_natural (self->max, orientation);

      *minimum = MAX (LEAST_WIDTH, min + GAP + max);
      *natural = MAX (WIDTH, measure_labels (self, MAX (min, max)));
    }
  else
    *minimum = *natural = BAR_HEIGHT + TICK_HEIGHT + get_natural (self->max, orientation);
}

static void
allocate (GtkWidget *child, int x, int y, int width, int height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation){ x, y, width, height }, -1);
}

static void
lucida_legend_bar_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  LucidaLegendBar *self = LUCIDA_LEGEND_BAR (widget);
  int y = BAR_HEIGHT + TICK_HEIGHT;
  int rest = MAX (height - y, 0);
  int middle = get_natural (self->middle, GTK_ORIENTATION_HORIZONTAL);
  int min = get_natural (self->min, GTK_ORIENTATION_HORIZONTAL);
  int max = get_natural (self->max, GTK_ORIENTATION_HORIZONTAL);

  gtk_widget_set_child_visible (self->middle, measure_labels (self, MAX (min, max)) <= width);
  allocate (self->swatch, 0, 0, width, BAR_HEIGHT);
  allocate (self->min, 0, y, min, rest);
  allocate (self->middle, (width - middle) / 2, y, middle, rest);
  allocate (self->max, width - max, y, max, rest);
}

static void
lucida_legend_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const GdkRGBA white = { 1.0f, 1.0f, 1.0f, 0.8f };
  int width = gtk_widget_get_width (widget);

  for (int i = 0; i < N_TICKS; i++)
    gtk_snapshot_append_color (snapshot, &white,
                               &GRAPHENE_RECT_INIT ((float) (i * (width - 1) / (N_TICKS - 1)),
                                                    BAR_HEIGHT, 1.0f, TICK_HEIGHT));
  GTK_WIDGET_CLASS (lucida_legend_bar_parent_class)->snapshot (widget, snapshot);
}

static void
lucida_legend_bar_dispose (GObject *object)
{
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_legend_bar_parent_class)->dispose (object);
}

static void
lucida_legend_bar_class_init (LucidaLegendBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_legend_bar_dispose;
  widget_class->measure = lucida_legend_bar_measure;
  widget_class->size_allocate = lucida_legend_bar_size_allocate;
  widget_class->snapshot = lucida_legend_bar_snapshot;
  gtk_widget_class_set_css_name (widget_class, "legend");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static GtkWidget *
add_label (LucidaLegendBar *self)
{
  GtkWidget *label
      = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

static void
lucida_legend_bar_init (LucidaLegendBar *self)
{
  /* cold is left, as in every figure */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  self->swatch = lucida_swatch_new ();
  gtk_widget_set_parent (self->swatch, GTK_WIDGET (self));
  self->min = add_label (self);
  self->middle = add_label (self);
  self->max = add_label (self);
  gtk_label_set_text (GTK_LABEL (self->middle), _ ("50 %"));
}

void
lucida_legend_bar_set_colormap (LucidaLegendBar *self, const LucidaColormap *colormap)
{
  g_return_if_fail (LUCIDA_IS_LEGEND_BAR (self));

  lucida_swatch_set_colormap (LUCIDA_SWATCH (self->swatch), colormap);
}

static void
show (LucidaLegendBar *self, const char *min, const char *max, const char *description)
{
  gtk_label_set_text (GTK_LABEL (self->min), min);
  gtk_label_set_text (GTK_LABEL (self->max), max);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description,
                                  -1);
}

void
lucida_legend_bar_set_range (LucidaLegendBar *self, double min, double max)
{
  g_autofree char *least = NULL;
  g_autofree char *most = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *end = NULL;
  g_autofree char *description = NULL;

  g_return_if_fail (LUCIDA_IS_LEGEND_BAR (self));

  least = lucida_legend_format_value (min);
  most = lucida_legend_format_value (max);
  from = lucida_text_isolate (least);
  to = lucida_text_isolate (most);
  /* Translators: the legend's hottest end, with the map's value there. */
  end = g_strdup_printf (_ ("max %s"), to);
  /* Translators: the legend for those who cannot see it; the map's least and largest value. */
  description = g_strdup_printf (_ ("Colours from %s to %s"), from, to);
  show (self, from, end, description);
}

void
lucida_legend_bar_set_several (LucidaLegendBar *self)
{
  g_return_if_fail (LUCIDA_IS_LEGEND_BAR (self));

  /* Translators: the legend's hottest end where two maps are compared. */
  show (self, "0", C_ ("legend", "max of each"), _ ("Colours from 0 to the maximum of each map"));
}
