#pragma once

#include "render/overlay.h"

G_BEGIN_DECLS

/* A figure: one row a picture, columns the bare picture and then maps; headings above, the file's
 * name, predicted class and probability at the left, one legend. Each map on its own scale. */
typedef struct _LucidaSheet LucidaSheet;

/* @columns: headings of the map columns, up to three lines each ("\n" between): class, layer,
 * method. (transfer full) */
LucidaSheet *lucida_sheet_new (const char *const *columns, const LucidaOverlayStyle *style);
void lucida_sheet_free (LucidaSheet *self);
/* @title: file name; @subtitle: "cat 98 %". @heatmaps: [number of columns], referenced.
 * @captions (nullable) [number of columns]: text under each map ("dog 2 %") or NULL. */
void lucida_sheet_add_row (LucidaSheet *self, LucidaPicture *picture,
                           const LucidaPlacement *placement, const char *title,
                           const char *subtitle, LucidaHeatmap *const *heatmaps,
                           const char *const *captions);
/* Size in pixels (or points). */
void lucida_sheet_get_size (const LucidaSheet *self, double *width, double *height);
/* Draws it, white ground included, with its upper left corner at 0, 0. */
void lucida_sheet_draw (LucidaSheet *self, cairo_t *cr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaSheet, lucida_sheet_free)

G_END_DECLS
