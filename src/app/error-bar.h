#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A bar at the top of the window that says in one sentence what went wrong, until it is closed. */
#define LUCIDA_TYPE_ERROR_BAR (lucida_error_bar_get_type ())
G_DECLARE_FINAL_TYPE (LucidaErrorBar, lucida_error_bar, LUCIDA, ERROR_BAR, GtkWidget)

typedef enum
{
  LUCIDA_BAR_ERROR,
  LUCIDA_BAR_WARNING, /* it was done, but there is something to know */
  LUCIDA_BAR_NOTE,    /* nothing is wrong */
} LucidaBarKind;

/* Shows @sentence; where it begins with a path and a colon, the file's name stands out and the
 * whole path is in the tooltip. */
void lucida_error_bar_show (LucidaErrorBar *self, LucidaBarKind kind, const char *sentence);
/* A button for the way out, until the next sentence; @label NULL: none. */
void lucida_error_bar_set_button (LucidaErrorBar *self, const char *label, const char *action);
void lucida_error_bar_hide (LucidaErrorBar *self);

G_END_DECLS
