#include "config.h"

#include "app/exporting/export-folder.h"

#include "app/exporting/export-form.h"
#include "app/parts/file-dialogs.h"
#include "app/parts/message.h"
#include "app/strip/open-pictures.h"
#include "explorer/steps.h"
#include "publish/folder-task.h"

#include <glib/gi18n.h>

#define KIND "export-folder"
#define TABLE_PRIORITY 3 /* as the pictures */

/* One export, from its beginning to its end; it may outlive the window. Its task is used by one
 * step after another. */
typedef struct
{
  guint references;           /* the main thread's */
  LucidaExportFolder *window; /* NULL once it is gone */
  LucidaFolderTask *task;
  int n_existing;
  gboolean begun; /* and not over: there will be a table */
  char *failure;  /* (nullable) why it ends before all is done */
} Run;

struct _LucidaExportFolder
{
  GtkWindow parent_instance;

  GtkWidget *options;
  GtkLabel *pictures;
  GtkLabel *question;
  GtkLabel *target;
  LucidaExportForm *form;
  GtkProgressBar *progress;
  GtkLabel *message;
  GtkStack *buttons;
  GtkWidget *start;
  GtkWidget *stop;
  GtkWidget *skip;

  LucidaSession *session;
  GSettings *settings; /* (nullable) */
  LucidaOverlayStyle style;
  char **paths; /* (nullable) of the pictures */
  char *folder; /* (nullable) to write to */
  Run *run;     /* NULL: nothing runs */
  LucidaSteps *steps;
};

G_DEFINE_FINAL_TYPE (LucidaExportFolder, lucida_export_folder, GTK_TYPE_WINDOW)

static Run *
run_ref (Run *run)
{
  run->references++;
  return run;
}

static void
run_unref (gpointer data)
{
  Run *run = data;

  if (--run->references > 0)
    return;
  lucida_folder_task_free (run->task);
  g_free (run->failure);
  g_free (run);
}

static void
update (LucidaExportFolder *self)
{
  gboolean ready
      = self->paths && self->paths[0] && self->folder && lucida_session_get_model (self->session);

  gtk_widget_set_sensitive (self->options, self->run == NULL);
  gtk_widget_set_sensitive (self->start, ready);
}

static void
show_buttons (LucidaExportFolder *self, const char *page, GtkWidget *focus)
{
  gtk_stack_set_visible_child_name (self->buttons, page);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), self->run != NULL);
  update (self);
  gtk_widget_grab_focus (focus);
}

/* Writing the table: by the worker, even if everything is closed meanwhile. */

static gpointer
write_table (gpointer data, LucidaJob *job, GCancellable *cancellable, GError **error)
{
  Run *run = data;

  lucida_folder_task_finish (run->task, error);
  return NULL;
}

static void
push_table (Run *run, LucidaSession *session, LucidaJobDone done)
{
  LucidaWorker *worker = lucida_session_get_worker (session);

  run->begun = FALSE;
  if (worker)
    lucida_worker_push_lasting (worker, TABLE_PRIORITY, write_table, run_ref (run), run_unref,
                                done);
}

/* Lets go of what has run; what runs still is broken off, and leaves its table. */
static void
drop_run (LucidaExportFolder *self)
{
  g_clear_pointer (&self->steps, lucida_steps_free);
  if (!self->run)
    return;
  self->run->window = NULL;
  if (self->run->begun)
    push_table (self->run, self->session, NULL);
  g_clear_pointer (&self->run, run_unref);
}

static void
end (LucidaExportFolder *self)
{
  drop_run (self);
  show_buttons (self, "start", self->start);
}

static void
show_folder (LucidaExportFolder *self)
{
  g_autofree char *shown = self->folder ? g_filename_display_name (self->folder) : NULL;

  gtk_label_set_text (self->target, shown ? shown : _ ("Choose a folder…"));
  update (self);
}

static void
show_question (LucidaExportFolder *self)
{
  const LucidaQuestion *question = lucida_session_get_question (self->session);
  LucidaModel *model = lucida_session_get_model (self->session);
  g_autofree char *layers = question->layers ? g_strjoinv (" + ", question->layers) : NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (!model)
    name = g_strdup ("");
  else if (question->class_index == LUCIDA_PREDICTED_CLASS)
    name = g_strdup (_ ("each picture's most probable class"));
  else
    name = g_strdup (lucida_model_get_class_name (model, question->class_index));
  if (model && question->against_index != LUCIDA_NO_CLASS)
    {
      g_autofree char *first = g_steal_pointer (&name);

      name = g_strdup_printf (_ ("%s rather than %s"), first,
                              lucida_model_get_class_name (model, question->against_index));
    }
  text = g_strdup_printf ("%s · %s · %s", name, layers && layers[0] ? layers : _ ("default layer"),
                          question->method->title);
  gtk_label_set_text (self->question, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->question), text);
  update (self);
}

