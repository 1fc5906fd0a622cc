#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The program's one window. */
#define LUCIDA_TYPE_WINDOW (lucida_window_get_type ())
G_DECLARE_FINAL_TYPE (LucidaWindow, lucida_window, LUCIDA, WINDOW, GtkApplicationWindow)

/* @settings may be NULL: then nothing is remembered. */
LucidaWindow *lucida_window_new (GtkApplication *application, GSettings *settings);
/* Opens pictures, models, and folders of either: the first picture, the last model. */
void lucida_window_open (LucidaWindow *self, const char *const *paths);
/* Opens the bundled network and picture where nothing else has been asked for. */
void lucida_window_open_demo (LucidaWindow *self);

G_END_DECLS
