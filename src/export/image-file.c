#include "export/image-file.h"

#include "base/atomic-file.h"
#include "base/error.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#define JPEG_QUALITY "92"
#define TEXT_PREFIX "tEXt::"

typedef struct
{
  const char *suffix;
  LucidaFileKind kind;
} Suffix;

static const Suffix suffixes[] = {
  { "png", LUCIDA_FILE_PNG }, { "jpg", LUCIDA_FILE_JPEG }, { "jpeg", LUCIDA_FILE_JPEG },
  { "pdf", LUCIDA_FILE_PDF }, { "svg", LUCIDA_FILE_SVG },  { "npy", LUCIDA_FILE_NPY },
  { "csv", LUCIDA_FILE_CSV },
};

LucidaFileKind
lucida_file_kind (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *dot = strrchr (base, '.');

  for (gsize i = 0; dot && i < G_N_ELEMENTS (suffixes); i++)
    if (g_ascii_strcasecmp (dot + 1, suffixes[i].suffix) == 0)
      return suffixes[i].kind;
  return LUCIDA_FILE_UNKNOWN;
}

/* One line from premultiplied 0xAARRGGBB to R G B A. */
static void
convert_with_alpha (const guint32 *in, int count, guint8 *out)
{
  for (int x = 0; x < count; x++, out += 4)
    {
      guint alpha = in[x] >> 24;

      for (int c = 0; c < 3; c++)
        {
          guint value = in[x] >> (16 - 8 * c) & 0xff;
          out[c] = alpha ? (guint8) MIN ((value * 255 + alpha / 2) / alpha, 255) : 0;
        }
      out[3] = (guint8) alpha;
    }
}

/* The same to R G B on white. */
static void
convert_on_white (const guint32 *in, int count, gboolean has_alpha, guint8 *out)
{
  for (int x = 0; x < count; x++, out += 3)
    {
      guint white = has_alpha ? 255 - (in[x] >> 24) : 0;

      for (int c = 0; c < 3; c++)
        out[c] = (guint8) MIN ((in[x] >> (16 - 8 * c) & 0xff) + white, 255);
    }
}

static GdkPixbuf *
make_pixbuf (cairo_surface_t *surface, gboolean keep_alpha)
{
  gboolean has_alpha = cairo_image_surface_get_format (surface) == CAIRO_FORMAT_ARGB32;
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  gsize in_stride = (gsize) cairo_image_surface_get_stride (surface), out_stride;
  const guint8 *in;
  guint8 *out;
  GdkPixbuf *pixbuf;

  keep_alpha = keep_alpha && has_alpha;
  pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, keep_alpha, 8, width, height);
  if (!pixbuf)
    return NULL;
  cairo_surface_flush (surface);
  in = cairo_image_surface_get_data (surface);
  out = gdk_pixbuf_get_pixels (pixbuf);
  out_stride = (gsize) gdk_pixbuf_get_rowstride (pixbuf);
  for (int y = 0; y < height; y++, in += in_stride, out += out_stride)
    {
      const guint32 *line = (const guint32 *) (const void *) in;

      if (keep_alpha)
        convert_with_alpha (line, width, out);
      else
        convert_on_white (line, width, has_alpha, out);
    }
  return pixbuf;
}

/* Encodes @pixbuf; in PNG each key and value becomes a text chunk (iTXt where Latin-1 does not
 * suffice). */
static gboolean
encode (GdkPixbuf *pixbuf, LucidaFileKind kind, const char *const *keys, const char *const *values,
        char **data, gsize *size, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) contents = g_ptr_array_new_with_free_func (g_free);

  if (kind == LUCIDA_FILE_JPEG)
    {
      g_ptr_array_add (names, g_strdup ("quality"));
      g_ptr_array_add (contents, g_strdup (JPEG_QUALITY));
    }
  else
    for (gsize i = 0; keys && keys[i] && values && values[i]; i++)
      {
        g_ptr_array_add (names, g_strconcat (TEXT_PREFIX, keys[i], NULL));
        g_ptr_array_add (contents, g_utf8_make_valid (values[i], -1));
      }
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (contents, NULL);
  return gdk_pixbuf_save_to_bufferv (pixbuf, data, size, kind == LUCIDA_FILE_JPEG ? "jpeg" : "png",
                                     (char **) names->pdata, (char **) contents->pdata, error);
}

gboolean
lucida_image_file_write (const char *path, LucidaFileKind kind, cairo_surface_t *surface,
                         const char *const *keys, const char *const *values, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *data = NULL;
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) failure = NULL;
  gsize size;

  if (kind != LUCIDA_FILE_PNG && kind != LUCIDA_FILE_JPEG)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_INVALID,
                   "%s: pictures are written as .png or .jpg", name);
      return FALSE;
    }
  g_return_val_if_fail (cairo_surface_get_type (surface) == CAIRO_SURFACE_TYPE_IMAGE, FALSE);
  pixbuf = make_pixbuf (surface, kind == LUCIDA_FILE_PNG);
  if (!pixbuf)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "%s: there is not enough memory to write it", name);
      return FALSE;
    }
  if (!encode (pixbuf, kind, keys, values, &data, &size, &failure))
    {
      g_set_error (error, LUCIDA_ERROR,
                   g_error_matches (failure, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY)
                       ? LUCIDA_ERROR_NO_MEMORY
                       : LUCIDA_ERROR_IO,
                   "%s: cannot be written (%s)", name, failure->message);
      return FALSE;
    }
  return lucida_atomic_file_write (path, data, size, error);
}
