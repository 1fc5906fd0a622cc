#include "render/contours.h"

#include "render/upsample.h"

#define MAX_NODES 320 /* a side; what lies between is a straight line */
#define MAX_PARTS 16  /* of a cell */
#define EDGE 1.1      /* width of the dark edge on either side, in widths of a light line */

static const double levels[LUCIDA_N_CONTOURS] = { 0.25, 0.5, 0.75 };
static const double light[LUCIDA_N_CONTOURS] = { 0.75, 0.9, 1.0 };

double
lucida_contours_get_level (int level)
{
  return levels[level];
}

/* Where an axis of @cells is sampled, 0 … 1: at both edges, in the middles of the cells, and at
 * equal steps between these, so that the map is linear from one node to the next. (transfer full)
 */
static double *
place_nodes (int cells, int *n_nodes)
{
  int parts = CLAMP (MAX_NODES / cells, 1, MAX_PARTS);
  int inner = MIN ((cells - 1) * parts, MAX_NODES);
  double *nodes = g_new (double, inner + 3);

  nodes[0] = 0;
  for (int i = 0; i <= inner; i++)
    nodes[i + 1] = (0.5 + (inner > 0 ? (double) i * (cells - 1) / inner : 0)) / cells;
  nodes[inner + 2] = 1;
  *n_nodes = inner + 3;
  return nodes;
}

/* The lattice of samples, and for one level where its line crosses the lattice's edges. An edge is
 * 2·node from a node to the one right of it, 2·node + 1 to the one below. */
typedef struct
{
  int columns;
  int rows;
  double *across;  /* [columns] */
  double *down;    /* [rows] */
  float *heat;     /* [rows][columns] */
  int (*links)[2]; /* [2·rows·columns] the crossed edges that follow on either side, -1: none */
} Lattice;

static void
lattice_init (Lattice *self, const LucidaHeatmap *heatmap)
{
  float *heat;

  self->across = place_nodes (heatmap->width, &self->columns);
  self->down = place_nodes (heatmap->height, &self->rows);
  self->heat = heat = g_new (float, (gsize) self->columns *(gsize) self->rows);
  self->links = g_malloc_n ((gsize) self->columns * (gsize) self->rows, 2 * sizeof *self->links);
  for (int row = 0; row < self->rows; row++)
    for (int column = 0; column < self->columns; column++)
      *heat++ = lucida_overlay_sample (heatmap, self->across[column], self->down[row]);
}

static void
lattice_clear (Lattice *self)
{
  g_free (self->across);
  g_free (self->down);
  g_free (self->heat);
  g_free (self->links);
}

static void
link_edges (Lattice *self, int a, int b)
{
  self->links[a][self->links[a][0] < 0 ? 0 : 1] = b;
  self->links[b][self->links[b][0] < 0 ? 0 : 1] = a;
}

/* Marching squares: which edges of each square are joined. */
static void
link_level (Lattice *self, float level)
{
  for (int i = 0; i < 2 * self->columns * self->rows; i++)
    self->links[i][0] = self->links[i][1] = -1;
  for (int row = 0; row + 1 < self->rows; row++)
    for (int column = 0; column + 1 < self->columns; column++)
      {
        int node = row * self->columns + column;
        const float *heat = self->heat + node, *below = heat + self->columns;
        int top = 2 * node, left = top + 1, right = left + 2, bottom = top + 2 * self->columns;
        int hot = (heat[0] >= level) | (heat[1] >= level) << 1 | (below[1] >= level) << 2
                  | (below[0] >= level) << 3;
        gboolean middle = heat[0] + heat[1] + below[0] + below[1] >= 4 * level;

        /* the corners' bits: 1 upper left, 2 upper right, 4 lower right, 8 lower left */
        switch (hot > 7 ? 15 - hot : hot)
          {
          case 1:
            link_edges (self, top, left);
            break;
          case 2:
            link_edges (self, top, right);
            break;
          case 3:
            link_edges (self, left, right);
            break;
          case 4:
            link_edges (self, right, bottom);
            break;
          case 5: /* opposite corners; the middle tells whether the hot or the cold ones meet */
            link_edges (self, top, (hot == 5) == middle ? right : left);
            link_edges (self, bottom, (hot == 5) == middle ? left : right);
            break;
          case 6:
            link_edges (self, top, bottom);
            break;
          case 7:
            link_edges (self, left, bottom);
            break;
          }
      }
}

