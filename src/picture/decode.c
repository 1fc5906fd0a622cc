#include "picture/picture.h"

#include "base/error.h"
#include "picture/container-private.h"
#include "picture/deep-png-private.h"
#include "picture/orientation-private.h"
#include "picture/picture-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_SIZE ((gint64) 1 << 30) /* bytes */
#define MAX_PIXELS ((guint64) 512 << 20) /* 2 GiB while decoding */
#define CHUNK_SIZE ((gsize) 256 * 1024)  /* bytes between two looks at the GCancellable */
#define TIFF_SAMPLES_UNSIGNED 1
#define TIFF_SAMPLES_UNDEFINED 4

/* One picture on its way from the file's bytes to pixels. */
typedef struct
{
  LucidaContainer container;
  const guint8 *data;
  gsize size;
  gboolean size_only;
  int cover; /* pixels; where the shorter side is longer, the loader may make it that long; or 0 */
  int width; /* as stored, 0 while unknown */
  int height;
  gboolean too_large;
} Decoding;

G_GNUC_PRINTF (3, 4)
static gboolean
set_error (GError **error, LucidaError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list values;

  va_start (values, format);
  message = g_strdup_vprintf (format, values);
  va_end (values);
  g_set_error_literal (error, LUCIDA_ERROR, (int) code, message);
  return FALSE;
}

static gboolean
set_errno (GError **error, int code)
{
  return set_error (
      error, code == ENOENT || code == ENOTDIR ? LUCIDA_ERROR_NOT_FOUND : LUCIDA_ERROR_IO,
      code == ENOENT ? "there is no such file" : "cannot be read: %s", g_strerror (code));
}

static GBytes *
read_descriptor (int file, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *data = NULL;
  struct stat status;
  gsize size, filled = 0;

  if (fstat (file, &status) != 0)
    return set_errno (error, errno), NULL;
  if (S_ISDIR (status.st_mode))
    return set_error (error, LUCIDA_ERROR_IO, "this is a folder, not a picture"), NULL;
  /* A device or a pipe may never end. */
  if (!S_ISREG (status.st_mode))
    return set_error (error, LUCIDA_ERROR_IO, "this is a device or a pipe, not a picture"), NULL;
  if (status.st_size == 0)
    return set_error (error, LUCIDA_ERROR_UNRECOGNISED, "this file is empty"), NULL;
  if (status.st_size > MAX_FILE_SIZE)
    return set_error (error, LUCIDA_ERROR_TOO_LARGE,
                      "a picture's file may have at most %d MB; make the picture smaller",
                      (int) (MAX_FILE_SIZE >> 20)),
           NULL;
  size = (gsize) status.st_size;
  data = g_try_malloc (size);
  if (!data)
    return set_error (error, LUCIDA_ERROR_NO_MEMORY, "there is not enough memory to read it"), NULL;
  while (filled < size)
    {
      gssize got = read (file, data + filled, MIN (size - filled, CHUNK_SIZE));

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return set_errno (error, errno), NULL;
      if (got == 0)
        break;
      filled += (gsize) got;
      if (lucida_error_set_cancelled (error, g_cancellable_is_cancelled (cancellable)))
        return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&data), filled);
}

static GBytes *
read_file (const char *path, GCancellable *cancellable, GError **error)
{
  /* Not blocking: opening a pipe that nobody writes to would wait for ever. */
  int file = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  GBytes *bytes;

  if (file < 0)
    return set_errno (error, errno), NULL;
  bytes = read_descriptor (file, cancellable, error);
  close (file);
  return bytes;
}

static void
size_prepared_cb (GdkPixbufLoader *loader, int width, int height, gpointer data)
{
  Decoding *self = data;

  self->width = width;
  self->height = height;
  self->too_large = (guint64) width * (guint64) height > MAX_PIXELS;
  /* Tells the loader to stop before it takes memory for the pixels. */
  if (self->size_only || self->too_large)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  else if (self->cover > 0 && MIN (width, height) > self->cover)
    {
      double scale = (double) self->cover / MIN (width, height);

      gdk_pixbuf_loader_set_size (loader, (int) ceil (width * scale), (int) ceil (height * scale));
    }
}

/* What a file that ends early does not say is white, not what the memory happened to hold. */
static void
area_prepared_cb (GdkPixbufLoader *loader, gpointer data)
{
  Decoding *self = data;

  /* not all loaders stop when they are told to */
  if (!self->container.complete && !self->size_only && !self->too_large)
    gdk_pixbuf_fill (gdk_pixbuf_loader_get_pixbuf (loader), 0xffffffff);
}

