#pragma once

#include "explorer/model.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The parts of a preprocessing, to be changed one by one.
 *
 * Signal "changed" (no arguments): a person changed something, not always to something right.
 */
#define LUCIDA_TYPE_PREPROCESSING_FORM (lucida_preprocessing_form_get_type ())
G_DECLARE_FINAL_TYPE (LucidaPreprocessingForm, lucida_preprocessing_form, LUCIDA,
                      PREPROCESSING_FORM, GtkWidget)

/* What can be changed at all: the file may fix the size, and one channel has no order. */
void lucida_preprocessing_form_set_model (LucidaPreprocessingForm *self, LucidaModel *model);
void lucida_preprocessing_form_set_value (LucidaPreprocessingForm *self,
                                          const LucidaPreprocessing *value);
/* %FALSE if something that was typed is wrong; @problem: a sentence (transfer none). */
gboolean lucida_preprocessing_form_get_value (LucidaPreprocessingForm *self,
                                              LucidaPreprocessing *value, const char **problem);

G_END_DECLS
