#pragma once

#include "render/sheet.h"

G_BEGIN_DECLS

#define LUCIDA_SHEET_HEADING_LINES 3

typedef struct
{
  LucidaPicture *picture; /* no larger than it is ever drawn */
  LucidaPlacement placement;
  char *title;
  char *subtitle;           /* (nullable) */
  LucidaHeatmap **heatmaps; /* [n_columns] (nullable each) */
  char **captions;          /* [n_columns] (nullable each) */
  int width;                /* of each picture of the row, in units */
  int height;
} LucidaSheetRow;

struct _LucidaSheet
{
  guint n_columns;
  char ***headings; /* [n_columns] up to three lines */
  LucidaOverlayStyle style;
  GPtrArray *rows; /* of LucidaSheetRow */
};

/* Where things are, in units from the upper left corner. */
typedef struct
{
  double width;
  double height;
  double label_x;
  double label_width;
  double cells_x;                               /* the left edge of the bare pictures */
  double heading_y[LUCIDA_SHEET_HEADING_LINES]; /* baselines */
  double *row_y;                                /* [rows] the pictures' upper edge */
  double *caption_y;                            /* [rows] */
  double legend_y;
} LucidaSheetLayout;

void _lucida_sheet_layout_init (LucidaSheetLayout *self, const LucidaSheet *sheet);
void _lucida_sheet_layout_clear (LucidaSheetLayout *self);
/* The left edge of column @column; 0: the bare pictures. */
double _lucida_sheet_layout_get_x (const LucidaSheetLayout *self, guint column);
/* The size that a picture gets on a sheet. */
void _lucida_sheet_fit (int picture_width, int picture_height, int *width, int *height);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LucidaSheetLayout, _lucida_sheet_layout_clear)

G_END_DECLS
