#pragma once

#include "explorer/explanation.h"

G_BEGIN_DECLS

/* How each model was last looked at: method, layers, and a class chosen by hand. Kept in a small
 * file, of which whatever cannot be read counts as not there; the models that were not looked at
 * for longest are left out of it. */
typedef struct _LucidaChoices LucidaChoices;

/* Reads @path, which need not exist. (transfer full) */
LucidaChoices *lucida_choices_new (const char *path);
void lucida_choices_free (LucidaChoices *self); /* (nullable) */
/* Puts what is known of @model into @question; layers and classes that it does not have are left
 * as they are. */
void lucida_choices_apply (LucidaChoices *self, LucidaModel *model, LucidaQuestion *question);
void lucida_choices_note (LucidaChoices *self, LucidaModel *model, const LucidaQuestion *question);
/* Writes the file if there is anything new; may be called by any thread. Errors: %LUCIDA_ERROR_IO.
 */
gboolean lucida_choices_save (LucidaChoices *self, GError **error);

G_END_DECLS
