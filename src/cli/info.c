#include "cli/info.h"

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/report.h"
#include "network/summary.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#define INDENT 2         /* for each model that a layer lies in */
#define CLASSES_SHOWN 10 /* more than that are counted */
#define COLUMN_GAP 2

/* One row of the table; a row with a heading alone names a model inside the model. */
typedef struct
{
  char *layer; /* "block1_conv1 (Conv)", indented */
  char *shape;
  char *parameters;
  gboolean usual; /* the default layer */
} Row;

static void
row_clear (gpointer data)
{
  Row *row = data;

  g_free (row->layer);
  g_free (row->shape);
  g_free (row->parameters);
}

/* 1179282 as "1,179,282". (transfer full) */
static char *
format_count (gint64 count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, count);
  gsize n = strlen (digits);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      if (i > 0 && (n - i) % 3 == 0)
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

static char *
format_shape (const LucidaShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape->rank; i++)
    {
      g_string_append (text, i ? "×" : "");
      if (shape->dim[i] == LUCIDA_FREE_SIZE)
        g_string_append_c (text, '?');
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, (gint64) shape->dim[i]);
    }
  return g_string_free (text, FALSE);
}

/* The part of @name that is the model the layer lies in: "vgg16" of "vgg16/block1_conv1". */
static gsize
folder_length (const char *name)
{
  const char *slash = strrchr (name, '/');

  return slash ? (gsize) (slash - name) : 0;
}

static int
depth_of (const char *name, gsize length)
{
  int depth = 0;

  for (gsize i = 0; i < length; i++)
    depth += name[i] == '/';
  return depth;
}

/* A heading for the model that @name lies in. */
static void
add_heading (GArray *rows, const char *name, gsize length)
{
  int depth = depth_of (name, length);
  const char *last = name;
  Row row = { NULL };
  g_autofree char *folder = g_strndup (name, length);
  g_autofree char *shown = NULL;

  for (const char *p = name; p < name + length; p++)
    if (*p == '/')
      last = p + 1;
  shown = lucida_escape (folder + (last - name));
  row.layer = g_strdup_printf ("%*s%s", depth * INDENT, "", shown);
  row.shape = g_strdup ("");
  row.parameters = g_strdup ("");
  g_array_append_val (rows, row);
}

static GArray *
make_rows (LucidaPlan *plan)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);
  int usual = lucida_plan_get_default_layer (plan);
  const char *before = "";
  gsize before_length = 0;

  g_array_set_clear_func (rows, row_clear);
  for (int i = 0; i < n; i++)
    {
      const LucidaLayer *layer = &layers[i];
      gsize length = folder_length (layer->name);
      gboolean space = layer->height > 0 && layer->width > 0;
      LucidaShape shape = lucida_shape (space ? 3 : 1, (int64_t) layer->channels,
                                        (int64_t) layer->height, (int64_t) layer->width);
      g_autofree char *name = lucida_escape (layer->name + (length ? length + 1 : 0));
      int depth = length ? depth_of (layer->name, length) + 1 : 0;
      Row row = { NULL };

      if (length && (length != before_length || strncmp (layer->name, before, length) != 0))
        add_heading (rows, layer->name, length);
      before = layer->name;
      before_length = length;
      row.layer = g_strdup_printf ("%*s%s (%s)", depth * INDENT, "", name, layer->op);
      row.shape = format_shape (&shape);
      row.parameters = format_count (layer->parameters);
      row.usual = i == usual;
      g_array_append_val (rows, row);
    }
  return rows;
}

static int
width_of (const char *text)
{
  return (int) g_utf8_strlen (text, -1);
}

static void
print_cell (const char *text, int width, gboolean right)
{
  int space = width - width_of (text);

  printf ("%*s%s%*s", right ? space : 0, "", text, right ? 0 : space, "");
}

static void
print_line (const char *stroke, int width)
{
  for (int i = 0; i < width; i++)
    fputs (stroke, stdout);
  fputc ('\n', stdout);
}

