#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one error domain of the engine, the readers and the pictures. Messages are one sentence for
 * people: the thing, what is wrong with it and, where there is one, the way out. The file's name is
 * put in front once, at the front of the readers. */
#define LUCIDA_ERROR (lucida_error_quark ())

typedef enum
{
  LUCIDA_ERROR_UNSUPPORTED,  /* well formed, but nothing this program can do */
  LUCIDA_ERROR_CORRUPT,      /* the file contradicts itself or its format */
  LUCIDA_ERROR_TOO_LARGE,    /* beyond a named limit */
  LUCIDA_ERROR_NO_MEMORY,    /* an allocation was refused */
  LUCIDA_ERROR_CANCELLED,    /* the caller's GCancellable was cancelled */
  LUCIDA_ERROR_UNRECOGNISED, /* none of the kinds of file that are read */
  LUCIDA_ERROR_NOT_FOUND,    /* no such file, layer, class, … */
  LUCIDA_ERROR_INVALID,      /* an argument a person gave makes no sense here */
  LUCIDA_ERROR_IO,           /* reading or writing failed */
  LUCIDA_ERROR_UNWRITABLE, /* nothing can be written there: the disk is full, the folder gone, … */
} LucidaError;

GQuark lucida_error_quark (void);

/* Sets @error to %LUCIDA_ERROR_CANCELLED and returns %TRUE if @cancelled is non-zero. */
gboolean lucida_error_set_cancelled (GError **error, gboolean cancelled);

G_END_DECLS
