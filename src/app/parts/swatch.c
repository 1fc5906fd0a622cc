#include "config.h"

#include "app/parts/swatch.h"

#define N_COLOURS 256

struct _LucidaSwatch
{
  GtkWidget parent_instance;

  GdkTexture *texture; /* N_COLOURS × 1 */
};

G_DEFINE_FINAL_TYPE (LucidaSwatch, lucida_swatch, GTK_TYPE_WIDGET)

static void
lucida_swatch_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LucidaSwatch *self = LUCIDA_SWATCH (widget);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0.0f, 0.0f, (float) gtk_widget_get_width (widget),
                                               (float) gtk_widget_get_height (widget));

  if (self->texture && bounds.size.width > 0 && bounds.size.height > 0)
    gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
}

static void
lucida_swatch_dispose (GObject *object)
{
  LucidaSwatch *self = LUCIDA_SWATCH (object);

  g_clear_object (&self->texture);
  G_OBJECT_CLASS (lucida_swatch_parent_class)->dispose (object);
}

static void
lucida_swatch_class_init (LucidaSwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_swatch_dispose;
  widget_class->snapshot = lucida_swatch_snapshot;
  gtk_widget_class_set_css_name (widget_class, "swatch");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
lucida_swatch_init (LucidaSwatch *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
lucida_swatch_new (void)
{
  return g_object_new (LUCIDA_TYPE_SWATCH, NULL);
}

void
lucida_swatch_set_colormap (LucidaSwatch *self, const LucidaColormap *colormap)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (LUCIDA_IS_SWATCH (self) && colormap != NULL);

  bytes = g_bytes_new (colormap->rgb, 3 * N_COLOURS);
  g_clear_object (&self->texture);
  self->texture = gdk_memory_texture_new (N_COLOURS, 1, GDK_MEMORY_R8G8B8, bytes, 3 * N_COLOURS);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
