#include "config.h"

#include "app/split-handle.h"

#include <glib/gi18n.h>
#include <math.h>

#define STEP 0.02 /* of an arrow key */
#define PAGE 0.1  /* of Page Up and Page Down, or with Ctrl or Shift */
#define MIDDLE 0.5
#define LINE 2.0  /* width in pixels */
#define GRIP 12.0 /* radius in pixels */
#define ARROW 4.0

struct _LucidaSplitHandle
{
  GtkWidget parent_instance;

  double position;
  double grab; /* from the line to the pointer when a drag began */
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
  double main_width = round (self->position * width * scale) / scale;

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
  int percent;
  g_autofree char *text = NULL;

  position = CLAMP (position, 0.0, 1.0);
  if (position == self->position)
    return;
  self->position = position;
  percent = (int) lround (100.0 * position);
  /* Translators: how much of the canvas the main half takes. */
  text = g_strdup_printf (_ ("%d %%"), percent);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
                                  (double) percent, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, LucidaSplitHandle *self)
{
  self->grab = to_parent (self, x) - get_line (self);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (GTK_WIDGET (self));
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

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                LucidaSplitHandle *self)
{
  double step = state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK) ? PAGE : STEP;
  double right = is_mirrored (self) ? -step : step;

  if (state & GDK_ALT_MASK)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      set_position (self, self->position - right);
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      set_position (self, self->position + right);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      set_position (self, self->position + PAGE);
      return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      set_position (self, self->position - PAGE);
      return GDK_EVENT_STOP;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      set_position (self, 0.0);
      return GDK_EVENT_STOP;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      set_position (self, 1.0);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
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
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.5);
  cairo_set_line_width (cr, 1.0);
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
lucida_split_handle_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (id == PROP_POSITION)
    g_value_set_double (value, LUCIDA_SPLIT_HANDLE (object)->position);
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
lucida_split_handle_class_init (LucidaSplitHandleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lucida_split_handle_get_property;
  object_class->set_property = lucida_split_handle_set_property;
  properties[PROP_POSITION]
      = g_param_spec_double ("position", NULL, NULL, 0.0, 1.0, MIDDLE,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  widget_class->snapshot = lucida_split_handle_snapshot;
  widget_class->measure = lucida_split_handle_measure;
  gtk_widget_class_set_css_name (widget_class, "splithandle");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
lucida_split_handle_init (LucidaSplitHandle *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->position = MIDDLE;
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (widget, "ew-resize");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 100.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 100.0 * MIDDLE, -1);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_gesture_group (drag, click);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (widget, keys);
}

double
lucida_split_handle_get_position (LucidaSplitHandle *self)
{
  g_return_val_if_fail (LUCIDA_IS_SPLIT_HANDLE (self), MIDDLE);

  return self->position;
}
