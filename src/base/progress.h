#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @done of @total steps are done. Called on the thread that computes. */
typedef void (*LucidaProgressFunc) (guint done, guint total, gpointer data);

G_END_DECLS
