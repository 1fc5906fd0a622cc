#include "explorer/session-pictures-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* The files beside the one that is looked at: found, selected, watched. */

#define SCAN_KIND "pictures-scan"
#define SCAN_PRIORITY 10
#define STEP 40 /* ms until what has been found is shown */

typedef struct
{
  LucidaPictures *pictures;
  LucidaPictureScan *scan;
} ScanJob;

static void
scan_job_free (gpointer data)
{
  ScanJob *job = data;

  lucida_picture_scan_unref (job->scan);
  g_free (job);
}

static gpointer
run_scan (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  return lucida_picture_scan_step (((ScanJob *) data)->scan, STEP, cancellable, error);
}

static void scan_done_cb (gpointer result, const GError *error, gpointer data);

static void
push_scan (LucidaPictures *self, LucidaPictureScan *scan)
{
  ScanJob *job = g_new (ScanJob, 1);

  job->pictures = self;
  job->scan = lucida_picture_scan_ref (scan);
  lucida_worker_push (self->reader, SCAN_KIND, SCAN_PRIORITY, run_scan, job, scan_job_free,
                      (GDestroyNotify) g_ptr_array_unref, NULL, scan_done_cb);
}

void
_lucida_pictures_set_selected (LucidaPictures *self, LucidaPictureItem *item, guint position)
{
  gboolean other = self->selected != item;

  if (!other && self->position == position)
    return;
  g_set_object (&self->selected, item);
  self->position = position;
  if (other)
    {
      self->lost = FALSE;
      _lucida_ahead_again (self);
    }
  g_signal_emit_by_name (self->session, "position-changed");
}

/* The file that was selected before the list changed, under its other name if it has been given
 * one: not one of the items that were there @before. */
static void
find_selected (LucidaPictures *self, GHashTable *before)
{
  const LucidaFileStamp *stamp;
  guint length = lucida_picture_list_get_length (self->list);
  guint position;

  if (!self->selected)
    return;
  position = lucida_picture_list_find_item (self->list, self->selected);
  stamp = lucida_picture_item_get_stamp (self->selected);
  for (guint i = 0; i < length && position == LUCIDA_NO_POSITION; i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, i);

      if (!g_hash_table_contains (before, item)
          && lucida_file_stamp_equal (lucida_picture_item_get_stamp (item), stamp))
        position = i;
    }
  if (position == LUCIDA_NO_POSITION)
    _lucida_pictures_set_selected (self, NULL, MIN (self->position, length));
  else
    _lucida_pictures_set_selected (self, lucida_picture_list_get (self->list, position), position);
}

static void
select_path (LucidaPictures *self, const char *path)
{
  guint position = lucida_picture_list_find_path (self->list, path);

  if (position != LUCIDA_NO_POSITION)
    _lucida_pictures_set_selected (self, lucida_picture_list_get (self->list, position), position);
}

/* Looks at the same files and folders once more, as something has changed in them. */
static void
look_again (LucidaPictures *self)
{
  g_autoptr (LucidaPictureScan) scan = NULL;

  if (!self->reader || !self->sources)
    return;
  self->stale = self->filling || self->updating;
  if (self->stale)
    return;
  scan = lucida_picture_scan_new ((const char *const *) self->sources);
  for (guint i = 0; i < lucida_picture_list_get_length (self->list); i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, i);

      lucida_picture_scan_know (scan, lucida_picture_item_get_path (item),
                                lucida_picture_item_get_stamp (item));
    }
  self->updating = TRUE;
  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->found = g_ptr_array_new_with_free_func (lucida_found_picture_free);
  push_scan (self, scan);
}

static void
folder_changed_cb (gpointer data)
{
  look_again (data);
}

static void
watch_sources (LucidaPictures *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char **folders = NULL;

  for (int i = 0; self->sources[i]; i++)
    g_hash_table_add (seen, g_file_test (self->sources[i], G_FILE_TEST_IS_DIR)
                                ? g_strdup (self->sources[i])
                                : g_path_get_dirname (self->sources[i]));
  folders = (char **) g_hash_table_get_keys_as_array (seen, NULL);
  g_clear_pointer (&self->watch, lucida_folder_watch_free);
  self->watch = lucida_folder_watch_new ((const char *const *) folders, folder_changed_cb, self);
}

