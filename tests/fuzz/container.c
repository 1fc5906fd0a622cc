#include "target.h"

#include "picture/container-private.h"
#include "picture/deep-png-private.h"
#include "picture/orientation-private.h"

#define MAX_PIXELS 65536

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  LucidaContainer container;
  GError *error = NULL;
  int width, height;

  if (size > FUZZ_MAX_SIZE)
    return 0;
  container = _lucida_container_inspect (data, size);
  if (container.exif)
    {
      g_assert_true (container.exif >= data
                     && container.exif_size <= (gsize) (data + size - container.exif));
      _lucida_exif_find (container.exif, container.exif_size, LUCIDA_TAG_ORIENTATION);
    }
  _lucida_exif_find (data, size, LUCIDA_TAG_SAMPLE_FORMAT);
  if (_lucida_deep_png_recognise (data, size, &width, &height)
      && (gint64) width * height <= MAX_PIXELS)
    {
      g_autoptr (GdkPixbuf) pixbuf = _lucida_deep_png_decode (data, size, NULL, &error);

      fuzz_check_outcome (pixbuf != NULL, &error);
    }
  return 0;
}
