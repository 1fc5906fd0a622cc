#pragma once

#include "explorer/explanation.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* A question that can be chosen from a list, in words. Immutable. */
#define LUCIDA_TYPE_CHOICE (lucida_choice_get_type ())
G_DECLARE_FINAL_TYPE (LucidaChoice, lucida_choice, LUCIDA, CHOICE, GObject)

/* @question is copied. (transfer full) */
LucidaChoice *lucida_choice_new (const char *title, const char *detail,
                                 const LucidaQuestion *question);
const char *lucida_choice_get_title (LucidaChoice *self);
const char *lucida_choice_get_detail (LucidaChoice *self);
const LucidaQuestion *lucida_choice_get_question (LucidaChoice *self);
/* Whether the title contains @folded, which has been through g_utf8_casefold(). */
gboolean lucida_choice_matches (LucidaChoice *self, const char *folded);

G_END_DECLS
