#include "config.h"

#include "app/exporting/export-sheet.h"

#include "app/choosing/layer-item.h"
#include "app/exporting/picture-chooser.h"
#include "app/exporting/sheet-run.h"
#include "app/parts/file-dialogs.h"
#include "app/parts/message.h"
#include "export/image-file.h"

#include <glib/gi18n.h>
#include <string.h>

#define PREVIEW_KIND "export-sheet-preview"
#define KIND "export-sheet"
#define FIRST_COUNT 3 /* pictures, to begin with */
#define MAX_COUNT 500
#define N_OFFERED 5   /* classes, the most probable of the picture that is shown */
#define N_PREVIEWED 3 /* pictures */

struct _LucidaExportSheet
{
  GtkWindow parent_instance;

  GtkWidget *options;
  GtkSpinButton *count;
  GtkLabel *of;
  LucidaPictureChooser *chooser;
  GtkWidget *classes;
  GtkWidget *methods;
  GtkWidget *layers;
  GtkPicture *preview;
  GtkProgressBar *progress;
  GtkLabel *message;
  GtkWidget *png;
  GtkWidget *pdf;
  GtkWidget *stop;

  LucidaSession *session;
  LucidaOverlayStyle style;
  LucidaNetwork *network; /* whose classes and layers are shown; (nullable) */
  guint n_wanted;         /* pictures from the one shown on, if there are as many */
  char **paths;           /* (nullable) of the pictures that are chosen */
  char *target;           /* (nullable) what is being written */
  LucidaSheetRun *run;    /* (nullable) */
  LucidaSheetRun *preview_run;
  guint preview_id;
};

G_DEFINE_FINAL_TYPE (LucidaExportSheet, lucida_export_sheet, GTK_TYPE_WINDOW)

static void changed_cb (LucidaExportSheet *self);
static void count_changed_cb (LucidaExportSheet *self);

/* What can be chosen: a button each, with its number. */

static void
add_choice (LucidaExportSheet *self, GtkWidget *box, const char *name, int number, gboolean chosen)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (name);
  GtkWidget *label = gtk_button_get_child (GTK_BUTTON (button));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (button, "choice");
  gtk_widget_set_tooltip_text (button, name);
  g_object_set_data (G_OBJECT (button), "number", GINT_TO_POINTER (number));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), chosen);
  g_signal_connect_swapped (button, "toggled", G_CALLBACK (changed_cb), self);
  gtk_box_append (GTK_BOX (box), button);
}

/* The numbers of what is chosen. (transfer full) */
static GArray *
get_chosen (GtkWidget *box)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (int));

  for (GtkWidget *button = gtk_widget_get_first_child (box); button;
       button = gtk_widget_get_next_sibling (button))
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)))
      {
        int number = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "number"));

        g_array_append_val (numbers, number);
      }
  return numbers;
}

static void
empty (GtkWidget *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)))
    gtk_box_remove (GTK_BOX (box), child);
}

static gboolean
is_offered (GtkWidget *box, int number)
{
  for (GtkWidget *button = gtk_widget_get_first_child (box); button;
       button = gtk_widget_get_next_sibling (button))
    if (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "number")) == number)
      return TRUE;
  return FALSE;
}

/* The most probable classes of the picture that is shown, and the one that is explained. */
static void
show_classes (LucidaExportSheet *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  const float *logits = lucida_session_get_logits (self->session);
  int asked = lucida_session_get_question (self->session)->class_index;
  int n = lucida_model_get_n_classes (model);
  g_autofree int *ranked = lucida_classes_rank (logits, n);

  empty (self->classes);
  add_choice (self, self->classes, _ ("Each picture's most probable"), LUCIDA_PREDICTED_CLASS,
              asked == LUCIDA_PREDICTED_CLASS);
  for (int i = 0; logits && i < MIN (n, N_OFFERED); i++)
    add_choice (self, self->classes, lucida_model_get_class_name (model, ranked[i]), ranked[i],
                asked == ranked[i]);
  if (!is_offered (self->classes, asked))
    add_choice (self, self->classes, lucida_model_get_class_name (model, asked), asked, TRUE);
}

static void
show_methods (LucidaExportSheet *self)
{
  const LucidaMethod *asked = lucida_session_get_question (self->session)->method;

  empty (self->methods);
  for (int i = 0; lucida_methods[i]; i++)
    add_choice (self, self->methods, lucida_methods[i]->title, i, lucida_methods[i] == asked);
}

