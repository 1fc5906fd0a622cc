#include "base/escape.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/report.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define KILOBYTES_A_MEGABYTE 1024.0
#define SEED 1 /* of the input, which is the same every time */

/* What one run needs. */
typedef struct
{
  LucidaModel *model;
  LucidaPool *pool;
  LucidaTensor *input;
  const int *values; /* [n_values] to explain; none: only the scores */
  int n_values;
  const LucidaMethod *method;
} Run;

static int
compare_doubles (const void *a, const void *b)
{
  double p = *(const double *) a;
  double q = *(const double *) b;

  return (p > q) - (p < q);
}

static double
median (double *values, int n)
{
  qsort (values, (gsize) n, sizeof *values, compare_doubles);
  return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

static double
seconds_since (gint64 begin)
{
  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}

/* Noise between -1 and 1, as a preprocessed picture is. (transfer full) */
static LucidaTensor *
make_input (const LucidaModel *model, GError **error)
{
  const LucidaShape *shape = lucida_plan_get_input_shape (lucida_model_get_plan (model));
  LucidaTensor *tensor = lucida_tensor_new (LUCIDA_FLOAT32, shape, error);
  GRand *random;
  float *data;

  if (!tensor)
    return NULL;
  random = g_rand_new_with_seed (SEED);
  data = lucida_tensor_get_data (tensor);
  for (int64_t i = 0; i < lucida_tensor_get_count (tensor); i++)
    data[i] = (float) g_rand_double_range (random, -1.0, 1.0);
  g_rand_free (random);
  return tensor;
}

/* The maps of the run's values, one after the other. */
static gboolean
make_maps (const Run *run, LucidaActivations *activations, LucidaGradients *gradients,
           GError **error)
{
  for (int i = 0; i < run->n_values; i++)
    {
      g_autoptr (LucidaTensor) a = lucida_activations_dup (activations, run->values[i], error);
      g_autoptr (LucidaTensor) g = NULL;
      g_autoptr (LucidaHeatmap) heatmap = NULL;

      if (!a)
        return FALSE;
      g = lucida_gradients_dup (gradients, run->values[i], error);
      if (!g)
        return FALSE;
      heatmap = lucida_method_compute (run->method, a, g);
    }
  return TRUE;
}

/* Backward to the run's values and their maps. */
static gboolean
explain (const Run *run, LucidaActivations *activations, GError **error)
{
  g_autofree float *weights = g_new0 (float, lucida_model_get_n_classes (run->model));
  g_autoptr (LucidaGradients) gradients = NULL;

  weights[0] = 1.0f;
  gradients = lucida_plan_backward (lucida_model_get_plan (run->model), activations, weights,
                                    run->values, run->n_values, run->pool, NULL, NULL, NULL, error);
  return gradients && make_maps (run, activations, gradients, error);
}

/* (transfer full) */
static LucidaActivations *
forward (const Run *run, gboolean keep, GError **error)
{
  return lucida_plan_forward (lucida_model_get_plan (run->model), run->input, keep, run->pool, NULL,
                              NULL, NULL, error);
}

/* Median seconds of @repeat runs, the first of all not counted: forward and, where there are
 * values, all the way to their maps. With @activations (nullable) only what follows them. */
static gboolean
measure (const Run *run, LucidaActivations *activations, int repeat, double *seconds,
         GError **error)
{
  g_autofree double *all = g_new0 (double, repeat + 1);

  for (int i = 0; i <= repeat; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (LucidaActivations) own = activations ? lucida_activations_ref (activations)
                                                      : forward (run, run->n_values > 0, error);

      if (!own || (run->n_values > 0 && !explain (run, own, error)))
        return FALSE;
      all[i] = seconds_since (begin);
    }
  *seconds = median (all + 1, repeat);
  return TRUE;
}

/* Opens the model as often, and keeps the last. */
static LucidaModel *
measure_load (const char *path, int repeat, LucidaPool *pool, double *seconds)
{
  g_autofree double *all = g_new0 (double, repeat);
  LucidaModel *model = NULL;

  for (int i = 0; i < repeat; i++)
    {
      gint64 begin;

      g_clear_pointer (&model, lucida_model_unref);
      begin = g_get_monotonic_time ();
      model = cli_open_model (path, pool);
      if (!model)
        return NULL;
      all[i] = seconds_since (begin);
    }
  *seconds = median (all, repeat);
  return model;
}

/* The activated outputs of all convolutions, each once. (transfer full) */
static GArray *
collect_convolutions (LucidaPlan *plan)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);

  for (int i = 0; i < n; i++)
    if (g_str_has_prefix (layers[i].op, "Conv") && layers[i].explainable
        && g_hash_table_add (seen, GINT_TO_POINTER (layers[i].value)))
      g_array_append_val (values, layers[i].value);
  return values;
}

