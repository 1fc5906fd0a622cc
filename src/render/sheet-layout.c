#include "render/sheet-private.h"

#include "render/sheet-style-private.h"

#include <glib/gi18n.h>
#include <math.h>

void
_lucida_sheet_fit (int picture_width, int picture_height, int *width, int *height)
{
  double scale = (double) LUCIDA_SHEET_CELL / MAX (picture_width, picture_height);

  *width = MAX ((int) lround (picture_width * scale), 1);
  *height = MAX ((int) lround (picture_height * scale), 1);
}

double
_lucida_sheet_layout_get_x (const LucidaSheetLayout *self, guint column)
{
  return self->cells_x + column * (double) (LUCIDA_SHEET_CELL + LUCIDA_SHEET_GAP);
}

static double
measure_height (const char *text, const LucidaTextStyle *style)
{
  double height;

  _lucida_text_measure (text, LUCIDA_SHEET_CELL, style, NULL, &height);
  return ceil (height);
}

/* As wide as the longest label needs, within limits. */
static double
measure_labels (const LucidaSheet *sheet)
{
  double widest = LUCIDA_SHEET_LABEL_MIN;

  for (guint i = 0; i < sheet->rows->len; i++)
    {
      const LucidaSheetRow *row = g_ptr_array_index (sheet->rows, i);
      double width;

      _lucida_text_measure (row->title, -1, &lucida_sheet_title, &width, NULL);
      widest = MAX (widest, width);
      if (!row->subtitle)
        continue;
      _lucida_text_measure (row->subtitle, -1, &lucida_sheet_subtitle, &width, NULL);
      widest = MAX (widest, width);
    }
  return MIN (ceil (widest) + 1, LUCIDA_SHEET_LABEL_MAX);
}

/* The tallest text under the maps of a row. */
static double
measure_captions (const LucidaSheet *sheet, const LucidaSheetRow *row)
{
  double tallest = 0;

  for (guint i = 0; i < sheet->n_columns; i++)
    {
      const LucidaHeatmap *heatmap = row->heatmaps[i];
      const char *note = heatmap ? lucida_evidence_get_note (heatmap->evidence) : NULL;
      double height = 0;

      if (row->captions[i])
        height += measure_height (row->captions[i], &lucida_sheet_caption);
      if (note)
        height += measure_height (gettext (note), &lucida_sheet_note);
      tallest = MAX (tallest, height);
    }
  return tallest;
}

/* Scripts differ in height: the headings of a line share a baseline. */
static double
place_headings (LucidaSheetLayout *self, const LucidaSheet *sheet, double y)
{
  for (guint line = 0; line < LUCIDA_SHEET_HEADING_LINES; line++)
    {
      const LucidaTextStyle *style = &lucida_sheet_headings[line];
      double highest = 0, lowest = 0;

      if (line == 0)
        _lucida_text_get_reach (_ ("Picture"), style, &highest, &lowest);
      for (guint i = 0; i < sheet->n_columns; i++)
        if (line < g_strv_length (sheet->headings[i]))
          {
            double above, below;

            _lucida_text_get_reach (sheet->headings[i][line], style, &above, &below);
            highest = MAX (highest, above);
            lowest = MAX (lowest, below);
          }
      self->heading_y[line] = y + ceil (highest);
      y += ceil (highest) + ceil (lowest);
    }
  return y + LUCIDA_SHEET_HEADING_GAP;
}

void
_lucida_sheet_layout_init (LucidaSheetLayout *self, const LucidaSheet *sheet)
{
  double y;

  *self = (LucidaSheetLayout){ .label_x = LUCIDA_SHEET_MARGIN };
  self->row_y = g_new0 (double, sheet->rows->len);
  self->caption_y = g_new0 (double, sheet->rows->len);
  self->label_width = measure_labels (sheet);
  self->cells_x = self->label_x + self->label_width + LUCIDA_SHEET_LABEL_GAP;

  y = place_headings (self, sheet, LUCIDA_SHEET_MARGIN);
  for (guint i = 0; i < sheet->rows->len; i++)
    {
      const LucidaSheetRow *row = g_ptr_array_index (sheet->rows, i);
      double captions = measure_captions (sheet, row);

      self->row_y[i] = y;
      self->caption_y[i] = y + row->height + LUCIDA_SHEET_CAPTION_GAP;
      y += row->height + (captions > 0 ? LUCIDA_SHEET_CAPTION_GAP + captions : 0);
      y += LUCIDA_SHEET_ROW_GAP;
    }
  self->legend_y = y + LUCIDA_SHEET_LEGEND_GAP - LUCIDA_SHEET_ROW_GAP / 2.0;
  self->width = _lucida_sheet_layout_get_x (self, sheet->n_columns) + LUCIDA_SHEET_CELL
                + LUCIDA_SHEET_MARGIN;
  self->height = self->legend_y + LUCIDA_SHEET_LEGEND_HEIGHT + LUCIDA_SHEET_MARGIN;
}

void
_lucida_sheet_layout_clear (LucidaSheetLayout *self)
{
  g_clear_pointer (&self->row_y, g_free);
  g_clear_pointer (&self->caption_y, g_free);
}