static void
show_pictures (LucidaExportFolder *self)
{
  char **paths = lucida_open_pictures_list (self->session);
  guint n = g_strv_length (paths);
  g_autofree char *folder = n ? g_path_get_dirname (paths[0]) : NULL;
  g_autofree char *shown = n ? g_filename_display_basename (folder) : NULL;
  g_autofree char *text = NULL;

  if (n)
    text = g_strdup_printf (ngettext ("%u picture of “%s”", "%u pictures of “%s”", n), n, shown);
  g_strfreev (self->paths);
  self->paths = paths;
  gtk_label_set_text (self->pictures, text ? text : _ ("No picture is open"));
  update (self);
}

static void
chosen_cb (const char *path, gpointer data)
{
  LucidaExportFolder *self = data;

  g_free (self->folder);
  self->folder = g_strdup (path);
  if (self->settings && g_utf8_validate (path, -1, NULL))
    g_settings_set_string (self->settings, "export-folder", path);
  show_folder (self);
}

static void
choose_cb (LucidaExportFolder *self)
{
  lucida_file_dialog_show (LUCIDA_DIALOG_TARGET_FOLDER, GTK_WINDOW (self), self->folder, NULL,
                           chosen_cb, self);
}

/* "12 pictures are in “maps”. 2 could not be done, first: cat.jpg: it is no picture", and before it
 * why nothing more was done. @no_table (nullable): why there is none. (transfer full) */