/* The model at the size that was asked for. NULL: said, and @code set. */
static LucidaModel *
resize (LucidaModel *model, const CliOptions *options, LucidaPool *pool, int *code)
{
  LucidaPreprocessing preprocessing = *lucida_model_get_preprocessing (model);
  g_autoptr (GError) error = NULL;
  int channels, height, width;
  LucidaModel *resized;

  if (options->size == 0)
    return lucida_model_ref (model);
  if (!lucida_network_get_input_size (lucida_model_get_network (model), &channels, &height, &width)
      || height != LUCIDA_FREE_SIZE || width != LUCIDA_FREE_SIZE)
    {
      *code = cli_report_usage (cli_bench.name, "%s",
                                _ ("--size is for models that leave their input's size open"));
      return NULL;
    }
  preprocessing.height = preprocessing.width = options->size;
  resized = lucida_model_new_with_preprocessing (model, &preprocessing, pool, NULL, &error);
  if (!resized)
    {
      cli_report_error (error->message);
      *code = CLI_FAILED;
    }
  return resized;
}

/* Seconds; NaN where there is nothing to measure. */
typedef struct
{
  double load;
  double forward;
  double gradcam_last;
  double layercam_all;
  GArray *layers; /* (nullable) LayerTime */
} Result;

typedef struct
{
  int layer;
  double gradcam; /* after the forward pass, at this layer alone */
  double layercam;
} LayerTime;

static gboolean
measure_layers (Run *run, int repeat, Result *result, GError **error)
{
  g_autoptr (LucidaActivations) activations = forward (run, TRUE, error);
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (lucida_model_get_plan (run->model), &n);

  if (!activations)
    return FALSE;
  result->layers = g_array_new (FALSE, FALSE, sizeof (LayerTime));
  run->n_values = 1;
  for (int i = 0; i < n; i++)
    {
      LayerTime time = { i, NAN, NAN };

      if (!layers[i].explainable)
        continue;
      run->values = &layers[i].value;
      run->method = lucida_method_find ("gradcam");
      if (!measure (run, activations, repeat, &time.gradcam, error))
        return FALSE;
      run->method = lucida_method_find ("layercam");
      if (!measure (run, activations, repeat, &time.layercam, error))
        return FALSE;
      g_array_append_val (result->layers, time);
    }
  return TRUE;
}

static gboolean
measure_all (const CliOptions *options, Run *run, Result *result, GError **error)
{
  LucidaPlan *plan = lucida_model_get_plan (run->model);
  g_autoptr (GArray) convolutions = collect_convolutions (plan);
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);
  int usual = lucida_plan_get_default_layer (plan);

  if (!measure (run, NULL, options->repeat, &result->forward, error))
    return FALSE;
  if (usual >= 0)
    {
      run->values = &layers[usual].value;
      run->n_values = 1;
      run->method = lucida_method_find ("gradcam");
      if (!measure (run, NULL, options->repeat, &result->gradcam_last, error))
        return FALSE;
    }
  if (convolutions->len)
    {
      run->values = (const int *) convolutions->data;
      run->n_values = (int) convolutions->len;
      run->method = lucida_method_find ("layercam");
      if (!measure (run, NULL, options->repeat, &result->layercam_all, error))
        return FALSE;
    }
  return !options->each_layer || measure_layers (run, options->repeat, result, error);
}

static double
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / KILOBYTES_A_MEGABYTE;
}

