#include "config.h"

#include "app/canvas/split-handle.h"

#include <glib/gi18n.h>
#include <math.h>

#define WHOLE 100.0 /* per cent */
#define STEP 2.0
#define PAGE 10.0
#define MIDDLE 0.5
#define LINE 2.0  /* width in pixels */
#define GRIP 12.0 /* radius in pixels */
#define ARROW 4.0
#define FOCUS 0.21, 0.52, 0.89 /* red, green, blue */

struct _LucidaSplitHandle
{
  GtkWidget parent_instance;

  GtkAdjustment *adjustment; /* in per cent; the scale's */
  GtkWidget *scale;          /* unseen: the keys and what assistive technologies know of it */
  double grab;               /* from the line to the pointer when a drag began */
};

enum
{
  PROP_POSITION = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LucidaSplitHandle, lucida_split_handle, GTK_TYPE_WIDGET)

static gboolean
is_mirrored (LucidaSplitHandle *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

static double
get_position (LucidaSplitHandle *self)
{
  return gtk_adjustment_get_value (self->adjustment) / WHOLE;
}

static double
get_parent_width (LucidaSplitHandle *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  return parent ? gtk_widget_get_width (parent) : 0.0;
}

/* Where the line stands, in the parent's coordinates. */
static double
get_line (LucidaSplitHandle *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double width = get_parent_width (self);
  double main_width = round (get_position (self) * width * scale) / scale;

  return is_mirrored (self) ? width - main_width : main_width;
}

static double
to_parent (LucidaSplitHandle *self, double x)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  graphene_point_t from = GRAPHENE_POINT_INIT ((float) x, 0.0f);
  graphene_point_t to;

  return parent && gtk_widget_compute_point (GTK_WIDGET (self), parent, &from, &to) ? to.x : x;
}

static void
set_position (LucidaSplitHandle *self, double position)
{
  gtk_adjustment_set_value (self->adjustment, WHOLE * position);
}

static void
value_changed_cb (LucidaSplitHandle *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, LucidaSplitHandle *self)
{
  self->grab = to_parent (self, x) - get_line (self);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (self->scale);
}

/* The handle moves under the pointer: only the parent's coordinates stay. */
static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, LucidaSplitHandle *self)
{
  double width = get_parent_width (self);
  double x, y;

  if (width <= 0.0 || !gtk_gesture_get_point (GTK_GESTURE (gesture), NULL, &x, &y))
    return;
  x = (to_parent (self, x) - self->grab) / width;
  set_position (self, is_mirrored (self) ? 1.0 - x : x);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, LucidaSplitHandle *self)
{
  if (n_press == 2)
    set_position (self, MIDDLE);
}

static void
arrow (cairo_t *cr, double x, double y, double direction)
{
  cairo_move_to (cr, x + direction * 3.0, y - ARROW);
  cairo_line_to (cr, x + direction * (3.0 + ARROW), y);
  cairo_line_to (cr, x + direction * 3.0, y + ARROW);
}

/* Readable over any picture: a light line with dark edges, and a grip with an arrow to each side.
 */
static void
lucida_split_handle_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LucidaSplitHandle *self = LUCIDA_SPLIT_HANDLE (widget);
  double width = gtk_widget_get_width (widget);
  double height = gtk_widget_get_height (widget);
  double x = get_line (self) - to_parent (self, 0.0);
  double y = 0.5 * height;
  cairo_t *cr;

  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) width, (float) height));
  cairo_rectangle (cr, x - 0.5 * LINE - 1.0, 0.0, LINE + 2.0, height);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.5);
  cairo_fill (cr);
  cairo_rectangle (cr, x - 0.5 * LINE, 0.0, LINE, height);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_fill (cr);
  cairo_arc (cr, x, y, GRIP, 0.0, 2.0 * G_PI);
  cairo_fill_preserve (cr);
  if (gtk_widget_get_state_flags (self->scale) & GTK_STATE_FLAG_FOCUS_VISIBLE)
    {
      cairo_set_source_rgb (cr, FOCUS);
      cairo_set_line_width (cr, 5.0);
    }
  else
    {
      cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.5);
      cairo_set_line_width (cr, 1.0);
    }
  cairo_stroke (cr);
  cairo_set_source_rgb (cr, 0.2, 0.2, 0.2);
  cairo_set_line_width (cr, 1.8);
  arrow (cr, x, y, -1.0);
  arrow (cr, x, y, 1.0);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
lucida_split_handle_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                             int *minimum, int *natural, int *minimum_baseline,
                             int *natural_baseline)
{
  *minimum = *natural = LUCIDA_SPLIT_HANDLE_WIDTH;
}

static void
lucida_split_handle_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  LucidaSplitHandle *self = LUCIDA_SPLIT_HANDLE (widget);
  int least_width, least_height;

  gtk_widget_measure (self->scale, GTK_ORIENTATION_HORIZONTAL, -1, &least_width, NULL, NULL, NULL);
  gtk_widget_measure (self->scale, GTK_ORIENTATION_VERTICAL, -1, &least_height, NULL, NULL, NULL);
  gtk_widget_size_allocate (
      self->scale, &(GtkAllocation){ 0, 0, MAX (width, least_width), MAX (height, least_height) },
      baseline);
}

static void
lucida_split_handle_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_POSITION)
    g_value_set_double (value, get_position (LUCIDA_SPLIT_HANDLE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
lucida_split_handle_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (id == PROP_POSITION)
    set_position (LUCIDA_SPLIT_HANDLE (object), g_value_get_double (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
lucida_split_handle_dispose (GObject *object)
{
  g_clear_pointer (&LUCIDA_SPLIT_HANDLE (object)->scale, gtk_widget_unparent);
  G_OBJECT_CLASS (lucida_split_handle_parent_class)->dispose (object);
}

static void
lucida_split_handle_class_init (LucidaSplitHandleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lucida_split_handle_dispose;
  object_class->get_property = lucida_split_handle_get_property;
  object_class->set_property = lucida_split_handle_set_property;
  properties[PROP_POSITION]
      = g_param_spec_double ("position", NULL, NULL, 0.0, 1.0, MIDDLE,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  widget_class->snapshot = lucida_split_handle_snapshot;
  widget_class->measure = lucida_split_handle_measure;
  widget_class->size_allocate = lucida_split_handle_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "splithandle");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
lucida_split_handle_init (LucidaSplitHandle *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->adjustment = gtk_adjustment_new (WHOLE * MIDDLE, 0.0, WHOLE, STEP, PAGE, 0.0);
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);
  self->scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, self->adjustment);
  gtk_widget_set_opacity (self->scale, 0.0);
  gtk_widget_set_can_target (self->scale, FALSE);
  gtk_widget_set_parent (self->scale, widget);
  g_signal_connect_swapped (self->scale, "state-flags-changed", G_CALLBACK (gtk_widget_queue_draw),
                            self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Split position"), -1);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (widget, "ew-resize");
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (drag, click);
}

double
lucida_split_handle_get_position (LucidaSplitHandle *self)
{
  g_return_val_if_fail (LUCIDA_IS_SPLIT_HANDLE (self), MIDDLE);

  return get_position (self);
}
