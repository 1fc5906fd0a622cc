#include "config.h"

#include "publish/overlay-file.h"

#include "base/atomic-file.h"
#include "base/bidi.h"
#include "base/error.h"
#include "base/npy.h"
#include "export/csv.h"
#include "export/figure-file.h"
#include "publish/provenance.h"

#include <glib/gi18n.h>
#include <math.h>

char *
lucida_caption_for_class (LucidaModel *model, const LucidaExplanation *explanation)
{
  const char *name = lucida_model_get_class_name (model, explanation->class_index);
  g_autofree char *percent = NULL;

  if (explanation->against_index != LUCIDA_NO_CLASS)
    return g_strdup_printf (_ ("%s rather than %s"), name,
                            lucida_model_get_class_name (model, explanation->against_index));
  if (isnan (explanation->probability))
    return g_strdup (name);
  percent = g_strdup_printf ("%.0f %%", 100.0 * explanation->probability);
  return lucida_bidi_join (name, percent);
}

char *
lucida_caption_new (LucidaModel *model, const LucidaExplanation *explanation)
{
  g_autofree char *name = lucida_caption_for_class (model, explanation);
  const char *note = lucida_evidence_get_note (explanation->heatmap->evidence);

  return g_strdup_printf ("%s · %s · %s · %s%s%s", name, explanation->layer,
                          explanation->method->title, lucida_model_get_title (model),
                          note ? "\n" : "", note ? _ (note) : "");
}

/* What is to stand below. @caption (out) (transfer full): its text. */
static LucidaFrame
make_frame (LucidaModel *model, const LucidaExplanation *explanation,
            const LucidaOverlayOptions *options, char **caption)
{
  const LucidaHeatmap *heatmap = explanation->heatmap;
  /* an empty map has no colours to explain */
  gboolean legend = options->legend && heatmap->evidence == LUCIDA_EVIDENCE_FOUND;

  *caption = options->caption ? lucida_caption_new (model, explanation) : NULL;
  return (LucidaFrame){ legend ? options->style.colormap : NULL, heatmap->min, heatmap->max,
                        *caption };
}

/* The picture as wide as it is wanted. (transfer full) (nullable) */
static LucidaPicture *
scale_picture (LucidaPicture *picture, int width, GError **error)
{
  int height;

  if (width <= 0 || width == picture->width)
    return lucida_picture_ref (picture);
  height = MAX ((int) lround ((double) picture->height * width / picture->width), 1);
  return lucida_picture_scale (picture, width, height, error);
}

gboolean
lucida_overlay_file_write (const char *path, LucidaModel *model, LucidaPicture *picture,
                           const LucidaExplanation *explanation,
                           const LucidaOverlayOptions *options, GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (LucidaPicture) scaled = scale_picture (picture, options->width, error);
  g_autoptr (LucidaProvenance) provenance = NULL;
  g_autofree char *caption = NULL;
  LucidaFrame frame = { NULL };
  LucidaPlacement placement = { 0 };

  if (!scaled)
    return FALSE;
  if (lucida_file_kind (path) == LUCIDA_FILE_PNG)
    provenance = lucida_provenance_new (model, explanation, options->any_size, cancellable);
  if (explanation)
    {
      /* the scale of a picture that is squeezed to whole pixels differs by a trifle */
      double across = (double) scaled->width / picture->width;
      double down = (double) scaled->height / picture->height;

      placement = lucida_picture_place (picture->width, picture->height,
                                        lucida_model_get_preprocessing (model));
      placement = (LucidaPlacement){ placement.x * across, placement.y * down,
                                     placement.width * across, placement.height * down };
      frame = make_frame (model, explanation, options, &caption);
    }
  return lucida_figure_file_write_overlay (
      path, scaled, &placement, explanation ? explanation->heatmap : NULL, &options->style, &frame,
      provenance ? lucida_provenance_get_keys (provenance) : NULL,
      provenance ? lucida_provenance_get_values (provenance) : NULL, error);
}

gboolean
lucida_overlay_file_write_map (const char *path, LucidaModel *model,
                               const LucidaExplanation *explanation, int width, int height,
                               const LucidaOverlayOptions *options, GCancellable *cancellable,
                               GError **error)
{
  g_autoptr (LucidaProvenance) provenance = NULL;
  g_autofree char *caption = NULL;
  const LucidaFrame frame = make_frame (model, explanation, options, &caption);

  if (lucida_file_kind (path) == LUCIDA_FILE_PNG)
    provenance = lucida_provenance_new (model, explanation, options->any_size, cancellable);
  return lucida_figure_file_write_map (
      path, explanation->heatmap, width, height, &options->style, &frame,
      provenance ? lucida_provenance_get_keys (provenance) : NULL,
      provenance ? lucida_provenance_get_values (provenance) : NULL, error);
}

gboolean
lucida_map_file_write (const char *path, const LucidaHeatmap *heatmap, GError **error)
{
  LucidaShape shape = lucida_shape (2, (int64_t) heatmap->height, (int64_t) heatmap->width);
  g_autoptr (GBytes) bytes = NULL;

  if (lucida_file_kind (path) == LUCIDA_FILE_CSV)
    {
      gsize size;
      char *text = lucida_csv_format (heatmap->map, heatmap->height, heatmap->width, &size);

      bytes = g_bytes_new_take (text, size);
    }
  else
    bytes = lucida_npy_format (heatmap->map, &shape);
  if (!bytes)
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "%s: there is not enough memory to write it", name);
      return FALSE;
    }
  return lucida_atomic_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   error);
}
