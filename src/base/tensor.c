#include "base/tensor.h"

#include "base/checked-size.h"
#include "base/error.h"
#include "base/memory.h"

#include <stdarg.h>
#include <string.h>

struct _LucidaTensor
{
  gatomicrefcount references;
  LucidaElement element;
  LucidaShape shape;
  void *data;          /* [count] of element */
  GBytes *bytes;       /* (nullable) holds data of a mapped tensor */
  LucidaTensor *owner; /* (nullable) holds data of a reshaped tensor */
};

LucidaShape
lucida_shape (int rank, ...)
{
  LucidaShape shape = { .rank = rank };
  va_list values;

  g_return_val_if_fail (rank >= 0 && rank <= LUCIDA_MAX_RANK, shape);
  va_start (values, rank);
  for (int i = 0; i < rank; i++)
    shape.dim[i] = va_arg (values, int64_t);
  va_end (values);
  return shape;
}

gboolean
lucida_shape_equal (const LucidaShape *a, const LucidaShape *b)
{
  if (a->rank != b->rank)
    return FALSE;
  for (int i = 0; i < a->rank; i++)
    if (a->dim[i] != b->dim[i])
      return FALSE;
  return TRUE;
}

int64_t
lucida_shape_count (const LucidaShape *shape)
{
  int64_t count = 1;

  for (int i = 0; i < shape->rank; i++)
    count *= shape->dim[i];
  return count;
}

gboolean
lucida_shape_check (const LucidaShape *shape, GError **error)
{
  int64_t count = 1;

  for (int i = 0; i < shape->rank; i++)
    {
      if (shape->dim[i] < 0)
        {
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT, "a size of %" G_GINT64_FORMAT,
                       shape->dim[i]);
          return FALSE;
        }
      if (shape->dim[i] > 0
          && (!lucida_int64_mul (count, shape->dim[i], &count) || count > LUCIDA_MAX_ELEMENTS))
        {
          g_autofree char *text = lucida_shape_to_string (shape);
          g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_TOO_LARGE,
                       "an array of %s is larger than this program handles", text);
          return FALSE;
        }
    }
  return TRUE;
}

char *
lucida_shape_to_string (const LucidaShape *shape)
{
  GString *text = g_string_new (NULL);

  if (shape->rank == 0)
    g_string_append (text, "scalar");
  for (int i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "×" : "", shape->dim[i]);
  return g_string_free (text, FALSE);
}

static LucidaTensor *
tensor_alloc (LucidaElement element, const LucidaShape *shape)
{
  LucidaTensor *self = g_new0 (LucidaTensor, 1);

  g_atomic_ref_count_init (&self->references);
  self->element = element;
  self->shape = *shape;
  return self;
}

LucidaTensor *
lucida_tensor_new_uninitialised (LucidaElement element, const LucidaShape *shape, GError **error)
{
  LucidaTensor *self;
  gsize size;
  void *data;

  if (!lucida_shape_check (shape, error))
    return NULL;
  size = (gsize) lucida_shape_count (shape) * lucida_element_size (element);
  data = lucida_memory_take (size);
  if (!data)
    {
      g_set_error (error, LUCIDA_ERROR, LUCIDA_ERROR_NO_MEMORY,
                   "there is not enough memory for %" G_GSIZE_FORMAT " MB more", size >> 20);
      return NULL;
    }
  self = tensor_alloc (element, shape);
  self->data = data;
  return self;
}

LucidaTensor *
lucida_tensor_new (LucidaElement element, const LucidaShape *shape, GError **error)
{
  LucidaTensor *self = lucida_tensor_new_uninitialised (element, shape, error);

  if (self)
    memset (self->data, 0, lucida_tensor_get_size (self));
  return self;
}

LucidaTensor *
lucida_tensor_new_copy (LucidaElement element, const LucidaShape *shape, const void *data,
                        GError **error)
{
  LucidaTensor *self = lucida_tensor_new_uninitialised (element, shape, error);

  if (self && lucida_tensor_get_size (self) > 0)
    memcpy (self->data, data, lucida_tensor_get_size (self));
  return self;
}

LucidaTensor *
lucida_tensor_new_mapped (LucidaElement element, const LucidaShape *shape, GBytes *bytes,
                          gsize offset, GError **error)
{
  LucidaTensor *self;
  gsize size, available;
  const guint8 *data = g_bytes_get_data (bytes, &available);

  if (!lucida_shape_check (shape, error))
    return NULL;
  size = (gsize) lucida_shape_count (shape) * lucida_element_size (element);
  if (!lucida_size_inside (offset, size, available))
    {
      g_set_error_literal (error, LUCIDA_ERROR, LUCIDA_ERROR_CORRUPT,
                           "weights that reach beyond the end of the file");
      return NULL;
    }
  self = tensor_alloc (element, shape);
  self->data = (guint8 *) (data ? data : (const guint8 *) "") + offset;
  self->bytes = g_bytes_ref (bytes);
  return self;
}

LucidaTensor *
lucida_tensor_reshape (LucidaTensor *self, const LucidaShape *shape)
{
  LucidaTensor *view;

  g_return_val_if_fail (lucida_shape_count (shape) == lucida_tensor_get_count (self), NULL);
  view = tensor_alloc (self->element, shape);
  view->data = self->data;
  view->owner = lucida_tensor_ref (self);
  return view;
}

LucidaTensor *
lucida_tensor_align (LucidaTensor *self, GError **error)
{
  if ((guintptr) self->data % lucida_element_size (self->element) == 0)
    return lucida_tensor_ref (self);
  return lucida_tensor_new_copy (self->element, &self->shape, self->data, error);
}

LucidaTensor *
lucida_tensor_ref (LucidaTensor *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
lucida_tensor_unref (LucidaTensor *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  if (!self->bytes && !self->owner)
    lucida_memory_give (self->data, lucida_tensor_get_size (self));
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->owner, lucida_tensor_unref);
  g_free (self);
}

LucidaElement
lucida_tensor_get_element (const LucidaTensor *self)
{
  return self->element;
}

const LucidaShape *
lucida_tensor_get_shape (const LucidaTensor *self)
{
  return &self->shape;
}

int64_t
lucida_tensor_get_count (const LucidaTensor *self)
{
  return lucida_shape_count (&self->shape);
}

gsize
lucida_tensor_get_size (const LucidaTensor *self)
{
  return (gsize) lucida_shape_count (&self->shape) * lucida_element_size (self->element);
}

const float *
lucida_tensor_get_floats (const LucidaTensor *self)
{
  g_return_val_if_fail (self->element == LUCIDA_FLOAT32, NULL);
  return self->data;
}

const int64_t *
lucida_tensor_get_ints (const LucidaTensor *self)
{
  g_return_val_if_fail (self->element == LUCIDA_INT64, NULL);
  return self->data;
}

void *
lucida_tensor_get_data (LucidaTensor *self)
{
  return self->data;
}
