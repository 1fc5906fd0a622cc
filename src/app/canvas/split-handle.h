#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LUCIDA_SPLIT_HANDLE_WIDTH 32 /* of what can be grabbed */

/* The line between the halves of a split view. It is moved with the pointer or the arrow keys; its
 * parent gives it its place. Properties: "position" (0 … 1 of the parent's width, from where lines
 * begin). */
#define LUCIDA_TYPE_SPLIT_HANDLE (lucida_split_handle_get_type ())
G_DECLARE_FINAL_TYPE (LucidaSplitHandle, lucida_split_handle, LUCIDA, SPLIT_HANDLE, GtkWidget)

double lucida_split_handle_get_position (LucidaSplitHandle *self);

G_END_DECLS
