#include "config.h"

#include "app/canvas/canvas-foot.h"

#include "app/parts/template.h"

#define GAP 14 /* pixels between the two */

struct _LucidaCanvasFoot
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (LucidaCanvasFoot, lucida_canvas_foot, GTK_TYPE_WIDGET)

static void
measure_width (GtkWidget *child, int *minimum, int *natural)
{
  *minimum = *natural = 0;
  if (gtk_widget_should_layout (child))
    gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, minimum, natural, NULL, NULL);
}

/* Whether the child is laid out at @width: the legend is left out where it would be cut. */
static gboolean
has_room (GtkWidget *child, int width)
{
  int minimum, natural;

  measure_width (child, &minimum, &natural);
  return gtk_widget_should_layout (child)
         && (minimum <= width || !gtk_widget_get_prev_sibling (child));
}

/* The height of the child at the width that it gets, at most @width, which is put out. */
static int
measure_height (GtkWidget *child, int *width)
{
  int minimum, natural, height;

  measure_width (child, &minimum, &natural);
  if (!has_room (child, *width))
    return 0;
  *width = MAX (minimum, MIN (natural, *width));
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, *width, NULL, &height, NULL, NULL);
  return height;
}

/* How wide the children would be beside each other; @minimum (out): the caption's least width. */
static int
measure_both (GtkWidget *widget, int *minimum)
{
  int both = 0;

  *minimum = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int least, natural;

      measure_width (child, &least, &natural);
      both += natural + (both > 0 && natural > 0 ? GAP : 0);
      if (!gtk_widget_get_prev_sibling (child))
        *minimum = least;
    }
  return both;
}

static void
lucida_canvas_foot_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                            int *minimum, int *natural, int *minimum_baseline,
                            int *natural_baseline)
{
  int least;
  int both = measure_both (widget, &least);
  int height = 0;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = least;
      *natural = both;
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      int width = for_size < 0 ? G_MAXINT : for_size;
      int own = measure_height (child, &width);

      if (for_size < 0 || for_size >= both)
        height = MAX (height, own);
      else
        height += own + (height > 0 && own > 0 ? GAP : 0);
    }
  *minimum = *natural = height;
}

/* The first child lies at the start, the last one at the end; both reach the bottom, or lie above
 * each other. */
static void
lucida_canvas_foot_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int least;
  gboolean beside = measure_both (widget, &least) <= width;
  int bottom = height;

  for (GtkWidget *child = gtk_widget_get_last_child (widget); child;
       child = gtk_widget_get_prev_sibling (child))
    {
      gboolean at_start = child == gtk_widget_get_first_child (widget);
      gboolean shown = has_room (child, width);
      int own_width = width;
      int own_height = measure_height (child, &own_width);

      gtk_widget_set_child_visible (child, shown);
      if (!shown)
        continue;
      gtk_widget_size_allocate (child,
                                &(GtkAllocation){ at_start == mirrored ? width - own_width : 0,
                                                  bottom - own_height, own_width, own_height },
                                -1);
      if (!beside)
        bottom -= own_height + GAP;
    }
}

static GtkSizeRequestMode
lucida_canvas_foot_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lucida_canvas_foot_dispose (GObject *object)
{
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_canvas_foot_parent_class)->dispose (object);
}

static void
lucida_canvas_foot_class_init (LucidaCanvasFootClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_canvas_foot_dispose;
  widget_class->get_request_mode = lucida_canvas_foot_get_request_mode;
  widget_class->measure = lucida_canvas_foot_measure;
  widget_class->size_allocate = lucida_canvas_foot_size_allocate;
}

static void
lucida_canvas_foot_init (LucidaCanvasFoot *self)
{
}
