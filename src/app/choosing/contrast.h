#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A button that asks why one class rather than another, and says which. */
#define LUCIDA_TYPE_CONTRAST (lucida_contrast_get_type ())
G_DECLARE_FINAL_TYPE (LucidaContrast, lucida_contrast, LUCIDA, CONTRAST, GtkWidget)

/* @classes: of LucidaClassItem, in the order in which they are offered. */
void lucida_contrast_set_session (LucidaContrast *self, LucidaSession *session,
                                  GListModel *classes);

G_END_DECLS
