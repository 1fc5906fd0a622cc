#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A selection that belongs to somebody else: which rows of a list are chosen is asked of its owner,
 * and what a person selects is only told. So a row that is chosen already can be selected again.
 *
 * Signals:
 *   "chosen" (guint position, guint n)   these rows, and no others
 *   "unchosen" (guint position)          this row no longer
 */
#define LUCIDA_TYPE_CHOICE_MODEL (lucida_choice_model_get_type ())
G_DECLARE_FINAL_TYPE (LucidaChoiceModel, lucida_choice_model, LUCIDA, CHOICE_MODEL, GObject)

typedef gboolean (*LucidaChoiceTest) (gpointer item, gpointer data);

/* @is_chosen says it of an item of @model (transfer none), until lucida_choice_model_close().
 * (transfer full) */
LucidaChoiceModel *lucida_choice_model_new (GListModel *model, LucidaChoiceTest is_chosen,
                                            gpointer data);
/* Nothing is chosen or told any more. */
void lucida_choice_model_close (LucidaChoiceModel *self);
/* Others are chosen now. */
void lucida_choice_model_update (LucidaChoiceModel *self);
/* The first item that is chosen; GTK_INVALID_LIST_POSITION: none. */
guint lucida_choice_model_find (LucidaChoiceModel *self);

G_END_DECLS