static void
print_table (LucidaPlan *plan)
{
  g_autoptr (GArray) rows = make_rows (plan);
  const char *headings[] = { _ ("Layer (type)"), _ ("Output shape"), _ ("Param #") };
  int widths[G_N_ELEMENTS (headings)];
  int width = 0;

  for (gsize column = 0; column < G_N_ELEMENTS (headings); column++)
    {
      widths[column] = width_of (headings[column]);
      for (guint i = 0; i < rows->len; i++)
        {
          const Row *row = &g_array_index (rows, Row, i);
          const char *cells[] = { row->layer, row->shape, row->parameters };

          widths[column] = MAX (widths[column], width_of (cells[column]));
        }
      width += widths[column] + (column ? COLUMN_GAP : 0);
    }
  print_line ("─", width);
  print_cell (headings[0], widths[0] + COLUMN_GAP, FALSE);
  print_cell (headings[1], widths[1] + COLUMN_GAP, FALSE);
  print_cell (headings[2], widths[2], TRUE);
  printf ("\n");
  print_line ("═", width);
  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);

      if (row->parameters[0] == '\0')
        {
          printf ("%s\n", row->layer);
          continue;
        }
      print_cell (row->layer, widths[0] + COLUMN_GAP, FALSE);
      print_cell (row->shape, widths[1] + COLUMN_GAP, FALSE);
      print_cell (row->parameters, widths[2], TRUE);
      /* Translators: beside the layer that is explained where none is named. */
      printf ("%s\n", row->usual ? _ ("  ← default layer") : "");
    }
  print_line ("─", width);
}

static void
print_parameters (const char *label, gint64 count)
{
  g_autofree char *text = format_count (count);

  printf ("%s %s (%.2f MB)\n", label, text,
          (double) (count * CLI_BYTES_PER_PARAMETER) / CLI_MEGABYTE);
}

static void
print_preprocessing (const LucidaModel *model)
{
  const LucidaPreprocessing *p = lucida_model_get_preprocessing (model);
  const char *source = lucida_model_get_preprocessing_source (model);
  int channels = 0, height, width;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!lucida_network_get_input_size (lucida_model_get_network (model), &channels, &height, &width)
      || channels < 1)
    channels = 3;
  g_string_append_printf (text,
                          p->resize == LUCIDA_RESIZE_CROP
                              ? _ ("the middle of the picture as %d×%d (%s filter), %s")
                              : _ ("the whole picture as %d×%d (%s filter), %s"),
                          p->height, p->width, lucida_resample_to_string (p->resample),
                          lucida_channels_to_string (p->channels));
  g_string_append_printf (text, _ (", times %.6g, mean"), p->scale);
  for (int i = 0; i < MIN (channels, LUCIDA_MAX_CHANNELS); i++)
    g_string_append_printf (text, "%s %.6g", i ? "," : "", p->mean[i]);
  g_string_append (text, _ (", deviation"));
  for (int i = 0; i < MIN (channels, LUCIDA_MAX_CHANNELS); i++)
    g_string_append_printf (text, "%s %.6g", i ? "," : "", p->std[i]);
  printf ("%s %s", _ ("Preprocessing:"), text->str);
  if (p->assumed && !source)
    fputs (_ (" (assumed: the file does not say)"), stdout);
  else if (source)
    {
      g_autofree char *shown = lucida_escape (_ (source));

      printf (p->assumed ? _ (" (assumed from %s)") : _ (" (from %s)"), shown);
    }
  printf ("\n");
}