static void
print_json (const char *path, const LucidaModel *model, guint threads, const Result *result)
{
  const LucidaPreprocessing *p = lucida_model_get_preprocessing (model);
  const LucidaLayer *layers;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  int n;

  layers = lucida_plan_get_layers (lucida_model_get_plan (model), &n);
  json_builder_begin_object (builder);
  cli_json_add_text (builder, "model", path);
  cli_json_add_int (builder, "threads", threads);
  if (p->height == p->width)
    cli_json_add_int (builder, "size", p->height);
  else
    {
      json_builder_set_member_name (builder, "size");
      json_builder_begin_array (builder);
      json_builder_add_int_value (builder, p->height);
      json_builder_add_int_value (builder, p->width);
      json_builder_end_array (builder);
    }
  cli_json_add_number (builder, "load", result->load);
  cli_json_add_number (builder, "forward", result->forward);
  cli_json_add_number (builder, "gradcam_last", result->gradcam_last);
  cli_json_add_number (builder, "layercam_all", result->layercam_all);
  cli_json_add_number (builder, "peak_rss_mb", peak_memory ());
  if (result->layers)
    {
      json_builder_set_member_name (builder, "layers");
      json_builder_begin_array (builder);
      for (guint i = 0; i < result->layers->len; i++)
        {
          const LayerTime *time = &g_array_index (result->layers, LayerTime, i);

          json_builder_begin_object (builder);
          cli_json_add_text (builder, "name", layers[time->layer].name);
          cli_json_add_number (builder, "gradcam", time->gradcam);
          cli_json_add_number (builder, "layercam", time->layercam);
          json_builder_end_object (builder);
        }
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static void
print_seconds (const char *label, double seconds)
{
  if (isnan (seconds))
    printf ("%-28s –\n", label);
  else
    printf ("%-28s %.4f s\n", label, seconds);
}

static void
print_text (const char *path, const LucidaModel *model, guint threads, const Result *result)
{
  const LucidaPreprocessing *p = lucida_model_get_preprocessing (model);
  const LucidaLayer *layers;
  g_autofree char *shown = lucida_escape (path);
  int n;

  layers = lucida_plan_get_layers (lucida_model_get_plan (model), &n);
  printf (ngettext ("%s at %d×%d, %u thread\n", "%s at %d×%d, %u threads\n", threads), shown,
          p->height, p->width, threads);
  print_seconds (_ ("Opening the model"), result->load);
  print_seconds (_ ("Forward"), result->forward);
  print_seconds (_ ("Grad-CAM at the last layer"), result->gradcam_last);
  print_seconds (_ ("LayerCAM at every layer"), result->layercam_all);
  printf ("%-28s %.0f MB\n", _ ("Memory at most"), peak_memory ());
  if (!result->layers)
    return;
  printf ("\n%s\n%10s %10s  %s\n", _ ("After the forward pass, seconds for one layer:"), "Grad-CAM",
          "LayerCAM", _ ("Layer"));
  for (guint i = 0; i < result->layers->len; i++)
    {
      const LayerTime *time = &g_array_index (result->layers, LayerTime, i);
      g_autofree char *name = lucida_escape (layers[time->layer].name);

      printf ("%10.4f %10.4f  %s\n", time->gradcam, time->layercam, name);
    }
}

static int
run (const CliOptions *options)
{
  g_autoptr (LucidaPool) pool = NULL;
  g_autoptr (LucidaModel) opened = NULL;
  g_autoptr (LucidaModel) model = NULL;
  g_autoptr (LucidaTensor) input = NULL;
  g_autoptr (GError) error = NULL;
  Result result = { NAN, NAN, NAN, NAN, NULL };
  const char *path;
  Run work = { NULL };
  int code = CLI_DONE;

  if (options->arguments->len != 1)
    return cli_report_usage (cli_bench.name, "%s",
                             options->arguments->len ? _ ("give one MODEL only")
                                                     : _ ("MODEL is missing"));
  path = g_ptr_array_index (options->arguments, 0);
  pool = lucida_pool_new ((guint) options->threads);
  opened = measure_load (path, options->repeat, pool, &result.load);
  if (!opened)
    return CLI_FAILED;
  model = resize (opened, options, pool, &code);
  if (!model)
    return code;
  g_clear_pointer (&opened, lucida_model_unref);
  input = make_input (model, &error);
  work.model = model;
  work.pool = pool;
  work.input = input;
  if (!input || !measure_all (options, &work, &result, &error))
    {
      cli_report_error_about (path, error->message);
      code = CLI_FAILED;
    }
  else if (options->json)
    print_json (path, model, lucida_pool_get_threads (pool), &result);
  else
    print_text (path, model, lucida_pool_get_threads (pool), &result);
  g_clear_pointer (&result.layers, g_array_unref);
  return code;
}

static const CliOption options[] = {
  { "size", CLI_COUNT, G_STRUCT_OFFSET (CliOptions, size), "N",
    N_ ("pixels a side, where the file leaves them open") },
  { "threads", CLI_COUNT, G_STRUCT_OFFSET (CliOptions, threads), "N",
    N_ ("how many threads compute (all there are)") },
  { "repeat", CLI_COUNT, G_STRUCT_OFFSET (CliOptions, repeat), "N",
    N_ ("how often; the median counts (5)") },
  { "layers", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, each_layer), NULL,
    N_ ("also each layer alone") },
  { "json", CLI_FLAG, G_STRUCT_OFFSET (CliOptions, json), NULL, N_ ("print JSON") },
  { NULL },
};

const CliCommand cli_bench = {
  "bench", "MODEL", N_ ("Measures how long a model takes."), options, run,
};