static gboolean
is_asked (LucidaPlan *plan, char **asked, int value)
{
  for (int i = 0; asked[i]; i++)
    {
      g_autofree char *label = NULL;

      if (lucida_plan_find_layer (plan, asked[i], &label, NULL) == value)
        return TRUE;
    }
  return FALSE;
}

static void
show_layers (LucidaExportSheet *self)
{
  LucidaPlan *plan = lucida_model_get_plan (lucida_session_get_model (self->session));
  char **asked = lucida_session_get_question (self->session)->layers;
  int usual = lucida_plan_get_default_layer (plan);
  const LucidaLayer *layers;
  int n;

  empty (self->layers);
  layers = lucida_plan_get_layers (plan, &n);
  for (int i = n - 1; i >= 0; i--)
    {
      gboolean chosen = asked && asked[0] ? is_asked (plan, asked, layers[i].value) : i == usual;

      if (layers[i].explainable && (chosen || lucida_layer_is_main (&layers[i])))
        add_choice (self, self->layers, layers[i].name, i, chosen);
    }
}

/* The sheet as it is chosen; NULL if nothing can be made, which is said. (transfer full) */
static LucidaSheetMaker *
make (LucidaExportSheet *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  g_autoptr (GArray) classes = get_chosen (self->classes);
  g_autoptr (GArray) methods = get_chosen (self->methods);
  g_autoptr (GArray) layers = get_chosen (self->layers);
  g_autoptr (GPtrArray) method_table = g_ptr_array_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  const LucidaLayer *all;
  LucidaSheetMaker *maker;
  int n;

  if (!model || !lucida_picture_list_get_length (lucida_session_get_pictures (self->session)))
    return NULL;
  if (g_strv_length (self->paths) == 0 || g_strv_length (self->paths) > MAX_COUNT)
    {
      g_autofree char *text = g_strdup_printf (_ ("Choose between 1 and %d pictures"), MAX_COUNT);

      lucida_message_show (self->message, text, FALSE);
      return NULL;
    }
  if (classes->len == 0 || methods->len == 0 || layers->len == 0)
    {
      lucida_message_show (self->message, _ ("Choose at least one class, layer and method"), FALSE);
      return NULL;
    }
  all = lucida_plan_get_layers (lucida_model_get_plan (model), &n);
  for (guint i = 0; i < layers->len; i++)
    g_ptr_array_add (names, (gpointer) all[g_array_index (layers, int, i)].name);
  g_ptr_array_add (names, NULL);
  for (guint i = 0; i < methods->len; i++)
    g_ptr_array_add (method_table, (gpointer) lucida_methods[g_array_index (methods, int, i)]);
  g_ptr_array_add (method_table, NULL);
  maker = lucida_sheet_maker_new (
      model, (const int *) classes->data, (int) classes->len, (const char *const *) names->pdata,
      (const LucidaMethod *const *) method_table->pdata, &self->style, &error);
  if (!maker)
    lucida_message_show (self->message, error->message, TRUE);
  return maker;
}

/* The first @n pictures. (transfer container) */
static char **
get_pictures (LucidaExportSheet *self, guint n)
{
  char **pictures = g_new0 (char *, (gsize) n + 1);

  for (guint i = 0; i < n && self->paths[i]; i++)
    pictures[i] = self->paths[i];
  return pictures;
}

static void
update (LucidaExportSheet *self, gboolean possible)
{
  gboolean running = self->run != NULL;

  gtk_widget_set_sensitive (self->options, !running);
  gtk_widget_set_sensitive (self->png, possible);
  gtk_widget_set_sensitive (self->pdf, possible);
  gtk_widget_set_visible (self->png, !running);
  gtk_widget_set_visible (self->pdf, !running);
  gtk_widget_set_visible (self->stop, running);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), running);
}

/* The preview. */

static void
previewed_cb (const LucidaSheetResult *result, gpointer data)
{
  LucidaExportSheet *self = data;

  if (result->texture)
    gtk_picture_set_paintable (self->preview, GDK_PAINTABLE (result->texture));
  if (!self->run && (result->error || result->failure))
    lucida_message_show (self->message, result->error ? result->error : result->failure, TRUE);
}

