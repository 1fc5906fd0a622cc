#include "config.h"

#include "app/editor/preset-list.h"

#include "app/editor/preset-row.h"
#include "app/parts/template.h"
#include "app/parts/text.h"
#include "base/bidi.h"

#include <glib/gi18n.h>
#include <math.h>

#define N_PRESETS (LUCIDA_PREPROCESSING_RAW + 1)
#define OWN N_PRESETS /* the row of values that are no preset's */
#define N_ROWS (N_PRESETS + 1)

static const char *const titles[N_ROWS] = {
  [LUCIDA_PREPROCESSING_TORCHVISION] = N_ ("torchvision"),
  [LUCIDA_PREPROCESSING_CAFFE] = N_ ("Keras caffe"),
  [LUCIDA_PREPROCESSING_TF] = N_ ("Keras tf"),
  [LUCIDA_PREPROCESSING_UNIT] = N_ ("0 … 1"),
  [LUCIDA_PREPROCESSING_RAW] = N_ ("0 … 255"),
  [OWN] = N_ ("Own values"),
};

typedef struct
{
  LucidaPresetRow *widget;
  LucidaPreprocessing value;
  gboolean tried; /* whether the answer is the present one */
  char *answer;   /* (nullable) */
  int class_index;
  double logit;
  double probability;
  GdkPaintable *seen; /* NULL: there was no answer yet, or none can be had */
} Row;

struct _LucidaPresetList
{
  GtkWidget parent_instance;

  GtkListBox *box;

  Row rows[N_ROWS];
  LucidaSession *session;
  LucidaNetwork *network; /* that the answers come from; (nullable) */
  int channels;
  int trying;        /* a row, or -1 */
  gboolean updating; /* the selection follows the values, not the user */
};

G_DEFINE_FINAL_TYPE (LucidaPresetList, lucida_preset_list, GTK_TYPE_WIDGET)

enum
{
  CHOSEN,
  TRIED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void try_next (LucidaPresetList *self);

static int
get_selected (LucidaPresetList *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->box);

  return row ? gtk_list_box_row_get_index (row) : -1;
}

static void
show_row (LucidaPresetList *self, int index)
{
  Row *row = &self->rows[index];
  g_autofree char *parts = lucida_text_preprocessing (NULL, &row->value, self->channels);

  g_autofree char *title = lucida_text_isolate (_ (titles[index]));

  lucida_preset_row_set_text (row->widget, title, parts);
  lucida_preset_row_set_answer (row->widget, row->answer, row->seen, !row->tried);
}

/* "cat 62 %", under the names that the classes have now. */
static void
name_answer (LucidaPresetList *self, int index)
{
  Row *row = &self->rows[index];
  LucidaModel *model = lucida_session_get_model (self->session);
  g_autofree char *score = NULL;

  if (!row->seen || row->class_index >= lucida_model_get_n_classes (model))
    return;
  score = isnan (row->probability) ? lucida_text_logit (row->logit)
                                   : lucida_text_percent (row->probability);
  g_free (row->answer);
  row->answer = lucida_bidi_join (lucida_model_get_class_name (model, row->class_index), score);
}

static GdkPaintable *
make_paintable (LucidaPicture *picture)
{
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
      picture->pixels, (gsize) picture->height * picture->stride,
      (GDestroyNotify) lucida_picture_unref, lucida_picture_ref (picture));

  return GDK_PAINTABLE (gdk_memory_texture_new (picture->width, picture->height, GDK_MEMORY_R8G8B8,
                                                bytes, picture->stride));
}

static void
tried_cb (GPtrArray *trials, const GError *error, gpointer data)
{
  LucidaPresetList *self = data;
  int index = self->trying;
  Row *row = &self->rows[index];

  self->trying = -1;
  row->tried = TRUE;
  g_clear_object (&row->seen);
  if (trials)
    {
      const LucidaTrial *trial = g_ptr_array_index (trials, 0);

      row->class_index = trial->class_index;
      row->logit = trial->logit;
      row->probability = trial->probability;
      row->seen = make_paintable (trial->seen);
      name_answer (self, index);
      g_ptr_array_unref (trials);
    }
  else
    {
      g_free (row->answer);
      row->answer = g_strdup (error->message);
    }
  show_row (self, index);
  if (index == get_selected (self))
    g_signal_emit (self, signals[TRIED], 0);
  try_next (self);
}

static void
try_next (LucidaPresetList *self)
{
  int selected = get_selected (self);
  int next = selected >= 0 && !self->rows[selected].tried ? selected : -1;

  for (int i = 0; i < N_ROWS && next < 0; i++)
    if (!self->rows[i].tried && gtk_widget_get_visible (GTK_WIDGET (self->rows[i].widget)))
      next = i;
  if (self->trying < 0 && next >= 0 && !lucida_session_get_busy (self->session, NULL, NULL)
      && lucida_session_try (self->session, &self->rows[next].value, 1, tried_cb, self))
    self->trying = next;
}

/* Lets the rows that have no present answer be tried, from the beginning. */
static void
try_again (LucidaPresetList *self)
{
  lucida_session_stop_trying (self->session);
  self->trying = -1;
  try_next (self);
}

static gboolean
same_values (const LucidaPreprocessing *a, const LucidaPreprocessing *b, int channels)
{
  LucidaPreprocessing other = *b;

  for (int c = channels; c < LUCIDA_MAX_CHANNELS; c++)
    {
      other.mean[c] = a->mean[c];
      other.std[c] = a->std[c];
    }
  return lucida_preprocessing_equal (a, &other);
}

