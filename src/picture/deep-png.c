#include "picture/deep-png-private.h"

#include "base/checked-size.h"
#include "base/error.h"

#include <string.h>

#define HEADER_END 33 /* the signature and the first chunk */
#define CHUNK_OVERHEAD 12
#define SAMPLE_SIZE 2 /* bytes */

enum
{
  PNG_GREY = 0,
  PNG_RGB = 2,
  PNG_GREY_ALPHA = 4,
  PNG_RGB_ALPHA = 6,
};

/* Which pixels one pass holds: every @step_x-th from @x, every @step_y-th line from @y. */
typedef struct
{
  int x, y, step_x, step_y;
} Pass;

static const Pass all_pixels[] = { { 0, 0, 1, 1 }, { 0 } };
static const Pass adam7[] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 },
                              { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 }, { 0 } };

typedef struct
{
  int width;
  int height;
  int colour_type;
  int channels;
  gboolean interlaced;
  gboolean has_key; /* pixels of one colour are transparent */
  guint16 key[3];
  GInputStream *stream; /* what the data chunks hold, expanded */
} Png;

static void
png_clear (Png *self)
{
  g_clear_object (&self->stream);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Png, png_clear)

static guint32
read32 (const guint8 *data)
{
  return (guint32) data[0] << 24 | (guint32) data[1] << 16 | (guint32) data[2] << 8 | data[3];
}

static inline guint16
read16 (const guint8 *data)
{
  return (guint16) (data[0] << 8 | data[1]);
}

static gboolean
set_damaged (GError **error)
{
  g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                       "the PNG picture is damaged; copy or download it once more");
  return FALSE;
}

gboolean
_lucida_deep_png_recognise (const guint8 *data, gsize size, int *width, int *height)
{
  if (size < HEADER_END || memcmp (data, "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", 16) != 0
      || data[24] != 16)
    return FALSE;
  if (read32 (data + 16) - 1 >= G_MAXINT32 || read32 (data + 20) - 1 >= G_MAXINT32)
    return FALSE;
  *width = (int) read32 (data + 16);
  *height = (int) read32 (data + 20);
  return TRUE;
}

/* Strings the data chunks together, without copying them. */
static gboolean
read_chunks (Png *self, const guint8 *data, gsize size, GError **error)
{
  g_autoptr (GInputStream) packed = g_memory_input_stream_new ();
  g_autoptr (GZlibDecompressor) expander = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  gsize at = HEADER_END;

  while (lucida_size_inside (at, CHUNK_OVERHEAD, size))
    {
      gsize length = read32 (data + at);
      const guint8 *type = data + at + 4, *contents = type + 4;

      if (!lucida_size_inside (at + CHUNK_OVERHEAD, length, size))
        return set_damaged (error);
      if (memcmp (type, "IDAT", 4) == 0)
        {
          g_autoptr (GBytes) bytes = g_bytes_new_static (contents, length);
          g_memory_input_stream_add_bytes (G_MEMORY_INPUT_STREAM (packed), bytes);
        }
      else if (memcmp (type, "tRNS", 4) == 0 && length == (self->colour_type == PNG_RGB ? 6u : 2u))
        {
          self->has_key = self->channels <= 3 && self->channels != 2;
          for (gsize c = 0; c < length / SAMPLE_SIZE; c++)
            self->key[c] = read16 (contents + c * SAMPLE_SIZE);
        }
      at += CHUNK_OVERHEAD + length;
    }
  self->stream = g_converter_input_stream_new (packed, G_CONVERTER (expander));
  return TRUE;
}

