#pragma once

#include "explorer/session.h"
#include "render/colormap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The layers that can be explained, each with its map; selecting one explains it, ticking several
 * explains them fused. */
#define LUCIDA_TYPE_LAYER_LIST (lucida_layer_list_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerList, lucida_layer_list, LUCIDA, LAYER_LIST, GtkWidget)

void lucida_layer_list_set_session (LucidaLayerList *self, LucidaSession *session);
/* The colours that the maps are shown in. */
void lucida_layer_list_set_colours (LucidaLayerList *self, const LucidaColormap *colours);

G_END_DECLS
