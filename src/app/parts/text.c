#include "config.h"

#include "app/parts/text.h"

#include "base/bidi.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <math.h>

char *
lucida_text_isolate (const char *text)
{
  return gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL ? lucida_bidi_isolate (text)
                                                                 : g_strdup (text);
}

/* As printf(), isolated. (transfer full) */
static char *isolate_printf (const char *format, ...) G_GNUC_PRINTF (1, 2);

static char *
isolate_printf (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return lucida_text_isolate (text);
}

char *
lucida_text_percent (double probability)
{
  double percent = 100.0 * probability;

  if (percent > 0.0 && percent < 0.05)
    return lucida_text_isolate (_ ("< 0.1 %"));
  if (percent < 100.0 && percent > 99.95)
    return lucida_text_isolate (_ ("> 99.9 %"));
  /* Translators: a probability; %% is the per cent sign. */
  return percent < 9.95 || percent > 99.0 ? isolate_printf (_ ("%.1f %%"), percent)
                                          : isolate_printf (_ ("%.0f %%"), percent);
}

char *
lucida_text_share (double share)
{
  return isolate_printf (_ ("%.0f %%"), 100.0 * share);
}

char *
lucida_text_logit (double logit)
{
  /* Translators: a network's raw score, without a unit. */
  return isolate_printf (_ ("%.2f"), logit);
}

char *
lucida_text_seconds (double seconds)
{
  if (seconds >= 1.0)
    /* Translators: a duration in seconds. */
    return isolate_printf (_ ("%.1f s"), seconds);
  if (seconds < 0.00005)
    return lucida_text_isolate (_ ("< 0.1 ms"));
  /* Translators: a duration in milliseconds. */
  return seconds < 0.00095 ? isolate_printf (_ ("%.1f ms"), 1000.0 * seconds)
                           : isolate_printf (_ ("%.0f ms"), 1000.0 * seconds);
}

char *
lucida_text_shape (int channels, int height, int width)
{
  /* Translators: channels × height × width of a layer's output. */
  return isolate_printf (_ ("%d × %d × %d"), channels, height, width);
}

char *
lucida_text_size (int first, int second)
{
  /* Translators: two sides, in pixels or cells. */
  return isolate_printf (_ ("%d × %d"), first, second);
}