static void
print_classes (const LucidaModel *model)
{
  int n = lucida_model_get_n_classes (model);
  gboolean named = lucida_model_has_class_names (model);

  if (lucida_model_get_class_names_assumed (model))
    {
      printf (_ ("Classes: ImageNet's %d names (assumed)\n"), n);
      return;
    }
  printf (_ ("Classes: %d"), n);
  for (int i = 0; named && i < MIN (n, CLASSES_SHOWN); i++)
    {
      g_autofree char *name = lucida_escape (lucida_model_get_class_name (model, i));

      printf ("%s%s", i ? ", " : " (", name);
    }
  if (named)
    {
      g_autofree char *source = lucida_escape (_ (lucida_model_get_class_names_source (model)));

      fputs (n > CLASSES_SHOWN ? ", …)" : ")", stdout);
      /* Translators: beside the classes' names: what says them, such as labels.txt. */
      printf (_ (" from %s\n"), source);
    }
  else
    printf ("%s\n", _ (" (without names)"));
}

static void
print_ends (const LucidaModel *model)
{
  LucidaNetwork *network = lucida_model_get_network (model);
  LucidaShape output_shape = cli_info_get_output_shape (model);
  g_autofree char *input = format_shape (lucida_network_get_input_shape (network));
  g_autofree char *output = format_shape (&output_shape);
  g_autofree char *input_name
      = lucida_escape (lucida_network_get_value_name (network, lucida_network_get_input (network)));
  g_autofree char *output_name = lucida_escape (
      lucida_network_get_value_name (network, lucida_network_get_output (network)));

  printf ("%s %s, %s", _ ("Input:"), input_name, input);
  if (lucida_network_get_input_shape (network)->rank == 4)
    printf (" (%s)",
            lucida_network_get_input_layout (network) == LUCIDA_LAYOUT_NHWC ? "NHWC" : "NCHW");
  printf ("\n%s %s, %s\n", _ ("Output:"), output_name, output);
}

static void
print_text (const LucidaModel *model)
{
  LucidaNetwork *network = lucida_model_get_network (model);
  LucidaParameters parameters = lucida_network_count_parameters (network);
  const char *const *warnings = lucida_network_get_warnings (network);
  const char *loss = lucida_network_get_loss (network);
  const char *optimizer = lucida_network_get_optimizer (network);
  g_autofree char *name
      = lucida_escape (lucida_network_get_name (network) ? lucida_network_get_name (network) : "–");

  printf ("%s %s (%s)\n", _ ("Model:"), name, lucida_network_get_format (network));
  print_table (lucida_model_get_plan (model));
  print_parameters (_ ("Total params:"), parameters.trainable + parameters.non_trainable);
  print_parameters (_ ("Trainable params:"), parameters.trainable);
  print_parameters (_ ("Non-trainable params:"), parameters.non_trainable);
  print_ends (model);
  print_classes (model);
  print_preprocessing (model);
  if (loss || optimizer)
    {
      g_autofree char *shown_loss = lucida_escape (loss ? loss : "–");
      g_autofree char *shown_optimizer = lucida_escape (optimizer ? optimizer : "–");

      printf (_ ("Training: loss %s, optimizer %s\n"), shown_loss, shown_optimizer);
    }
  for (int i = 0; warnings && warnings[i]; i++)
    {
      g_autofree char *warning = lucida_escape (warnings[i]);

      printf ("%s %s\n", _ ("Note:"), warning);
    }
}

static int
run (const CliOptions *options)
{
  g_autoptr (LucidaPool) pool = NULL;
  g_autoptr (LucidaModel) model = NULL;

  if (options->arguments->len != 1)
    return cli_report_usage (cli_info.name, "%s",
                             options->arguments->len ? _ ("give one MODEL only")
                                                     : _ ("MODEL is missing"));
  pool = lucida_pool_new (0);
  model = cli_open_model (g_ptr_array_index (options->arguments, 0), pool);
  if (!model)
    return CLI_FAILED;
  if (options->json)
    {
      g_autoptr (JsonBuilder) builder = json_builder_new ();

      cli_info_add_json (builder, model);
      cli_json_print (builder);
    }
  else
    print_text (model);
  return CLI_DONE;
}

static const CliOption options[] = {
  { "json", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, json), NULL, N_ ("print JSON") },
  { NULL },
};

const CliCommand cli_info = {
  "info", "MODEL", N_ ("Says what is in a model file: layers, parameters, classes."), options, run,
};