static gboolean
preview_cb (gpointer data)
{
  LucidaExportSheet *self = data;
  LucidaSheetMaker *maker;
  guint n = g_strv_length (self->paths);
  g_autofree char **pictures = NULL;
  g_autofree char *text = NULL;

  self->preview_id = 0;
  g_clear_pointer (&self->preview_run, lucida_sheet_run_free);
  if (self->run || !lucida_session_get_worker (self->session))
    return G_SOURCE_REMOVE;
  maker = make (self);
  update (self, maker != NULL);
  if (!maker)
    return G_SOURCE_REMOVE;
  if (n > N_PREVIEWED)
    text = g_strdup_printf (_ ("The preview shows the first %u pictures."), N_PREVIEWED);
  lucida_message_show (self->message, text ? text : "", FALSE);
  pictures = get_pictures (self, MIN (n, N_PREVIEWED));
  self->preview_run = lucida_sheet_run_start (self->session, PREVIEW_KIND, maker, pictures, NULL,
                                              NULL, previewed_cb, self);
  return G_SOURCE_REMOVE;
}

/* Several changes at once make one preview. */
static void
changed_cb (LucidaExportSheet *self)
{
  if (self->session && self->preview_id == 0)
    self->preview_id = g_idle_add (preview_cb, self);
}

/* The sheet itself. */

static void
show_progress (guint done, guint total, gpointer data)
{
  LucidaExportSheet *self = data;
  g_autofree char *text = g_strdup_printf (_ ("%u of %u"), done, total);

  gtk_progress_bar_set_fraction (self->progress, (double) done / total);
  lucida_message_show (self->message, text, FALSE);
}

static void
written_cb (const LucidaSheetResult *result, gpointer data)
{
  LucidaExportSheet *self = data;
  g_autofree char *name = g_filename_display_basename (self->target);
  g_autofree char *text = NULL;

  if (result->stopped)
    text = g_strdup (_ ("Stopped; nothing was written."));
  else if (result->error)
    text = g_strdup (result->error);
  else if (result->failed)
    text = g_strdup_printf (ngettext ("%u picture could not be explained: %s",
                                      "%u pictures could not be explained, first: %s",
                                      result->failed),
                            result->failed, result->failure);
  else
    text = g_strdup_printf (_ ("Exported %s"), name);
  lucida_message_show (self->message, text, result->error || result->failed);
  g_clear_pointer (&self->run, lucida_sheet_run_free);
  update (self, TRUE);
}

static void
chosen_cb (const char *path, gpointer data)
{
  LucidaExportSheet *self = data;
  LucidaFileKind kind = lucida_file_kind (path);
  LucidaSheetMaker *maker;

  if (self->run || !lucida_session_get_worker (self->session))
    return;
  if (kind != LUCIDA_FILE_PNG && kind != LUCIDA_FILE_JPEG && kind != LUCIDA_FILE_PDF
      && kind != LUCIDA_FILE_SVG)
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_autofree char *text = g_strdup_printf (
          _ ("%s: the end of the name decides the kind of file; use .png, .jpg, .pdf or .svg"),
          shown);

      lucida_message_show (self->message, text, TRUE);
      return;
    }
  maker = make (self);
  if (!maker)
    return;
  g_clear_pointer (&self->preview_run, lucida_sheet_run_free);
  g_free (self->target);
  self->target = g_strdup (path);
  self->run = lucida_sheet_run_start (self->session, KIND, maker, self->paths, path, show_progress,
                                      written_cb, self);
  show_progress (0, g_strv_length (self->paths), self);
  update (self, TRUE);
}

static void
ask (LucidaExportSheet *self, const char *name)
{
  const char *shown = lucida_session_get_picture_path (self->session);
  g_autofree char *folder = self->target ? g_path_get_dirname (self->target)
                            : shown      ? g_path_get_dirname (shown)
                                         : NULL;

  lucida_file_dialog_show (LUCIDA_DIALOG_SAVE, GTK_WINDOW (self), folder, name, chosen_cb, self);
}

static void
png_cb (LucidaExportSheet *self)
{
  ask (self, "sheet.png");
}

static void
pdf_cb (LucidaExportSheet *self)
{
  ask (self, "sheet.pdf");
}

static void
stop_cb (LucidaExportSheet *self)
{
  if (self->run)
    lucida_sheet_run_stop (self->run);
}

/* What is open. */

/* How many pictures are chosen, and how. */
static void
show_count (LucidaExportSheet *self)
{
  guint n = lucida_picture_list_get_length (lucida_session_get_pictures (self->session));
  guint n_chosen;
  g_autofree char *text = NULL;

  g_strfreev (self->paths);
  self->paths = lucida_picture_chooser_dup_paths (self->chooser);
  n_chosen = g_strv_length (self->paths);
  if (lucida_picture_chooser_is_by_hand (self->chooser))
    /* Translators: how many pictures a person has chosen, of all that are open. */
    text = g_strdup_printf (_ ("%u chosen, of %u"), n_chosen, n);
  else
    text = g_strdup_printf (_ ("from the one shown on, of %u"), n);
  gtk_label_set_text (self->of, text);
  g_signal_handlers_block_by_func (self->count, count_changed_cb, self);
  gtk_adjustment_set_upper (gtk_spin_button_get_adjustment (self->count), CLAMP (n, 1, MAX_COUNT));
  gtk_spin_button_set_value (self->count, n_chosen);
  g_signal_handlers_unblock_by_func (self->count, count_changed_cb, self);
  changed_cb (self);
}

