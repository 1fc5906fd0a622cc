#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A texture of an RGB24 or ARGB32 surface, whose pixels it goes on using: nobody may draw on it any
 * more. From any thread. (transfer full) */
GdkTexture *lucida_texture_new (cairo_surface_t *surface);

G_END_DECLS
