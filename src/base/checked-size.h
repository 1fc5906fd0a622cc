#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Sizes that come from outside are multiplied and added with these; %FALSE on overflow. */

static inline gboolean
lucida_size_mul (gsize a, gsize b, gsize *product)
{
  return g_size_checked_mul (product, a, b);
}

static inline gboolean
lucida_size_add (gsize a, gsize b, gsize *sum)
{
  return g_size_checked_add (sum, a, b);
}

/* Whether the range [offset, offset + length) lies inside [0, size). */
static inline gboolean
lucida_size_inside (guint64 offset, guint64 length, guint64 size)
{
  return offset <= size && length <= size - offset;
}

static inline gboolean
lucida_int64_mul (int64_t a, int64_t b, int64_t *product)
{
  return !__builtin_mul_overflow (a, b, product);
}

static inline gboolean
lucida_int64_add (int64_t a, int64_t b, int64_t *sum)
{
  return !__builtin_add_overflow (a, b, sum);
}

G_END_DECLS
