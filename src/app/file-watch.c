#include "config.h"

#include "app/file-watch.h"

#include "base/file-stamp.h"

#define QUIET 400 /* ms after the last event; programs write in several steps */
#define SAVED_MODEL "saved_model.pb"

struct _LucidaFileWatch
{
  GObject parent_instance;

  char *path; /* (nullable) */
  GFileMonitor *monitor;
  LucidaFileStamp stamp;
  guint quiet_id;
};

G_DEFINE_FINAL_TYPE (LucidaFileWatch, lucida_file_watch, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* That of no file is all zeros. */
static LucidaFileStamp
get_stamp (const char *path)
{
  LucidaFileStamp stamp = { 0 };

  if (path)
    lucida_file_stamp_read (path, &stamp);
  return stamp;
}

static gboolean
quiet_cb (gpointer data)
{
  LucidaFileWatch *self = data;
  LucidaFileStamp stamp = get_stamp (self->path);

  self->quiet_id = 0;
  if (!lucida_file_stamp_equal (&stamp, &self->stamp))
    {
      self->stamp = stamp;
      g_signal_emit (self, signals[CHANGED], 0);
    }
  return G_SOURCE_REMOVE;
}

static void
event_cb (LucidaFileWatch *self)
{
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  self->quiet_id = g_timeout_add (QUIET, quiet_cb, self);
}

static void
stop (LucidaFileWatch *self)
{
  g_clear_handle_id (&self->quiet_id, g_source_remove);
  if (self->monitor)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_file_monitor_cancel (self->monitor);
    }
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->path, g_free);
}

static void
lucida_file_watch_dispose (GObject *object)
{
  stop (LUCIDA_FILE_WATCH (object));
  G_OBJECT_CLASS (lucida_file_watch_parent_class)->dispose (object);
}

static void
lucida_file_watch_class_init (LucidaFileWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lucida_file_watch_dispose;
  signals[CHANGED] = g_signal_new ("changed", LUCIDA_TYPE_FILE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lucida_file_watch_init (LucidaFileWatch *self)
{
}

LucidaFileWatch *
lucida_file_watch_new (void)
{
  return g_object_new (LUCIDA_TYPE_FILE_WATCH, NULL);
}

void
lucida_file_watch_set_path (LucidaFileWatch *self, const char *path)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *watched = NULL;

  g_return_if_fail (LUCIDA_IS_FILE_WATCH (self));

  /* a folder stays as it is when the files in it change */
  if (path && g_file_test (path, G_FILE_TEST_IS_DIR))
    watched = g_build_filename (path, SAVED_MODEL, NULL);
  else
    watched = g_strdup (path);
  stop (self);
  self->path = g_steal_pointer (&watched);
  self->stamp = get_stamp (self->path);
  if (!self->path)
    return;
  file = g_file_new_for_path (self->path);
  /* where nothing can be watched, nothing is noticed */
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (event_cb), self);
}

gboolean
lucida_file_watch_exists (LucidaFileWatch *self)
{
  g_return_val_if_fail (LUCIDA_IS_FILE_WATCH (self), FALSE);

  return self->stamp.inode != 0;
}