/* The file to select has been found. That it cannot be opened may have been known before. */
static void
take_to_select (LucidaPictures *self)
{
  g_autofree char *failure = g_steal_pointer (&self->failure);

  g_clear_pointer (&self->to_select, g_free);
  if (!failure)
    return;
  self->lost = TRUE;
  lucida_picture_item_set_error (self->selected, failure);
  _lucida_session_drop_picture (self->session);
}

/* What the first look has found so far. */
static void
take_found (LucidaPictures *self, GPtrArray *found)
{
  gboolean first = self->next_sources && found->len > 0;

  if (first)
    {
      g_strfreev (self->sources);
      self->sources = g_steal_pointer (&self->next_sources);
      watch_sources (self);
      g_clear_object (&self->selected);
      self->position = LUCIDA_NO_POSITION;
      lucida_picture_list_replace (self->list, found);
      _lucida_ahead_forget (self);
    }
  else
    lucida_picture_list_append (self->list, found);
  if (self->to_select)
    {
      select_path (self, self->to_select);
      if (self->selected)
        take_to_select (self);
    }
  else if (first)
    lucida_session_select (self->session, 0);
}

static void
finish_filling (LucidaPictures *self)
{
  self->filling = FALSE;
  /* a file has said for itself that it is not there */
  if (self->next_sources && !self->to_select)
    {
      g_autofree char *shown = g_filename_display_name (self->next_sources[0]);
      g_autofree char *sentence
          = g_strdup_printf (_ ("%s: there is no picture in this folder"), shown);

      _lucida_session_fail (self->session, sentence);
    }
  g_clear_pointer (&self->to_select, g_free);
  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&self->next_sources, g_strfreev);
}

static void
finish_updating (LucidaPictures *self)
{
  g_autoptr (GHashTable) before = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  gboolean lost = self->lost && self->selected;
  LucidaFileStamp stamp = { 0 };

  if (lost)
    stamp = *lucida_picture_item_get_stamp (self->selected);
  self->updating = FALSE;
  for (guint i = 0; i < lucida_picture_list_get_length (self->list); i++)
    g_hash_table_add (before, g_object_ref (lucida_picture_list_get (self->list, i)));
  lucida_picture_list_update (self->list, self->found);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  _lucida_ahead_forget (self);
  find_selected (self, before);
  /* what could not be read has changed, and may be whole by now; but nobody waits for it who has
   * asked for another one */
  if (lost && self->selected && !self->session->running[LUCIDA_PHASE_PICTURE]
      && !lucida_file_stamp_equal (lucida_picture_item_get_stamp (self->selected), &stamp))
    lucida_session_select (self->session, self->position);
}

static void
scan_done_cb (gpointer result, const GError *error, gpointer data)
{
  ScanJob *job = data;
  LucidaPictures *self = job->pictures;
  g_autoptr (LucidaSession) session = g_object_ref (self->session);
  g_autoptr (GPtrArray) found = result;
  gboolean finished = error || lucida_picture_scan_is_finished (job->scan);

  if (self->filling && error)
    {
      self->filling = FALSE;
      g_clear_pointer (&self->next_sources, g_strfreev);
      _lucida_session_fail (session, error->message);
    }
  else if (self->filling)
    {
      take_found (self, found);
      if (finished)
        finish_filling (self);
    }
  else if (self->updating)
    {
      /* a folder that is gone has no pictures */
      if (found)
        g_ptr_array_extend_and_steal (self->found, g_steal_pointer (&found));
      if (finished)
        finish_updating (self);
    }
  if (!self->reader)
    return;
  if (!finished)
    push_scan (self, job->scan);
  else if (self->stale)
    look_again (self);
  _lucida_ahead_continue (self);
}

/* @sources (transfer full); @to_select (nullable) is one of their files, and opened already. What
 * was open stays until the first picture has been found. */
static void
fill (LucidaPictures *self, char **sources, const char *to_select)
{
  g_autoptr (LucidaPictureScan) scan = lucida_picture_scan_new ((const char *const *) sources);

  g_strfreev (self->next_sources);
  self->next_sources = sources;
  g_free (self->to_select);
  self->to_select = g_strdup (to_select);
  g_clear_pointer (&self->failure, g_free);
  self->filling = TRUE;
  self->updating = FALSE;
  push_scan (self, scan);
}

