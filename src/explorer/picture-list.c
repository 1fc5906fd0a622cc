#include "explorer/picture-list.h"

#include "base/error.h"
#include "explorer/picture-order.h"
#include "explorer/picture-scan.h"

#include <string.h>

struct _LucidaPictureList
{
  GObject parent_instance;

  GPtrArray *items; /* LucidaPictureItem */
};

static void lucida_picture_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LucidaPictureList, lucida_picture_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      lucida_picture_list_model_init))

int
lucida_picture_list_compare (const char *a, const char *b)
{
  g_autofree char *folded_a = lucida_picture_order_fold (a);
  g_autofree char *folded_b = lucida_picture_order_fold (b);
  int order = lucida_picture_order_compare_folded (folded_a, folded_b);

  return order != 0 ? order : strcmp (a, b); /* still always in the same order */
}

char **
lucida_picture_list_folder (const char *folder, GError **error)
{
  const char *const sources[] = { folder, NULL };
  g_autoptr (LucidaPictureScan) scan = lucida_picture_scan_new (sources);
  g_autoptr (GPtrArray) found = lucida_picture_scan_step (scan, 0, NULL, error);
  char **paths;

  if (!found)
    return NULL;
  if (found->len == 0)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NOT_FOUND,
                   "%s: there is no picture in the folder", shown);
      return NULL;
    }
  paths = g_new0 (char *, (gsize) found->len + 1);
  for (guint i = 0; i < found->len; i++)
    paths[i] = g_strdup (((LucidaFoundPicture *) g_ptr_array_index (found, i))->path);
  return paths;
}

static GType
get_item_type (GListModel *model)
{
  return LUCIDA_TYPE_PICTURE_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return LUCIDA_PICTURE_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  LucidaPictureItem *item = lucida_picture_list_get (LUCIDA_PICTURE_LIST (model), position);

  return item ? g_object_ref (item) : NULL;
}

static void
lucida_picture_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
lucida_picture_list_finalize (GObject *object)
{
  g_ptr_array_unref (LUCIDA_PICTURE_LIST (object)->items);
  G_OBJECT_CLASS (lucida_picture_list_parent_class)->finalize (object);
}

static void
lucida_picture_list_class_init (LucidaPictureListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lucida_picture_list_finalize;
}

static void
lucida_picture_list_init (LucidaPictureList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

LucidaPictureList *
lucida_picture_list_new (void)
{
  return g_object_new (LUCIDA_TYPE_PICTURE_LIST, NULL);
}

guint
lucida_picture_list_get_length (LucidaPictureList *self)
{
  return self->items->len;
}

LucidaPictureItem *
lucida_picture_list_get (LucidaPictureList *self, guint position)
{
  return position < self->items->len ? g_ptr_array_index (self->items, position) : NULL;
}

guint
lucida_picture_list_find_item (LucidaPictureList *self, LucidaPictureItem *item)
{
  guint position;

  return g_ptr_array_find (self->items, item, &position) ? position : LUCIDA_NO_POSITION;
}

guint
lucida_picture_list_find_path (LucidaPictureList *self, const char *path)
{
  for (guint i = 0; i < self->items->len; i++)
    if (strcmp (lucida_picture_item_get_path (g_ptr_array_index (self->items, i)), path) == 0)
      return i;
  return LUCIDA_NO_POSITION;
}

/* In place of @removed items from @position on, @found from @first to before @end. */
static void
splice (LucidaPictureList *self, guint position, guint removed, GPtrArray *found, guint first,
        guint end)
{
  if (removed > 0)
    g_ptr_array_remove_range (self->items, position, removed);
  for (guint i = first; i < end; i++)
    {
      const LucidaFoundPicture *picture = g_ptr_array_index (found, i);

      g_ptr_array_insert (self->items, (int) (position + i - first),
                          lucida_picture_item_new (picture->path, &picture->stamp));
    }
  if (removed > 0 || end > first)
    g_list_model_items_changed (G_LIST_MODEL (self), position, removed, end - first);
}

void
lucida_picture_list_replace (LucidaPictureList *self, GPtrArray *found)
{
  splice (self, 0, self->items->len, found, 0, found->len);
}

void
lucida_picture_list_append (LucidaPictureList *self, GPtrArray *found)
{
  splice (self, self->items->len, 0, found, 0, found->len);
}

/* The path of @found's number @i, or NULL past the end. */
static const char *
get_found (GPtrArray *found, guint i)
{
  return i < found->len ? ((LucidaFoundPicture *) g_ptr_array_index (found, i))->path : NULL;
}

static const char *
get_path (LucidaPictureList *self, guint i)
{
  LucidaPictureItem *item = lucida_picture_list_get (self, i);

  return item ? lucida_picture_item_get_path (item) : NULL;
}

void
lucida_picture_list_update (LucidaPictureList *self, GPtrArray *found)
{
  g_autoptr (GHashTable) before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) after = g_hash_table_new (g_str_hash, g_str_equal);
  guint i = 0, j = 0;

  for (guint k = 0; k < self->items->len; k++)
    g_hash_table_add (before, g_strdup (get_path (self, k)));
  for (guint k = 0; k < found->len; k++)
    g_hash_table_add (after, (gpointer) get_found (found, k));

  while (i < self->items->len || j < found->len)
    {
      guint removed = 0, end = j;

      while (i + removed < self->items->len
             && !g_hash_table_contains (after, get_path (self, i + removed)))
        removed++;
      while (end < found->len && !g_hash_table_contains (before, get_found (found, end)))
        end++;
      if (removed > 0 || end > j)
        {
          splice (self, i, removed, found, j, end);
          i += end - j;
          j = end;
          continue;
        }
      if (g_strcmp0 (get_path (self, i), get_found (found, j)) != 0)
        {
          /* not in the same order after all */
          splice (self, i, self->items->len - i, found, j, found->len);
          return;
        }
      {
        const LucidaFoundPicture *picture = g_ptr_array_index (found, j);
        LucidaPictureItem *item = lucida_picture_list_get (self, i);

        if (!lucida_file_stamp_equal (&picture->stamp, lucida_picture_item_get_stamp (item)))
          lucida_picture_item_set_stamp (item, &picture->stamp);
      }
      i++;
      j++;
    }
}