static void
add_crossing (const Lattice *self, int edge, float level, GArray *points)
{
  int node = edge / 2, row = node / self->columns, column = node % self->columns;
  int step = edge % 2 ? self->columns : 1;
  float from = self->heat[node], to = self->heat[node + step];
  double share = (double) (level - from) / (to - from);
  double u = self->across[column], v = self->down[row];
  float point[2];

  if (edge % 2)
    v += share * (self->down[row + 1] - v);
  else
    u += share * (self->across[column + 1] - u);
  point[0] = (float) u;
  point[1] = (float) v;
  g_array_append_vals (points, point, 1);
}

/* Follows the line that begins at @edge, which is taken out of the links. */
static void
follow (Lattice *self, int edge, int level, LucidaContours *contours)
{
  LucidaContour line = { .level = level, .first = (int) contours->points->len };
  int first = edge, before = -1;

  while (edge >= 0)
    {
      int *links = self->links[edge];
      int next = links[0] >= 0 && links[0] != before ? links[0] : links[1];

      add_crossing (self, edge, (float) levels[level], contours->points);
      links[0] = links[1] = -1;
      before = edge;
      line.closed = next == first;
      edge = line.closed ? -1 : next;
    }
  line.count = (int) contours->points->len - line.first;
  g_array_append_val (contours->lines, line);
}

LucidaContours *
lucida_contours_new (const LucidaHeatmap *heatmap)
{
  LucidaContours *self = g_new (LucidaContours, 1);
  Lattice lattice;

  self->points = g_array_new (FALSE, FALSE, 2 * sizeof (float));
  self->lines = g_array_new (FALSE, FALSE, sizeof (LucidaContour));
  if (heatmap->evidence != LUCIDA_EVIDENCE_FOUND)
    return self;
  lattice_init (&lattice, heatmap);
  for (int level = 0; level < LUCIDA_N_CONTOURS; level++)
    {
      int n_edges = 2 * lattice.columns * lattice.rows;

      link_level (&lattice, (float) levels[level]);
      /* first those that end at the map's edge, then what is left: rings */
      for (int edge = 0; edge < n_edges; edge++)
        if (lattice.links[edge][0] >= 0 && lattice.links[edge][1] < 0)
          follow (&lattice, edge, level, self);
      for (int edge = 0; edge < n_edges; edge++)
        if (lattice.links[edge][0] >= 0)
          follow (&lattice, edge, level, self);
    }
  lattice_clear (&lattice);
  return self;
}

void
lucida_contours_free (LucidaContours *self)
{
  g_array_unref (self->points);
  g_array_unref (self->lines);
  g_free (self);
}

/* The path of one level. */
static void
add_path (const LucidaContours *self, cairo_t *cr, int level, double x, double y, double width,
          double height)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      const LucidaContour *line = &g_array_index (self->lines, LucidaContour, i);
      const float (*points)[2] = (const float (*)[2]) (void *) self->points->data;

      if (line->level != level)
        continue;
      cairo_new_sub_path (cr);
      for (int j = line->first; j < line->first + line->count; j++)
        cairo_line_to (cr, x + points[j][0] * width, y + points[j][1] * height);
      if (line->closed)
        cairo_close_path (cr);
    }
}

void
lucida_contours_draw (const LucidaContours *self, cairo_t *cr, double x, double y, double width,
                      double height, double line_width)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_BEVEL);
  for (int level = 0; level < LUCIDA_N_CONTOURS; level++)
    {
      add_path (self, cr, level, x, y, width, height);
      cairo_set_line_width (cr, line_width * (1 + 2 * EDGE));
      cairo_set_source_rgba (cr, 0, 0, 0, 0.55);
      cairo_stroke_preserve (cr);
      cairo_set_line_width (cr, line_width);
      cairo_set_source_rgba (cr, 1, 1, 1, light[level]);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}
