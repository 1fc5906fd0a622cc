#pragma once

#include "explorer/explanation.h"
#include "export/image-file.h"
#include "render/overlay.h"

G_BEGIN_DECLS

/* How an answer is written as a picture. */
typedef struct
{
  LucidaOverlayStyle style;
  int width;         /* pixels of the picture as it is written; 0: its own size */
  gboolean legend;   /* the colours explained below it */
  gboolean caption;  /* class, layer and method below it */
  gboolean any_size; /* the checksum also of a large model that has none yet */
} LucidaOverlayOptions;

/* Picture and map as PNG, JPEG, PDF or SVG by suffix; a PNG says where it comes from. @explanation
 * (nullable, then @model may be, too): the bare picture. Errors: %LUCIDA_ERROR_IO, _INVALID
 * (another suffix), _NO_MEMORY, _TOO_LARGE. */
gboolean lucida_overlay_file_write (const char *path, LucidaModel *model, LucidaPicture *picture,
                                    const LucidaExplanation *explanation,
                                    const LucidaOverlayOptions *options, GCancellable *cancellable,
                                    GError **error);
/* The coloured map alone at @width × @height; the width of @options is not used. */
gboolean lucida_overlay_file_write_map (const char *path, LucidaModel *model,
                                        const LucidaExplanation *explanation, int width, int height,
                                        const LucidaOverlayOptions *options,
                                        GCancellable *cancellable, GError **error);
/* The map's numbers as .npy or .csv; of several layers the fused ones, between 0 and 1. */
gboolean lucida_map_file_write (const char *path, const LucidaHeatmap *heatmap, GError **error);
/* "cat 98 %", "cat rather than dog". (transfer full) */
char *lucida_caption_for_class (LucidaModel *model, const LucidaExplanation *explanation);
/* "cat 98 % · block5_conv2 · Grad-CAM · pocket-vgg", and why a map is empty. (transfer full) */
char *lucida_caption_new (LucidaModel *model, const LucidaExplanation *explanation);

G_END_DECLS
