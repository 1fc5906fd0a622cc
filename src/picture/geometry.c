#include "picture/geometry-private.h"

#include "picture/picture.h"

#include <math.h>

/* ImageNet's evaluation: 256 pixels are scaled to where 224 are cut out. */
#define CROP_SCALE (256.0 / 224.0)

/* The other side of a picture one of whose sides @from becomes @to; cut off, not rounded, as
 * torchvision's Resize does. */
static int
scale_side (int side, int from, int to)
{
  gint64 scaled = (gint64) side * to / from;

  return (int) CLAMP (scaled, 1, G_MAXINT);
}

LucidaResampling
_lucida_geometry_scale (int width, int height, const LucidaPreprocessing *preprocessing)
{
  LucidaResampling scaled = { .width = preprocessing->width, .height = preprocessing->height };
  int least_width, least_height;

  if (preprocessing->resize == LUCIDA_RESIZE_SQUASH)
    {
      scaled.scaled_width = scaled.width;
      scaled.scaled_height = scaled.height;
      return scaled;
    }
  /* The smallest scale at which the picture covers the network's sizes with the margin around
   * them; for a square network the shorter side decides. */
  least_width = (int) lround (scaled.width * CROP_SCALE);
  least_height = (int) lround (scaled.height * CROP_SCALE);
  if ((gint64) least_width * height >= (gint64) least_height * width)
    {
      scaled.scaled_width = least_width;
      scaled.scaled_height = MAX (scale_side (height, width, least_width), scaled.height);
    }
  else
    {
      scaled.scaled_height = least_height;
      scaled.scaled_width = MAX (scale_side (width, height, least_height), scaled.width);
    }
  /* Python's round(): halves go to the even neighbour, as rint() does. */
  scaled.left = (int) rint ((scaled.scaled_width - scaled.width) / 2.0);
  scaled.top = (int) rint ((scaled.scaled_height - scaled.height) / 2.0);
  return scaled;
}

LucidaPlacement
lucida_picture_place (int width, int height, const LucidaPreprocessing *preprocessing)
{
  LucidaPlacement place = { 0, 0, width, height };
  LucidaResampling scaled;
  double across, down;

  g_return_val_if_fail (width > 0 && height > 0, place);
  g_return_val_if_fail (preprocessing->width > 0 && preprocessing->height > 0, place);
  scaled = _lucida_geometry_scale (width, height, preprocessing);
  across = (double) width / scaled.scaled_width;
  down = (double) height / scaled.scaled_height;
  place.x = scaled.left * across;
  place.y = scaled.top * down;
  place.width = scaled.width * across;
  place.height = scaled.height * down;
  return place;
}
