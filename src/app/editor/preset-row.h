#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One way of preparing a picture: its name, what the network would see, and what it would say. */
#define LUCIDA_TYPE_PRESET_ROW (lucida_preset_row_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPresetRow, lucida_preset_row, LUCIDA, PRESET_ROW, GtkListBoxRow)

GtkWidget *lucida_preset_row_new (void);
/* @title: what people call it; @parts: what it does, in a few words. */
void lucida_preset_row_set_text (LucidaPresetRow *self, const char *title, const char *parts);
/* @answer (nullable): the class and its score; @seen (nullable): the network's input. @running:
 * another answer is being computed; what is given is the one before it. */
void lucida_preset_row_set_answer (LucidaPresetRow *self, const char *answer, GdkPaintable *seen,
                                   gboolean running);

G_END_DECLS
