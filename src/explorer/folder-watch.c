#include "explorer/folder-watch.h"

#define QUIET 300    /* ms after the last event; programs write in several steps */
#define LONGEST 2000 /* ms after the first: somebody may write without a pause */
#define MAX_FOLDERS 16

struct _LucidaFolderWatch
{
  GPtrArray *monitors; /* GFileMonitor */
  void (*changed) (gpointer);
  gpointer data;
  guint timeout_id;
  gint64 first; /* when the first event came, μs */
};

static gboolean
timeout_cb (gpointer data)
{
  LucidaFolderWatch *self = data;

  self->timeout_id = 0;
  self->changed (self->data);
  return G_SOURCE_REMOVE;
}

static void
event_cb (LucidaFolderWatch *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->timeout_id == 0)
    self->first = now;
  else if (now - self->first > (LONGEST - QUIET) * (G_USEC_PER_SEC / 1000))
    return;
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->timeout_id = g_timeout_add (QUIET, timeout_cb, self);
}

static void
stop_monitor (gpointer monitor)
{
  g_file_monitor_cancel (monitor);
  g_object_unref (monitor);
}

LucidaFolderWatch *
lucida_folder_watch_new (const char *const *folders, void (*changed) (gpointer), gpointer data)
{
  LucidaFolderWatch *self = g_new0 (LucidaFolderWatch, 1);

  self->changed = changed;
  self->data = data;
  self->monitors = g_ptr_array_new_with_free_func (stop_monitor);
  for (int i = 0; folders[i] && i < MAX_FOLDERS; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_path (folders[i]);
      GFileMonitor *monitor
          = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);

      if (!monitor)
        continue;
      g_signal_connect_swapped (monitor, "changed", G_CALLBACK (event_cb), self);
      g_ptr_array_add (self->monitors, monitor);
    }
  return self;
}

void
lucida_folder_watch_free (LucidaFolderWatch *self)
{
  if (!self)
    return;
  for (guint i = 0; i < self->monitors->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->monitors, i), self);
  g_ptr_array_unref (self->monitors);
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_free (self);
}
