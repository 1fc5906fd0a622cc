#include "config.h"

#include "app/choosing/layer-thumb.h"

#include "render/upsample.h"

#include <glib/gi18n.h>

#define SIZE 34 /* pixels */
#define N_COLOURS 256

struct _LucidaLayerThumb
{
  GtkWidget parent_instance;

  LucidaHeatmap *heatmap; /* (nullable) */
  const LucidaColormap *colormap;
  GdkTexture *texture; /* as many pixels as the screen has; NULL: nothing to show */
};

G_DEFINE_FINAL_TYPE (LucidaLayerThumb, lucida_layer_thumb, GTK_TYPE_WIDGET)

/* The one place that makes the texture anew. */
static void
thumb_invalidate (LucidaLayerThumb *self)
{
  int size = SIZE * gtk_widget_get_scale_factor (GTK_WIDGET (self));
  gsize count = (gsize) size * (gsize) size;
  g_autofree float *heat = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint8 (*rgb)[3];

  g_clear_object (&self->texture);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (!self->heatmap || !self->colormap || self->heatmap->evidence != LUCIDA_EVIDENCE_FOUND)
    return;
  heat = g_new (float, count);
  rgb = g_malloc (count * sizeof *rgb);
  lucida_overlay_upsample (self->heatmap, size, size, heat);
  for (gsize i = 0; i < count; i++)
    {
      int colour = (int) (CLAMP (heat[i], 0.0f, 1.0f) * (N_COLOURS - 1) + 0.5f);

      for (int c = 0; c < 3; c++)
        rgb[i][c] = self->colormap->rgb[colour][c];
    }
  bytes = g_bytes_new_take (rgb, count * sizeof *rgb);
  self->texture
      = gdk_memory_texture_new (size, size, GDK_MEMORY_R8G8B8, bytes, (gsize) size * sizeof *rgb);
}

static void
lucida_layer_thumb_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                            int *minimum, int *natural, int *minimum_baseline,
                            int *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
lucida_layer_thumb_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LucidaLayerThumb *self = LUCIDA_LAYER_THUMB (widget);
  const graphene_rect_t bounds = GRAPHENE_RECT_INIT (0.0f, 0.0f, SIZE, SIZE);

  if (self->texture)
    gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
}

static gboolean
lucida_layer_thumb_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                  GtkTooltip *tooltip)
{
  LucidaLayerThumb *self = LUCIDA_LAYER_THUMB (widget);
  const char *note = self->heatmap ? lucida_evidence_get_note (self->heatmap->evidence) : NULL;

  if (!note)
    return FALSE;
  gtk_tooltip_set_text (tooltip, _ (note));
  return TRUE;
}

static void
lucida_layer_thumb_dispose (GObject *object)
{
  LucidaLayerThumb *self = LUCIDA_LAYER_THUMB (object);

  g_clear_pointer (&self->heatmap, lucida_heatmap_unref);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (lucida_layer_thumb_parent_class)->dispose (object);
}

static void
lucida_layer_thumb_class_init (LucidaLayerThumbClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_layer_thumb_dispose;
  widget_class->measure = lucida_layer_thumb_measure;
  widget_class->snapshot = lucida_layer_thumb_snapshot;
  widget_class->query_tooltip = lucida_layer_thumb_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "thumb");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lucida_layer_thumb_init (LucidaLayerThumb *self)
{
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (thumb_invalidate), NULL);
}

void
lucida_layer_thumb_set_map (LucidaLayerThumb *self, LucidaHeatmap *heatmap,
                            const LucidaColormap *colormap)
{
  g_return_if_fail (LUCIDA_IS_LAYER_THUMB (self));

  if (self->heatmap == heatmap && self->colormap == colormap)
    return;
  g_clear_pointer (&self->heatmap, lucida_heatmap_unref);
  self->heatmap = heatmap ? lucida_heatmap_ref (heatmap) : NULL;
  self->colormap = colormap;
  thumb_invalidate (self);
}
