#pragma once

#include "explorer/picture-item.h"

G_BEGIN_DECLS

/* The pictures of a folder by what they contain, not by suffix: paths that begin with @folder, not
 * of folders below it, without those whose names begin with a dot, in natural order.
 * (transfer full), NULL-terminated. Errors, beginning with "FOLDER: ": %LUCIDA_ERROR_IO,
 * %LUCIDA_ERROR_NOT_FOUND if there is none. */
char **lucida_picture_list_folder (const char *folder, GError **error);
/* Natural order of file names: case folded, runs of digits by value ("img2" before "img10"). */
int lucida_picture_list_compare (const char *a, const char *b);

/* The open pictures: a GListModel of LucidaPictureItem. */
#define LUCIDA_TYPE_PICTURE_LIST (lucida_picture_list_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPictureList, lucida_picture_list, LUCIDA, PICTURE_LIST, GObject)

#define LUCIDA_NO_POSITION G_MAXUINT

LucidaPictureList *lucida_picture_list_new (void); /* (transfer full) */
guint lucida_picture_list_get_length (LucidaPictureList *self);
/* (transfer none) (nullable): past the end */
LucidaPictureItem *lucida_picture_list_get (LucidaPictureList *self, guint position);
/* Where the item or the file of that path is, or %LUCIDA_NO_POSITION. */
guint lucida_picture_list_find_item (LucidaPictureList *self, LucidaPictureItem *item);
guint lucida_picture_list_find_path (LucidaPictureList *self, const char *path);
/* @found: of LucidaFoundPicture; in place of all that were there, or behind them. */
void lucida_picture_list_replace (LucidaPictureList *self, GPtrArray *found);
void lucida_picture_list_append (LucidaPictureList *self, GPtrArray *found);
/* Makes the list what was @found, which is in the same order as the list. Items of the same path
 * stay; they learn of another stamp. */
void lucida_picture_list_update (LucidaPictureList *self, GPtrArray *found);

G_END_DECLS
