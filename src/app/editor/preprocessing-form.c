#include "config.h"

#include "app/editor/preprocessing-form.h"

#include "app/parts/numbers.h"
#include "app/parts/template.h"

#include <glib/gi18n.h>

#define MAX_SIZE 8192 /* pixels of a side; more is a slip of the finger */

struct _LucidaPreprocessingForm
{
  GtkWidget parent_instance;

  GtkWidget *order;
  GtkToggleButton *rgb;
  GtkToggleButton *bgr;
  GtkWidget *grey;
  GtkToggleButton *squash;
  GtkToggleButton *crop;
  GtkToggleButton *triangle;
  GtkToggleButton *linear;
  GtkToggleButton *nearest;
  GtkWidget *size;
  GtkEditable *height;
  GtkEditable *width;
  GtkEditable *scale;
  GtkEditable *mean;
  GtkEditable *std;

  LucidaPreprocessing value; /* what was set last; its channels beyond the network's are kept */
  int channels;
  gboolean updating; /* the parts follow a value, not the user */
};

G_DEFINE_FINAL_TYPE (LucidaPreprocessingForm, lucida_preprocessing_form, GTK_TYPE_WIDGET)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
changed_cb (LucidaPreprocessingForm *self)
{
  if (!self->updating)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* Of a group, the one that was active before it says so, too. */
static void
toggled_cb (LucidaPreprocessingForm *self, GtkToggleButton *button)
{
  if (gtk_toggle_button_get_active (button))
    changed_cb (self);
}

static void
lucida_preprocessing_form_dispose (GObject *object)
{
  LUCIDA_PREPROCESSING_FORM (object)->updating = TRUE;
  lucida_template_dispose (GTK_WIDGET (object));
  G_OBJECT_CLASS (lucida_preprocessing_form_parent_class)->dispose (object);
}

static void
lucida_preprocessing_form_class_init (LucidaPreprocessingFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_preprocessing_form_dispose;
  signals[CHANGED] = g_signal_new ("changed", LUCIDA_TYPE_PREPROCESSING_FORM, G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/camlucida/CamLucida/ui/preprocessing-form.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, order);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, rgb);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, bgr);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, grey);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, squash);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, crop);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, triangle);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, linear);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, nearest);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, size);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, height);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, width);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, scale);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, mean);
  gtk_widget_class_bind_template_child (widget_class, LucidaPreprocessingForm, std);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
}

/* Numbers are written from left to right in every language; they stay where the entry begins. */
static void
turn_numbers (LucidaPreprocessingForm *self)
{
  GtkEditable *const entries[] = { self->height, self->width, self->scale, self->mean, self->std };
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  gtk_widget_set_direction (self->size, GTK_TEXT_DIR_LTR);
  for (gsize i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      gtk_widget_set_direction (GTK_WIDGET (gtk_editable_get_delegate (entries[i])),
                                GTK_TEXT_DIR_LTR);
      gtk_editable_set_alignment (entries[i], mirrored ? 1.0f : 0.0f);
    }
}

static void
lucida_preprocessing_form_init (LucidaPreprocessingForm *self)
{
  self->channels = 3;
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  turn_numbers (self);
  self->updating = FALSE;
}

void
lucida_preprocessing_form_set_model (LucidaPreprocessingForm *self, LucidaModel *model)
{
  LucidaNetwork *network = lucida_model_get_network (model);
  int channels = lucida_model_get_input_channels (model, NULL);
  int n, height, width;

  g_return_if_fail (LUCIDA_IS_PREPROCESSING_FORM (self));

  if (!lucida_network_get_input_size (network, &n, &height, &width))
    height = width = LUCIDA_FREE_SIZE;
  self->channels = channels < 0 ? 3 : channels;
  gtk_widget_set_sensitive (GTK_WIDGET (self->height), height == LUCIDA_FREE_SIZE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->width), width == LUCIDA_FREE_SIZE);
  gtk_widget_set_visible (self->order, self->channels > 1);
  gtk_widget_set_visible (self->grey, self->channels == 1);
}

static void
set_size (GtkEditable *editable, int size)
{
  g_autofree char *text = g_strdup_printf ("%d", size);

  gtk_editable_set_text (editable, text);
}

