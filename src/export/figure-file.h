#pragma once

#include "export/image-file.h"
#include "render/frame.h"
#include "render/overlay.h"
#include "render/sheet.h"

G_BEGIN_DECLS

/* Whole pictures by suffix: PNG, JPEG, PDF or SVG, one unit of PDF and SVG a pixel; written whole
 * or not at all. @frame (nullable): what stands below. @keys, @values (nullable, NULL-terminated):
 * PNG text chunks. Errors: %LUCIDA_ERROR_IO, _INVALID (another suffix), _NO_MEMORY,
 * _TOO_LARGE, each beginning with "PATH: ". */

/* Picture and map blended at the picture's own size, lucida_overlay_compose(). */
gboolean lucida_figure_file_write_overlay (const char *path, const LucidaPicture *picture,
                                           const LucidaPlacement *placement,
                                           const LucidaHeatmap *heatmap,
                                           const LucidaOverlayStyle *style,
                                           const LucidaFrame *frame, const char *const *keys,
                                           const char *const *values, GError **error);
/* The coloured map alone at @width × @height; what is transparent in it is white. */
gboolean lucida_figure_file_write_map (const char *path, const LucidaHeatmap *heatmap, int width,
                                       int height, const LucidaOverlayStyle *style,
                                       const LucidaFrame *frame, const char *const *keys,
                                       const char *const *values, GError **error);
gboolean lucida_figure_file_write_sheet (const char *path, LucidaSheet *sheet,
                                         const char *const *keys, const char *const *values,
                                         GError **error);

G_END_DECLS