/* How the numbers of a pixel are scaled, in a few words. */
static const char *
describe_range (const LucidaPreprocessing *value, int channels)
{
  static const struct
  {
    LucidaPreprocessingPreset preset;
    const char *text;
  } known[] = {
    { LUCIDA_PREPROCESSING_TORCHVISION, N_ ("ImageNet mean and std") },
    { LUCIDA_PREPROCESSING_CAFFE, N_ ("ImageNet mean subtracted") },
    { LUCIDA_PREPROCESSING_TF, N_ ("scaled to −1 … 1") },
    { LUCIDA_PREPROCESSING_UNIT, N_ ("scaled to 0 … 1") },
    { LUCIDA_PREPROCESSING_RAW, N_ ("0 … 255 as stored") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      LucidaPreprocessing preset = lucida_preprocessing_preset (known[i].preset, channels);
      gboolean same = fabs (preset.scale - value->scale) <= 1e-6 * preset.scale;

      for (int c = 0; same && c < MIN (channels, 3); c++)
        same = fabs (preset.mean[c] - value->mean[c]) <= 1e-3 * (1.0 + fabs (preset.mean[c]))
               && fabs (preset.std[c] - value->std[c]) <= 1e-3 * preset.std[c];
      if (same)
        return _ (known[i].text);
    }
  return _ ("mean and std of its own");
}

char *
lucida_text_preprocessing (const LucidaPicture *picture, const LucidaPreprocessing *value,
                           int channels)
{
  static const char *const orders[] = {
    [LUCIDA_CHANNELS_RGB] = N_ ("RGB"),
    [LUCIDA_CHANNELS_BGR] = N_ ("BGR"),
    [LUCIDA_CHANNELS_L] = N_ ("grey"),
  };
  /* Translators: a picture's width and height, and those of the network's input. */
  g_autofree char *size = picture ? isolate_printf (_ ("%d × %d → %d × %d"), picture->width,
                                                    picture->height, value->width, value->height)
                                  : lucida_text_size (value->width, value->height);
  g_autofree char *order = lucida_text_isolate (_ (orders[value->channels]));

  /* Translators: the network's input: width and height, how the picture is made to fit
   * ("squashed"), order of the colours ("RGB"), range of the numbers. */
  return g_strdup_printf (_ ("%s, %s, %s, %s"), size,
                          value->resize == LUCIDA_RESIZE_SQUASH ? _ ("squashed")
                                                                : _ ("centre crop"),
                          order, describe_range (value, channels));
}

char *
lucida_text_timing (const LucidaSeconds *seconds)
{
  g_autofree char *forward = lucida_text_seconds (seconds->forward);
  g_autofree char *backward = lucida_text_seconds (seconds->backward);
  g_autofree char *cam = lucida_text_seconds (seconds->cam);

  if (seconds->forward > 0.0)
    /* Translators: how long the steps took. */
    return g_strdup_printf (_ ("forward %s · gradients %s · map %s"), forward, backward, cam);
  if (seconds->backward > 0.0)
    return g_strdup_printf (_ ("gradients %s · map %s"), backward, cam);
  return g_strdup_printf (_ ("map %s"), cam);
}

char *
lucida_text_class (LucidaModel *model, const LucidaExplanation *explanation)
{
  const char *name = lucida_model_get_class_name (model, explanation->class_index);
  g_autofree char *percent = NULL;

  if (explanation->against_index != LUCIDA_NO_CLASS)
    return lucida_text_why (model, explanation->class_index, explanation->against_index);
  if (isnan (explanation->probability))
    return g_strdup (name);
  percent = lucida_text_percent (explanation->probability);
  return lucida_bidi_join (name, percent);
}

char *
lucida_text_why (LucidaModel *model, int class_index, int against)
{
  const char *name = lucida_model_get_class_name (model, class_index);

  if (against != LUCIDA_NO_CLASS)
    /* Translators: what a heat map answers: why the class "dog" rather than "cat". */
    return g_strdup_printf (_ ("why %s rather than %s"), name,
                            lucida_model_get_class_name (model, against));
  /* Translators: what a heat map answers: why the class "dog". */
  return g_strdup_printf (_ ("why %s"), name);
}

/* The name of the layer that a tensor is known by. (nullable) */
static const char *
find_layer_name (LucidaPlan *plan, int value)
{
  int n;
  const LucidaLayer *layers = lucida_plan_get_layers (plan, &n);

  for (int i = 0; i < n; i++)
    if (layers[i].value == value)
      return layers[i].name;
  return NULL;
}

char *
lucida_text_layers (LucidaModel *model, char *const *names)
{
  LucidaPlan *plan = lucida_model_get_plan (model);
  int i = lucida_plan_get_default_layer (plan);
  g_autoptr (GString) text = g_string_new (NULL);
  int n;

  if ((!names || !names[0]) && i >= 0)
    g_string_assign (text, find_layer_name (plan, lucida_plan_get_layers (plan, &n)[i].value));
  for (int j = 0; names && names[j]; j++)
    {
      g_autofree char *label = NULL;
      int value = lucida_plan_find_layer (plan, names[j], &label, NULL);
      const char *name = value < 0 ? NULL : find_layer_name (plan, value);

      g_string_append_printf (text, "%s%s", j > 0 ? " + " : "",
                              name    ? name
                              : label ? label
                                      : names[j]);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
lucida_text_layer (LucidaModel *model, const LucidaExplanation *explanation)
{
  LucidaPlan *plan = lucida_model_get_plan (model);
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < explanation->n_values; i++)
    {
      const char *name = find_layer_name (plan, explanation->values[i]);

      if (!name)
        return g_strdup (explanation->layer);
      g_string_append_printf (text, "%s%s", i > 0 ? " + " : "", name);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The class, and the one that it is set against. (transfer full) */
static char *
name_subject (LucidaModel *model, const LucidaExplanation *explanation)
{
  const char *name = lucida_model_get_class_name (model, explanation->class_index);

  if (explanation->against_index == LUCIDA_NO_CLASS)
    return g_strdup (name);
  /* Translators: a class, and the one that it is set against. */
  return g_strdup_printf (_ ("%s rather than %s"), name,
                          lucida_model_get_class_name (model, explanation->against_index));
}

const char *
lucida_text_place (const LucidaHeatmap *map)
{
  static const char *const places[3][3] = {
    { N_ ("the upper left"), N_ ("the top"), N_ ("the upper right") },
    { N_ ("the left"), N_ ("the centre"), N_ ("the right") },
    { N_ ("the lower left"), N_ ("the bottom"), N_ ("the lower right") },
  };
  int strongest = 0;

  for (int i = 1; i < map->height * map->width; i++)
    if (map->normalised[i] > map->normalised[strongest])
      strongest = i;
  /* the third in which the cell's middle lies */
  return _ (places[(6 * (strongest / map->width) + 3) / (2 * map->height)]
                  [(6 * (strongest % map->width) + 3) / (2 * map->width)]);
}

char *
lucida_text_describe (LucidaModel *model, const LucidaExplanation *explanation)
{
  const LucidaHeatmap *map = explanation->heatmap;
  g_autofree char *name = name_subject (model, explanation);

  if (map->evidence != LUCIDA_EVIDENCE_FOUND)
    /* Translators: %s is a class; the second one says why the map is empty. */
    return g_strdup_printf (_ ("Empty heat map of class %s: %s"), name,
                            _ (lucida_evidence_get_note (map->evidence)));
  /* Translators: %s is a class, then a place such as "the upper left". */
  return g_strdup_printf (_ ("Heat map of class %s, strongest at %s"), name,
                          lucida_text_place (map));
}
