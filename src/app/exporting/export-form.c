#include "config.h"

#include "app/exporting/export-form.h"

#include "app/parts/template.h"

#define N_KINDS 4

static const struct
{
  LucidaFileKind kind;
  const char *suffix;
  const char *name; /* in the settings */
} kinds[N_KINDS] = {
  { LUCIDA_FILE_PNG, ".png", "png" },
  { LUCIDA_FILE_JPEG, ".jpg", "jpeg" },
  { LUCIDA_FILE_PDF, ".pdf", "pdf" },
  { LUCIDA_FILE_SVG, ".svg", "svg" },
};

struct _LucidaExportForm
{
  GtkWidget parent_instance;

  GtkToggleButton *png;
  GtkToggleButton *jpeg;
  GtkToggleButton *pdf;
  GtkToggleButton *svg;
  GtkToggleButton *chosen;
  GtkSpinButton *width;
  GtkToggleButton *legend;
  GtkToggleButton *caption;
  GtkWidget *maps_label;
  GtkToggleButton *npy_maps;
  GtkToggleButton *csv_maps;

  GSettings *settings; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LucidaExportForm, lucida_export_form, GTK_TYPE_WIDGET)

static int
get_selected (LucidaExportForm *self)
{
  GtkToggleButton *const buttons[N_KINDS] = { self->png, self->jpeg, self->pdf, self->svg };

  for (int i = 0; i < N_KINDS; i++)
    if (gtk_toggle_button_get_active (buttons[i]))
      return i;
  return 0;
}

static int
get_width (LucidaExportForm *self)
{
  return gtk_toggle_button_get_active (self->chosen)
             ? gtk_spin_button_get_value_as_int (self->width)
             : 0;
}

static const char *
get_maps_name (LucidaExportForm *self)
{
  if (gtk_toggle_button_get_active (self->npy_maps))
    return "npy";
  return gtk_toggle_button_get_active (self->csv_maps) ? "csv" : "none";
}

static void
changed_cb (LucidaExportForm *self)
{
  if (!self->settings)
    return;
  g_settings_set_string (self->settings, "export-kind", kinds[get_selected (self)].name);
  g_settings_set_int (self->settings, "export-width", get_width (self));
  g_settings_set_boolean (self->settings, "export-legend",
                          gtk_toggle_button_get_active (self->legend));
  g_settings_set_boolean (self->settings, "export-caption",
                          gtk_toggle_button_get_active (self->caption));
  g_settings_set_string (self->settings, "export-maps", get_maps_name (self));
}

static void
lucida_export_form_dispose (GObject *object)
{
  LucidaExportForm *self = LUCIDA_EXPORT_FORM (object);

  g_clear_object (&self->settings);
  lucida_template_dispose (GTK_WIDGET (self));
  G_OBJECT_CLASS (lucida_export_form_parent_class)->dispose (object);
}

static void
lucida_export_form_class_init (LucidaExportFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lucida_export_form_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/camlucida/CamLucida/ui/export-form.ui");
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, png);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, jpeg);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, pdf);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, svg);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, chosen);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, width);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, legend);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, caption);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, maps_label);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, npy_maps);
  gtk_widget_class_bind_template_child (widget_class, LucidaExportForm, csv_maps);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
}

static void
lucida_export_form_init (LucidaExportForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lucida_export_form_bind (LucidaExportForm *self, GSettings *settings)
{
  GtkToggleButton *const buttons[N_KINDS] = { self->png, self->jpeg, self->pdf, self->svg };
  g_autofree char *kind = NULL;
  g_autofree char *maps = NULL;
  int width;

  g_return_if_fail (LUCIDA_IS_EXPORT_FORM (self) && self->settings == NULL);

  if (!settings)
    return;
  kind = g_settings_get_string (settings, "export-kind");
  for (int i = 0; i < N_KINDS; i++)
    if (g_str_equal (kind, kinds[i].name))
      gtk_toggle_button_set_active (buttons[i], TRUE);
  width = g_settings_get_int (settings, "export-width");
  if (width > 0)
    {
      gtk_spin_button_set_value (self->width, width);
      gtk_toggle_button_set_active (self->chosen, TRUE);
    }
  gtk_toggle_button_set_active (self->legend, g_settings_get_boolean (settings, "export-legend"));
  gtk_toggle_button_set_active (self->caption, g_settings_get_boolean (settings, "export-caption"));
  maps = g_settings_get_string (settings, "export-maps");
  gtk_toggle_button_set_active (self->npy_maps, g_str_equal (maps, "npy"));
  gtk_toggle_button_set_active (self->csv_maps, g_str_equal (maps, "csv"));
  self->settings = g_object_ref (settings);
}

void
lucida_export_form_offer_maps (LucidaExportForm *self)
{
  gtk_widget_set_visible (self->maps_label, TRUE);
}

LucidaFileKind
lucida_export_form_get_maps (LucidaExportForm *self)
{
  if (gtk_toggle_button_get_active (self->npy_maps))
    return LUCIDA_FILE_NPY;
  return gtk_toggle_button_get_active (self->csv_maps) ? LUCIDA_FILE_CSV : LUCIDA_FILE_UNKNOWN;
}

LucidaFileKind
lucida_export_form_get_kind (LucidaExportForm *self)
{
  return kinds[get_selected (self)].kind;
}

const char *
lucida_export_form_get_suffix (LucidaExportForm *self)
{
  return kinds[get_selected (self)].suffix;
}

void
lucida_export_form_get_options (LucidaExportForm *self, LucidaOverlayOptions *options)
{
  options->width = get_width (self);
  options->legend = gtk_toggle_button_get_active (self->legend);
  options->caption = gtk_toggle_button_get_active (self->caption);
  options->any_size = FALSE;
}