static gboolean
set_loader_error (const Decoding *self, const GError *failure, GError **error)
{
  g_autofree char *reason = NULL;
  LucidaError code = LUCIDA_ERROR_CORRUPT;

  if (self->too_large)
    return set_error (error, LUCIDA_ERROR_TOO_LARGE,
                      "%d × %d pixels are too many (at most %d million); make the picture smaller",
                      self->width, self->height, (int) (MAX_PIXELS / 1000000));
  if (!failure)
    return set_error (error, code, "the picture is damaged; copy or download it once more");
  if (failure->domain == GDK_PIXBUF_ERROR && failure->code == GDK_PIXBUF_ERROR_UNKNOWN_TYPE)
    return set_error (error, LUCIDA_ERROR_UNRECOGNISED,
                      "this is not a picture of a kind that can be read (JPEG, PNG, WebP, GIF, "
                      "BMP, TIFF, …)");
  if (failure->domain == GDK_PIXBUF_ERROR && failure->code == GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY)
    return set_error (error, LUCIDA_ERROR_NO_MEMORY,
                      "there is not enough memory for its %d × %d pixels", self->width,
                      self->height);
  if (failure->domain == GDK_PIXBUF_ERROR
      && failure->code == GDK_PIXBUF_ERROR_UNSUPPORTED_OPERATION)
    code = LUCIDA_ERROR_UNSUPPORTED;
  if (g_error_matches (failure, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_CORRUPT_IMAGE))
    return set_error (error, code, "the picture is damaged; copy or download it once more");
  reason = g_utf8_make_valid (failure->message, -1);
  g_strdelimit (reason, "\r\n", ' ');
  return set_error (error, code, "the picture cannot be decoded (%s)", reason);
}

/* Feeds the loader. @pixbuf (nullable) is what came out, also after an error. */
static gboolean
run_loader (Decoding *self, GdkPixbuf **pixbuf, GCancellable *cancellable, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError) failure = NULL;
  gboolean cancelled = FALSE, ok = TRUE;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), self);
  g_signal_connect (loader, "area-prepared", G_CALLBACK (area_prepared_cb), self);
  for (gsize at = 0; ok && at < self->size; at += CHUNK_SIZE)
    {
      cancelled = g_cancellable_is_cancelled (cancellable);
      if (cancelled || (self->size_only && self->width > 0))
        break;
      ok = gdk_pixbuf_loader_write (loader, self->data + at, MIN (CHUNK_SIZE, self->size - at),
                                    &failure);
    }
  ok = gdk_pixbuf_loader_close (loader, ok ? &failure : NULL) && ok;
  if (lucida_error_set_cancelled (error, cancelled))
    return FALSE;
  if (pixbuf && !self->too_large)
    {
      *pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
      if (*pixbuf)
        g_object_ref (*pixbuf);
    }
  if (self->size_only && self->width > 0 && self->height > 0)
    return TRUE;
  if (!ok || self->too_large)
    return set_loader_error (self, failure, error);
  return TRUE;
}

static gboolean
make_pixels (Decoding *self, GdkPixbuf **pixbuf, GCancellable *cancellable, GError **error)
{
  if (!self->container.complete
      || !_lucida_deep_png_recognise (self->data, self->size, &self->width, &self->height))
    return run_loader (self, pixbuf, cancellable, error);
  self->too_large = (guint64) self->width * (guint64) self->height > MAX_PIXELS;
  if (self->too_large)
    return set_loader_error (self, NULL, error);
  *pixbuf = _lucida_deep_png_decode (self->data, self->size, cancellable, error);
  return *pixbuf != NULL;
}

/* libtiff takes the bits of any sample for unsigned integers. */
static gboolean
check_samples (const Decoding *self, GError **error)
{
  gint64 format;

  if (self->container.kind != LUCIDA_CONTAINER_TIFF)
    return TRUE;
  format = _lucida_exif_find (self->data, self->size, LUCIDA_TAG_SAMPLE_FORMAT);
  if (format < 0 || format == TIFF_SAMPLES_UNSIGNED || format == TIFF_SAMPLES_UNDEFINED)
    return TRUE;
  return set_error (error, LUCIDA_ERROR_UNSUPPORTED,
                    "TIFF pictures of floating-point or signed numbers are not supported; save it "
                    "with 8 or 16 bits a sample");
}

static int
get_orientation (const Decoding *self, GdkPixbuf *pixbuf)
{
  const char *option;

  switch (self->container.kind)
    {
    case LUCIDA_CONTAINER_JPEG:
    case LUCIDA_CONTAINER_PNG:
    case LUCIDA_CONTAINER_WEBP:
      return (int) _lucida_exif_find (self->container.exif, self->container.exif_size,
                                      LUCIDA_TAG_ORIENTATION);
    default:
      /* libtiff has turned some already; the loader says what is left to do. */
      option = pixbuf ? gdk_pixbuf_get_option (pixbuf, "orientation") : NULL;
      return option ? (int) g_ascii_strtoll (option, NULL, 10) : 1;
    }
}

