#include "explorer/picture-item.h"

#include <math.h>

struct _LucidaPictureItem
{
  GObject parent_instance;

  char *path;
  char *name;
  LucidaFileStamp stamp;
  LucidaPicture *thumbnail; /* (nullable) */
  int class_index;          /* or -1 */
  char *class_name;         /* (nullable) */
  double probability;
  char *error; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LucidaPictureItem, lucida_picture_item, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
lucida_picture_item_finalize (GObject *object)
{
  LucidaPictureItem *self = LUCIDA_PICTURE_ITEM (object);

  g_free (self->path);
  g_free (self->name);
  g_clear_pointer (&self->thumbnail, lucida_picture_unref);
  g_free (self->class_name);
  g_free (self->error);
  G_OBJECT_CLASS (lucida_picture_item_parent_class)->finalize (object);
}

static void
lucida_picture_item_class_init (LucidaPictureItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lucida_picture_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", LUCIDA_TYPE_PICTURE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
lucida_picture_item_init (LucidaPictureItem *self)
{
  self->class_index = -1;
  self->probability = NAN;
}

LucidaPictureItem *
lucida_picture_item_new (const char *path, const LucidaFileStamp *stamp)
{
  LucidaPictureItem *self = g_object_new (LUCIDA_TYPE_PICTURE_ITEM, NULL);

  self->path = g_strdup (path);
  self->name = g_filename_display_basename (path);
  self->stamp = *stamp;
  return self;
}

const char *
lucida_picture_item_get_path (LucidaPictureItem *self)
{
  return self->path;
}

const char *
lucida_picture_item_get_name (LucidaPictureItem *self)
{
  return self->name;
}

const LucidaFileStamp *
lucida_picture_item_get_stamp (LucidaPictureItem *self)
{
  return &self->stamp;
}

static void
set_prediction (LucidaPictureItem *self, int index, const char *name, double probability)
{
  self->class_index = index;
  g_free (self->class_name);
  self->class_name = g_strdup (name);
  self->probability = probability;
}

void
lucida_picture_item_set_stamp (LucidaPictureItem *self, const LucidaFileStamp *stamp)
{
  self->stamp = *stamp;
  g_clear_pointer (&self->thumbnail, lucida_picture_unref);
  g_clear_pointer (&self->error, g_free);
  set_prediction (self, -1, NULL, NAN);
  g_signal_emit (self, signals[CHANGED], 0);
}

LucidaPicture *
lucida_picture_item_get_thumbnail (LucidaPictureItem *self)
{
  return self->thumbnail;
}

void
lucida_picture_item_set_thumbnail (LucidaPictureItem *self, LucidaPicture *thumbnail)
{
  if (self->thumbnail == thumbnail)
    return;
  g_clear_pointer (&self->thumbnail, lucida_picture_unref);
  self->thumbnail = thumbnail ? lucida_picture_ref (thumbnail) : NULL;
  g_signal_emit (self, signals[CHANGED], 0);
}

int
lucida_picture_item_get_class (LucidaPictureItem *self)
{
  return self->class_index;
}

const char *
lucida_picture_item_get_class_name (LucidaPictureItem *self)
{
  return self->class_name;
}

double
lucida_picture_item_get_probability (LucidaPictureItem *self)
{
  return self->probability;
}

void
lucida_picture_item_set_prediction (LucidaPictureItem *self, int index, const char *name,
                                    double probability)
{
  if (self->class_index == index && g_strcmp0 (self->class_name, name) == 0
      && (self->probability == probability || (isnan (self->probability) && isnan (probability))))
    return;
  set_prediction (self, index, name, probability);
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
lucida_picture_item_get_error (LucidaPictureItem *self)
{
  return self->error;
}

void
lucida_picture_item_set_error (LucidaPictureItem *self, const char *sentence)
{
  if (g_strcmp0 (self->error, sentence) == 0)
    return;
  g_free (self->error);
  self->error = g_strdup (sentence);
  g_signal_emit (self, signals[CHANGED], 0);
}
