#include "config.h"

#include "app/canvas/canvas-private.h"

#include "app/parts/text.h"
#include "render/legend.h"

#include <glib/gi18n.h>
#include <math.h>

/* The map at a place as a share of its maximum; a map without evidence has none. (transfer full) */
static char *
describe_heat (const LucidaHeatmap *heatmap, double u, double v)
{
  return heatmap->evidence == LUCIDA_EVIDENCE_FOUND
             ? g_strdup_printf ("%.2f", (double) lucida_overlay_sample (heatmap, u, v))
             : g_strdup ("–");
}

/* What lies under the pointer; NULL outside the picture. (transfer full) */
static char *
describe_pointer (LucidaCanvas *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  LucidaHeatmap *heatmap = self->maps[LUCIDA_HALF_MAIN].heatmap;
  LucidaHeatmap *other = self->maps[LUCIDA_HALF_OTHER].heatmap;
  double zoom = _lucida_canvas_get_zoom (self);
  const LucidaPlacement *placement = &self->placement;
  cairo_rectangle_int_t extent;
  double x, y, u, v, heat;
  g_autofree char *pixel = NULL;
  g_autofree char *place = NULL;
  g_autofree char *number = NULL;
  g_autofree char *value = NULL;

  if (!self->picture || !self->pointer_inside)
    return NULL;
  _lucida_canvas_get_extent (self, _lucida_canvas_find_half (self, self->pointer_x), &extent);
  x = (self->pointer_x * scale - extent.x) / zoom;
  y = (self->pointer_y * scale - extent.y) / zoom;
  if (x < 0.0 || y < 0.0 || x >= self->picture->width || y >= self->picture->height)
    return NULL;
  x = floor (x);
  y = floor (y);
  pixel = g_strdup_printf ("%.0f, %.0f", x, y);
  place = lucida_text_isolate (pixel);
  if (!heatmap)
    return g_steal_pointer (&place);
  u = (x + 0.5 - placement->x) / placement->width;
  v = (y + 0.5 - placement->y) / placement->height;
  if (u < 0.0 || v < 0.0 || u > 1.0 || v > 1.0)
    /* Translators: column and row of a pixel outside the part that the network gets. */
    return g_strdup_printf (_ ("%s  not seen by the network"), place);
  if (other && _lucida_canvas_get_n_halves (self) > 1)
    {
      g_autofree char *first = describe_heat (heatmap, u, v);
      g_autofree char *second = describe_heat (other, u, v);

      /* Translators: column and row of a pixel, and the two maps there, as shares of their maxima.
       */
      return g_strdup_printf (_ ("%s  heat %s | %s"), place, first, second);
    }
  if (heatmap->evidence != LUCIDA_EVIDENCE_FOUND)
    return g_steal_pointer (&place);
  heat = lucida_overlay_sample (heatmap, u, v);
  number = lucida_legend_format_value (heatmap->min + heat * (heatmap->max - heatmap->min));
  value = lucida_text_isolate (number);
  /* Translators: column and row of a pixel, the map there as a share of its maximum, and the number
   * itself. */
  return g_strdup_printf (_ ("%s  heat %.2f  value %s"), place, heat, value);
}

void
_lucida_canvas_update_probe (LucidaCanvas *self)
{
  g_autofree char *text = describe_pointer (self);

  if (self->view == LUCIDA_VIEW_SIDE)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  if (g_strcmp0 (text, self->probe_text) == 0)
    return;
  g_free (self->probe_text);
  self->probe_text = g_steal_pointer (&text);
  g_object_notify (G_OBJECT (self), "probe-text");
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, LucidaCanvas *self)
{
  self->pointer_inside = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  _lucida_canvas_update_probe (self);
}

static void
leave_cb (LucidaCanvas *self)
{
  self->pointer_inside = FALSE;
  _lucida_canvas_update_probe (self);
}

static void
enter_cb (GtkEventControllerMotion *controller, double x, double y, LucidaCanvas *self)
{
  motion_cb (controller, x, y, self);
}

void
_lucida_canvas_add_probe (LucidaCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect (motion, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}