static LucidaPicture *
decode (Decoding *self, const char *name, gboolean allow_truncated, GCancellable *cancellable,
        GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  g_autoptr (GError) failure = NULL;
  LucidaPicture *picture;
  gboolean transposes, truncated = !self->container.complete;
  int orientation, width, height;

  if (!check_samples (self, error))
    return NULL;
  if (truncated && !allow_truncated)
    return set_error (error, LUCIDA_ERROR_CORRUPT,
                      "the file ends early; copy or download it once more"),
           NULL;
  if (!make_pixels (self, &pixbuf, cancellable, &failure)
      && (!pixbuf || !truncated || g_error_matches (failure, LUCIDA_ERROR, LUCIDA_ERROR_CANCELLED)))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (!pixbuf)
    return set_loader_error (self, NULL, error), NULL;

  orientation = get_orientation (self, pixbuf);
  transposes = _lucida_orientation_transposes (orientation);
  width = gdk_pixbuf_get_width (pixbuf);
  height = gdk_pixbuf_get_height (pixbuf);
  picture = _lucida_picture_alloc (transposes ? height : width, transposes ? width : height, name,
                                   error);
  if (!picture)
    return NULL;
  picture->truncated = truncated;
  /* libtiff multiplies every kind of alpha into the colours. */
  _lucida_orientation_copy (
      gdk_pixbuf_read_pixels (pixbuf), (gsize) gdk_pixbuf_get_rowstride (pixbuf),
      gdk_pixbuf_get_n_channels (pixbuf), self->container.kind == LUCIDA_CONTAINER_TIFF, width,
      height, orientation, picture->pixels, picture->stride);
  return picture;
}

static void
begin (Decoding *self, GBytes *bytes)
{
  self->data = g_bytes_get_data (bytes, &self->size);
  self->container = _lucida_container_inspect (self->data, self->size);
}

static void
prefix_error (GError **error, const char *path)
{
  g_autofree char *name = g_filename_display_name (path);

  g_prefix_error (error, "%s: ", name);
}

LucidaPicture *
_lucida_picture_open_covering (const char *path, gboolean allow_truncated, int cover,
                               GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = g_filename_display_basename (path);
  LucidaPicture *picture = NULL;
  Decoding decoding = { .cover = cover };

  g_return_val_if_fail (path != NULL, NULL);
  bytes = read_file (path, cancellable, error);
  if (bytes)
    {
      begin (&decoding, bytes);
      picture = decode (&decoding, name, allow_truncated, cancellable, error);
    }
  if (!picture)
    prefix_error (error, path);
  return picture;
}

LucidaPicture *
lucida_picture_open (const char *path, gboolean allow_truncated, GCancellable *cancellable,
                     GError **error)
{
  return _lucida_picture_open_covering (path, allow_truncated, 0, cancellable, error);
}

gboolean
lucida_picture_probe (const char *path, int *width, int *height, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  Decoding decoding = { .size_only = TRUE };
  gint64 orientation = 1;
  gboolean transposes;

  g_return_val_if_fail (path != NULL, FALSE);
  bytes = read_file (path, NULL, error);
  if (!bytes)
    {
      prefix_error (error, path);
      return FALSE;
    }
  begin (&decoding, bytes);
  if (!run_loader (&decoding, NULL, NULL, error))
    {
      prefix_error (error, path);
      return FALSE;
    }
  orientation = _lucida_exif_find (decoding.container.exif, decoding.container.exif_size,
                                   LUCIDA_TAG_ORIENTATION);
  transposes = _lucida_orientation_transposes ((int) orientation);
  if (width)
    *width = transposes ? decoding.height : decoding.width;
  if (height)
    *height = transposes ? decoding.width : decoding.height;
  return TRUE;
}

gboolean
lucida_picture_recognise (const guint8 *head, gsize size)
{
  Decoding decoding = { .data = head, .size = size, .size_only = TRUE };
  g_autofree char *type = NULL;
  g_autoptr (GError) error = NULL;

  /* the kinds that are always there are told at a glance */
  switch (_lucida_container_tell_kind (head, size))
    {
    case LUCIDA_CONTAINER_GIF:
    case LUCIDA_CONTAINER_JPEG:
    case LUCIDA_CONTAINER_PNG:
      return TRUE;
    default:
      type = g_content_type_guess (NULL, head, size, NULL);
      if (!g_content_type_is_a (type, "image/*"))
        return FALSE;
      return run_loader (&decoding, NULL, NULL, &error)
             || !g_error_matches (error, LUCIDA_ERROR, LUCIDA_ERROR_UNRECOGNISED);
    }
}
