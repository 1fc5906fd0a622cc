#include "config.h"

#include "app/parts/file-dialogs.h"

#include <glib/gi18n.h>

typedef struct
{
  const char *title;
  const char *accept;
  GtkFileChooserAction action;
} DialogInfo;

static const DialogInfo infos[] = {
  [LUCIDA_DIALOG_PICTURE] = { N_ ("Open Picture"), N_ ("Open"), GTK_FILE_CHOOSER_ACTION_OPEN },
  [LUCIDA_DIALOG_PICTURE_FOLDER]
  = { N_ ("Open Picture Folder"), N_ ("Open"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER },
  [LUCIDA_DIALOG_MODEL] = { N_ ("Open Model"), N_ ("Open"), GTK_FILE_CHOOSER_ACTION_OPEN },
  [LUCIDA_DIALOG_MODEL_FOLDER]
  = { N_ ("Open Model Folder"), N_ ("Open"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER },
  [LUCIDA_DIALOG_SAVE] = { N_ ("Export"), N_ ("Export"), GTK_FILE_CHOOSER_ACTION_SAVE },
  [LUCIDA_DIALOG_SAVE_MAIN]
  = { N_ ("Export the Main Half"), N_ ("Export"), GTK_FILE_CHOOSER_ACTION_SAVE },
  [LUCIDA_DIALOG_TARGET_FOLDER]
  = { N_ ("Export to a Folder"), N_ ("Choose"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER },
};

static const char *const model_suffixes[]
    = { "onnx", "h5", "hdf5", "keras", "pb", "pt", "pth", "safetensors", NULL };

typedef struct
{
  GtkFileChooserNative *native;     /* keeps itself until it is answered */
  LucidaDialogDone done;            /* for one, … */
  LucidaDialogPathsDone paths_done; /* … or for several */
  gpointer data;
} Dialog;

/* Filters by content type, so that PHOTO.JPG is found as well. */
static void
add_filters (GtkFileChooser *chooser, LucidaDialogKind kind)
{
  g_autoptr (GtkFileFilter) known = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  if (kind == LUCIDA_DIALOG_PICTURE)
    {
      gtk_file_filter_set_name (known, _ ("Pictures"));
      gtk_file_filter_add_mime_type (known, "image/*");
    }
  else
    {
      gtk_file_filter_set_name (known, _ ("Models"));
      for (int i = 0; model_suffixes[i]; i++)
        gtk_file_filter_add_suffix (known, model_suffixes[i]);
    }
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, known);
  gtk_file_chooser_add_filter (chooser, all);
}

static void
dialog_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
tell_paths (Dialog *dialog)
{
  g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog->native));
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);

      if (path)
        g_strv_builder_add (builder, path);
    }
  paths = g_strv_builder_end (builder);
  if (paths[0])
    dialog->paths_done ((const char *const *) paths, dialog->data);
}

static void
response_cb (GtkNativeDialog *native, int response, gpointer data)
{
  Dialog *dialog = data;

  if (response == GTK_RESPONSE_ACCEPT && dialog->paths_done)
    tell_paths (dialog);
  else if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = file ? g_file_get_path (file) : NULL;

      if (path)
        dialog->done (path, dialog->data);
    }
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

/* Nobody is left to be told. */
static void
parent_destroyed_cb (GtkNativeDialog *native)
{
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
show (LucidaDialogKind kind, GtkWindow *parent, const char *folder, const char *name,
      LucidaDialogDone done, LucidaDialogPathsDone paths_done, gpointer data)
{
  const DialogInfo *info = &infos[kind];
  Dialog *dialog = g_new (Dialog, 1);
  GtkFileChooser *chooser;

  dialog->native
      = gtk_file_chooser_native_new (_ (info->title), parent, info->action, _ (info->accept), NULL);
  dialog->done = done;
  dialog->paths_done = paths_done;
  dialog->data = data;
  chooser = GTK_FILE_CHOOSER (dialog->native);
  gtk_file_chooser_set_select_multiple (chooser, paths_done != NULL);
  if (info->action == GTK_FILE_CHOOSER_ACTION_OPEN)
    add_filters (chooser, kind);
  if (folder && g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GFile) file = g_file_new_for_path (folder);

      gtk_file_chooser_set_current_folder (chooser, file, NULL);
    }
  if (name)
    gtk_file_chooser_set_current_name (chooser, name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog->native), TRUE);
  g_signal_connect_data (dialog->native, "response", G_CALLBACK (response_cb), dialog, dialog_free,
                         0);
  g_signal_connect_object (parent, "destroy", G_CALLBACK (parent_destroyed_cb), dialog->native,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog->native));
}

void
lucida_file_dialog_show (LucidaDialogKind kind, GtkWindow *parent, const char *folder,
                         const char *name, LucidaDialogDone done, gpointer data)
{
  show (kind, parent, folder, name, done, NULL, data);
}

void
lucida_file_dialog_show_pictures (GtkWindow *parent, const char *folder, LucidaDialogPathsDone done,
                                  gpointer data)
{
  show (LUCIDA_DIALOG_PICTURE, parent, folder, NULL, NULL, done, data);
}
