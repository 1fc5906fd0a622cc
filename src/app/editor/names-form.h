#pragma once

#include "explorer/model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The names of a model's classes as a text, one a line.
 *
 * Signal "changed" (no arguments): a person changed the text, not always to as many names as there
 * are classes.
 */
#define LUCIDA_TYPE_NAMES_FORM (lucida_names_form_get_type ())
G_DECLARE_FINAL_TYPE (LucidaNamesForm, lucida_names_form, LUCIDA, NAMES_FORM, GtkWidget)

/* Shows the names of @model. */
void lucida_names_form_set_model (LucidaNamesForm *self, LucidaModel *model);
/* Whether the text is no longer that of the model. */
gboolean lucida_names_form_get_changed (LucidaNamesForm *self);
/* (transfer full) (array zero-terminated=1), or NULL and a sentence in @problem (transfer full). */
char **lucida_names_form_get_names (LucidaNamesForm *self, char **problem);

G_END_DECLS
