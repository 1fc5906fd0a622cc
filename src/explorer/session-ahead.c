#include "explorer/session-pictures-private.h"

#include "explorer/ahead.h"

#include <math.h>

/* What is done while a person looks: thumbnails, the pictures beside the present one, and the
 * classes of those that are seen. One thing at a time on each thread, whatever is wanted most. */

#define THUMBNAIL_KIND "pictures-thumbnail"
#define THUMBNAIL_PRIORITY 0
#define AHEAD_KIND "pictures-ahead"
#define AHEAD_PRIORITY (-1)
#define PREDICT_KIND "pictures-predict"
#define PREDICT_PRIORITY (-2)
#define MAX_THUMBNAIL_BYTES ((gsize) 48 << 20)

static const int neighbours[] = { 1, 2, -1 };

/* On the main thread: thumbnails. */

static gsize
thumbnail_bytes (const LucidaPictures *self)
{
  return (gsize) self->thumbnail_width * (gsize) self->thumbnail_height * 3;
}

/* Whether the row is seen, or will be after a page up or down. */
static gboolean
is_near (const LucidaPictures *self, guint position)
{
  guint page = self->last_row - self->first_row + 1;

  return self->last_row >= self->first_row && position + page >= self->first_row
         && position <= self->last_row + page;
}

/* The one used longest ago goes if there are too many. */
static void
limit_thumbnails (LucidaPictures *self)
{
  guint most = (guint) (MAX_THUMBNAIL_BYTES / MAX (thumbnail_bytes (self), 1));

  while (self->thumbnails.length > MAX (most, 1))
    {
      g_autoptr (LucidaPictureItem) item = g_queue_pop_tail (&self->thumbnails);

      lucida_picture_item_set_thumbnail (item, NULL);
    }
}

static void
drop_thumbnails (LucidaPictures *self)
{
  LucidaPictureItem *item;

  while ((item = g_queue_pop_head (&self->thumbnails)))
    {
      lucida_picture_item_set_thumbnail (item, NULL);
      g_object_unref (item);
    }
  g_hash_table_remove_all (self->unreadable);
}

static void
thumbnail_done_cb (gpointer result, const GError *error, gpointer data)
{
  LucidaAheadJob *job = data;
  LucidaPictures *self = job->owner;
  G_GNUC_UNUSED g_autoptr (LucidaSession) session = g_object_ref (self->session);
  g_autoptr (LucidaPicture) thumbnail = result;

  g_clear_object (&self->reading);
  if (thumbnail)
    {
      lucida_picture_item_set_error (job->item, NULL);
      lucida_picture_item_set_thumbnail (job->item, thumbnail);
      g_queue_push_head (&self->thumbnails, g_object_ref (job->item));
      limit_thumbnails (self);
    }
  else
    {
      g_hash_table_add (self->unreadable, g_object_ref (job->item));
      lucida_picture_item_set_error (job->item, error->message);
    }
  _lucida_ahead_continue (self);
}

/* The first of a run of rows that has no thumbnail yet. (nullable) */
static LucidaPictureItem *
find_without_thumbnail (LucidaPictures *self, guint first, guint last)
{
  for (guint i = first; i <= last; i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, i);

      if (!item)
        break;
      if (!lucida_picture_item_get_thumbnail (item)
          && !g_hash_table_contains (self->unreadable, item))
        return item;
    }
  return NULL;
}

static void
push_thumbnail (LucidaPictures *self)
{
  guint first = self->first_row, last = self->last_row, page = last - first + 1;
  LucidaPictureItem *item;
  LucidaAheadJob *job;

  if (!self->reader || self->reading || self->thumbnail_width <= 0 || last < first)
    return;
  item = find_without_thumbnail (self, first, last);
  if (!item)
    item = find_without_thumbnail (self, last + 1, last + page);
  if (!item && first > 0)
    item = find_without_thumbnail (self, first > page ? first - page : 0, first - 1);
  if (!item)
    return;
  self->reading = g_object_ref (item);
  job = lucida_ahead_job_new (self, item);
  job->width = self->thumbnail_width;
  job->height = self->thumbnail_height;
  lucida_worker_push (self->reader, THUMBNAIL_KIND, THUMBNAIL_PRIORITY, lucida_ahead_run_thumbnail,
                      job, lucida_ahead_job_free, (GDestroyNotify) lucida_picture_unref, NULL,
                      thumbnail_done_cb);
}

/* On the main thread: scores and answers. */

static void
take_prediction (LucidaPictures *self, LucidaPictureItem *item, int predicted, double probability)
{
  LucidaModel *model = self->session->model;

  lucida_picture_item_set_prediction (item, predicted,
                                      lucida_model_get_class_name (model, predicted), probability);
}

