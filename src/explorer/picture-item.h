#pragma once

#include "base/file-stamp.h"
#include "picture/picture.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* One of the open pictures and what is known of it by now. Lives on the main thread.
 *
 * Signal "changed" (no arguments): something else is known.
 */
#define LUCIDA_TYPE_PICTURE_ITEM (lucida_picture_item_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPictureItem, lucida_picture_item, LUCIDA, PICTURE_ITEM, GObject)

/* (transfer full) */
LucidaPictureItem *lucida_picture_item_new (const char *path, const LucidaFileStamp *stamp);
const char *lucida_picture_item_get_path (LucidaPictureItem *self);
const char *lucida_picture_item_get_name (LucidaPictureItem *self); /* base name, valid UTF-8 */
const LucidaFileStamp *lucida_picture_item_get_stamp (LucidaPictureItem *self);
/* The file has changed: nothing is known of it any more. */
void lucida_picture_item_set_stamp (LucidaPictureItem *self, const LucidaFileStamp *stamp);

LucidaPicture *lucida_picture_item_get_thumbnail (LucidaPictureItem *self); /* (nullable) */
void lucida_picture_item_set_thumbnail (LucidaPictureItem *self, LucidaPicture *thumbnail);

/* The predicted class, or -1 while it is not known. */
int lucida_picture_item_get_class (LucidaPictureItem *self);
/* Its name, or NULL. */
const char *lucida_picture_item_get_class_name (LucidaPictureItem *self);
/* 0 … 1, or NaN where the network gives none. */
double lucida_picture_item_get_probability (LucidaPictureItem *self);
/* @index -1: not known. */
void lucida_picture_item_set_prediction (LucidaPictureItem *self, int index, const char *name,
                                         double probability);

/* One sentence that says why the file cannot be read, or NULL. */
const char *lucida_picture_item_get_error (LucidaPictureItem *self);
void lucida_picture_item_set_error (LucidaPictureItem *self, const char *sentence);

G_END_DECLS
