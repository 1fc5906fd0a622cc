#include "config.h"

#include "app/strip/picture-row.h"

#include "app/parts/template.h"
#include "app/parts/text.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_COLOURS 8 /* of badges, see style.css */

struct _LucidaPictureRow
{
  GtkWidget parent_instance;

  GtkPicture *thumbnail;
  GtkWidget *broken;
  GtkLabel *name;
  GtkWidget *badge;
  GtkLabel *class_name;
  GtkLabel *probability;

  LucidaPictureItem *item; /* (nullable) */
  LucidaPicture *shown;    /* the thumbnail as it is drawn; (nullable) */
};

G_DEFINE_FINAL_TYPE (LucidaPictureRow, lucida_picture_row, GTK_TYPE_WIDGET)

static void
show_thumbnail (LucidaPictureRow *self)
{
  LucidaPicture *picture = lucida_picture_item_get_thumbnail (self->item);
  g_autoptr (GdkTexture) texture = NULL;

  if (picture == self->shown)
    return;
  g_clear_pointer (&self->shown, lucida_picture_unref);
  if (picture)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
          picture->pixels, picture->stride * (gsize) picture->height,
          (GDestroyNotify) lucida_picture_unref, lucida_picture_ref (picture));

      self->shown = lucida_picture_ref (picture);
      texture = gdk_memory_texture_new (picture->width, picture->height, GDK_MEMORY_R8G8B8, bytes,
                                        picture->stride);
    }
  gtk_picture_set_paintable (self->thumbnail, texture ? GDK_PAINTABLE (texture) : NULL);
}

/* Each class has its colour, by number, so that it keeps it from picture to picture. */
static void
show_badge (LucidaPictureRow *self, const char *class_name, const char *probability)
{
  int index = lucida_picture_item_get_class (self->item);
  g_autofree char *colour = g_strdup_printf ("class-%d", index % N_COLOURS);
  const char *classes[] = { "badge", index < 0 ? "waiting" : colour, NULL };

  gtk_widget_set_css_classes (self->badge, classes);
  gtk_label_set_text (self->class_name, class_name);
  gtk_label_set_text (self->probability, probability ? probability : "");
  gtk_widget_set_visible (GTK_WIDGET (self->probability), probability != NULL);
}

static void
update (LucidaPictureRow *self)
{
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (self));
  const char *name = lucida_picture_item_get_name (self->item);
  const char *error = lucida_picture_item_get_error (self->item);
  const char *class_name = lucida_picture_item_get_class_name (self->item);
  double value = lucida_picture_item_get_probability (self->item);
  g_autofree char *probability = isnan (value) ? NULL : lucida_text_percent (value);
  g_autofree char *label = NULL;

  show_thumbnail (self);
  gtk_label_set_text (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), error ? error : name);
  gtk_widget_set_visible (self->broken, error != NULL && !self->shown);
  if (error)
    {
      show_badge (self, _ ("cannot be read"), NULL);
      /* Translators: %s is a file. */
      label = g_strdup_printf (_ ("%s, cannot be read"), name);
    }
  else if (class_name && probability)
    {
      show_badge (self, class_name, probability);
      /* Translators: a file, its class, and the probability with its sign: "cat.jpg, cat 98 %". */
      label = g_strdup_printf (_ ("%s, %s %s"), name, class_name, probability);
    }
  else if (class_name)
    {
      show_badge (self, class_name, NULL);
      label = g_strdup_printf (_ ("%s, %s"), name, class_name);
    }
  else
    {
      show_badge (self, "…", NULL);
      label = g_strdup (name);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, error ? error : "", -1);
}

static void
lucida_picture_row_dispose (GObject *object)
{
  LucidaPictureRow *self = LUCIDA_PICTURE_ROW (object);

  lucida_picture_row_set_item (self, NULL);
  g_clear_pointer (&self->shown, lucida_picture_unref);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_picture_row_parent_class)->dispose (object);
}

static void
lucida_picture_row_class_init (LucidaPictureRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_picture_row_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/picture-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureRow, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureRow, broken);
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureRow, name);
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureRow, badge);
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureRow, class_name);
  gtk_widget_class_bind_template_child (widget_class, LucidaPictureRow, probability);
}

static void
lucida_picture_row_init (LucidaPictureRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_picture_row_new (void)
{
  return g_object_new (LUCIDA_TYPE_PICTURE_ROW, NULL);
}

void
lucida_picture_row_set_item (LucidaPictureRow *self, LucidaPictureItem *item)
{
  if (self->item)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (!item)
    return;
  g_signal_connect_swapped (item, "changed", G_CALLBACK (update), self);
  update (self);
}

LucidaPictureItem *
lucida_picture_row_get_item (LucidaPictureRow *self)
{
  return self->item;
}
