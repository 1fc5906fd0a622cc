#include "config.h"

#include "app/canvas/canvas-private.h"

#include <math.h>

/* In widget coordinates: */
#define GAP 4 /* between two pictures */
#define TWIN_RADIUS 6.0

int
_lucida_canvas_get_n_halves (LucidaCanvas *self)
{
  return self->view == LUCIDA_VIEW_SINGLE ? 1 : 2;
}

static gboolean
is_left (LucidaCanvas *self, LucidaHalf half)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  return (half == LUCIDA_HALF_MAIN) != mirrored;
}

/* The canvas in device pixels. */
static void
get_area (LucidaCanvas *self, cairo_rectangle_int_t *area)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int scale = gtk_widget_get_scale_factor (widget);

  area->x = 0;
  area->y = 0;
  area->width = gtk_widget_get_width (widget) * scale;
  area->height = gtk_widget_get_height (widget) * scale;
}

void
_lucida_canvas_get_viewport (LucidaCanvas *self, LucidaHalf half, cairo_rectangle_int_t *area)
{
  int whole;

  get_area (self, area);
  if (self->view != LUCIDA_VIEW_SIDE)
    return;
  whole = area->width;
  area->width = MAX (1, (whole - GAP * gtk_widget_get_scale_factor (GTK_WIDGET (self))) / 2);
  if (!is_left (self, half))
    area->x = whole - area->width;
}

void
_lucida_canvas_get_half (LucidaCanvas *self, LucidaHalf half, cairo_rectangle_int_t *area)
{
  int whole;
  int main_width;

  _lucida_canvas_get_viewport (self, half, area);
  if (self->view != LUCIDA_VIEW_SPLIT)
    return;
  whole = area->width;
  main_width = (int) lround (self->split * whole);
  area->width = half == LUCIDA_HALF_MAIN ? main_width : whole - main_width;
  if (!is_left (self, half))
    area->x = whole - area->width;
}

LucidaHalf
_lucida_canvas_find_half (LucidaCanvas *self, double x)
{
  cairo_rectangle_int_t area;
  double place = x * gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (_lucida_canvas_get_n_halves (self) < 2)
    return LUCIDA_HALF_MAIN;
  _lucida_canvas_get_half (self, LUCIDA_HALF_OTHER, &area);
  return place >= area.x && place < area.x + area.width ? LUCIDA_HALF_OTHER : LUCIDA_HALF_MAIN;
}

void
_lucida_canvas_snapshot_twin (LucidaCanvas *self, GtkSnapshot *snapshot)
{
  LucidaHalf here = _lucida_canvas_find_half (self, self->pointer_x);
  double scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cairo_rectangle_int_t from;
  cairo_rectangle_int_t to;
  double x;
  cairo_t *cr;

  if (self->view != LUCIDA_VIEW_SIDE || !self->pointer_inside || !self->probe_text)
    return;
  _lucida_canvas_get_viewport (self, here, &from);
  _lucida_canvas_get_viewport (self, LUCIDA_N_HALVES - 1 - here, &to);
  x = self->pointer_x + (to.x - from.x) / scale;
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT ((float) (x - 2.0 * TWIN_RADIUS),
                                     (float) (self->pointer_y - 2.0 * TWIN_RADIUS),
                                     (float) (4.0 * TWIN_RADIUS), (float) (4.0 * TWIN_RADIUS)));
  cairo_arc (cr, x, self->pointer_y, TWIN_RADIUS, 0.0, 2.0 * G_PI);
  cairo_set_source_rgba (cr, 0.0, 0.0, 0.0, 0.6);
  cairo_set_line_width (cr, 4.0);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_set_line_width (cr, 2.0);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

void
lucida_canvas_get_half (LucidaCanvas *self, LucidaHalf half, GdkRectangle *area)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  _lucida_canvas_get_half (self, half, area);
  area->x /= scale;
  area->y /= scale;
  area->width /= scale;
  area->height /= scale;
}

void
lucida_canvas_set_view (LucidaCanvas *self, LucidaCanvasView view)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  if (view == self->view)
    return;
  self->view = view;
  _lucida_canvas_view_changed (self);
}

void
lucida_canvas_set_split (LucidaCanvas *self, double split)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  self->split = CLAMP (split, 0.0, 1.0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

double
lucida_canvas_get_split (LucidaCanvas *self)
{
  g_return_val_if_fail (LUCIDA_IS_CANVAS (self), 0.0);

  return self->split;
}
