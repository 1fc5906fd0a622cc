#include "config.h"

#include "app/canvas/canvas.h"

#include "app/canvas/canvas-private.h"

#include <string.h>

enum
{
  PROP_PROBE_TEXT = 1,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (LucidaCanvas, lucida_canvas, GTK_TYPE_WIDGET)

/* What Cairo draws is made anew for every frame and handed over whole; textures are not, but GTK's
 * renderer in Cairo would copy each of them for every frame, and GTK 4.8 cannot show a texture's
 * pixels as squares. */
static gboolean
use_textures (LucidaCanvas *self)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));

  return native && !GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native))
         && !_lucida_canvas_is_crisp (self);
}

static void
lucida_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LucidaCanvas *self = LUCIDA_CANVAS (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) gtk_widget_get_width (widget),
                                               (float) gtk_widget_get_height (widget));
  cairo_t *cr;

  if (!self->picture || bounds.size.width <= 0.0f || bounds.size.height <= 0.0f)
    return;
  if (use_textures (self))
    _lucida_canvas_compose (self, snapshot);
  else
    {
      cr = gtk_snapshot_append_cairo (snapshot, &bounds);
      _lucida_canvas_draw (self, cr);
      cairo_destroy (cr);
    }
  _lucida_canvas_snapshot_twin (self, snapshot);
}

static void
lucida_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  LucidaCanvas *self = LUCIDA_CANVAS (widget);

  _lucida_canvas_view_changed (self);
}

static void
lucida_canvas_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  LucidaCanvas *self = LUCIDA_CANVAS (object);

  if (id == PROP_PROBE_TEXT)
    g_value_set_string (value, self->probe_text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
lucida_canvas_dispose (GObject *object)
{
  LucidaCanvas *self = LUCIDA_CANVAS (object);

  self->worker = NULL;
  g_clear_pointer (&self->picture, lucida_picture_unref);
  for (int half = 0; half < LUCIDA_N_HALVES; half++)
    {
      g_clear_pointer (&self->maps[half].heatmap, lucida_heatmap_unref);
      _lucida_canvas_image_take (&self->maps[half].coloured, NULL);
      _lucida_canvas_image_take (&self->maps[half].lines, NULL);
    }
  _lucida_canvas_image_take (&self->scaled, NULL);
  g_clear_pointer (&self->probe_text, g_free);
  G_OBJECT_CLASS (lucida_canvas_parent_class)->dispose (object);
}

static void
lucida_canvas_class_init (LucidaCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = lucida_canvas_dispose;
  object_class->get_property = lucida_canvas_get_property;
  properties[PROP_PROBE_TEXT]
      = g_param_spec_string ("probe-text", NULL, NULL, NULL,
                             G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  widget_class->snapshot = lucida_canvas_snapshot;
  widget_class->size_allocate = lucida_canvas_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lucida_canvas_init (LucidaCanvas *self)
{
  self->fit = TRUE;
  self->zoom = 1.0;
  self->split = 0.5;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (_lucida_canvas_view_changed), NULL);
  _lucida_canvas_add_zoom (self);
  _lucida_canvas_add_pan (self);
  _lucida_canvas_add_probe (self);
}

void
lucida_canvas_set_worker (LucidaCanvas *self, LucidaWorker *worker)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  self->worker = worker;
}

void
lucida_canvas_set_picture (LucidaCanvas *self, LucidaPicture *picture)
{
  gboolean same_size;

  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  if (picture == self->picture)
    return;
  same_size = picture && self->picture && picture->width == self->picture->width
              && picture->height == self->picture->height;
  g_clear_pointer (&self->picture, lucida_picture_unref);
  if (picture)
    self->picture = lucida_picture_ref (picture);
  if (picture && !same_size)
    {
      self->fit = TRUE;
      self->centre_x = 0.5 * picture->width;
      self->centre_y = 0.5 * picture->height;
    }
  _lucida_canvas_invalidate_picture (self);
  for (int half = 0; half < LUCIDA_N_HALVES; half++)
    {
      g_clear_pointer (&self->maps[half].heatmap, lucida_heatmap_unref);
      _lucida_canvas_invalidate_map (self, half);
      _lucida_canvas_drop_contours (self, half);
    }
  _lucida_canvas_update_probe (self);
}

void
lucida_canvas_set_map (LucidaCanvas *self, LucidaHalf half, LucidaHeatmap *heatmap,
                       const LucidaPlacement *placement)
{
  LucidaCanvasMap *map = &self->maps[half];
  gboolean moved = placement && memcmp (placement, &self->placement, sizeof *placement) != 0;

  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  if (heatmap == map->heatmap && !moved)
    return;
  if (heatmap)
    lucida_heatmap_ref (heatmap);
  g_clear_pointer (&map->heatmap, lucida_heatmap_unref);
  map->heatmap = heatmap;
  if (placement)
    self->placement = *placement;
  _lucida_canvas_invalidate_map (self, half);
  _lucida_canvas_drop_contours (self, half);
  _lucida_canvas_update_probe (self);
}

void
lucida_canvas_set_style (LucidaCanvas *self, const LucidaOverlayStyle *style)
{
  LucidaOverlayStyle before;

  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  before = self->style;
  self->style = *style;
  if (before.colormap != style->colormap || before.blend != style->blend
      || before.threshold != style->threshold)
    for (int half = 0; half < LUCIDA_N_HALVES; half++)
      _lucida_canvas_invalidate_map (self, half);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
lucida_canvas_set_bare (LucidaCanvas *self, gboolean bare)
{
  g_return_if_fail (LUCIDA_IS_CANVAS (self));

  if (bare == self->bare)
    return;
  self->bare = bare;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