void
_lucida_pictures_follow (LucidaPictures *self, const char *path)
{
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  guint position;
  char **sources;

  if (g_strcmp0 (self->to_select, full) == 0)
    g_clear_pointer (&self->failure, g_free);
  if (!self->reader || (self->filling && g_strcmp0 (self->to_select, full) == 0))
    return;
  position = lucida_picture_list_find_path (self->list, full);
  if (position != LUCIDA_NO_POSITION)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, position);

      lucida_picture_item_set_error (item, NULL);
      _lucida_pictures_set_selected (self, item, position);
      self->lost = FALSE;
      return;
    }
  sources = g_new0 (char *, 3);
  sources[0] = g_path_get_dirname (full);
  sources[1] = g_strdup (full);
  fill (self, sources, full);
}

gboolean
_lucida_pictures_fail (LucidaPictures *self, const char *path, const char *sentence)
{
  g_autofree char *full = g_canonicalize_filename (path, NULL);
  guint position = lucida_picture_list_find_path (self->list, full);

  if (self->filling && g_strcmp0 (self->to_select, full) == 0)
    {
      g_free (self->failure);
      self->failure = g_strdup (sentence);
    }
  if (position == LUCIDA_NO_POSITION)
    return FALSE;
  lucida_picture_item_set_error (lucida_picture_list_get (self->list, position), sentence);
  if (!self->selected || self->position != position)
    return FALSE;
  self->lost = TRUE;
  return TRUE;
}

LucidaPictures *
_lucida_pictures_new (LucidaSession *session)
{
  LucidaPictures *self = g_new0 (LucidaPictures, 1);

  self->session = session;
  self->reader = lucida_worker_new ();
  self->list = lucida_picture_list_new ();
  self->position = LUCIDA_NO_POSITION;
  _lucida_ahead_init (self);
  return self;
}

void
_lucida_pictures_close (LucidaPictures *self)
{
  g_clear_pointer (&self->reader, lucida_worker_free);
  g_clear_pointer (&self->watch, lucida_folder_watch_free);
}

void
_lucida_pictures_free (LucidaPictures *self)
{
  _lucida_pictures_close (self);
  _lucida_ahead_clear (self);
  g_clear_object (&self->selected);
  g_object_unref (self->list);
  g_strfreev (self->sources);
  g_strfreev (self->next_sources);
  g_free (self->to_select);
  g_free (self->failure);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_free (self);
}

void
lucida_session_open_pictures (LucidaSession *self, const char *const *paths)
{
  char **sources;
  guint n;

  g_return_if_fail (LUCIDA_IS_SESSION (self) && self->worker != NULL);

  n = g_strv_length ((char **) paths);
  if (n == 0)
    return;
  sources = g_new0 (char *, (gsize) n + 1);
  for (guint i = 0; i < n; i++)
    sources[i] = g_canonicalize_filename (paths[i], NULL);
  if (g_file_test (sources[0], G_FILE_TEST_IS_DIR))
    fill (self->pictures, sources, NULL);
  else
    {
      g_autofree char *first = g_strdup (sources[0]);

      if (n > 1)
        fill (self->pictures, sources, first);
      else
        g_strfreev (sources);
      lucida_session_open_picture (self, first);
    }
}

LucidaPictureList *
lucida_session_get_pictures (LucidaSession *self)
{
  return self->pictures->list;
}

guint
lucida_session_get_position (LucidaSession *self)
{
  return self->pictures->selected ? self->pictures->position : LUCIDA_NO_POSITION;
}

void
lucida_session_select (LucidaSession *self, guint position)
{
  LucidaPictures *pictures = self->pictures;
  LucidaPictureItem *item;

  g_return_if_fail (LUCIDA_IS_SESSION (self));

  item = lucida_picture_list_get (pictures->list, position);
  if (!item || !self->worker)
    return;
  _lucida_pictures_set_selected (pictures, item, position);
  pictures->stopped = FALSE;
  _lucida_session_show (self, lucida_picture_item_get_path (item));
}

gboolean
lucida_session_go (LucidaSession *self, int delta)
{
  LucidaPictures *pictures = self->pictures;
  gint64 length, wanted;

  g_return_val_if_fail (LUCIDA_IS_SESSION (self), FALSE);

  length = lucida_picture_list_get_length (pictures->list);
  if (length == 0 || pictures->position == LUCIDA_NO_POSITION)
    return FALSE;
  wanted = (gint64) pictures->position + delta;
  /* where the selected one has gone the next stands in its place */
  if (!pictures->selected && delta > 0)
    wanted--;
  wanted = CLAMP (wanted, 0, length - 1);
  if (pictures->selected && wanted == pictures->position)
    return FALSE;
  lucida_session_select (self, (guint) wanted);
  return TRUE;
}
