#include "config.h"

#include "app/window-private.h"

#include "app/error-bar.h"

#include <glib/gi18n.h>

/* What a person has opened is remembered by the desktop; models are offered again. */

#define APPLICATION                                                                                \
  "CAM Lucida" /* not translated: what was remembered is found in any language                     \
                */
#define MODEL_GROUP "camlucida-models"
#define MAX_MODELS 8

static gboolean
is_bundled (const char *kind, const char *path)
{
  g_autofree char *inside = lucida_data_dup_path (kind, "");
  g_autofree char *folder = g_canonicalize_filename (inside, NULL);

  return g_str_has_prefix (path, folder) && path[strlen (folder)] == G_DIR_SEPARATOR;
}

static void
remember (const char *path, const char *type, char **groups)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  GtkRecentData data = {
    .mime_type = (char *) type,
    .app_name = (char *) APPLICATION,
    .app_exec = (char *) "camlucida %u",
    .groups = groups,
  };

  if (uri)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

static void
model_changed_cb (LucidaWindow *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const char *path = model ? lucida_model_get_path (model) : NULL;
  char *groups[] = { (char *) MODEL_GROUP, NULL };

  if (path && g_path_is_absolute (path) && !is_bundled ("models", path))
    remember (path, "application/octet-stream", groups);
}

static void
picture_changed_cb (LucidaWindow *self)
{
  const char *path = lucida_session_get_picture_path (self->session);
  g_autofree char *asked = g_steal_pointer (&self->recent_picture);
  g_autofree char *type = NULL;
  g_autofree char *mime = NULL;

  if (!path || g_strcmp0 (path, asked) != 0 || is_bundled ("pictures", path))
    return;
  type = g_content_type_guess (path, NULL, 0, NULL);
  mime = g_content_type_get_mime_type (type);
  remember (path, mime && g_str_has_prefix (mime, "image/") ? mime : "image/*", NULL);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  GtkRecentInfo *first = *(GtkRecentInfo *const *) a;
  GtkRecentInfo *second = *(GtkRecentInfo *const *) b;

  return g_date_time_compare (gtk_recent_info_get_modified (second),
                              gtk_recent_info_get_modified (first));
}

static void
recent_info_free (gpointer info)
{
  gtk_recent_info_unref (info);
}

/* Models that are still there, the latest first. */
static void
fill_menu (LucidaWindow *self)
{
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  g_autoptr (GPtrArray) models = g_ptr_array_new_with_free_func (recent_info_free);

  for (GList *l = items; l; l = l->next)
    if (gtk_recent_info_has_group (l->data, MODEL_GROUP) && gtk_recent_info_exists (l->data))
      g_ptr_array_add (models, l->data);
    else
      gtk_recent_info_unref (l->data);
  g_list_free (items);
  g_ptr_array_sort (models, compare_times);

  g_menu_remove_all (self->recent_models);
  for (guint i = 0; i < MIN (models->len, MAX_MODELS); i++)
    {
      GtkRecentInfo *info = g_ptr_array_index (models, i);
      g_autofree char *path = g_filename_from_uri (gtk_recent_info_get_uri (info), NULL, NULL);
      g_autofree char *name = path ? g_filename_display_basename (path) : NULL;
      g_autoptr (GString) label = g_string_new (name);
      g_autoptr (GMenuItem) item = NULL;

      if (!path)
        continue;
      g_string_replace (label, "_", "__", 0); /* one alone would mark a key */
      item = g_menu_item_new (label->str, NULL);
      g_menu_item_set_action_and_target (item, "win.open-recent-model", "s",
                                         gtk_recent_info_get_uri (info));
      g_menu_append_item (self->recent_models, item);
    }
}

static void
open_recent_model_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LucidaWindow *self = LUCIDA_WINDOW (widget);
  g_autofree char *path = g_filename_from_uri (g_variant_get_string (parameter, NULL), NULL, NULL);

  if (self->closed || !path)
    return;
  lucida_error_bar_hide (self->error_bar);
  self->model_asked = TRUE;
  lucida_session_open_model (self->session, path);
}

void
_lucida_window_install_recent (GtkWidgetClass *klass)
{
  gtk_widget_class_install_action (klass, "win.open-recent-model", "s", open_recent_model_action);
}

void
_lucida_window_add_recent (LucidaWindow *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) others = g_menu_new ();

  self->recent_models = g_menu_new ();
  g_menu_append_section (menu, NULL, G_MENU_MODEL (self->recent_models));
  g_menu_append (others, _ ("Open Model…"), "win.open-model");
  g_menu_append (others, _ ("Open Model Folder…"), "win.open-model-folder");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (others));
  gtk_menu_button_set_menu_model (self->model_menu, G_MENU_MODEL (menu));
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (fill_menu),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect_swapped (self->session, "picture-changed", G_CALLBACK (picture_changed_cb),
                            self);
  fill_menu (self);
}
