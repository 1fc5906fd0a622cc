#include "config.h"

#include "app/canvas/canvas-private.h"

#define PAN_STEP 0.125 /* of the canvas, by a key */

static double
clamp_axis (double centre, double picture, double canvas)
{
  if (picture <= canvas)
    return 0.5 * picture;
  return CLAMP (centre, 0.5 * canvas, picture - 0.5 * canvas);
}

/* Whether some of the picture lies outside the canvas. */
static gboolean
can_pan (LucidaCanvas *self)
{
  cairo_rectangle_int_t viewport;
  cairo_rectangle_int_t extent;

  if (!self->picture)
    return FALSE;
  _lucida_canvas_get_viewport (self, LUCIDA_HALF_MAIN, &viewport);
  _lucida_canvas_get_extent (self, LUCIDA_HALF_MAIN, &extent);
  return extent.width > viewport.width || extent.height > viewport.height;
}

void
_lucida_canvas_clamp (LucidaCanvas *self)
{
  double zoom = _lucida_canvas_get_zoom (self);
  cairo_rectangle_int_t viewport;

  if (!self->picture)
    return;
  _lucida_canvas_get_viewport (self, LUCIDA_HALF_MAIN, &viewport);
  self->centre_x = clamp_axis (self->centre_x, self->picture->width, viewport.width / zoom);
  self->centre_y = clamp_axis (self->centre_y, self->picture->height, viewport.height / zoom);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), self->pointer_hidden ? "none"
                                                      : can_pan (self)     ? "grab"
                                                                           : NULL);
}

static void
drag_begin_cb (LucidaCanvas *self)
{
  self->drag_x = self->centre_x;
  self->drag_y = self->centre_y;
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, LucidaCanvas *self)
{
  double per_unit
      = gtk_widget_get_scale_factor (GTK_WIDGET (self)) / _lucida_canvas_get_zoom (self);

  if (!can_pan (self))
    return;
  self->centre_x = self->drag_x - dx * per_unit;
  self->centre_y = self->drag_y - dy * per_unit;
  _lucida_canvas_clamp (self);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
_lucida_canvas_add_pan (LucidaCanvas *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (_lucida_canvas_clamp), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}

void
lucida_canvas_pan (LucidaCanvas *self, int right, int down)
{
  cairo_rectangle_int_t viewport;
  double zoom;

  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  if (!can_pan (self))
    return;
  _lucida_canvas_get_viewport (self, LUCIDA_HALF_MAIN, &viewport);
  zoom = _lucida_canvas_get_zoom (self);
  self->centre_x += PAN_STEP * right * viewport.width / zoom;
  self->centre_y += PAN_STEP * down * viewport.height / zoom;
  _lucida_canvas_view_changed (self);
}

void
lucida_canvas_hide_pointer (LucidaCanvas *self, gboolean hidden)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  self->pointer_hidden = hidden;
  _lucida_canvas_clamp (self);
}
