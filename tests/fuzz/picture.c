#include "target.h"

#include "picture/picture.h"

/* A picture as the programs open it. The decoders are GdkPixbuf's: huge pictures, which only take
 * long, are left out. */

#define MAX_PIXELS 65536

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const LucidaPreprocessing preprocessing
      = { .width = 8, .height = 8, .scale = 1, .std = { 1, 1, 1 } };
  g_autoptr (LucidaPicture) picture = NULL;
  g_autoptr (LucidaTensor) tensor = NULL;
  GError *error = NULL;
  const char *path;
  int width, height;
  gboolean good;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  path = fuzz_file (data, size);
  good = lucida_picture_probe (path, &width, &height, &error);
  fuzz_check_outcome (good, &error);
  if (!good || (gint64) width * height > MAX_PIXELS)
    return 0;
  picture = lucida_picture_open (path, TRUE, NULL, &error);
  fuzz_check_outcome (picture != NULL, &error);
  if (!picture)
    return 0;
  fuzz_touch (picture->pixels, picture->stride * (gsize) picture->height);
  tensor = lucida_picture_to_tensor (picture, &preprocessing, 3, FALSE, &error);
  fuzz_check_outcome (tensor != NULL, &error);
  return 0;
}
