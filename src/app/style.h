#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Light or dark: as the desktop says ("system"), or as chosen. */
#define LUCIDA_TYPE_STYLE (lucida_style_get_type ())
G_DECLARE_FINAL_TYPE (LucidaStyle, lucida_style, LUCIDA, STYLE, GObject)

/* To be called before GTK and threads begin: gives a theme of the environment the name that GTK 4
 * knows it by. */
void lucida_style_prepare (void);
/* (transfer full) */
LucidaStyle *lucida_style_new (GtkSettings *settings);
/* @scheme: "system", "light" or "dark"; others count as "system". */
void lucida_style_set_scheme (LucidaStyle *self, const char *scheme);

G_END_DECLS
