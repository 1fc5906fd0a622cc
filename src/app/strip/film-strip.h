#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The open pictures, one below the other; choosing a row shows it. */
#define LUCIDA_TYPE_FILM_STRIP (lucida_film_strip_get_type ())
G_DECLARE_FINAL_TYPE (LucidaFilmStrip, lucida_film_strip, LUCIDA, FILM_STRIP, GtkWidget)

void lucida_film_strip_set_session (LucidaFilmStrip *self, LucidaSession *session);
/* How many rows are seen at once, at least 1. */
guint lucida_film_strip_get_page (LucidaFilmStrip *self);
/* Gives the keyboard to the selected row. */
void lucida_film_strip_focus (LucidaFilmStrip *self);

G_END_DECLS