static char *
describe_report (LucidaExportFolder *self, const LucidaFolderReport *report, gboolean stopped,
                 const char *no_table)
{
  const char *failure = self->run->failure;
  g_autoptr (GString) text = g_string_new (stopped && !failure ? _ ("Stopped. ") : NULL);
  g_autofree char *shown = g_filename_display_basename (self->folder);

  if (failure)
    /* Translators: before a sentence that says what is wrong. */
    g_string_append_printf (text, _ ("Nothing more can be written: %s. "), failure);
  g_string_append_printf (
      text, ngettext ("%u picture is in “%s”.", "%u pictures are in “%s”.", report->done),
      report->done, shown);
  g_string_append_c (text, ' ');
  if (report->skipped)
    {
      g_string_append_printf (
          text, ngettext ("%u was there already.", "%u were there already.", report->skipped),
          report->skipped);
      g_string_append_c (text, ' ');
    }
  if (report->table)
    /* Translators: the name of a file. */
    g_string_append_printf (text, _ ("What the network says is in %s."), report->table);
  else if (no_table && !failure)
    g_string_append (text, no_table);
  if (report->failed && !failure)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (
          text,
          ngettext ("%u could not be done: %s", "%u could not be done, first: %s", report->failed),
          report->failed, report->failure);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
table_done_cb (gpointer result, const GError *error, gpointer data)
{
  Run *run = data;
  LucidaExportFolder *self = run->window;
  const LucidaFolderReport *report = lucida_folder_task_get_report (run->task);
  gboolean all = report->done + report->skipped + report->failed
                 == lucida_folder_task_get_n_pictures (run->task);
  g_autofree char *text = NULL;

  if (!self)
    return;
  text = describe_report (self, report, !all, error ? error->message : NULL);
  lucida_message_show (self->message, text, error || run->failure || report->failed);
  end (self);
}

/* Explaining and writing the pictures. */

static gboolean
picture_step (guint index, gpointer data, LucidaPool *pool, GCancellable *cancellable,
              GError **error)
{
  Run *run = data;

  return lucida_folder_task_run (run->task, index, pool, cancellable, error);
}

static void
show_progress (guint done, guint total, gpointer data)
{
  Run *run = data;
  LucidaExportFolder *self = run->window;
  g_autofree char *text = NULL;

  if (!self)
    return;
  /* Translators: pictures that are done, and all of them. */
  text = g_strdup_printf (_ ("%u of %u"), done, total);
  gtk_progress_bar_set_fraction (self->progress, (double) done / total);
  lucida_message_show (self->message, text, FALSE);
}

static void
pictures_done_cb (gboolean stopped, const GError *error, gpointer data)
{
  Run *run = data;
  LucidaExportFolder *self = run->window;

  if (error)
    run->failure = g_strdup (error->message);
  g_clear_pointer (&self->steps, lucida_steps_free);
  push_table (run, self->session, table_done_cb);
}

static void
begin (LucidaExportFolder *self)
{
  guint n = lucida_folder_task_get_n_pictures (self->run->task);

  g_clear_pointer (&self->steps, lucida_steps_free);
  self->run->begun = TRUE;
  show_progress (0, n, self->run);
  show_buttons (self, "running", self->stop);
  self->steps = lucida_steps_start (self->session, KIND, n, picture_step, show_progress,
                                    pictures_done_cb, run_ref (self->run), run_unref);
}

/* Looking at what is there. */

static gboolean
prepare_step (guint index, gpointer data, LucidaPool *pool, GCancellable *cancellable,
              GError **error)
{
  Run *run = data;

  run->n_existing = lucida_folder_task_prepare (run->task, error);
  return run->n_existing >= 0;
}

static void
prepared_cb (gboolean stopped, const GError *error, gpointer data)
{
  Run *run = data;
  LucidaExportFolder *self = run->window;
  g_autofree char *text = NULL;

  if (stopped || error)
    {
      lucida_message_show (self->message, error ? error->message : "", error != NULL);
      end (self);
    }
  else if (run->n_existing > 0)
    {
      text = g_strdup_printf (ngettext ("%d file is there already.", "%d files are there already.",
                                        (gulong) run->n_existing),
                              run->n_existing);
      lucida_message_show (self->message, text, FALSE);
      show_buttons (self, "asking", self->skip);
    }
  else
    begin (self);
}

static void
start_cb (LucidaExportFolder *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  LucidaOverlayOptions options = { .style = self->style };

  if (self->run || !model || !self->paths[0] || !self->folder
      || !lucida_session_get_worker (self->session))
    return;
  lucida_export_form_get_options (self->form, &options);
  self->run = g_new0 (Run, 1);
  self->run->references = 1;
  self->run->window = self;
  self->run->task = lucida_folder_task_new (model, (const char *const *) self->paths,
                                            lucida_session_get_question (self->session), &options,
                                            self->folder, lucida_export_form_get_kind (self->form),
                                            lucida_export_form_get_maps (self->form));
  gtk_progress_bar_set_fraction (self->progress, 0);
  lucida_message_show (self->message, "", FALSE);
  show_buttons (self, "running", self->stop);
  self->steps = lucida_steps_start (self->session, KIND, 1, prepare_step, NULL, prepared_cb,
                                    run_ref (self->run), run_unref);
}

static void
stop_cb (LucidaExportFolder *self)
{
  if (self->steps)
    lucida_steps_stop (self->steps);
}

static void
cancel_cb (LucidaExportFolder *self)
{
  lucida_message_show (self->message, "", FALSE);
  end (self);
}

static void
skip_cb (LucidaExportFolder *self)
{
  lucida_folder_task_keep_existing (self->run->task);
  begin (self);
}

static void
overwrite_cb (LucidaExportFolder *self)
{
  begin (self);
}

static void
lucida_export_folder_dispose (GObject *object)
{
  LucidaExportFolder *self = LUCIDA_EXPORT_FOLDER (object);

  drop_run (self);
  if (self->session)
    {
      g_signal_handlers_disconnect_by_data (lucida_session_get_pictures (self->session), self);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->paths, g_strfreev);
  g_clear_pointer (&self->folder, g_free);
  G_OBJECT_CLASS (lucida_export_folder_parent_class)->dispose (object);
}

static void
lucida_export_folder_class_init (LucidaExportFolderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_export_folder_dispose;
  g_type_ensure (LUCIDA_TYPE_EXPORT_FORM);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/export-folder.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, options);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, pictures);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, question);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, target);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, form);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, progress);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, message);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, buttons);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, start);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, stop);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportFolder, skip);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, skip_cb);
  gtk_widget_class_bind_template_callback (widget_class, overwrite_cb);
}

static void
lucida_export_folder_init (LucidaExportFolder *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
lucida_export_folder_new (GtkWindow *parent, LucidaSession *session, GSettings *settings)
{
  LucidaExportFolder *self
      = g_object_new (LUCIDA_TYPE_EXPORT_FOLDER, "application", gtk_window_get_application (parent),
                      "transient-for", parent, "destroy-with-parent", TRUE, NULL);
  g_autofree char *folder = settings ? g_settings_get_string (settings, "export-folder") : NULL;

  self->session = g_object_ref (session);
  lucida_export_form_offer_maps (self->form);
  lucida_export_form_bind (self->form, settings);
  if (folder && g_file_test (folder, G_FILE_TEST_IS_DIR))
    self->folder = g_steal_pointer (&folder);
  g_set_object (&self->settings, settings);
  g_signal_connect_swapped (lucida_session_get_pictures (session), "items-changed",
                            G_CALLBACK (show_pictures), self);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (show_question), self);
  g_signal_connect_swapped (session, "question-changed", G_CALLBACK (show_question), self);
  show_folder (self);
  show_question (self);
  show_pictures (self);
  return GTK_WIDGET (self);
}

void
lucida_export_folder_set_style (LucidaExportFolder *self, const LucidaOverlayStyle *style)
{
  g_return_if_fail (LUCIDA_IS_EXPORT_FOLDER (self));
  self->style = *style;
}