static void
prediction_done_cb (gpointer result, const GError *error, gpointer data)
{
  LucidaAheadJob *job = data;
  LucidaPictures *self = job->owner;
  G_GNUC_UNUSED g_autoptr (LucidaSession) session = g_object_ref (self->session);

  g_clear_object (&self->computing);
  if (result)
    take_prediction (self, job->item, job->predicted, job->probability);
  else
    g_hash_table_add (self->unpredictable, g_object_ref (job->item));
  if (job->question)
    {
      g_hash_table_add (self->ahead, g_object_ref (job->item));
      self->full = self->full || job->full;
      if (result && job->picture_key)
        g_ptr_array_add (self->ahead_keys, g_steal_pointer (&job->picture_key));
      if (result && job->analysis_key)
        g_ptr_array_add (self->ahead_keys, g_steal_pointer (&job->analysis_key));
    }
  _lucida_ahead_continue (self);
}

static void
push_computation (LucidaPictures *self, LucidaPictureItem *item, gboolean ahead)
{
  LucidaSession *session = self->session;
  LucidaAheadJob *job = lucida_ahead_job_new (self, item);

  job->model = lucida_model_ref (session->model);
  job->pool = session->pool;
  job->cache = session->cache;
  if (ahead)
    {
      g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
      g_autofree char *analysis_key
          = lucida_request_make_analysis_key (session->model, session->picture_key);

      job->question = lucida_question_copy (session->question);
      job->other = session->other ? lucida_question_copy (session->other) : NULL;
      job->shown = lucida_analysis_ref (session->analysis);
      if (session->picture_key)
        g_strv_builder_add (kept, session->picture_key);
      if (analysis_key)
        g_strv_builder_add (kept, analysis_key);
      for (guint i = 0; i < self->ahead_keys->len; i++)
        g_strv_builder_add (kept, g_ptr_array_index (self->ahead_keys, i));
      job->kept = g_strv_builder_end (kept);
    }
  self->computing = g_object_ref (item);
  lucida_worker_push (session->worker, ahead ? AHEAD_KIND : PREDICT_KIND,
                      ahead ? AHEAD_PRIORITY : PREDICT_PRIORITY,
                      ahead ? lucida_ahead_run_answer : lucida_ahead_run_scores, job,
                      lucida_ahead_job_free, NULL, NULL, prediction_done_cb);
}

static LucidaPictureItem *
find_ahead (LucidaPictures *self)
{
  if (!self->selected || self->full || !self->session->asked)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (neighbours); i++)
    {
      gint64 position = (gint64) self->position + neighbours[i];
      LucidaPictureItem *item
          = position < 0 ? NULL : lucida_picture_list_get (self->list, (guint) position);

      if (item && !lucida_picture_item_get_error (item)
          && !g_hash_table_contains (self->ahead, item))
        return item;
    }
  return NULL;
}

static LucidaPictureItem *
find_unpredicted (LucidaPictures *self)
{
  for (guint i = self->first_row; i <= self->last_row; i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, i);

      if (!item)
        break;
      if (lucida_picture_item_get_class (item) < 0 && !lucida_picture_item_get_error (item)
          && !g_hash_table_contains (self->unpredictable, item))
        return item;
    }
  return NULL;
}

void
_lucida_ahead_continue (LucidaPictures *self)
{
  LucidaSession *session = self->session;
  LucidaPictureItem *item;

  if (!self->reader || self->stopped)
    return;
  push_thumbnail (self);
  if (!session->worker || !session->model || self->computing
      || lucida_session_get_busy (session, NULL, NULL))
    return;
  item = find_ahead (self);
  if (item)
    push_computation (self, item, TRUE);
  else
    {
      item = find_unpredicted (self);
      if (item)
        push_computation (self, item, FALSE);
    }
}

void
_lucida_ahead_cancel (LucidaPictures *self)
{
  if (self->session->worker)
    {
      lucida_worker_cancel (self->session->worker, AHEAD_KIND);
      lucida_worker_cancel (self->session->worker, PREDICT_KIND);
    }
  g_clear_object (&self->computing);
}

void
_lucida_ahead_stop (LucidaPictures *self)
{
  _lucida_ahead_cancel (self);
  if (self->reader)
    lucida_worker_cancel (self->reader, THUMBNAIL_KIND);
  g_clear_object (&self->reading);
  self->stopped = TRUE;
}

void
_lucida_ahead_again (LucidaPictures *self)
{
  _lucida_ahead_cancel (self);
  g_hash_table_remove_all (self->ahead);
  g_ptr_array_set_size (self->ahead_keys, 0);
  self->full = FALSE;
  self->stopped = FALSE;
}

