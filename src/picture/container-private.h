#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the bytes around the pixels of a picture file say, read without decoding it. */

typedef enum
{
  LUCIDA_CONTAINER_OTHER,
  LUCIDA_CONTAINER_BMP,
  LUCIDA_CONTAINER_GIF,
  LUCIDA_CONTAINER_JPEG,
  LUCIDA_CONTAINER_PNG,
  LUCIDA_CONTAINER_TIFF,
  LUCIDA_CONTAINER_WEBP,
} LucidaContainerKind;

typedef struct
{
  LucidaContainerKind kind;
  gboolean complete;  /* the end marker is there, or this kind has none */
  const guint8 *exif; /* (nullable) [exif_size] in the file: a TIFF structure */
  gsize exif_size;
} LucidaContainer;

/* By the first bytes alone. */
LucidaContainerKind _lucida_container_tell_kind (const guint8 *data, gsize size);
LucidaContainer _lucida_container_inspect (const guint8 *data, gsize size);

G_END_DECLS
