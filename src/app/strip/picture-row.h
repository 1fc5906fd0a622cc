#pragma once

#include "explorer/picture-item.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LUCIDA_THUMBNAIL_WIDTH 112 /* px, before the screen's scale */
#define LUCIDA_THUMBNAIL_HEIGHT 84

/* One of the open pictures in the strip: thumbnail, name, and class with its probability. */
#define LUCIDA_TYPE_PICTURE_ROW (lucida_picture_row_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPictureRow, lucida_picture_row, LUCIDA, PICTURE_ROW, GtkWidget)

GtkWidget *lucida_picture_row_new (void);
/* Shows @item (nullable) and what becomes known of it. */
void lucida_picture_row_set_item (LucidaPictureRow *self, LucidaPictureItem *item);
LucidaPictureItem *lucida_picture_row_get_item (LucidaPictureRow *self); /* (nullable) */

G_END_DECLS