void
_lucida_ahead_forget (LucidaPictures *self)
{
  _lucida_ahead_again (self);
  if (self->reader)
    lucida_worker_cancel (self->reader, THUMBNAIL_KIND);
  g_clear_object (&self->reading);
  g_hash_table_remove_all (self->unreadable);
  g_hash_table_remove_all (self->unpredictable);
  for (GList *link = self->thumbnails.head, *next; link; link = next)
    {
      LucidaPictureItem *item = link->data;

      next = link->next;
      if (lucida_picture_item_get_thumbnail (item)
          && lucida_picture_list_find_item (self->list, item) != LUCIDA_NO_POSITION)
        continue;
      g_queue_delete_link (&self->thumbnails, link);
      g_object_unref (item);
    }
}

/* What the session tells. */

static void
model_changed_cb (LucidaPictures *self)
{
  LucidaModel *model = self->session->model;
  LucidaNetwork *network = model ? lucida_model_get_network (model) : NULL;
  gboolean same = network && network == self->network
                  && lucida_preprocessing_equal (lucida_model_get_preprocessing (model),
                                                 &self->preprocessing);

  if (!same)
    {
      _lucida_ahead_again (self);
      g_hash_table_remove_all (self->unpredictable);
      g_clear_pointer (&self->network, lucida_network_unref);
      if (network)
        {
          self->network = lucida_network_ref (network);
          self->preprocessing = *lucida_model_get_preprocessing (model);
        }
    }
  for (guint i = 0; i < lucida_picture_list_get_length (self->list); i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, i);
      int predicted = lucida_picture_item_get_class (item);

      if (!same)
        lucida_picture_item_set_prediction (item, -1, NULL, NAN);
      else if (predicted >= 0)
        take_prediction (self, item, predicted, lucida_picture_item_get_probability (item));
    }
}

static void
scores_changed_cb (LucidaPictures *self)
{
  LucidaSession *session = self->session;
  const float *probabilities = lucida_session_get_probabilities (session);
  int predicted = lucida_session_get_predicted (session);

  if (predicted >= 0 && self->selected
      && g_strcmp0 (lucida_picture_item_get_path (self->selected), session->picture_path) == 0)
    take_prediction (self, self->selected, predicted,
                     probabilities ? probabilities[predicted] : NAN);
}

void
lucida_session_set_seen (LucidaSession *session, guint first, guint last, int width, int height)
{
  LucidaPictures *self;

  g_return_if_fail (LUCIDA_IS_SESSION (session));

  self = session->pictures;
  if (self->first_row == first && self->last_row == last && self->thumbnail_width == width
      && self->thumbnail_height == height)
    return;
  self->first_row = first;
  self->last_row = last;
  if (self->thumbnail_width != width || self->thumbnail_height != height)
    {
      self->thumbnail_width = width;
      self->thumbnail_height = height;
      drop_thumbnails (self);
      if (self->reader)
        lucida_worker_cancel (self->reader, THUMBNAIL_KIND);
      g_clear_object (&self->reading);
    }
  if (self->reading && self->reader
      && !is_near (self, lucida_picture_list_find_item (self->list, self->reading)))
    {
      lucida_worker_cancel (self->reader, THUMBNAIL_KIND);
      g_clear_object (&self->reading);
    }
  /* what is seen now is used now */
  for (guint i = first; i <= last && lucida_picture_list_get (self->list, i); i++)
    {
      LucidaPictureItem *item = lucida_picture_list_get (self->list, i);
      GList *link = lucida_picture_item_get_thumbnail (item)
                        ? g_queue_find (&self->thumbnails, item)
                        : NULL;

      if (link)
        {
          g_queue_unlink (&self->thumbnails, link);
          g_queue_push_head_link (&self->thumbnails, link);
        }
    }
  self->stopped = FALSE;
  _lucida_ahead_continue (self);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

void
_lucida_ahead_init (LucidaPictures *self)
{
  static const char *const continuing[] = { "busy-changed", "position-changed" };
  static const char *const restarting[] = { "question-changed", "picture-changed" };

  self->first_row = 1; /* none */
  g_queue_init (&self->thumbnails);
  self->unreadable = new_set ();
  self->unpredictable = new_set ();
  self->ahead = new_set ();
  self->ahead_keys = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (restarting); i++)
    g_signal_connect_swapped (self->session, restarting[i], G_CALLBACK (_lucida_ahead_again), self);
  g_signal_connect_swapped (self->session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect_swapped (self->session, "scores-changed", G_CALLBACK (scores_changed_cb), self);
  for (gsize i = 0; i < G_N_ELEMENTS (continuing); i++)
    g_signal_connect_swapped (self->session, continuing[i], G_CALLBACK (_lucida_ahead_continue),
                              self);
}

void
_lucida_ahead_clear (LucidaPictures *self)
{
  g_queue_clear_full (&self->thumbnails, g_object_unref);
  g_clear_object (&self->reading);
  g_clear_object (&self->computing);
  g_hash_table_unref (self->unreadable);
  g_hash_table_unref (self->unpredictable);
  g_hash_table_unref (self->ahead);
  g_ptr_array_unref (self->ahead_keys);
  g_clear_pointer (&self->network, lucida_network_unref);
}
