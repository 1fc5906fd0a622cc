#pragma once

#include "base/tensor.h"

G_BEGIN_DECLS

/* NumPy's .npy format, version 1.0. */

/* Reads a float32 or float64 array, C or Fortran order, little or big endian, into float32.
 * (transfer full) Errors: %LUCIDA_ERROR_IO, %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_UNSUPPORTED (other
 * element kinds; rank above %LUCIDA_MAX_RANK), %LUCIDA_ERROR_TOO_LARGE. */
LucidaTensor *lucida_npy_read (const char *path, GError **error);
/* As lucida_npy_read(), from memory. */
LucidaTensor *lucida_npy_parse (GBytes *bytes, GError **error);
/* The bytes of a float32 .npy file, C order; NULL if there is no memory. (transfer full) (nullable)
 */
GBytes *lucida_npy_format (const float *data, const LucidaShape *shape);

G_END_DECLS