static inline guint8
predict (guint8 left, guint8 up, guint8 corner)
{
  int p = left + up - corner;
  int a = ABS (p - left), b = ABS (p - up), c = ABS (p - corner);

  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/* Undoes a line's filter (PNG specification, section 9); @above is the line before it, @step the
 * bytes of a pixel. */
static gboolean
unfilter (int filter, guint8 *line, const guint8 *above, gsize size, gsize step)
{
  if (filter > 4)
    return FALSE;
  for (gsize i = 0; i < size && filter != 0; i++)
    {
      guint8 left = i >= step ? line[i - step] : 0, corner = i >= step ? above[i - step] : 0;
      guint8 guess = filter == 1   ? left
                     : filter == 2 ? above[i]
                     : filter == 3 ? (guint8) ((left + above[i]) / 2)
                                   : predict (left, above[i], corner);

      line[i] = (guint8) (line[i] + guess);
    }
  return TRUE;
}

/* round (v / 257), exactly. */
static inline guint8
to_byte (guint16 value)
{
  return (guint8) ((value * 255u + 32895u) >> 16);
}

static void
convert_pixel (const Png *self, const guint8 *in, guint8 *out, gboolean has_alpha)
{
  gboolean colour = self->channels >= 3;

  for (int c = 0; c < 3; c++)
    out[c] = to_byte (read16 (in + (colour ? c : 0) * SAMPLE_SIZE));
  if (!has_alpha)
    return;
  out[3] = 255;
  if (!self->has_key)
    {
      out[3] = to_byte (read16 (in + (self->channels - 1) * SAMPLE_SIZE));
      return;
    }
  for (int c = 0; c < self->channels; c++)
    if (read16 (in + c * SAMPLE_SIZE) != self->key[c])
      return;
  out[3] = 0;
}

/* Reads the lines of one pass into @pixbuf; @lines: [2][bytes of a whole line]. */
static gboolean
read_pass (Png *self, const Pass *pass, GdkPixbuf *pixbuf, guint8 *lines, gsize line_size,
           GCancellable *cancellable, GError **error)
{
  gboolean has_alpha = gdk_pixbuf_get_has_alpha (pixbuf);
  gsize stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf), step = has_alpha ? 4 : 3;
  gsize pixel = (gsize) self->channels * SAMPLE_SIZE;
  gsize count = self->width > pass->x
                    ? (gsize) ((self->width - pass->x + pass->step_x - 1) / pass->step_x)
                    : 0;
  guint8 *line = lines, *above = lines + line_size;

  if (count == 0)
    return TRUE;
  memset (above, 0, line_size);
  for (int y = pass->y; y < self->height; y += pass->step_y)
    {
      guint8 *out = gdk_pixbuf_get_pixels (pixbuf) + (gsize) y * stride + (gsize) pass->x * step;
      guint8 filter, *former = above;
      gsize got;

      if (!g_input_stream_read_all (self->stream, &filter, 1, &got, NULL, NULL) || got != 1
          || !g_input_stream_read_all (self->stream, line, count * pixel, &got, NULL, NULL)
          || got != count * pixel || !unfilter (filter, line, above, count * pixel, pixel))
        return set_damaged (error);
      for (gsize x = 0; x < count; x++)
        convert_pixel (self, line + x * pixel, out + x * (gsize) pass->step_x * step, has_alpha);
      above = line;
      line = former;
      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return FALSE;
    }
  return TRUE;
}

GdkPixbuf *
_lucida_deep_png_decode (const guint8 *data, gsize size, GCancellable *cancellable, GError **error)
{
  g_auto (Png) png = { 0 };
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autofree guint8 *lines = NULL;
  gsize line_size;

  g_return_val_if_fail (_lucida_deep_png_recognise (data, size, &png.width, &png.height), NULL);
  png.colour_type = data[25];
  png.interlaced = data[28] == 1;
  png.channels = png.colour_type == PNG_GREY         ? 1
                 : png.colour_type == PNG_GREY_ALPHA ? 2
                 : png.colour_type == PNG_RGB        ? 3
                 : png.colour_type == PNG_RGB_ALPHA  ? 4
                                                     : 0;
  if (png.channels == 0 || !read_chunks (&png, data, size, error))
    return png.channels == 0 ? set_damaged (error), NULL : NULL;
  line_size = (gsize) png.width * (gsize) png.channels * SAMPLE_SIZE;
  lines = g_try_malloc_n (2, line_size);
  pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, png.has_key || png.channels % 2 == 0, 8, png.width,
                           png.height);
  if (!pixbuf || !lines)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "there is not enough memory for its %d × %d pixels", png.width, png.height);
      return NULL;
    }
  for (const Pass *pass = png.interlaced ? adam7 : all_pixels; pass->step_x > 0; pass++)
    if (!read_pass (&png, pass, pixbuf, lines, line_size, cancellable, error))
      return NULL;
  return g_steal_pointer (&pixbuf);
}
