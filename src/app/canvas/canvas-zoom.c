#include "config.h"

#include "app/canvas/canvas-private.h"

#include <math.h>

#define CRISP_ZOOM 4.0 /* from here on pixels of the picture are seen as squares */
#define ZOOM_STEP 1.25 /* of a key or a notch of the wheel */
#define MAX_ZOOM 64.0  /* device pixels per pixel */
#define MAX_FIT 16.0   /* a tiny picture is not blown up beyond that by itself */
#define SMALLEST 0.5   /* of the size that fits */

static double
get_fit (LucidaCanvas *self)
{
  cairo_rectangle_int_t viewport;

  _lucida_canvas_get_viewport (self, LUCIDA_HALF_MAIN, &viewport);
  if (!self->picture || viewport.width < 1 || viewport.height < 1)
    return 1.0;
  return MIN (MIN ((double) viewport.width / self->picture->width,
                   (double) viewport.height / self->picture->height),
              MAX_FIT);
}

double
_lucida_canvas_get_zoom (LucidaCanvas *self)
{
  return self->fit ? get_fit (self) : self->zoom;
}

void
_lucida_canvas_get_extent (LucidaCanvas *self, LucidaHalf half, cairo_rectangle_int_t *extent)
{
  double zoom = _lucida_canvas_get_zoom (self);
  cairo_rectangle_int_t viewport;

  _lucida_canvas_get_viewport (self, half, &viewport);
  extent->width = MAX (1, (int) lround (self->picture->width * zoom));
  extent->height = MAX (1, (int) lround (self->picture->height * zoom));
  extent->x = viewport.x + (int) lround (0.5 * viewport.width - self->centre_x * zoom);
  extent->y = viewport.y + (int) lround (0.5 * viewport.height - self->centre_y * zoom);
}

LucidaPlacement
_lucida_canvas_place_map (LucidaCanvas *self, const cairo_rectangle_int_t *extent)
{
  double scale_x = (double) extent->width / self->picture->width;
  double scale_y = (double) extent->height / self->picture->height;

  return (LucidaPlacement){ extent->x + self->placement.x * scale_x,
                            extent->y + self->placement.y * scale_y,
                            self->placement.width * scale_x, self->placement.height * scale_y };
}

gboolean
_lucida_canvas_is_crisp (LucidaCanvas *self)
{
  return _lucida_canvas_get_zoom (self) >= CRISP_ZOOM;
}

void
_lucida_canvas_view_changed (LucidaCanvas *self)
{
  self->scaled_wanted = TRUE;
  for (int half = 0; half < LUCIDA_N_HALVES; half++)
    self->maps[half].wanted = TRUE;
  _lucida_canvas_clamp (self);
  _lucida_canvas_update_probe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Changes the zoom so that what lies under (@x, @y), in widget coordinates, stays there. */
void
_lucida_canvas_zoom_to (LucidaCanvas *self, double zoom, double x, double y)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double before = _lucida_canvas_get_zoom (self);
  double smallest = SMALLEST * MIN (get_fit (self), 1.0);
  cairo_rectangle_int_t viewport;
  double from_centre_x;
  double from_centre_y;

  if (!self->picture)
    return;
  _lucida_canvas_get_viewport (self, _lucida_canvas_find_half (self, x), &viewport);
  from_centre_x = x * scale - viewport.x - 0.5 * viewport.width;
  from_centre_y = y * scale - viewport.y - 0.5 * viewport.height;
  zoom = CLAMP (zoom, smallest, MAX_ZOOM);
  self->centre_x += from_centre_x / before - from_centre_x / zoom;
  self->centre_y += from_centre_y / before - from_centre_y / zoom;
  self->zoom = zoom;
  self->fit = FALSE;
  _lucida_canvas_view_changed (self);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, LucidaCanvas *self)
{
  _lucida_canvas_zoom_to (self, _lucida_canvas_get_zoom (self) * pow (ZOOM_STEP, -dy),
                          self->pointer_x, self->pointer_y);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (LucidaCanvas *self)
{
  self->pinch = _lucida_canvas_get_zoom (self);
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, LucidaCanvas *self)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    _lucida_canvas_zoom_to (self, self->pinch * scale, x, y);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, LucidaCanvas *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press == 2)
    lucida_canvas_zoom_fit (self);
}

void
_lucida_canvas_add_zoom (LucidaCanvas *self)
{
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  g_signal_connect_swapped (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
zoom_at_centre (LucidaCanvas *self, double zoom)
{
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_rectangle_int_t viewport;

  _lucida_canvas_get_viewport (self, LUCIDA_HALF_MAIN, &viewport);
  _lucida_canvas_zoom_to (self, zoom, (viewport.x + 0.5 * viewport.width) / scale,
                          (viewport.y + 0.5 * viewport.height) / scale);
}

void
lucida_canvas_zoom_in (LucidaCanvas *self)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  zoom_at_centre (self, _lucida_canvas_get_zoom (self) * ZOOM_STEP);
}

void
lucida_canvas_zoom_out (LucidaCanvas *self)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  zoom_at_centre (self, _lucida_canvas_get_zoom (self) / ZOOM_STEP);
}

void
lucida_canvas_zoom_fit (LucidaCanvas *self)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  self->fit = TRUE;
  _lucida_canvas_view_changed (self);
}

void
lucida_canvas_zoom_one (LucidaCanvas *self)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  zoom_at_centre (self, 1.0);
}
