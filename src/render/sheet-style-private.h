#pragma once

#include "render/text-private.h"

G_BEGIN_DECLS

/* Measures of a sheet, in units. */
#define LUCIDA_SHEET_MARGIN 24
#define LUCIDA_SHEET_CELL 220 /* width of a column, and the most that a picture is high */
#define LUCIDA_SHEET_GAP 8
#define LUCIDA_SHEET_ROW_GAP 12
#define LUCIDA_SHEET_LABEL_MIN 40
#define LUCIDA_SHEET_LABEL_MAX 176
#define LUCIDA_SHEET_LABEL_GAP 14
#define LUCIDA_SHEET_HEADING_GAP 8
#define LUCIDA_SHEET_CAPTION_GAP 3
#define LUCIDA_SHEET_LEGEND_GAP 12
#define LUCIDA_SHEET_LEGEND_HEIGHT 14

#define LUCIDA_SHEET_INK                                                                           \
  {                                                                                                \
    0.10, 0.10, 0.11                                                                               \
  }
#define LUCIDA_SHEET_SOFT_INK                                                                      \
  {                                                                                                \
    0.38, 0.38, 0.40                                                                               \
  }

static const LucidaTextStyle lucida_sheet_title
    = { 12, LUCIDA_TEXT_BOLD | LUCIDA_TEXT_CUT_MIDDLE, LUCIDA_SHEET_INK };
static const LucidaTextStyle lucida_sheet_subtitle = { 11, 0, LUCIDA_SHEET_SOFT_INK };
static const LucidaTextStyle lucida_sheet_caption
    = { 11, LUCIDA_TEXT_CENTRED, LUCIDA_SHEET_SOFT_INK };
static const LucidaTextStyle lucida_sheet_note
    = { 9.5, LUCIDA_TEXT_CENTRED | LUCIDA_TEXT_WRAP, LUCIDA_SHEET_SOFT_INK };
static const LucidaTextStyle lucida_sheet_remark = { 10.5, 0, LUCIDA_SHEET_SOFT_INK };
/* Class, layer, method. */
static const LucidaTextStyle lucida_sheet_headings[] = {
  { 13, LUCIDA_TEXT_BOLD | LUCIDA_TEXT_CENTRED, LUCIDA_SHEET_INK },
  { 11, LUCIDA_TEXT_CENTRED | LUCIDA_TEXT_CUT_MIDDLE, LUCIDA_SHEET_INK },
  { 11, LUCIDA_TEXT_CENTRED, LUCIDA_SHEET_SOFT_INK },
};

G_END_DECLS