static void
set_numbers (GtkEditable *editable, const double *values, int n)
{
  g_autofree char *text = lucida_numbers_format (values, n);

  gtk_editable_set_text (editable, text);
}

static void
mark (GtkEditable *editable, gboolean wrong)
{
  if (wrong)
    gtk_widget_add_css_class (GTK_WIDGET (editable), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (editable), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (editable), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

void
lucida_preprocessing_form_set_value (LucidaPreprocessingForm *self,
                                     const LucidaPreprocessing *value)
{
  LucidaPreprocessing parsed;
  const char *problem;

  g_return_if_fail (LUCIDA_IS_PREPROCESSING_FORM (self) && value != NULL);

  self->value = *value;
  self->updating = TRUE;
  gtk_toggle_button_set_active (value->channels == LUCIDA_CHANNELS_BGR ? self->bgr : self->rgb,
                                TRUE);
  gtk_toggle_button_set_active (value->resize == LUCIDA_RESIZE_CROP ? self->crop : self->squash,
                                TRUE);
  gtk_toggle_button_set_active (value->resample == LUCIDA_RESAMPLE_TRIANGLE ? self->triangle
                                : value->resample == LUCIDA_RESAMPLE_LINEAR ? self->linear
                                                                            : self->nearest,
                                TRUE);
  set_size (self->height, value->height);
  set_size (self->width, value->width);
  set_numbers (self->scale, &value->scale, 1);
  set_numbers (self->mean, value->mean, self->channels);
  set_numbers (self->std, value->std, self->channels);
  lucida_preprocessing_form_get_value (self, &parsed, &problem);
  self->updating = FALSE;
}

static gboolean
get_size (GtkEditable *editable, int *size)
{
  gint64 number;
  gboolean good
      = g_ascii_string_to_signed (gtk_editable_get_text (editable), 10, 1, MAX_SIZE, &number, NULL);

  mark (editable, !good);
  if (good)
    *size = (int) number;
  return good;
}

static gboolean
get_numbers (GtkEditable *editable, double *values, int n, gboolean may_be_zero)
{
  gboolean good = lucida_numbers_parse (gtk_editable_get_text (editable), values, n);

  for (int i = 0; good && i < n; i++)
    good = may_be_zero || values[i] > 0.0;
  mark (editable, !good);
  return good;
}

gboolean
lucida_preprocessing_form_get_value (LucidaPreprocessingForm *self, LucidaPreprocessing *value,
                                     const char **problem)
{
  /* every entry is looked at: each shows whether it is wrong */
  gboolean height, width, scale, mean, std;

  g_return_val_if_fail (LUCIDA_IS_PREPROCESSING_FORM (self), FALSE);

  *value = self->value;
  value->assumed = FALSE;
  if (self->channels == 1)
    value->channels = LUCIDA_CHANNELS_L;
  else
    value->channels
        = gtk_toggle_button_get_active (self->bgr) ? LUCIDA_CHANNELS_BGR : LUCIDA_CHANNELS_RGB;
  value->resize
      = gtk_toggle_button_get_active (self->crop) ? LUCIDA_RESIZE_CROP : LUCIDA_RESIZE_SQUASH;
  value->resample = gtk_toggle_button_get_active (self->triangle) ? LUCIDA_RESAMPLE_TRIANGLE
                    : gtk_toggle_button_get_active (self->linear) ? LUCIDA_RESAMPLE_LINEAR
                                                                  : LUCIDA_RESAMPLE_NEAREST;
  height = get_size (self->height, &value->height);
  width = get_size (self->width, &value->width);
  scale = get_numbers (self->scale, &value->scale, 1, FALSE);
  mean = get_numbers (self->mean, value->mean, self->channels, TRUE);
  std = get_numbers (self->std, value->std, self->channels, FALSE);
  *problem = NULL;
  if (!height || !width)
    *problem = _ ("Width and height are whole numbers of pixels, up to 8192");
  else if (!scale)
    *problem = _ ("The scale is one number above 0, such as 1/255");
  else if (!mean)
    *problem = _ ("The mean is one number, or one for each channel");
  else if (!std)
    *problem = _ ("The std is one number above 0, or one for each channel");
  return *problem == NULL;
}
