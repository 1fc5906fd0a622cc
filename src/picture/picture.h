#pragma once

#include "base/tensor.h"
#include "network/preprocessing.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* An upright picture as everything downstream sees it: 8-bit RGB, alpha composed on white, EXIF
 * orientation applied. Immutable, reference-counted. */
typedef struct
{
  gatomicrefcount references;
  int width;
  int height;
  gsize stride;       /* bytes from line to line */
  guint8 *pixels;     /* [height][stride], R G B */
  char *name;         /* the file's base name, valid UTF-8 */
  gboolean truncated; /* the file ends early; what is there is shown */
} LucidaPicture;

/* Which part of a picture the network saw, in pixels of the upright picture. */
typedef struct
{
  double x, y, width, height;
} LucidaPlacement;

/* Reads a picture of any kind GdkPixbuf opens, told by content. @allow_truncated: a file that ends
 * early gives what there is. (transfer full) Errors, each one sentence that begins with "PATH: ":
 * %LUCIDA_ERROR_NOT_FOUND, _IO, _UNRECOGNISED (no picture), _CORRUPT (truncated), _TOO_LARGE,
 * _UNSUPPORTED, _NO_MEMORY, _CANCELLED. */
LucidaPicture *lucida_picture_open (const char *path, gboolean allow_truncated,
                                    GCancellable *cancellable, GError **error);
/* Whether a file that begins with @head (a few thousand bytes) is of a kind that is read, be it
 * damaged or not. */
gboolean lucida_picture_recognise (const guint8 *head, gsize size);
/* The middle of the picture, scaled down so that it covers @width × @height pixels, and cut to
 * them; what is smaller stays so. JPEG files are not decoded at their full size. (transfer full)
 * Errors: those of lucida_picture_open(). */
LucidaPicture *lucida_picture_open_thumbnail (const char *path, int width, int height,
                                              GCancellable *cancellable, GError **error);
/* A picture of the given size from @pixels (rows of @stride bytes, R G B), which are copied. */
LucidaPicture *lucida_picture_new (int width, int height, gsize stride, const guint8 *pixels,
                                   const char *name, GError **error);
/* Only the size that the upright picture will have, without decoding it. */
gboolean lucida_picture_probe (const char *path, int *width, int *height, GError **error);
/* The whole picture at another size, antialiased (Pillow's BILINEAR). (transfer full)
 * Errors: %LUCIDA_ERROR_NO_MEMORY. */
LucidaPicture *lucida_picture_scale (const LucidaPicture *self, int width, int height,
                                     GError **error);
LucidaPicture *lucida_picture_ref (LucidaPicture *self);
void lucida_picture_unref (LucidaPicture *self);

/* The part of a @width × @height picture that a network with @preprocessing (whose size must be
 * set) sees. */
LucidaPlacement lucida_picture_place (int width, int height,
                                      const LucidaPreprocessing *preprocessing);
/* Makes a network's input, 1×C×H×W (or 1×H×W×C if @channels_last), C = @channels (1, 3 or 4; the
 * fourth is 255 before scaling). (transfer full) Errors: %LUCIDA_ERROR_NO_MEMORY. */
LucidaTensor *lucida_picture_to_tensor (const LucidaPicture *self,
                                        const LucidaPreprocessing *preprocessing, int channels,
                                        gboolean channels_last, GError **error);
/* The reverse of lucida_picture_to_tensor() for @tensor made with @preprocessing: what the network
 * sees, as a picture; values outside 0 … 255 are clamped. (transfer full)
 * Errors: %LUCIDA_ERROR_NO_MEMORY. */
LucidaPicture *lucida_picture_new_from_tensor (const LucidaTensor *tensor,
                                               const LucidaPreprocessing *preprocessing,
                                               gboolean channels_last, const char *name,
                                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaPicture, lucida_picture_unref)

G_END_DECLS
