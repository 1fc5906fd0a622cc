#include "config.h"

#include "app/parts/list-focus.h"

static gboolean
contains_focus (GtkWidget *list)
{
  GtkRoot *root = gtk_widget_get_root (list);
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;

  return focus && (focus == list || gtk_widget_is_ancestor (focus, list));
}

gboolean
lucida_list_grab_focus (GtkWidget *list)
{
  for (GtkWidget *row = gtk_widget_get_first_child (list); row;
       row = gtk_widget_get_next_sibling (row))
    if (gtk_widget_get_state_flags (row) & GTK_STATE_FLAG_SELECTED)
      return gtk_widget_grab_focus (row);
  return gtk_widget_grab_focus (list);
}

/* To what follows the list, or goes before it, inside @widget. */
static gboolean
leave (GtkWidget *widget, GtkWidget *list, GtkDirectionType direction)
{
  gboolean forward = direction == GTK_DIR_TAB_FORWARD;

  for (GtkWidget *inner = list; inner && inner != widget; inner = gtk_widget_get_parent (inner))
    {
      GtkWidget *next = inner;

      while ((next
              = forward ? gtk_widget_get_next_sibling (next) : gtk_widget_get_prev_sibling (next)))
        if (gtk_widget_child_focus (next, direction))
          return TRUE;
    }
  return FALSE;
}

gboolean
lucida_list_focus (GtkWidget *widget, GtkWidget *list, GtkDirectionType direction,
                   gboolean (*focus) (GtkWidget *widget, GtkDirectionType direction))
{
  gboolean tab = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD;

  if (tab && contains_focus (list))
    return leave (widget, list, direction);
  if (!focus (widget, direction))
    return FALSE;
  if (tab && contains_focus (list))
    lucida_list_grab_focus (list);
  return TRUE;
}
