#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The classes of the model, the most probable first; selecting one explains it. */
#define LUCIDA_TYPE_CLASS_LIST (lucida_class_list_get_type ())
G_DECLARE_FINAL_TYPE (LucidaClassList, lucida_class_list, LUCIDA, CLASS_LIST, GtkWidget)

void lucida_class_list_set_session (LucidaClassList *self, LucidaSession *session);
/* Puts the keyboard focus where classes are searched, or on the list if it is short. */
void lucida_class_list_focus_search (LucidaClassList *self);

G_END_DECLS
