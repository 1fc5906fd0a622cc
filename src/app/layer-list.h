#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The layers that can be explained; selecting one explains it. */
#define LUCIDA_TYPE_LAYER_LIST (lucida_layer_list_get_type ())
G_DECLARE_FINAL_TYPE (LucidaLayerList, lucida_layer_list, LUCIDA, LAYER_LIST, GtkWidget)

void lucida_layer_list_set_session (LucidaLayerList *self, LucidaSession *session);

G_END_DECLS