/* The one that is shown and those that follow. */
static void
choose_first (LucidaExportSheet *self)
{
  LucidaPictureList *list = lucida_session_get_pictures (self->session);
  const char *shown = lucida_session_get_picture_path (self->session);

  lucida_picture_chooser_choose (
      self->chooser, shown ? lucida_picture_list_find_path (list, shown) : 0, self->n_wanted);
  show_count (self);
}

static void
count_changed_cb (LucidaExportSheet *self)
{
  self->n_wanted = (guint) gtk_spin_button_get_value_as_int (self->count);
  choose_first (self);
}

static void
pictures_chosen_cb (LucidaExportSheet *self)
{
  show_count (self);
}

static void
pictures_changed_cb (LucidaExportSheet *self)
{
  if (lucida_picture_chooser_is_by_hand (self->chooser))
    show_count (self);
  else
    choose_first (self);
}

static void
model_changed_cb (LucidaExportSheet *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);

  if (!model)
    return;
  if (self->network != lucida_model_get_network (model))
    {
      g_clear_pointer (&self->network, lucida_network_unref);
      self->network = lucida_network_ref (lucida_model_get_network (model));
      show_classes (self);
      show_methods (self);
      show_layers (self);
    }
  changed_cb (self);
}

static void
lucida_export_sheet_dispose (GObject *object)
{
  LucidaExportSheet *self = LUCIDA_EXPORT_SHEET (object);

  g_clear_handle_id (&self->preview_id, g_source_remove);
  g_clear_pointer (&self->preview_run, lucida_sheet_run_free);
  g_clear_pointer (&self->run, lucida_sheet_run_free);
  if (self->session)
    {
      g_signal_handlers_disconnect_by_data (lucida_session_get_pictures (self->session), self);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_object (&self->session);
  g_clear_pointer (&self->network, lucida_network_unref);
  g_clear_pointer (&self->paths, g_strfreev);
  g_clear_pointer (&self->target, g_free);
  G_OBJECT_CLASS (lucida_export_sheet_parent_class)->dispose (object);
}

static void
lucida_export_sheet_class_init (LucidaExportSheetClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_export_sheet_dispose;
  g_type_ensure (LUCIDA_TYPE_PICTURE_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/export-sheet.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, options);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, count);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, of);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, chooser);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, classes);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, methods);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, layers);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, preview);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, progress);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, message);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, png);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, pdf);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportSheet, stop);
  gtk_widget_class_bind_template_callback (widget_class, count_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, pictures_chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, png_cb);
  gtk_widget_class_bind_template_callback (widget_class, pdf_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
}

static void
lucida_export_sheet_init (LucidaExportSheet *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->n_wanted = FIRST_COUNT;
}

GtkWidget *
lucida_export_sheet_new (GtkWindow *parent, LucidaSession *session, const LucidaOverlayStyle *style)
{
  LucidaExportSheet *self
      = g_object_new (LUCIDA_TYPE_EXPORT_SHEET, "application", gtk_window_get_application (parent),
                      "transient-for", parent, "destroy-with-parent", TRUE, NULL);

  self->session = g_object_ref (session);
  self->style = *style;
  lucida_picture_chooser_set_list (self->chooser, lucida_session_get_pictures (session));
  g_signal_connect_swapped (session, "picture-changed", G_CALLBACK (pictures_changed_cb), self);
  g_signal_connect_swapped (lucida_session_get_pictures (session), "items-changed",
                            G_CALLBACK (pictures_changed_cb), self);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (model_changed_cb), self);
  update (self, FALSE);
  model_changed_cb (self);
  pictures_changed_cb (self);
  return GTK_WIDGET (self);
}

void
lucida_export_sheet_set_style (LucidaExportSheet *self, const LucidaOverlayStyle *style)
{
  g_return_if_fail (LUCIDA_IS_EXPORT_SHEET (self));

  if (memcmp (&self->style, style, sizeof self->style) == 0)
    return;
  self->style = *style;
  changed_cb (self);
}
