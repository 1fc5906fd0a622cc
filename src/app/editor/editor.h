#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A small window beside the large one: how pictures are prepared for the present model, and what
 * its classes are called. Follows the session. */
#define LUCIDA_TYPE_EDITOR (lucida_editor_get_type ())
G_DECLARE_FINAL_TYPE (LucidaEditor, lucida_editor, LUCIDA, EDITOR, GtkWindow)

GtkWidget *lucida_editor_new (GtkWindow *parent, LucidaSession *session);

G_END_DECLS
