#include "render/sheet.h"

#include "render/legend.h"
#include "render/sheet-private.h"
#include "render/sheet-style-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* Pixels a unit: as many as are kept of a picture, and as many as a vector file gets. */
#define RESOLUTION 2.0
#define FRAME_WIDTH 0.5
#define FRAME_GREY 0.75

static void
row_free (LucidaSheetRow *row, guint n_columns)
{
  for (guint i = 0; i < n_columns; i++)
    {
      g_clear_pointer (&row->heatmaps[i], lucida_heatmap_unref);
      g_free (row->captions[i]);
    }
  g_clear_pointer (&row->picture, lucida_picture_unref);
  g_free (row->heatmaps);
  g_free (row->captions);
  g_free (row->title);
  g_free (row->subtitle);
  g_free (row);
}

LucidaSheet *
lucida_sheet_new (const char *const *columns, const LucidaOverlayStyle *style)
{
  LucidaSheet *self = g_new0 (LucidaSheet, 1);

  self->n_columns = g_strv_length ((char **) columns);
  self->headings = g_new0 (char **, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    self->headings[i] = g_strsplit (columns[i], "\n", LUCIDA_SHEET_HEADING_LINES);
  self->style = *style;
  self->rows = g_ptr_array_new ();
  return self;
}

void
lucida_sheet_free (LucidaSheet *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    row_free (g_ptr_array_index (self->rows, i), self->n_columns);
  g_ptr_array_unref (self->rows);
  for (guint i = 0; i < self->n_columns; i++)
    g_strfreev (self->headings[i]);
  g_free (self->headings);
  g_free (self);
}

static LucidaPlacement
scale_placement (const LucidaPlacement *placement, double across, double down)
{
  return (LucidaPlacement){ placement->x * across, placement->y * down, placement->width * across,
                            placement->height * down };
}

/* The picture at @width × @height, or itself if it is not larger: a sheet of many photographs must
 * not hold all their pixels. Also itself if there is no memory for another. */
static LucidaPicture *
shrink (LucidaPicture *picture, int width, int height)
{
  LucidaPicture *scaled = NULL;

  if (picture->width > width && picture->height > height)
    scaled = lucida_picture_scale (picture, width, height, NULL);
  return scaled ? scaled : lucida_picture_ref (picture);
}

void
lucida_sheet_add_row (LucidaSheet *self, LucidaPicture *picture, const LucidaPlacement *placement,
                      const char *title, const char *subtitle, LucidaHeatmap *const *heatmaps,
                      const char *const *captions)
{
  LucidaSheetRow *row = g_new0 (LucidaSheetRow, 1);

  _lucida_sheet_fit (picture->width, picture->height, &row->width, &row->height);
  row->picture
      = shrink (picture, (int) (row->width * RESOLUTION), (int) (row->height * RESOLUTION));
  row->placement = scale_placement (placement, (double) row->picture->width / picture->width,
                                    (double) row->picture->height / picture->height);
  row->title = g_strdup (title ? title : "");
  row->subtitle = g_strdup (subtitle);
  row->heatmaps = g_new0 (LucidaHeatmap *, self->n_columns);
  row->captions = g_new0 (char *, self->n_columns);
  for (guint i = 0; i < self->n_columns; i++)
    {
      row->heatmaps[i] = heatmaps && heatmaps[i] ? lucida_heatmap_ref (heatmaps[i]) : NULL;
      row->captions[i] = captions ? g_strdup (captions[i]) : NULL;
    }
  g_ptr_array_add (self->rows, row);
}

void
lucida_sheet_get_size (const LucidaSheet *self, double *width, double *height)
{
  g_auto (LucidaSheetLayout) layout = { 0 };

  _lucida_sheet_layout_init (&layout, self);
  *width = layout.width;
  *height = layout.height;
}

/* How many pixels of a picture there are to be for one unit of the drawing. */
static double
get_resolution (cairo_t *cr)
{
  cairo_surface_t *target = cairo_get_target (cr);
  double across = 1, down = 0, scale = 1;

  if (cairo_surface_get_type (target) != CAIRO_SURFACE_TYPE_IMAGE)
    return RESOLUTION;
  cairo_user_to_device_distance (cr, &across, &down);
  cairo_surface_get_device_scale (target, &scale, &scale);
  return MAX (hypot (across, down) * scale, 0.1);
}

/* A picture of the row with @heatmap (nullable) on it, at the size at which it is shown. */
static cairo_surface_t *
make_cell (const LucidaSheet *self, const LucidaSheetRow *row, const LucidaHeatmap *heatmap,
           double resolution)
{
  int width = MAX ((int) lround (row->width * resolution), 1);
  int height = MAX ((int) lround (row->height * resolution), 1);
  g_autoptr (LucidaPicture) scaled = lucida_picture_scale (row->picture, width, height, NULL);
  LucidaPlacement placement;

  if (!scaled)
    return NULL;
  placement = scale_placement (&row->placement, (double) width / row->picture->width,
                               (double) height / row->picture->height);
  return lucida_overlay_compose (scaled, &placement, heatmap, &self->style, NULL);
}

static void
draw_cell (const LucidaSheet *self, cairo_t *cr, const LucidaSheetRow *row,
           const LucidaHeatmap *heatmap, double x, double y, double resolution)
{
  cairo_surface_t *surface = make_cell (self, row, heatmap, resolution);

  x += floor ((LUCIDA_SHEET_CELL - row->width) / 2.0);
  if (surface)
    {
      cairo_save (cr);
      cairo_translate (cr, x, y);
      cairo_scale (cr, (double) row->width / cairo_image_surface_get_width (surface),
                   (double) row->height / cairo_image_surface_get_height (surface));
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
      cairo_rectangle (cr, 0, 0, cairo_image_surface_get_width (surface),
                       cairo_image_surface_get_height (surface));
      cairo_fill (cr);
      cairo_restore (cr);
      cairo_surface_destroy (surface);
    }
  /* White pictures have an edge on white ground too. */
  cairo_rectangle (cr, x + FRAME_WIDTH / 2, y + FRAME_WIDTH / 2, row->width - FRAME_WIDTH,
                   row->height - FRAME_WIDTH);
  cairo_set_source_rgba (cr, 1 - FRAME_GREY, 1 - FRAME_GREY, 1 - FRAME_GREY, 0.5);
  cairo_set_line_width (cr, FRAME_WIDTH);
  cairo_stroke (cr);
}

static void
draw_headings (const LucidaSheet *self, cairo_t *cr, const LucidaSheetLayout *layout)
{
  _lucida_text_draw_on (cr, _ ("Picture"), _lucida_sheet_layout_get_x (layout, 0),
                        layout->heading_y[0], LUCIDA_SHEET_CELL, &lucida_sheet_headings[0]);
  for (guint i = 0; i < self->n_columns; i++)
    for (guint line = 0; self->headings[i][line]; line++)
      _lucida_text_draw_on (cr, self->headings[i][line], _lucida_sheet_layout_get_x (layout, i + 1),
                            layout->heading_y[line], LUCIDA_SHEET_CELL,
                            &lucida_sheet_headings[line]);
}

/* The label stands beside the middle of the pictures. */
static void
draw_label (cairo_t *cr, const LucidaSheetLayout *layout, const LucidaSheetRow *row, double y)
{
  double title, subtitle = 0;

  _lucida_text_measure (row->title, layout->label_width, &lucida_sheet_title, NULL, &title);
  if (row->subtitle)
    _lucida_text_measure (row->subtitle, layout->label_width, &lucida_sheet_subtitle, NULL,
                          &subtitle);
  y += floor ((row->height - title - subtitle) / 2);
  _lucida_text_draw (cr, row->title, layout->label_x, y, layout->label_width, &lucida_sheet_title);
  if (row->subtitle)
    _lucida_text_draw (cr, row->subtitle, layout->label_x, y + title, layout->label_width,
                       &lucida_sheet_subtitle);
}

static void
draw_row (const LucidaSheet *self, cairo_t *cr, const LucidaSheetLayout *layout, guint index,
          double resolution)
{
  const LucidaSheetRow *row = g_ptr_array_index (self->rows, index);

  draw_label (cr, layout, row, layout->row_y[index]);
  draw_cell (self, cr, row, NULL, _lucida_sheet_layout_get_x (layout, 0), layout->row_y[index],
             resolution);
  for (guint i = 0; i < self->n_columns; i++)
    {
      const LucidaHeatmap *heatmap = row->heatmaps[i];
      const char *note = heatmap ? lucida_evidence_get_note (heatmap->evidence) : NULL;
      double x = _lucida_sheet_layout_get_x (layout, i + 1), y = layout->caption_y[index];

      draw_cell (self, cr, row, heatmap, x, layout->row_y[index], resolution);
      if (row->captions[i])
        y += ceil (_lucida_text_draw (cr, row->captions[i], x, y, LUCIDA_SHEET_CELL,
                                      &lucida_sheet_caption));
      if (note)
        _lucida_text_draw (cr, gettext (note), x, y, LUCIDA_SHEET_CELL, &lucida_sheet_note);
    }
}

static void
draw_legend (const LucidaSheet *self, cairo_t *cr, const LucidaSheetLayout *layout)
{
  static const double ink[3] = LUCIDA_SHEET_INK;
  const char *remark
      = self->rows->len * self->n_columns > 1 ? _ ("each map on its own scale") : NULL;
  double x = _lucida_sheet_layout_get_x (layout, 1), height;

  if (self->n_columns == 0)
    return;
  lucida_legend_draw (cr, x, layout->legend_y, LUCIDA_SHEET_CELL, LUCIDA_SHEET_LEGEND_HEIGHT,
                      self->style.colormap, NULL, NULL, ink);
  if (!remark || self->n_columns < 2)
    return;
  _lucida_text_measure (remark, -1, &lucida_sheet_remark, NULL, &height);
  _lucida_text_draw (cr, remark, _lucida_sheet_layout_get_x (layout, 2),
                     layout->legend_y + (LUCIDA_SHEET_LEGEND_HEIGHT - height) / 2,
                     LUCIDA_SHEET_CELL, &lucida_sheet_remark);
}

void
lucida_sheet_draw (LucidaSheet *self, cairo_t *cr)
{
  g_auto (LucidaSheetLayout) layout = { 0 };
  double resolution = get_resolution (cr);

  _lucida_sheet_layout_init (&layout, self);
  cairo_save (cr);
  cairo_rectangle (cr, 0, 0, layout.width, layout.height);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_fill (cr);
  draw_headings (self, cr, &layout);
  for (guint i = 0; i < self->rows->len; i++)
    draw_row (self, cr, &layout, i, resolution);
  draw_legend (self, cr, &layout);
  cairo_restore (cr);
}
