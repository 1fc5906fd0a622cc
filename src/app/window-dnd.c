#include "config.h"

#include "app/window-private.h"

#include "app/parts/paths.h"

#include <string.h>

/* Files that something else has on disk; others have no path. */
static void
add_files (GPtrArray *paths, GdkFileList *list)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);

  for (GSList *l = files; l; l = l->next)
    {
      char *path = g_file_get_path (l->data);

      if (path)
        g_ptr_array_add (paths, path);
    }
}

/* Text with an address or a path in each line, as terminals and browsers give it. */
static void
add_text (GPtrArray *paths, const char *text)
{
  g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);

  for (int i = 0; lines[i]; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (g_str_has_prefix (line, "file://") || line[0] == G_DIR_SEPARATOR)
        g_ptr_array_add (paths, lucida_paths_from_argument (line, NULL));
    }
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  LucidaWindow *self = data;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    add_files (paths, g_value_get_boxed (value));
  else if (G_VALUE_HOLDS (value, G_TYPE_STRING))
    add_text (paths, g_value_get_string (value));
  if (paths->len == 0)
    return FALSE;
  g_ptr_array_add (paths, NULL);
  lucida_window_open (self, (const char *const *) paths->pdata);
  return TRUE;
}

void
_lucida_window_add_drop_target (LucidaWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (self->content, GTK_EVENT_CONTROLLER (target));
}
