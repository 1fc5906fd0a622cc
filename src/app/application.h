#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LUCIDA_TYPE_APPLICATION (lucida_application_get_type ())
G_DECLARE_FINAL_TYPE (LucidaApplication, lucida_application, LUCIDA, APPLICATION, GtkApplication)

/* A second start hands its arguments to the first. (transfer full) */
LucidaApplication *lucida_application_new (void);

G_END_DECLS
