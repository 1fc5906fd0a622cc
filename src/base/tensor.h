#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

#define LUCIDA_MAX_RANK 8

/* The most elements one tensor may have: 2^31 float32 are 8 GiB. */
#define LUCIDA_MAX_ELEMENTS ((int64_t) 1 << 31)

typedef enum
{
  LUCIDA_FLOAT32, /* every activation, gradient and weight; other float kinds are converted */
  LUCIDA_INT64,   /* shapes, axes, indices; all integer kinds and booleans (0, 1) */
} LucidaElement;

typedef struct
{
  int rank;                     /* 0: a scalar, one element */
  int64_t dim[LUCIDA_MAX_RANK]; /* row-major, dim[0] outermost */
} LucidaShape;

/* A reference-counted dense array: element kind, shape, row-major data and whoever owns the data.
 * Treated as immutable once it is shared. */
typedef struct _LucidaTensor LucidaTensor;

static inline gsize
lucida_element_size (LucidaElement element)
{
  return element == LUCIDA_INT64 ? sizeof (int64_t) : sizeof (float);
}

LucidaShape lucida_shape (int rank, ...); /* rank values of type int64_t */
gboolean lucida_shape_equal (const LucidaShape *a, const LucidaShape *b);
/* Number of elements; only for shapes that passed lucida_shape_check(). */
int64_t lucida_shape_count (const LucidaShape *shape);
/* Checks that no size is negative and the product is at most %LUCIDA_MAX_ELEMENTS.
 * Errors: %LUCIDA_ERROR_CORRUPT, %LUCIDA_ERROR_TOO_LARGE. */
gboolean lucida_shape_check (const LucidaShape *shape, GError **error);
/* "1×3×224×224"; "scalar" for rank 0. (transfer full) */
char *lucida_shape_to_string (const LucidaShape *shape);

/* A new tensor filled with zeros, data aligned to 64 bytes. (transfer full)
 * Errors: those of lucida_shape_check() and %LUCIDA_ERROR_NO_MEMORY. */
LucidaTensor *lucida_tensor_new (LucidaElement element, const LucidaShape *shape, GError **error);
/* As lucida_tensor_new(), for data that the caller writes whole. (transfer full) */
LucidaTensor *lucida_tensor_new_uninitialised (LucidaElement element, const LucidaShape *shape,
                                               GError **error);
/* As lucida_tensor_new(), filled with a copy of @data. (transfer full) */
LucidaTensor *lucida_tensor_new_copy (LucidaElement element, const LucidaShape *shape,
                                      const void *data, GError **error);
/* A tensor over bytes that someone else holds, for instance a mapped file; not copied. @bytes must
 * hold the elements in native byte order from @offset on, of any alignment. (transfer full)
 * Errors: those of lucida_shape_check(), %LUCIDA_ERROR_CORRUPT if @bytes is too short. */
LucidaTensor *lucida_tensor_new_mapped (LucidaElement element, const LucidaShape *shape,
                                        GBytes *bytes, gsize offset, GError **error);
/* The same data under another shape of as many elements. (transfer full) */
LucidaTensor *lucida_tensor_reshape (LucidaTensor *self, const LucidaShape *shape);
/* @self itself if its data is aligned for its element, otherwise an aligned copy; only mapped
 * tensors are ever unaligned. (transfer full) Errors: %LUCIDA_ERROR_NO_MEMORY. */
LucidaTensor *lucida_tensor_align (LucidaTensor *self, GError **error);

LucidaTensor *lucida_tensor_ref (LucidaTensor *self);
void lucida_tensor_unref (LucidaTensor *self);

LucidaElement lucida_tensor_get_element (const LucidaTensor *self);
const LucidaShape *lucida_tensor_get_shape (const LucidaTensor *self);
int64_t lucida_tensor_get_count (const LucidaTensor *self);
gsize lucida_tensor_get_size (const LucidaTensor *self); /* bytes */
/* The elements; of the kind that lucida_tensor_get_element() says. */
const float *lucida_tensor_get_floats (const LucidaTensor *self);
const int64_t *lucida_tensor_get_ints (const LucidaTensor *self);
/* The elements for writing, only while nobody else holds the tensor. */
void *lucida_tensor_get_data (LucidaTensor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LucidaTensor, lucida_tensor_unref)

G_END_DECLS
