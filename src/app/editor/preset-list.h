#pragma once

#include "explorer/session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The usual ways of preparing a picture and, below them, values of one's own; beside each what the
 * network would see and say. The answers come one after another, the selected one's first.
 *
 * Signals (no arguments):
 *   "chosen"  a person selected a row
 *   "tried"   the selected row's answer is another one
 */
#define LUCIDA_TYPE_PRESET_LIST (lucida_preset_list_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPresetList, lucida_preset_list, LUCIDA, PRESET_LIST, GtkWidget)

void lucida_preset_list_set_session (LucidaPresetList *self, LucidaSession *session);
/* Selects the preset that @value is, else the row of one's own values, which becomes @value. Every
 * row takes its size. */
void lucida_preset_list_set_value (LucidaPresetList *self, const LucidaPreprocessing *value);
/* That of the selected row; %FALSE if there is none. */
gboolean lucida_preset_list_get_value (LucidaPresetList *self, LucidaPreprocessing *value);
/* What the network would see and say, of the selected row. (transfer none) (nullable) */
GdkPaintable *lucida_preset_list_get_seen (LucidaPresetList *self);
const char *lucida_preset_list_get_answer (LucidaPresetList *self);

G_END_DECLS