static void
set_row_value (LucidaPresetList *self, int index, const LucidaPreprocessing *value)
{
  Row *row = &self->rows[index];

  row->tried = row->tried && same_values (&row->value, value, self->channels);
  row->value = *value;
  show_row (self, index);
}

static void
all_stale (LucidaPresetList *self)
{
  for (int i = 0; i < N_ROWS; i++)
    {
      self->rows[i].tried = FALSE;
      show_row (self, i);
    }
}

static void
model_changed_cb (LucidaPresetList *self)
{
  LucidaModel *model = lucida_session_get_model (self->session);
  g_autofree LucidaPreprocessing *presets = NULL;
  int n = 0;

  if (!model)
    return;
  if (self->network == lucida_model_get_network (model))
    {
      /* at most the classes have other names */
      for (int i = 0; i < N_ROWS; i++)
        {
          name_answer (self, i);
          show_row (self, i);
        }
      g_signal_emit (self, signals[TRIED], 0);
      return;
    }
  g_clear_pointer (&self->network, lucida_network_unref);
  self->network = lucida_network_ref (lucida_model_get_network (model));
  self->channels = lucida_model_get_input_channels (model, NULL);
  self->channels = self->channels < 0 ? 3 : self->channels;
  presets = lucida_trial_presets (model, &n);
  for (int i = 0; i < N_PRESETS && i < n; i++)
    set_row_value (self, i, &presets[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->rows[OWN].widget), FALSE);
  all_stale (self);
  lucida_preset_list_set_value (self, lucida_model_get_preprocessing (model));
}

static void
picture_changed_cb (LucidaPresetList *self)
{
  all_stale (self);
  try_again (self);
}

static void
selected_cb (LucidaPresetList *self)
{
  if (self->updating || !self->session || get_selected (self) < 0)
    return;
  g_signal_emit (self, signals[CHOSEN], 0);
  g_signal_emit (self, signals[TRIED], 0);
}

static void
lucida_preset_list_dispose (GObject *object)
{
  LucidaPresetList *self = LUCIDA_PRESET_LIST (object);

  self->updating = TRUE;
  if (self->session)
    {
      lucida_session_stop_trying (self->session);
      g_signal_handlers_disconnect_by_data (self->session, self);
    }
  g_clear_object (&self->session);
  g_clear_pointer (&self->network, lucida_network_unref);
  for (int i = 0; i < N_ROWS; i++)
    {
      g_clear_object (&self->rows[i].seen);
      g_clear_pointer (&self->rows[i].answer, g_free);
    }
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_preset_list_parent_class)->dispose (object);
}

static void
lucida_preset_list_class_init (LucidaPresetListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_preset_list_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", LUCIDA_TYPE_PRESET_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
  signals[TRIED] = g_signal_new ("tried", LUCIDA_TYPE_PRESET_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/preset-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaPresetList, box);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
}

static void
lucida_preset_list_init (LucidaPresetList *self)
{
  self->trying = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  for (int i = 0; i < N_ROWS; i++)
    {
      self->rows[i].widget = LUCIDA_PRESET_ROW (lucida_preset_row_new ());
      gtk_list_box_append (self->box, GTK_WIDGET (self->rows[i].widget));
    }
}

void
lucida_preset_list_set_session (LucidaPresetList *self, LucidaSession *session)
{
  g_return_if_fail (LUCIDA_IS_PRESET_LIST (self) && self->session == NULL);

  self->session = g_object_ref (session);
  g_signal_connect_swapped (session, "model-changed", G_CALLBACK (model_changed_cb), self);
  g_signal_connect_swapped (session, "picture-changed", G_CALLBACK (picture_changed_cb), self);
  g_signal_connect_swapped (session, "busy-changed", G_CALLBACK (try_next), self);
  model_changed_cb (self);
}

void
lucida_preset_list_set_value (LucidaPresetList *self, const LucidaPreprocessing *value)
{
  int match = OWN;

  g_return_if_fail (LUCIDA_IS_PRESET_LIST (self));

  for (int i = N_PRESETS - 1; i >= 0; i--)
    {
      LucidaPreprocessing sized = self->rows[i].value;

      sized.height = value->height;
      sized.width = value->width;
      set_row_value (self, i, &sized);
      if (same_values (&sized, value, self->channels))
        match = i;
    }
  if (match == OWN)
    {
      set_row_value (self, OWN, value);
      gtk_widget_set_visible (GTK_WIDGET (self->rows[OWN].widget), TRUE);
    }
  self->updating = TRUE;
  gtk_list_box_select_row (self->box, GTK_LIST_BOX_ROW (self->rows[match].widget));
  self->updating = FALSE;
  g_signal_emit (self, signals[TRIED], 0);
  try_again (self);
}

gboolean
lucida_preset_list_get_value (LucidaPresetList *self, LucidaPreprocessing *value)
{
  int selected = get_selected (self);

  if (selected < 0)
    return FALSE;
  *value = self->rows[selected].value;
  return TRUE;
}

GdkPaintable *
lucida_preset_list_get_seen (LucidaPresetList *self)
{
  int selected = get_selected (self);

  return selected < 0 ? NULL : self->rows[selected].seen;
}

const char *
lucida_preset_list_get_answer (LucidaPresetList *self)
{
  int selected = get_selected (self);

  return selected < 0 ? NULL : self->rows[selected].answer;
}
