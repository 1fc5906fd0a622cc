#pragma once

#include "explorer/explanation.h"
#include "render/sheet.h"

G_BEGIN_DECLS

/* Fills a sheet: a row for each picture, a column for each class, layer and method, the method
 * changing fastest. Not for several threads at once, but for one after another. */
typedef struct _LucidaSheetMaker LucidaSheetMaker;

/* @classes [n_classes]: indices; none: each picture's most probable. @layers (nullable,
 * NULL-terminated): none: the default one. @methods (NULL-terminated): at least one.
 * (transfer full) Errors: %LUCIDA_ERROR_NOT_FOUND, _INVALID (layer). */
LucidaSheetMaker *lucida_sheet_maker_new (LucidaModel *model, const int *classes, int n_classes,
                                          const char *const *layers,
                                          const LucidaMethod *const *methods,
                                          const LucidaOverlayStyle *style, GError **error);
void lucida_sheet_maker_free (LucidaSheetMaker *self);
/* Explains the picture at @path and adds its row. Errors, each beginning with "PATH: ": those of
 * lucida_picture_open(), lucida_analysis_new_for_picture() and lucida_analysis_explain(). */
gboolean lucida_sheet_maker_add (LucidaSheetMaker *self, const char *path, LucidaPool *pool,
                                 GCancellable *cancellable, GError **error);
guint lucida_sheet_maker_get_n_rows (const LucidaSheetMaker *self);
guint lucida_sheet_maker_get_n_columns (const LucidaSheetMaker *self); /* of maps */
LucidaSheet *lucida_sheet_maker_get_sheet (LucidaSheetMaker *self);    /* (transfer none) */
/* Writes what there is by suffix: PNG, JPEG, PDF or SVG; a PNG says where it comes from. @any_size
 * as in lucida_provenance_new(). Errors: those of lucida_figure_file_write_sheet(). */
gboolean lucida_sheet_maker_write (LucidaSheetMaker *self, const char *path, gboolean any_size,
                                   GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaSheetMaker, lucida_sheet_maker_free)

G_END_DECLS
